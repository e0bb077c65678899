/* Inside db/: the handle, and the two ways down from it. */
#ifndef CYN_DB_DB_PRIVATE_H
#define CYN_DB_DB_PRIVATE_H

#include "client/client.h"
#include "db/completion.h"
#include "db/db.h"
#include "db/url.h"
#include "jobs/jobs.h"

struct cyn_db {
  cyn_i_engine *engine;  /* memory: and file: */
  cyn_i_jobs *jobs;
  cyn_i_client *client;  /* http: and aws: */
  cyn_i_completions completions; /* of submitted calls */
  cyn_i_clock clock;
  cyn_i_arena arena;     /* the strings below */
  const char *url;
  cyn_bytes region, account, table_prefix;
  cyn_db_options options; /* as given, of a remote database */
  bool is_volatile;
  cyn_bytes shared_name; /* memory:NAME; size 0: private */
  unsigned references;   /* of a shared database, under the registry's lock */
  struct cyn_db *next_shared;
  void *extension;       /* of the layer above (cyn_i_db_extension) */
  void (*extension_destroy)(void *extension);
};

/* Each fills a handle whose strings are set; what it has set is freed with the handle. */
cyn_status cyn_i_backend_engine_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error);
cyn_status cyn_i_backend_client_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error);

/* Puts the database's Region and account where the call has none; `context` is the room for it. */
void cyn_i_db_fill_context(const cyn_db *db, cyn_i_call *call, cyn_i_context *context);

/* What an error of a call that was made says of it: the operation, and the request's id where the answer had none. */
void cyn_i_db_note_call(const cyn_db *db, const cyn_i_operation *operation, cyn_error *error);

#endif
