/* See credentials.h. The keys are looked for when they are first wanted, and again before they expire: from a quarter of an
 * hour before (advisory) one thread looks while the others go on with what there is; from ten minutes before (mandatory) all
 * wait for it. Keys that never live that long have windows of three quarters and a half of their life, or each call would
 * ask. Who waits for a look that fails shares its error, so that many threads make one call however it ends.
 * Invariants, under the lock: at most one look is under way (is_looking, in process `looker`); `keys` point into `arena`.
 * All arenas here are of the kind for secrets: no core file holds keys, or the files and answers that they came from. */
#include <pthread.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "client/credential_search.h"

#define ADVISORY_MS (15 * 60 * 1000)
#define MANDATORY_MS (10 * 60 * 1000)
#define PAUSE_AFTER_FAILURE_MS 5000 /* of advisory looks */
#define FAILURE_TEXT_MAX 512

struct cyn_i_credentials_provider {
  cyn_i_arena options_arena;
  cyn_i_credentials_options options;
  bool is_explicit;
  pthread_mutex_t lock;
  pthread_cond_t looked;
  bool is_looking;
  pid_t looker;
  uint64_t looks;             /* that have ended */
  cyn_status last_status;     /* of the last look, with its text */
  char last_text[FAILURE_TEXT_MAX];
  int64_t not_before_ms;      /* no advisory look before this */
  bool has_keys;
  cyn_i_arena arena;
  cyn_i_credentials keys;
  int64_t lifetime_ms;        /* that the keys had when they came */
  cyn_i_network network;      /* the looker's */
};

/* ---- copies ---- */

static bool copy_into(cyn_i_arena *arena, cyn_bytes *bytes) {
  if (bytes->data == NULL) return true;
  *bytes = cyn_i_arena_copy(arena, *bytes);
  return bytes->data != NULL;
}

static cyn_status copy_keys(const cyn_i_credentials *from, cyn_i_arena *arena, cyn_i_credentials *out, cyn_error *error) {
  *out = *from;
  bool is_whole = copy_into(arena, &out->access_key_id) && copy_into(arena, &out->secret_access_key) &&
                  copy_into(arena, &out->session_token) && copy_into(arena, &out->account_id);
  return is_whole ? CYN_OK : cyn_i_error_no_memory(error);
}

static void drop_keys(cyn_i_credentials_provider *provider) {
  cyn_i_arena_clean_up(&provider->arena);
  memset(&provider->keys, 0, sizeof provider->keys);
  provider->has_keys = false;
}

/* ---- looking ---- */

/* The whole search; the keys are in `arena`. */
static cyn_status look(cyn_i_credentials_provider *provider, cyn_i_arena *arena, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_configuration configuration;
  const cyn_i_credentials_options *options = &provider->options;
  cyn_status status = cyn_i_configuration_load(options->profile, arena, &configuration, error);
  if (status != CYN_OK) return status;
  const cyn_i_credential_search search = {.configuration = &configuration,
                                          .profile = configuration.profile,
                                          .without_environment = configuration.is_profile_explicit,
                                          .without_network = options->is_local,
                                          .region = cyn_i_endpoint_region(&configuration, options->region),
                                          .clock = options->clock,
                                          .network = &provider->network,
                                          .arena = arena};
  status = cyn_i_credentials_find(&search, out, error);
  if (status != CYN_OK) return status;
  if (out->expires_ms == 0 || out->expires_ms > cyn_i_clock_now_ms(options->clock)) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "the keys of %s have expired already when they come", out->source);
}

static void keep_failure(cyn_i_credentials_provider *provider, cyn_status status, const cyn_error *error) {
  const char *text = error->message != NULL ? error->message : "";
  size_t size = strnlen(text, FAILURE_TEXT_MAX - 1);
  provider->last_status = status;
  memcpy(provider->last_text, text, size);
  provider->last_text[size] = '\0';
}

/* Looks, with the lock held on entry and on return but not in between. */
static cyn_status look_unlocked(cyn_i_credentials_provider *provider) {
  cyn_i_arena scratch;
  cyn_i_credentials found;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena_init_secret(&scratch);
  provider->is_looking = true;
  provider->looker = getpid();
  (void)pthread_mutex_unlock(&provider->lock);
  cyn_status status = look(provider, &scratch, &found, &error);
  int64_t now_ms = cyn_i_clock_now_ms(provider->options.clock);
  (void)pthread_mutex_lock(&provider->lock);
  if (status == CYN_OK) {
    drop_keys(provider);
    status = copy_keys(&found, &provider->arena, &provider->keys, &error);
    provider->has_keys = status == CYN_OK;
    provider->lifetime_ms = found.expires_ms - now_ms;
  }
  keep_failure(provider, status, &error);
  if (status != CYN_OK) provider->not_before_ms = now_ms + PAUSE_AFTER_FAILURE_MS;
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&scratch);
  provider->is_looking = false;
  provider->looks++;
  (void)pthread_cond_broadcast(&provider->looked);
  return status;
}

typedef enum need { NEED_NOTHING, NEED_SOON, NEED_NOW } need;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static need what_is_needed(const cyn_i_credentials_provider *provider) {
  if (!provider->has_keys) return NEED_NOW;
  if (provider->keys.expires_ms == 0) return NEED_NOTHING;
  int64_t now_ms = cyn_i_clock_now_ms(provider->options.clock), left_ms = provider->keys.expires_ms - now_ms;
  if (left_ms <= smaller(MANDATORY_MS, provider->lifetime_ms / 2)) return NEED_NOW;
  if (left_ms > smaller(ADVISORY_MS, provider->lifetime_ms / 4 * 3) || now_ms < provider->not_before_ms) return NEED_NOTHING;
  return NEED_SOON;
}

static cyn_status failure(const cyn_i_credentials_provider *provider, cyn_error *error) {
  return cyn_i_error_set(error, (cyn_i_error_code)provider->last_status, provider->last_text);
}

/* Until the keys are good to use; the lock is held. */
static cyn_status make_current(cyn_i_credentials_provider *provider, cyn_error *error) {
  for (;;) {
    need what = what_is_needed(provider);
    bool is_looking = provider->is_looking && provider->looker == getpid(); /* not one that fork() has left behind */
    if (what == NEED_NOTHING || (what == NEED_SOON && is_looking)) return CYN_OK;
    if (!is_looking) {
      cyn_status status = look_unlocked(provider);
      return status == CYN_OK || (what == NEED_SOON && provider->has_keys) ? CYN_OK : failure(provider, error);
    }
    uint64_t looks = provider->looks;
    while (provider->looks == looks) (void)pthread_cond_wait(&provider->looked, &provider->lock);
    if (provider->last_status != CYN_OK) return failure(provider, error);
  }
}

cyn_status cyn_i_credentials_get(cyn_i_credentials_provider *provider, cyn_i_arena *arena, cyn_i_credentials *out,
                                 cyn_error *error) {
  (void)pthread_mutex_lock(&provider->lock);
  cyn_status status = make_current(provider, error);
  if (status == CYN_OK) status = copy_keys(&provider->keys, arena, out, error);
  (void)pthread_mutex_unlock(&provider->lock);
  return status;
}

void cyn_i_credentials_forget(cyn_i_credentials_provider *provider) {
  (void)pthread_mutex_lock(&provider->lock);
  if (!provider->is_explicit) drop_keys(provider);
  (void)pthread_mutex_unlock(&provider->lock);
}

/* ---- life ---- */

static cyn_status take_explicit(cyn_i_credentials_provider *provider, cyn_error *error) {
  const cyn_i_credentials_options *options = &provider->options;
  if (options->access_key_id.size == 0 && options->secret_access_key.size == 0) return CYN_OK;
  if (options->access_key_id.size == 0 || options->secret_access_key.size == 0)
    return cyn_i_error_set(error, CYN_E_CREDENTIALS, "an access key id and a secret access key are given together, or neither is");
  provider->keys = (cyn_i_credentials){options->access_key_id, options->secret_access_key, options->session_token, 0, "explicit",
                                       options->account_id};
  if (provider->keys.session_token.size == 0) provider->keys.session_token.data = NULL;
  provider->is_explicit = provider->has_keys = true;
  return CYN_OK;
}

cyn_status cyn_i_credentials_provider_new(const cyn_i_credentials_options *options, cyn_i_credentials_provider **out,
                                          cyn_error *error) {
  *out = NULL;
  cyn_i_credentials_provider *provider = cyn_i_zalloc(1, sizeof *provider);
  if (provider == NULL) return cyn_i_error_no_memory(error);
  if (pthread_mutex_init(&provider->lock, NULL) != 0) {
    cyn_i_free(provider);
    return cyn_i_error_no_memory(error);
  }
  (void)pthread_cond_init(&provider->looked, NULL);
  cyn_i_arena_init_secret(&provider->options_arena);
  cyn_i_arena_init_secret(&provider->arena);
  provider->options = *options;
  cyn_i_credentials_options *own = &provider->options;
  bool is_whole = copy_into(&provider->options_arena, &own->access_key_id) &&
                  copy_into(&provider->options_arena, &own->secret_access_key) &&
                  copy_into(&provider->options_arena, &own->session_token) && copy_into(&provider->options_arena, &own->profile) &&
                  copy_into(&provider->options_arena, &own->region) && copy_into(&provider->options_arena, &own->account_id);
  cyn_status status = is_whole ? take_explicit(provider, error) : cyn_i_error_no_memory(error);
  if (status == CYN_OK) *out = provider;
  else cyn_i_credentials_provider_destroy(provider);
  return status;
}

void cyn_i_credentials_provider_destroy(cyn_i_credentials_provider *provider) {
  if (provider == NULL) return;
  drop_keys(provider);
  cyn_i_network_clean_up(&provider->network);
  cyn_i_arena_clean_up(&provider->options_arena);
  (void)pthread_cond_destroy(&provider->looked);
  (void)pthread_mutex_destroy(&provider->lock);
  cyn_i_free(provider);
}
