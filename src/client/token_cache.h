/* Tokens that the AWS command line has cached: one JSON file each, named by a hash. */
#ifndef CYN_CLIENT_TOKEN_CACHE_H
#define CYN_CLIENT_TOKEN_CACHE_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/buf.h"

/* FOLDER/sha1(name).json, or sha256; NULL when out of memory. */
const char *cyn_i_token_cache_path(const char *folder, cyn_bytes name, bool is_sha256, cyn_i_arena *arena);
/* The file's text. CynamoNoCredentials that names `what` when it is not there. */
cyn_status cyn_i_token_cache_read(const char *path, const char *what, cyn_i_arena *arena, cyn_bytes *text, cyn_error *error);

/* Writing a JSON object member by member. */
void cyn_i_token_cache_put(cyn_i_buf *json, const char *name, cyn_bytes value); /* an absent value is left out */

#endif
