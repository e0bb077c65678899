/* The values that an update computes: right sides of SET, and what ADD and DELETE make of the old value.
 * Recursion follows the tree, whose depth the operator limit bounds. */
#include "expression/update_private.h"

#include "base/error.h"
#include "value/number.h"

const char cyn_i_update_operand_type[] = "An operand in the update expression has an incorrect data type";
static const char missing_attribute[] = "The provided expression refers to an attribute that does not exist in the item";

cyn_i_update_fault cyn_i_update_legacy_fault(cyn_i_update_fault fault) {
  return fault == cyn_i_update_operand_type ? "Type mismatch for attribute to update" : fault;
}

typedef struct evaluation {
  const cyn_i_bound *bound;
  const uint8_t *item;
  cyn_i_arena *arena;
  cyn_i_update_fault fault; /* the first; evaluation stops at it */
  bool no_memory;
} evaluation;

static const uint8_t *refuse(evaluation *context, cyn_i_update_fault fault) {
  context->fault = fault;
  return NULL;
}

static const uint8_t *no_memory(evaluation *context) {
  context->no_memory = true;
  return NULL;
}

static cyn_i_number_fault combine(const uint8_t *a, const uint8_t *b, bool subtract, cyn_i_number *out) {
  return subtract ? cyn_i_number_subtract(a + 2, a[1], b + 2, b[1], out)
                  : cyn_i_number_add(a + 2, a[1], b + 2, b[1], out);
}

/* Not inlined, for a small stack frame of the recursion below. */
__attribute__((noinline)) static const uint8_t *arithmetic(evaluation *context, const uint8_t *a, const uint8_t *b,
                                                           bool subtract) {
  if (a[0] != CYN_TYPE_N || b[0] != CYN_TYPE_N) return refuse(context, cyn_i_update_operand_type);
  cyn_i_number number;
  cyn_i_number_fault fault = combine(a, b, subtract, &number);
  if (fault != CYN_NUMBER_OK) return refuse(context, cyn_i_number_fault_text(fault));
  uint8_t *out = cyn_i_arena_alloc(context->arena, 2u + number.size);
  if (out == NULL) return no_memory(context);
  out[0] = CYN_TYPE_N;
  out[1] = number.size;
  memcpy(out + 2, number.bytes, number.size);
  return out;
}

/* One list behind the other. The layout of an L is bytes, count, elements (value/item.h). */
static const uint8_t *list_append(evaluation *context, const uint8_t *a, const uint8_t *b) {
  if (a[0] != CYN_TYPE_L || b[0] != CYN_TYPE_L) return refuse(context, cyn_i_update_operand_type);
  size_t a_size = cyn_i_value_size(a), b_size = cyn_i_value_size(b);
  size_t size = a_size + b_size - 9;
  if (size > CYN_UPDATE_SIZE_MAX) return refuse(context, CYN_UPDATE_SIZE_TEXT);
  uint8_t *out = cyn_i_arena_alloc(context->arena, size);
  if (out == NULL) return no_memory(context);
  memcpy(out, a, a_size);
  memcpy(out + a_size, b + 9, b_size - 9);
  cyn_i_put_u32(out + 1, (uint32_t)(size - 5));
  cyn_i_put_u32(out + 5, cyn_i_value_count(a) + cyn_i_value_count(b));
  return out;
}

static const uint8_t *evaluate(evaluation *context, uint16_t at) {
  const cyn_i_node *nodes = context->bound->program->nodes;
  const cyn_i_node *node = &nodes[at];
  if (node->kind == CYN_NODE_VALUE) return context->bound->values[node->first];
  if (node->kind == CYN_NODE_PATH) {
    const uint8_t *value = cyn_i_path_find(context->bound->paths[node->first], context->item);
    return value != NULL ? value : refuse(context, missing_attribute);
  }
  if (node->kind == CYN_NODE_IF_NOT_EXISTS) {
    const uint8_t *value = cyn_i_path_find(context->bound->paths[nodes[node->first].first], context->item);
    return value != NULL ? value : evaluate(context, nodes[node->first].next);
  }
  const uint8_t *a = evaluate(context, node->first);
  const uint8_t *b = a != NULL ? evaluate(context, nodes[node->first].next) : NULL;
  if (b == NULL) return NULL;
  return node->kind == CYN_NODE_LIST_APPEND ? list_append(context, a, b)
                                            : arithmetic(context, a, b, node->kind == CYN_NODE_MINUS);
}

cyn_status cyn_i_update_right_side(const cyn_i_bound *bound, uint16_t node, const uint8_t *item, cyn_i_arena *arena,
                                   const uint8_t **out, cyn_error *error) {
  evaluation context = {bound, item, arena, NULL, false};
  *out = evaluate(&context, node);
  if (*out != NULL) return CYN_OK;
  return context.no_memory ? cyn_i_error_no_memory(error) : cyn_i_error_set(error, CYN_E_VALIDATION, context.fault);
}

/* ---- ADD and DELETE ---- */

static bool is_set(uint8_t type) { return type == CYN_TYPE_SS || type == CYN_TYPE_NS || type == CYN_TYPE_BS; }

/* Both are sorted, so union and difference are one merge: what stands on the left alone is kept, what stands on the
 * right alone is added where `add` says so, what stands on both sides is kept by a union only. */
static uint32_t merge_sets(cyn_i_buf *buf, const uint8_t *left, const uint8_t *right, bool add) {
  cyn_type type = cyn_i_value_type(left);
  cyn_i_elements a = cyn_i_value_elements(left), b = cyn_i_value_elements(right);
  cyn_bytes x, y;
  bool has_x = cyn_i_set_next(&a, &x), has_y = cyn_i_set_next(&b, &y);
  uint32_t count = 0;
  while (has_x || has_y) {
    int order = !has_x ? 1 : !has_y ? -1 : cyn_i_content_compare(x, y);
    if (add || order < 0) {
      cyn_i_write_set_element(buf, type, order > 0 ? y : x);
      count++;
    }
    if (order <= 0) has_x = cyn_i_set_next(&a, &x);
    if (order >= 0) has_y = cyn_i_set_next(&b, &y);
    if (!add && !has_x) break;
  }
  return count;
}

cyn_i_update_fault cyn_i_update_add(cyn_i_buf *buf, const uint8_t *old, const uint8_t *value, bool legacy) {
  if (old[0] != value[0]) return cyn_i_update_operand_type;
  if (value[0] == CYN_TYPE_N) {
    cyn_i_number number;
    cyn_i_number_fault fault = combine(old, value, false, &number);
    if (fault != CYN_NUMBER_OK) return cyn_i_number_fault_text(fault);
    cyn_i_write_number(buf, number.bytes, number.size);
    return NULL;
  }
  bool is_list = legacy && value[0] == CYN_TYPE_L;
  if (!is_set(value[0]) && !is_list) return cyn_i_update_operand_type;
  size_t mark = cyn_i_write_open(buf, (cyn_type)value[0]);
  uint32_t count;
  if (is_list) {
    cyn_i_buf_append(buf, old + 9, cyn_i_value_size(old) - 9);
    cyn_i_buf_append(buf, value + 9, cyn_i_value_size(value) - 9);
    count = cyn_i_value_count(old) + cyn_i_value_count(value);
  } else {
    count = merge_sets(buf, old, value, true);
  }
  cyn_i_write_close(buf, mark, count);
  return NULL;
}

cyn_i_update_fault cyn_i_update_delete(cyn_i_buf *buf, const uint8_t *old, const uint8_t *value, bool *left) {
  if (old[0] != value[0] || !is_set(value[0])) return cyn_i_update_operand_type;
  size_t start = buf->size, mark = cyn_i_write_open(buf, (cyn_type)value[0]);
  uint32_t count = merge_sets(buf, old, value, false);
  cyn_i_write_close(buf, mark, count);
  *left = count != 0;
  if (!*left) buf->size = start;
  return NULL;
}
