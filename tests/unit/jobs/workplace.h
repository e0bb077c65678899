/* A service with jobs that run when a case says so. */
#ifndef CYN_TESTS_JOBS_WORKPLACE_H
#define CYN_TESTS_JOBS_WORKPLACE_H

#include "engine/service.h"
#include "jobs/jobs.h"
#include "store/store.h"

typedef struct workplace {
  service s;
  cyn_i_jobs *jobs;
} workplace;

static inline bool workplace_open(workplace *w, const cyn_i_engine_options *options, int64_t interval_ms) {
  if (!service_open(&w->s, options)) return false;
  return cyn_i_jobs_start(w->s.engine, interval_ms, &w->jobs, NULL) == CYN_OK;
}

/* Over a test store that conflicts, decides again and scribbles. */
static inline bool workplace_open_faulty(workplace *w, uint64_t seed) {
  cyn_i_store_options options = {0};
  cyn_i_store *inner, *store;
  return cyn_i_store_lmdb_open(&options, &inner, NULL) == CYN_OK &&
         cyn_i_store_faulty_open(inner, seed, &store, NULL) == CYN_OK && service_open_over(&w->s, store, NULL) &&
         cyn_i_jobs_start(w->s.engine, -1, &w->jobs, NULL) == CYN_OK;
}

static inline void workplace_close(workplace *w) {
  cyn_i_jobs_stop(w->jobs);
  service_close(&w->s);
}

/* Runs until there is nothing left to do; tells how often. */
static inline int workplace_run(workplace *w) {
  int runs = 0;
  bool more = true;
  cyn_error error = CYN_ERROR_INIT;
  while (more && runs < 50) {
    if (cyn_i_jobs_run_once(w->jobs, &more, &error) != CYN_OK) {
      test_failed(__FILE__, __LINE__, "jobs: %s", error.message);
      cyn_error_clean_up(&error);
      break;
    }
    runs++;
  }
  return runs;
}

static inline uint64_t workplace_entries(workplace *w) {
  cyn_i_store_stat stat = {0};
  (void)cyn_i_store_stat_get(cyn_i_engine_store(w->s.engine), &stat, NULL);
  return stat.entry_count;
}

static inline void workplace_put(workplace *w, int number, const char *rest) {
  char json[300];
  (void)snprintf(json, sizeof json, "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"item%d\"}%s}}", number, rest);
  CHECK_STR(service_call(&w->s, "PutItem", json), "{}");
}

#endif
