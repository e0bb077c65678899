/* Evaluating conditions and filters on the item's bytes: no allocation, no errors. Recursion follows the tree, whose
 * depth the operator limit bounds; frames are kept small for it. */
#include "expression/program_private.h"

#include "value/number.h"

/* An operand's value; a size is made in the scratch. */
typedef struct operand {
  const uint8_t *value; /* NULL: missing */
  uint8_t scratch[2 + CYN_NUMBER_SIZE_MAX];
} operand;

/* S counts in UTF-16 code units, as seen on AWS: one a character, two beyond the basic plane. */
static int64_t utf16_units(cyn_bytes text) {
  int64_t units = 0;
  for (size_t i = 0; i < text.size; i++) {
    uint8_t byte = (uint8_t)text.data[i];
    units += ((byte & 0xC0) != 0x80) + (byte >= 0xF0);
  }
  return units;
}

/* -1: this type has no size. */
static int64_t value_length(const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_S: return utf16_units(cyn_i_value_content(value));
    case CYN_TYPE_B: return (int64_t)cyn_i_value_content(value).size;
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS:
    case CYN_TYPE_L:
    case CYN_TYPE_M: return (int64_t)cyn_i_value_count(value);
    default: return -1;
  }
}

static const uint8_t *plain_value(const cyn_i_bound *bound, const cyn_i_node *node, const uint8_t *item) {
  if (node->kind == CYN_NODE_VALUE) return bound->values[node->first];
  return node->kind == CYN_NODE_PATH ? cyn_i_path_find(bound->paths[node->first], item) : NULL;
}

/* size of size was refused at bind, so a size's operand is plain. */
static const uint8_t *operand_value(const cyn_i_bound *bound, uint16_t at, const uint8_t *item, operand *out) {
  const cyn_i_node *node = &bound->program->nodes[at];
  if (node->kind != CYN_NODE_SIZE) return out->value = plain_value(bound, node, item);
  out->value = NULL;
  const uint8_t *value = plain_value(bound, &bound->program->nodes[node->first], item);
  int64_t length = value != NULL ? value_length(value) : -1;
  if (length < 0) return NULL;
  cyn_i_number number = cyn_i_number_from_int(length);
  out->scratch[0] = CYN_TYPE_N;
  out->scratch[1] = number.size;
  memcpy(out->scratch + 2, number.bytes, number.size);
  return out->value = out->scratch;
}

static bool is_ordered(uint8_t type) { return type == CYN_TYPE_S || type == CYN_TYPE_N || type == CYN_TYPE_B; }

/* False when the two have no order. */
static bool compare(const uint8_t *a, const uint8_t *b, int *order) {
  if (a == NULL || b == NULL || a[0] != b[0] || !is_ordered(a[0])) return false;
  *order = cyn_i_content_compare(cyn_i_value_content(a), cyn_i_value_content(b));
  return true;
}

static bool equal(const uint8_t *a, const uint8_t *b) { return a != NULL && b != NULL && cyn_i_value_equal(a, b); }

static bool evaluate_comparison(const cyn_i_bound *bound, const cyn_i_node *node, const uint8_t *item) {
  operand left, right;
  const uint8_t *a = operand_value(bound, node->first, item, &left);
  const uint8_t *b = operand_value(bound, bound->program->nodes[node->first].next, item, &right);
  int order;
  switch (node->kind) {
    case CYN_NODE_EQ: return equal(a, b);
    case CYN_NODE_NE: return !equal(a, b);
    case CYN_NODE_LT: return compare(a, b, &order) && order < 0;
    case CYN_NODE_LE: return compare(a, b, &order) && order <= 0;
    case CYN_NODE_GT: return compare(a, b, &order) && order > 0;
    default: return compare(a, b, &order) && order >= 0;
  }
}

static bool evaluate_between(const cyn_i_bound *bound, const cyn_i_node *node, const uint8_t *item) {
  operand value, bound_value;
  const cyn_i_node *nodes = bound->program->nodes;
  uint16_t low = nodes[node->first].next, high = nodes[low].next;
  int order;
  if (operand_value(bound, node->first, item, &value) == NULL) return false;
  if (!compare(value.value, operand_value(bound, low, item, &bound_value), &order) || order < 0) return false;
  return compare(value.value, operand_value(bound, high, item, &bound_value), &order) && order <= 0;
}

static bool evaluate_in(const cyn_i_bound *bound, const cyn_i_node *node, const uint8_t *item) {
  operand value, member;
  if (operand_value(bound, node->first, item, &value) == NULL) return false;
  uint16_t at = bound->program->nodes[node->first].next;
  for (uint16_t i = 1; i < node->count; i++) {
    if (equal(value.value, operand_value(bound, at, item, &member))) return true;
    at = bound->program->nodes[at].next;
  }
  return false;
}

/* ---- functions ---- */

static bool begins_with(const uint8_t *value, const uint8_t *prefix) {
  if (value == NULL || prefix == NULL || value[0] != prefix[0]) return false;
  if (value[0] != CYN_TYPE_S && value[0] != CYN_TYPE_B) return false;
  cyn_bytes whole = cyn_i_value_content(value), start = cyn_i_value_content(prefix);
  return start.size <= whole.size && memcmp(whole.data, start.data, start.size) == 0;
}

static bool set_has(const uint8_t *set, cyn_bytes wanted) {
  cyn_i_elements elements = cyn_i_value_elements(set);
  cyn_bytes content;
  while (cyn_i_set_next(&elements, &content))
    if (content.size == wanted.size && memcmp(content.data, wanted.data, wanted.size) == 0) return true;
  return false;
}

static bool list_has(const uint8_t *list, const uint8_t *wanted) {
  cyn_i_elements elements = cyn_i_value_elements(list);
  const uint8_t *element;
  while (cyn_i_list_next(&elements, &element))
    if (cyn_i_value_equal(element, wanted)) return true;
  return false;
}

/* An element of a list is found by "=", whatever its type: for L, M and sets the reference is unsure. */
static bool contains(const uint8_t *value, const uint8_t *wanted) {
  if (value == NULL || wanted == NULL) return false;
  switch (value[0]) {
    case CYN_TYPE_S:
    case CYN_TYPE_B: {
      if (wanted[0] != value[0]) return false;
      cyn_bytes whole = cyn_i_value_content(value), part = cyn_i_value_content(wanted);
      return part.size == 0 || memmem(whole.data, whole.size, part.data, part.size) != NULL;
    }
    case CYN_TYPE_SS: return wanted[0] == CYN_TYPE_S && set_has(value, cyn_i_value_content(wanted));
    case CYN_TYPE_NS: return wanted[0] == CYN_TYPE_N && set_has(value, cyn_i_value_content(wanted));
    case CYN_TYPE_BS: return wanted[0] == CYN_TYPE_B && set_has(value, cyn_i_value_content(wanted));
    case CYN_TYPE_L: return list_has(value, wanted);
    default: return false;
  }
}

static bool is_of_type(const uint8_t *value, const uint8_t *name) {
  if (value == NULL) return false;
  const char *type = cyn_i_type_name(cyn_i_value_type(value));
  cyn_bytes wanted = cyn_i_value_content(name);
  return strlen(type) == wanted.size && memcmp(type, wanted.data, wanted.size) == 0;
}

static bool evaluate_function(const cyn_i_bound *bound, const cyn_i_node *node, const uint8_t *item) {
  operand first, second;
  const uint8_t *value = operand_value(bound, node->first, item, &first);
  if (node->kind == CYN_NODE_ATTRIBUTE_EXISTS) return value != NULL;
  if (node->kind == CYN_NODE_ATTRIBUTE_NOT_EXISTS) return value == NULL;
  const uint8_t *argument = operand_value(bound, bound->program->nodes[node->first].next, item, &second);
  if (node->kind == CYN_NODE_BEGINS_WITH) return begins_with(value, argument);
  if (node->kind == CYN_NODE_CONTAINS) return contains(value, argument);
  return is_of_type(value, argument);
}

/* Everything but AND, OR and NOT. Not inlined: its operands would make each level of the recursion below ten times as
 * large on the stack. */
__attribute__((noinline)) static bool evaluate_leaf(const cyn_i_bound *bound, const cyn_i_node *node,
                                                    const uint8_t *item) {
  if (node->kind == CYN_NODE_BETWEEN) return evaluate_between(bound, node, item);
  if (node->kind == CYN_NODE_IN) return evaluate_in(bound, node, item);
  return node->kind >= CYN_NODE_EQ ? evaluate_comparison(bound, node, item) : evaluate_function(bound, node, item);
}

/* The right side of AND and OR, and what NOT negates, are the loop's next turn; the left side is a call. */
static bool evaluate(const cyn_i_bound *bound, uint16_t at, const uint8_t *item) {
  bool negated = false;
  for (;;) {
    const cyn_i_node *node = &bound->program->nodes[at];
    if (node->kind == CYN_NODE_NOT) {
      negated = !negated;
      at = node->first;
    } else if (node->kind == CYN_NODE_AND || node->kind == CYN_NODE_OR) {
      bool decides = node->kind == CYN_NODE_OR; /* the left side's value with which the right one does not matter */
      if (evaluate(bound, node->first, item) == decides) return decides != negated;
      at = bound->program->nodes[node->first].next;
    } else {
      return evaluate_leaf(bound, node, item) != negated;
    }
  }
}

bool cyn_i_condition_evaluate(const cyn_i_bound *bound, const uint8_t *item) {
  return bound->program->root == CYN_NODE_NONE || evaluate(bound, bound->program->root, item);
}
