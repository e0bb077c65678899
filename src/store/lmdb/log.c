/* Numbered logs. Key: (LOG, log u32, position u64), so a log's records lie in commit order. The last position given is
 * held with the counters while the store is open; in a file it is that of the last record or, where a trim took them all,
 * of the end record. */
#include "store/lmdb/lmdb_private.h"

#define LOG_KEY_SIZE ((size_t)16)
#define LOG_END_KEY_SIZE ((size_t)8)

static cyn_bytes log_key(uint8_t out[LOG_KEY_SIZE], uint32_t log, uint64_t position) {
  cyn_i_lmdb_store_u32(out, CYN_LMDB_SPACE_LOG);
  cyn_i_lmdb_store_u32(out + 4, log);
  cyn_i_lmdb_store_u64(out + 8, position);
  return (cyn_bytes){(const char *)out, LOG_KEY_SIZE};
}

static cyn_bytes log_end_key(uint8_t out[LOG_END_KEY_SIZE], uint32_t log) {
  cyn_i_lmdb_store_u32(out, CYN_LMDB_SPACE_LOG_END);
  cyn_i_lmdb_store_u32(out + 4, log);
  return (cyn_bytes){(const char *)out, LOG_END_KEY_SIZE};
}

static bool last_visitor(void *user, cyn_bytes key, cyn_bytes value) {
  (void)value;
  *(int64_t *)user = (int64_t)cyn_i_lmdb_load_u64((const uint8_t *)key.data + 8);
  return false;
}

int cyn_i_lmdb_log_end(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, int64_t *out) {
  uint8_t low[LOG_KEY_SIZE], high[LOG_KEY_SIZE];
  uint32_t log = cyn_i_lmdb_load_u32((const uint8_t *)key.data + 4);
  MDB_val value;
  *out = 0;
  int code = cyn_i_lmdb_get(txn, dbi, key, &value);
  if (code == 0 && value.mv_size == 8) memcpy(out, value.mv_data, 8);
  if (code != 0 && code != MDB_NOTFOUND) return code;
  cyn_i_lmdb_range range = {.low = log_key(low, log, 0), .high = log_key(high, log, UINT64_MAX), .backward = true};
  MDB_cursor *cursor;
  code = mdb_cursor_open(txn, dbi, &cursor);
  if (code != 0) return code;
  int64_t last = 0;
  code = cyn_i_lmdb_walk(cursor, &range, last_visitor, &last);
  mdb_cursor_close(cursor);
  if (last > *out) *out = last;
  return code;
}

int cyn_i_lmdb_log_append(cyn_i_lmdb_store *store, MDB_txn *txn, uint32_t log, cyn_bytes record) {
  uint8_t end[LOG_END_KEY_SIZE], bytes[LOG_KEY_SIZE];
  int64_t position;
  int code = cyn_i_lmdb_counters_add(&store->counters, txn, store->dbi, log_end_key(end, log), 1, &position);
  if (code != 0) return code;
  return cyn_i_lmdb_put(txn, store->dbi, log_key(bytes, log, (uint64_t)position),
                        record.data != NULL ? record : (cyn_bytes){"", 0});
}

typedef struct log_visit {
  cyn_i_store_visitor visitor;
  void *user;
} log_visit;

static bool log_visitor(void *user, cyn_bytes bytes, cyn_bytes value) {
  const log_visit *visit = user;
  const uint8_t *data = (const uint8_t *)bytes.data;
  cyn_i_store_key key = {cyn_i_lmdb_load_u32(data + 4), cyn_i_lmdb_load_u64(data + 8), {"", 0}, {"", 0}};
  return visit->visitor(visit->user, &key, value);
}

cyn_status cyn_i_lmdb_log_read(cyn_i_store_view *base, uint32_t log, uint64_t from_position, cyn_i_store_visitor visitor,
                               void *user, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  uint8_t low[LOG_KEY_SIZE], high[LOG_KEY_SIZE];
  cyn_i_lmdb_range range = {.low = log_key(low, log, from_position), .high = log_key(high, log, UINT64_MAX)};
  log_visit visit = {visitor, user};
  int code = cyn_i_lmdb_view_walk_bytes((cyn_i_lmdb_view *)base, &range, log_visitor, &visit);
  return code == 0 ? CYN_OK : cyn_i_lmdb_error(store, code, "read", error);
}

cyn_status cyn_i_lmdb_log_last(cyn_i_store_view *base, uint32_t log, uint64_t *position, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  uint8_t end[LOG_END_KEY_SIZE];
  int64_t last = 0;
  *position = 0;
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  int code = cyn_i_lmdb_log_end(((cyn_i_lmdb_view *)base)->txn, store->dbi, log_end_key(end, log), &last);
  *position = (uint64_t)last;
  return code == 0 ? CYN_OK : cyn_i_lmdb_error(store, code, "read", error);
}

#define TRIM_MAX 2000 /* records that one transaction takes away, since it holds the writer */

typedef struct trim {
  uint32_t log;
  uint64_t before;
  bool done;
} trim;

static int trim_work(cyn_i_lmdb_store *store, MDB_txn *txn, void *user) {
  trim *t = user;
  uint8_t bytes[LOG_KEY_SIZE], end[LOG_END_KEY_SIZE];
  int64_t last;
  int code = cyn_i_lmdb_log_end(txn, store->dbi, log_end_key(end, t->log), &last);
  if (code != 0) return code;
  MDB_cursor *cursor;
  code = mdb_cursor_open(txn, store->dbi, &cursor);
  if (code != 0) return code;
  bool emptied = false;
  t->done = true;
  for (int i = 0; code == 0; i++) {
    t->done = i < TRIM_MAX;
    if (!t->done) break;
    cyn_bytes from = log_key(bytes, t->log, 0);
    MDB_val key = {from.size, (void *)from.data}, value;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code != 0 || key.mv_size != LOG_KEY_SIZE || memcmp(key.mv_data, from.data, 8) != 0) break;
    uint64_t position = cyn_i_lmdb_load_u64((const uint8_t *)key.mv_data + 8);
    if (position >= t->before) break;
    emptied = position == (uint64_t)last;
    code = mdb_cursor_del(cursor, 0);
  }
  mdb_cursor_close(cursor);
  if (code == MDB_NOTFOUND) code = 0;
  if (code == 0 && emptied)
    code = cyn_i_lmdb_put(txn, store->dbi, log_end_key(end, t->log), (cyn_bytes){(const char *)&last, sizeof last});
  return code;
}

cyn_status cyn_i_lmdb_log_trim(cyn_i_store *base, uint32_t log, uint64_t before_position, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  trim t = {log, before_position, false};
  cyn_status status = CYN_OK;
  while (status == CYN_OK && !t.done) status = cyn_i_lmdb_commit_work(store, trim_work, &t, error);
  return status;
}
