/* A folder of files for --init. */
#ifndef CYN_TESTS_SERVER_FILES_H
#define CYN_TESTS_SERVER_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char files_folder[64];

static inline void files_begin(void) {
  snprintf(files_folder, sizeof files_folder, "/tmp/cynamo-init-%d", (int)getpid());
  (void)mkdir(files_folder, 0700);
}

static inline void files_write(const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", files_folder, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  fputs(text, file);
  fclose(file);
}

static inline void files_end(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", files_folder);
  if (system(command) != 0) fprintf(stderr, "%s failed\n", command);
}

#endif
