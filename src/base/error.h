/* Filling and reading a cyn_error; the rows are in error_table.h. */
#ifndef CYN_BASE_ERROR_H
#define CYN_BASE_ERROR_H

#include <stddef.h>
#include <string.h>

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/error_table.h"

/* CYN_ERROR_INIT for the way of every call: the room for a message is not written. */
static inline void cyn_i_error_init(cyn_error *error) {
  memset(error, 0, offsetof(cyn_error, text));
  error->text[0] = '\0';
}

/* Each returns `code`, so that a caller writes `return cyn_i_error_set(error, CYN_E_VALIDATION, "…");`.
 * `error` may be NULL; what it held before is freed. */
cyn_status cyn_i_error_set(cyn_error *error, cyn_i_error_code code, const char *message);
cyn_status cyn_i_error_setf(cyn_error *error, cyn_i_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
cyn_status cyn_i_error_set_bytes(cyn_error *error, cyn_i_error_code code, cyn_bytes message);
cyn_status cyn_i_error_no_memory(cyn_error *error);

/* Adds a copy of the item (ConditionalCheckFailedException with ALL_OLD). */
void cyn_i_error_add_item(cyn_error *error, const uint8_t *item, size_t item_size);
/* Adds copies of the reasons, all in one allocation; call at most once, instead of add_item. */
void cyn_i_error_add_reasons(cyn_error *error, const cyn_cancellation_reason *reasons, size_t count);

/* An error as a server has sent it: its own name (kept even where the table has no such row), message and HTTP status.
 * Returns the row's code, or CYN_E_SERVICE. */
cyn_status cyn_i_error_set_named(cyn_error *error, cyn_bytes name, cyn_bytes message, int http_status);

/* Keeps a copy, cut at 63 bytes; an empty one is none. */
void cyn_i_error_set_request_id(cyn_error *error, cyn_bytes id);

/* Moves: `to` owns what `from` held, `from` is CYN_ERROR_INIT. */
void cyn_i_error_move(cyn_error *to, cyn_error *from);

/* The row of an exception's name; CYN_E_NONE when there is none. */
cyn_i_error_code cyn_i_error_find(cyn_bytes name);
const char *cyn_i_error_name(cyn_i_error_code code);
int cyn_i_error_http_status(cyn_i_error_code code);
const char *cyn_i_error_wire_prefix(cyn_i_error_code code);

#endif
