/* Where the mapper's tests run: on memory, or (CYN_TEST_REMOTE=1, as remote_test sets it) through a server over loopback. */
#ifndef CYN_TESTS_MODEL_PLACE_H
#define CYN_TESTS_MODEL_PLACE_H

#include <cynamo/cynamo.h>

#include <stdlib.h>

static cyn_db *place_memory;
static cyn_server *place_server;

static inline cyn_status place_open(cyn_db **db, cyn_error *error) {
  if (getenv("CYN_TEST_REMOTE") == NULL) return cyn_open("memory:", NULL, db, error);
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  options.port = cyn_int(0);
  cyn_db_options keys = CYN_DB_OPTIONS_INIT;
  keys.access_key_id = keys.secret_access_key = cyn_str("test");
  cyn_status status = cyn_open("memory:", NULL, &place_memory, error);
  if (status == CYN_OK) status = cyn_server_start(place_memory, &options, &place_server, error);
  return status == CYN_OK ? cyn_open(cyn_server_url(place_server), &keys, db, error) : status;
}

static inline void place_close(cyn_db *db) {
  cyn_db_close(db);
  if (place_server != NULL) cyn_server_stop(place_server);
  cyn_db_close(place_memory);
  place_server = NULL;
  place_memory = NULL;
}

#endif
