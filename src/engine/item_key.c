/* See item_key.h. An index entry's sort key is the index's range attributes, each self-ending, then the tie-break of the
 * scan order and the base key, so that two items never share an entry. */
#include "engine/item_key.h"

#include "base/error.h"
#include "base/hash.h"
#include "value/key.h"
#include "value/number.h"

bool cyn_i_partition_key(uint32_t space, const cyn_bytes *contents, size_t count, cyn_i_arena *arena,
                         cyn_i_store_key *out) {
  cyn_bytes whole = contents[0];
  uint8_t stack[128];
  cyn_i_buf buf = {stack, 0, sizeof stack, arena, false};
  for (size_t i = 0; i < count; i++) cyn_i_key_append_partition(&buf, contents[i]);
  if (count > 1) {
    cyn_i_buf joined;
    cyn_i_buf_init(&joined, arena);
    for (size_t i = 0; i < count; i++) cyn_i_buf_append(&joined, contents[i].data, contents[i].size);
    if (joined.failed) return false;
    whole = (cyn_bytes){(const char *)joined.data, joined.size};
  }
  if (buf.failed) return false;
  uint8_t shortened[17];
  cyn_bytes partition = cyn_i_key_shorten((cyn_bytes){(const char *)buf.data, buf.size}, shortened);
  out->space = space;
  out->hash = cyn_i_key_hash(whole);
  out->partition = cyn_i_arena_copy(arena, partition);
  out->sort = (cyn_bytes){"", 0};
  return out->partition.data != NULL;
}

bool cyn_i_item_key(const cyn_i_table *table, const uint8_t *item, cyn_i_arena *arena, cyn_i_store_key *out) {
  const uint8_t *hash = cyn_i_item_find(item, table->hash.name);
  const uint8_t *range = table->has_range ? cyn_i_item_find(item, table->range.name) : NULL;
  if (hash == NULL || (table->has_range && range == NULL)) return false;
  cyn_bytes content = cyn_i_value_content(hash);
  if (!cyn_i_partition_key(table->space, &content, 1, arena, out)) return false;
  if (range != NULL) out->sort = cyn_i_value_content(range); /* the last part stands as its bytes */
  return true;
}

static bool part_content(const cyn_i_key_part *part, const uint8_t *item, cyn_bytes *content) {
  const uint8_t *value = cyn_i_item_find(item, part->name);
  if (value == NULL || cyn_i_value_type(value) != part->type) return false;
  *content = cyn_i_value_content(value);
  return true;
}

static bool contents_of(const cyn_i_key_part *parts, size_t count, const uint8_t *item, size_t size_max, cyn_bytes *out) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    if (!part_content(&parts[i], item, &out[i]) || out[i].size == 0) return false;
    size += out[i].size;
  }
  return size <= size_max;
}

bool cyn_i_index_parts_of(const cyn_i_index *index, const uint8_t *item, cyn_i_index_parts *out) {
  return contents_of(index->hash, index->hash_count, item, CYN_PARTITION_KEY_SIZE_MAX, out->hash) &&
         contents_of(index->range, index->range_count, item, CYN_SORT_KEY_SIZE_MAX, out->range);
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

bool cyn_i_index_parts_equal(const cyn_i_index *index, const cyn_i_index_parts *a, const cyn_i_index_parts *b) {
  for (size_t i = 0; i < index->hash_count; i++)
    if (!same(a->hash[i], b->hash[i])) return false;
  for (size_t i = 0; i < index->range_count; i++)
    if (!same(a->range[i], b->range[i])) return false;
  return true;
}

cyn_bytes cyn_i_index_tail(const cyn_i_table *table, const cyn_i_store_key *item_key, const uint8_t *item,
                           cyn_i_arena *arena) {
  cyn_bytes none = {NULL, 0}, hash;
  if (!part_content(&table->hash, item, &hash)) return none;
  cyn_bytes tie[3] = {cyn_str("Outliers"), hash, item_key->sort};
  uint8_t digest[16];
  cyn_i_md5(tie, 3, digest);
  cyn_i_buf tail;
  cyn_i_buf_init(&tail, arena);
  cyn_i_buf_append(&tail, digest, 8);
  cyn_i_buf_byte(&tail, (uint8_t)item_key->partition.size);
  cyn_i_buf_append(&tail, item_key->partition.data, item_key->partition.size);
  cyn_i_buf_append(&tail, item_key->sort.data, item_key->sort.size);
  return tail.failed ? none : (cyn_bytes){(const char *)tail.data, tail.size};
}

bool cyn_i_index_key_from(const cyn_i_index *index, const cyn_i_index_parts *parts, cyn_bytes tail, cyn_i_arena *arena,
                          cyn_i_store_key *out) {
  if (!cyn_i_partition_key(index->space, parts->hash, index->hash_count, arena, out)) return false;
  cyn_i_buf sort;
  cyn_i_buf_init(&sort, arena);
  for (size_t i = 0; i < index->range_count; i++) cyn_i_key_append_more(&sort, index->range[i].type, parts->range[i]);
  cyn_i_buf_append(&sort, tail.data, tail.size);
  out->sort = (cyn_bytes){(const char *)sort.data, sort.size};
  return !sort.failed;
}

bool cyn_i_index_key(const cyn_i_table *table, const cyn_i_index *index, const uint8_t *item, cyn_i_arena *arena,
                     cyn_i_store_key *out, bool *present) {
  cyn_i_index_parts parts;
  cyn_i_store_key base;
  *present = cyn_i_index_parts_of(index, item, &parts);
  if (!*present) return true;
  if (!cyn_i_item_key(table, item, arena, &base)) return false;
  cyn_bytes tail = cyn_i_index_tail(table, &base, item, arena);
  return tail.data != NULL && cyn_i_index_key_from(index, &parts, tail, arena, out);
}

/* ---- checks ---- */

static const char schema_mismatch[] = "The provided key element does not match the schema";

cyn_status cyn_i_check_key_size(bool is_hash, size_t size, cyn_error *error) {
  if (is_hash && size > CYN_PARTITION_KEY_SIZE_MAX)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
                           "limit of2048 bytes");
  if (!is_hash && size > CYN_SORT_KEY_SIZE_MAX)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "One or more parameter values were invalid: Aggregated size of all range keys has exceeded "
                           "the size limit of 1024 bytes");
  return CYN_OK;
}

cyn_status cyn_i_check_key_content(const cyn_i_key_part *part, bool is_hash, const uint8_t *value, cyn_error *error) {
  if (part->type == CYN_TYPE_N) return CYN_OK;
  size_t size = cyn_i_value_content(value).size;
  if (size == 0)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                            "contain an empty %s value. Key: %.*s",
                            part->type == CYN_TYPE_S ? "string" : "binary", (int)part->name.size, part->name.data);
  return cyn_i_check_key_size(is_hash, size, error);
}

bool cyn_i_is_empty_key(const cyn_error *error) { return strstr(error->message, "cannot contain an empty") != NULL; }

static cyn_status check_contents(const cyn_i_table *table, const uint8_t *hash, const uint8_t *range, cyn_error *error) {
  cyn_status status = cyn_i_check_key_content(&table->hash, true, hash, error);
  if (status == CYN_OK && range != NULL) status = cyn_i_check_key_content(&table->range, false, range, error);
  return status;
}

cyn_status cyn_i_check_key(const cyn_i_table *table, const uint8_t *key, cyn_error *error) {
  const uint8_t *hash = cyn_i_item_find(key, table->hash.name);
  const uint8_t *range = table->has_range ? cyn_i_item_find(key, table->range.name) : NULL;
  bool ok = cyn_i_item_count(key) == (table->has_range ? 2u : 1u) && hash != NULL &&
            cyn_i_value_type(hash) == table->hash.type;
  if (table->has_range) ok = ok && range != NULL && cyn_i_value_type(range) == table->range.type;
  if (!ok) return cyn_i_error_set(error, CYN_E_VALIDATION, schema_mismatch);
  return check_contents(table, hash, range, error);
}

static cyn_status check_part(const cyn_i_key_part *part, const uint8_t *value, cyn_error *error) {
  if (value == NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            "One or more parameter values were invalid: Missing the key %.*s in the item",
                            (int)part->name.size, part->name.data);
  if (cyn_i_value_type(value) != part->type)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            "One or more parameter values were invalid: Type mismatch for key %.*s expected: %s actual: %s",
                            (int)part->name.size, part->name.data, cyn_i_type_name(part->type),
                            cyn_i_type_name(cyn_i_value_type(value)));
  return CYN_OK;
}

cyn_status cyn_i_check_item_key(const cyn_i_table *table, const uint8_t *item, cyn_error *error) {
  const uint8_t *hash = cyn_i_item_find(item, table->hash.name);
  const uint8_t *range = table->has_range ? cyn_i_item_find(item, table->range.name) : NULL;
  cyn_status status = check_part(&table->hash, hash, error);
  if (status == CYN_OK && table->has_range) status = check_part(&table->range, range, error);
  return status == CYN_OK ? check_contents(table, hash, range, error) : status;
}

/* The parts of one kind, of a whole item (old NULL) or of an updated one: there only what the update has changed is at
 * fault, since an item may be older than the index. */
typedef struct part_check {
  const cyn_i_index *index;
  const cyn_i_key_part *parts;
  size_t count;
  bool is_hash;
} part_check;

static cyn_status type_fault(const part_check *check, const cyn_i_key_part *part, const uint8_t *value, bool is_update,
                             cyn_error *error) {
  if (is_update)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "The update expression attempted to update the secondary index key to unsupported type");
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          "One or more parameter values were invalid: Type mismatch for Index Key %.*s Expected: %s "
                          "Actual: %s IndexName: %.*s",
                          (int)part->name.size, part->name.data, cyn_i_type_name(part->type),
                          cyn_i_type_name(cyn_i_value_type(value)), (int)check->index->name.size,
                          check->index->name.data);
}

static cyn_status empty_fault(const part_check *check, const cyn_i_key_part *part, bool is_update, cyn_error *error) {
  const char *kind = part->type == CYN_TYPE_S ? "string" : "binary";
  if (is_update)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            "One or more parameter values are not valid. The update expression attempted to update "
                            "a secondary index key to a value that is not supported. The AttributeValue for a key "
                            "attribute cannot contain an empty %s value.",
                            kind);
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          "One or more parameter values are not valid. A value specified for a secondary index "
                          "key is not supported. The AttributeValue for a key attribute cannot contain an empty "
                          "%s value. IndexName: %.*s, IndexKey: %.*s",
                          kind, (int)check->index->name.size, check->index->name.data, (int)part->name.size,
                          part->name.data);
}

static cyn_status size_fault(bool is_hash, bool is_update, cyn_error *error) {
  if (is_update)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "The update expression attempted to update the secondary index key beyond allowed size limits");
  return cyn_i_check_key_size(is_hash, SIZE_MAX, error);
}

static cyn_status check_parts(const part_check *check, const uint8_t *item, const uint8_t *old, cyn_error *error) {
  size_t size = 0;
  bool changed = false;
  for (size_t i = 0; i < check->count; i++) {
    const cyn_i_key_part *part = &check->parts[i];
    const uint8_t *value = cyn_i_item_find(item, part->name);
    const uint8_t *before = old != NULL && value != NULL ? cyn_i_item_find(old, part->name) : NULL;
    if (value == NULL) continue;
    size_t whole = cyn_i_value_size(value);
    if (cyn_i_value_type(value) == part->type) size += cyn_i_value_content(value).size;
    if (before != NULL && cyn_i_value_size(before) == whole && memcmp(before, value, whole) == 0) continue;
    changed = true;
    if (cyn_i_value_type(value) != part->type) return type_fault(check, part, value, old != NULL, error);
    if (cyn_i_value_content(value).size == 0) return empty_fault(check, part, old != NULL, error);
  }
  if (!changed || size <= (check->is_hash ? CYN_PARTITION_KEY_SIZE_MAX : CYN_SORT_KEY_SIZE_MAX)) return CYN_OK;
  return size_fault(check->is_hash, old != NULL, error);
}

static cyn_status check_indexes(const cyn_i_table *table, bool global, const uint8_t *item, const uint8_t *old,
                                cyn_error *error) {
  cyn_status status = CYN_OK;
  for (size_t i = 0; status == CYN_OK && i < table->index_count; i++) {
    const cyn_i_index *index = &table->indexes[i];
    if (index->is_global != global || index->state == CYN_INDEX_DELETING) continue;
    status = check_parts(&(part_check){index, index->hash, index->hash_count, true}, item, old, error);
    if (status == CYN_OK)
      status = check_parts(&(part_check){index, index->range, index->range_count, false}, item, old, error);
  }
  return status;
}

cyn_status cyn_i_check_index_keys(const cyn_i_table *table, const uint8_t *item, const uint8_t *old, cyn_error *error) {
  if (table->index_count == 0) return CYN_OK;
  cyn_status status = check_indexes(table, true, item, old, error);
  return status == CYN_OK ? check_indexes(table, false, item, old, error) : status;
}

/* ---- TTL ---- */

bool cyn_i_ttl_key(const cyn_i_table *table, const cyn_i_store_key *item_key, const uint8_t *item, cyn_i_arena *arena,
                   cyn_i_store_key *out, bool *present) {
  *present = false;
  if (table->ttl_space == 0) return true;
  const uint8_t *value = cyn_i_item_find(item, table->ttl_attribute);
  if (value == NULL || cyn_i_value_type(value) != CYN_TYPE_N) return true;
  cyn_bytes digits = cyn_i_value_content(value);
  double seconds = cyn_i_number_to_double((const uint8_t *)digits.data, digits.size);
  if (!(seconds > 0 && seconds < 9e15)) return true;
  uint64_t due = (uint64_t)seconds;
  size_t size = 17 + item_key->partition.size + item_key->sort.size;
  uint8_t *sort = cyn_i_arena_alloc(arena, size);
  if (sort == NULL) return false;
  for (int i = 0; i < 8; i++) sort[i] = (uint8_t)(due >> (56 - 8 * i));
  for (int i = 0; i < 8; i++) sort[8 + i] = (uint8_t)(item_key->hash >> (56 - 8 * i));
  sort[16] = (uint8_t)item_key->partition.size;
  memcpy(sort + 17, item_key->partition.data, item_key->partition.size);
  if (item_key->sort.size != 0) memcpy(sort + 17 + item_key->partition.size, item_key->sort.data, item_key->sort.size);
  *out = (cyn_i_store_key){table->ttl_space, 0, {"", 0}, {(const char *)sort, size}};
  *present = true;
  return true;
}

/* ---- stored values ---- */

cyn_bytes cyn_i_stored_make(const uint8_t *item, size_t size, cyn_i_arena *arena) {
  uint8_t *copy = cyn_i_arena_alloc(arena, size + 4);
  if (copy == NULL) return (cyn_bytes){NULL, 0};
  memcpy(copy, item, size);
  cyn_i_put_u32(copy + size, cyn_i_crc32(item, size));
  return (cyn_bytes){(const char *)copy, size + 4};
}

cyn_bytes cyn_i_stored_finish(cyn_i_buf *buf, size_t start) {
  if (!cyn_i_buf_reserve(buf, 4) || buf->failed) return (cyn_bytes){NULL, 0};
  size_t size = buf->size - start;
  cyn_i_put_u32(buf->data + buf->size, cyn_i_crc32(buf->data + start, size));
  buf->size += 4;
  return (cyn_bytes){(const char *)buf->data + start, size + 4};
}
