/* See buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

#define BUF_CAPACITY_MIN ((size_t)256)

void cyn_i_buf_init(cyn_i_buf *buf, cyn_i_arena *arena) {
  memset(buf, 0, sizeof *buf);
  buf->arena = arena;
}

void cyn_i_buf_clean_up(cyn_i_buf *buf) {
  if (buf->arena == NULL) cyn_i_free(buf->data);
  memset(buf, 0, sizeof *buf);
}

bool cyn_i_buf_reserve_slow(cyn_i_buf *buf, size_t more) {
  if (buf->failed) return false;
  size_t need;
  if (__builtin_add_overflow(buf->size, more, &need) || need > SIZE_MAX / 4) {
    buf->failed = true;
    return false;
  }
  size_t capacity = buf->capacity * 2;
  if (capacity < BUF_CAPACITY_MIN) capacity = BUF_CAPACITY_MIN;
  if (capacity < need) capacity = need;
  uint8_t *data = buf->arena != NULL ? cyn_i_arena_grow(buf->arena, buf->data, buf->capacity, capacity)
                                     : cyn_i_realloc(buf->data, capacity);
  if (data == NULL) {
    buf->failed = true;
    return false;
  }
  buf->data = data;
  buf->capacity = capacity;
  return true;
}

void cyn_i_buf_printf(cyn_i_buf *buf, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (length < 0 || !cyn_i_buf_reserve(buf, (size_t)length + 1)) return;
  va_start(args, format);
  (void)vsnprintf((char *)buf->data + buf->size, (size_t)length + 1, format, args);
  va_end(args);
  buf->size += (size_t)length;
}
