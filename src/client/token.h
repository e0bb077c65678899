/* Idempotency tokens: a call that is made again after a lost answer must be known as the same call. */
#ifndef CYN_CLIENT_TOKEN_H
#define CYN_CLIENT_TOKEN_H

#include "api/api.h"

/* The input, or a copy of it in the arena with a new token where the operation takes one and the input has none. NULL when
 * out of memory. */
const void *cyn_i_token_fill(const cyn_i_operation *operation, const void *input, cyn_i_arena *arena);

#endif
