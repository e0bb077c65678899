/* The engine's door: one call goes to its handler; a write goes on to the store, now, with the turn, or on the commit
 * thread. */
#include "engine/engine.h"

#include <unistd.h>

#include "base/alloc.h"
#include "engine/table_cache.h"

#define TURN_WRITES_MAX 1024

cyn_status cyn_i_engine_new(cyn_i_store *store, const cyn_i_engine_options *options, cyn_i_engine **out,
                            cyn_error *error) {
  *out = NULL;
  cyn_i_engine *engine = cyn_i_zalloc(1, sizeof *engine);
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t count = cores > 0 ? (size_t)cores * 4 : 8;
  if (count < 16) count = 16;
  cyn_i_worker *workers = cyn_i_aligned_alloc(64, count * sizeof *workers);
  if (engine == NULL || workers == NULL) {
    cyn_i_free(engine);
    cyn_i_free(workers);
    return cyn_i_error_no_memory(error);
  }
  memset(workers, 0, count * sizeof *workers);
  engine->store = store;
  engine->options = *options;
  engine->workers = workers;
  engine->worker_count = count;
  *out = engine;
  return CYN_OK;
}

void cyn_i_engine_destroy(cyn_i_engine *engine) {
  if (engine == NULL) return;
  for (size_t i = 0; i < engine->worker_count; i++) cyn_i_worker_clean_up(&engine->workers[i]);
  cyn_i_store_close(engine->store);
  cyn_i_free(engine->workers);
  cyn_i_free(engine);
}

cyn_i_store *cyn_i_engine_store(cyn_i_engine *engine) { return engine->store; }
int64_t cyn_i_engine_now_ms(const cyn_i_engine *engine) { return cyn_i_clock_now_ms(engine->options.clock); }

/* ---- helpers of handlers ---- */

void *cyn_i_call_output(cyn_i_call *call) {
  const cyn_i_shape *shape = call->operation->output;
  void *output = cyn_i_arena_zalloc(call->arena, 1, shape->size);
  if (output == NULL) {
    call->status = cyn_i_error_no_memory(call->error);
    return NULL;
  }
  size_t size = shape->size; /* every structure begins with its size */
  memcpy(output, &size, sizeof size);
  call->output = output;
  return output;
}

cyn_i_pending *cyn_i_call_fail(cyn_i_call *call, cyn_i_error_code code, const char *message) {
  call->status = cyn_i_error_set(call->error, code, message);
  return NULL;
}

cyn_i_pending *cyn_i_call_failed(cyn_i_call *call, cyn_status status) {
  call->status = status;
  return NULL;
}

/* ---- calls ---- */

static cyn_i_pending *start(cyn_i_engine *engine, cyn_i_call *call) {
  call->status = CYN_OK;
  cyn_i_handler handler = cyn_i_handlers[call->operation->operation];
  if (handler == NULL) {
    call->status = cyn_i_error_setf(call->error, CYN_E_NOT_IMPLEMENTED, "Cynamo does not have the operation %s yet",
                                    call->operation->name);
    return NULL;
  }
  cyn_i_worker *worker = cyn_i_worker_take(engine, call->error);
  if (worker == NULL) {
    call->status = call->error->status;
    return NULL;
  }
  cyn_i_pending *pending = handler(worker, call);
  cyn_i_worker_give(worker);
  return pending;
}

void cyn_i_engine_call(cyn_i_engine *engine, cyn_i_call *call) {
  cyn_i_pending *pending = start(engine, call);
  if (pending == NULL) return;
  pending->write.done = NULL;
  (void)cyn_i_store_write_now(engine->store, &pending->write);
  pending->finish(pending);
}

struct cyn_i_turn {
  cyn_i_engine *engine;
  bool commits_block;
  bool is_flushing;
  unsigned filling;           /* which of the two lists takes new writes while the other is being committed */
  size_t write_count;
  void *owner;
  cyn_i_store_write *writes[2][TURN_WRITES_MAX];
};

cyn_i_turn *cyn_i_turn_new(cyn_i_engine *engine) {
  cyn_i_turn *turn = cyn_i_zalloc(1, sizeof *turn);
  if (turn == NULL) return NULL;
  turn->engine = engine;
  turn->commits_block = cyn_i_store_commits_block(engine->store);
  return turn;
}

void cyn_i_turn_destroy(cyn_i_turn *turn) { cyn_i_free(turn); }

static void complete(cyn_i_store_write *write) {
  cyn_i_pending *pending = (cyn_i_pending *)(void *)write;
  cyn_i_call *call = pending->call;
  pending->finish(pending);
  call->done(call);
}

void cyn_i_turn_set_owner(cyn_i_turn *turn, void *owner) { turn->owner = owner; }
void *cyn_i_turn_owner(const cyn_i_turn *turn) { return turn->owner; }

void cyn_i_turn_submit(cyn_i_turn *turn, cyn_i_call *call) {
  cyn_i_pending *pending = start(turn->engine, call);
  if (pending == NULL) {
    call->done(call);
    return;
  }
  pending->write.done = complete;
  if (turn->commits_block) {
    cyn_i_store_write_later(turn->engine->store, &pending->write);
    return;
  }
  if (turn->write_count == TURN_WRITES_MAX && turn->is_flushing) { /* a completion submits more than a turn holds */
    pending->write.done = NULL;
    (void)cyn_i_store_write_now(turn->engine->store, &pending->write);
    complete(&pending->write);
    return;
  }
  if (turn->write_count == TURN_WRITES_MAX) cyn_i_turn_flush(turn);
  turn->writes[turn->filling][turn->write_count++] = &pending->write;
}

void cyn_i_turn_flush(cyn_i_turn *turn) {
  if (turn->is_flushing) return;
  turn->is_flushing = true;
  while (turn->write_count != 0) {
    size_t count = turn->write_count;
    cyn_i_store_write *const *writes = turn->writes[turn->filling];
    turn->filling ^= 1u;
    turn->write_count = 0;
    cyn_i_store_write_batch(turn->engine->store, writes, count);
  }
  turn->is_flushing = false;
}
