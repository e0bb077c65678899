/* Reading the golden vectors, and bytes as hexadecimal. */
#ifndef CYN_TESTS_VALUE_GOLDEN_H
#define CYN_TESTS_VALUE_GOLDEN_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cynamo/value.h>

#include "test.h"

#define GOLDEN_LINE_MAX 20000

/* Calls `check` with the fields of each line; returns the number of lines. */
static inline int golden_read(const char *name, int field_count, void (*check)(char **fields)) {
  static char line[GOLDEN_LINE_MAX];
  char path[500];
  snprintf(path, sizeof path, "%s/tests/golden/%s", CYN_SOURCE_DIR, name);
  FILE *file = fopen(path, "r");
  int count = 0;
  if (file == NULL) {
    test_failed(__FILE__, __LINE__, "cannot open %s", path);
    return 0;
  }
  while (fgets(line, sizeof line, file) != NULL) {
    char *fields[8] = {NULL}, *next = line;
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < field_count && next != NULL; i++) fields[i] = strsep(&next, "\t");
    if (fields[field_count - 1] == NULL)
      test_failed(__FILE__, __LINE__, "%s: too few fields in line %d", name, count + 1);
    else
      check(fields);
    count++;
  }
  fclose(file);
  return count;
}

/* Hexadecimal, in one of four static buffers. */
static inline const char *hex(const void *data, size_t size) {
  static char buffers[4][GOLDEN_LINE_MAX];
  static int turn;
  char *out = buffers[turn++ % 4];
  const unsigned char *bytes = data;
  if (size * 2 + 1 > GOLDEN_LINE_MAX) size = GOLDEN_LINE_MAX / 2 - 1;
  for (size_t i = 0; i < size; i++) snprintf(out + 2 * i, 3, "%02x", bytes[i]);
  out[2 * size] = '\0';
  return out;
}

static inline size_t unhex(const char *text, uint8_t *out) {
  size_t size = strlen(text) / 2;
  for (size_t i = 0; i < size; i++) {
    char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
    out[i] = (uint8_t)strtoul(pair, NULL, 16);
  }
  return size;
}

/* printf at `at`, where at most 4,000 characters come; returns behind them. */
__attribute__((format(printf, 2, 3))) static inline char *put_text(char *at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int size = vsnprintf(at, 4000, format, args);
  va_end(args);
  return at + (size > 0 ? size : 0);
}

/* A small generator, so that a random case is the same everywhere. */
static uint64_t random_state = 0x9E3779B97F4A7C15u;
static inline uint32_t random_below(uint32_t bound) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)((random_state >> 32) % bound);
}

#endif
