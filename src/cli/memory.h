/* The program's memory: blocks that a command fills and that go together when it ends. Only a long loop gives back on
 * the way, by mark and release. No call here fails: without memory the program says so and ends. One thread. */
#ifndef CYN_CLI_MEMORY_H
#define CYN_CLI_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

#include <cynamo/value.h>

typedef struct cli_memory cli_memory;

cli_memory *cli_memory_new(void);
void cli_memory_destroy(cli_memory *memory); /* NULL is allowed */

/* What was allocated after the mark is gone after the release. */
typedef struct cli_mark {
  void *block;
  size_t used;
} cli_mark;
cli_mark cli_memory_mark(const cli_memory *memory);
void cli_memory_release(cli_memory *memory, cli_mark mark);

/* Zeroed, aligned for anything of 16 bytes. */
void *cli_alloc(cli_memory *memory, size_t size);
/* A copy with a NUL behind it. */
char *cli_copy(cli_memory *memory, const char *data, size_t size);
char *cli_format(cli_memory *memory, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A copy that another library frees with free(). */
char *cli_copy_to_give(const char *text);

/* A text that grows. `data` has a NUL behind it as soon as something was put. */
typedef struct cli_text {
  cli_memory *memory;
  char *data;
  size_t size, capacity;
} cli_text;
void cli_text_put(cli_text *text, const char *data, size_t size);
void cli_text_puts(cli_text *text, const char *string);
void cli_text_putc(cli_text *text, char c);
void cli_text_printf(cli_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
