/* Where keys come from: botocore's chain, in botocore's order (dynamodb-api.md, "Clients"). */
#ifndef CYN_CLIENT_CREDENTIALS_H
#define CYN_CLIENT_CREDENTIALS_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "base/clock.h"

/* One set of keys; bytes are the holder's. `expires_ms` 0: never. */
typedef struct cyn_i_credentials {
  cyn_bytes access_key_id, secret_access_key, session_token; /* session_token absent: none */
  int64_t expires_ms;
  const char *source; /* botocore's name of the method: "env", "assume-role", "iam-role", …; static */
  cyn_bytes account_id; /* absent: not known; see cyn_i_endpoint_of_account */
} cyn_i_credentials;

/* What the program says itself; all may be absent. */
typedef struct cyn_i_credentials_options {
  cyn_bytes access_key_id, secret_access_key, session_token; /* explicit keys come before everything */
  cyn_bytes profile;                                         /* over AWS_PROFILE */
  cyn_bytes region;                                          /* for STS and SSO endpoints */
  cyn_i_clock *clock;                                        /* NULL: the real one */
  bool is_local; /* the endpoint is on this machine: ask nothing behind a network, and where no source has keys, any will do
                    ("cynamo", "cynamo") */
  cyn_bytes account_id; /* of the explicit keys */
} cyn_i_credentials_options;

/* A provider: resolves on first use, refreshes before expiry (one refresh for many threads), shared by any number. */
typedef struct cyn_i_credentials_provider cyn_i_credentials_provider;
cyn_status cyn_i_credentials_provider_new(const cyn_i_credentials_options *options, cyn_i_credentials_provider **out,
                                          cyn_error *error);
void cyn_i_credentials_provider_destroy(cyn_i_credentials_provider *provider);
/* A copy of the current keys in the arena. No source has keys: CYN_E_CREDENTIALS, text names what was tried. May block on a network. */
cyn_status cyn_i_credentials_get(cyn_i_credentials_provider *provider, cyn_i_arena *arena, cyn_i_credentials *out,
                                 cyn_error *error);
/* Forget the current keys (the service said they are expired). */
void cyn_i_credentials_forget(cyn_i_credentials_provider *provider);

#endif
