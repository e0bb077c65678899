/* A growing byte buffer, on an arena or on the heap. After a failed growth `failed` stays set and every append is a
 * no-op, so that a writer checks once at its end. */
#ifndef CYN_BASE_BUF_H
#define CYN_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

typedef struct cyn_i_buf {
  uint8_t *data;
  size_t size;
  size_t capacity;
  cyn_i_arena *arena; /* NULL: heap */
  bool failed;
} cyn_i_buf;

void cyn_i_buf_init(cyn_i_buf *buf, cyn_i_arena *arena);
void cyn_i_buf_clean_up(cyn_i_buf *buf); /* frees heap memory only */

/* Room for `more` bytes behind `size`; false when out of memory. */
bool cyn_i_buf_reserve_slow(cyn_i_buf *buf, size_t more);
static inline bool cyn_i_buf_reserve(cyn_i_buf *buf, size_t more) {
  if (buf->capacity - buf->size >= more) return true;
  return cyn_i_buf_reserve_slow(buf, more);
}

static inline void cyn_i_buf_append(cyn_i_buf *buf, const void *data, size_t size) {
  if (size == 0 || !cyn_i_buf_reserve(buf, size)) return;
  memcpy(buf->data + buf->size, data, size);
  buf->size += size;
}
static inline void cyn_i_buf_byte(cyn_i_buf *buf, uint8_t byte) {
  if (!cyn_i_buf_reserve(buf, 1)) return;
  buf->data[buf->size++] = byte;
}
static inline void cyn_i_buf_text(cyn_i_buf *buf, const char *text) { cyn_i_buf_append(buf, text, strlen(text)); }
void cyn_i_buf_printf(cyn_i_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
