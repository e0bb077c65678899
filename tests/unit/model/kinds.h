/* A model with a field of every kind, and the helpers of the codec's tests. */
#ifndef CYN_TESTS_MODEL_KINDS_H
#define CYN_TESTS_MODEL_KINDS_H

#include <cynamo/cynamo.h>

#include "base/error.h"
#include "test.h"

typedef enum paint { RED, GREEN, BLUE } paint;
static const char *const paints[] = {"red", NULL, "blue"}; /* 1 has no name */
typedef struct spot {
  int x;
} spot;
static cyn_status write_spot(const void *field, cyn_memory *memory, cyn_bind *out, cyn_error *error) {
  int x = ((const spot *)field)->x;
  (void)memory;
  if (x < 0) return x == -1 ? cyn_fail(error, "it is below 0") : CYN_E_MODEL; /* without a word */
  *out = x == 9 ? (cyn_bind){.kind = 99} : x == 8 ? cyn_bind_int(8) : x == 0 ? (cyn_bind){.kind = CYN_BIND_NULL} : cyn_bind_string("spot");
  return CYN_OK;
}
static cyn_status read_spot(void *field, cyn_value value, cyn_memory *memory, cyn_error *error) {
  (void)memory;
  cyn_bytes text = cyn_value_string(value);
  ((spot *)field)->x = (int)text.size;
  return text.size == 1 ? cyn_fail(error, "it is short") : text.size == 2 ? CYN_E_MODEL : CYN_OK;
}
static const cyn_custom_type spot_type = {"a spot", CYN_TYPE_S, write_spot, read_spot};

typedef struct inner {
  const char *name;
  int n;
} inner;
CYN_STRUCT(inner, CYN_ATTR(name, .nullable = true), CYN_ATTR(n, .default_text = "4"));

typedef struct kinds {
  const char *id;
  char chars[4];
  unsigned char octets[2];
  cyn_bytes raw, text;
  int8_t i8;
  int16_t i16;
  int32_t i32;
  int64_t i64;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;
  float single;
  double real;
  bool truth;
  cyn_opt_int opt_int;
  cyn_opt_double opt_double;
  cyn_opt_bool opt_bool;
  cyn_decimal decimal;
  cyn_time when, expires;
  cyn_string_set strings;
  cyn_int_set integers;
  cyn_double_set doubles;
  cyn_number_set numbers;
  cyn_binary_set binaries;
  cyn_item map;
  cyn_value value;
  inner at;
  inner *to;
  CYN_LIST_OF(const char *) names;
  CYN_LIST_OF(inner) inners;
  CYN_LIST_OF(cyn_value) values;
  paint color;
  int8_t narrow;
  uint64_t wide;
  const char *json;
  spot custom;
} kinds;
CYN_MODEL(kinds, CYN_TABLE("Kinds"), CYN_HASH_KEY(id), CYN_ATTR(chars, .nullable = true), CYN_ATTR(octets),
          CYN_ATTR(raw, .nullable = true), CYN_ATTR(text, .nullable = true, .as = CYN_TYPE_S), CYN_ATTR(i8), CYN_ATTR(i16),
          CYN_ATTR(i32), CYN_ATTR(i64), CYN_ATTR(u8), CYN_ATTR(u16), CYN_ATTR(u32), CYN_ATTR(u64), CYN_ATTR(single),
          CYN_ATTR(real), CYN_ATTR(truth), CYN_ATTR(opt_int), CYN_ATTR(opt_double), CYN_ATTR(opt_bool),
          CYN_ATTR(decimal, .nullable = true), CYN_ATTR(when, .nullable = true), CYN_TTL(expires, .nullable = true),
          CYN_ATTR(strings), CYN_ATTR(integers), CYN_ATTR(doubles), CYN_ATTR(numbers), CYN_ATTR(binaries),
          CYN_ATTR(map, .nullable = true), CYN_ATTR(value, .nullable = true), CYN_MAP(at, inner),
          CYN_MAP(to, inner, .nullable = true), CYN_LIST(names, .nullable = true), CYN_MAP_LIST(inners, inner, .nullable = true),
          CYN_LIST(values, .nullable = true), CYN_ENUM(color, paints), CYN_ENUM(narrow, paints), CYN_ENUM(wide, paints),
          CYN_JSON(json, .nullable = true), CYN_CUSTOM(custom, &spot_type, .nullable = true));

static inline kinds kinds_empty(void) {
  kinds k;
  memset(&k, 0, sizeof k);
  k.id = "k";
  return k;
}

#endif
