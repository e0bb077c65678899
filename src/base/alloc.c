/* See alloc.h. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SECRET_HEADER 16 /* before what is given out: the size of the mapping */

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

void *cyn_i_secret_alloc(size_t size) {
  if (refused(size) || size > SIZE_MAX - SECRET_HEADER) return NULL;
  size_t mapped = size + SECRET_HEADER;
  void *pages = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
#ifdef MADV_DONTDUMP
  (void)madvise(pages, mapped, MADV_DONTDUMP);
#endif
  *(size_t *)pages = mapped;
  return (char *)pages + SECRET_HEADER;
}

/* The kernel hands pages on zeroed: unmapping them wipes them. */
void cyn_i_secret_free(void *memory) {
  if (memory == NULL) return;
  char *pages = (char *)memory - SECRET_HEADER;
  (void)munmap(pages, *(size_t *)(void *)pages);
}
