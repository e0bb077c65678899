/* The partitions of AWS: which Regions they hold and under which names their endpoints are. */
#ifndef CYN_CLIENT_PARTITION_H
#define CYN_CLIENT_PARTITION_H

#include <cynamo/value.h>

typedef struct cyn_i_partition {
  const char *name;             /* "aws", "aws-cn", … */
  const char *dns_suffix;       /* "amazonaws.com" */
  const char *dual_stack_suffix;
  const char *sign_in_suffix;   /* of {Region}.signin.… */
} cyn_i_partition;

/* The partition of a Region by its name, also of one that is newer than this table; "aws" when nothing fits. */
const cyn_i_partition *cyn_i_partition_of(cyn_bytes region);
/* A name that can be a label of a host: letters, digits and inner hyphens, at most 63, not digits alone. */
bool cyn_i_region_is_valid(cyn_bytes region);

#endif
