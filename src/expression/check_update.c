/* The bind-time checks of updates that come after names, values and paths: ADD and DELETE operand types of all clauses,
 * then the functions and the operators of SET, each in text order. */
#include "expression/program_private.h"

/* ADD and DELETE print types in words, the functions in letters. */
static const char *type_word(int type) {
  switch (type) {
    case CYN_TYPE_S: return "STRING";
    case CYN_TYPE_N: return "NUMBER";
    case CYN_TYPE_B: return "BINARY";
    case CYN_TYPE_NULL: return "NULL";
    case CYN_TYPE_BOOL: return "BOOLEAN";
    case CYN_TYPE_L: return "LIST";
    case CYN_TYPE_M: return "MAP";
    default: return "";
  }
}

static bool is_set(int type) { return type == CYN_TYPE_SS || type == CYN_TYPE_NS || type == CYN_TYPE_BS; }

static cyn_status check_clause(const cyn_i_binding *binding, const cyn_i_target *target) {
  if (target->action != CYN_UPDATE_ADD && target->action != CYN_UPDATE_DELETE) return CYN_OK;
  int type = binding->bound->values[binding->program->nodes[target->value].first][0];
  if (is_set(type) || (target->action == CYN_UPDATE_ADD && type == CYN_TYPE_N)) return CYN_OK;
  return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                         "Incorrect operand type for operator or function; operator: %s, operand type: %s",
                         target->action == CYN_UPDATE_ADD ? "ADD" : "DELETE", type_word(type));
}

/* 0 when it depends on the item. */
static int static_type(const cyn_i_binding *binding, const cyn_i_node *node) {
  switch (node->kind) {
    case CYN_NODE_VALUE: return binding->bound->values[node->first][0];
    case CYN_NODE_LIST_APPEND: return CYN_TYPE_L;
    case CYN_NODE_PLUS:
    case CYN_NODE_MINUS: return CYN_TYPE_N;
    default: return 0;
  }
}

/* Every operand is of the type, or not known yet. */
static cyn_status check_operands(const cyn_i_binding *binding, const cyn_i_node *node, int wanted) {
  uint16_t child = node->first;
  for (uint16_t i = 0; i < node->count; i++) {
    const cyn_i_node *operand = &binding->program->nodes[child];
    int type = static_type(binding, operand);
    if (type != 0 && type != wanted)
      return cyn_i_fault_set(
          &binding->sink, CYN_CHECK_EXPRESSION_OTHER,
          "Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
          cyn_i_node_name((cyn_i_node_kind)node->kind), cyn_i_type_name((cyn_type)type));
    child = operand->next;
  }
  return CYN_OK;
}

static cyn_status check_function(const cyn_i_binding *binding, const cyn_i_node *node) {
  const char *name = cyn_i_node_name((cyn_i_node_kind)node->kind);
  if (node->count != 2)
    return cyn_i_fault_set(
        &binding->sink, CYN_CHECK_EXPRESSION_OTHER,
        "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %u", name,
        (unsigned)node->count);
  if (node->kind == CYN_NODE_LIST_APPEND) return check_operands(binding, node, CYN_TYPE_L);
  if (binding->program->nodes[node->first].kind != CYN_NODE_PATH)
    return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                           "Operator or function requires a document path; operator or function: %s", name);
  return CYN_OK;
}

cyn_status cyn_i_check_update(const cyn_i_binding *binding) {
  const cyn_i_program *program = binding->program;
  cyn_status status = CYN_OK;
  for (uint16_t i = 0; status == CYN_OK && i < program->target_count; i++)
    status = check_clause(binding, &program->targets[i]);
  for (uint16_t i = 0; status == CYN_OK && i < program->node_count; i++) {
    const cyn_i_node *node = &program->nodes[i];
    if (node->kind == CYN_NODE_IF_NOT_EXISTS || node->kind == CYN_NODE_LIST_APPEND)
      status = check_function(binding, node);
    else if (node->kind == CYN_NODE_PLUS || node->kind == CYN_NODE_MINUS)
      status = check_operands(binding, node, CYN_TYPE_N);
  }
  return status;
}
