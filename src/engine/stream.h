/* What the operations of streams share: finding a stream by its ARN, the names of its shard and of its records' numbers,
 * iterators.
 *
 * A stream has one shard from its beginning to its end, open until the stream is closed. The sequence number of a record
 * is its position in the log behind a 1, so that all have 21 digits and sort as text. */
#ifndef CYN_ENGINE_STREAM_H
#define CYN_ENGINE_STREAM_H

#include "catalog/stream.h"
#include "engine/control.h"

#define CYN_SHARD_ID_SIZE 37        /* shardId-00000001790000000123-00000046 */
#define CYN_SEQUENCE_NUMBER_SIZE 21 /* 100000000000000000001 */
#define CYN_ITERATOR_LIFE_MS ((int64_t)15 * 60 * 1000)

typedef struct cyn_i_stream_place {
  cyn_bytes arn;   /* as the request has it */
  cyn_bytes account, region, table, label;
  cyn_i_store_key key;
} cyn_i_stream_place;

/* Splits an ARN. "Invalid StreamArn" otherwise. */
cyn_status cyn_i_stream_place_of(cyn_i_call *call, cyn_bytes arn, cyn_i_stream_place *out);
/* Reads its record in the worker's view, which has begun; names in *out live as long as the view. */
cyn_status cyn_i_stream_load(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_stream_place *place, cyn_i_stream *out);
/* The positions that can be read: from *first to *last; none when *last + 1 == *first. */
cyn_status cyn_i_stream_bounds(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_stream *stream, uint64_t *first,
                               uint64_t *last);

cyn_bytes cyn_i_stream_arn(const cyn_i_store_key *key, cyn_i_arena *arena); /* data NULL: out of memory, or no key */
cyn_bytes cyn_i_shard_id(const cyn_i_stream *stream, cyn_i_arena *arena);
cyn_bytes cyn_i_sequence_number(uint64_t position, cyn_i_arena *arena);
bool cyn_i_sequence_number_parse(cyn_bytes text, uint64_t *position);

/* The next record that an iterator reads, and when it was made. */
typedef struct cyn_i_shard_iterator {
  uint64_t position;
  int64_t made_ms;
} cyn_i_shard_iterator;
cyn_bytes cyn_i_shard_iterator_write(cyn_bytes arn, uint32_t log, const cyn_i_shard_iterator *iterator, cyn_i_arena *arena);
/* *arn is borrowed from the text. CYN_E_VALIDATION: it is none that was made for such a stream (log is its number). */
cyn_status cyn_i_shard_iterator_parse(cyn_bytes text, cyn_i_arena *arena, cyn_bytes *arn, uint32_t *log, cyn_i_shard_iterator *out,
                                      cyn_error *error);

#endif
