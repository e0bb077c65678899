/* The arena: alignment, growth, reset, limits, failure. */
#include "base/arena.h"

#include <string.h>

#include "base/alloc.h"
#include "test.h"

TEST(allocations_are_aligned_and_apart) {
  cyn_i_arena arena;
  uint8_t *taken[300];
  cyn_i_arena_init(&arena, 100);
  for (size_t i = 0; i < 300; i++) {
    taken[i] = cyn_i_arena_alloc(&arena, i);
    REQUIRE(taken[i] != NULL);
    CHECK((uintptr_t)taken[i] % 8 == 0);
    memset(taken[i], (int)(i % 251), i);
  }
  for (size_t i = 0; i < 300; i++)
    for (size_t k = 0; k < i; k++) CHECK(taken[i][k] == i % 251);
  cyn_i_arena_clean_up(&arena);
}

TEST(nothing_is_taken_before_the_first_use) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  CHECK_INT(arena.total, 0);
  cyn_i_arena_reset(&arena, 100);
  cyn_i_arena_clean_up(&arena);
  cyn_i_arena_clean_up(&arena);
}

TEST(reset_keeps_at_most_one_block) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 1000);
  for (int i = 0; i < 100; i++) CHECK(cyn_i_arena_alloc(&arena, 500) != NULL);
  cyn_i_arena_reset(&arena, 100000);
  CHECK(arena.total > 0 && arena.total <= 100000);
  size_t kept = arena.total;
  CHECK(cyn_i_arena_alloc(&arena, 500) != NULL);
  CHECK_INT(arena.total, kept);
  cyn_i_arena_reset(&arena, 100);
  CHECK_INT(arena.total, 0);
  CHECK(cyn_i_arena_alloc(&arena, 10) != NULL);
  cyn_i_arena_reset(&arena, SIZE_MAX);
  cyn_i_arena_clean_up(&arena);
}

TEST(grow) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 1000);
  char *text = cyn_i_arena_grow(&arena, NULL, 0, 10);
  memcpy(text, "0123456789", 10);
  char *grown = cyn_i_arena_grow(&arena, text, 10, 500);
  CHECK(grown == text); /* in place: it was the last */
  CHECK(cyn_i_arena_alloc(&arena, 8) == grown + 504);
  char *moved = cyn_i_arena_grow(&arena, grown, 500, 600);
  CHECK(moved != grown && memcmp(moved, "0123456789", 10) == 0);
  char *shrunk = cyn_i_arena_grow(&arena, moved, 600, 8);
  CHECK(shrunk == moved);
  CHECK(cyn_i_arena_alloc(&arena, 1) == moved + 8);
  char *large = cyn_i_arena_grow(&arena, shrunk, 8, 100000);
  CHECK(large != NULL && memcmp(large, "01234567", 8) == 0);
  cyn_i_arena_clean_up(&arena);
}

TEST(limit) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 1000);
  arena.limit = 5000;
  size_t got = 0;
  while (cyn_i_arena_alloc(&arena, 100) != NULL && got < 100000) got += 100;
  CHECK(got > 2000 && got <= 5000);
  CHECK(arena.total <= 5000);
  CHECK(cyn_i_arena_alloc(&arena, 6000) == NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(sizes_that_overflow) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  CHECK(cyn_i_arena_alloc(&arena, SIZE_MAX) == NULL);
  CHECK(cyn_i_arena_alloc(&arena, SIZE_MAX - 7) == NULL);
  CHECK(cyn_i_arena_alloc(&arena, SIZE_MAX / 2 + 1) == NULL);
  CHECK(cyn_i_arena_zalloc(&arena, SIZE_MAX / 2, 3) == NULL);
  CHECK(cyn_i_arena_copy(&arena, (cyn_bytes){"", SIZE_MAX}).data == NULL);
  CHECK(cyn_i_arena_alloc(&arena, 1) != NULL);
  CHECK(cyn_i_arena_alloc(&arena, SIZE_MAX) == NULL);
  CHECK(cyn_i_arena_alloc(&arena, SIZE_MAX - 100) == NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(copies_and_texts) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_bytes copy = cyn_i_arena_copy(&arena, (cyn_bytes){"a\0b", 3});
  CHECK(copy.size == 3 && memcmp(copy.data, "a\0b", 4) == 0);
  CHECK(cyn_i_arena_copy(&arena, (cyn_bytes){NULL, 0}).data == NULL);
  copy = cyn_i_arena_copy(&arena, (cyn_bytes){"", 0});
  CHECK(copy.data != NULL && copy.size == 0 && copy.data[0] == '\0');
  CHECK_STR(cyn_i_arena_printf(&arena, "%s-%d", "x", 7), "x-7");
  uint8_t *zeros = cyn_i_arena_zalloc(&arena, 10, 10);
  for (int i = 0; i < 100; i++) CHECK(zeros[i] == 0);
  cyn_i_arena_clean_up(&arena);
}

static int refuse(size_t size) {
  (void)size;
  return 1;
}

TEST(no_memory) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_alloc_hook = refuse;
  CHECK(cyn_i_arena_alloc(&arena, 1) == NULL);
  CHECK(cyn_i_arena_zalloc(&arena, 1, 1) == NULL);
  CHECK(cyn_i_arena_grow(&arena, NULL, 0, 1) == NULL);
  CHECK(cyn_i_arena_printf(&arena, "x") == NULL);
  cyn_i_alloc_hook = NULL;
  CHECK(cyn_i_arena_alloc(&arena, 1) != NULL);
  CHECK(arena.is_short); /* it stays known */
  cyn_i_arena_reset(&arena, 0);
  CHECK(!arena.is_short);
  CHECK(cyn_i_arena_alloc(&arena, SIZE_MAX - 8) == NULL && arena.is_short);
  cyn_i_arena_clean_up(&arena);
  cyn_i_arena_init(&arena, 0);
  arena.limit = 1;
  CHECK(cyn_i_arena_alloc(&arena, 1) == NULL && arena.is_short);
  cyn_i_arena_clean_up(&arena);
}

/* What is taken of one for secrets is zeroed once it is given back, so it cannot be the heap's. */
TEST(an_arena_for_secrets) {
  cyn_i_arena arena;
  cyn_i_arena_init_secret(&arena);
  char *first = cyn_i_arena_alloc(&arena, 100), *large = cyn_i_arena_alloc(&arena, 100000);
  REQUIRE(first != NULL && large != NULL);
  memset(first, 'x', 100);
  memset(large, 'y', 100000);
  CHECK(arena.block != NULL && arena.total > 100000);
  cyn_i_arena_reset(&arena, 32 << 10);
  CHECK(arena.total != 0 && arena.total <= 32 << 10);
  cyn_i_arena_clean_up(&arena);
  CHECK(arena.is_secret && arena.block == NULL); /* it may be used on */
  CHECK(cyn_i_arena_alloc(&arena, 10) != NULL);
  cyn_i_arena_clean_up(&arena);
}

#ifndef NDEBUG
static int pieces_left;
static int refuse_later(size_t size) {
  (void)size;
  return pieces_left-- == 0;
}

TEST(each_piece_can_be_made_to_fail) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  pieces_left = 1;
  cyn_i_arena_hook = refuse_later;
  char *first = cyn_i_arena_alloc(&arena, 8);
  CHECK(first != NULL && cyn_i_arena_alloc(&arena, 8) == NULL);
  char *next = cyn_i_arena_alloc(&arena, 8);
  cyn_i_arena_hook = NULL;
  CHECK(next == first + 8); /* the piece that failed took nothing */
  cyn_i_arena_clean_up(&arena);
}
#endif
