/* What whole batches of reads and writes share: the pace of their sends, and lists that grow in the result's arena. */
#ifndef CYN_DB_BATCH_H
#define CYN_DB_BATCH_H

#include <cynamo/client.h>

#include "base/arena.h"

/* Sends that made no progress are counted and lead to longer pauses. */
typedef struct cyn_i_batch_pace {
  int64_t sends_max, delay_ms;
  int64_t idle_sends; /* one after the other, without progress */
} cyn_i_batch_pace;

void cyn_i_batch_pace_init(cyn_i_batch_pace *pace, const cyn_batch_options *options);
/* After a send that left something unprocessed: waits, or says false when it is time to give up. */
bool cyn_i_batch_pace_wait(cyn_i_batch_pace *pace, bool has_progress);

typedef struct cyn_i_batch_list {
  void *at;
  size_t count, capacity;
} cyn_i_batch_list;
/* Room for one more element at the end, counted; NULL when out of memory. */
void *cyn_i_batch_list_add(cyn_i_batch_list *list, size_t element_size, cyn_i_arena *arena);

/* Appends what one part has consumed. False when out of memory. */
bool cyn_i_batch_add_capacity(cyn_i_batch_list *list, const cyn_consumed_capacity_multiple *more, cyn_i_arena *arena);

static inline bool cyn_i_batch_same(cyn_bytes a, cyn_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
