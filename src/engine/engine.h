/* The engine's door: tables in a store, one call. */
#ifndef CYN_ENGINE_ENGINE_H
#define CYN_ENGINE_ENGINE_H

#include "api/call.h"
#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"

typedef struct cyn_i_engine cyn_i_engine;

typedef struct cyn_i_engine_options {
  int64_t create_table_delay_ms, update_table_delay_ms, delete_table_delay_ms;
  int64_t item_size_max_bytes;   /* 0: 409,600 */
  cyn_i_clock *clock;            /* borrowed */
} cyn_i_engine_options;

/* `store` is owned by the engine from then on. */
cyn_status cyn_i_engine_new(cyn_i_store *store, const cyn_i_engine_options *options, cyn_i_engine **out, cyn_error *error);
void cyn_i_engine_destroy(cyn_i_engine *engine); /* waits for nothing: the caller has no calls under way */
cyn_i_store *cyn_i_engine_store(cyn_i_engine *engine);
int64_t cyn_i_engine_now_ms(const cyn_i_engine *engine);

/* Another (account, Region) that holds a table of this name, as text for the log; false when there is none. Walks the
 * catalog: for the log of a failed call only. */
bool cyn_i_engine_table_elsewhere(cyn_i_engine *engine, const cyn_i_context *context, cyn_bytes table_name, char out[64]);
/* Tables of all accounts and Regions. Walks the catalog. */
uint64_t cyn_i_engine_table_count(cyn_i_engine *engine);

/* Blocking. `done` is not called. */
void cyn_i_engine_call(cyn_i_engine *engine, cyn_i_call *call);

/* A turn of an event loop: reads complete in submit, writes in flush (or later on the commit thread). */
typedef struct cyn_i_turn cyn_i_turn;
cyn_i_turn *cyn_i_turn_new(cyn_i_engine *engine);
/* The database that the turn was made for; NULL until it is set. */
void cyn_i_turn_set_owner(cyn_i_turn *turn, void *owner);
void *cyn_i_turn_owner(const cyn_i_turn *turn);
void cyn_i_turn_destroy(cyn_i_turn *turn);
void cyn_i_turn_submit(cyn_i_turn *turn, cyn_i_call *call);
void cyn_i_turn_flush(cyn_i_turn *turn);

#endif
