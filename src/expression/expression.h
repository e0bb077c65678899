/* The expression language: compile a text once, bind names and values for a request, evaluate on item bytes.
 * Pure: no store, no clock. Grammar, order of checks and texts: expressions.md (DynamoDB pages
 * Expressions.OperatorsAndFunctions, Expressions.UpdateExpressions). Legacy parameters and PartiQL build the same
 * bound programs (builder functions at the end). */
#ifndef CYN_EXPRESSION_EXPRESSION_H
#define CYN_EXPRESSION_EXPRESSION_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "base/buf.h"

typedef enum cyn_i_expression_kind {
  CYN_EXPRESSION_CONDITION = 0,
  CYN_EXPRESSION_FILTER,
  CYN_EXPRESSION_KEY_CONDITION,
  CYN_EXPRESSION_PROJECTION,
  CYN_EXPRESSION_UPDATE
} cyn_i_expression_kind;

/* Which check failed, so that the engine can add the service's prefix per (operation, check). */
typedef enum cyn_i_check {
  CYN_CHECK_NONE = 0,
  CYN_CHECK_NAMES_EMPTY,
  CYN_CHECK_NAMES_KEY,
  CYN_CHECK_VALUES_EMPTY,
  CYN_CHECK_VALUES_KEY,
  CYN_CHECK_VALUES_VALUE,
  CYN_CHECK_NAMES_UNUSED,
  CYN_CHECK_VALUES_UNUSED,
  CYN_CHECK_EXPRESSION_EMPTY,
  CYN_CHECK_EXPRESSION_SIZE,
  CYN_CHECK_EXPRESSION_SYNTAX,
  CYN_CHECK_EXPRESSION_OPERATORS,
  CYN_CHECK_SECTION_TWICE,
  CYN_CHECK_PATHS_OVERLAP,
  CYN_CHECK_PATHS_CONFLICT,
  CYN_CHECK_EXPRESSION_OTHER, /* functions, reserved words, undefined names, operand types, … */
  CYN_CHECK_KEY_CONDITION
} cyn_i_check;

/* A compiled text: immutable, placeholders unresolved, shared by any number of binds. */
typedef struct cyn_i_program cyn_i_program;

/* Checks that need no names and values: empty, size, syntax, redundant parentheses, functions, reserved words, repeated
 * sections, operator count. Those that come after a bind-time check of the same expression in expressions.md section 5
 * are kept in the program and reported by bind in their turn. The program lives in `arena`. */
cyn_status cyn_i_program_compile(cyn_i_expression_kind kind, cyn_bytes text, cyn_i_arena *arena,
                                 const cyn_i_program **out, cyn_i_check *check, cyn_error *error);

/* A bounded cache of compiled programs, by (kind, text). Not thread-safe: one per worker. */
typedef struct cyn_i_expression_cache cyn_i_expression_cache;
cyn_i_expression_cache *cyn_i_expression_cache_new(size_t entry_count_max);
void cyn_i_expression_cache_destroy(cyn_i_expression_cache *cache);
/* As compile; a program from the cache is valid until the next call on the cache that compiles (callers pin the at most
 * four programs of a request: the cache never drops the last 16 returned). Failed compiles are not cached. */
cyn_status cyn_i_expression_cache_get(cyn_i_expression_cache *cache, cyn_i_expression_kind kind, cyn_bytes text,
                                      const cyn_i_program **out, cyn_i_check *check, cyn_error *error);

/* ExpressionAttributeNames and -Values of one request, with marks for what was used. */
typedef struct cyn_i_substitutions {
  cyn_string_map names;   /* at == NULL: absent */
  cyn_item values;        /* keys with their ':'; data == NULL: absent */
  uint8_t *name_used;     /* one byte each, in `arena` */
  uint8_t *value_used;
  const uint8_t **value_at; /* encoded value of each, in order; NULL array when there are none */
  cyn_bytes *value_key;
  size_t value_count;
  uint32_t *name_index;     /* private: hash tables where there are many; else NULL */
  uint32_t *value_index;
  uint32_t name_mask;
  uint32_t value_mask;
} cyn_i_substitutions;

/* Prepares and makes the checks 5 to 9 of expressions.md section 4 (empty maps, bad keys, bad values). */
cyn_status cyn_i_substitutions_init(cyn_i_substitutions *substitutions, cyn_string_map names, cyn_item values,
                                    cyn_i_arena *arena, cyn_i_check *check, cyn_error *error);
/* Check 11: unused names, then unused values. */
cyn_status cyn_i_substitutions_check_unused(const cyn_i_substitutions *substitutions, cyn_i_arena *arena,
                                            cyn_i_check *check, cyn_error *error);

/* A program with its names and values: lives in the request's arena, borrows names and values. */
typedef struct cyn_i_bound cyn_i_bound;
cyn_status cyn_i_program_bind(const cyn_i_program *program, cyn_i_substitutions *substitutions, cyn_i_arena *arena,
                              cyn_i_bound **out, cyn_i_check *check, cyn_error *error);

/* ---- paths, as bound ---- */
typedef struct cyn_i_path_step {
  cyn_bytes name;      /* data == NULL: a list index */
  uint32_t index;
} cyn_i_path_step;
typedef struct cyn_i_path {
  const cyn_i_path_step *steps; /* the first is always a name */
  size_t count;
} cyn_i_path;

/* Every path that the program mentions, operands included, in text order: for the checks of key attributes. */
size_t cyn_i_bound_path_count(const cyn_i_bound *bound);
cyn_i_path cyn_i_bound_path(const cyn_i_bound *bound, size_t i);
/* "[a, b, [1]]" without the brackets, as messages print paths. */
void cyn_i_path_print(cyn_i_buf *buf, cyn_i_path path);

/* ---- conditions and filters ---- */
/* `item` NULL: no item, every path is missing. Never fails: type mismatches are false. */
bool cyn_i_condition_evaluate(const cyn_i_bound *bound, const uint8_t *item);

/* ---- key conditions ---- */
typedef enum cyn_i_key_operator {
  CYN_KEY_EQ, CYN_KEY_LT, CYN_KEY_LE, CYN_KEY_GT, CYN_KEY_GE, CYN_KEY_BETWEEN, CYN_KEY_BEGINS_WITH,
  CYN_KEY_UNSUPPORTED /* legacy operators that are not indexable; never from an expression */
} cyn_i_key_operator;
typedef struct cyn_i_key_condition {
  cyn_bytes attribute;
  cyn_i_key_operator operator_;
  const uint8_t *low;   /* encoded value */
  const uint8_t *high;  /* BETWEEN only */
} cyn_i_key_condition;
/* The rules of expressions.md section 7 that need no table, then the conditions in text order (an array in the arena). */
cyn_status cyn_i_key_conditions(const cyn_i_bound *bound, cyn_i_arena *arena, const cyn_i_key_condition **out,
                                size_t *count, cyn_i_check *check, cyn_error *error);

/* ---- projections ---- */
/* Appends the projected item to `buf` (its size field included). */
void cyn_i_projection_apply(const cyn_i_bound *bound, const uint8_t *item, cyn_i_buf *buf);

/* ---- updates ---- */
typedef enum cyn_i_update_action { CYN_UPDATE_SET, CYN_UPDATE_REMOVE, CYN_UPDATE_ADD, CYN_UPDATE_DELETE } cyn_i_update_action;
typedef struct cyn_i_update_target {
  cyn_i_update_action action;
  cyn_i_path path;
  int static_type; /* cyn_type when it is known without the item (SET p = :v, ADD p :v), else 0 */
} cyn_i_update_target;
size_t cyn_i_update_target_count(const cyn_i_bound *bound);
cyn_i_update_target cyn_i_update_target_at(const cyn_i_bound *bound, size_t i);

/* Appends the new item to `buf`. `old_item` is the stored item, or the key as an item when there is none yet. All right
 * sides are computed from it. Run-time errors: ValidationException with the texts of section 8. Nesting over CYN_ITEM_DEPTH_WRITTEN_MAX
 * is an error here; the 400 KB limit is the caller's. */
cyn_status cyn_i_update_apply(const cyn_i_bound *bound, const uint8_t *old_item, cyn_i_arena *arena, cyn_i_buf *buf,
                              cyn_error *error);
/* UPDATED_OLD and UPDATED_NEW: the touched paths as found in `item`; appends an item, count 0 when nothing is there. */
void cyn_i_update_touched(const cyn_i_bound *bound, const uint8_t *item, cyn_i_buf *buf);

/* ---- the same programs from legacy parameters (bound at once) ---- */
typedef enum cyn_i_legacy_operator {
  CYN_LEGACY_EQ, CYN_LEGACY_NE, CYN_LEGACY_LE, CYN_LEGACY_LT, CYN_LEGACY_GE, CYN_LEGACY_GT, CYN_LEGACY_NOT_NULL,
  CYN_LEGACY_NULL, CYN_LEGACY_CONTAINS, CYN_LEGACY_NOT_CONTAINS, CYN_LEGACY_BEGINS_WITH, CYN_LEGACY_IN,
  CYN_LEGACY_BETWEEN
} cyn_i_legacy_operator;
typedef struct cyn_i_legacy_term {
  cyn_bytes attribute;
  cyn_i_legacy_operator operator_;
  const uint8_t *const *values; /* encoded values */
  size_t value_count;
} cyn_i_legacy_term;
/* Node numbers are 16 bits: what a legacy parameter may have in all, a term counting for four and a value for one. */
#define CYN_LEGACY_COUNT_MAX 65000
/* NULL when out of memory, or with more terms and values than that. A condition of no terms is true. */
cyn_i_bound *cyn_i_legacy_condition(cyn_i_arena *arena, const cyn_i_legacy_term *terms, size_t count, bool use_or);
typedef struct cyn_i_legacy_update {
  cyn_bytes attribute;
  cyn_i_update_action action; /* PUT is SET; DELETE without a value is REMOVE; ADD takes N, sets and L (appends) */
  const uint8_t *value;       /* NULL for REMOVE */
} cyn_i_legacy_update;
cyn_i_bound *cyn_i_legacy_update_new(cyn_i_arena *arena, const cyn_i_legacy_update *updates, size_t count);
cyn_i_bound *cyn_i_legacy_projection(cyn_i_arena *arena, const cyn_bytes *attributes, size_t count);

/* True for one of the 573 words, in any case. */
bool cyn_i_is_reserved_word(cyn_bytes word);

#endif
