/* Tables parsed from their records: immutable, counted, each with an arena of its own. See table.h. */
#include "catalog/table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "catalog/stream.h"

static bool same(cyn_bytes a, cyn_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool is_text(cyn_bytes bytes, const char *text) { return same(bytes, cyn_str(text)); }

cyn_i_table_state cyn_i_table_state_from(uint32_t stored_state, int64_t state_until_ms, int64_t now_ms) {
  if (state_until_ms == 0 || now_ms < state_until_ms) return (cyn_i_table_state)stored_state;
  return stored_state == CYN_TABLE_DELETING ? CYN_TABLE_GONE : CYN_TABLE_ACTIVE;
}

cyn_i_table_state cyn_i_table_state_at(const cyn_i_table *table, int64_t now_ms) {
  return cyn_i_table_state_from(table->stored_state, table->state_until_ms, now_ms);
}

const cyn_i_index *cyn_i_table_index(const cyn_i_table *table, cyn_bytes name) {
  for (size_t i = 0; i < table->index_count; i++)
    if (same(table->indexes[i].name, name)) return &table->indexes[i];
  return NULL;
}

/* ---- parsing ---- */

/* The type that the description defines for an attribute; false when it defines none. */
static bool attribute_type(const cyn_table_description *description, cyn_bytes name, cyn_type *out) {
  for (size_t i = 0; i < description->attribute_definitions.count; i++) {
    const cyn_attribute_definition *definition = description->attribute_definitions.at[i];
    if (!same(definition->attribute_name, name)) continue;
    if (is_text(definition->attribute_type, "S"))
      *out = CYN_TYPE_S;
    else if (is_text(definition->attribute_type, "N"))
      *out = CYN_TYPE_N;
    else if (is_text(definition->attribute_type, "B"))
      *out = CYN_TYPE_B;
    else
      return false;
    return true;
  }
  return false;
}

typedef struct key_parts {
  cyn_i_key_part hash[CYN_INDEX_KEY_PARTS_MAX], range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count;
} key_parts;

static bool parse_key_schema(const cyn_table_description *description, const cyn_key_schema *schema, key_parts *out) {
  *out = (key_parts){0};
  for (size_t i = 0; i < schema->count; i++) {
    const cyn_key_schema_element *element = schema->at[i];
    cyn_i_key_part part = {element->attribute_name, CYN_TYPE_S};
    if (part.name.size == 0 || !attribute_type(description, part.name, &part.type)) return false;
    bool is_hash = is_text(element->key_type, CYN_KEY_TYPE_HASH);
    size_t *count = is_hash ? &out->hash_count : &out->range_count;
    if (*count == CYN_INDEX_KEY_PARTS_MAX) return false;
    (is_hash ? out->hash : out->range)[(*count)++] = part;
  }
  return out->hash_count != 0;
}

static bool parse_projection(const cyn_projection *projection, cyn_i_index *out) {
  if (projection == NULL) return false;
  if (is_text(projection->projection_type, CYN_PROJECTION_TYPE_ALL))
    out->projection = CYN_PROJECT_ALL;
  else if (is_text(projection->projection_type, CYN_PROJECTION_TYPE_KEYS_ONLY))
    out->projection = CYN_PROJECT_KEYS_ONLY;
  else if (is_text(projection->projection_type, CYN_PROJECTION_TYPE_INCLUDE))
    out->projection = CYN_PROJECT_INCLUDE;
  else
    return false;
  out->non_key = projection->non_key_attributes.at;
  out->non_key_count = projection->non_key_attributes.count;
  return true;
}

static bool parse_index(const cyn_table_description *description, cyn_bytes name, const cyn_key_schema *schema,
                        const cyn_projection *projection, cyn_i_index *out) {
  key_parts parts;
  if (name.size == 0 || !parse_key_schema(description, schema, &parts) || !parse_projection(projection, out)) return false;
  out->name = name;
  memcpy(out->hash, parts.hash, sizeof out->hash);
  memcpy(out->range, parts.range, sizeof out->range);
  out->hash_count = parts.hash_count;
  out->range_count = parts.range_count;
  return true;
}

static bool parse_indexes(cyn_i_table *table, const cyn_i_table_record *record) {
  const cyn_table_description *description = table->description;
  size_t local_count = description->local_secondary_indexes.count;
  table->has_local_indexes = local_count != 0;
  table->index_count = record->index_count;
  for (size_t i = 0; i < table->index_count; i++) {
    cyn_i_index *index = &table->indexes[i];
    index->space = record->index_spaces[i];
    index->state = (cyn_i_index_state)record->index_states[i];
    index->is_global = i >= local_count;
    bool parsed;
    if (index->is_global) {
      const cyn_global_secondary_index_description *global = description->global_secondary_indexes.at[i - local_count];
      parsed = parse_index(description, global->index_name, &global->key_schema, global->projection, index);
    } else {
      const cyn_local_secondary_index_description *local = description->local_secondary_indexes.at[i];
      parsed = parse_index(description, local->index_name, &local->key_schema, local->projection, index);
    }
    if (!parsed) return false;
  }
  return true;
}

/* A table with a log has a description that says what the log's records hold. */
static bool parse_stream(cyn_i_table *table) {
  const cyn_stream_specification *stream = table->description->stream_specification;
  return table->stream_log == 0 ||
         (stream != NULL && cyn_i_view_type_from(stream->stream_view_type, &table->stream_view));
}

static cyn_status parse_into(cyn_i_table *table, cyn_error *error) {
  cyn_i_table_record record;
  cyn_status status = cyn_i_table_record_read(table->record, &table->arena, &record, error);
  if (status != CYN_OK) return status;
  table->space = record.space;
  table->ttl_space = record.ttl_space;
  table->ttl_attribute = record.ttl_attribute;
  table->ttl_changed_ms = record.ttl_changed_ms;
  table->stream_log = record.stream_log;
  table->stream_created_ms = record.stream_created_ms;
  table->stored_state = record.stored_state;
  table->state_until_ms = record.state_until_ms;
  table->description = record.description;
  table->tags = record.tags;
  table->indexes = cyn_i_arena_zalloc(&table->arena, record.index_count + 1, sizeof *table->indexes);
  if (table->indexes == NULL) return cyn_i_error_no_memory(error);
  key_parts parts;
  bool parsed = parse_key_schema(record.description, &record.description->key_schema, &parts) &&
                parse_stream(table) && parts.hash_count == 1 && parts.range_count <= 1 && parse_indexes(table, &record);
  if (!parsed)
    return cyn_i_error_set(error, CYN_E_INTERNAL, "The catalog record of a table is damaged: its keys cannot be read");
  table->hash = parts.hash[0];
  table->has_range = parts.range_count == 1;
  if (table->has_range) table->range = parts.range[0];
  return CYN_OK;
}

cyn_status cyn_i_table_parse(cyn_bytes account, cyn_bytes region, cyn_bytes name, cyn_bytes record, cyn_i_table **out,
                             cyn_error *error) {
  *out = NULL;
  cyn_i_table *table = cyn_i_zalloc(1, sizeof *table);
  if (table == NULL) return cyn_i_error_no_memory(error);
  atomic_init(&table->references, 1);
  cyn_i_arena_init(&table->arena, 4096);
  table->account = cyn_i_arena_copy(&table->arena, account);
  table->region = cyn_i_arena_copy(&table->arena, region);
  table->name = cyn_i_arena_copy(&table->arena, name);
  table->record = cyn_i_arena_copy(&table->arena, record);
  cyn_status status = CYN_OK;
  if (table->account.data == NULL || table->region.data == NULL || table->name.data == NULL ||
      table->record.data == NULL)
    status = cyn_i_error_no_memory(error);
  if (status == CYN_OK) status = parse_into(table, error);
  if (status != CYN_OK) {
    cyn_i_table_release(table);
    return status;
  }
  *out = table;
  return CYN_OK;
}

cyn_i_table *cyn_i_table_retain(cyn_i_table *table) {
  atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
  return table;
}

void cyn_i_table_release(cyn_i_table *table) {
  if (table == NULL) return;
  if (atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) != 1) return;
  cyn_i_arena_clean_up(&table->arena);
  cyn_i_free(table);
}

bool cyn_i_table_record_from(const cyn_i_table *table, cyn_i_table_record *out, cyn_i_arena *arena) {
  uint32_t *spaces = cyn_i_arena_alloc(arena, (table->index_count + 1) * sizeof *spaces);
  uint8_t *states = cyn_i_arena_alloc(arena, table->index_count + 1);
  if (spaces == NULL || states == NULL) return false;
  for (size_t i = 0; i < table->index_count; i++) {
    spaces[i] = table->indexes[i].space;
    states[i] = (uint8_t)table->indexes[i].state;
  }
  *out = (cyn_i_table_record){
      .space = table->space,
      .ttl_space = table->ttl_space,
      .ttl_attribute = table->ttl_attribute,
      .ttl_changed_ms = table->ttl_changed_ms,
      .stream_log = table->stream_log,
      .stream_created_ms = table->stream_created_ms,
      .stored_state = table->stored_state,
      .state_until_ms = table->state_until_ms,
      .index_spaces = spaces,
      .index_states = states,
      .index_count = table->index_count,
      .description = table->description,
      .tags = table->tags,
  };
  return true;
}
