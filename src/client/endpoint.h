/* Region and endpoint by botocore's rules: partitions, AWS_ENDPOINT_URL(_DYNAMODB), services sections, FIPS, dual stack,
 * account endpoints, `local`. */
#ifndef CYN_CLIENT_ENDPOINT_H
#define CYN_CLIENT_ENDPOINT_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"

typedef struct cyn_i_endpoint_options {
  cyn_bytes region;        /* of the URL or the options; absent: environment, profile */
  cyn_bytes profile;       /* over AWS_PROFILE */
  cyn_bytes endpoint_url;  /* explicit: wins over all configuration */
  bool is_streams;
} cyn_i_endpoint_options;

typedef struct cyn_i_endpoint {
  cyn_bytes url;           /* scheme://host[:port][/path] */
  cyn_bytes region;        /* the resolved region */
  cyn_bytes signing_region;
} cyn_i_endpoint;

cyn_status cyn_i_endpoint_resolve(const cyn_i_endpoint_options *options, cyn_i_arena *arena, cyn_i_endpoint *out,
                                  cyn_error *error);

#endif
