/* What init.c and init_template.c share. */
#ifndef CYN_SERVER_INIT_PRIVATE_H
#define CYN_SERVER_INIT_PRIVATE_H

#include "base/arena.h"
#include "server/server_private.h"
#include "value/json.h"

typedef struct cyn_i_init_table {
  struct cyn_i_init_table *next;
  cyn_bytes name;
} cyn_i_init_table;

typedef struct cyn_i_init {
  cyn_server *server;
  const char *directory;
  const char *file; /* being read */
  const cyn_server_options *options; /* for its progress callback */
  cyn_error *error;
  cyn_i_arena arena;         /* of the file being read */
  cyn_i_arena lasting;       /* until the end */
  cyn_i_init_table *created; /* tables that this start has made */
  size_t table_count, item_count;
} cyn_i_init;

/* Sets a line that names the directory and the file; that memory is out where `reason` was made without. */
cyn_status cyn_i_init_fault(cyn_i_init *init, const char *reason);

/* `body` is CreateTable's input. A table that exists is no fault: then *created is false. */
cyn_status cyn_i_init_create_table(cyn_i_init *init, cyn_bytes body, bool *created);

/* A call whose answer does not matter. */
cyn_status cyn_i_init_call(cyn_i_init *init, const char *operation, cyn_bytes body);

/* The tables of a CloudFormation template. */
cyn_status cyn_i_init_template(cyn_i_init *init, cyn_bytes file);

/* The reader stands in an object: its next member, the value as the bytes it has in the file. False at the end. */
bool cyn_i_init_next_member(cyn_i_json *json, cyn_bytes *key, cyn_bytes *value);
/* A member's value as bytes; absent when there is none, or `object` is no object. */
cyn_bytes cyn_i_init_member(cyn_i_init *init, cyn_bytes object, const char *name);
/* The text of a JSON string; absent when the value is none. */
cyn_bytes cyn_i_init_string(cyn_i_init *init, cyn_bytes value);

#endif
