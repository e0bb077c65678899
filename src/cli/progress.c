/* See progress.h. */
#include "cli/progress.h"

#include <inttypes.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "cli/output.h"

#define PAINT_MS 100

int64_t cli_now_ms(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cli_progress_begin(cli_progress *progress, const cli_run *run, const char *title, uint64_t items_before) {
  *progress = (cli_progress){title, !run->given.quiet && isatty(STDERR_FILENO), cli_now_ms(), 0, items_before};
}

static void put_bar(cli_text *line, size_t width, uint64_t done, uint64_t total) {
  size_t full = (size_t)((double)width * (double)done / (double)total);
  cli_text_puts(line, "[");
  for (size_t i = 0; i < width; i++) cli_text_putc(line, i < full ? '=' : i == full ? '>' : ' ');
  cli_text_printf(line, "] %3.0f%%", 100.0 * (double)done / (double)total);
}

static void put_time(cli_text *line, double seconds) {
  uint64_t whole = (uint64_t)seconds;
  if (whole >= 3600) cli_text_printf(line, "  %" PRIu64 ":%02" PRIu64 ":%02" PRIu64, whole / 3600, whole / 60 % 60, whole % 60);
  else cli_text_printf(line, "  %" PRIu64 ":%02" PRIu64, whole / 60, whole % 60);
}

void cli_progress_paint(cli_progress *progress, uint64_t items, uint64_t done, uint64_t total) {
  int64_t now = cli_now_ms();
  if (!progress->is_shown || now - progress->painted_ms < PAINT_MS) return;
  progress->painted_ms = now;
  cli_memory *memory = cli_memory_new();
  cli_text tail = {memory, NULL, 0, 0}, line = {memory, NULL, 0, 0};
  double seconds = (double)(now - progress->began_ms) / 1000 + 0.001;
  if (done > total) total = done;
  cli_text_printf(&tail, "  %" PRIu64 " items  %.0f/s", items, (double)(items - progress->items_before) / seconds);
  if (total != 0 && done != 0) put_time(&tail, seconds * (double)(total - done) / (double)done);
  cli_text_printf(&line, "%s ", progress->title);
  size_t columns = cli_terminal_columns(STDERR_FILENO), used = line.size + tail.size + 8;
  if (total != 0 && columns > used + 10) put_bar(&line, columns - used - 1 < 40 ? columns - used - 1 : 40, done, total);
  fprintf(stderr, "\r%s%s\033[K", line.data, tail.data);
  (void)fflush(stderr);
  cli_memory_destroy(memory);
}

void cli_progress_end(cli_progress *progress) {
  if (progress->is_shown && progress->painted_ms != 0) fputs("\r\033[K", stderr);
  progress->is_shown = false;
}

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t interrupted;
static struct sigaction before_int, before_term;

static void note(int number) {
  (void)number;
  interrupted = 1;
}

void cli_interrupts_begin(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  (void)sigemptyset(&action.sa_mask);
  interrupted = 0;
  (void)sigaction(SIGINT, &action, &before_int);
  (void)sigaction(SIGTERM, &action, &before_term);
}

void cli_interrupts_end(void) {
  (void)sigaction(SIGINT, &before_int, NULL);
  (void)sigaction(SIGTERM, &before_term, NULL);
}

bool cli_is_interrupted(void) { return interrupted != 0; }
