/* Region and endpoint by botocore's rules: partitions, AWS_ENDPOINT_URL(_DYNAMODB), services sections, FIPS, dual stack,
 * account endpoints, `local`. */
#ifndef CYN_CLIENT_ENDPOINT_H
#define CYN_CLIENT_ENDPOINT_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "client/configuration.h"

typedef struct cyn_i_endpoint_options {
  cyn_bytes region;        /* of the URL or the options; absent: environment, profile */
  cyn_bytes profile;       /* over AWS_PROFILE */
  cyn_bytes endpoint_url;  /* explicit: wins over all configuration */
  bool is_streams;
} cyn_i_endpoint_options;

/* Whether calls go to an account's own name, https://ACCOUNT.ddb.REGION.…, when the account is known. */
typedef enum cyn_i_account_rule { CYN_ACCOUNT_NEVER = 0, CYN_ACCOUNT_PREFERRED, CYN_ACCOUNT_REQUIRED } cyn_i_account_rule;

typedef struct cyn_i_endpoint {
  cyn_bytes url;           /* scheme://host[:port][/path] */
  cyn_bytes region;        /* the resolved region */
  cyn_bytes signing_region;
  cyn_i_account_rule account_rule;
  cyn_bytes account_suffix; /* ".ddb.us-east-1.amazonaws.com"; absent with CYN_ACCOUNT_NEVER */
} cyn_i_endpoint;

/* Reads the files of the profile. Region and endpoint_url both absent: CynamoUsageError. */
cyn_status cyn_i_endpoint_resolve(const cyn_i_endpoint_options *options, cyn_i_arena *arena, cyn_i_endpoint *out,
                                  cyn_error *error);
/* Where a call goes when it is signed by keys of this account (cyn_i_credentials.account_id, or the account of the ARN that
 * names the table; absent: not known). *url may be endpoint->url itself. */
cyn_status cyn_i_endpoint_of_account(const cyn_i_endpoint *endpoint, cyn_bytes account_id, cyn_i_arena *arena, cyn_bytes *url,
                                     cyn_error *error);

/* The services that DynamoDB and its credentials need. */
typedef enum cyn_i_service {
  CYN_SERVICE_DYNAMODB = 0,
  CYN_SERVICE_STREAMS,
  CYN_SERVICE_STS,
  CYN_SERVICE_SSO,
  CYN_SERVICE_SSO_OIDC,
  CYN_SERVICE_SIGN_IN
} cyn_i_service;
/* The same for any of them, under a configuration that is read already; `explicit_url` absent: by configuration. */
cyn_status cyn_i_endpoint_of_service(const cyn_i_configuration *configuration, cyn_i_service service, cyn_bytes region,
                                     cyn_bytes explicit_url, cyn_i_arena *arena, cyn_i_endpoint *out, cyn_error *error);
/* The Region in force: `region`, else the environment's, else the profile's; absent when nothing says one. */
cyn_bytes cyn_i_endpoint_region(const cyn_i_configuration *configuration, cyn_bytes region);

#endif
