/* Takes away a space that nothing names any more, with its counters, its layers and the log of its number, a slice at a time: each slice is a
 * transaction of its own and holds the writer for about as long as it was told. */
#include "base/clock.h"
#include "store/lmdb/lmdb_private.h"

#define CLOCK_EVERY 16 /* keys between two looks at the clock */

typedef struct reclaim {
  uint32_t space;
  uint64_t end_ns;
  unsigned deleted;
  bool is_over, done;
} reclaim;

static void slice_count(reclaim *r) {
  if (++r->deleted % CLOCK_EVERY == 0 && cyn_i_clock_monotonic_ns() >= r->end_ns) r->is_over = true;
}

/* Deletes what starts with `prefix`, layers before the pointers that lead to them; `*done` when none is left. Also at the
 * end of a slice an empty layer goes with its pointer: a new layer might get its number, and be emptied through it. */
static int prefix_delete(cyn_i_lmdb_store *store, MDB_txn *txn, reclaim *r, cyn_bytes prefix, int depth, bool *done) {
  if (depth == CYN_LMDB_LEVEL_MAX) return MDB_CORRUPTED;
  MDB_cursor *cursor;
  *done = false;
  int code = mdb_cursor_open(txn, store->dbi, &cursor);
  if (code != 0) return code;
  while (code == 0) {
    MDB_val key = {prefix.size, (void *)prefix.data}, value;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    *done = code == MDB_NOTFOUND ||
            (code == 0 && (key.mv_size < prefix.size || memcmp(key.mv_data, prefix.data, prefix.size) != 0));
    if (code != 0 || *done || r->is_over) break;
    if (key.mv_size == CYN_LMDB_CUT + 1 && value.mv_size == 8) {
      uint8_t head[CYN_LMDB_LAYER_HEAD];
      bool layer_done;
      cyn_i_lmdb_layer_head(head, cyn_i_lmdb_load_u64(value.mv_data));
      code = prefix_delete(store, txn, r, (cyn_bytes){(const char *)head, sizeof head}, depth + 1, &layer_done);
      if (code != 0 || !layer_done) break;
      key = (MDB_val){prefix.size, (void *)prefix.data}; /* the pages have moved under the cursor */
      code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    }
    if (code == 0) code = mdb_cursor_del(cursor, 0);
    slice_count(r);
  }
  mdb_cursor_close(cursor);
  return code == MDB_NOTFOUND ? 0 : code;
}

static int reclaim_work(cyn_i_lmdb_store *store, MDB_txn *txn, void *user) {
  reclaim *r = user;
  uint8_t prefix[8];
  cyn_i_lmdb_store_u32(prefix + 4, r->space);
  int code = prefix_delete(store, txn, r, (cyn_bytes){(const char *)prefix + 4, 4}, 0, &r->done);
  if (code != 0 || !r->done) return code;
  cyn_i_lmdb_store_u32(prefix, CYN_LMDB_SPACE_COUNTER);
  code = prefix_delete(store, txn, r, (cyn_bytes){(const char *)prefix, 8}, 0, &r->done);
  if (code != 0 || !r->done) return code;
  cyn_i_lmdb_counters_forget(&store->counters, (cyn_bytes){(const char *)prefix, 8});
  cyn_i_lmdb_store_u32(prefix, CYN_LMDB_SPACE_LOG);
  code = prefix_delete(store, txn, r, (cyn_bytes){(const char *)prefix, 8}, 0, &r->done);
  if (code != 0 || !r->done) return code;
  cyn_i_lmdb_store_u32(prefix, CYN_LMDB_SPACE_LOG_END);
  code = prefix_delete(store, txn, r, (cyn_bytes){(const char *)prefix, 8}, 0, &r->done);
  if (code == 0 && r->done) cyn_i_lmdb_counters_forget(&store->counters, (cyn_bytes){(const char *)prefix, 8});
  return code;
}

cyn_status cyn_i_lmdb_reclaim(cyn_i_store *base, uint32_t space, unsigned slice_us, bool *done, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  *done = false;
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  if (space < CYN_LMDB_SPACE_USER_MIN || space > CYN_LMDB_SPACE_USER_MAX)
    return cyn_i_error_set(error, CYN_E_INTERNAL, "No such space to reclaim.");
  reclaim r = {.space = space, .end_ns = cyn_i_clock_monotonic_ns() + (uint64_t)slice_us * 1000u};
  cyn_status status = cyn_i_lmdb_commit_work(store, reclaim_work, &r, error);
  *done = status == CYN_OK && r.done;
  return status;
}
