/* Inside the jobs: the thread's state and the jobs themselves. */
#ifndef CYN_JOBS_JOBS_PRIVATE_H
#define CYN_JOBS_JOBS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "engine/upkeep.h"
#include "jobs/jobs.h"

struct cyn_i_jobs {
  cyn_i_engine *engine;
  cyn_i_store_view *view;
  int64_t interval_ms;
  cyn_i_arena plan_arena;  /* what a run has to do */
  cyn_i_arena work_arena;  /* one slice of it */
  uint64_t surveyed_guard; /* the catalog as of the last survey; 0: never */
  int64_t due_ms;          /* when time alone makes work; 0: never */
  int64_t tokens_checked_ms;
  int64_t streams_checked_ms;
  pthread_mutex_t run_mutex; /* one run at a time */
  pthread_mutex_t mutex;     /* for the three below */
  pthread_cond_t condition;
  bool woken;
  bool has_thread;
  _Atomic bool is_stopping;
  pthread_t thread;
  pid_t pid; /* a forked child has no thread to end */
};

/* A table with something to do. */
typedef struct cyn_i_jobs_table cyn_i_jobs_table;
struct cyn_i_jobs_table {
  cyn_i_upkeep_place place;
  bool is_over; /* its deletion, or that of one of its indexes; or its stream may need a log */
  bool has_index_work;
  bool has_ttl, fills_ttl;
  cyn_i_jobs_table *next;
};

/* What the catalog asks for, as a list in the plan arena; sets due_ms. */
cyn_status cyn_i_jobs_survey(cyn_i_jobs *jobs, cyn_i_jobs_table **out, cyn_error *error);
/* The table as it is now; *out is retained, NULL when it is not there. */
cyn_status cyn_i_jobs_table_load(cyn_i_jobs *jobs, const cyn_i_upkeep_place *place, cyn_i_table **out,
                                 cyn_error *error);

/* Each works in slices and looks at is_stopping between them. */
cyn_status cyn_i_jobs_reclaim(cyn_i_jobs *jobs, cyn_error *error);
cyn_status cyn_i_jobs_fill(cyn_i_jobs *jobs, const cyn_i_jobs_table *table, cyn_error *error);
cyn_status cyn_i_jobs_expire(cyn_i_jobs *jobs, const cyn_i_jobs_table *table, bool *more, cyn_error *error);
cyn_status cyn_i_jobs_tokens(cyn_i_jobs *jobs, cyn_error *error);
cyn_status cyn_i_jobs_streams(cyn_i_jobs *jobs, cyn_error *error);

/* A slice is done: lets others at the writer. False: stop. */
bool cyn_i_jobs_pause(cyn_i_jobs *jobs);

/* A list of keys that a walk collects into an arena. */
typedef struct cyn_i_jobs_keys {
  cyn_i_arena *arena;
  cyn_i_store_key *at;
  size_t count, capacity;
  size_t bytes, bytes_max; /* of values */
  bool is_full;            /* the walk was stopped before its end */
  bool no_memory;
} cyn_i_jobs_keys;
bool cyn_i_jobs_keys_init(cyn_i_jobs_keys *keys, size_t capacity, size_t bytes_max, cyn_i_arena *arena);
/* A visitor; `user` is the list. */
bool cyn_i_jobs_keys_visit(void *user, const cyn_i_store_key *key, cyn_bytes value);

#endif
