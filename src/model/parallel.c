/* Parallel scans: a thread for each segment, one rate limit for all, the first error or refusal ends them all. */
#include <pthread.h>

#include "base/alloc.h"
#include "model/cursor.h"

#define SEGMENTS_DEFAULT 4
#define THREADS_MAX 256

typedef struct all {
  cyn_db *db;
  const cyn_model *model;
  const cyn_read_options *options;
  cyn_scan_visit visit;
  void *user;
  cyn_i_scan_rate rate;
  bool ends;         /* atomic */
  pthread_mutex_t lock;
  cyn_status status; /* under lock, as what follows */
  cyn_error error;
  double consumed;
} all;

typedef struct segment {
  all *shared;
  int64_t number;
  pthread_t thread;
} segment;

static void finish(all *shared, cyn_status status, cyn_error *error, double consumed) {
  (void)pthread_mutex_lock(&shared->lock);
  shared->consumed += consumed;
  if (status != CYN_OK && shared->status == CYN_OK) {
    shared->status = status;
    cyn_i_error_move(&shared->error, error);
  }
  (void)pthread_mutex_unlock(&shared->lock);
  cyn_error_clean_up(error);
  if (status != CYN_OK) __atomic_store_n(&shared->ends, true, __ATOMIC_RELAXED);
}

static void *scan_segment(void *argument) {
  segment *own = argument;
  all *shared = own->shared;
  cyn_error error = CYN_ERROR_INIT;
  double consumed = 0;
  cyn_read_options options = *shared->options;
  options.segment = own->number;
  options.memory = NULL;
  options.consumed = shared->options->consumed != NULL ? &consumed : NULL;
  cyn_cursor *cursor = cyn_i_cursor_open(shared->db, shared->model, CYN_NO_EXPRESSION, &options, &shared->rate, &error);
  void *object = cyn_i_zalloc(1, shared->model->struct_size);
  cyn_status status = cursor == NULL || object == NULL ? cyn_i_error_no_memory(&error) : CYN_OK;
  while (status == CYN_OK && !__atomic_load_n(&shared->ends, __ATOMIC_RELAXED) &&
         cyn_cursor_next(cursor, shared->model, object))
    if (!shared->visit(object, own->number, shared->user)) __atomic_store_n(&shared->ends, true, __ATOMIC_RELAXED);
  cyn_status closed = cyn_cursor_close(cursor, status == CYN_OK ? &error : NULL);
  finish(shared, status != CYN_OK ? status : closed, &error, consumed);
  cyn_i_free(object);
  return NULL;
}

static cyn_status run(all *shared, int64_t count) {
  segment *segments = cyn_i_zalloc((size_t)count, sizeof *segments);
  if (segments == NULL) return cyn_i_error_no_memory(&shared->error);
  int64_t started = 0;
  for (; started < count; started++) {
    segments[started].shared = shared;
    segments[started].number = started;
    if (pthread_create(&segments[started].thread, NULL, scan_segment, &segments[started]) != 0) break;
  }
  for (int64_t i = started; i < count; i++) { /* no more threads: the rest on this one */
    segments[i].shared = shared;
    segments[i].number = i;
    (void)scan_segment(&segments[i]);
  }
  for (int64_t i = 0; i < started; i++) (void)pthread_join(segments[i].thread, NULL);
  cyn_i_free(segments);
  return shared->status;
}

cyn_status cyn_model_scan_parallel(cyn_db *db, const cyn_model *model, const cyn_read_options *options,
                                   cyn_scan_visit visit, void *user, cyn_error *error) {
  cyn_read_options own;
  CYN_I_OPTIONS_READ(own, options);
  own.size = sizeof own;
  if (own.total_segments <= 0) own.total_segments = SEGMENTS_DEFAULT;
  if (own.total_segments > THREADS_MAX)
    return cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "a parallel scan has at most %d segments", THREADS_MAX);
  all shared = {.db = db, .model = model, .options = &own, .visit = visit, .user = user, .lock = PTHREAD_MUTEX_INITIALIZER};
  cyn_status status = run(&shared, own.total_segments);
  (void)pthread_mutex_destroy(&shared.lock);
  if (own.consumed != NULL) *own.consumed += shared.consumed;
  if (status != CYN_OK) cyn_i_error_move(error, &shared.error);
  cyn_error_clean_up(&shared.error);
  return status;
}
