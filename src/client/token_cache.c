/* See token_cache.h. */
#include "client/token_cache.h"

#include <openssl/evp.h>

#include "base/error.h"
#include "base/sigv4.h"
#include "client/json_fields.h"
#include "client/surroundings.h"
#include "value/json.h"

const char *cyn_i_token_cache_path(const char *folder, cyn_bytes name, bool is_sha256, cyn_i_arena *arena) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  char hex[2 * EVP_MAX_MD_SIZE + 1];
  if (EVP_Digest(name.data, name.size, digest, &size, is_sha256 ? EVP_sha256() : EVP_sha1(), NULL) != 1) return NULL;
  cyn_i_sigv4_hex(digest, size, hex);
  hex[2 * size] = '\0';
  const char *path = cyn_i_arena_printf(arena, "%s/%s.json", folder, hex);
  return path != NULL ? cyn_i_surroundings_path(cyn_str(path), arena) : NULL;
}

cyn_status cyn_i_token_cache_read(const char *path, const char *what, cyn_i_arena *arena, cyn_bytes *text, cyn_error *error) {
  cyn_i_file_result result = cyn_i_surroundings_read(path, CYN_JSON_FIELDS_BYTES_MAX, arena, text, error);
  if (result == CYN_FILE_OK) return CYN_OK;
  if (result == CYN_FILE_FAILED) return error != NULL && error->status != CYN_OK ? error->status : CYN_E_CREDENTIALS;
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "there is no cached %s (%s): log in with the AWS command line", what, path);
}

void cyn_i_token_cache_put(cyn_i_buf *json, const char *name, cyn_bytes value) {
  if (value.data == NULL) return;
  cyn_i_buf_byte(json, json->size == 0 ? '{' : ',');
  cyn_i_json_write_string(json, cyn_str(name));
  cyn_i_buf_byte(json, ':');
  cyn_i_json_write_string(json, value);
}
