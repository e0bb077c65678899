/* See error.h. A short message lives in the error itself; a long one, an item and reasons on the heap behind `owned`,
 * a list of blocks. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

typedef struct error_row {
  const char *name;
  int http_status;
  const char *wire_prefix;
} error_row;

static const error_row rows[CYN_E_COUNT] = {
    {"", 0, ""},
#define X(symbol, name, status, prefix) {name, status, prefix},
    CYN_ERROR_TABLE(X)
#undef X
};

static const char no_memory_text[] = "out of memory";

/* Each owned block starts with a pointer to the one before it. */
typedef struct owned_block {
  struct owned_block *previous;
} owned_block;

static void *owned_alloc(cyn_error *error, size_t size) {
  owned_block *block = cyn_i_alloc(sizeof(owned_block) + size);
  if (block == NULL) return NULL;
  block->previous = error->owned;
  error->owned = block;
  return block + 1;
}

void cyn_error_clean_up(cyn_error *error) {
  if (error == NULL) return;
  owned_block *block = error->owned;
  while (block != NULL) {
    owned_block *previous = block->previous;
    cyn_i_free(block);
    block = previous;
  }
  error->status = CYN_OK;
  error->http_status = 0;
  error->name = NULL;
  error->message = NULL;
  error->item = NULL;
  error->item_size = 0;
  error->reason_count = 0;
  error->reasons = NULL;
  error->operation = 0;
  error->request_id = NULL;
  error->owned = NULL;
  error->text[0] = '\0';
}

static void start(cyn_error *error, cyn_i_error_code code) {
  cyn_error_clean_up(error);
  error->status = (cyn_status)code;
  error->name = cyn_i_error_name(code);
  error->http_status = cyn_i_error_http_status(code);
}

cyn_status cyn_i_error_set_bytes(cyn_error *error, cyn_i_error_code code, cyn_bytes message) {
  if (error == NULL) return (cyn_status)code;
  /* the old message may be what we are given: copy it before freeing */
  char *copy = NULL;
  owned_block *block = NULL;
  char text[sizeof error->text];
  if (message.size < sizeof text) {
    if (message.size != 0) memcpy(text, message.data, message.size);
    text[message.size] = '\0';
  } else {
    block = cyn_i_alloc(sizeof(owned_block) + message.size + 1);
    if (block == NULL) return cyn_i_error_no_memory(error);
    block->previous = NULL;
    copy = (char *)(block + 1);
    memcpy(copy, message.data, message.size);
    copy[message.size] = '\0';
  }
  start(error, code);
  if (copy != NULL) {
    error->owned = block;
    error->message = copy;
  } else {
    memcpy(error->text, text, message.size + 1);
    error->message = error->text;
  }
  return (cyn_status)code;
}

cyn_status cyn_i_error_set(cyn_error *error, cyn_i_error_code code, const char *message) {
  return cyn_i_error_set_bytes(error, code, cyn_str(message));
}

cyn_status cyn_i_error_setf(cyn_error *error, cyn_i_error_code code, const char *format, ...) {
  if (error == NULL) return (cyn_status)code;
  char text[512];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (length < 0) return cyn_i_error_set(error, code, format);
  if ((size_t)length < sizeof text) return cyn_i_error_set_bytes(error, code, (cyn_bytes){text, (size_t)length});
  char *heap = cyn_i_alloc((size_t)length + 1);
  if (heap == NULL) return cyn_i_error_no_memory(error);
  va_start(args, format);
  (void)vsnprintf(heap, (size_t)length + 1, format, args);
  va_end(args);
  cyn_status status = cyn_i_error_set_bytes(error, code, (cyn_bytes){heap, (size_t)length});
  cyn_i_free(heap);
  return status;
}

cyn_status cyn_i_error_no_memory(cyn_error *error) {
  if (error != NULL) {
    start(error, CYN_E_OUT_OF_MEMORY);
    error->message = no_memory_text;
  }
  return CYN_E_OUT_OF_MEMORY;
}

void cyn_i_error_add_item(cyn_error *error, const uint8_t *item, size_t item_size) {
  if (error == NULL || item == NULL) return;
  uint8_t *copy = owned_alloc(error, item_size);
  if (copy == NULL) {
    (void)cyn_i_error_no_memory(error);
    return;
  }
  memcpy(copy, item, item_size);
  error->item = copy;
  error->item_size = item_size;
}

static size_t text_size(const char *text) { return text != NULL ? strlen(text) + 1 : 0; }

static const char *copy_text(uint8_t **next, const char *text) {
  if (text == NULL) return NULL;
  size_t size = strlen(text) + 1;
  char *copy = memcpy(*next, text, size);
  *next += size;
  return copy;
}

void cyn_i_error_add_reasons(cyn_error *error, const cyn_cancellation_reason *reasons, size_t count) {
  if (error == NULL) return;
  size_t size = count * sizeof *reasons;
  for (size_t i = 0; i < count; i++)
    size += reasons[i].item_size + text_size(reasons[i].message) + text_size(reasons[i].code);
  uint8_t *memory = owned_alloc(error, size);
  if (memory == NULL) {
    (void)cyn_i_error_no_memory(error);
    return;
  }
  cyn_cancellation_reason *copies = (cyn_cancellation_reason *)(void *)memory;
  uint8_t *next = memory + count * sizeof *reasons;
  for (size_t i = 0; i < count; i++) {
    copies[i] = reasons[i];
    copies[i].message = copy_text(&next, reasons[i].message);
    copies[i].code = copy_text(&next, reasons[i].code);
    if (reasons[i].item != NULL) {
      memcpy(next, reasons[i].item, reasons[i].item_size);
      copies[i].item = next;
      next += reasons[i].item_size;
    }
  }
  error->reasons = copies;
  error->reason_count = count;
}

cyn_i_error_code cyn_i_error_find(cyn_bytes name) {
  for (unsigned code = 1; code < CYN_E_COUNT; code++)
    if (strlen(rows[code].name) == name.size && memcmp(rows[code].name, name.data, name.size) == 0)
      return (cyn_i_error_code)code;
  return CYN_E_NONE;
}

cyn_status cyn_i_error_set_named(cyn_error *error, cyn_bytes name, cyn_bytes message, int http_status) {
  cyn_i_error_code code = cyn_i_error_find(name);
  bool is_known = code != CYN_E_NONE;
  if (!is_known) code = CYN_E_SERVICE;
  if (error == NULL) return (cyn_status)code;
  cyn_status status = cyn_i_error_set_bytes(error, code, message);
  if (status != (cyn_status)code) return status;
  error->http_status = http_status;
  if (is_known || name.size == 0) return status;
  char *copy = owned_alloc(error, name.size + 1);
  if (copy == NULL) return cyn_i_error_no_memory(error);
  memcpy(copy, name.data, name.size);
  copy[name.size] = '\0';
  error->name = copy;
  return status;
}

void cyn_i_error_set_request_id(cyn_error *error, cyn_bytes id) {
  if (error == NULL || id.size == 0) return;
  size_t size = id.size < sizeof error->request_id_text ? id.size : sizeof error->request_id_text - 1;
  memcpy(error->request_id_text, id.data, size);
  error->request_id_text[size] = '\0';
  error->request_id = error->request_id_text;
}

void cyn_i_error_move(cyn_error *to, cyn_error *from) {
  if (to == NULL) {
    cyn_error_clean_up(from);
    return;
  }
  cyn_error_clean_up(to);
  *to = *from;
  if (from->message == from->text) to->message = to->text;
  if (from->request_id != NULL) to->request_id = to->request_id_text;
  from->owned = NULL;
  cyn_error_clean_up(from);
}

const char *cyn_i_error_name(cyn_i_error_code code) { return code < CYN_E_COUNT ? rows[code].name : rows[0].name; }
int cyn_i_error_http_status(cyn_i_error_code code) { return code < CYN_E_COUNT ? rows[code].http_status : 500; }
const char *cyn_i_error_wire_prefix(cyn_i_error_code code) {
  return code < CYN_E_COUNT ? rows[code].wire_prefix : CYN_WIRE_DYNAMODB;
}
