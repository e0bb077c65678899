/* What the fuzz targets share: libFuzzer's entry, and what a target says of its input. */
#ifndef CYN_FUZZ_FUZZ_H
#define CYN_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cynamo/value.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What does not hold is a crash, which keeps the input. */
static inline void demand(bool holds) {
  if (!holds) abort();
}

/* In a block of its own size, so that ASan sees a byte too far. To be freed. */
static inline char *exact_copy(const uint8_t *data, size_t size) {
  char *copy = malloc(size != 0 ? size : 1);
  demand(copy != NULL);
  if (size != 0) memcpy(copy, data, size);
  return copy;
}

/* The next line; *left shrinks to what follows it. */
static inline cyn_bytes next_line(cyn_bytes *left) {
  const char *end = left->size != 0 ? memchr(left->data, '\n', left->size) : NULL;
  cyn_bytes line = {left->data, end != NULL ? (size_t)(end - left->data) : left->size};
  size_t used = line.size + (end != NULL);
  *left = (cyn_bytes){left->data + used, left->size - used};
  return line;
}

#endif
