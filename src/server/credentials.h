/* The access keys that may sign: an AWS shared-credentials file, read once at start.
 *
 *   [profile]
 *   aws_access_key_id = …          aws_secret_access_key = …
 *   aws_session_token = …          optional; then a request must carry it
 *   aws_account_id = 123456789012  optional; the account whose tables the key sees
 *   aws_expiration = 2026-11-24T12:00:00Z   optional; the token is refused from then on
 *
 * The secrets stand in pages of their own that a core dump leaves out, and are wiped at the end. */
#ifndef CYN_SERVER_CREDENTIALS_H
#define CYN_SERVER_CREDENTIALS_H

#include <cynamo/error.h>
#include <cynamo/value.h>

typedef struct cyn_i_credential {
  cyn_bytes access_key;
  cyn_bytes secret;
  cyn_bytes token;    /* absent: none */
  cyn_bytes account;  /* absent: none given */
  int64_t expires_ms; /* 0: never */
} cyn_i_credential;

typedef struct cyn_i_credentials cyn_i_credentials;

/* Errors: CynamoUsageError that names the file, the line and what is wrong. */
cyn_status cyn_i_credentials_load(const char *path, cyn_i_credentials **out, cyn_error *error);
void cyn_i_credentials_destroy(cyn_i_credentials *credentials);

size_t cyn_i_credentials_count(const cyn_i_credentials *credentials);
/* The first entry with this key id at or behind `*from`, which moves behind it; NULL when there is none. */
const cyn_i_credential *cyn_i_credentials_find(const cyn_i_credentials *credentials, cyn_bytes access_key,
                                               size_t *from);

#endif
