/* Inside the engine: workers, tables, the shape of a handler. */
#ifndef CYN_ENGINE_ENGINE_PRIVATE_H
#define CYN_ENGINE_ENGINE_PRIVATE_H

#include "base/error.h"
#include "catalog/table.h"
#include "engine/engine.h"
#include "expression/expression.h"
#include "value/item.h"

/* What one call at a time uses without a lock: a view, caches. A thread takes the worker of its number and, where that
 * is taken, the next one. */
typedef struct cyn_i_worker cyn_i_worker;
struct cyn_i_worker {
  _Alignas(64) _Atomic bool taken;
  cyn_i_engine *engine;
  cyn_i_store_view *view;
  cyn_i_expression_cache *expressions;
  struct cyn_i_table_cache *tables;
};

struct cyn_i_engine {
  cyn_i_store *store;
  cyn_i_engine_options options;
  cyn_i_worker *workers;
  size_t worker_count;
  void (*upkeep)(void *user); /* wakes the background jobs (upkeep.h); NULL: there are none */
  void *upkeep_user;
};

/* Takes a worker; opens its view on first use. NULL: error is set. */
cyn_i_worker *cyn_i_worker_take(cyn_i_engine *engine, cyn_error *error);
void cyn_i_worker_give(cyn_i_worker *worker);

/* The table of a data operation: *out is retained. `name` may be an ARN. Absent, CREATING or DELETING:
 * ResourceNotFoundException "Requested resource not found". *guard is what a write must carry. */
cyn_status cyn_i_engine_table(cyn_i_worker *worker, const cyn_i_context *context, cyn_bytes name, cyn_i_table **out,
                              uint64_t *guard, cyn_error *error);
/* As it is, in any state; *out is NULL when there is no record (or it is GONE). For control operations. */
cyn_status cyn_i_engine_table_any(cyn_i_worker *worker, const cyn_i_context *context, cyn_bytes name, cyn_i_table **out,
                                  uint64_t *guard, cyn_error *error);
/* Splits a table ARN: the last part is the name; a plain name is itself. `region` and `account` are changed only by an
 * ARN. False: not the ARN of a table. */
bool cyn_i_table_name_split(cyn_bytes name_or_arn, cyn_bytes *name, cyn_bytes *region, cyn_bytes *account);
/* The ARN of another account's table or stream names nothing: there are no policies that could let a caller in. */
bool cyn_i_is_own_account(const cyn_i_context *context, cyn_bytes account);

/* A handler reads call->input and either completes (sets call->status, output; returns NULL) or returns a write for the
 * store. When the write has completed, `finish` of its cyn_i_pending turns it into the output. */
typedef struct cyn_i_pending cyn_i_pending;
struct cyn_i_pending {
  cyn_i_store_write write;   /* first, so that the store's pointer is ours */
  cyn_i_call *call;
  cyn_i_engine *engine;
  int64_t now_ms;
  /* Fills call->status and output from what decide left; call->error may hold decide's refusal. Called once, on any
   * thread, without a worker. */
  void (*finish)(cyn_i_pending *pending);
};
typedef cyn_i_pending *(*cyn_i_handler)(cyn_i_worker *worker, cyn_i_call *call);

/* NULL where an operation has no handler: NotImplementedException. Indexed by cyn_operation. */
extern const cyn_i_handler cyn_i_handlers[CYN_OPERATION_COUNT];

/* Zeroed output structure of the call's operation with its struct_size; sets call->output. NULL: error is set. */
void *cyn_i_call_output(cyn_i_call *call);
/* Sets status; returns NULL, so that a handler writes `return cyn_i_call_fail(call, CYN_E_…, "…")`. */
cyn_i_pending *cyn_i_call_fail(cyn_i_call *call, cyn_i_error_code code, const char *message);
cyn_i_pending *cyn_i_call_failed(cyn_i_call *call, cyn_status status); /* error is set already */

/* ---- operations, one file each ---- */
cyn_i_pending *cyn_i_get_item(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_put_item(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_update_item(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_delete_item(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_query(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_scan(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_batch_get_item(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_batch_write_item(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_transact_get_items(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_transact_write_items(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_create_table(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_describe_table(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_list_tables(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_delete_table(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_update_table(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_update_time_to_live(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_describe_time_to_live(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_tag_resource(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_untag_resource(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_list_tags_of_resource(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_describe_limits(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_describe_endpoints(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_list_streams(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_describe_stream(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_get_shard_iterator(cyn_i_worker *worker, cyn_i_call *call);
cyn_i_pending *cyn_i_get_records(cyn_i_worker *worker, cyn_i_call *call);

#endif
