/* Cynamo: attribute values and items.
 *
 * An item is one contiguous buffer in Cynamo's binary format (docs/format.md). A program builds one with a
 * `cyn_item_builder` and reads one with a `cyn_reader`; nothing is ever unpacked into a tree.
 * DynamoDB page: HowItWorks.NamingRulesDataTypes. */
#ifndef CYNAMO_VALUE_H
#define CYNAMO_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cynamo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed bytes; nothing depends on a terminating NUL. `data == NULL` means absent, `size == 0` means empty. */
typedef struct cyn_bytes {
  const char *data;
  size_t size;
} cyn_bytes;

/* The bytes of a C string, borrowed; NULL gives absent bytes. */
static inline cyn_bytes cyn_str(const char *text) {
  cyn_bytes out = {text, text != NULL ? strlen(text) : 0};
  return out;
}

/* Optional scalars: an absent Limit is not a Limit of 0. */
typedef struct cyn_opt_int {
  bool is_set;
  int64_t value;
} cyn_opt_int;
typedef struct cyn_opt_double {
  bool is_set;
  double value;
} cyn_opt_double;
typedef struct cyn_opt_bool {
  bool is_set;
  bool value;
} cyn_opt_bool;

static inline cyn_opt_int cyn_int(int64_t value) {
  cyn_opt_int out = {true, value};
  return out;
}
static inline cyn_opt_double cyn_double(double value) {
  cyn_opt_double out = {true, value};
  return out;
}
static inline cyn_opt_bool cyn_bool(bool value) {
  cyn_opt_bool out = {true, value};
  return out;
}

/* The ten types of DynamoDB; the numbers are those of the binary format and never change. */
typedef enum cyn_type {
  CYN_TYPE_S = 1,
  CYN_TYPE_N = 2,
  CYN_TYPE_B = 3,
  CYN_TYPE_SS = 4,
  CYN_TYPE_NS = 5,
  CYN_TYPE_BS = 6,
  CYN_TYPE_M = 7,
  CYN_TYPE_L = 8,
  CYN_TYPE_NULL = 9,
  CYN_TYPE_BOOL = 10
} cyn_type;

/* Why an item is not one that DynamoDB takes: found while it was built or decoded, answered by the operation that is
 * given it, in the order in which DynamoDB looks. Owned by whoever owns the item's bytes. */
typedef struct cyn_fault {
  cyn_bytes attribute; /* top-level attribute name under which the first fault was found */
  const char *message; /* DynamoDB's text */
} cyn_fault;

/* An item, a key or a map of expression values: borrowed bytes in the binary format. `data == NULL` means absent. */
typedef struct cyn_item {
  const uint8_t *data;
  size_t size;
  const cyn_fault *fault; /* NULL when the item is sound */
} cyn_item;

/* One attribute value: borrowed bytes, a type byte and its payload. `data == NULL` means absent. */
typedef struct cyn_value {
  const uint8_t *data;
  size_t size;
  const cyn_fault *fault; /* NULL when the value is sound */
} cyn_value;

/* Lists and maps of strings. `at == NULL` means absent; an empty one has `at != NULL` and `count == 0`. */
typedef struct cyn_string_list {
  size_t count;
  const cyn_bytes *at;
} cyn_string_list;
typedef struct cyn_string_pair {
  cyn_bytes key;
  cyn_bytes value;
} cyn_string_pair;
typedef struct cyn_string_map {
  size_t count;
  const cyn_string_pair *at;
} cyn_string_map;

#ifdef __cplusplus
}
#endif
#endif
