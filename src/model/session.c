/* See session.h. Targets are made once for each model and generation of settings, in lists that are only added to, so the
 * way of a call takes no lock. */
#include "model/session.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/random.h"
#include "db/settings.h"
#include "model/settings.h"
#include "value/item.h"

#define SCRATCH_SLOTS 8
#define TARGET_BUCKETS 16

struct cyn_i_session {
  cyn_db *db;
  cyn_memory *scratch[SCRATCH_SLOTS]; /* free ones */
  pthread_mutex_t lock;               /* of what follows */
  cyn_i_target *targets[TARGET_BUCKETS];
  cyn_i_arena arena;
  cyn_i_settings settings;
};

static void *session_new(cyn_db *db) {
  cyn_i_session *session = cyn_i_zalloc(1, sizeof *session);
  if (session == NULL) return NULL;
  (void)pthread_mutex_init(&session->lock, NULL);
  session->db = db;
  session->settings.prefix = cyn_i_db_table_prefix(db).data;
  cyn_i_arena_init(&session->arena, 1024);
  return session;
}

static void session_destroy(void *extension) {
  cyn_i_session *session = extension;
  for (size_t i = 0; i < TARGET_BUCKETS; i++)
    for (cyn_i_target *target = session->targets[i]; target != NULL; target = target->next) cyn_db_close(target->owned);
  for (size_t i = 0; i < SCRATCH_SLOTS; i++) cyn_memory_destroy(session->scratch[i]);
  cyn_i_arena_clean_up(&session->arena);
  (void)pthread_mutex_destroy(&session->lock);
  cyn_i_free(session);
}

static cyn_i_session *session_of(cyn_db *db) { return cyn_i_db_extension(db, session_new, session_destroy); }

/* ---- scratch memory ---- */

static cyn_memory *take_scratch(cyn_i_session *session) {
  for (size_t i = 0; i < SCRATCH_SLOTS; i++) {
    if (__atomic_load_n(&session->scratch[i], __ATOMIC_RELAXED) == NULL) continue;
    cyn_memory *memory = __atomic_exchange_n(&session->scratch[i], NULL, __ATOMIC_ACQUIRE);
    if (memory != NULL) return memory;
  }
  return cyn_memory_new();
}

static void give_scratch(cyn_i_session *session, cyn_memory *memory) {
  cyn_memory_reset(memory);
  for (size_t i = 0; i < SCRATCH_SLOTS; i++) {
    cyn_memory *none = NULL;
    if (__atomic_compare_exchange_n(&session->scratch[i], &none, memory, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) return;
  }
  cyn_memory_destroy(memory);
}

/* ---- targets ---- */

static void set_bytes(cyn_bytes *out, const char *text) {
  if (text != NULL) *out = cyn_str(text);
}

static cyn_status set_milliseconds(const cyn_model *model, const char *name, double seconds, cyn_opt_int *out,
                                   cyn_error *error) {
  if (seconds == 0) return CYN_OK;
  if (!(seconds > 0 && seconds < 1e9))
    return cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "%s is a number of seconds above 0, not %g", name, seconds);
  int64_t milliseconds = (int64_t)(seconds * 1000);
  *out = cyn_int(milliseconds > 0 ? milliseconds : 1);
  return CYN_OK;
}

/* What the model says of its connection, over the options. */
static cyn_status set_connection(cyn_i_session *session, const cyn_i_target *target, cyn_db_options *options,
                                 cyn_error *error) {
  const cyn_model_options *settings = &target->options;
  set_bytes(&options->region, settings->region);
  set_bytes(&options->retry_mode, settings->retry_mode);
  set_bytes(&options->profile, settings->profile);
  if (settings->access_key_id != NULL || settings->profile != NULL) { /* neither keys nor token of the database then */
    options->access_key_id = cyn_str(settings->access_key_id);
    options->secret_access_key = cyn_str(settings->secret_access_key);
    options->session_token = cyn_str(settings->session_token);
  }
  if (settings->max_retry_attempts != 0)
    options->max_attempts = cyn_int(settings->max_retry_attempts > 0 ? settings->max_retry_attempts + 1 : 1);
  if (settings->max_pool_connections != 0) options->max_connections = cyn_int(settings->max_pool_connections);
  cyn_status status = set_milliseconds(target->root, "connect_timeout_seconds", settings->connect_timeout_seconds,
                                       &options->connect_timeout_ms, error);
  if (status == CYN_OK)
    status = set_milliseconds(target->root, "read_timeout_seconds", settings->read_timeout_seconds, &options->read_timeout_ms,
                              error);
  if (status == CYN_OK && (settings->max_retry_attempts < CYN_NO_RETRIES || settings->max_pool_connections < 0))
    status = cyn_i_model_error(error, CYN_E_MODEL, target->root, NULL,
                               "max_retry_attempts and max_pool_connections are numbers above 0");
  if (status == CYN_OK && settings->extra_headers != NULL)
    status = cyn_i_settings_headers(settings->extra_headers, &options->extra_headers, &session->arena, error);
  return status;
}

static bool has_connection(const cyn_model_options *settings) {
  return settings->region != NULL || settings->access_key_id != NULL || settings->profile != NULL ||
         settings->connect_timeout_seconds != 0 ||
         settings->read_timeout_seconds != 0 || settings->max_retry_attempts != 0 || settings->max_pool_connections != 0 ||
         settings->retry_mode != NULL || settings->extra_headers != NULL;
}

/* A model with a host, or with anything of a connection on a database elsewhere, has a database of its own: at the host with
 * the default configuration's settings, else with those of this database; the model's stand over them. */
static cyn_status open_own(cyn_i_session *session, cyn_i_target *target, cyn_error *error) {
  const cyn_model_options *settings = &target->options;
  bool is_remote = cyn_i_db_is_remote(session->db);
  target->db = session->db;
  if (settings->host == NULL && !(is_remote && has_connection(settings))) {
    if (settings->region != NULL) target->context.region = cyn_str(settings->region);
    return CYN_OK;
  }
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  if (settings->host == NULL) options = *cyn_i_db_options(session->db);
  else options.region = cyn_i_db_region(session->db);
  cyn_status status = set_connection(session, target, &options, error);
  if (status != CYN_OK) return status;
  const char *url = settings->host != NULL ? settings->host : cyn_i_db_url(session->db);
  cyn_error own = CYN_ERROR_INIT;
  status = cyn_open(url, &options, &target->owned, &own);
  if (status != CYN_OK)
    (void)cyn_i_model_error(error, (cyn_i_error_code)status, target->root, NULL, "its own database: %s", own.message);
  cyn_error_clean_up(&own);
  target->db = target->owned;
  target->context.face = session->db;
  return status;
}

static cyn_status set_table(cyn_i_session *session, cyn_i_target *target, const cyn_model *model, cyn_error *error) {
  if (target->options.table == NULL)
    return cyn_i_error_setf(error, CYN_E_MODEL, "model %s: it has no table (CYN_TABLE, or cyn_model_set)", model->type);
  const char *prefix = target->options.prefix != NULL ? target->options.prefix : "";
  const char *name = cyn_i_arena_printf(&session->arena, "%s%s", prefix, target->options.table);
  target->table = cyn_str(name);
  return name != NULL ? CYN_OK : cyn_i_error_no_memory(error);
}

/* Whether the API's check takes a call on this table: the same question for all of them. */
static bool check_name(const cyn_i_target *target) {
  static const uint8_t no_key[CYN_ITEM_HEADER_SIZE] = {CYN_ITEM_VERSION};
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  input.table_name = target->table;
  input.key = (cyn_item){no_key, sizeof no_key, NULL};
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  bool sound = cyn_i_api_check(&cyn_i_operations[CYN_OPERATION_GET_ITEM], &input, &arena, &error) == CYN_OK;
  cyn_i_arena_clean_up(&arena);
  cyn_error_clean_up(&error);
  return sound;
}

static cyn_status make_target(cyn_i_session *session, const cyn_i_plan *plan, uint64_t generation, cyn_i_target **out,
                              cyn_error *error) {
  cyn_i_target *target = cyn_i_arena_zalloc(&session->arena, 1, sizeof *target);
  if (target == NULL) return cyn_i_error_no_memory(error);
  target->root = plan->root;
  target->generation = generation;
  target->context.sender = plan->root->type;
  cyn_i_settings_merge(&session->settings, plan->root, &target->options);
  cyn_status status = set_table(session, target, plan->model, error);
  if (status == CYN_OK) status = open_own(session, target, error);
  if (status == CYN_OK) target->has_sound_name = check_name(target);
  *out = target;
  return status;
}

static const cyn_i_target *find_target(const cyn_i_target *target, const cyn_model *root, uint64_t generation) {
  for (; target != NULL; target = target->next)
    if (target->root == root && target->generation == generation) return target;
  return NULL;
}

cyn_status cyn_i_target_get(cyn_i_session *session, const cyn_i_plan *plan, const cyn_i_target **out, cyn_error *error) {
  uint64_t generation = cyn_i_settings_generation();
  cyn_i_target **bucket = &session->targets[(uintptr_t)plan->root / sizeof(cyn_model) % TARGET_BUCKETS];
  *out = find_target(__atomic_load_n(bucket, __ATOMIC_ACQUIRE), plan->root, generation);
  if (*out != NULL) return CYN_OK;
  (void)pthread_mutex_lock(&session->lock);
  *out = find_target(*bucket, plan->root, generation);
  cyn_status status = CYN_OK;
  if (*out == NULL) {
    cyn_i_target *made = NULL;
    status = make_target(session, plan, generation, &made, error);
    if (status == CYN_OK) {
      made->next = *bucket;
      __atomic_store_n(bucket, made, __ATOMIC_RELEASE);
      *out = made;
    }
  }
  (void)pthread_mutex_unlock(&session->lock);
  return status;
}

/* ---- settings of one database ---- */

cyn_status cyn_db_model_set(cyn_db *db, const cyn_model *model, const cyn_model_options *settings, cyn_error *error) {
  cyn_i_session *session = session_of(db);
  if (session == NULL) return cyn_i_error_no_memory(error);
  (void)pthread_mutex_lock(&session->lock);
  bool done = cyn_i_settings_put(&session->settings, &session->arena, model, settings);
  (void)pthread_mutex_unlock(&session->lock);
  return done ? CYN_OK : cyn_i_error_no_memory(error);
}

cyn_status cyn_db_set_table_prefix(cyn_db *db, const char *prefix, cyn_error *error) {
  cyn_i_session *session = session_of(db);
  if (session == NULL) return cyn_i_error_no_memory(error);
  (void)pthread_mutex_lock(&session->lock);
  bool done = cyn_i_settings_put_prefix(&session->settings, &session->arena, prefix);
  (void)pthread_mutex_unlock(&session->lock);
  return done ? CYN_OK : cyn_i_error_no_memory(error);
}

const char *cyn_model_table_name(cyn_db *db, const cyn_model *model, cyn_memory *memory) {
  cyn_i_request request;
  if (cyn_i_request_begin(&request, db, model, NULL) != CYN_OK) return NULL;
  const char *copy = cyn_memory_string(memory, request.target->table.data);
  cyn_i_request_end(&request);
  return copy;
}

/* ---- requests ---- */

cyn_status cyn_i_request_begin_plain(cyn_i_request *request, cyn_db *db, cyn_error *error) {
  request->session = session_of(db);
  request->scratch = request->session != NULL ? take_scratch(request->session) : NULL;
  if (request->scratch == NULL) return cyn_i_error_no_memory(error);
  request->plan = NULL;
  request->target = NULL;
  request->arena = &request->scratch->arena;
  request->error = error;
  request->codec = (cyn_i_codec){NULL, request->scratch, error, 0};
  return CYN_OK;
}

cyn_status cyn_i_request_turn(cyn_i_request *request, const cyn_model *model) {
  request->codec.model = model;
  cyn_status status = cyn_i_plan_get(model, &request->plan, request->error);
  return status == CYN_OK ? cyn_i_target_get(request->session, request->plan, &request->target, request->error) : status;
}

cyn_status cyn_i_request_begin(cyn_i_request *request, cyn_db *db, const cyn_model *model, cyn_error *error) {
  cyn_status status = cyn_i_request_begin_plain(request, db, error);
  if (status != CYN_OK) return status;
  status = cyn_i_request_turn(request, model);
  if (status != CYN_OK) cyn_i_request_end(request);
  return status;
}

void cyn_i_request_end(cyn_i_request *request) { give_scratch(request->session, request->scratch); }

cyn_status cyn_i_target_call(const cyn_i_target *target, cyn_db *db, cyn_operation operation, const void *input,
                             cyn_i_arena *arena, const void **output, cyn_error *error) {
  cyn_error own;
  cyn_i_error_init(&own);
  const cyn_i_operation *row = &cyn_i_operations[operation];
  cyn_status status = cyn_i_api_check(row, input, arena, &own);
  if (status == CYN_OK) {
    cyn_i_call call = {.operation = row, .input = input, .arena = arena, .error = &own};
    if (target != NULL) call.context = &target->context;
    cyn_i_db_call(db, &call);
    status = call.status;
    *output = call.output;
  }
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  return status;
}

cyn_status cyn_i_request_call_sound(cyn_i_request *request, cyn_operation operation, const void *input,
                                    const void **output) {
  const cyn_i_target *target = request->target;
  if (!target->has_sound_name) return cyn_i_request_call(request, operation, input, output);
  cyn_error own;
  cyn_i_error_init(&own);
  cyn_i_call call = {.operation = &cyn_i_operations[operation], .input = input, .context = &target->context,
                     .arena = request->arena, .error = &own};
  cyn_i_db_call(target->db, &call);
  *output = call.output;
  if (call.status != CYN_OK) cyn_i_error_move(request->error, &own);
  return call.status;
}

/* ---- waiting ---- */

int64_t cyn_i_backoff_ms(int attempt) {
  uint64_t span = (uint64_t)50 << (attempt < 7 ? attempt : 7);
  if (span > 5000) span = 5000;
  uint64_t random = 0;
  cyn_i_random_bytes(&random, sizeof random);
  return (int64_t)(random % (span + 1));
}
