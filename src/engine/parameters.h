/* The parameters that many operations share: expressions with their names and values, legacy conditions, the service's
 * prefix, consumed capacity. The order of checks is that of expressions.md section 4. */
#ifndef CYN_ENGINE_PARAMETERS_H
#define CYN_ENGINE_PARAMETERS_H

#include "engine/engine_private.h"

/* One expression parameter of an operation, in the order in which they are checked. */
typedef struct cyn_i_expression_parameter {
  const char *name;             /* "ConditionExpression" */
  cyn_i_expression_kind kind;
  cyn_bytes text;               /* data NULL: not given */
  cyn_i_bound *bound;           /* left by bind; NULL where not given */
} cyn_i_expression_parameter;

/* One legacy parameter, for the check that both kinds are not mixed. */
typedef struct cyn_i_legacy_parameter {
  const char *name;
  bool is_given;
} cyn_i_legacy_parameter;

typedef struct cyn_i_parameters {
  cyn_i_expression_parameter *expressions;
  size_t expression_count;
  const size_t *print_order;    /* order of names in messages; NULL: as given */
  const cyn_i_legacy_parameter *legacy;
  size_t legacy_count;
  cyn_string_map names;
  cyn_item values;
  bool takes_values;            /* false: the operation has no ExpressionAttributeValues */
} cyn_i_parameters;

/* Checks 1 to 3: mixed kinds, names or values without an expression. */
cyn_status cyn_i_parameters_check(const cyn_i_parameters *parameters, cyn_i_call *call);
/* Checks 5 to 11: compiles (through the worker's cache) and binds every given expression. */
cyn_status cyn_i_parameters_bind(cyn_i_worker *worker, cyn_i_parameters *parameters, cyn_i_call *call);

/* A value fault of an item or key: ValidationException with its text. CYN_OK when `fault` is NULL. */
cyn_status cyn_i_check_fault(cyn_i_call *call, const cyn_fault *fault);

/* How a handler ends on a check that was made before the table was looked up: the service puts
 * "1 validation error detected: " in front of those for some operations (validation.md 0.1). Returns NULL. */
cyn_i_pending *cyn_i_call_refused(cyn_i_call *call, cyn_status status);
/* The same for one error that is already set (Query's Select texts). */
void cyn_i_prefix_error(cyn_i_call *call);

/* True for "ALL_OLD" and the like. */
static inline bool cyn_i_is(cyn_bytes value, const char *text) {
  size_t size = strlen(text);
  return value.data != NULL && value.size == size && memcmp(value.data, text, size) == 0;
}

/* ---- legacy conditions (legacy.c) ---- */

/* Expected with its ConditionalOperator: checks of validation.md section 6, then the condition; *out NULL when absent. */
cyn_status cyn_i_legacy_expected(cyn_i_call *call, const cyn_expected_attribute_map *expected, cyn_bytes conditional_operator,
                                 cyn_i_bound **out);
/* QueryFilter, ScanFilter: *out NULL when absent. */
cyn_status cyn_i_legacy_filter(cyn_i_call *call, const cyn_filter_condition_map *filter, cyn_bytes conditional_operator,
                               cyn_i_bound **out);
/* KeyConditions: the checks that need no table, then an array in the arena; operators that no key has are
 * CYN_KEY_UNSUPPORTED. */
cyn_status cyn_i_legacy_key_conditions(cyn_i_call *call, const cyn_key_conditions *conditions,
                                       const cyn_i_key_condition **out, size_t *count);
/* AttributeUpdates: checks, then the update; *out NULL when absent. */
cyn_status cyn_i_legacy_updates(cyn_i_call *call, const cyn_attribute_updates *updates, cyn_i_bound **out);
/* AttributesToGet: duplicates, then the projection; *out NULL when absent. */
cyn_status cyn_i_legacy_attributes(cyn_i_call *call, cyn_string_list attributes, cyn_i_bound **out);

/* ---- capacity (capacity.c) ---- */

typedef enum cyn_i_capacity_wanted { CYN_CAPACITY_NONE, CYN_CAPACITY_TOTAL, CYN_CAPACITY_INDEXES } cyn_i_capacity_wanted;
cyn_i_capacity_wanted cyn_i_capacity_wanted_from(cyn_bytes return_consumed_capacity);

typedef struct cyn_i_capacity {
  cyn_bytes table_name;       /* as the request has it */
  const cyn_i_table *table;
  double table_units;
  const double *index_units;  /* one for each index of the table; NULL: none */
  bool is_write;
  bool is_transaction;        /* units are doubled already; the read/write split is shown */
} cyn_i_capacity;
/* The answer's structure in the arena; NULL when none is wanted or memory is out (then the call's error is set). */
const cyn_consumed_capacity *cyn_i_capacity_answer(cyn_i_call *call, cyn_i_capacity_wanted wanted,
                                                   const cyn_i_capacity *capacity);
/* Units of a read of so many bytes: 4 KB steps, at least one, half unless consistent. */
double cyn_i_read_units(uint64_t bytes, bool consistent);

#endif
