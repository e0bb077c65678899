/* Key encodings: what a store sorts by (docs/format.md, "Keys"). */
#ifndef CYN_VALUE_KEY_H
#define CYN_VALUE_KEY_H

#include <cynamo/value.h>

#include "base/buf.h"

#define CYN_PARTITION_KEY_SIZE_MAX 2048
#define CYN_SORT_KEY_SIZE_MAX 1024

/* Appends a sort key part that nothing follows: bytes of S and B, encoding of N. */
void cyn_i_key_append_last(cyn_i_buf *buf, cyn_type type, cyn_bytes content);
/* Appends a part that another follows, self-ending and order-preserving: S and B escape 00 as 00 FF and end in 00 01;
 * N ends in 00 (positive, zero) or in 66 (negative; not doubled where the encoding already ends in it). */
void cyn_i_key_append_more(cyn_i_buf *buf, cyn_type type, cyn_bytes content);
/* Appends one attribute of a partition key, length-prefixed (u16 big-endian), compared but never ordered. */
void cyn_i_key_append_partition(cyn_i_buf *buf, cyn_bytes content);

/* The scan order's hash: the first 8 bytes (big-endian) of MD5("Outliers" + bytes).  */
uint64_t cyn_i_key_hash(cyn_bytes bytes);
/* Shortens a partition key of more than 32 bytes to a tag byte 0xFF and the first 16 bytes of its SHA-256, into `out`
 * (17 bytes); a shorter one is returned as it is. A length prefix of FF.. never occurs, so the two cannot collide. */
cyn_bytes cyn_i_key_shorten(cyn_bytes partition, uint8_t out[17]);

#endif
