/* Counters: additions commute, so a write adds and never reads. They are folded per commit: however many writes share
 * it, each counter is put once. A memory store keeps them only here; a file store puts the sums in the same commit, and
 * holds a bounded number of them in memory so that adding needs no get.
 *
 * The table is open addressing with linear probing; only the writer changes it, under the mutex where a reader could see. */
#include <errno.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "store/lmdb/lmdb_private.h"

#define SLOTS_MIN ((size_t)64)
#define CACHED_MAX ((size_t)65536) /* a file store forgets all when it holds more */

void cyn_i_lmdb_counters_init(cyn_i_lmdb_counters *counters, bool durable) {
  memset(counters, 0, sizeof *counters);
  counters->durable = durable;
  pthread_mutex_init(&counters->mutex, NULL);
}

static void slots_free(cyn_i_lmdb_counters *counters) {
  for (size_t i = 0; i < counters->slot_count; i++) cyn_i_free(counters->slots[i].key);
  cyn_i_free(counters->slots);
  counters->slots = NULL;
  counters->slot_count = 0;
  counters->used_count = 0;
}

void cyn_i_lmdb_counters_clean_up(cyn_i_lmdb_counters *counters) {
  slots_free(counters);
  cyn_i_free(counters->touched);
  pthread_mutex_destroy(&counters->mutex);
}

/* The key's slot, or the free one where it belongs. The table has a free slot always. */
static size_t slot_of(const cyn_i_lmdb_counter *slots, size_t count, cyn_bytes key) {
  size_t at = (size_t)cyn_i_hash64(key) & (count - 1);
  while (slots[at].key_size != 0 &&
         (slots[at].key_size != key.size || memcmp(slots[at].key, key.data, key.size) != 0))
    at = (at + 1) & (count - 1);
  return at;
}

/* Rebuilds the table with room for one more, without the slots that `prefix` matches (absent: none). Not while any slot
 * is touched, or `touched` would name wrong ones: growth renames them below. */
static int rebuild(cyn_i_lmdb_counters *counters, size_t new_count, cyn_bytes without) {
  cyn_i_lmdb_counter *slots = cyn_i_zalloc(new_count, sizeof *slots);
  if (slots == NULL) return ENOMEM;
  pthread_mutex_lock(&counters->mutex);
  cyn_i_lmdb_counter *old = counters->slots;
  size_t old_count = counters->slot_count;
  counters->slots = slots;
  counters->slot_count = new_count;
  counters->used_count = 0;
  counters->touched_count = 0;
  for (size_t i = 0; i < old_count; i++) {
    if (old[i].key_size == 0) continue;
    bool drop = without.data != NULL && old[i].key_size >= without.size &&
                memcmp(old[i].key, without.data, without.size) == 0;
    if (drop) {
      cyn_i_free(old[i].key);
      continue;
    }
    size_t at = slot_of(slots, new_count, (cyn_bytes){(const char *)old[i].key, old[i].key_size});
    slots[at] = old[i];
    counters->used_count++;
    if (old[i].touched) counters->touched[counters->touched_count++] = at;
  }
  pthread_mutex_unlock(&counters->mutex);
  cyn_i_free(old);
  return 0;
}

static int value_load(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, int64_t *out) {
  if (cyn_i_lmdb_load_u32((const uint8_t *)key.data) == CYN_LMDB_SPACE_LOG_END)
    return cyn_i_lmdb_log_end(txn, dbi, key, out);
  MDB_val value;
  *out = 0;
  int code = cyn_i_lmdb_get(txn, dbi, key, &value);
  if (code == MDB_NOTFOUND) return 0;
  if (code != 0) return code;
  if (value.mv_size != 8) return MDB_CORRUPTED;
  memcpy(out, value.mv_data, 8);
  return 0;
}

static int slot_new(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, size_t *at) {
  int64_t value = 0;
  if (counters->durable) {
    int code = value_load(txn, dbi, key, &value);
    if (code != 0) return code;
  }
  if (counters->slot_count == 0 || counters->used_count >= counters->slot_count / 2) {
    size_t count = counters->slot_count != 0 ? counters->slot_count * 2 : SLOTS_MIN;
    int code = rebuild(counters, count, (cyn_bytes){NULL, 0});
    if (code != 0) return code;
  }
  uint8_t *copy = cyn_i_alloc(key.size);
  if (copy == NULL) return ENOMEM;
  memcpy(copy, key.data, key.size);
  pthread_mutex_lock(&counters->mutex);
  *at = slot_of(counters->slots, counters->slot_count, key);
  counters->slots[*at] = (cyn_i_lmdb_counter){.value = value, .key_size = key.size, .key = copy};
  counters->used_count++;
  pthread_mutex_unlock(&counters->mutex);
  return 0;
}

int cyn_i_lmdb_counters_add(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, int64_t delta,
                            int64_t *sum) {
  size_t at = 0;
  bool found = false;
  if (counters->slot_count != 0) {
    at = slot_of(counters->slots, counters->slot_count, key);
    found = counters->slots[at].key_size != 0;
  }
  if (counters->touched_count == counters->touched_capacity) {
    size_t capacity = counters->touched_capacity != 0 ? counters->touched_capacity * 2 : 64;
    size_t *grown = cyn_i_realloc(counters->touched, capacity * sizeof *grown);
    if (grown == NULL) return ENOMEM;
    counters->touched = grown;
    counters->touched_capacity = capacity;
  }
  if (!found) {
    int code = slot_new(counters, txn, dbi, key, &at);
    if (code != 0) return code;
  }
  cyn_i_lmdb_counter *slot = &counters->slots[at];
  slot->pending = (int64_t)((uint64_t)slot->pending + (uint64_t)delta);
  if (!slot->touched) {
    slot->touched = true;
    counters->touched[counters->touched_count++] = at;
  }
  *sum = (int64_t)((uint64_t)slot->value + (uint64_t)slot->pending);
  return 0;
}

static int value_put(MDB_txn *txn, MDB_dbi dbi, const cyn_i_lmdb_counter *slot, int64_t value) {
  cyn_bytes key = {(const char *)slot->key, slot->key_size};
  if (value == 0) {
    int code = cyn_i_lmdb_delete(txn, dbi, key);
    return code == MDB_NOTFOUND ? 0 : code;
  }
  return cyn_i_lmdb_put(txn, dbi, key, (cyn_bytes){(const char *)&value, sizeof value});
}

int cyn_i_lmdb_counters_write(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi) {
  if (!counters->durable) return 0;
  for (size_t i = 0; i < counters->touched_count; i++) {
    const cyn_i_lmdb_counter *slot = &counters->slots[counters->touched[i]];
    if (slot->pending == 0 || cyn_i_lmdb_load_u32(slot->key) != CYN_LMDB_SPACE_COUNTER) continue;
    int code = value_put(txn, dbi, slot, (int64_t)((uint64_t)slot->value + (uint64_t)slot->pending));
    if (code != 0) return code;
  }
  return 0;
}

void cyn_i_lmdb_counters_settle(cyn_i_lmdb_counters *counters, bool committed) {
  if (counters->touched_count == 0) return;
  pthread_mutex_lock(&counters->mutex);
  for (size_t i = 0; i < counters->touched_count; i++) {
    cyn_i_lmdb_counter *slot = &counters->slots[counters->touched[i]];
    if (committed) slot->value = (int64_t)((uint64_t)slot->value + (uint64_t)slot->pending);
    slot->pending = 0;
    slot->touched = false;
  }
  counters->touched_count = 0;
  pthread_mutex_unlock(&counters->mutex);
  if (counters->durable && counters->used_count > CACHED_MAX) cyn_i_lmdb_counters_forget(counters, (cyn_bytes){NULL, 0});
}

int cyn_i_lmdb_counters_dump(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi) {
  for (size_t i = 0; i < counters->slot_count; i++) {
    const cyn_i_lmdb_counter *slot = &counters->slots[i];
    /* the end of a log is told by its records, and where there are none by the end record that the trim has put */
    if (slot->key_size == 0 || cyn_i_lmdb_load_u32(slot->key) != CYN_LMDB_SPACE_COUNTER) continue;
    int code = value_put(txn, dbi, slot, slot->value);
    if (code != 0) return code;
  }
  return 0;
}

bool cyn_i_lmdb_counters_find(cyn_i_lmdb_counters *counters, cyn_bytes key, int64_t *out) {
  bool found = !counters->durable;
  *out = 0;
  pthread_mutex_lock(&counters->mutex);
  if (counters->slot_count != 0) {
    const cyn_i_lmdb_counter *slot = &counters->slots[slot_of(counters->slots, counters->slot_count, key)];
    if (slot->key_size != 0) {
      *out = slot->value;
      found = true;
    }
  }
  pthread_mutex_unlock(&counters->mutex);
  return found;
}

void cyn_i_lmdb_counters_forget(cyn_i_lmdb_counters *counters, cyn_bytes prefix) {
  if (counters->slot_count == 0) return;
  if (prefix.data != NULL) {
    /* out of memory: they stay, which costs memory only, as the space is never named again */
    (void)rebuild(counters, counters->slot_count, prefix);
    return;
  }
  pthread_mutex_lock(&counters->mutex);
  slots_free(counters);
  pthread_mutex_unlock(&counters->mutex);
}
