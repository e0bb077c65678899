/* The client: one call of an operation over HTTP, with signing, retries and checks. Any thread may use one. */
#ifndef CYN_CLIENT_CLIENT_H
#define CYN_CLIENT_CLIENT_H

#include "api/call.h"
#include "base/clock.h"
#include "client/retry.h"

typedef struct cyn_i_client cyn_i_client;

/* Bytes are copied. */
typedef struct cyn_i_client_options {
  cyn_bytes endpoint_url;                /* absent: by Region and configuration */
  cyn_bytes region, profile;
  cyn_bytes access_key_id, secret_access_key, session_token;
  int64_t connect_timeout_ms, read_timeout_ms; /* 0: 60,000 */
  int64_t connections_max;               /* 0: 10 */
  cyn_bytes proxy, ca_bundle, ca_bundle_default; /* see transport.h */
  bool insecure_skip_verify;
  cyn_i_retry_mode retry_mode;           /* 0: AWS_RETRY_MODE, else standard */
  int64_t attempts_max;                  /* 0: AWS_MAX_ATTEMPTS, else the mode's */
  cyn_string_map extra_headers;          /* sent with each request; x-amz-… are signed too */
  cyn_bytes user_agent_extra;            /* behind "cynamo/VERSION" */
  cyn_i_clock *clock;                    /* NULL: the real one */
} cyn_i_client_options;

/* Loads libcurl. No byte is sent yet. Errors: CynamoUsageError, CynamoOutOfMemory. */
cyn_status cyn_i_client_new(const cyn_i_client_options *options, cyn_i_client **out, cyn_error *error);
void cyn_i_client_destroy(cyn_i_client *client); /* calls under way end with CynamoConnectionError */
cyn_bytes cyn_i_client_region(const cyn_i_client *client);
cyn_bytes cyn_i_client_endpoint(const cyn_i_client *client);

/* Blocking; `done` is not called. The call's context is not looked at. Errors beside the service's: CynamoConnectionError,
 * CynamoTimeout, CynamoChecksumError, CynamoBadAnswer, CynamoNoCredentials, CynamoOutOfMemory. */
void cyn_i_client_call(cyn_i_client *client, cyn_i_call *call);
/* `done` is called once: on the transport's thread, or here when the request cannot be made. `input` is read here only. */
void cyn_i_client_submit(cyn_i_client *client, cyn_i_call *call);

#endif
