/* DynamoDB JSON ({"pk":{"S":"a"}}) to binary items and back, in one pass each way. */
#ifndef CYN_VALUE_ITEM_JSON_H
#define CYN_VALUE_ITEM_JSON_H

#include <cynamo/value.h>

#include "value/json.h"

/* A type fault in the sense of validation.md 1.4 (SerializationException): the first one met in document order. */
typedef struct cyn_i_json_fault {
  const char *message; /* NULL: none; arena or static */
} cyn_i_json_fault;

/* Reads {"name": AttributeValue, …}; the reader has just returned OBJECT_BEGIN. The JSON is always read to its end.
 * - malformed JSON: returns false;
 * - a type fault is put in *serialization (if it holds none yet) and out is meaningless;
 * - value faults (validation.md 4.1) are left in out->fault: the walk, order and texts as given there.
 * Duplicate keys: the last one wins. Members that are null count as absent. */
bool cyn_i_item_from_json(cyn_i_json *json, cyn_item *out, cyn_i_json_fault *serialization);

/* Reads one AttributeValue; `first` is the token that has just been returned. Used for lists of values. */
bool cyn_i_value_from_json(cyn_i_json *json, cyn_i_json_token first, cyn_value *out, const cyn_fault **fault,
                           cyn_i_json_fault *serialization);

void cyn_i_item_to_json(cyn_i_buf *buf, const uint8_t *item);
void cyn_i_value_to_json(cyn_i_buf *buf, const uint8_t *value);

#endif
