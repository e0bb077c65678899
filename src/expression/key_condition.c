/* Key conditions: the rules of Query that need no table (expressions.md section 7), node by node from the root, left to
 * right, then the conditions as a flat list. */
#include "expression/program_private.h"

#include "base/error.h"

/* All of these texts carry the prefix "Invalid KeyConditionExpression: " today: seen on AWS for "Multiple attribute
 * names" and "must only contain one condition per key" (2026); the others are taken to have moved with them. */
#define KEY_CONDITION_PREFIXED true

typedef struct key_collector {
  const cyn_i_bound *bound;
  cyn_i_key_condition *conditions;
  size_t count;
  cyn_i_fault_sink sink;
} key_collector;

static cyn_status refuse(const key_collector *collector, const char *text, const char *detail, const char *rest) {
  if (KEY_CONDITION_PREFIXED)
    return cyn_i_fault_set(&collector->sink, CYN_CHECK_KEY_CONDITION, "%s%s%s", text, detail, rest);
  if (collector->sink.check != NULL) *collector->sink.check = CYN_CHECK_KEY_CONDITION;
  return cyn_i_error_setf(collector->sink.error, CYN_E_VALIDATION, "%s%s%s", text, detail, rest);
}

#define IN_KEY_CONDITION "Invalid condition in KeyConditionExpression: "

static const cyn_i_node *node_at(const key_collector *collector, uint16_t i) {
  return &collector->bound->program->nodes[i];
}

static cyn_status check_operator(const key_collector *collector, const cyn_i_node *node) {
  const char *name = cyn_i_node_name((cyn_i_node_kind)node->kind);
  bool starts_with_path = node_at(collector, node->first)->kind == CYN_NODE_PATH;
  switch (node->kind) {
    case CYN_NODE_OR:
    case CYN_NODE_NOT:
    case CYN_NODE_IN:
    case CYN_NODE_NE:
    case CYN_NODE_ATTRIBUTE_EXISTS:
    case CYN_NODE_ATTRIBUTE_NOT_EXISTS:
    case CYN_NODE_ATTRIBUTE_TYPE:
    case CYN_NODE_CONTAINS: return refuse(collector, "Invalid operator used in KeyConditionExpression: ", name, "");
    case CYN_NODE_SIZE: return refuse(collector, "KeyConditionExpressions cannot contain nested operations", "", "");
    case CYN_NODE_BETWEEN:
    case CYN_NODE_BEGINS_WITH:
      if (starts_with_path) return CYN_OK;
      return refuse(collector, IN_KEY_CONDITION, name, " operator must have the key attribute as its first operand");
    default: return CYN_OK;
  }
}

/* Looks through the operands for the one attribute; *place is its position among them. */
static cyn_status find_attribute(const key_collector *collector, const cyn_i_node *node, cyn_bytes *attribute,
                                 uint16_t *place) {
  uint16_t child = node->first;
  attribute->data = NULL;
  for (uint16_t i = 0; i < node->count; i++, child = node_at(collector, child)->next) {
    const cyn_i_node *operand = node_at(collector, child);
    if (operand->kind == CYN_NODE_VALUE) continue;
    if (operand->kind != CYN_NODE_PATH) return check_operator(collector, operand);
    cyn_i_path path = collector->bound->paths[operand->first];
    if (attribute->data != NULL)
      return refuse(collector, IN_KEY_CONDITION "Multiple attribute names used in one condition", "", "");
    if (path.count > 1)
      return refuse(collector, "KeyConditionExpressions cannot have conditions on nested attributes", "", "");
    *attribute = path.steps[0].name;
    *place = i;
  }
  if (attribute->data == NULL) return refuse(collector, IN_KEY_CONDITION "No key attribute specified", "", "");
  return CYN_OK;
}

/* Value first is mirrored: `:a <= k` is `k >= :a`. */
static cyn_i_key_operator operator_of(const cyn_i_node *node, bool mirrored) {
  switch (node->kind) {
    case CYN_NODE_LT: return mirrored ? CYN_KEY_GT : CYN_KEY_LT;
    case CYN_NODE_LE: return mirrored ? CYN_KEY_GE : CYN_KEY_LE;
    case CYN_NODE_GT: return mirrored ? CYN_KEY_LT : CYN_KEY_GT;
    case CYN_NODE_GE: return mirrored ? CYN_KEY_LE : CYN_KEY_GE;
    case CYN_NODE_BETWEEN: return CYN_KEY_BETWEEN;
    case CYN_NODE_BEGINS_WITH: return CYN_KEY_BEGINS_WITH;
    default: return CYN_KEY_EQ;
  }
}

/* Not inlined, for a small stack frame of the recursion below. */
__attribute__((noinline)) static cyn_status add_condition(key_collector *collector, const cyn_i_node *node) {
  cyn_i_key_condition condition = {{NULL, 0}, CYN_KEY_EQ, NULL, NULL};
  uint16_t place = 0;
  cyn_status status = find_attribute(collector, node, &condition.attribute, &place);
  if (status != CYN_OK) return status;
  for (size_t i = 0; i < collector->count; i++) {
    cyn_bytes other = collector->conditions[i].attribute;
    if (other.size == condition.attribute.size && memcmp(other.data, condition.attribute.data, other.size) == 0)
      return refuse(collector, "KeyConditionExpressions must only contain one condition per key", "", "");
  }
  condition.operator_ = operator_of(node, place != 0);
  const cyn_i_node *first = node_at(collector, node->first), *second = node_at(collector, first->next);
  condition.low = collector->bound->values[place != 0 ? first->first : second->first];
  if (node->kind == CYN_NODE_BETWEEN)
    condition.high = collector->bound->values[node_at(collector, second->next)->first];
  collector->conditions[collector->count++] = condition;
  return CYN_OK;
}

static cyn_status collect(key_collector *collector, uint16_t at) {
  for (;;) {
    const cyn_i_node *node = node_at(collector, at);
    cyn_status status = check_operator(collector, node);
    if (status != CYN_OK) return status;
    if (node->kind != CYN_NODE_AND) return add_condition(collector, node);
    status = collect(collector, node->first);
    if (status != CYN_OK) return status;
    at = node_at(collector, node->first)->next;
  }
}

cyn_status cyn_i_key_conditions(const cyn_i_bound *bound, cyn_i_arena *arena, const cyn_i_key_condition **out,
                                size_t *count, cyn_i_check *check, cyn_error *error) {
  key_collector collector = {bound, NULL, 0, {CYN_EXPRESSION_KEY_CONDITION, arena, check, error}};
  *out = NULL;
  *count = 0;
  if (check != NULL) *check = CYN_CHECK_NONE;
  /* every condition names a path of its own */
  collector.conditions = cyn_i_arena_alloc(arena, (bound->program->path_count + 1u) * sizeof *collector.conditions);
  if (collector.conditions == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = collect(&collector, bound->program->root);
  if (status != CYN_OK) return status;
  *out = collector.conditions;
  *count = collector.count;
  return CYN_OK;
}
