/* See line_editor.h. The functions and variables are those of readline's public interface, which libedit has too. */
#include "cli/line_editor.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/memory.h"

#define HISTORY_MAX 2000

typedef char **matcher(const char *text, int start, int end);

static struct {
  void *library;
  char *(*readline)(const char *prompt);
  int (*add_history)(const char *line);
  void (*using_history)(void);
  void (*stifle_history)(int most);
  int (*read_history)(const char *path);
  int (*write_history)(const char *path);
  char **(*completion_matches)(const char *text, char *(*next)(const char *text, int state));
  matcher **attempted_completion;
  int *attempted_completion_over, *append_character;
  const char **word_breaks, **readline_name, **line_buffer;
} editor;

static const struct {
  const char *name;
  void *into;
} symbols[] = {
    {"readline", &editor.readline},
    {"add_history", &editor.add_history},
    {"using_history", &editor.using_history},
    {"stifle_history", &editor.stifle_history},
    {"read_history", &editor.read_history},
    {"write_history", &editor.write_history},
    {"rl_completion_matches", &editor.completion_matches},
    {"rl_attempted_completion_function", &editor.attempted_completion},
    {"rl_attempted_completion_over", &editor.attempted_completion_over},
    {"rl_completion_append_character", &editor.append_character},
    {"rl_basic_word_break_characters", &editor.word_breaks},
    {"rl_readline_name", &editor.readline_name},
    {"rl_line_buffer", &editor.line_buffer},
};

static cli_editor_candidate candidate_of;
static const char *history_file;
static size_t word_start;

static char *next_match(const char *text, int state) {
  static size_t index;
  if (state == 0) index = 0;
  const char *found = candidate_of(*editor.line_buffer, word_start, text, index++);
  return found != NULL ? cli_copy_to_give(found) : NULL;
}

static char **match(const char *text, int start, int end) {
  (void)end;
  word_start = (size_t)start;
  *editor.attempted_completion_over = 1; /* no file names where we know nothing */
  *editor.append_character = ' ';
  return editor.completion_matches(text, next_match);
}

static bool load(void) {
  static const char *const names[] = {"libedit.so.2", "libreadline.so.8", "libedit.so", "libreadline.so"};
  for (size_t i = 0; i < sizeof names / sizeof names[0] && editor.library == NULL; i++)
    editor.library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (editor.library == NULL) return false;
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    void *found = dlsym(editor.library, symbols[i].name);
    if (found == NULL) return false;
    memcpy(symbols[i].into, &found, sizeof found); /* objects and functions alike */
  }
  return true;
}

bool cli_editor_begin(const char *history_path, cli_editor_candidate candidate) {
  static const char breaks[] = " \t\n\"'`(),=<>+{}[]";
  if (!load()) return false;
  candidate_of = candidate;
  history_file = history_path;
  *editor.readline_name = "cynamo";
  *editor.word_breaks = breaks;
  *editor.attempted_completion = match;
  editor.using_history();
  editor.stifle_history(HISTORY_MAX);
  if (history_file != NULL) (void)editor.read_history(history_file);
  return true;
}

char *cli_editor_read(const char *prompt) { return editor.readline(prompt); }

void cli_editor_remember(const char *line) { (void)editor.add_history(line); }

void cli_editor_end(void) {
  if (history_file != NULL) (void)editor.write_history(history_file);
}
