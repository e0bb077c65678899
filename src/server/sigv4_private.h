/* What sigv4.c and sigv4_canonical.c share. */
#ifndef CYN_SERVER_SIGV4_PRIVATE_H
#define CYN_SERVER_SIGV4_PRIVATE_H

#include "server/sigv4.h"

/* SHA-256 in lower-case hexadecimal. */
void cyn_i_sigv4_digest(cyn_bytes bytes, char out[64]);

bool cyn_i_sigv4_same_name(cyn_bytes a, cyn_bytes b);

#endif
