/* What BatchWriteItem and TransactWriteItems answer for each table of their writes; how a transaction is cancelled. */
#ifndef CYN_ENGINE_WRITE_ANSWER_H
#define CYN_ENGINE_WRITE_ANSWER_H

#include "engine/action.h"
#include "engine/parameters.h"

/* One entry a table, in the order of the request; on failure the call's error and status are set. */
void cyn_i_answer_capacities(cyn_i_item_write *write, cyn_i_capacity_wanted wanted, cyn_consumed_capacity_multiple *out);
void cyn_i_answer_collections(cyn_i_item_write *write, cyn_item_collection_metrics_per_table *out);

/* TransactionCanceledException: reasons[i].code, "None" or another, is that of action i. Returns the call's error. */
cyn_status cyn_i_answer_cancelled(cyn_i_call *call, const cyn_cancellation_reason *reasons, size_t count);

#endif
