/* The endpoint that gives a container its keys. */
#ifndef CYN_CLIENT_CONTAINER_H
#define CYN_CLIENT_CONTAINER_H

#include <cynamo/value.h>

/* Whether keys may be asked of this URL: https of an allowed host or http of it, allowed being addresses of this machine,
 * "localhost", and the fixed addresses of ECS and EKS. Nobody who can set a variable can have a token sent elsewhere. */
bool cyn_i_container_host_is_allowed(cyn_bytes url);
/* What a relative URI stands behind: "http://169.254.170.2". For tests; not thread-safe to change. */
extern const char *cyn_i_container_base;

#endif
