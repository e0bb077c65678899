/* What the targets of the program `cynamo` share: a run of a command, whose complaints go nowhere. */
#ifndef CYN_FUZZ_PROGRAM_H
#define CYN_FUZZ_PROGRAM_H

#include <stdio.h>

#include "cli/run.h"
#include "fuzz.h"

/* Its memory is new: cli_memory_destroy(run.memory). */
static inline cli_run program_run(void) {
  static cli_session session;
  if (session.url == NULL) {
    session.url = "memory:";
    stderr = fopen("/dev/null", "w"); /* the sanitizers do not use the stream */
  }
  return (cli_run){.session = &session, .memory = cli_memory_new()};
}

/* The input as a file. */
static inline FILE *program_file(const uint8_t *data, size_t size) {
  FILE *file = fmemopen((void *)(uintptr_t)data, size, "rb");
  demand(file != NULL);
  return file;
}

#endif
