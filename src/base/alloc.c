/* See alloc.h. */
#include "base/alloc.h"

#include <stdlib.h>

int (*cyn_i_alloc_hook)(size_t size) = NULL;

static int refused(size_t size) { return cyn_i_alloc_hook != NULL && cyn_i_alloc_hook(size); }

void *cyn_i_alloc(size_t size) {
  if (refused(size)) return NULL;
  return malloc(size != 0 ? size : 1);
}

void *cyn_i_zalloc(size_t count, size_t size) {
  if (refused(count)) return NULL;
  return calloc(count != 0 ? count : 1, size != 0 ? size : 1);
}

void *cyn_i_realloc(void *old, size_t size) {
  if (refused(size)) return NULL;
  return realloc(old, size != 0 ? size : 1);
}

void *cyn_i_aligned_alloc(size_t alignment, size_t size) {
  if (refused(size)) return NULL;
  void *out = NULL;
  return posix_memalign(&out, alignment, size != 0 ? size : 1) == 0 ? out : NULL;
}

void cyn_i_free(void *memory) { free(memory); }
