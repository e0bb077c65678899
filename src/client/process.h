/* What a credential_process prints. */
#ifndef CYN_CLIENT_PROCESS_H
#define CYN_CLIENT_PROCESS_H

#include "client/credentials.h"

/* Fills the keys from its output, which they borrow from. CynamoNoCredentials. */
cyn_status cyn_i_process_answer(cyn_bytes text, cyn_i_arena *arena, cyn_i_credentials *out, cyn_error *error);
/* How long a process may take. For tests; not thread-safe to change. */
extern int64_t cyn_i_process_timeout_ms;

#endif
