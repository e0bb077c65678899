/* Walks a range of whole keys in order, either way, through the layers. Bounds are whole keys; each level seeks with the
 * part of them that it sees, and every key that is met is compared whole with the bound ahead. A level's keys that are
 * short need no copy: they are handed over as they stand in LMDB's page. */
#include "store/lmdb/lmdb_private.h"

#define LEVEL_KEY_MAX ((size_t)511) /* what LMDB takes to seek with: longer than any key that stands */

typedef struct walk {
  const cyn_i_lmdb_range *range;
  cyn_i_lmdb_visitor visitor;
  void *user;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_cursor *cursors[CYN_LMDB_LEVEL_MAX];
  bool stopped;
  uint8_t path[CYN_LMDB_KEY_MAX]; /* the whole key so far, in layers */
} walk;

typedef struct seek_key {
  uint8_t bytes[LEVEL_KEY_MAX];
  size_t size;
  bool is_pointer;
} seek_key;

static bool below_high(const cyn_i_lmdb_range *range, cyn_bytes key) {
  if (range->high_mode == CYN_LMDB_HIGH_PREFIX)
    return memcmp(key.data, range->high.data, key.size < range->high.size ? key.size : range->high.size) <= 0;
  int order = cyn_i_lmdb_key_compare(key, range->high);
  return range->high_mode == CYN_LMDB_HIGH_EXCLUDED ? order < 0 : order <= 0;
}

static bool above_low(const cyn_i_lmdb_range *range, cyn_bytes key) {
  int order = cyn_i_lmdb_key_compare(key, range->low);
  return range->low_excluded ? order > 0 : order >= 0;
}

/* Is all that starts with `prefix` behind the bound ahead? Layers' own keys, behind all others, are so passed over. */
static bool beyond(const cyn_i_lmdb_range *range, cyn_bytes prefix) {
  cyn_bytes bound = range->backward ? range->low : range->high;
  int order = memcmp(prefix.data, bound.data, prefix.size < bound.size ? prefix.size : bound.size);
  return range->backward ? order < 0 : order > 0;
}

static bool starts_with_path(const walk *w, cyn_bytes bound, size_t path_size) {
  return bound.size >= path_size && memcmp(bound.data, w->path, path_size) == 0;
}

static void seek_key_make(seek_key *out, const uint8_t *head, size_t head_size, cyn_bytes bound, size_t path_size) {
  size_t rest = bound.size - path_size;
  if (head_size != 0) memcpy(out->bytes, head, head_size);
  out->is_pointer = rest > CYN_LMDB_CUT - head_size;
  size_t taken = out->is_pointer ? CYN_LMDB_CUT - head_size : rest;
  if (taken != 0) memcpy(out->bytes + head_size, bound.data + path_size, taken);
  out->size = head_size + taken;
  if (out->is_pointer) out->bytes[out->size++] = 0;
}

static bool same(const MDB_val *key, const seek_key *seek) {
  return key->mv_size == seek->size && memcmp(key->mv_data, seek->bytes, seek->size) == 0;
}

static int seek_first(walk *w, MDB_cursor *cursor, const uint8_t *head, size_t head_size, size_t path_size, MDB_val *key,
                      MDB_val *value) {
  seek_key seek;
  cyn_bytes low = w->range->low;
  bool bounded = starts_with_path(w, low, path_size);
  /* where the bound lies before this layer, all of it is inside */
  seek_key_make(&seek, head, head_size, bounded ? low : (cyn_bytes){low.data, path_size}, path_size);
  *key = (MDB_val){seek.size, seek.bytes};
  int code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
  if (code == 0 && bounded && w->range->low_excluded && !seek.is_pointer && same(key, &seek))
    code = mdb_cursor_get(cursor, key, value, MDB_NEXT);
  return code;
}

static int seek_last(walk *w, MDB_cursor *cursor, const uint8_t *head, size_t head_size, size_t path_size, MDB_val *key,
                     MDB_val *value) {
  seek_key seek;
  cyn_bytes high = w->range->high;
  bool bounded = high.size > path_size && starts_with_path(w, high, path_size);
  seek_key_make(&seek, head, head_size, bounded ? high : (cyn_bytes){high.data, path_size}, path_size);
  bool pad = !seek.is_pointer && (!bounded || w->range->high_mode == CYN_LMDB_HIGH_PREFIX);
  if (pad) { /* behind everything that starts with these bytes */
    memset(seek.bytes + seek.size, 0xFF, LEVEL_KEY_MAX - seek.size);
    seek.size = LEVEL_KEY_MAX;
  }
  *key = (MDB_val){seek.size, seek.bytes};
  int code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
  if (code == MDB_NOTFOUND) return mdb_cursor_get(cursor, key, value, MDB_LAST);
  if (code != 0) return code;
  bool stay = !pad && same(key, &seek) && (seek.is_pointer || w->range->high_mode == CYN_LMDB_HIGH_INCLUSIVE);
  return stay ? 0 : mdb_cursor_get(cursor, key, value, MDB_PREV);
}

/* Recursion is bounded by the number of levels that the longest key has. */
static int level_walk(walk *w, unsigned depth, const uint8_t *head, size_t path_size) {
  if (depth == CYN_LMDB_LEVEL_MAX) return MDB_CORRUPTED;
  if (w->cursors[depth] == NULL) {
    int code = mdb_cursor_open(w->txn, w->dbi, &w->cursors[depth]);
    if (code != 0) return code;
  }
  const size_t head_size = depth != 0 ? CYN_LMDB_LAYER_HEAD : 0;
  const bool backward = w->range->backward;
  MDB_cursor *cursor = w->cursors[depth];
  MDB_val key, value;
  int code = (backward ? seek_last : seek_first)(w, cursor, head, head_size, path_size, &key, &value);
  for (; code == 0; code = mdb_cursor_get(cursor, &key, &value, backward ? MDB_PREV : MDB_NEXT)) {
    const uint8_t *data = key.mv_data;
    size_t size = key.mv_size;
    if (head_size != 0 && (size < head_size || memcmp(data, head, head_size) != 0)) break;
    bool is_pointer = size == CYN_LMDB_CUT + 1;
    cyn_bytes whole = {(const char *)data, size};
    if (is_pointer || head_size != 0) {
      size_t taken = (is_pointer ? CYN_LMDB_CUT : size) - head_size;
      if (size > CYN_LMDB_CUT + 1 || path_size + taken > sizeof w->path) return MDB_CORRUPTED;
      memcpy(w->path + path_size, data + head_size, taken);
      whole = (cyn_bytes){(const char *)w->path, path_size + taken};
    }
    if (is_pointer && beyond(w->range, whole)) {
      w->stopped = true;
      return 0;
    }
    if (is_pointer) {
      if (value.mv_size != 8) return MDB_CORRUPTED;
      uint8_t inner[CYN_LMDB_LAYER_HEAD];
      cyn_i_lmdb_layer_head(inner, cyn_i_lmdb_load_u64(value.mv_data));
      int inner_code = level_walk(w, depth + 1, inner, whole.size);
      if (inner_code != 0 || w->stopped) return inner_code;
      continue;
    }
    bool inside = backward ? above_low(w->range, whole) : below_high(w->range, whole);
    if (!inside || !w->visitor(w->user, whole, (cyn_bytes){value.mv_data, value.mv_size})) {
      w->stopped = true;
      return 0;
    }
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

int cyn_i_lmdb_walk(MDB_cursor *cursor, const cyn_i_lmdb_range *range, cyn_i_lmdb_visitor visitor, void *user) {
  walk w;
  w.range = range;
  w.visitor = visitor;
  w.user = user;
  w.txn = mdb_cursor_txn(cursor);
  w.dbi = mdb_cursor_dbi(cursor);
  memset(w.cursors, 0, sizeof w.cursors);
  w.cursors[0] = cursor;
  w.stopped = false;
  int code = level_walk(&w, 0, NULL, 0);
  for (unsigned i = 1; i < CYN_LMDB_LEVEL_MAX && w.cursors[i] != NULL; i++) mdb_cursor_close(w.cursors[i]);
  return code;
}
