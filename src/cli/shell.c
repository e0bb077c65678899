/* cynamo shell: the commands of the command line, one database for all of them. On a terminal with an editor, history and
 * completion; from a pipe or file line by line, ended by the first failure's status at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/line_editor.h"
#include "cli/progress.h"
#include "cli/words.h"

typedef struct shell {
  cli_run *run;
  bool is_terminal, has_editor;
  int status; /* of the last command; from a pipe: of the first that failed */
} shell;

/* ---- completion: the editor's callback has no place for a pointer ---- */

static shell *completing;
static cli_memory *candidates_memory;
static cli_json *candidates;

static void find_candidates(const char *line, size_t start, const char *text) {
  cli_memory_destroy(candidates_memory);
  candidates_memory = cli_memory_new();
  candidates = cli_json_array(candidates_memory);
  cli_words words = cli_split(candidates_memory, cli_copy(candidates_memory, line, start));
  cli_run *run = cli_alloc(candidates_memory, sizeof *run);
  cli_session *session = completing->run->session;
  if (words.is_open && words.count != 0) words.count--; /* inside a quoted expression: its option is what counts */
  run->memory = candidates_memory;
  run->session = session;
  session->is_hurried = true;
  cli_candidates(run, (const char *const *)words.at, words.count, text, candidates);
  session->is_hurried = false;
}

static const char *candidate(const char *line, size_t start, const char *text, size_t index) {
  if (index == 0) find_candidates(line, start, text);
  const cli_json *word = candidates->first;
  while (word != NULL && index-- != 0) word = word->next;
  return word != NULL ? word->text.data : NULL;
}

/* ---- history ---- */

/* $XDG_STATE_HOME/cynamo/history, else ~/.local/state/cynamo/history; NULL where no folder can be made. */
static const char *history_path(cli_memory *memory) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  bool has_state = state != NULL && state[0] == '/';
  if (!has_state && (home == NULL || home[0] != '/')) return NULL;
  char *path = has_state ? cli_format(memory, "%s/cynamo/history", state)
                         : cli_format(memory, "%s/.local/state/cynamo/history", home);
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
  }
  return path;
}

/* ---- lines ---- */

/* A line without its end, freed by free(); NULL at the end. */
static char *read_line(const shell *s, const char *prompt) {
  if (s->has_editor) return cli_editor_read(prompt);
  char *line = NULL;
  size_t room = 0;
  if (s->is_terminal) {
    fputs(prompt, stdout);
    (void)fflush(stdout);
  }
  ssize_t size = getline(&line, &room, stdin);
  if (size <= 0) {
    free(line);
    return NULL;
  }
  if (line[size - 1] == '\n') line[size - 1] = '\0';
  return line;
}

/* A command, which goes on over lines while a quote or bracket is open. False at the end of input. */
static bool read_command(const shell *s, cli_memory *memory, cli_words *words) {
  const char *prompt = s->run->session->is_aws ? cli_format(memory, "cynamo %s> ", s->run->session->url) : "cynamo> ";
  cli_text text = {memory, NULL, 0, 0};
  do {
    char *line = read_line(s, text.size != 0 ? "   ...> " : prompt);
    if (line == NULL && cli_is_interrupted()) {
      clearerr(stdin);
      if (s->is_terminal) fputc('\n', stdout);
      cli_interrupts_begin(); /* the flag is down again, and the line forgotten */
      text = (cli_text){memory, NULL, 0, 0};
      *words = cli_split(memory, "");
      return true;
    }
    if (line == NULL) return false;
    if (text.size != 0) cli_text_putc(&text, '\n');
    cli_text_puts(&text, line);
    free(line);
    *words = cli_split(memory, text.data);
  } while (words->is_open);
  if (s->has_editor && words->count != 0) cli_editor_remember(text.data);
  return true;
}

/* ---- commands ---- */

static int run_command(shell *s, const cli_words *words) {
  const cli_command *command = cli_find_command(words->at[0]);
  if (command == NULL) return cli_no_command(words->at[0]);
  if (command->work == cli_shell || command->run == cli_serve || command->run == cli_complete)
    return cli_complain("%s is not for the shell", command->name);
  cli_command_name = command->name;
  if (command->work == NULL) return command->run((int)words->count - 1, words->at + 1);
  return cli_run_command(command, (int)words->count - 1, words->at + 1, s->run->session);
}

static void loop(shell *s) {
  for (;;) {
    cli_memory *memory = cli_memory_new();
    cli_words words = {0};
    cli_interrupts_begin();
    bool is_over = !read_command(s, memory, &words);
    is_over = is_over || (words.count != 0 && (strcmp(words.at[0], "exit") == 0 || strcmp(words.at[0], "quit") == 0));
    int status = !is_over && words.count != 0 ? run_command(s, &words) : CLI_OK;
    if (s->is_terminal || s->status == CLI_OK) s->status = status;
    cli_memory_destroy(memory);
    (void)fflush(stdout);
    if (is_over) return;
  }
}

int cli_shell(cli_run *run) {
  shell s = {.run = run, .is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
  run->session->is_shell = true;
  completing = &s;
  if (s.is_terminal) {
    (void)umask(077); /* what was typed is nobody else's */
    s.has_editor = cli_editor_begin(history_path(run->memory), candidate);
    printf("Cynamo %s at %s. help lists the commands; Ctrl-D ends.\n", CYN_RELEASE, run->session->url);
  }
  loop(&s);
  if (s.has_editor) cli_editor_end();
  cli_memory_destroy(candidates_memory);
  candidates_memory = NULL;
  if (s.is_terminal) fputc('\n', stdout);
  return s.is_terminal ? CLI_OK : s.status;
}
