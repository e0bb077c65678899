/* One call of an operation, whoever answers it: the engine in the process or a client to a server. */
#ifndef CYN_API_CALL_H
#define CYN_API_CALL_H

#include "api/api.h"
#include "base/arena.h"

struct cyn_db;

/* Who calls, for whom. All bytes are borrowed until completion. */
typedef struct cyn_i_context {
  cyn_bytes account;    /* 12 digits */
  cyn_bytes region;
  cyn_bytes request_id; /* may be absent */
  const char *sender;   /* the model that calls, for signals; NULL: none */
  struct cyn_db *face;         /* the database that signals name: a model's own is its program's; NULL: the one that is called */
} cyn_i_context;

/* One call: filled by the caller, completed by `done`. `input` is a structure of operation->input that has passed
 * cyn_i_api_check; `output` is of operation->output, in the arena, valid when status is CYN_OK. */
typedef struct cyn_i_call cyn_i_call;
struct cyn_i_call {
  const cyn_i_operation *operation;
  const cyn_i_context *context;
  const void *input;
  void *output;
  cyn_i_arena *arena;
  cyn_error *error;      /* never NULL; CYN_ERROR_INIT */
  cyn_status status;
  void (*done)(cyn_i_call *call); /* exactly once; on the caller's thread before turn_submit or turn_flush returns, or on
                                     the commit thread where commits block */
  void *user;
  void *engine_state;    /* the backend's, in the arena */
  cyn_i_call *next;      /* private while the call is under way */
};

#endif
