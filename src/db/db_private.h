/* Inside db/: the handle, and the two ways down from it. */
#ifndef CYN_DB_DB_PRIVATE_H
#define CYN_DB_DB_PRIVATE_H

#include "client/client.h"
#include "db/completion.h"
#include "db/db.h"
#include "db/url.h"
#include "jobs/jobs.h"

/* What lies under a memory: or file: handle. The handles of one memory:NAME have one together, others each its own. */
typedef struct cyn_i_home {
  cyn_i_engine *engine;
  cyn_i_jobs *jobs;
  cyn_i_clock clock;
  unsigned references;     /* under the lock of the named ones, as `next` */
  struct cyn_i_home *next;
  size_t name_size;        /* 0: private */
  char name[];
} cyn_i_home;

struct cyn_db {
  cyn_i_home *home;      /* memory: and file: */
  cyn_i_engine *engine;  /* the home's; NULL: remote */
  cyn_i_client *client;  /* http: and aws: */
  cyn_i_completions completions; /* of submitted calls */
  cyn_i_clock clock;     /* of the client */
  cyn_i_arena arena;     /* the strings below */
  const char *url;
  cyn_bytes region, account, table_prefix;
  cyn_db_options options; /* as given, of a remote database */
  bool is_volatile;
  void *extension;       /* of the layer above (cyn_i_db_extension) */
  void (*extension_destroy)(void *extension);
};

/* Each fills a handle whose strings are set; what it has set is freed with the handle. */
cyn_status cyn_i_backend_engine_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error);
void cyn_i_backend_engine_close(cyn_db *db); /* the home goes with its last handle */
cyn_status cyn_i_backend_client_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error);

/* Puts the database's Region and account where the call has none; `context` is the room for it. */
void cyn_i_db_fill_context(const cyn_db *db, cyn_i_call *call, cyn_i_context *context);

/* What an error of a call that was made says of it: the operation, and the request's id where the answer had none. */
void cyn_i_db_note_call(const cyn_db *db, const cyn_i_operation *operation, cyn_error *error);

#endif
