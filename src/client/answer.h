/* What a server has answered, read with suspicion. */
#ifndef CYN_CLIENT_ANSWER_H
#define CYN_CLIENT_ANSWER_H

#include "api/api.h"

/* The body of an error answer: __type, message, CancellationReasons, Item. Returns error->status, never CYN_OK. */
cyn_status cyn_i_answer_error(cyn_bytes body, int http_status, cyn_i_arena *arena, cyn_error *error);
/* The body of a good answer as a structure of `shape`, in the arena; it borrows from `body`. CynamoBadAnswer. */
cyn_status cyn_i_answer_output(const cyn_i_shape *shape, cyn_bytes body, cyn_i_arena *arena, void **out, cyn_error *error);
/* False when `header` (x-amz-crc32; absent is fine) is not the body's crc32. */
bool cyn_i_answer_crc_matches(cyn_bytes header, cyn_bytes body);
/* Milliseconds since the epoch of "Tue, 24 Nov 2026 09:20:39 GMT"; 0 for anything else. */
int64_t cyn_i_answer_date_ms(cyn_bytes header);

#endif
