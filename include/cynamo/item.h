/* Cynamo: building and reading items.
 *
 *   cyn_item_builder *b = cyn_item_builder_new();
 *   cyn_item_put_string(b, cyn_str("pk"), cyn_str("user#1"));
 *   cyn_item_put_int(b, cyn_str("age"), 42);
 *   cyn_item_open_list(b, cyn_str("tags"));
 *   cyn_item_put_string(b, CYN_ELEMENT, cyn_str("new"));
 *   cyn_item_close(b);
 *   cyn_item item;
 *   cyn_status status = cyn_item_builder_finish(b, &item, &error);
 *
 * Nothing on the way fails: what is wrong is remembered. A value that DynamoDB refuses ends up in item.fault and is
 * answered by the operation that is given the item; only a lack of memory and misuse of the calls are errors of finish.
 * Builders, items and readers belong to one thread at a time. DynamoDB page: HowItWorks.NamingRulesDataTypes. */
#ifndef CYNAMO_ITEM_H
#define CYNAMO_ITEM_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- building ---- */

typedef struct cyn_item_builder cyn_item_builder;

/* The name to give inside a list, where values have none. */
#define CYN_ELEMENT (cyn_str(NULL))

/* A builder with an item begun, destroyed by cyn_item_builder_destroy. NULL when out of memory; every call below takes
 * NULL and does nothing then, and finish says so. */
CYN_API cyn_item_builder *cyn_item_builder_new(void) CYN_MUST_USE;
/* Frees the builder and the items it has finished; NULL is allowed. */
CYN_API void cyn_item_builder_destroy(cyn_item_builder *builder);
/* Begins a new item; the one before is gone. */
CYN_API void cyn_item_builder_reset(cyn_item_builder *builder);

/* Each puts one attribute (or element). Names and contents are copied. A name that is already there at the same level,
 * that is empty, longer than 65,535 bytes or not UTF-8, is a fault. */
CYN_API void cyn_item_put_string(cyn_item_builder *builder, cyn_bytes name, cyn_bytes value);
/* Any bytes, not base64. */
CYN_API void cyn_item_put_binary(cyn_item_builder *builder, cyn_bytes name, cyn_bytes value);
/* A number as text, such as "12.50" or "-1e20"; kept exactly, to 38 digits. */
CYN_API void cyn_item_put_number(cyn_item_builder *builder, cyn_bytes name, cyn_bytes text);
/* A number from an integer. */
CYN_API void cyn_item_put_int(cyn_item_builder *builder, cyn_bytes name, int64_t value);
/* BOOL. */
CYN_API void cyn_item_put_bool(cyn_item_builder *builder, cyn_bytes name, bool value);
/* NULL. */
CYN_API void cyn_item_put_null(cyn_item_builder *builder, cyn_bytes name);
/* A copy of a value of another item; an absent value puts nothing. The value's own fault is taken over. */
CYN_API void cyn_item_put_value(cyn_item_builder *builder, cyn_bytes name, cyn_value value);
/* Sets: `count` strings, number texts or binaries in any order, borrowed for the call. No elements, or two equal ones,
 * are a fault. */
CYN_API void cyn_item_put_string_set(cyn_item_builder *builder, cyn_bytes name, const cyn_bytes *values, size_t count);
CYN_API void cyn_item_put_number_set(cyn_item_builder *builder, cyn_bytes name, const cyn_bytes *texts, size_t count);
CYN_API void cyn_item_put_binary_set(cyn_item_builder *builder, cyn_bytes name, const cyn_bytes *values, size_t count);
/* Opens a list or a map; what is put until the matching close is in it. */
CYN_API void cyn_item_open_list(cyn_item_builder *builder, cyn_bytes name);
CYN_API void cyn_item_open_map(cyn_item_builder *builder, cyn_bytes name);
CYN_API void cyn_item_close(cyn_item_builder *builder);

/* Ends the item. *out is borrowed from the builder until reset or destroy. Errors: CynamoOutOfMemory; CynamoUsageError
 * (close without open, open without close, finish twice). */
CYN_API cyn_status cyn_item_builder_finish(cyn_item_builder *builder, cyn_item *out, cyn_error *error) CYN_MUST_USE;

/* Replaces what the builder holds with the item that is written in DynamoDB JSON, such as {"pk":{"S":"a"}}, and finishes
 * it; *out as above. Errors: SerializationException, CynamoOutOfMemory. */
CYN_API cyn_status cyn_item_from_json(cyn_item_builder *builder, cyn_bytes json, cyn_item *out,
                                      cyn_error *error) CYN_MUST_USE;

/* ---- reading ----
 * All of it borrows: names, contents and values live as long as the item. An absent item or value (data is NULL) is
 * allowed everywhere and reads as empty. Bytes from elsewhere than this library go through cyn_item_is_valid first. */

/* True when the bytes are an item in Cynamo's format (docs/format.md). */
CYN_API bool cyn_item_is_valid(cyn_bytes bytes);
/* Number of attributes. */
CYN_API size_t cyn_item_count(cyn_item item);
/* Size as DynamoDB counts it: names and values, at most 409,600 in a stored item. */
CYN_API size_t cyn_item_dynamodb_size(cyn_item item);
/* The value of an attribute; absent when there is none of that name. */
CYN_API cyn_value cyn_item_get(cyn_item item, cyn_bytes name);

/* The type, or 0 for an absent value. */
CYN_API int cyn_value_type(cyn_value value);
/* The bytes of an S or B; absent for all else. */
CYN_API cyn_bytes cyn_value_string(cyn_value value);
#define CYN_NUMBER_TEXT_SIZE 180
/* An N in plain notation, NUL-terminated, its length returned; "" and 0 for all else. */
CYN_API size_t cyn_value_number_text(cyn_value value, char out[CYN_NUMBER_TEXT_SIZE]);
/* An N that is an integer of 64 bits; false for all else. */
CYN_API bool cyn_value_int(cyn_value value, int64_t *out);
/* The double nearest to an N; false for all else. */
CYN_API bool cyn_value_double(cyn_value value, double *out);
/* A BOOL; false for all else. */
CYN_API bool cyn_value_bool(cyn_value value, bool *out);
/* Elements of a list, map or set; 0 for all else. */
CYN_API size_t cyn_value_count(cyn_value value);
/* The member of a map, the element of a list; absent when there is none. */
CYN_API cyn_value cyn_value_get(cyn_value map, cyn_bytes name);
CYN_API cyn_value cyn_value_at(cyn_value list, size_t index);
/* As DynamoDB's "=": of the same type and content; sets and maps in any order. Two absent values are equal. */
CYN_API bool cyn_value_equal(cyn_value a, cyn_value b);

/* Walks names and values of an item or a map. */
typedef struct cyn_pairs {
  const uint8_t *next; /* private */
  uint32_t left;
} cyn_pairs;
CYN_API cyn_pairs cyn_item_pairs(cyn_item item);
CYN_API cyn_pairs cyn_value_pairs(cyn_value map);
/* False at the end. */
CYN_API bool cyn_pairs_next(cyn_pairs *pairs, cyn_bytes *name, cyn_value *value);

/* Walks a list or a set. */
typedef struct cyn_elements {
  const uint8_t *next; /* private */
  uint32_t left;
  uint8_t type; /* private */
} cyn_elements;
CYN_API cyn_elements cyn_value_elements(cyn_value list_or_set);
/* The next value of a list; false at the end, and for a set. */
CYN_API bool cyn_elements_next(cyn_elements *elements, cyn_value *value);
/* The next string or binary of a set; false at the end, and for any other type. */
CYN_API bool cyn_elements_next_string(cyn_elements *elements, cyn_bytes *content);
/* The next number of a set, as cyn_value_number_text; 0 at the end, and for any other type. */
CYN_API size_t cyn_elements_next_number(cyn_elements *elements, char out[CYN_NUMBER_TEXT_SIZE]);

/* DynamoDB JSON, as snprintf writes: at most `capacity` bytes with the NUL, the length of the whole text returned.
 * 0 when out of memory. `out` may be NULL when `capacity` is 0. */
CYN_API size_t cyn_item_to_json(cyn_item item, char *out, size_t capacity);
CYN_API size_t cyn_value_to_json(cyn_value value, char *out, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
