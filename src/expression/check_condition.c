/* The bind-time checks of conditions, filters and key conditions (expressions.md section 5): for each comparison or
 * function from left to right, undefined operands, their number, distinctness, their types. Types are those known
 * without an item: of values, and N for size. */
#include "expression/program_private.h"

#include <stdio.h>

#include "base/error.h"
#include "value/base64.h"
#include "value/number.h"

/* In the order in which the service printed them; it is a hash set's. */
#define TYPES_ATTRIBUTE_TYPE_PATH "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
#define TYPES_ATTRIBUTE_TYPE_VALID "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"

typedef struct operand_list {
  const cyn_i_node *at[3]; /* the first ones */
  uint16_t count;
} operand_list;

static const cyn_i_node *node_at(const cyn_i_binding *binding, uint16_t i) { return &binding->program->nodes[i]; }

/* 0 when it depends on the item. */
static int static_type(const cyn_i_binding *binding, const cyn_i_node *node) {
  if (node->kind == CYN_NODE_VALUE) return binding->bound->values[node->first][0];
  return node->kind == CYN_NODE_SIZE ? CYN_TYPE_N : 0;
}

static bool is_ordered(int type) { return type == CYN_TYPE_S || type == CYN_TYPE_N || type == CYN_TYPE_B; }

/* The reference knows no certain wording for the comparators; this is the one of the functions, which is also what the
 * service answers in PartiQL. */
static cyn_status fault_type(const cyn_i_binding *binding, const cyn_i_node *node, const char *type) {
  return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                         "Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
                         cyn_i_node_name((cyn_i_node_kind)node->kind), type);
}

static cyn_status check_defined(const cyn_i_binding *binding, const cyn_i_node *node, operand_list *out) {
  out->count = node->count;
  uint16_t child = node->first;
  for (uint16_t i = 0; i < node->count; i++) {
    const cyn_i_node *operand = node_at(binding, child);
    cyn_status status = CYN_OK;
    if (operand->kind == CYN_NODE_PATH)
      status = cyn_i_check_path_defined(binding, operand->first);
    else if (operand->kind == CYN_NODE_VALUE)
      status = cyn_i_check_value_defined(binding, operand->first);
    if (status != CYN_OK) return status;
    if (i < 3) out->at[i] = operand;
    child = operand->next;
  }
  return CYN_OK;
}

static cyn_status check_count(const cyn_i_binding *binding, const cyn_i_node *node) {
  unsigned wanted = 0;
  switch (node->kind) {
    case CYN_NODE_ATTRIBUTE_EXISTS:
    case CYN_NODE_ATTRIBUTE_NOT_EXISTS:
    case CYN_NODE_SIZE: wanted = 1; break;
    case CYN_NODE_ATTRIBUTE_TYPE:
    case CYN_NODE_BEGINS_WITH:
    case CYN_NODE_CONTAINS: wanted = 2; break;
    case CYN_NODE_IN:
      if (node->count - 1 <= CYN_IN_OPERAND_COUNT_MAX) return CYN_OK;
      return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                             "The IN operator is provided with too many operands; number of operands: %d",
                             node->count - 1);
    default: return CYN_OK;
  }
  if (node->count == wanted) return CYN_OK;
  return cyn_i_fault_set(
      &binding->sink, CYN_CHECK_EXPRESSION_OTHER,
      "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %u",
      cyn_i_node_name((cyn_i_node_kind)node->kind), (unsigned)node->count);
}

static cyn_status check_distinct(const cyn_i_binding *binding, const cyn_i_node *node, const operand_list *operands) {
  if (operands->count != 2 || operands->at[0]->kind != CYN_NODE_PATH || operands->at[1]->kind != CYN_NODE_PATH)
    return CYN_OK;
  cyn_i_path first = binding->bound->paths[operands->at[0]->first];
  if (!cyn_i_path_equal(first, binding->bound->paths[operands->at[1]->first])) return CYN_OK;
  char head[200];
  (void)snprintf(head, sizeof head,
                 "The first operand must be distinct from the remaining operands for this operator or function; "
                 "operator: %s, first operand: ",
                 cyn_i_node_name((cyn_i_node_kind)node->kind));
  return cyn_i_fault_set_paths(&binding->sink, CYN_CHECK_EXPRESSION_OTHER, head, first, NULL, NULL);
}

/* "{S:a}" as the service prints a value in a message. */
static void print_value(cyn_i_buf *buf, const uint8_t *value) {
  cyn_bytes content = cyn_i_value_content(value);
  cyn_i_buf_printf(buf, "AttributeValue: {%s:", cyn_i_type_name(cyn_i_value_type(value)));
  if (value[0] == CYN_TYPE_N) {
    char text[CYN_NUMBER_TEXT_MAX];
    cyn_i_buf_append(buf, text, cyn_i_number_format((const uint8_t *)content.data, content.size, text));
  } else if (value[0] == CYN_TYPE_B) {
    cyn_i_base64_encode(buf, content);
  } else {
    cyn_i_buf_append(buf, content.data, content.size);
  }
  cyn_i_buf_byte(buf, '}');
}

static cyn_status fault_bounds(const cyn_i_binding *binding, const char *rule, const uint8_t *low,
                               const uint8_t *high) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, binding->sink.arena);
  cyn_i_buf_text(&buf, rule);
  cyn_i_buf_text(&buf, "; lower bound operand: ");
  print_value(&buf, low);
  cyn_i_buf_text(&buf, ", upper bound operand: ");
  print_value(&buf, high);
  if (buf.failed) return cyn_i_error_no_memory(binding->sink.error);
  return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER, "The BETWEEN operator requires %.*s",
                         (int)buf.size, (const char *)buf.data);
}

static cyn_status check_ordered(const cyn_i_binding *binding, const cyn_i_node *node, const operand_list *operands) {
  for (uint16_t i = 0; i < operands->count; i++) {
    int type = static_type(binding, operands->at[i]);
    if (type != 0 && !is_ordered(type)) return fault_type(binding, node, cyn_i_type_name((cyn_type)type));
  }
  return CYN_OK;
}

static cyn_status check_between(const cyn_i_binding *binding, const cyn_i_node *node, const operand_list *operands) {
  cyn_status status = check_ordered(binding, node, operands);
  if (status != CYN_OK || operands->at[1]->kind != CYN_NODE_VALUE || operands->at[2]->kind != CYN_NODE_VALUE)
    return status;
  const uint8_t *low = binding->bound->values[operands->at[1]->first];
  const uint8_t *high = binding->bound->values[operands->at[2]->first];
  if (low[0] != high[0]) return fault_bounds(binding, "same data type for lower and upper bounds", low, high);
  if (cyn_i_content_compare(cyn_i_value_content(low), cyn_i_value_content(high)) > 0)
    return fault_bounds(binding, "upper bound to be greater than or equal to lower bound", low, high);
  return CYN_OK;
}

static cyn_status check_attribute_type(const cyn_i_binding *binding, const cyn_i_node *node,
                                       const operand_list *operands) {
  const cyn_i_node *wanted = operands->at[1];
  int type = static_type(binding, wanted);
  if (type == 0) return fault_type(binding, node, TYPES_ATTRIBUTE_TYPE_PATH);
  if (type != CYN_TYPE_S) return fault_type(binding, node, cyn_i_type_name((cyn_type)type));
  cyn_bytes name = cyn_i_value_content(binding->bound->values[wanted->first]);
  for (int known = CYN_TYPE_S; known <= CYN_TYPE_BOOL; known++) {
    const char *text = cyn_i_type_name((cyn_type)known);
    if (strlen(text) == name.size && memcmp(text, name.data, name.size) == 0) return CYN_OK;
  }
  return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                         "Invalid attribute type name found; type: %.*s, valid types: " TYPES_ATTRIBUTE_TYPE_VALID,
                         CYN_BYTES_FORMAT(name));
}

static cyn_status check_begins_with(const cyn_i_binding *binding, const cyn_i_node *node,
                                    const operand_list *operands) {
  for (int i = 0; i < 2; i++) {
    int type = static_type(binding, operands->at[i]);
    if (type != 0 && type != CYN_TYPE_S && type != CYN_TYPE_B)
      return fault_type(binding, node, cyn_i_type_name((cyn_type)type));
  }
  return CYN_OK;
}

static cyn_status check_types(const cyn_i_binding *binding, const cyn_i_node *node, const operand_list *operands) {
  int type;
  switch (node->kind) {
    case CYN_NODE_ATTRIBUTE_EXISTS:
    case CYN_NODE_ATTRIBUTE_NOT_EXISTS:
      if (operands->at[0]->kind == CYN_NODE_PATH) return CYN_OK;
      return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                             "Operator or function requires a document path; operator or function: %s",
                             cyn_i_node_name((cyn_i_node_kind)node->kind));
    case CYN_NODE_ATTRIBUTE_TYPE: return check_attribute_type(binding, node, operands);
    case CYN_NODE_BEGINS_WITH: return check_begins_with(binding, node, operands);
    case CYN_NODE_SIZE:
      type = static_type(binding, operands->at[0]);
      if (type != CYN_TYPE_N && type != CYN_TYPE_BOOL && type != CYN_TYPE_NULL) return CYN_OK;
      return fault_type(binding, node, cyn_i_type_name((cyn_type)type));
    case CYN_NODE_LT:
    case CYN_NODE_LE:
    case CYN_NODE_GT:
    case CYN_NODE_GE: return check_ordered(binding, node, operands);
    case CYN_NODE_BETWEEN: return check_between(binding, node, operands);
    default: return CYN_OK;
  }
}

cyn_status cyn_i_check_condition(const cyn_i_binding *binding) {
  for (uint16_t i = 0; i < binding->program->node_count; i++) {
    const cyn_i_node *node = node_at(binding, i);
    if (node->kind <= CYN_NODE_VALUE || (node->kind >= CYN_NODE_AND && node->kind <= CYN_NODE_NOT)) continue;
    operand_list operands;
    cyn_status status = check_defined(binding, node, &operands);
    if (status == CYN_OK) status = check_count(binding, node);
    if (status == CYN_OK) status = check_distinct(binding, node, &operands);
    if (status == CYN_OK) status = check_types(binding, node, &operands);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}
