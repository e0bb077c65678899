/* See read.h. */
#include "engine/read.h"

#include "engine/item_key.h"

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static cyn_status not_scalar(const char *what, cyn_bytes name, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                          "%s: %.*s",
                          what, (int)name.size, name.data);
}

static bool is_index_part(const cyn_i_index *index, cyn_bytes name) {
  for (size_t i = 0; i < index->hash_count; i++)
    if (same(index->hash[i].name, name)) return true;
  for (size_t i = 0; i < index->range_count; i++)
    if (same(index->range[i].name, name)) return true;
  return false;
}

cyn_status cyn_i_check_key_paths(const cyn_i_table *table, const cyn_i_bound *bound, cyn_error *error) {
  size_t count = bound != NULL ? cyn_i_bound_path_count(bound) : 0;
  for (size_t i = 0; i < count; i++) {
    cyn_i_path path = cyn_i_bound_path(bound, i);
    if (path.count < 2) continue;
    cyn_bytes head = path.steps[0].name;
    if (same(head, table->hash.name) || (table->has_range && same(head, table->range.name)))
      return not_scalar("Key", head, error);
    for (size_t k = 0; k < table->index_count; k++)
      if (is_index_part(&table->indexes[k], head)) return not_scalar("IndexKey", head, error);
  }
  return CYN_OK;
}

cyn_status cyn_i_read_item(cyn_i_worker *worker, const cyn_i_store_key *key, const cyn_i_bound *projection,
                           cyn_i_arena *arena, cyn_item *out, uint32_t *dynamodb_size, cyn_error *error) {
  *out = (cyn_item){NULL, 0, NULL};
  *dynamodb_size = 0;
  cyn_bytes value;
  cyn_status status = cyn_i_store_get(worker->view, key, &value, error);
  if (status != CYN_OK || value.data == NULL) return status;
  const uint8_t *item = cyn_i_stored_item(value);
  *dynamodb_size = cyn_i_item_dynamodb_size(item);
  if (projection == NULL) {
    size_t size = cyn_i_stored_item_size(value);
    uint8_t *copy = cyn_i_arena_alloc(arena, size);
    if (copy == NULL) return cyn_i_error_no_memory(error);
    memcpy(copy, item, size);
    *out = (cyn_item){copy, size, NULL};
    return CYN_OK;
  }
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_projection_apply(projection, item, &buf);
  if (buf.failed) return cyn_i_error_no_memory(error);
  *out = (cyn_item){buf.data, buf.size, NULL};
  return CYN_OK;
}
