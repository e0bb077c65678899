/* What the JSON codec is measured against: a plain parser and a plain printer of DynamoDB JSON that do the least that must
 * be done. The parser reads a body once, copies names and values into a buffer in the binary form of docs/format.md,
 * encodes numbers, and refuses an item in which a name comes twice. The printer goes the other way.
 *
 * They know nothing of shapes, messages, sizes as DynamoDB counts them, depths, or of what to do with two members in one
 * value; they take no blanks between tokens, and a set's elements must come sorted. Strings are scanned and copied 16 bytes
 * at a time: a plain parser of today does so. All checks of the JSON itself are there: UTF-8, controls, escapes. */
#ifndef CYN_BENCH_PLAIN_CODEC_H
#define CYN_BENCH_PLAIN_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses an object of AttributeValues at p (behind its brace) into `out`, with an item's header; the binary form is never
 * longer than its JSON, so the caller's buffer has the body's size and 64 bytes more. The position behind the closing
 * brace, or NULL when something is wrong. *size: of the item. */
const uint8_t *plain_item_parse(const uint8_t *p, const uint8_t *end, uint8_t *out, size_t *size);

/* {"TableName":"…","Item":{…}}; false when something is wrong. */
bool plain_put_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t *size);

/* {"RequestItems":{"table":[{"PutRequest":{"Item":{…}}},…]}}: items one behind the other; their number, or 0. */
size_t plain_batch_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t *size);

/* Prints the item as JSON; `out` has room for six times its bytes. Returns behind the last byte. */
uint8_t *plain_item_print(const uint8_t *item, uint8_t *out);

#endif
