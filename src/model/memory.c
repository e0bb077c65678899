/* cyn_memory, <cynamo/model_types.h>: what is read lives here, and goes by one call. */
#include "model/memory.h"

#include <string.h>

#include "base/alloc.h"

cyn_memory *cyn_memory_new(void) {
  cyn_memory *memory = cyn_i_zalloc(1, sizeof *memory);
  if (memory != NULL) cyn_i_arena_init(&memory->arena, 4096);
  return memory;
}

void cyn_memory_reset(cyn_memory *memory) { cyn_i_arena_reset(&memory->arena, CYN_I_MEMORY_KEEP_MAX); }

void cyn_memory_destroy(cyn_memory *memory) {
  if (memory == NULL) return;
  cyn_i_arena_clean_up(&memory->arena);
  cyn_i_free(memory);
}

void *cyn_memory_alloc(cyn_memory *memory, size_t size) { return cyn_i_arena_alloc(&memory->arena, size); }

char *cyn_memory_string(cyn_memory *memory, const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = cyn_i_arena_alloc(&memory->arena, size);
  if (copy != NULL) memcpy(copy, text, size);
  return copy;
}
