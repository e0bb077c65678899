/* Programs from legacy parameters (Expected, filters, AttributeUpdates, AttributesToGet): the same nodes as from a text,
 * built together with their bound form. Attribute names are top-level names as they are: a dot in one is part of it. */
#include "expression/program_private.h"

typedef struct legacy_builder {
  cyn_i_program *program;
  cyn_i_bound *bound;
  cyn_i_node *nodes;
  cyn_i_path *paths;
  cyn_i_path_step *steps;
  const uint8_t **values;
  cyn_i_target *targets;
} legacy_builder;

static bool builder_init(legacy_builder *builder, cyn_i_arena *arena, cyn_i_expression_kind kind, size_t paths,
                         size_t values, size_t nodes, size_t targets) {
  if (paths > CYN_LEGACY_COUNT_MAX || values > CYN_LEGACY_COUNT_MAX || nodes > CYN_LEGACY_COUNT_MAX) return false;
  builder->program = cyn_i_arena_zalloc(arena, 1, sizeof *builder->program);
  builder->bound = cyn_i_arena_zalloc(arena, 1, sizeof *builder->bound);
  builder->nodes = cyn_i_arena_alloc(arena, nodes * sizeof *builder->nodes);
  builder->paths = cyn_i_arena_alloc(arena, paths * sizeof *builder->paths);
  builder->steps = cyn_i_arena_alloc(arena, paths * sizeof *builder->steps);
  builder->values = cyn_i_arena_alloc(arena, values * sizeof *builder->values);
  builder->targets = cyn_i_arena_alloc(arena, targets * sizeof *builder->targets);
  if (builder->program == NULL || builder->bound == NULL || builder->nodes == NULL || builder->paths == NULL ||
      builder->steps == NULL || builder->values == NULL || builder->targets == NULL)
    return false;
  *builder->program = (cyn_i_program){.kind = kind,
                                      .root = CYN_NODE_NONE,
                                      .legacy = true,
                                      .nodes = builder->nodes,
                                      .paths = builder->paths,
                                      .steps = builder->steps,
                                      .targets = builder->targets};
  *builder->bound = (cyn_i_bound){builder->program, builder->paths, builder->values, NULL};
  return true;
}

static uint16_t add_node(legacy_builder *builder, cyn_i_node_kind kind, uint16_t first, uint16_t count) {
  uint16_t at = builder->program->node_count++;
  builder->nodes[at] = (cyn_i_node){(uint8_t)kind, 0, count, first, CYN_NODE_NONE};
  return at;
}

static uint16_t add_path(legacy_builder *builder, cyn_bytes attribute) {
  uint16_t at = builder->program->path_count++;
  if (attribute.data == NULL) attribute.data = ""; /* a step without data would be an index */
  builder->program->step_count++;
  builder->steps[at] = (cyn_i_path_step){attribute, 0};
  builder->paths[at] = (cyn_i_path){&builder->steps[at], 1};
  return at;
}

static uint16_t add_value(legacy_builder *builder, const uint8_t *value) {
  uint16_t at = builder->program->value_count++;
  builder->values[at] = value;
  return at;
}

/* ---- conditions ---- */

static cyn_i_node_kind node_kind_of(cyn_i_legacy_operator operator_) {
  switch (operator_) {
    case CYN_LEGACY_EQ: return CYN_NODE_EQ;
    case CYN_LEGACY_NE: return CYN_NODE_NE;
    case CYN_LEGACY_LE: return CYN_NODE_LE;
    case CYN_LEGACY_LT: return CYN_NODE_LT;
    case CYN_LEGACY_GE: return CYN_NODE_GE;
    case CYN_LEGACY_GT: return CYN_NODE_GT;
    case CYN_LEGACY_NOT_NULL: return CYN_NODE_ATTRIBUTE_EXISTS;
    case CYN_LEGACY_NULL: return CYN_NODE_ATTRIBUTE_NOT_EXISTS;
    case CYN_LEGACY_CONTAINS:
    case CYN_LEGACY_NOT_CONTAINS: return CYN_NODE_CONTAINS;
    case CYN_LEGACY_BEGINS_WITH: return CYN_NODE_BEGINS_WITH;
    case CYN_LEGACY_IN: return CYN_NODE_IN;
    case CYN_LEGACY_BETWEEN: return CYN_NODE_BETWEEN;
  }
  return CYN_NODE_EQ;
}

static uint16_t add_term(legacy_builder *builder, const cyn_i_legacy_term *term) {
  uint16_t first = add_node(builder, CYN_NODE_PATH, add_path(builder, term->attribute), 0), last = first;
  for (size_t i = 0; i < term->value_count; i++) {
    uint16_t value = add_node(builder, CYN_NODE_VALUE, add_value(builder, term->values[i]), 0);
    builder->nodes[last].next = value;
    last = value;
  }
  uint16_t node = add_node(builder, node_kind_of(term->operator_), first, (uint16_t)(1 + term->value_count));
  return term->operator_ == CYN_LEGACY_NOT_CONTAINS ? add_node(builder, CYN_NODE_NOT, node, 1) : node;
}

/* The terms hang to the right (a AND (b AND (c …))): evaluation then loops instead of recursing. */
cyn_i_bound *cyn_i_legacy_condition(cyn_i_arena *arena, const cyn_i_legacy_term *terms, size_t count, bool use_or) {
  size_t values = 0;
  for (size_t i = 0; i < count; i++) values += terms[i].value_count;
  legacy_builder builder;
  if (!builder_init(&builder, arena, CYN_EXPRESSION_CONDITION, count, values, count * 4 + values, 0)) return NULL;
  uint16_t root = CYN_NODE_NONE;
  for (size_t i = count; i-- > 0;) {
    uint16_t node = add_term(&builder, &terms[i]);
    if (root != CYN_NODE_NONE) {
      builder.nodes[node].next = root;
      node = add_node(&builder, use_or ? CYN_NODE_OR : CYN_NODE_AND, node, 2);
    }
    root = node;
  }
  builder.program->root = root;
  return builder.bound;
}

/* ---- updates and projections ---- */

cyn_i_bound *cyn_i_legacy_update_new(cyn_i_arena *arena, const cyn_i_legacy_update *updates, size_t count) {
  legacy_builder builder;
  if (!builder_init(&builder, arena, CYN_EXPRESSION_UPDATE, count, count, count, count)) return NULL;
  for (size_t i = 0; i < count; i++) {
    cyn_i_target target = {add_path(&builder, updates[i].attribute), CYN_NODE_NONE, (uint8_t)updates[i].action};
    if (updates[i].action != CYN_UPDATE_REMOVE)
      target.value = add_node(&builder, CYN_NODE_VALUE, add_value(&builder, updates[i].value), 0);
    builder.targets[builder.program->target_count++] = target;
  }
  return cyn_i_bound_sort(builder.bound, arena) ? builder.bound : NULL;
}

cyn_i_bound *cyn_i_legacy_projection(cyn_i_arena *arena, const cyn_bytes *attributes, size_t count) {
  legacy_builder builder;
  if (!builder_init(&builder, arena, CYN_EXPRESSION_PROJECTION, count, 0, 0, 0)) return NULL;
  for (size_t i = 0; i < count; i++) (void)add_path(&builder, attributes[i]);
  return cyn_i_bound_sort(builder.bound, arena) ? builder.bound : NULL;
}
