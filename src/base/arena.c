/* See arena.h. Blocks double up to 1 MiB; a request larger than a block gets a block of its own. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#define ARENA_BLOCK_SIZE_DEFAULT ((size_t)16 * 1024)
#define ARENA_BLOCK_SIZE_MAX ((size_t)1024 * 1024)

int (*cyn_i_arena_hook)(size_t size) = NULL;

struct cyn_i_arena_block {
  cyn_i_arena_block *previous;
  size_t size; /* of the whole block, header included */
};

#define ARENA_HEADER ((sizeof(cyn_i_arena_block) + 7) & ~(size_t)7)

void cyn_i_arena_init(cyn_i_arena *arena, size_t block_size) {
  memset(arena, 0, sizeof *arena);
  arena->block_size = block_size != 0 ? block_size : ARENA_BLOCK_SIZE_DEFAULT;
}

void cyn_i_arena_init_secret(cyn_i_arena *arena) {
  cyn_i_arena_init(arena, 0);
  arena->is_secret = true;
}

static void block_free(const cyn_i_arena *arena, cyn_i_arena_block *block) {
  if (arena->is_secret) cyn_i_secret_free(block);
  else cyn_i_free(block);
}

static void blocks_free(cyn_i_arena *arena) {
  for (cyn_i_arena_block *block = arena->block; block != NULL;) {
    cyn_i_arena_block *previous = block->previous;
    block_free(arena, block);
    block = previous;
  }
}

void cyn_i_arena_clean_up(cyn_i_arena *arena) {
  bool is_secret = arena->is_secret;
  blocks_free(arena);
  memset(arena, 0, sizeof *arena);
  arena->is_secret = is_secret;
}

void cyn_i_arena_reset(cyn_i_arena *arena, size_t keep_max) {
  cyn_i_arena_block *kept = arena->block;
  arena->is_short = false;
  if (kept == NULL) return;
  if (kept->previous == NULL && kept->size <= keep_max) {
    arena->next = (uint8_t *)kept + ARENA_HEADER;
    return;
  }
  /* keep the largest block that may stay */
  cyn_i_arena_block *best = NULL;
  for (cyn_i_arena_block *b = kept; b != NULL; b = b->previous)
    if (b->size <= keep_max && (best == NULL || b->size > best->size)) best = b;
  for (cyn_i_arena_block *b = kept; b != NULL;) {
    cyn_i_arena_block *previous = b->previous;
    if (b != best) block_free(arena, b);
    b = previous;
  }
  arena->block = best;
  arena->total = best != NULL ? best->size : 0;
  arena->next = NULL;
  arena->end = NULL;
  if (best != NULL) {
    best->previous = NULL;
    arena->next = (uint8_t *)best + ARENA_HEADER;
    arena->end = (uint8_t *)best + best->size;
  }
}

static void *refuse(cyn_i_arena *arena) {
  arena->is_short = true;
  return NULL;
}

void *cyn_i_arena_alloc_slow(cyn_i_arena *arena, size_t size) {
  if (size > SIZE_MAX / 2) return refuse(arena);
  size_t rounded = (size + 7) & ~(size_t)7;
  size_t want = rounded + ARENA_HEADER;
  size_t block_size = want > arena->block_size ? want : arena->block_size;
  if (arena->limit != 0 && (block_size > arena->limit || arena->total > arena->limit - block_size)) {
    if (want > arena->limit || arena->total > arena->limit - want) return refuse(arena);
    block_size = want;
  }
  cyn_i_arena_block *block = arena->is_secret ? cyn_i_secret_alloc(block_size) : cyn_i_alloc(block_size);
  if (block == NULL) return refuse(arena);
  block->previous = arena->block;
  block->size = block_size;
  arena->block = block;
  arena->total += block_size;
  arena->next = (uint8_t *)block + ARENA_HEADER + rounded;
  arena->end = (uint8_t *)block + block_size;
  if (arena->block_size < ARENA_BLOCK_SIZE_MAX) arena->block_size *= 2;
  return (uint8_t *)block + ARENA_HEADER;
}

void *cyn_i_arena_zalloc(cyn_i_arena *arena, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) return NULL;
  void *out = cyn_i_arena_alloc(arena, total);
  if (out != NULL) memset(out, 0, total);
  return out;
}

void *cyn_i_arena_grow(cyn_i_arena *arena, void *old, size_t old_size, size_t new_size) {
  if (old != NULL) {
    uint8_t *old_end = (uint8_t *)old + ((old_size + 7) & ~(size_t)7);
    size_t rounded = (new_size + 7) & ~(size_t)7;
    if (old_end == arena->next && rounded >= new_size && rounded <= (size_t)(arena->end - (uint8_t *)old)) {
      arena->next = (uint8_t *)old + rounded;
      return old;
    }
  }
  void *out = cyn_i_arena_alloc(arena, new_size);
  if (out != NULL && old != NULL) memcpy(out, old, old_size < new_size ? old_size : new_size);
  return out;
}

cyn_bytes cyn_i_arena_copy(cyn_i_arena *arena, cyn_bytes bytes) {
  cyn_bytes out = {NULL, 0};
  if (bytes.data == NULL || bytes.size == SIZE_MAX) return out;
  char *copy = cyn_i_arena_alloc(arena, bytes.size + 1);
  if (copy == NULL) return out;
  memcpy(copy, bytes.data, bytes.size);
  copy[bytes.size] = '\0';
  out.data = copy;
  out.size = bytes.size;
  return out;
}

char *cyn_i_arena_printf(cyn_i_arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (length < 0) return NULL;
  char *out = cyn_i_arena_alloc(arena, (size_t)length + 1);
  if (out == NULL) return NULL;
  va_start(args, format);
  (void)vsnprintf(out, (size_t)length + 1, format, args);
  va_end(args);
  return out;
}
