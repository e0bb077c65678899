/* What the files of this folder share: the compiled program, the bound program, and how a fault is answered.
 *
 * A program is a tree kept in one array of 8-byte nodes. Nodes stand in the order in which the parser finished them
 * (operands before their operator, left before right), so the checks that go "left to right" are loops over the array.
 * Invariants: an operator's children have smaller numbers than the operator; a node is the child of at most one other;
 * a program that compiled holds at most CYN_OPERATOR_COUNT_MAX operators, so its tree is no deeper than that and may be
 * walked by recursion. */
#ifndef CYN_EXPRESSION_PROGRAM_PRIVATE_H
#define CYN_EXPRESSION_PROGRAM_PRIVATE_H

#include "expression/expression.h"

#include "value/item.h"

#define CYN_EXPRESSION_SIZE_MAX 4096
#define CYN_OPERATOR_COUNT_MAX 300
#define CYN_IN_OPERAND_COUNT_MAX 100
/* The largest list index of a path: the service keeps it in a 32-bit int. */
#define CYN_LIST_INDEX_MAX 2147483647u

#define CYN_NODE_NONE UINT16_MAX
#define CYN_SLOT_NONE UINT16_MAX

typedef enum cyn_i_node_kind {
  /* operands; `first` is the number of the path or value */
  CYN_NODE_PATH,
  CYN_NODE_VALUE,
  /* functions */
  CYN_NODE_ATTRIBUTE_EXISTS,
  CYN_NODE_ATTRIBUTE_NOT_EXISTS,
  CYN_NODE_ATTRIBUTE_TYPE,
  CYN_NODE_BEGINS_WITH,
  CYN_NODE_CONTAINS,
  CYN_NODE_SIZE,
  CYN_NODE_IF_NOT_EXISTS,
  CYN_NODE_LIST_APPEND,
  CYN_NODE_UNKNOWN_FUNCTION, /* while parsing only */
  /* operators */
  CYN_NODE_EQ,
  CYN_NODE_NE,
  CYN_NODE_LT,
  CYN_NODE_LE,
  CYN_NODE_GT,
  CYN_NODE_GE,
  CYN_NODE_BETWEEN,
  CYN_NODE_IN,
  CYN_NODE_AND,
  CYN_NODE_OR,
  CYN_NODE_NOT,
  CYN_NODE_PLUS,
  CYN_NODE_MINUS
} cyn_i_node_kind;

typedef struct cyn_i_node {
  uint8_t kind;
  uint8_t parenthesised; /* stands in parentheses of its own; while parsing only */
  uint16_t count;        /* children */
  uint16_t first;        /* first child, or the path's or value's number */
  uint16_t next;         /* next child of the same parent */
} cyn_i_node;

typedef struct cyn_i_target {
  uint16_t path;
  uint16_t value; /* node of the right side; CYN_NODE_NONE for REMOVE */
  uint8_t action; /* cyn_i_update_action */
} cyn_i_target;

struct cyn_i_program {
  cyn_i_expression_kind kind;
  uint16_t node_count;
  uint16_t root; /* conditions: CYN_NODE_NONE for the condition of no terms */
  uint16_t path_count;
  uint16_t step_count;
  uint16_t value_count;
  uint16_t target_count;
  bool has_names; /* some step is a placeholder, so paths are copied at each bind */
  bool legacy;    /* from legacy parameters: ADD takes lists, other texts */
  const cyn_i_node *nodes;
  const cyn_i_path *paths;      /* in text order; placeholders stand in their steps as "#name" */
  const cyn_i_path_step *steps; /* of all paths, one path after the other */
  const uint8_t *step_is_name;  /* 1 where the step is a placeholder */
  const cyn_bytes *values;      /* ":name" of each occurrence of a value, in text order */
  const cyn_i_target *targets;  /* updates: in text order; projections have one path a target and need none */
};

struct cyn_i_bound {
  const cyn_i_program *program;
  const cyn_i_path *paths;
  const uint8_t *const *values; /* encoded value of each occurrence; NULL: undefined (never after a good bind) */
  const uint16_t *order;        /* updates and projections: numbers of targets or paths sorted by path */
};

/* ---- faults ---- */

/* Where a fault goes. Every fault of a compile or bind is made by the two functions below. */
typedef struct cyn_i_fault_sink {
  cyn_i_expression_kind kind;
  cyn_i_arena *arena;
  cyn_i_check *check; /* may be NULL */
  cyn_error *error;   /* may be NULL */
} cyn_i_fault_sink;

/* "Invalid {Kind}: " and the text; returns the status. */
cyn_status cyn_i_fault_set(const cyn_i_fault_sink *sink, cyn_i_check check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a bracketed path behind each of the two heads; `second` may be NULL. */
cyn_status cyn_i_fault_set_paths(const cyn_i_fault_sink *sink, cyn_i_check check, const char *head, cyn_i_path first,
                                 const char *second_head, const cyn_i_path *second);
const char *cyn_i_expression_kind_name(cyn_i_expression_kind kind);
/* As messages spell an operator or function. */
const char *cyn_i_node_name(cyn_i_node_kind kind);
#define CYN_BYTES_FORMAT(bytes) (int)(bytes).size, (bytes).data

/* ---- parts of compile and bind ---- */

/* Compiles with working memory from `scratch`; the program alone lives in `arena`. They may be the same. */
cyn_status cyn_i_program_compile_in(cyn_i_expression_kind kind, cyn_bytes text, cyn_i_arena *scratch,
                                    cyn_i_arena *arena, const cyn_i_program **out, cyn_i_check *check,
                                    cyn_error *error);

/* Looks a placeholder up and marks it used. */
bool cyn_i_substitutions_name(cyn_i_substitutions *substitutions, cyn_bytes placeholder, cyn_bytes *out);
const uint8_t *cyn_i_substitutions_value(cyn_i_substitutions *substitutions, cyn_bytes placeholder);

/* What the bind checks look at. */
typedef struct cyn_i_binding {
  const cyn_i_program *program;
  const cyn_i_bound *bound;
  cyn_i_substitutions *substitutions;
  cyn_i_fault_sink sink;
  bool names_missing; /* some placeholder is undefined: the checks find which is to be reported */
  bool values_missing;
} cyn_i_binding;
cyn_status cyn_i_check_condition(const cyn_i_binding *binding);
cyn_status cyn_i_check_update(const cyn_i_binding *binding);
/* CYN_OK when path `i` has no undefined placeholder. */
cyn_status cyn_i_check_path_defined(const cyn_i_binding *binding, uint16_t path);
cyn_status cyn_i_check_value_defined(const cyn_i_binding *binding, uint16_t value);
/* Overlapping, then conflicting paths among the targets (or paths, of a projection). */
cyn_status cyn_i_check_paths(const cyn_i_binding *binding);

/* ---- paths ---- */

/* What a path leads to in the item, or NULL. */
const uint8_t *cyn_i_path_find(cyn_i_path path, const uint8_t *item);
static inline bool cyn_i_step_is_index(const cyn_i_path_step *step) { return step->name.data == NULL; }
/* A total order of steps: names before indexes, names by size and bytes. */
int cyn_i_step_compare(const cyn_i_path_step *a, const cyn_i_path_step *b);
bool cyn_i_path_equal(cyn_i_path a, cyn_i_path b);
/* The path of target `i` of an update, or path `i` of a projection. */
static inline cyn_i_path cyn_i_bound_sorted_path(const cyn_i_bound *bound, uint16_t i) {
  return bound->paths[bound->program->target_count != 0 ? bound->program->targets[i].path : i];
}
/* Fills bound->order; false when out of memory. */
bool cyn_i_bound_sort(cyn_i_bound *bound, cyn_i_arena *arena);

/* A run of sorted targets that agree in their first `depth` steps. */
typedef struct cyn_i_group {
  uint16_t low;
  uint16_t high; /* one past the last */
} cyn_i_group;
/* The part of `group` whose step at `depth` is this name, empty when there is none. */
cyn_i_group cyn_i_group_search_name(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, cyn_bytes name);
static inline cyn_i_group cyn_i_group_find_name(const cyn_i_bound *bound, cyn_i_group group, unsigned depth,
                                                cyn_bytes name) {
  if (group.high - group.low != 1) return cyn_i_group_search_name(bound, group, depth, name);
  /* one path, asked of every attribute of the item: the common case */
  const cyn_i_path_step *step = &cyn_i_bound_sorted_path(bound, bound->order[group.low]).steps[depth];
  if (step->name.size != name.size || cyn_i_step_is_index(step) || memcmp(step->name.data, name.data, name.size) != 0)
    group.high = group.low;
  return group;
}
/* The part that agrees with its first member at `depth`. */
cyn_i_group cyn_i_group_first(const cyn_i_bound *bound, cyn_i_group group, unsigned depth);

/* Appends the parts of the item that the sorted paths name. */
void cyn_i_bound_project(const cyn_i_bound *bound, const uint8_t *item, cyn_i_buf *buf);

#endif
