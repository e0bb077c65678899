/* A stream as the catalog keeps it: which log holds the changes of which table, since when and until when.
 *
 * Each has a record in CYN_SPACE_STREAMS, under (account, Region) and the table's name 00 label. It outlives its table
 * and the switching off of the table's stream by a day, as long as the log may be read; then a job takes both away. The
 * number of a log is taken from the same sequence as the spaces': none is used twice. */
#ifndef CYN_CATALOG_STREAM_H
#define CYN_CATALOG_STREAM_H

#include "catalog/table.h"

#define CYN_STREAM_RETENTION_MS ((int64_t)24 * 60 * 60 * 1000)
#define CYN_STREAM_LABEL_SIZE 23 /* 2015-05-20T20:51:10.252 */

typedef struct cyn_i_stream {
  uint32_t log;
  int64_t created_ms; /* its label */
  int64_t closed_ms;  /* nothing is written to it since then; 0: it is open */
  cyn_i_view_type view;
  cyn_i_key_part hash, range; /* of the table; range.name.data NULL: none */
} cyn_i_stream;

/* False: no view type's name. */
bool cyn_i_view_type_from(cyn_bytes name, cyn_i_view_type *out);
const char *cyn_i_view_type_name(cyn_i_view_type view);

/* The label of a moment, of CYN_STREAM_LABEL_SIZE bytes and a zero. False: no date of four digits' years. */
bool cyn_i_stream_label(int64_t created_ms, char out[CYN_STREAM_LABEL_SIZE + 1]);
/* False: not such a label. */
bool cyn_i_stream_label_parse(cyn_bytes label, int64_t *created_ms);

/* The store's key of a stream's record, its bytes made in the arena. False: out of memory, or no label. */
bool cyn_i_stream_key(cyn_bytes account, cyn_bytes region, cyn_bytes table_name, int64_t created_ms, cyn_i_arena *arena,
                      cyn_i_store_key *out);
/* Name and label of a key's sort part, borrowed. False: not such a key. */
bool cyn_i_stream_key_split(cyn_bytes sort, cyn_bytes *table_name, cyn_bytes *label);

/* The record's bytes in the arena; data NULL when out of memory. */
cyn_bytes cyn_i_stream_record_write(const cyn_i_store_key *key, const cyn_i_stream *stream, cyn_i_arena *arena);
/* Names in *out are borrowed from the record. False: the bytes are damaged or stand under another key. */
bool cyn_i_stream_record_read(const cyn_i_store_key *key, cyn_bytes record, cyn_i_stream *out);

/* The stream that a table's record names. False: it names none, or is damaged. */
bool cyn_i_stream_of_record(const cyn_i_table_record *record, cyn_i_stream *out);
/* True when its day is over. */
bool cyn_i_stream_is_over(const cyn_i_stream *stream, int64_t now_ms);

#endif
