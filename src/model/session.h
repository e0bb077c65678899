/* What the mapper keeps for each database: scratch memory for calls, and where each model's table is. */
#ifndef CYN_MODEL_SESSION_H
#define CYN_MODEL_SESSION_H

#include <cynamo/result.h>

#include "api/call.h"
#include "base/clock.h"
#include "db/db.h"
#include "model/codec.h"

#define CYN_I_REQUEST_BUF_SIZE ((size_t)1024)

typedef struct cyn_i_session cyn_i_session;

/* Where a model's calls go, by all settings in force. Lives as long as the database. */
typedef struct cyn_i_target {
  struct cyn_i_target *next;
  const cyn_model *root;
  uint64_t generation;      /* of the settings */
  cyn_db *db;               /* the database itself, or the model's own */
  cyn_db *owned;            /* closed with the session */
  cyn_bytes table;
  bool has_sound_name;      /* the API's check takes the table's name */
  cyn_i_context context;
  cyn_model_options options; /* merged; strings live with the session */
} cyn_i_target;

/* One call of the mapper: plan, target, memory that goes at its end. */
typedef struct cyn_i_request {
  cyn_i_session *session;
  const cyn_i_plan *plan;
  const cyn_i_target *target;
  cyn_memory *scratch;
  cyn_i_arena *arena;       /* of the scratch */
  cyn_i_codec codec;        /* its memory is the scratch */
  cyn_error *error;
} cyn_i_request;

/* After CYN_OK it must be ended; after an error it must not. Errors: CynamoModelError, those of opening a model's own
 * database, CynamoOutOfMemory. */
cyn_status cyn_i_request_begin(cyn_i_request *request, cyn_db *db, const cyn_model *model, cyn_error *error);
void cyn_i_request_end(cyn_i_request *request);
/* The request goes on with another model. */
cyn_status cyn_i_request_turn(cyn_i_request *request, const cyn_model *model);
/* For work without a model (batches, transactions): target and plan are NULL. */
cyn_status cyn_i_request_begin_plain(cyn_i_request *request, cyn_db *db, cyn_error *error);
cyn_status cyn_i_target_get(cyn_i_session *session, const cyn_i_plan *plan, const cyn_i_target **out, cyn_error *error);

/* One request may hold calls on both: the same database, the same Region. */
static inline bool cyn_i_target_same_place(const cyn_i_target *a, const cyn_i_target *b) {
  return a->db == b->db && a->context.region.data == b->context.region.data;
}
static inline bool cyn_i_target_has_table(const cyn_i_target *target, cyn_bytes table) {
  return target->table.size == table.size && memcmp(target->table.data, table.data, table.size) == 0;
}

/* Checks the input and makes the call; *output lives in `arena`. */
cyn_status cyn_i_target_call(const cyn_i_target *target, cyn_db *db, cyn_operation operation, const void *input,
                             cyn_i_arena *arena, const void **output, cyn_error *error);
static inline cyn_status cyn_i_request_call(cyn_i_request *request, cyn_operation operation, const void *input,
                                            const void **output) {
  return cyn_i_target_call(request->target, request->target->db, operation, input, request->arena, output, request->error);
}

/* As request_call, for an input with nothing of the program's in it but the table's name and values of the model: it is
 * sound by construction, and its check is made once for the target. */
cyn_status cyn_i_request_call_sound(cyn_i_request *request, cyn_operation operation, const void *input,
                                    const void **output);
/* A buffer in the request's memory with room for most items. */
static inline cyn_i_buf cyn_i_request_buf(const cyn_i_request *request) {
  uint8_t *room = cyn_i_arena_alloc(request->arena, CYN_I_REQUEST_BUF_SIZE);
  return (cyn_i_buf){room, 0, room != NULL ? CYN_I_REQUEST_BUF_SIZE : 0, request->arena, room == NULL};
}

/* Milliseconds to wait before the `attempt`-th repetition: full jitter, 50 ms doubled up to 5 s. */
int64_t cyn_i_backoff_ms(int attempt);

/* Options of any age become today's. */
#define CYN_I_OPTIONS_READ(own, given)                                                                     \
  do {                                                                                                     \
    memset(&(own), 0, sizeof(own));                                                                        \
    if ((given) != NULL) memcpy(&(own), (given), (given)->size < sizeof(own) ? (given)->size : sizeof(own)); \
  } while (0)

/* The same without a copy, which none or today's need not: `room` is for those of another age. */
#define CYN_I_OPTIONS_OF(name, type)                                                   \
  static inline const type *cyn_i_##name##_options(const type *given, type *room) {    \
    static const type none;                                                            \
    if (given == NULL) return &none;                                                   \
    if (given->size >= sizeof *room) return given;                                     \
    CYN_I_OPTIONS_READ(*room, given);                                                  \
    return room;                                                                       \
  }
CYN_I_OPTIONS_OF(write, cyn_write_options)
CYN_I_OPTIONS_OF(read, cyn_read_options)

#endif
