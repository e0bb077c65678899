/* The catalog of a file: each record against its key, which spaces there are and whose they are, and the engine's small
 * records: the next free number, the list of spaces to be emptied, the list of tables with TTL, streams, tokens.
 *
 * All tables are held while a file is verified: memory grows with the catalog, not with the items. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "catalog/stream.h"
#include "engine/verify_private.h"

#define TOKEN_SIZE 41
#define CRC_SIZE 4
#define SEQUENCE_SIZE 20 /* with the last stream's label */

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

const char *cyn_i_verify_name(const cyn_i_verify_space *space, char *out, size_t out_size) {
  const cyn_i_table *table = space->table;
  if (table == NULL) {
    (void)snprintf(out, out_size, "%s %u", space->kind == CYN_VERIFY_LOG ? "log" : "space", space->number);
    return out;
  }
  char account[40], region[64], name[300], index[300];
  bool is_index = space->index != NULL;
  bool is_own = same(table->account, cyn_str("000000000000"));
  (void)snprintf(out, out_size, "table %s (%s%s%s)%s%s%s",
                 cyn_i_fault_bytes(table->name, name, sizeof name), is_own ? "" : cyn_i_fault_bytes(table->account, account, sizeof account),
                 is_own ? "" : ", ", cyn_i_fault_bytes(table->region, region, sizeof region), is_index ? ", index " : "",
                 is_index ? cyn_i_fault_bytes(space->index->name, index, sizeof index) : "",
                 space->kind == CYN_VERIFY_TTL   ? ", expiry queue"
                 : space->kind == CYN_VERIFY_LOG ? ", change log"
                                                 : "");
  return out;
}

static void key_fault(cyn_i_verify_state *v, const char *what, cyn_bytes key, const char *reason) {
  char text[400];
  cyn_i_fault(v->faults, "%s %s: %s", what, cyn_i_fault_bytes(key, text, sizeof text), reason);
}

static bool give_up(cyn_i_verify_state *v) {
  v->status = CYN_E_OUT_OF_MEMORY;
  return false;
}

static bool grow(void **array, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return true;
  size_t larger = *capacity != 0 ? *capacity * 2 : 64;
  void *moved = cyn_i_realloc(*array, larger * size);
  if (moved == NULL) return false;
  *array = moved;
  *capacity = larger;
  return true;
}

static bool add_space(cyn_i_verify_state *v, const cyn_i_verify_space *space) {
  if (!grow((void **)&v->spaces, v->space_count, &v->space_capacity, sizeof *v->spaces)) return give_up(v);
  v->spaces[v->space_count++] = *space;
  return true;
}

static bool add_table(cyn_i_verify_state *v, cyn_i_table *table) {
  if (!grow((void **)&v->tables, v->table_count, &v->table_capacity, sizeof *v->tables)) {
    cyn_i_table_release(table);
    return give_up(v);
  }
  v->tables[v->table_count++] = table;
  if (!add_space(v, &(cyn_i_verify_space){.number = table->space, .kind = CYN_VERIFY_ITEMS, .table = table})) return false;
  for (size_t i = 0; i < table->index_count; i++) {
    const cyn_i_index *index = &table->indexes[i];
    if (!add_space(v, &(cyn_i_verify_space){.number = index->space,
                                            .kind = CYN_VERIFY_INDEX,
                                            .table = table,
                                            .index = index,
                                            .is_partial = index->state != CYN_INDEX_ACTIVE}))
      return false;
  }
  if (table->stream_log != 0 &&
      !add_space(v, &(cyn_i_verify_space){.number = table->stream_log, .kind = CYN_VERIFY_LOG, .table = table, .view = table->stream_view}))
    return false;
  if (table->ttl_space == 0) return true;
  return add_space(v, &(cyn_i_verify_space){.number = table->ttl_space, .kind = CYN_VERIFY_TTL, .table = table});
}

/* The record repeats the table's name, and its ARN account and Region: so a key that was damaged is found. */
static bool record_fits_key(cyn_i_verify_state *v, const cyn_i_table *table) {
  cyn_bytes arn = cyn_i_table_arn(table->account, table->region, table->name, &v->arena);
  const cyn_table_description *description = table->description;
  if (arn.data == NULL) v->status = CYN_E_OUT_OF_MEMORY;
  return arn.data == NULL || (same(description->table_name, table->name) && same(description->table_arn, arn));
}

static bool visit_record(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_verify_state *v = user;
  cyn_bytes account, region;
  cyn_error error = CYN_ERROR_INIT;
  v->report->tables++;
  if (key->hash != 0 || !cyn_i_catalog_partition_split(key->partition, &account, &region)) {
    key_fault(v, "catalog record", key->sort, "its key is not a table's");
    return true;
  }
  cyn_i_table *table;
  cyn_status status = cyn_i_table_parse(account, region, key->sort, value, &table, &error);
  if (status == CYN_E_OUT_OF_MEMORY) v->status = status;
  else if (status != CYN_OK) key_fault(v, "catalog record of table", key->sort, error.message);
  cyn_error_clean_up(&error);
  if (status != CYN_OK) return v->status == CYN_OK;
  if (!record_fits_key(v, table)) key_fault(v, "catalog record of table", key->sort, "it is another table's");
  cyn_i_arena_reset(&v->arena, 1 << 20);
  return add_table(v, table) && v->status == CYN_OK;
}

static bool visit_reclaim(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  const uint8_t *sort = (const uint8_t *)key->sort.data;
  uint32_t number = key->sort.size == 4 ? (uint32_t)sort[0] << 24 | (uint32_t)sort[1] << 16 | (uint32_t)sort[2] << 8 | sort[3] : 0;
  if (key->hash != 0 || key->partition.size != 0 || number < CYN_SPACE_FIRST || value.size != 0) {
    key_fault(v, "entry of the list of spaces to be emptied", key->sort, "it is not sound");
    return true;
  }
  v->report->spaces_to_empty++;
  return add_space(v, &(cyn_i_verify_space){.number = number, .kind = CYN_VERIFY_RECLAIM, .is_partial = true});
}

static void visit_sequence(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  const uint8_t *p = (const uint8_t *)value.data;
  uint32_t next = 0, crc;
  int64_t last_stream_ms = 0;
  bool sound = key->hash == 0 && key->partition.size == 0 && key->sort.size == 0 &&
               (value.size == 4 || value.size == 4 + CRC_SIZE || value.size == SEQUENCE_SIZE);
  if (sound && value.size != 4) {
    memcpy(&crc, p + 4, CRC_SIZE);
    sound = crc == cyn_i_crc32(p, 4);
  }
  if (sound && value.size == SEQUENCE_SIZE) {
    memcpy(&last_stream_ms, p + 8, 8);
    memcpy(&crc, p + SEQUENCE_SIZE - CRC_SIZE, CRC_SIZE);
    sound = crc == cyn_i_crc32(p, SEQUENCE_SIZE - CRC_SIZE);
  }
  if (v->newest_stream_ms > last_stream_ms) sound = false;
  if (sound) memcpy(&next, p, 4);
  for (size_t i = 0; sound && i < v->space_count; i++) sound = v->spaces[i].number < next;
  v->has_sequence = true;
  if (!sound) cyn_i_fault(v->faults, "the next free number of a space is damaged");
}

static void visit_token(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  bool sound = key->hash == 0 && key->sort.size == 0 && (value.size == TOKEN_SIZE || value.size == TOKEN_SIZE + CRC_SIZE) &&
               value.data[0] == 1;
  if (sound && value.size != TOKEN_SIZE) {
    uint32_t crc;
    memcpy(&crc, value.data + TOKEN_SIZE, CRC_SIZE);
    sound = crc == cyn_i_crc32_more(cyn_i_crc32(key->partition.data, key->partition.size), value.data, TOKEN_SIZE);
  }
  if (!sound) key_fault(v, "idempotency token", key->partition, "it is damaged");
  v->report->tokens++;
}

static cyn_i_verify_space *ttl_space_of(cyn_i_verify_state *v, cyn_bytes account, cyn_bytes region, cyn_bytes name) {
  for (size_t i = 0; i < v->space_count; i++) {
    const cyn_i_table *table = v->spaces[i].table;
    if (v->spaces[i].kind == CYN_VERIFY_TTL && same(table->name, name) && same(table->region, region) &&
        same(table->account, account))
      return &v->spaces[i];
  }
  return NULL;
}

static void visit_ttl_table(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_bytes account, region;
  cyn_i_verify_space *space = NULL;
  if (key->hash == 0 && cyn_i_catalog_partition_split(key->partition, &account, &region))
    space = ttl_space_of(v, account, region, key->sort);
  v->ttl_listings++;
  if (space == NULL) key_fault(v, "list of tables with TTL: table", key->sort, "there is none of that name with TTL");
  else if (value.size > 1 || (value.size == 1 && value.data[0] != 'B'))
    key_fault(v, "list of tables with TTL: table", key->sort, "its entry is damaged");
  else space->is_partial = value.size == 1;
}

/* The log that an open stream's table names. */
static const cyn_i_verify_space *log_of(const cyn_i_verify_state *v, const cyn_i_store_key *key, const cyn_i_stream *stream) {
  cyn_bytes account, region, name, label;
  if (!cyn_i_catalog_partition_split(key->partition, &account, &region) || !cyn_i_stream_key_split(key->sort, &name, &label))
    return NULL;
  for (size_t i = 0; i < v->space_count; i++) {
    const cyn_i_table *table = v->spaces[i].table;
    if (v->spaces[i].kind == CYN_VERIFY_LOG && table != NULL && v->spaces[i].number == stream->log &&
        table->stream_created_ms == stream->created_ms && table->stream_view == stream->view && same(table->name, name) &&
        same(table->region, region) && same(table->account, account))
      return &v->spaces[i];
  }
  return NULL;
}

static bool visit_stream(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_stream stream;
  cyn_bytes name, label;
  int64_t created_ms;
  bool sound = key->hash == 0 && cyn_i_stream_record_read(key, value, &stream) && cyn_i_stream_key_split(key->sort, &name, &label) &&
               cyn_i_stream_label_parse(label, &created_ms) && created_ms == stream.created_ms &&
               (stream.closed_ms == 0 || stream.closed_ms >= created_ms);
  if (!sound) {
    key_fault(v, "stream", key->sort, "its record is damaged");
    return true;
  }
  if (stream.created_ms > v->newest_stream_ms) v->newest_stream_ms = stream.created_ms;
  if (stream.closed_ms != 0)
    return add_space(v, &(cyn_i_verify_space){.number = stream.log, .kind = CYN_VERIFY_LOG, .view = stream.view});
  v->open_streams++;
  if (log_of(v, key, &stream) == NULL) key_fault(v, "stream", key->sort, "it is open, and no table writes to it");
  return true;
}

/* The engine's own spaces, in the order of their numbers: the catalog comes first, and the reclaim list after the
 * sequence, which is judged at the end. */
static bool visit_own(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_verify_state *v = user;
  switch (key->space) {
    case CYN_SPACE_CATALOG: return visit_record(user, key, value);
    case CYN_SPACE_SEQUENCE: return true;
    case CYN_SPACE_TOKENS: visit_token(v, key, value); return true;
    case CYN_SPACE_RECLAIM: return visit_reclaim(v, key, value);
    case CYN_SPACE_TTL_TABLES: visit_ttl_table(v, key, value); return true;
    case CYN_SPACE_STREAMS: return visit_stream(v, key, value);
    default: break;
  }
  if (v->unknown_space != key->space) cyn_i_fault(v->faults, "space %u holds keys, and Cynamo has no such space", key->space);
  v->unknown_space = key->space;
  return true;
}

static bool visit_own_sequence(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  visit_sequence(user, key, value);
  return true;
}

static int compare_spaces(const void *a, const void *b) {
  uint32_t left = ((const cyn_i_verify_space *)a)->number, right = ((const cyn_i_verify_space *)b)->number;
  return (left > right) - (left < right);
}

/* Sorted, each number once; what names a space twice is told and forgotten. */
static void sort_spaces(cyn_i_verify_state *v) {
  if (v->space_count == 0) return;
  qsort(v->spaces, v->space_count, sizeof *v->spaces, compare_spaces);
  size_t kept = 1;
  for (size_t i = 1; i < v->space_count; i++) {
    if (v->spaces[i].number != v->spaces[kept - 1].number) {
      v->spaces[kept++] = v->spaces[i];
      continue;
    }
    char first[900], second[900];
    cyn_i_fault(v->faults, "space %u belongs to %s and to %s", v->spaces[i].number,
                cyn_i_verify_name(&v->spaces[kept - 1], first, sizeof first), cyn_i_verify_name(&v->spaces[i], second, sizeof second));
  }
  v->space_count = kept;
  if (v->spaces[0].number < CYN_SPACE_FIRST) cyn_i_fault(v->faults, "space %u belongs to a table", v->spaces[0].number);
}

cyn_i_verify_space *cyn_i_verify_find(const cyn_i_verify_state *v, uint32_t number) {
  size_t low = 0, high = v->space_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (v->spaces[middle].number < number) low = middle + 1;
    else high = middle;
  }
  return low < v->space_count && v->spaces[low].number == number ? &v->spaces[low] : NULL;
}

cyn_status cyn_i_verify_catalog(cyn_i_verify_state *v, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_store_check_walk(v->check, CYN_SPACE_CATALOG, CYN_SPACE_FIRST - 1, visit_own, v, &own);
  status = cyn_i_verify_settle(v, status, &own, error);
  uint64_t queues = 0, logs = 0;
  for (size_t i = 0; i < v->space_count; i++) {
    queues += v->spaces[i].kind == CYN_VERIFY_TTL;
    logs += v->spaces[i].kind == CYN_VERIFY_LOG && v->spaces[i].table != NULL;
  }
  if (logs != v->open_streams)
    cyn_i_fault(v->faults, "%llu tables have a change log, and %llu streams are open", (unsigned long long)logs,
                (unsigned long long)v->open_streams);
  if (queues != v->ttl_listings)
    cyn_i_fault(v->faults, "%llu tables have TTL on, and %llu are listed", (unsigned long long)queues,
                (unsigned long long)v->ttl_listings);
  if (status == CYN_OK) {
    status = cyn_i_store_check_walk(v->check, CYN_SPACE_SEQUENCE, CYN_SPACE_SEQUENCE, visit_own_sequence, v, &own);
    status = cyn_i_verify_settle(v, status, &own, error);
  }
  if (!v->has_sequence && v->space_count != 0) cyn_i_fault(v->faults, "the next free number of a space is not written down");
  sort_spaces(v);
  return status;
}

void cyn_i_verify_clean_up(cyn_i_verify_state *v) {
  for (size_t i = 0; i < v->table_count; i++) cyn_i_table_release(v->tables[i]);
  cyn_i_free(v->tables);
  cyn_i_free(v->spaces);
  cyn_i_free(v->newest.at);
  cyn_i_arena_clean_up(&v->arena);
}
