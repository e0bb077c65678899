/* Signature Version 4 as both ends of a request compute it: the canonical form of a path, a query and a header's value,
 * the derived key, the text of a time. AWS page: reference_sigv-create-signed-request. */
#ifndef CYN_BASE_SIGV4_H
#define CYN_BASE_SIGV4_H

#include "base/buf.h"

/* HMAC of the concatenation of the parts. */
void cyn_i_sigv4_hmac(cyn_bytes key, const cyn_bytes *parts, size_t count, uint8_t out[32]);
/* The key of a day, a Region and a service ("20260131", "us-east-1", "dynamodb"). */
void cyn_i_sigv4_key(cyn_bytes secret, cyn_bytes date, cyn_bytes region, cyn_bytes service, uint8_t out[32]);
void cyn_i_sigv4_hex(const uint8_t *bytes, size_t size, char *out); /* 2 * size characters, no NUL */

/* Appends the path: empty, "." and ".." segments are resolved, each segment is percent-encoded once more. */
void cyn_i_sigv4_put_path(cyn_i_buf *out, cyn_bytes path);
/* Appends the query (without '?'): parameters decoded, encoded the canonical way and sorted; false when out of memory. */
bool cyn_i_sigv4_put_query(cyn_i_buf *out, cyn_bytes query, cyn_i_arena *arena);
/* Appends a header's value: trimmed, runs of blanks become one. */
void cyn_i_sigv4_put_value(cyn_i_buf *out, cyn_bytes value);

/* 20260131T120000Z, NUL-terminated. */
void cyn_i_sigv4_time(int64_t ms, char out[17]);

#endif
