/* What the JSON codec is measured against: a plain parser and a plain printer of DynamoDB JSON that do what must be done and
 * no more. The parser reads a body once, whatever JSON a client sends: blanks, members in any order and unknown ones, all
 * escapes, UTF-8, any depth that an item may have. It copies names and values into a buffer in the binary form of
 * docs/format.md, encodes numbers, sorts the sets that need it, and refuses names and elements that come twice. The printer
 * goes the other way. Both keep inside their buffers.
 *
 * They know nothing of shapes, messages, sizes as DynamoDB counts them, of the order in which faults are told or of what to
 * do with two members or none in one value: what is wrong is refused. Strings are scanned and copied 16 bytes at a time: a
 * plain parser of today does so. */
#ifndef CYN_BENCH_PLAIN_CODEC_H
#define CYN_BENCH_PLAIN_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {"TableName":"…","Item":{…}}: the item and its size; false when something is wrong. `room`, that of `out`, is a third more
 * than the body and 64 bytes, or nothing is read. */
bool plain_put_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t room, size_t *size);

/* {"RequestItems":{"table":[{"PutRequest":{"Item":{…}}},…]}}: items (and keys) one behind the other, and the size of all. */
bool plain_batch_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t room, size_t *size);

/* Prints the item as JSON. Returns behind the last byte, NULL when there is not room enough. */
uint8_t *plain_item_print(const uint8_t *item, uint8_t *out, size_t room);

#endif
