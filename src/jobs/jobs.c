/* See jobs.h. The thread and the order of a run. */
#include "jobs/jobs_private.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"

#define ARENA_KEEP ((size_t)1 << 20)
#define PAUSE_NS 50000
#define WAIT_WITHOUT_INTERVAL_MS 1000
#define RETRY_MS 1000

/* ---- helpers of jobs ---- */

static _Thread_local bool is_job_thread;

bool cyn_i_jobs_pause(cyn_i_jobs *jobs) {
  if (is_job_thread) {
    struct timespec moment = {0, PAUSE_NS};
    (void)nanosleep(&moment, NULL);
  }
  return !atomic_load(&jobs->is_stopping);
}

bool cyn_i_jobs_keys_init(cyn_i_jobs_keys *keys, size_t capacity, size_t bytes_max, cyn_i_arena *arena) {
  *keys = (cyn_i_jobs_keys){.arena = arena, .capacity = capacity, .bytes_max = bytes_max};
  keys->at = cyn_i_arena_alloc(arena, capacity * sizeof *keys->at);
  return keys->at != NULL;
}

bool cyn_i_jobs_keys_visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_jobs_keys *keys = user;
  if (keys->count == keys->capacity || (keys->count != 0 && keys->bytes + value.size > keys->bytes_max)) {
    keys->is_full = true;
    return false;
  }
  cyn_i_store_key *copy = &keys->at[keys->count];
  *copy = *key;
  copy->partition = cyn_i_arena_copy(keys->arena, key->partition);
  copy->sort = cyn_i_arena_copy(keys->arena, key->sort);
  keys->no_memory = copy->partition.data == NULL || copy->sort.data == NULL;
  keys->bytes += value.size;
  keys->count++;
  return !keys->no_memory;
}

/* ---- a run ---- */

/* Keeps the first error. */
static void note(cyn_status *first, cyn_status status, cyn_error *error, cyn_error *scratch) {
  if (status == CYN_OK) return;
  if (*first == CYN_OK) {
    *first = status;
    cyn_i_error_move(error, scratch);
  }
  cyn_error_clean_up(scratch);
}

static cyn_status run(cyn_i_jobs *jobs, bool expires, bool *more, cyn_error *error) {
  cyn_status first = CYN_OK;
  cyn_error scratch = CYN_ERROR_INIT;
  cyn_i_engine *engine = jobs->engine;
  uint64_t guard = cyn_i_store_guard(cyn_i_engine_store(engine));
  cyn_i_jobs_table *tables = NULL;
  cyn_i_store_serve(cyn_i_engine_store(engine));
  note(&first, cyn_i_jobs_survey(jobs, &tables, &scratch), error, &scratch);
  for (const cyn_i_jobs_table *table = tables; table != NULL; table = table->next) {
    if (!table->is_over || !cyn_i_jobs_pause(jobs)) continue;
    note(&first, cyn_i_upkeep_settle(engine, &table->place, &jobs->work_arena, &scratch), error, &scratch);
    cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
  }
  note(&first, cyn_i_jobs_streams(jobs, &scratch), error, &scratch);
  note(&first, cyn_i_jobs_reclaim(jobs, &scratch), error, &scratch);
  for (const cyn_i_jobs_table *table = tables; table != NULL; table = table->next)
    if (table->has_index_work || table->fills_ttl)
      note(&first, cyn_i_jobs_fill(jobs, table, &scratch), error, &scratch);
  for (const cyn_i_jobs_table *table = tables; expires && table != NULL; table = table->next)
    if (table->has_ttl) note(&first, cyn_i_jobs_expire(jobs, table, more, &scratch), error, &scratch);
  note(&first, cyn_i_jobs_tokens(jobs, &scratch), error, &scratch);
  cyn_i_arena_reset(&jobs->plan_arena, ARENA_KEEP);
  cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
  jobs->surveyed_guard = first == CYN_OK ? guard : 0;
  /* our own changes of the catalog leave work: spaces to empty */
  *more = *more || cyn_i_store_guard(cyn_i_engine_store(engine)) != guard;
  return first;
}

cyn_status cyn_i_jobs_run_once(cyn_i_jobs *jobs, bool *more, cyn_error *error) {
  *more = false;
  (void)pthread_mutex_lock(&jobs->run_mutex);
  cyn_status status = run(jobs, true, more, error);
  (void)pthread_mutex_unlock(&jobs->run_mutex);
  return status;
}

/* ---- the thread ---- */

/* How long there is nothing to do; negative: until woken. */
static int64_t wait_ms(const cyn_i_jobs *jobs, bool more, bool failed) {
  if (more) return 0;
  int64_t wait = jobs->interval_ms > 0 ? jobs->interval_ms : -1;
  if (failed && (wait < 0 || wait > RETRY_MS)) wait = RETRY_MS;
  if (jobs->due_ms == 0) return wait;
  int64_t until_due = jobs->due_ms - cyn_i_engine_now_ms(jobs->engine);
  if (until_due < 1) until_due = 1;
  if (wait < 0) wait = WAIT_WITHOUT_INTERVAL_MS; /* a test may move the engine's clock */
  return until_due < wait ? until_due : wait;
}

/* Sleeps until woken or the time is over. */
static void sleep_until(cyn_i_jobs *jobs, int64_t wait) {
  struct timespec end;
  uint64_t end_ns = cyn_i_clock_monotonic_ns() + (uint64_t)(wait > 0 ? wait : 0) * 1000000u;
  end.tv_sec = (time_t)(end_ns / 1000000000u);
  end.tv_nsec = (long)(end_ns % 1000000000u);
  (void)pthread_mutex_lock(&jobs->mutex);
  int code = 0;
  while (!jobs->woken && !atomic_load(&jobs->is_stopping) && code == 0 && wait != 0)
    code = wait < 0 ? pthread_cond_wait(&jobs->condition, &jobs->mutex)
                    : pthread_cond_timedwait(&jobs->condition, &jobs->mutex, &end);
  jobs->woken = false;
  (void)pthread_mutex_unlock(&jobs->mutex);
}

static void *thread_main(void *user) {
  cyn_i_jobs *jobs = user;
  is_job_thread = true;
  while (!atomic_load(&jobs->is_stopping)) {
    bool more = false;
    cyn_error error = CYN_ERROR_INIT;
    (void)pthread_mutex_lock(&jobs->run_mutex);
    cyn_status status = run(jobs, jobs->interval_ms > 0, &more, &error);
    (void)pthread_mutex_unlock(&jobs->run_mutex);
    cyn_error_clean_up(&error); /* nobody to tell: it is tried again */
    sleep_until(jobs, wait_ms(jobs, more && status == CYN_OK, status != CYN_OK));
  }
  return NULL;
}

void cyn_i_jobs_wake(cyn_i_jobs *jobs) {
  (void)pthread_mutex_lock(&jobs->mutex);
  jobs->woken = true;
  (void)pthread_cond_signal(&jobs->condition);
  (void)pthread_mutex_unlock(&jobs->mutex);
}

static void wake(void *user) { cyn_i_jobs_wake(user); }

static void init_locks(cyn_i_jobs *jobs) {
  pthread_condattr_t attributes;
  (void)pthread_condattr_init(&attributes);
  (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&jobs->condition, &attributes);
  (void)pthread_condattr_destroy(&attributes);
  (void)pthread_mutex_init(&jobs->mutex, NULL);
  (void)pthread_mutex_init(&jobs->run_mutex, NULL);
}

cyn_status cyn_i_jobs_start(cyn_i_engine *engine, int64_t interval_ms, cyn_i_jobs **out, cyn_error *error) {
  *out = NULL;
  cyn_i_jobs *jobs = cyn_i_zalloc(1, sizeof *jobs);
  if (jobs == NULL) return cyn_i_error_no_memory(error);
  jobs->engine = engine;
  jobs->interval_ms = interval_ms;
  jobs->pid = getpid();
  cyn_status status = cyn_i_store_view_open(cyn_i_engine_store(engine), &jobs->view, error);
  if (status != CYN_OK) {
    cyn_i_free(jobs);
    return status;
  }
  init_locks(jobs);
  cyn_i_arena_init(&jobs->plan_arena, 0);
  cyn_i_arena_init(&jobs->work_arena, 0);
  if (interval_ms >= 0) {
    cyn_i_upkeep_set_wake(engine, wake, jobs);
    jobs->has_thread = pthread_create(&jobs->thread, NULL, thread_main, jobs) == 0;
    if (!jobs->has_thread) {
      cyn_i_jobs_stop(jobs);
      return cyn_i_error_set(error, CYN_E_OUT_OF_MEMORY, "No thread for the background jobs");
    }
  }
  *out = jobs;
  return CYN_OK;
}

void cyn_i_jobs_stop(cyn_i_jobs *jobs) {
  if (jobs == NULL) return;
  atomic_store(&jobs->is_stopping, true);
  if (jobs->pid == getpid()) {
    cyn_i_jobs_wake(jobs);
    if (jobs->has_thread) (void)pthread_join(jobs->thread, NULL);
  }
  /* after the thread: its own writes wake it, too */
  cyn_i_upkeep_set_wake(jobs->engine, NULL, NULL);
  if (jobs->pid != getpid()) return; /* locks and view are the parent's */
  cyn_i_store_view_close(jobs->view);
  cyn_i_arena_clean_up(&jobs->plan_arena);
  cyn_i_arena_clean_up(&jobs->work_arena);
  (void)pthread_cond_destroy(&jobs->condition);
  (void)pthread_mutex_destroy(&jobs->mutex);
  (void)pthread_mutex_destroy(&jobs->run_mutex);
  cyn_i_free(jobs);
}
