/* What PutItem, UpdateItem and DeleteItem have in common: their inputs have the same parameters under three types. */
#ifndef CYN_ENGINE_SINGLE_WRITE_H
#define CYN_ENGINE_SINGLE_WRITE_H

#include "engine/action.h"
#include "engine/parameters.h"

typedef struct cyn_i_single_request {
  cyn_i_action_kind kind;
  cyn_bytes table_name;
  cyn_item item;                             /* or key */
  const cyn_attribute_updates *updates;      /* UpdateItem; NULL */
  cyn_bytes update_expression;               /* UpdateItem; absent */
  const cyn_expected_attribute_map *expected;
  cyn_bytes conditional_operator;
  cyn_bytes condition_expression;
  cyn_string_map names;
  cyn_item values;
  cyn_bytes return_values, return_values_on_failure;
} cyn_i_single_request;

/* The members of that name of an input of one of the three operations. */
#define CYN_I_SINGLE_REQUEST(action_kind, input, item_member)                                     \
  {                                                                                               \
    .kind = (action_kind), .table_name = (input)->table_name, .item = (input)->item_member,       \
    .expected = &(input)->expected, .conditional_operator = (input)->conditional_operator,        \
    .condition_expression = (input)->condition_expression,                                        \
    .names = (input)->expression_attribute_names, .values = (input)->expression_attribute_values, \
    .return_values = (input)->return_values,                                                      \
    .return_values_on_failure = (input)->return_values_on_condition_check_failure                 \
  }

/* All checks in the service's order, then the write; `answer` runs when it was carried out. */
cyn_i_pending *cyn_i_single_write(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_single_request *request,
                                  void (*answer)(cyn_i_item_write *write));

/* Consumed capacity and item-collection metrics of the answer. */
void cyn_i_single_write_figures(cyn_i_item_write *write, cyn_bytes return_consumed_capacity,
                                cyn_bytes return_item_collection_metrics, const cyn_consumed_capacity **capacity,
                                const cyn_item_collection_metrics **metrics);

#endif
