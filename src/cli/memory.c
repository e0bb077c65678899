/* See memory.h. The one file of the program that calls malloc: it may not know the library's allocator, which is
 * private. */
#include "cli/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

#define BLOCK_BYTES 65536

typedef struct block {
  struct block *before;
  size_t used, capacity;
  _Alignas(16) char data[];
} block;

struct cli_memory {
  block *top;
};

static void *take(size_t size) {
  void *out = malloc(size);
  if (out != NULL) return out;
  (void)cli_complain("out of memory");
  exit(CLI_FAILED);
}

cli_memory *cli_memory_new(void) {
  cli_memory *memory = take(sizeof *memory);
  memory->top = NULL;
  return memory;
}

cli_mark cli_memory_mark(const cli_memory *memory) {
  return (cli_mark){memory->top, memory->top != NULL ? memory->top->used : 0};
}

void cli_memory_release(cli_memory *memory, cli_mark mark) {
  while (memory->top != mark.block) {
    block *gone = memory->top;
    memory->top = gone->before;
    free(gone);
  }
  if (memory->top != NULL) memory->top->used = mark.used;
}

void cli_memory_destroy(cli_memory *memory) {
  if (memory == NULL) return;
  cli_memory_release(memory, (cli_mark){NULL, 0});
  free(memory);
}

void *cli_alloc(cli_memory *memory, size_t size) {
  block *top = memory->top;
  if (size > SIZE_MAX / 4) (void)take(SIZE_MAX / 2);
  size = (size + 15) & ~(size_t)15;
  if (top == NULL || top->capacity - top->used < size) {
    size_t capacity = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    block *fresh = take(sizeof *fresh + capacity);
    fresh->before = top;
    fresh->used = 0;
    fresh->capacity = capacity;
    memory->top = top = fresh;
  }
  void *out = top->data + top->used;
  top->used += size;
  memset(out, 0, size);
  return out;
}

char *cli_copy(cli_memory *memory, const char *data, size_t size) {
  char *out = cli_alloc(memory, size + 1);
  if (size != 0) memcpy(out, data, size);
  return out;
}

char *cli_copy_to_give(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(take(size), text, size);
}

static void put_formatted(cli_text *text, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, args);
  if (size > 0) {
    char *made = cli_alloc(text->memory, (size_t)size + 1);
    (void)vsnprintf(made, (size_t)size + 1, format, again);
    cli_text_put(text, made, (size_t)size);
  }
  va_end(again);
}

char *cli_format(cli_memory *memory, const char *format, ...) {
  cli_text text = {memory, NULL, 0, 0};
  va_list args;
  va_start(args, format);
  put_formatted(&text, format, args);
  va_end(args);
  return text.data != NULL ? text.data : cli_copy(memory, "", 0);
}

void cli_text_put(cli_text *text, const char *data, size_t size) {
  if (text->capacity - text->size <= size) {
    size_t capacity = (text->size + size + 1) * 2;
    char *larger = cli_alloc(text->memory, capacity);
    if (text->size != 0) memcpy(larger, text->data, text->size);
    text->data = larger;
    text->capacity = capacity;
  }
  if (size != 0) memcpy(text->data + text->size, data, size);
  text->size += size;
  text->data[text->size] = '\0';
}

void cli_text_puts(cli_text *text, const char *string) { cli_text_put(text, string, strlen(string)); }

void cli_text_putc(cli_text *text, char c) { cli_text_put(text, &c, 1); }

void cli_text_printf(cli_text *text, const char *format, ...) {
  va_list args;
  va_start(args, format);
  put_formatted(text, format, args);
  va_end(args);
}
