/* Transactions. Actions are put together when they are added, in memory that the transaction owns, and sent in that order,
 * so that the reasons of a cancelled one stand in the order of the calls. Versions are counted up when it has committed. */
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "model/assemble.h"

#define ACTIONS_MAX 100
#define TOKEN_SIZE 41 /* more than the 36 that the API takes: one that is too long is refused, not cut to another */

typedef struct version_bump { /* a version to write into an object after the commit */
  void *object;
  const cyn_i_plan *plan;
  int64_t version;
} version_bump;

typedef struct wanted_get {
  void *object;
  const cyn_i_plan *plan;
  bool *found;
} wanted_get;

struct cyn_transaction {
  cyn_db *db;
  cyn_memory memory;     /* actions and what they point to */
  const cyn_i_target *target;
  const cyn_transact_write_item *writes[ACTIONS_MAX];
  const cyn_transact_get_item *reads[ACTIONS_MAX];
  version_bump bumps[ACTIONS_MAX];
  wanted_get gets[ACTIONS_MAX];
  size_t write_count, read_count, bump_count;
  char token[TOKEN_SIZE];
  bool has_token;
};

cyn_transaction *cyn_transaction_new(cyn_db *db) {
  cyn_transaction *transaction = cyn_i_zalloc(1, sizeof *transaction);
  if (transaction == NULL) return NULL;
  transaction->db = db;
  cyn_i_arena_init(&transaction->memory.arena, 4096);
  return transaction;
}

void cyn_transaction_destroy(cyn_transaction *transaction) {
  if (transaction == NULL) return;
  cyn_i_arena_clean_up(&transaction->memory.arena);
  cyn_i_free(transaction);
}

void cyn_transaction_set_token(cyn_transaction *transaction, const char *token) {
  size_t size = strnlen(token, TOKEN_SIZE - 1);
  memcpy(transaction->token, token, size);
  transaction->token[size] = '\0';
  transaction->has_token = true;
}

static void clear(cyn_transaction *transaction) {
  cyn_memory_reset(&transaction->memory);
  transaction->target = NULL;
  transaction->write_count = transaction->read_count = transaction->bump_count = 0;
  transaction->has_token = false;
}

/* ---- adding ---- */

/* As a request, but what is made lives in the transaction. */
static cyn_status begin(cyn_transaction *transaction, const cyn_model *model, bool is_read, cyn_i_request *request,
                        cyn_error *error) {
  cyn_status status = cyn_i_request_begin(request, transaction->db, model, error);
  if (status != CYN_OK) return status;
  request->arena = &transaction->memory.arena;
  request->codec.memory = &transaction->memory;
  size_t mine = is_read ? transaction->read_count : transaction->write_count;
  size_t other = is_read ? transaction->write_count : transaction->read_count;
  const cyn_i_target *first = mine != 0 ? transaction->target : NULL; /* an action that failed decides nothing */
  if (other != 0)
    status = cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "a transaction reads or writes, not both");
  else if (mine == ACTIONS_MAX)
    status = cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "a transaction has at most %d actions", ACTIONS_MAX);
  else if (first != NULL && !cyn_i_target_same_place(first, request->target))
    status = cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "its table is in another database than the transaction's");
  else
    transaction->target = request->target;
  if (status != CYN_OK) cyn_i_request_end(request);
  return status;
}

static cyn_status no_memory(const cyn_i_request *request) { return cyn_i_error_no_memory(request->error); }

#define TAKE_PARTS(action, request, parts)                               \
  do {                                                                   \
    (action)->table_name = (request)->target->table;                     \
    (action)->condition_expression = (parts)->condition;                 \
    (action)->expression_attribute_names = (parts)->names;               \
    (action)->expression_attribute_values = (parts)->values;             \
    (action)->return_values_on_condition_check_failure = (parts)->on_failure; \
  } while (0)

static void push(cyn_transaction *transaction, const cyn_transact_write_item *item) {
  transaction->writes[transaction->write_count++] = item;
}

static void bump_later(cyn_transaction *transaction, const cyn_i_request *request, void *object, int64_t version) {
  if (request->plan->version != NULL) transaction->bumps[transaction->bump_count++] = (version_bump){object, request->plan, version + 1};
}

static cyn_status add_save(cyn_transaction *transaction, cyn_i_request *request, void *object,
                           const cyn_write_options *options) {
  cyn_transact_write_item *item = CYN_I_API_NEW(request->arena, cyn_transact_write_item);
  cyn_put_action *put = CYN_I_API_NEW(request->arena, cyn_put_action);
  if (item == NULL || put == NULL) return no_memory(request);
  cyn_i_write_parts parts;
  cyn_status status = cyn_i_write_parts_make(request, object, NULL, options, &parts);
  if (status != CYN_OK) return status;
  int64_t next = parts.version + 1;
  status = cyn_i_object_item(request, object, request->plan->version != NULL ? &next : NULL, &put->item);
  if (status != CYN_OK) return status;
  TAKE_PARTS(put, request, &parts);
  item->put = put;
  push(transaction, item);
  bump_later(transaction, request, object, parts.version);
  return CYN_OK;
}

static cyn_status add_update(cyn_transaction *transaction, cyn_i_request *request, void *object, cyn_expression expression,
                             const cyn_write_options *options) {
  cyn_transact_write_item *item = CYN_I_API_NEW(request->arena, cyn_transact_write_item);
  cyn_update_action *update = CYN_I_API_NEW(request->arena, cyn_update_action);
  if (item == NULL || update == NULL) return no_memory(request);
  cyn_i_write_parts parts;
  cyn_status status = cyn_i_write_parts_make(request, object, &expression, options, &parts);
  if (status == CYN_OK) status = cyn_i_object_key(request, object, &update->key);
  if (status != CYN_OK) return status;
  update->update_expression = parts.update;
  TAKE_PARTS(update, request, &parts);
  item->update = update;
  push(transaction, item);
  bump_later(transaction, request, object, parts.version);
  return CYN_OK;
}

static cyn_status add_delete(cyn_transaction *transaction, cyn_i_request *request, void *object,
                             const cyn_write_options *options) {
  cyn_transact_write_item *item = CYN_I_API_NEW(request->arena, cyn_transact_write_item);
  cyn_delete_action *gone = CYN_I_API_NEW(request->arena, cyn_delete_action);
  if (item == NULL || gone == NULL) return no_memory(request);
  cyn_i_write_parts parts;
  cyn_status status = cyn_i_write_parts_make(request, object, NULL, options, &parts);
  if (status == CYN_OK) status = cyn_i_object_key(request, object, &gone->key);
  if (status != CYN_OK) return status;
  TAKE_PARTS(gone, request, &parts);
  item->delete_ = gone;
  push(transaction, item);
  return CYN_OK;
}

static cyn_status add_check(cyn_transaction *transaction, cyn_i_request *request, const void *object,
                            const cyn_write_options *options) {
  cyn_transact_write_item *item = CYN_I_API_NEW(request->arena, cyn_transact_write_item);
  cyn_condition_check *check = CYN_I_API_NEW(request->arena, cyn_condition_check);
  if (item == NULL || check == NULL) return no_memory(request);
  cyn_i_write_parts parts;
  cyn_status status = cyn_i_write_parts_make(request, object, NULL, options, &parts);
  if (status == CYN_OK) status = cyn_i_object_key(request, object, &check->key);
  if (status != CYN_OK) return status;
  if (parts.condition.data == NULL)
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL, "a check needs a condition");
  TAKE_PARTS(check, request, &parts);
  item->condition_check = check;
  push(transaction, item);
  return CYN_OK;
}

#define ADD(function, ...)                                                              \
  cyn_write_options own;                                                                \
  CYN_I_OPTIONS_READ(own, options);                                                     \
  cyn_i_request request;                                                                \
  cyn_status status = begin(transaction, model, false, &request, error);                \
  if (status != CYN_OK) return status;                                                  \
  status = function(transaction, &request, __VA_ARGS__, &own);                          \
  cyn_i_request_end(&request);                                                          \
  return status

cyn_status cyn_model_transaction_save(cyn_transaction *transaction, const cyn_model *model, void *object,
                                      const cyn_write_options *options, cyn_error *error) {
  ADD(add_save, object);
}
cyn_status cyn_model_transaction_update(cyn_transaction *transaction, const cyn_model *model, void *object,
                                        cyn_expression update, const cyn_write_options *options, cyn_error *error) {
  ADD(add_update, object, update);
}
cyn_status cyn_model_transaction_delete(cyn_transaction *transaction, const cyn_model *model, void *object,
                                        const cyn_write_options *options, cyn_error *error) {
  ADD(add_delete, object);
}
cyn_status cyn_model_transaction_check(cyn_transaction *transaction, const cyn_model *model, const void *object,
                                       const cyn_write_options *options, cyn_error *error) {
  ADD(add_check, object);
}

static cyn_status add_get(cyn_transaction *transaction, cyn_i_request *request, void *object, bool *found) {
  cyn_transact_get_item *item = CYN_I_API_NEW(request->arena, cyn_transact_get_item);
  cyn_get_action *action = CYN_I_API_NEW(request->arena, cyn_get_action);
  if (item == NULL || action == NULL) return no_memory(request);
  cyn_status status = cyn_i_object_key(request, object, &action->key);
  if (status != CYN_OK) return status;
  action->table_name = request->target->table;
  item->get = action;
  transaction->gets[transaction->read_count] = (wanted_get){object, request->plan, found};
  transaction->reads[transaction->read_count++] = item;
  return CYN_OK;
}

cyn_status cyn_model_transaction_get(cyn_transaction *transaction, const cyn_model *model, void *object, bool *found,
                                     cyn_error *error) {
  cyn_i_request request;
  cyn_status status = begin(transaction, model, true, &request, error);
  if (status != CYN_OK) return status;
  status = add_get(transaction, &request, object, found);
  cyn_i_request_end(&request);
  return status;
}

/* ---- commit ---- */

static void add_capacity(double *consumed, const cyn_consumed_capacity_multiple *capacity) {
  for (size_t i = 0; consumed != NULL && i < capacity->count; i++) *consumed += capacity->at[i]->capacity_units.value;
}

static cyn_bytes wants(const double *consumed) {
  return cyn_str(consumed != NULL ? CYN_RETURN_CONSUMED_CAPACITY_TOTAL : NULL);
}

static cyn_status commit_writes(cyn_transaction *transaction, double *consumed, cyn_error *error) {
  cyn_transact_write_items_input input = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  input.transact_items = (cyn_transact_write_item_list){transaction->write_count, transaction->writes};
  input.return_consumed_capacity = wants(consumed);
  if (!transaction->has_token) cyn_i_random_uuid(transaction->token);
  input.client_request_token = cyn_str(transaction->token);
  const void *answer;
  cyn_status status = cyn_i_target_call(transaction->target, transaction->target->db, CYN_OPERATION_TRANSACT_WRITE_ITEMS,
                                        &input, &transaction->memory.arena, &answer, error);
  if (status != CYN_OK) return status;
  add_capacity(consumed, &((const cyn_transact_write_items_output *)answer)->consumed_capacity);
  for (size_t i = 0; i < transaction->bump_count; i++) {
    const version_bump *bump = &transaction->bumps[i];
    (void)cyn_i_store_int(bump->plan->version->kind, (char *)bump->object + bump->plan->version->offset, bump->version);
  }
  return CYN_OK;
}

static cyn_status commit_reads(cyn_transaction *transaction, cyn_memory *memory, double *consumed, cyn_error *error) {
  cyn_transact_get_items_input input = CYN_TRANSACT_GET_ITEMS_INPUT_INIT;
  input.transact_items = (cyn_transact_get_item_list){transaction->read_count, transaction->reads};
  input.return_consumed_capacity = wants(consumed);
  const void *answer;
  cyn_status status = cyn_i_target_call(transaction->target, transaction->target->db, CYN_OPERATION_TRANSACT_GET_ITEMS,
                                        &input, &transaction->memory.arena, &answer, error);
  if (status != CYN_OK) return status;
  const cyn_transact_get_items_output *output = answer;
  add_capacity(consumed, &output->consumed_capacity);
  for (size_t i = 0; i < transaction->read_count; i++) {
    const wanted_get *get = &transaction->gets[i];
    cyn_item item = {NULL, 0, NULL};
    if (i < output->responses.count && output->responses.at[i] != NULL) item = output->responses.at[i]->item;
    if (get->found != NULL) *get->found = item.data != NULL;
    cyn_i_codec codec = {get->plan->model, memory, error, 0};
    if (item.data != NULL) status = cyn_i_read_object(&codec, get->plan, item.data, get->object);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

cyn_status cyn_transaction_commit(cyn_transaction *transaction, cyn_memory *memory, double *consumed, cyn_error *error) {
  cyn_status status = CYN_OK;
  if (transaction->write_count != 0)
    status = commit_writes(transaction, consumed, error);
  else if (transaction->read_count != 0)
    status = memory != NULL ? commit_reads(transaction, memory, consumed, error)
                            : cyn_i_error_set(error, CYN_E_MODEL, "a transaction that reads needs a memory");
  clear(transaction);
  return status;
}
