/* Walking and finding whole keys in a store's file through the page reader: what walk.c and layer.c do through LMDB. Long
 * keys go on in layers (lmdb_private.h); each level has a cursor of its own, and there are at most LEVEL_MAX. */
#include "base/alloc.h"
#include "base/error.h"
#include "store/lmdb/check_private.h"

typedef struct key_walk {
  cyn_i_store_check *check;
  uint32_t high;
  cyn_i_check_visitor visitor;
  void *user;
  bool stopped;
  uint64_t left; /* entries that may still be met: in a sound tree each is met once at most */
  uint8_t path[CYN_LMDB_KEY_MAX]; /* of the layers above, joined */
} key_walk;

static cyn_status damaged(const char *what, cyn_error *error) { return cyn_i_error_set(error, CYN_E_STORE, what); }

static cyn_i_page_cursor *cursor_at(cyn_i_store_check *check, unsigned depth) {
  if (check->cursors[depth] == NULL) {
    check->cursors[depth] = cyn_i_zalloc(1, sizeof *check->cursors[depth]);
    if (check->cursors[depth] == NULL) return NULL;
    cyn_i_page_cursor_init(check->cursors[depth], &check->file, &check->meta->main, CYN_PAGE_ORDER_BYTES);
  }
  return check->cursors[depth];
}

static bool starts_with(cyn_bytes key, const uint8_t *prefix, size_t size) {
  return key.size >= size && memcmp(key.data, prefix, size) == 0;
}

static cyn_status level_walk(key_walk *w, unsigned depth, const uint8_t *head, size_t head_size, size_t path_size,
                             cyn_error *error);

/* One key of a level: handed to the visitor, or entered where it is a pointer. */
static cyn_status visit(key_walk *w, unsigned depth, cyn_i_page_cursor *cursor, size_t path_size, cyn_error *error) {
  cyn_bytes key = cyn_i_page_cursor_key(cursor), value;
  const bool is_pointer = key.size == CYN_LMDB_CUT + 1;
  const size_t skip = depth != 0 ? CYN_LMDB_LAYER_HEAD : 0;
  cyn_bytes whole = key;
  if (key.size > CYN_LMDB_CUT + 1) return damaged("a key is longer than Cynamo writes", error);
  cyn_status status = cyn_i_page_cursor_value(cursor, &value, error);
  if (status != CYN_OK) return status;
  if (is_pointer || depth != 0) {
    size_t taken = (is_pointer ? CYN_LMDB_CUT : key.size) - skip;
    if (path_size + taken > sizeof w->path) return damaged("a long key is longer than a key may be", error);
    memcpy(w->path + path_size, key.data + skip, taken);
    whole = (cyn_bytes){(const char *)w->path, path_size + taken};
  }
  if (!is_pointer) {
    w->stopped = !w->visitor(w->user, whole, value);
    return CYN_OK;
  }
  if (value.size != 8) return damaged("a pointer to the rest of long keys is damaged", error);
  uint8_t head[CYN_LMDB_LAYER_HEAD];
  cyn_i_lmdb_layer_head(head, cyn_i_lmdb_load_u64((const uint8_t *)value.data));
  return level_walk(w, depth + 1, head, sizeof head, whole.size, error);
}

static cyn_status level_walk(key_walk *w, unsigned depth, const uint8_t *head, size_t head_size, size_t path_size,
                             cyn_error *error) {
  if (depth == CYN_LMDB_LEVEL_MAX) return damaged("long keys have too many layers", error);
  cyn_i_page_cursor *cursor = cursor_at(w->check, depth);
  if (cursor == NULL) return cyn_i_error_no_memory(error);
  bool found;
  cyn_status status = cyn_i_page_cursor_seek(cursor, (cyn_bytes){(const char *)head, head_size}, &found, error);
  while (status == CYN_OK && found && !w->stopped) {
    cyn_bytes key = cyn_i_page_cursor_key(cursor);
    if (depth != 0 && !starts_with(key, head, head_size)) break;
    if (depth == 0 && (key.size < 4 || cyn_i_lmdb_load_u32((const uint8_t *)key.data) > w->high)) break;
    if (w->left-- == 0) return damaged("keys are met more often than there are", error);
    status = visit(w, depth, cursor, path_size, error);
    if (status == CYN_OK && !w->stopped) status = cyn_i_page_cursor_next(cursor, &found, error);
  }
  return status;
}

cyn_status cyn_i_check_walk_bytes(cyn_i_store_check *check, uint32_t low, uint32_t high, cyn_i_check_visitor visitor,
                                  void *user, cyn_error *error) {
  if (!check->is_loaded) return damaged("the meta pages cannot be read", error);
  key_walk w;
  uint8_t head[4];
  w.check = check;
  w.high = high;
  w.visitor = visitor;
  w.user = user;
  w.stopped = false;
  w.left = check->meta->main.entries;
  cyn_i_lmdb_store_u32(head, low);
  return level_walk(&w, 0, head, sizeof head, 0, error);
}

cyn_status cyn_i_check_get_bytes(cyn_i_store_check *check, cyn_bytes key, cyn_bytes *value, cyn_error *error) {
  uint8_t bytes[CYN_LMDB_CUT + 1];
  size_t head = 0;
  *value = (cyn_bytes){NULL, 0};
  if (!check->is_loaded) return damaged("the meta pages cannot be read", error);
  for (unsigned depth = 0; depth < CYN_LMDB_LEVEL_MAX; depth++) {
    const bool is_pointer = key.size > CYN_LMDB_CUT - head;
    const size_t taken = is_pointer ? CYN_LMDB_CUT - head : key.size;
    memcpy(bytes + head, key.data, taken);
    size_t size = head + taken;
    if (is_pointer) bytes[size++] = 0;
    cyn_status status = cyn_i_page_file_get(&check->file, &check->meta->main, (cyn_bytes){(const char *)bytes, size}, value, error);
    if (status != CYN_OK || value->data == NULL || !is_pointer) return status;
    if (value->size != 8) return damaged("a pointer to the rest of long keys is damaged", error);
    cyn_i_lmdb_layer_head(bytes, cyn_i_lmdb_load_u64((const uint8_t *)value->data));
    head = CYN_LMDB_LAYER_HEAD;
    key = (cyn_bytes){key.data + taken, key.size - taken};
  }
  return damaged("long keys have too many layers", error);
}

/* ---- the door ---- */

typedef struct door {
  cyn_i_store_visitor visitor;
  void *user;
  size_t skip; /* bytes of ours before the key */
} door;

static bool visit_key(void *user, cyn_bytes bytes, cyn_bytes value) {
  const door *d = user;
  cyn_i_store_key key;
  if (bytes.size < d->skip) return true;
  if (!cyn_i_lmdb_key_decode((cyn_bytes){bytes.data + d->skip, bytes.size - d->skip}, &key)) return true; /* told by the structure */
  return d->visitor(d->user, &key, value);
}

cyn_status cyn_i_store_check_walk(cyn_i_store_check *check, uint32_t space_low, uint32_t space_high,
                                  cyn_i_store_visitor visitor, void *user, cyn_error *error) {
  door d = {visitor, user, 0};
  if (space_low < CYN_LMDB_SPACE_USER_MIN) space_low = CYN_LMDB_SPACE_USER_MIN;
  if (space_high > CYN_LMDB_SPACE_USER_MAX) space_high = CYN_LMDB_SPACE_USER_MAX;
  return cyn_i_check_walk_bytes(check, space_low, space_high, visit_key, &d, error);
}

cyn_status cyn_i_store_check_get(cyn_i_store_check *check, const cyn_i_store_key *key, cyn_bytes *value,
                                 cyn_error *error) {
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  *value = (cyn_bytes){NULL, 0};
  if (!cyn_i_lmdb_key_valid(key)) return CYN_OK;
  return cyn_i_check_get_bytes(check, (cyn_bytes){(const char *)bytes, cyn_i_lmdb_key_encode(key, bytes)}, value, error);
}

cyn_status cyn_i_store_check_counters(cyn_i_store_check *check, cyn_i_store_visitor visitor, void *user, cyn_error *error) {
  door d = {visitor, user, CYN_LMDB_COUNTER_HEAD};
  return cyn_i_check_walk_bytes(check, CYN_LMDB_SPACE_COUNTER, CYN_LMDB_SPACE_COUNTER, visit_key, &d, error);
}

cyn_status cyn_i_store_check_counter(cyn_i_store_check *check, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  cyn_bytes value;
  *out = 0;
  if (!cyn_i_lmdb_key_valid(key)) return CYN_OK;
  cyn_i_lmdb_store_u32(bytes, CYN_LMDB_SPACE_COUNTER);
  size_t size = CYN_LMDB_COUNTER_HEAD + cyn_i_lmdb_key_encode(key, bytes + CYN_LMDB_COUNTER_HEAD);
  cyn_status status = cyn_i_check_get_bytes(check, (cyn_bytes){(const char *)bytes, size}, &value, error);
  if (status == CYN_OK && value.size == 8) memcpy(out, value.data, 8);
  return status;
}

static bool visit_log(void *user, cyn_bytes bytes, cyn_bytes value) {
  const door *d = user;
  if (bytes.size != 16) return true;
  const uint8_t *data = (const uint8_t *)bytes.data;
  cyn_i_store_key key = {cyn_i_lmdb_load_u32(data + 4), cyn_i_lmdb_load_u64(data + 8), {"", 0}, {"", 0}};
  return d->visitor(d->user, &key, value);
}

cyn_status cyn_i_store_check_logs(cyn_i_store_check *check, cyn_i_store_visitor visitor, void *user, cyn_error *error) {
  door d = {visitor, user, 0};
  return cyn_i_check_walk_bytes(check, CYN_LMDB_SPACE_LOG, CYN_LMDB_SPACE_LOG, visit_log, &d, error);
}
