/* Background jobs of one engine: emptying spaces that nobody names any more, filling new indexes and TTL queues,
 * deleting expired items and old idempotency tokens.
 *
 * Nothing is remembered here: what there is to do follows from the store, so a job that was cut short goes on after
 * the next start. */
#ifndef CYN_JOBS_JOBS_H
#define CYN_JOBS_JOBS_H

#include "engine/engine.h"

typedef struct cyn_i_jobs cyn_i_jobs;

/* One thread, which runs every `interval_ms` and after every change of the catalog. 0: after changes only, and no
 * expired item is deleted. Negative: no thread; the caller runs the jobs. The engine outlives the jobs. */
cyn_status cyn_i_jobs_start(cyn_i_engine *engine, int64_t interval_ms, cyn_i_jobs **out, cyn_error *error);
/* Ends the thread, at the next slice of its work; NULL is allowed. */
void cyn_i_jobs_stop(cyn_i_jobs *jobs);
/* Runs soon; from any thread. */
void cyn_i_jobs_wake(cyn_i_jobs *jobs);

/* Does what there is to do, expiry included, on the caller's thread. *more: there was too much for one run. The first
 * error ends the job that it happened in, not the others. */
cyn_status cyn_i_jobs_run_once(cyn_i_jobs *jobs, bool *more, cyn_error *error);

#endif
