/* Keys of any length over LMDB's 511 bytes: a trie of B-trees, as in Masstree. A pointer (CUT bytes of the key and a
 * marker) leads to the layer that holds what follows. Since a key of exactly CUT bytes stands as itself, right before the
 * pointer, and nothing else starts with those bytes, the order of whole keys is kept. A layer that becomes empty goes,
 * with its pointer, in the same transaction, so layers that exist hold a key.
 *
 * The id of a new layer is one more than the last layer's, or its parent's where that is new too: nothing has to be kept
 * for it. */
#include "store/lmdb/lmdb_private.h"

/* The part of a key that one level sees. */
typedef struct level {
  uint8_t bytes[CYN_LMDB_CUT + 1];
  size_t size;
  bool is_pointer;
  cyn_bytes rest; /* behind a pointer */
} level;

void cyn_i_lmdb_layer_head(uint8_t out[12], uint64_t id) {
  cyn_i_lmdb_store_u32(out, CYN_LMDB_SPACE_LAYER);
  cyn_i_lmdb_store_u64(out + 4, id);
}

/* `id` 0 is the top level, which has no head. */
static void level_make(level *out, uint64_t id, cyn_bytes key) {
  size_t head = 0;
  if (id != 0) {
    cyn_i_lmdb_layer_head(out->bytes, id);
    head = CYN_LMDB_LAYER_HEAD;
  }
  out->is_pointer = key.size > CYN_LMDB_CUT - head;
  size_t taken = out->is_pointer ? CYN_LMDB_CUT - head : key.size;
  memcpy(out->bytes + head, key.data, taken);
  out->size = head + taken;
  if (out->is_pointer) out->bytes[out->size++] = 0;
  out->rest = (cyn_bytes){key.data + taken, key.size - taken};
}

static int pointer_read(MDB_txn *txn, MDB_dbi dbi, level *at, uint64_t *id) {
  MDB_val key = {at->size, at->bytes}, value;
  int code = mdb_get(txn, dbi, &key, &value);
  if (code != 0) return code;
  if (value.mv_size != 8) return MDB_CORRUPTED;
  *id = cyn_i_lmdb_load_u64(value.mv_data);
  return *id != 0 ? 0 : MDB_CORRUPTED;
}

static int id_new(MDB_txn *txn, MDB_dbi dbi, uint64_t parent, uint64_t *id) {
  MDB_cursor *cursor;
  int code = mdb_cursor_open(txn, dbi, &cursor);
  if (code != 0) return code;
  MDB_val key, value;
  code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
  *id = parent + 1;
  if (code == 0 && key.mv_size >= CYN_LMDB_LAYER_HEAD && cyn_i_lmdb_load_u32(key.mv_data) == CYN_LMDB_SPACE_LAYER) {
    uint64_t last = cyn_i_lmdb_load_u64((const uint8_t *)key.mv_data + 4);
    if (last > parent) *id = last + 1;
  }
  mdb_cursor_close(cursor);
  return code == MDB_NOTFOUND ? 0 : code;
}

/* `id` is that of the layer in which the pointer stands, then that of the new one. */
static int pointer_new(MDB_txn *txn, MDB_dbi dbi, level *at, uint64_t *id) {
  int code = id_new(txn, dbi, *id, id);
  if (code != 0) return code;
  uint8_t bytes[8];
  cyn_i_lmdb_store_u64(bytes, *id);
  MDB_val key = {at->size, at->bytes}, value = {sizeof bytes, bytes};
  return mdb_put(txn, dbi, &key, &value, 0);
}

int cyn_i_lmdb_layer_get(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, MDB_val *value) {
  level at;
  level_make(&at, 0, key);
  for (int depth = 0; at.is_pointer; depth++) {
    uint64_t id;
    int code = depth < CYN_LMDB_LEVEL_MAX ? pointer_read(txn, dbi, &at, &id) : MDB_CORRUPTED;
    if (code != 0) return code;
    level_make(&at, id, at.rest);
  }
  MDB_val k = {at.size, at.bytes};
  return mdb_get(txn, dbi, &k, value);
}

int cyn_i_lmdb_layer_put(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, MDB_val *value) {
  level at;
  uint64_t id = 0;
  level_make(&at, 0, key);
  for (int depth = 0; at.is_pointer; depth++) {
    int code = depth < CYN_LMDB_LEVEL_MAX ? pointer_read(txn, dbi, &at, &id) : MDB_CORRUPTED;
    if (code == MDB_NOTFOUND) code = pointer_new(txn, dbi, &at, &id);
    if (code != 0) return code;
    level_make(&at, id, at.rest);
  }
  MDB_val k = {at.size, at.bytes};
  return mdb_put(txn, dbi, &k, value, 0);
}

static int layer_is_empty(MDB_txn *txn, MDB_dbi dbi, uint64_t id, bool *empty) {
  MDB_cursor *cursor;
  int code = mdb_cursor_open(txn, dbi, &cursor);
  if (code != 0) return code;
  uint8_t head[CYN_LMDB_LAYER_HEAD];
  cyn_i_lmdb_layer_head(head, id);
  MDB_val key = {sizeof head, head}, value;
  code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
  *empty = code == MDB_NOTFOUND ||
           (code == 0 && (key.mv_size < sizeof head || memcmp(key.mv_data, head, sizeof head) != 0));
  mdb_cursor_close(cursor);
  return code == MDB_NOTFOUND ? 0 : code;
}

int cyn_i_lmdb_layer_delete(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key) {
  /* way[i] is the layer whose level i + 1 is; from the key and these each pointer can be made again */
  uint64_t way[CYN_LMDB_LEVEL_MAX + 1] = {0};
  cyn_bytes rest[CYN_LMDB_LEVEL_MAX + 1] = {key};
  level at;
  level_make(&at, 0, key);
  int depth = 0;
  while (at.is_pointer) {
    if (depth == CYN_LMDB_LEVEL_MAX) return MDB_CORRUPTED;
    int code = pointer_read(txn, dbi, &at, &way[depth + 1]);
    if (code != 0) return code;
    depth++;
    rest[depth] = at.rest;
    level_make(&at, way[depth], at.rest);
  }
  for (;;) {
    MDB_val k = {at.size, at.bytes};
    int code = mdb_del(txn, dbi, &k, NULL);
    if (code != 0 || depth == 0) return code;
    bool empty;
    code = layer_is_empty(txn, dbi, way[depth], &empty);
    if (code != 0 || !empty) return code;
    depth--;
    level_make(&at, way[depth], rest[depth]);
  }
}
