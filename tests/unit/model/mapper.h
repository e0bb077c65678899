/* A database and what is read from it, for the tests that have one a case; each file's set_up opens it. */
#ifndef CYN_TESTS_MODEL_MAPPER_H
#define CYN_TESTS_MODEL_MAPPER_H

#include "place.h" /* first: its parameters have the name of the error */

#include "ok.h"

static cyn_db *db;
static cyn_memory *memory;

static inline void tear_down(void) {
  cyn_memory_destroy(memory);
  place_close(db);
  cyn_error_clean_up(&error);
}

#endif
