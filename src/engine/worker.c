/* Workers: what one call at a time uses without a lock. A thread starts at the slot of its own number, so that two threads
 * hardly ever meet; where a slot is taken, the next one serves. Views and caches are opened on first use. */
#include <sched.h>

#include "base/alloc.h"
#include "engine/table_cache.h"

#define EXPRESSIONS_PER_WORKER 512

static _Atomic unsigned thread_count;
static _Thread_local unsigned thread_number;

cyn_i_worker *cyn_i_worker_take(cyn_i_engine *engine, cyn_error *error) {
  if (thread_number == 0) thread_number = atomic_fetch_add(&thread_count, 1) + 1;
  size_t count = engine->worker_count;
  size_t slot = thread_number % count;
  for (size_t tried = 0;; tried++) {
    cyn_i_worker *worker = &engine->workers[slot];
    bool free_ = false;
    if (atomic_compare_exchange_strong_explicit(&worker->taken, &free_, true, memory_order_acquire,
                                                memory_order_relaxed)) {
      if (worker->view == NULL) {
        worker->engine = engine;
        if (worker->expressions == NULL) worker->expressions = cyn_i_expression_cache_new(EXPRESSIONS_PER_WORKER);
        if (worker->tables == NULL) worker->tables = cyn_i_table_cache_new();
        if (worker->expressions == NULL || worker->tables == NULL) {
          (void)cyn_i_error_no_memory(error);
          cyn_i_worker_give(worker);
          return NULL;
        }
        if (cyn_i_store_view_open(engine->store, &worker->view, error) != CYN_OK) {
          cyn_i_worker_give(worker);
          return NULL;
        }
      }
      return worker;
    }
    slot = (slot + 1) % count;
    if (tried % count == count - 1) (void)sched_yield();
  }
}

void cyn_i_worker_give(cyn_i_worker *worker) { atomic_store_explicit(&worker->taken, false, memory_order_release); }

void cyn_i_worker_clean_up(cyn_i_worker *worker) {
  if (worker->view != NULL) cyn_i_store_view_close(worker->view);
  cyn_i_expression_cache_destroy(worker->expressions);
  cyn_i_table_cache_destroy(worker->tables);
}
