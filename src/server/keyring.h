/* The access keys that may sign: an AWS shared-credentials file, read once at start.
 *
 *   [profile]
 *   aws_access_key_id = …          aws_secret_access_key = …
 *   aws_session_token = …          optional; then a request must carry it
 *   aws_account_id = 123456789012  optional; the account whose tables the key sees
 *   aws_expiration = 2026-11-24T12:00:00Z   optional; the token is refused from then on
 *
 * The secrets stand in pages of their own that a core dump leaves out, and are wiped at the end. */
#ifndef CYN_SERVER_KEYRING_H
#define CYN_SERVER_KEYRING_H

#include <cynamo/error.h>
#include <cynamo/value.h>

typedef struct cyn_i_signing_key {
  cyn_bytes access_key;
  cyn_bytes secret;
  cyn_bytes token;    /* absent: none */
  cyn_bytes account;  /* absent: none given */
  int64_t expires_ms; /* 0: never */
} cyn_i_signing_key;

typedef struct cyn_i_keyring cyn_i_keyring;

/* Errors: CynamoUsageError that names the file, the line and what is wrong. */
cyn_status cyn_i_keyring_load(const char *path, cyn_i_keyring **out, cyn_error *error);
void cyn_i_keyring_destroy(cyn_i_keyring *credentials);

size_t cyn_i_keyring_count(const cyn_i_keyring *credentials);
/* The first entry with this key id at or behind `*from`, which moves behind it; NULL when there is none. */
const cyn_i_signing_key *cyn_i_keyring_find(const cyn_i_keyring *credentials, cyn_bytes access_key, size_t *from);

#endif
