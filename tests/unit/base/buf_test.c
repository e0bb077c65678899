/* The growing buffer, on the heap and on an arena. */
#include "base/buf.h"

#include "base/alloc.h"
#include "test.h"

static void fill(cyn_i_buf *buf) {
  for (int i = 0; i < 1000; i++) {
    cyn_i_buf_byte(buf, (uint8_t)i);
    cyn_i_buf_text(buf, "text");
    cyn_i_buf_append(buf, "\0\1", 2);
    cyn_i_buf_printf(buf, "%04d", i);
  }
}

static void check(const cyn_i_buf *buf) {
  CHECK(!buf->failed);
  CHECK_INT(buf->size, 11000);
  for (int i = 0; i < 1000; i++) {
    char number[16];
    snprintf(number, sizeof number, "%04d", i);
    const uint8_t *at = buf->data + 11 * i;
    CHECK(at[0] == (uint8_t)i && memcmp(at + 1, "text\0\1", 6) == 0 && memcmp(at + 7, number, 4) == 0);
  }
}

TEST(heap) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  CHECK(buf.data == NULL);
  cyn_i_buf_append(&buf, NULL, 0);
  CHECK(buf.data == NULL);
  fill(&buf);
  check(&buf);
  cyn_i_buf_clean_up(&buf);
  CHECK(buf.data == NULL && buf.capacity == 0);
}

TEST(on_an_arena) {
  cyn_i_arena arena;
  cyn_i_buf buf;
  cyn_i_arena_init(&arena, 500);
  cyn_i_buf_init(&buf, &arena);
  fill(&buf);
  check(&buf);
  cyn_i_buf_clean_up(&buf);
  cyn_i_arena_clean_up(&arena);
}

static int refuse(size_t size) { return size > 2000; }

TEST(failure_stays) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_buf_text(&buf, "kept");
  cyn_i_alloc_hook = refuse;
  CHECK(!cyn_i_buf_reserve(&buf, 5000));
  cyn_i_alloc_hook = NULL;
  CHECK(buf.failed);
  CHECK(!cyn_i_buf_reserve(&buf, 100000));
  size_t size = buf.size;
  for (int i = 0; i < 10000; i++) cyn_i_buf_byte(&buf, 0); /* what still fits may go in, and nothing more */
  CHECK(buf.size <= buf.capacity && buf.size >= size);
  CHECK(memcmp(buf.data, "kept", 4) == 0);
  cyn_i_buf_clean_up(&buf);
}

TEST(sizes_that_overflow) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_buf_byte(&buf, 1);
  CHECK(!cyn_i_buf_reserve(&buf, SIZE_MAX));
  CHECK(buf.failed);
  cyn_i_buf_clean_up(&buf);
}
