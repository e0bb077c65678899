/* The request arena: a bump allocator that one call resets. Nothing taken from it is freed by itself. */
#ifndef CYN_BASE_ARENA_H
#define CYN_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cynamo/value.h>

typedef struct cyn_i_arena_block cyn_i_arena_block;

typedef struct cyn_i_arena {
  uint8_t *next;              /* first free byte of the current block */
  uint8_t *end;               /* one past the current block */
  cyn_i_arena_block *block;   /* current block, linked to the ones before it */
  size_t block_size;          /* size of the next ordinary block */
  size_t total;               /* bytes held in all blocks */
  size_t limit;               /* at most this many bytes in all; 0 means none */
  bool is_secret;             /* the blocks are cyn_i_secret_alloc's */
  bool is_short;              /* memory was refused once, since it was made or reset: what is missing may be missing for that */
} cyn_i_arena;

/* `block_size` 0 takes the default (16 KiB). Takes no memory until the first allocation. */
void cyn_i_arena_init(cyn_i_arena *arena, size_t block_size);
/* The same for what nobody else may see: in pages that a core dump leaves out. */
void cyn_i_arena_init_secret(cyn_i_arena *arena);
void cyn_i_arena_clean_up(cyn_i_arena *arena);

/* Forgets everything that was allocated, keeps one block of at most `keep_max` bytes for the next request. */
void cyn_i_arena_reset(cyn_i_arena *arena, size_t keep_max);

void *cyn_i_arena_alloc_slow(cyn_i_arena *arena, size_t size);

/* As cyn_i_alloc_hook, before each piece of an arena. Asked in builds without NDEBUG only: pieces are what calls take most. */
extern int (*cyn_i_arena_hook)(size_t size);

/* `size` bytes aligned to 8, or NULL when out of memory or over the limit. */
static inline void *cyn_i_arena_alloc(cyn_i_arena *arena, size_t size) {
#ifndef NDEBUG
  if (cyn_i_arena_hook != NULL && cyn_i_arena_hook(size)) {
    arena->is_short = true;
    return NULL;
  }
#endif
  size_t rounded = (size + 7) & ~(size_t)7;
  if (rounded >= size && (size_t)(arena->end - arena->next) >= rounded && arena->next != NULL) {
    void *out = arena->next;
    arena->next += rounded;
    return out;
  }
  return cyn_i_arena_alloc_slow(arena, size);
}

/* As above, zeroed; `count * size` is checked for overflow. */
void *cyn_i_arena_zalloc(cyn_i_arena *arena, size_t count, size_t size);

/* Grows the most recent allocation in place where it can, else moves it. NULL when out of memory. */
void *cyn_i_arena_grow(cyn_i_arena *arena, void *old, size_t old_size, size_t new_size);

/* A copy of the bytes, with a NUL behind them that `size` does not count. `data` is NULL when out of memory. */
cyn_bytes cyn_i_arena_copy(cyn_i_arena *arena, cyn_bytes bytes);

/* printf into the arena; NULL when out of memory. */
char *cyn_i_arena_printf(cyn_i_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
