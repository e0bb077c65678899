/* See keys.h. */
#include "client/keys.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"

struct cyn_i_keys {
  cyn_i_arena arena;
  cyn_i_credentials keys;
};

static cyn_bytes environment(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0' ? cyn_str(value) : (cyn_bytes){NULL, 0};
}

static cyn_status keep(cyn_i_keys *to, cyn_bytes id, cyn_bytes secret, cyn_bytes token, const char *source, cyn_error *error) {
  to->keys.access_key_id = cyn_i_arena_copy(&to->arena, id);
  to->keys.secret_access_key = cyn_i_arena_copy(&to->arena, secret);
  if (token.size != 0) to->keys.session_token = cyn_i_arena_copy(&to->arena, token);
  to->keys.source = source;
  bool is_whole = to->keys.access_key_id.data != NULL && to->keys.secret_access_key.data != NULL &&
                  (token.size == 0 || to->keys.session_token.data != NULL);
  return is_whole ? CYN_OK : cyn_i_error_no_memory(error);
}

static cyn_status find(cyn_i_keys *to, const cyn_i_credentials_options *options, cyn_error *error) {
  if (options->access_key_id.size != 0)
    return keep(to, options->access_key_id, options->secret_access_key, options->session_token, "explicit", error);
  cyn_bytes id = environment("AWS_ACCESS_KEY_ID"), secret = environment("AWS_SECRET_ACCESS_KEY");
  if (id.size != 0 && secret.size != 0) return keep(to, id, secret, environment("AWS_SESSION_TOKEN"), "env", error);
  if (options->is_local) return keep(to, cyn_str("cynamo"), cyn_str("cynamo"), (cyn_bytes){NULL, 0}, "local", error);
  return CYN_OK;
}

cyn_status cyn_i_keys_new(const cyn_i_credentials_options *options, cyn_i_keys **out, cyn_error *error) {
  cyn_i_keys *keys = cyn_i_zalloc(1, sizeof *keys);
  *out = NULL;
  if (keys == NULL) return cyn_i_error_no_memory(error);
  cyn_i_arena_init(&keys->arena, 256);
  cyn_status status = find(keys, options, error);
  if (status != CYN_OK) cyn_i_keys_destroy(keys);
  else *out = keys;
  return status;
}

void cyn_i_keys_destroy(cyn_i_keys *keys) {
  if (keys == NULL) return;
  cyn_i_arena_clean_up(&keys->arena);
  cyn_i_free(keys);
}

cyn_status cyn_i_keys_get(cyn_i_keys *keys, cyn_i_arena *arena, cyn_i_credentials *out, cyn_error *error) {
  (void)arena; /* the keys never change: they need no copy */
  if (keys->keys.access_key_id.size == 0)
    return cyn_i_error_set(error, CYN_E_CREDENTIALS,
                           "no credentials: give keys in the database's options, or set AWS_ACCESS_KEY_ID and "
                           "AWS_SECRET_ACCESS_KEY");
  *out = keys->keys;
  return CYN_OK;
}

void cyn_i_keys_forget(cyn_i_keys *keys) { (void)keys; }
