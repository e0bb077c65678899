/* Who commits. Where a commit waits for no disk, the caller's thread does, at once. In the syncing modes writes are
 * queued: the first caller leads and commits for all that are queued; those that come meanwhile wait, and the first of
 * them leads next. Writes of event loops (write_later) wait in the same queue; the commit thread, started with the first
 * of them, leads when no blocking caller is there to. */
#include <signal.h>

#include "store/lmdb/lmdb_private.h"

#define GROUP_MAX 1024 /* writes that one commit takes at most */

typedef struct waiter {
  pthread_cond_t cond;
  bool finished, leads;
} waiter;

static void queue_push(cyn_i_lmdb_store *store, cyn_i_store_write *write, waiter *by) {
  write->next = NULL;
  write->private_state = by;
  if (store->queue_last != NULL)
    store->queue_last->next = write;
  else
    store->queue_first = write;
  store->queue_last = write;
}

static cyn_i_store_write *queue_take(cyn_i_lmdb_store *store) {
  cyn_i_store_write *first = store->queue_first, *last = first;
  for (int i = 1; i < GROUP_MAX && last != NULL && last->next != NULL; i++) last = last->next;
  if (last == NULL) return NULL;
  store->queue_first = last->next;
  if (store->queue_first == NULL) store->queue_last = NULL;
  last->next = NULL;
  return first;
}

/* Commits one group. The queue is locked before and after. */
static void group_commit(cyn_i_lmdb_store *store) {
  cyn_i_store_write *first = queue_take(store);
  if (first == NULL) return;
  pthread_mutex_unlock(&store->queue_mutex);
  cyn_i_lmdb_commit(store, first);
  cyn_i_store_write *waited = NULL; /* those of blocking callers, to be woken under the lock */
  while (first != NULL) {
    cyn_i_store_write *next = first->next;
    if (first->private_state != NULL) {
      first->next = waited;
      waited = first;
    } else if (first->done != NULL) {
      first->done(first);
    }
    first = next;
  }
  pthread_mutex_lock(&store->queue_mutex);
  while (waited != NULL) {
    cyn_i_store_write *next = waited->next;
    waiter *by = waited->private_state;
    by->finished = true;
    pthread_cond_signal(&by->cond);
    waited = next;
  }
}

/* The next leader: the first blocking caller that waits, else the commit thread. */
static void lead_pass_on(cyn_i_lmdb_store *store) {
  store->leading = store->queue_first != NULL;
  if (!store->leading) return;
  for (const cyn_i_store_write *write = store->queue_first; write != NULL; write = write->next) {
    waiter *by = write->private_state;
    if (by == NULL) continue;
    by->leads = true;
    pthread_cond_signal(&by->cond);
    return;
  }
  store->thread_leads = true;
  pthread_cond_signal(&store->thread_cond);
}

static void write_refuse_forked(cyn_i_store_write *write) { write->status = cyn_i_lmdb_forked_error(write->error); }

cyn_status cyn_i_lmdb_write_now(cyn_i_store *base, cyn_i_store_write *write) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  if (cyn_i_lmdb_forked(store)) {
    write_refuse_forked(write);
    return write->status;
  }
  if (!store->blocks) {
    write->next = NULL;
    cyn_i_lmdb_commit(store, write);
    return write->status;
  }
  waiter by = {.finished = false, .leads = false};
  pthread_cond_init(&by.cond, NULL);
  pthread_mutex_lock(&store->queue_mutex);
  queue_push(store, write, &by);
  if (!store->leading) {
    store->leading = true;
    by.leads = true;
  }
  while (!by.finished && !by.leads) pthread_cond_wait(&by.cond, &store->queue_mutex);
  if (by.leads) {
    while (!by.finished) group_commit(store);
    lead_pass_on(store);
  }
  pthread_mutex_unlock(&store->queue_mutex);
  pthread_cond_destroy(&by.cond);
  return write->status;
}

void cyn_i_lmdb_write_batch(cyn_i_store *base, cyn_i_store_write *const *writes, size_t count) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  if (count == 0) return;
  for (size_t i = 0; i < count; i++) {
    writes[i]->next = i + 1 < count ? writes[i + 1] : NULL;
    if (cyn_i_lmdb_forked(store)) write_refuse_forked(writes[i]);
  }
  if (!cyn_i_lmdb_forked(store)) cyn_i_lmdb_commit(store, writes[0]);
  for (size_t i = 0; i < count; i++)
    if (writes[i]->done != NULL) writes[i]->done(writes[i]);
}

static void *commit_thread(void *argument) {
  cyn_i_lmdb_store *store = argument;
  pthread_mutex_lock(&store->queue_mutex);
  for (;;) {
    while (!store->thread_leads && !(store->closing && store->queue_first == NULL))
      pthread_cond_wait(&store->thread_cond, &store->queue_mutex);
    if (!store->thread_leads) break;
    store->thread_leads = false;
    group_commit(store);
    lead_pass_on(store);
  }
  pthread_mutex_unlock(&store->queue_mutex);
  return NULL;
}

static bool thread_start(cyn_i_lmdb_store *store) {
  if (store->thread_started) return true;
  sigset_t all, old;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &old); /* the process's signals are for its own threads */
  store->thread_started = pthread_create(&store->thread, NULL, commit_thread, store) == 0;
  (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
  return store->thread_started;
}

void cyn_i_lmdb_write_later(cyn_i_store *base, cyn_i_store_write *write) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  bool queued = false;
  if (!cyn_i_lmdb_forked(store) && store->blocks) {
    pthread_mutex_lock(&store->queue_mutex);
    queued = thread_start(store);
    if (queued) {
      queue_push(store, write, NULL);
      if (!store->leading) {
        store->leading = true;
        store->thread_leads = true;
        pthread_cond_signal(&store->thread_cond);
      }
    }
    pthread_mutex_unlock(&store->queue_mutex);
  }
  if (queued) return;
  (void)cyn_i_lmdb_write_now(base, write); /* without a thread it is done here, late for the loop but right */
  if (write->done != NULL) write->done(write);
}

void cyn_i_lmdb_group_stop(cyn_i_lmdb_store *store) {
  pthread_mutex_lock(&store->queue_mutex);
  store->closing = true;
  pthread_cond_signal(&store->thread_cond);
  bool started = store->thread_started;
  pthread_mutex_unlock(&store->queue_mutex);
  if (started) (void)pthread_join(store->thread, NULL);
}
