/* A command run in a child process: its exit status and what it wrote. */
#ifndef CYN_TESTS_CLI_CHILD_H
#define CYN_TESTS_CLI_CHILD_H

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define CHILD_ARGUMENTS_MAX 16

typedef struct child {
  pid_t pid;
  int out, err; /* read ends */
  char out_text[8192], err_text[8192];
} child;

/* `arguments` end in NULL. The child calls command(count, arguments) and exits with what that returns. */
static inline void child_start(child *c, int (*command)(int, char **), const char *const *arguments) {
  int out[2], err[2];
  memset(c, 0, sizeof *c);
  if (pipe(out) != 0 || pipe(err) != 0) abort();
  c->pid = fork();
  if (c->pid == 0) {
    char *copies[CHILD_ARGUMENTS_MAX + 1];
    int count = 0;
    for (; arguments[count] != NULL && count < CHILD_ARGUMENTS_MAX; count++) copies[count] = strdup(arguments[count]);
    copies[count] = NULL;
    (void)dup2(out[1], STDOUT_FILENO);
    (void)dup2(err[1], STDERR_FILENO);
    close(out[0]);
    close(err[0]);
    close(out[1]);
    close(err[1]);
    int status = command(count, copies);
    fflush(NULL);
    test_child_exit(status);
  }
  close(out[1]);
  close(err[1]);
  c->out = out[0];
  c->err = err[0];
}

/* Reads until a newline, the end, or 5 seconds. */
static inline void child_read_line(int fd, char *text, size_t room) {
  size_t size = strlen(text);
  struct pollfd wait = {fd, POLLIN, 0};
  while (size + 1 < room && strchr(text, '\n') == NULL && poll(&wait, 1, 5000) == 1) {
    ssize_t n = read(fd, text + size, room - 1 - size);
    if (n <= 0) break;
    size += (size_t)n;
    text[size] = '\0';
  }
}

static inline void child_read_all(int fd, char *text, size_t room) {
  size_t size = strlen(text);
  ssize_t n;
  while (size + 1 < room && (n = read(fd, text + size, room - 1 - size)) > 0) size += (size_t)n;
  text[size] = '\0';
  close(fd);
}

/* Waits for the end; the exit status, or -1 when a signal has ended it. */
static inline int child_end(child *c) {
  int status = 0;
  child_read_all(c->out, c->out_text, sizeof c->out_text);
  child_read_all(c->err, c->err_text, sizeof c->err_text);
  if (waitpid(c->pid, &status, 0) != c->pid) return -2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int child_run(child *c, int (*command)(int, char **), const char *const *arguments) {
  child_start(c, command, arguments);
  return child_end(c);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
