/* Keys as far as a program or its environment names them outright. The same calls as credentials.h, whose chain takes over
 * from here. */
#ifndef CYN_CLIENT_KEYS_H
#define CYN_CLIENT_KEYS_H

#include "client/credentials.h"

typedef struct cyn_i_keys cyn_i_keys;
cyn_status cyn_i_keys_new(const cyn_i_credentials_options *options, cyn_i_keys **out, cyn_error *error);
void cyn_i_keys_destroy(cyn_i_keys *keys);
cyn_status cyn_i_keys_get(cyn_i_keys *keys, cyn_i_arena *arena, cyn_i_credentials *out, cyn_error *error);
void cyn_i_keys_forget(cyn_i_keys *keys);

#endif
