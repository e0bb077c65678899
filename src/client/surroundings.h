/* What a process is surrounded by: its environment, the user's home folder, files. */
#ifndef CYN_CLIENT_SURROUNDINGS_H
#define CYN_CLIENT_SURROUNDINGS_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"

/* The variable, borrowed from the environment; absent when it is not set (empty is not absent). */
cyn_bytes cyn_i_surroundings_variable(const char *name);
/* "true" in any case. */
bool cyn_i_surroundings_is_true(cyn_bytes text);

/* The path with $NAME, ${NAME}, ~ and ~user expanded, in the arena; NULL when out of memory. */
const char *cyn_i_surroundings_path(cyn_bytes path, cyn_i_arena *arena);

typedef enum cyn_i_file_result {
  CYN_FILE_OK = 0,
  CYN_FILE_MISSING,   /* nothing there, or nothing that this user may read, or not a file */
  CYN_FILE_FAILED     /* error is set: unreadable, too large, out of memory */
} cyn_i_file_result;
/* The whole of a file of at most `bytes_max` bytes, in the arena. MISSING sets no error. */
cyn_i_file_result cyn_i_surroundings_read(const char *path, size_t bytes_max, cyn_i_arena *arena, cyn_bytes *out,
                                          cyn_error *error);
/* Puts a file of mode 0600 in the path's place, whole or not at all; makes the folder (0700) that holds it. */
bool cyn_i_surroundings_write(const char *path, cyn_bytes text, cyn_i_arena *arena);

#endif
