/* See settings.h. Strings are never freed while what points to them may live: the process's are few and kept for good. */
#include "model/settings.h"

#include <pthread.h>
#include <string.h>

static pthread_mutex_t process_lock = PTHREAD_MUTEX_INITIALIZER;
static cyn_i_settings process;
static cyn_i_arena process_arena;
static uint64_t generation;

uint64_t cyn_i_settings_generation(void) { return __atomic_load_n(&generation, __ATOMIC_ACQUIRE); }

static void changed(void) { (void)__atomic_add_fetch(&generation, 1, __ATOMIC_ACQ_REL); }

static bool copy(cyn_i_arena *arena, const char **text) {
  if (*text == NULL) return true;
  cyn_bytes bytes = cyn_i_arena_copy(arena, cyn_str(*text));
  *text = bytes.data;
  return bytes.data != NULL;
}

bool cyn_i_settings_put(cyn_i_settings *settings, cyn_i_arena *arena, const cyn_model *model,
                        const cyn_model_options *options) {
  cyn_i_setting *setting = settings->first;
  while (setting != NULL && setting->model != model) setting = setting->next;
  if (setting == NULL) {
    setting = cyn_i_arena_zalloc(arena, 1, sizeof *setting);
    if (setting == NULL) return false;
    setting->model = model;
    setting->next = settings->first;
    settings->first = setting;
  }
  cyn_model_options own;
  memset(&own, 0, sizeof own);
  if (options != NULL) memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  const char **const texts[] = {&own.table,  &own.prefix,        &own.region,            &own.host,
                                &own.stream, &own.access_key_id, &own.secret_access_key, &own.session_token,
                                &own.tags,   &own.profile,       &own.retry_mode,        &own.extra_headers};
  bool done = true;
  for (size_t i = 0; done && i < sizeof texts / sizeof texts[0]; i++) done = copy(arena, texts[i]);
  if (done) setting->options = own;
  changed();
  return done;
}

bool cyn_i_settings_put_prefix(cyn_i_settings *settings, cyn_i_arena *arena, const char *prefix) {
  if (!copy(arena, &prefix)) return false;
  settings->prefix = prefix;
  changed();
  return true;
}

static void take(cyn_model_options *out, const cyn_model_options *over) {
#define TAKE(member) \
  if (over->member != 0) out->member = over->member
  TAKE(table);
  TAKE(prefix);
  TAKE(region);
  TAKE(host);
  if (over->access_key_id != NULL) {
    out->access_key_id = over->access_key_id;
    out->secret_access_key = over->secret_access_key;
    out->session_token = over->session_token;
  }
  if (over->profile != NULL) {
    out->profile = over->profile;
    if (over->access_key_id == NULL) /* what is said nearer stands over keys said farther off */
      out->access_key_id = out->secret_access_key = out->session_token = NULL;
  }
  TAKE(connect_timeout_seconds);
  TAKE(read_timeout_seconds);
  TAKE(max_retry_attempts);
  TAKE(max_pool_connections);
  TAKE(retry_mode);
  TAKE(extra_headers);
  TAKE(read_units);
  TAKE(write_units);
  TAKE(stream);
  TAKE(tags);
  TAKE(deletion_protection);
#undef TAKE
}

static void take_setting(const cyn_i_settings *settings, const cyn_model *model, cyn_model_options *out) {
  for (const cyn_i_setting *setting = settings->first; setting != NULL; setting = setting->next)
    if (setting->model == model) take(out, &setting->options);
}

void cyn_i_settings_merge(const cyn_i_settings *settings, const cyn_model *model, cyn_model_options *out) {
  *out = model->options;
  (void)pthread_mutex_lock(&process_lock);
  take_setting(&process, model, out);
  (void)pthread_mutex_unlock(&process_lock);
  take_setting(settings, model, out);
  if (out->prefix == NULL) out->prefix = settings->prefix;
}

cyn_status cyn_model_set(const cyn_model *model, const cyn_model_options *settings, cyn_error *error) {
  (void)pthread_mutex_lock(&process_lock);
  bool done = cyn_i_settings_put(&process, &process_arena, model, settings);
  (void)pthread_mutex_unlock(&process_lock);
  return done ? CYN_OK : cyn_i_error_no_memory(error);
}
