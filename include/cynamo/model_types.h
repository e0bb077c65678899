/* Cynamo: the C types that a model's fields may have beyond C's own, and the memory that holds what is read.
 *
 * Every type's zero is its "absent": a struct that begins as {0} is one whose attributes are not set. */
#ifndef CYNAMO_MODEL_TYPES_H
#define CYNAMO_MODEL_TYPES_H

#include <cynamo/error.h>
#include <cynamo/value.h>

/* A default member value: keeps C++ silent about members that a designated initializer leaves out. */
#ifdef __cplusplus
#define CYN_I_ZERO {}
#else
#define CYN_I_ZERO
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- memory ---- */

/* Memory for any number of results, freed by one call. One thread at a time. */
typedef struct cyn_memory cyn_memory;

/* NULL when out of memory. */
CYN_API cyn_memory *cyn_memory_new(void) CYN_MUST_USE;
/* Forgets all that was read into it, and keeps a block for what comes: for loops. */
CYN_API void cyn_memory_reset(cyn_memory *memory);
/* NULL is allowed. */
CYN_API void cyn_memory_destroy(cyn_memory *memory);
/* `size` bytes, aligned for any type of 8 bytes; they live as long as the memory. NULL when out of memory. */
CYN_API void *cyn_memory_alloc(cyn_memory *memory, size_t size) CYN_MUST_USE;
/* A copy of a C string. NULL when out of memory. */
CYN_API char *cyn_memory_string(cyn_memory *memory, const char *text) CYN_MUST_USE;

/* ---- times: UTC, in microseconds ---- */

typedef struct cyn_time {
  bool is_set;
  int64_t us; /* since 1970-01-01T00:00:00Z; years 1 to 9999 */
} cyn_time;

#define CYN_TIME_TEXT_SIZE 33

/* The time now. */
CYN_API cyn_time cyn_time_now(void);
/* A time by the seconds since the epoch, as time_t has them. */
CYN_API cyn_time cyn_time_from_seconds(int64_t seconds);
/* Rounded down; 0 for a time that is not set. */
CYN_API int64_t cyn_time_seconds(cyn_time time);
/* The time `seconds` after now: for TTL attributes. */
CYN_API cyn_time cyn_time_after(int64_t seconds);
/* Reads 2026-11-24T09:41:10.250000+0000; "Z", "+00:00" and a fraction of 0 to 6 digits are taken too. False, and a time
 * that is not set, when the text is no such time. */
CYN_API bool cyn_time_parse(const char *text, cyn_time *out);
/* The 31 characters that stand in a table, the same as PynamoDB's: 2026-11-24T09:41:10.250000+0000, or "" when the time
 * is not set. Returns the length. */
CYN_API size_t cyn_time_text(cyn_time time, char out[CYN_TIME_TEXT_SIZE]);

/* ---- exact numbers ---- */

/* A number of up to 38 digits as its text, such as "12.5" or "-1.2E-100"; "" is absent. */
typedef struct cyn_decimal {
  char text[48];
} cyn_decimal;

/* The number that the text says; what is wrong with it is told by the call that is given it. Text that does not fit
 * becomes "?". */
CYN_API cyn_decimal cyn_decimal_of(const char *text);
CYN_API cyn_decimal cyn_decimal_of_int(int64_t value);

/* ---- sets: no elements is absent, since DynamoDB has no empty sets ---- */

typedef struct cyn_string_set {
  const char *const *at;
  size_t count;
} cyn_string_set;
typedef struct cyn_int_set {
  const int64_t *at;
  size_t count;
} cyn_int_set;
typedef struct cyn_double_set {
  const double *at;
  size_t count;
} cyn_double_set;
typedef struct cyn_number_set {
  const cyn_decimal *at;
  size_t count;
} cyn_number_set;
typedef struct cyn_binary_set {
  const cyn_bytes *at;
  size_t count;
} cyn_binary_set;

/* ---- lists ---- */

/* The field of a list: CYN_LIST_OF(const char *) tags; CYN_LIST_OF(comment) comments;  at == NULL is absent, an empty
 * list has at != NULL and count == 0. */
#define CYN_LIST_OF(element) \
  struct {                   \
    element *at;             \
    size_t count;            \
  }

#ifdef __cplusplus
}
#endif
#endif
