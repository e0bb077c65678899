/* cyn_db: the handle. The URL says which way down (backend_engine.c, backend_client.c); above it all calls are the same. */
#include "db/db.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/random.h"
#include "db/db_private.h"
#include "db/settings.h"
#include "db/signal.h"

static pthread_mutex_t extension_lock = PTHREAD_MUTEX_INITIALIZER;

static cyn_bytes environment_region(void) {
  const char *names[2] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
  for (int i = 0; i < 2; i++) {
    const char *value = getenv(names[i]);
    if (value != NULL && value[0] != '\0') return cyn_str(value);
  }
  return cyn_str("us-east-1");
}

static cyn_bytes choose_region(const cyn_db_options *options, const cyn_i_url *url) {
  if (options->region.data != NULL) return options->region;
  return url->region.data != NULL ? url->region : environment_region();
}

static bool copy_bytes(cyn_i_arena *arena, cyn_bytes *bytes) {
  if (bytes->data == NULL) return true;
  *bytes = cyn_i_arena_copy(arena, *bytes);
  return bytes->data != NULL;
}

/* The options for the time of the database; what they point to was the program's. */
static bool keep_options(cyn_db *db, const cyn_db_options *given) {
  cyn_db_options *own = &db->options;
  *own = *given;
  cyn_bytes *const texts[] = {&own->region,  &own->account,    &own->access_key_id, &own->secret_access_key, &own->session_token,
                              &own->profile, &own->retry_mode, &own->proxy,         &own->ca_bundle,         &own->ca_bundle_default};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (!copy_bytes(&db->arena, texts[i])) return false;
  if (own->extra_headers.at == NULL) return true;
  cyn_string_pair *pairs = cyn_i_arena_zalloc(&db->arena, own->extra_headers.count + 1, sizeof *pairs);
  for (size_t i = 0; pairs != NULL && i < own->extra_headers.count; i++) {
    pairs[i] = own->extra_headers.at[i];
    if (!copy_bytes(&db->arena, &pairs[i].key) || !copy_bytes(&db->arena, &pairs[i].value)) return false;
  }
  own->extra_headers.at = pairs;
  return pairs != NULL;
}

void cyn_db_close(cyn_db *db) {
  if (db == NULL) return;
  if (db->extension != NULL) db->extension_destroy(db->extension);
  db->completions.is_closing = true;
  cyn_i_client_destroy(db->client); /* ends what was submitted */
  cyn_i_completions_clean_up(&db->completions, db);
  cyn_i_backend_engine_close(db);
  cyn_i_arena_clean_up(&db->arena);
  cyn_i_free(db);
}

static cyn_status open_new(cyn_bytes text, const cyn_i_url *url, const cyn_db_options *options, cyn_db **out,
                           cyn_error *error) {
  cyn_db *db = cyn_i_zalloc(1, sizeof *db);
  if (db == NULL) return cyn_i_error_no_memory(error);
  cyn_i_completions_init(&db->completions);
  if (cyn_i_url_is_remote(url)) cyn_i_arena_init_secret(&db->arena); /* the options that are kept hold keys */
  else cyn_i_arena_init(&db->arena, 1024);
  db->is_volatile = url->scheme == CYN_URL_MEMORY;
  db->region = choose_region(options, url);
  db->account = options->account.data != NULL ? options->account : cyn_str("000000000000");
  db->table_prefix = url->table_prefix;
  bool is_kept = copy_bytes(&db->arena, &text) && copy_bytes(&db->arena, &db->region) &&
                 copy_bytes(&db->arena, &db->account) && copy_bytes(&db->arena, &db->table_prefix);
  db->url = text.data;
  cyn_status status;
  if (!is_kept) status = cyn_i_error_no_memory(error);
  else if (cyn_i_url_is_remote(url)) status = cyn_i_backend_client_open(db, url, options, error);
  else status = cyn_i_backend_engine_open(db, url, options, error);
  if (status != CYN_OK) {
    cyn_db_close(db);
    return status;
  }
  *out = db;
  return CYN_OK;
}

cyn_status cyn_open(const char *url_text, const cyn_db_options *options, cyn_db **out, cyn_error *error) {
  static const cyn_db_options defaults = CYN_DB_OPTIONS_INIT;
  *out = NULL;
  cyn_db_options own = defaults;
  if (options != NULL) memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 1024);
  cyn_i_url url;
  cyn_bytes text = cyn_str(url_text);
  cyn_status status = cyn_i_url_parse(text, &arena, &url, error);
  const cyn_db_options given = own;
  bool is_remote = status == CYN_OK && cyn_i_url_is_remote(&url);
  if (status == CYN_OK) status = cyn_i_settings_apply(&own, &url, &arena, error);
  if (status == CYN_OK) status = open_new(text, &url, &own, out, error);
  cyn_i_arena_clean_up(&arena);
  if (status == CYN_OK && is_remote && !keep_options(*out, &given)) {
    cyn_db_close(*out);
    *out = NULL;
    return cyn_i_error_no_memory(error);
  }
  return status;
}

void *cyn_i_db_extension(cyn_db *db, void *(*create)(cyn_db *db), void (*destroy)(void *extension)) {
  void *extension = __atomic_load_n(&db->extension, __ATOMIC_ACQUIRE);
  if (extension != NULL) return extension;
  (void)pthread_mutex_lock(&extension_lock);
  extension = db->extension;
  if (extension == NULL) {
    extension = create(db);
    db->extension_destroy = destroy;
    __atomic_store_n(&db->extension, extension, __ATOMIC_RELEASE);
  }
  (void)pthread_mutex_unlock(&extension_lock);
  return extension;
}

/* ---- the one call ---- */

void cyn_i_db_fill_context(const cyn_db *db, cyn_i_call *call, cyn_i_context *context) {
  if (call->context != NULL) *context = *call->context;
  if (context->region.data == NULL) context->region = db->region;
  if (context->account.data == NULL) context->account = db->account;
  call->context = context;
}

void cyn_i_db_note_call(const cyn_db *db, const cyn_i_operation *operation, cyn_error *error) {
  error->operation = (int)operation->operation + 1;
  if (db->client != NULL || error->request_id != NULL || strncmp(error->name, "Cynamo", 6) == 0) return;
  char id[53];
  cyn_i_random_request_id(id);
  cyn_i_error_set_request_id(error, cyn_str(id));
}

static void call_down(cyn_db *db, cyn_i_call *call) {
  if (db->client != NULL) cyn_i_client_call(db->client, call);
  else cyn_i_engine_call(db->engine, call);
}

void cyn_i_db_call(cyn_db *db, cyn_i_call *call) {
  cyn_i_context context = {0};
  cyn_i_db_fill_context(db, call, &context);
  if (!cyn_i_signals_are_on() || !cyn_i_signal_is_wanted(db, call)) {
    call_down(db, call);
  } else {
    char uuid[37];
    cyn_i_random_uuid(uuid);
    cyn_i_signal_send(CYN_SIGNAL_PRE_SEND, db, call, uuid);
    call_down(db, call);
    cyn_i_signal_send(CYN_SIGNAL_POST_SEND, db, call, uuid);
  }
  if (call->status != CYN_OK) cyn_i_db_note_call(db, call->operation, call->error);
}

/* ---- what only a store in this process can answer ---- */

cyn_bytes cyn_db_region(const cyn_db *db) { return db->region; }

cyn_bytes cyn_db_endpoint_url(const cyn_db *db) {
  return db->client != NULL ? cyn_i_client_endpoint(db->client) : (cyn_bytes){NULL, 0};
}

bool cyn_i_db_is_remote(const cyn_db *db) { return db->client != NULL; }

cyn_i_turn *cyn_i_db_turn_new(cyn_db *db) {
  cyn_i_turn *turn = db->engine != NULL ? cyn_i_turn_new(db->engine) : NULL;
  if (turn != NULL) cyn_i_turn_set_owner(turn, db);
  return turn;
}
void cyn_i_db_turn_destroy(cyn_i_turn *turn) { cyn_i_turn_destroy(turn); }
void cyn_i_db_turn_submit(cyn_i_turn *turn, cyn_i_call *call) {
  if (cyn_i_signals_are_on()) cyn_i_signal_wrap(cyn_i_turn_owner(turn), call);
  cyn_i_turn_submit(turn, call);
}
void cyn_i_db_turn_flush(cyn_i_turn *turn) { cyn_i_turn_flush(turn); }

bool cyn_i_db_commits_block(const cyn_db *db) {
  return db->engine == NULL || cyn_i_store_commits_block(cyn_i_engine_store(db->engine));
}
cyn_i_clock *cyn_i_db_clock(cyn_db *db) { return db->home != NULL ? &db->home->clock : &db->clock; }
const char *cyn_i_db_url(const cyn_db *db) { return db->url; }
const cyn_db_options *cyn_i_db_options(const cyn_db *db) { return &db->options; }
bool cyn_i_db_is_volatile(const cyn_db *db) { return db->is_volatile; }
cyn_bytes cyn_i_db_region(const cyn_db *db) { return db->region; }
cyn_bytes cyn_i_db_account(const cyn_db *db) { return db->account; }
cyn_bytes cyn_i_db_table_prefix(const cyn_db *db) { return db->table_prefix; }

void cyn_i_db_set_owner_url(cyn_db *db, cyn_bytes url) {
  if (db->engine != NULL) cyn_i_store_set_owner_url(cyn_i_engine_store(db->engine), url);
}
bool cyn_i_db_table_elsewhere(cyn_db *db, const cyn_i_context *context, cyn_bytes table_name, char out[64]) {
  return db->engine != NULL && cyn_i_engine_table_elsewhere(db->engine, context, table_name, out);
}

void cyn_i_db_stat_get(cyn_db *db, cyn_i_db_stat *out) {
  memset(out, 0, sizeof *out);
  if (db->engine == NULL) return;
  cyn_i_store_stat stat;
  if (cyn_i_store_stat_get(cyn_i_engine_store(db->engine), &stat, NULL) == CYN_OK) {
    out->store_bytes = stat.used_bytes;
    out->store_entries = stat.entry_count;
  }
  out->table_count = cyn_i_engine_table_count(db->engine);
}
