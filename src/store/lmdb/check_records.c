/* The records that the store itself keeps, looked at as they stand in the tree: the format record, the form of every key,
 * counters, logs without gaps and their ends, and the layers of long keys.
 *
 * Layers: each pointer leads to one, each has one pointer, and a layer's number is greater than that of the layer in which
 * its pointer stands, so none leads to itself. That each has exactly one is told without a table: sums of mixed numbers
 * over all pointers and over all layers are equal. */
#include "base/error.h"
#include "base/hash.h"
#include "store/lmdb/check_private.h"

typedef struct records {
  cyn_i_store_check *check;
  cyn_i_faults *faults;
  bool has_format;
  uint64_t pointers, layers, pointer_sum[2], layer_sum[2];
  uint64_t last_layer; /* 0: none yet */
  uint32_t log;
  uint64_t position;   /* the last of that log; 0: none yet */
} records;

static uint64_t mix(uint64_t n, uint64_t constant) {
  n += constant;
  n = (n ^ n >> 30) * 0xBF58476D1CE4E5B9u;
  n = (n ^ n >> 27) * 0x94D049BB133111EBu;
  return n ^ n >> 31;
}

static void sum_add(uint64_t sum[2], uint64_t id) {
  sum[0] += mix(id, 0x9E3779B97F4A7C15u);
  sum[1] += mix(id, 0xD1B54A32D192ED03u);
}

static void key_fault(records *r, cyn_bytes key, const char *what) {
  char text[200];
  cyn_i_fault(r->faults, "key %s: %s", cyn_i_fault_bytes(key, text, sizeof text), what);
}

static void check_format(records *r, cyn_bytes key, cyn_bytes value) {
  uint8_t bytes[CYN_LMDB_FORMAT_KEY_SIZE];
  cyn_bytes wanted = cyn_i_lmdb_format_key(bytes);
  uint32_t version;
  char writer[33];
  if (key.size != wanted.size || memcmp(key.data, wanted.data, key.size) != 0) {
    key_fault(r, key, "it is no key of Cynamo's");
    return;
  }
  r->has_format = true;
  if (!cyn_i_lmdb_format_read(value, &version, writer)) cyn_i_fault(r->faults, "the format record is damaged");
  else if (version != CYN_LMDB_FORMAT_VERSION)
    cyn_i_fault(r->faults, "the file has format version %u, written by Cynamo %s; this Cynamo knows version %u", version,
                writer, CYN_LMDB_FORMAT_VERSION);
}

/* `skip` bytes of the store's own stand before the key. A pointer's key is cut, but not within its head. */
static void check_user_key(records *r, cyn_bytes key, size_t skip) {
  cyn_i_store_key decoded;
  bool fits = key.size > skip && cyn_i_lmdb_key_decode((cyn_bytes){key.data + skip, key.size - skip}, &decoded);
  if (!fits || decoded.space < CYN_LMDB_SPACE_USER_MIN || decoded.space > CYN_LMDB_SPACE_USER_MAX)
    key_fault(r, key, "it is no key of Cynamo's");
}

static void check_pointer(records *r, cyn_bytes key, cyn_bytes value, uint64_t layer) {
  uint64_t id = value.size == 8 ? cyn_i_lmdb_load_u64((const uint8_t *)value.data) : 0;
  if (key.data[key.size - 1] != 0 || id <= layer) {
    key_fault(r, key, "it does not lead to the rest of long keys");
    return;
  }
  r->pointers++;
  sum_add(r->pointer_sum, id);
}

static void check_layer_key(records *r, cyn_bytes key, uint64_t *layer) {
  *layer = key.size > CYN_LMDB_LAYER_HEAD ? cyn_i_lmdb_load_u64((const uint8_t *)key.data + 4) : 0;
  if (*layer == 0) {
    key_fault(r, key, "it is no rest of a long key");
    return;
  }
  if (*layer == r->last_layer) return;
  r->last_layer = *layer;
  r->layers++;
  sum_add(r->layer_sum, *layer);
}

/* The end of a log stands before its records in the tree; it was written when a trim took all of them. */
static cyn_status log_begins(records *r, uint32_t log, uint64_t first, cyn_error *error) {
  uint8_t key[8];
  cyn_bytes value;
  uint64_t end;
  cyn_i_lmdb_store_u32(key, CYN_LMDB_SPACE_LOG_END);
  cyn_i_lmdb_store_u32(key + 4, log);
  cyn_status status = cyn_i_check_get_bytes(r->check, (cyn_bytes){(const char *)key, sizeof key}, &value, error);
  if (status != CYN_OK || value.size != 8) return status;
  memcpy(&end, value.data, 8);
  if (end >= first)
    cyn_i_fault(r->faults, "log %u begins at position %llu, and was trimmed up to %llu", log, (unsigned long long)first,
                (unsigned long long)end);
  return CYN_OK;
}

static cyn_status check_log(records *r, cyn_bytes key, cyn_error *error) {
  if (key.size != 16) {
    key_fault(r, key, "it is no key of a log");
    return CYN_OK;
  }
  uint32_t log = cyn_i_lmdb_load_u32((const uint8_t *)key.data + 4);
  uint64_t position = cyn_i_lmdb_load_u64((const uint8_t *)key.data + 8);
  bool begins = r->position == 0 || log != r->log;
  if (position == 0) key_fault(r, key, "position 0 of a log");
  if (!begins && position != r->position + 1)
    cyn_i_fault(r->faults, "log %u has a gap between positions %llu and %llu", log, (unsigned long long)r->position,
                (unsigned long long)position);
  r->log = log;
  r->position = position;
  return begins ? log_begins(r, log, position, error) : CYN_OK;
}

static void check_number(records *r, cyn_bytes key, cyn_bytes value, bool key_fits) {
  int64_t number = 0;
  if (value.size == 8) memcpy(&number, value.data, 8);
  if (!key_fits || value.size != 8) key_fault(r, key, "it is no number of Cynamo's");
  else if (number == 0) key_fault(r, key, "a counter of 0 is written down");
}

static cyn_status check_entry(records *r, cyn_bytes key, cyn_bytes value, cyn_error *error) {
  uint64_t layer = 0;
  if (key.size < 4 || key.size > CYN_LMDB_CUT + 1) {
    key_fault(r, key, "it is no key of Cynamo's");
    return CYN_OK;
  }
  const bool is_pointer = key.size == CYN_LMDB_CUT + 1;
  uint32_t space = cyn_i_lmdb_load_u32((const uint8_t *)key.data);
  if (space == CYN_LMDB_SPACE_FORMAT) check_format(r, key, value);
  else if (space == CYN_LMDB_SPACE_COUNTER) {
    check_user_key(r, key, CYN_LMDB_COUNTER_HEAD);
    if (!is_pointer) check_number(r, key, value, true);
  } else if (space == CYN_LMDB_SPACE_LOG_END) check_number(r, key, value, key.size == 8);
  else if (space == CYN_LMDB_SPACE_LOG) return check_log(r, key, error);
  else if (space == CYN_LMDB_SPACE_LAYER) check_layer_key(r, key, &layer);
  else check_user_key(r, key, 0);
  if (is_pointer) check_pointer(r, key, value, layer);
  return CYN_OK;
}

cyn_status cyn_i_check_records(cyn_i_store_check *check, cyn_i_faults *faults, cyn_error *error) {
  records r = {.check = check, .faults = faults};
  cyn_i_page_cursor cursor;
  cyn_i_page_cursor_init(&cursor, &check->file, &check->meta->main, CYN_PAGE_ORDER_BYTES);
  bool found;
  cyn_bytes value;
  cyn_status status = cyn_i_page_cursor_seek(&cursor, (cyn_bytes){NULL, 0}, &found, error);
  while (status == CYN_OK && found) {
    status = cyn_i_page_cursor_value(&cursor, &value, error);
    if (status == CYN_OK) status = check_entry(&r, cyn_i_page_cursor_key(&cursor), value, error);
    if (status == CYN_OK) status = cyn_i_page_cursor_next(&cursor, &found, error);
  }
  cyn_i_page_cursor_clean_up(&cursor);
  if (status != CYN_OK) return status;
  bool is_new = check->meta->main.root == CYN_PAGE_NONE && check->meta->transaction == 0;
  if (!r.has_format && !is_new) cyn_i_fault(faults, "there is no format record: this is no store of Cynamo's");
  if (r.pointers != r.layers || memcmp(r.pointer_sum, r.layer_sum, sizeof r.pointer_sum) != 0)
    cyn_i_fault(faults, "the layers of long keys and the pointers to them differ: %llu layers, %llu pointers",
                (unsigned long long)r.layers, (unsigned long long)r.pointers);
  return CYN_OK;
}
