/* Proof of possession (RFC 9449): a signed statement that whoever sends a request holds the key that its token is bound to. */
#ifndef CYN_CLIENT_DPOP_H
#define CYN_CLIENT_DPOP_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"

/* The value of the DPoP header for a POST to `url` at `now_ms`, in the arena; `pem` is a P-256 private key.
 * CynamoNoCredentials: it is not. */
cyn_status cyn_i_dpop_proof(cyn_bytes pem, cyn_bytes url, int64_t now_ms, cyn_i_arena *arena, cyn_bytes *out, cyn_error *error);

#endif
