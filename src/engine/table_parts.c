/* See table_parts.h. */
#include "engine/table_parts.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/stream.h"

#define DAY_SECONDS 86400
#define DEFAULT_KEY "00000000-0000-4000-8000-000000000000" /* stands for the account's own DynamoDB key */

/* ---- definitions ---- */

static int compare_names(cyn_bytes a, cyn_bytes b) {
  size_t size = a.size < b.size ? a.size : b.size;
  int order = size != 0 ? memcmp(a.data, b.data, size) : 0;
  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_definitions(const void *a, const void *b) {
  const cyn_attribute_definition *const *left = a, *const *right = b;
  return compare_names((*left)->attribute_name, (*right)->attribute_name);
}

static int compare_bytes(const void *a, const void *b) {
  return compare_names(*(const cyn_bytes *)a, *(const cyn_bytes *)b);
}

bool cyn_i_parts_definitions(const cyn_attribute_definitions *definitions, const cyn_attribute_definitions *more,
                             cyn_i_arena *arena, cyn_attribute_definitions *out) {
  size_t room = definitions->count + (more != NULL ? more->count : 0) + 1;
  const cyn_attribute_definition **all = cyn_i_arena_alloc(arena, room * sizeof *all);
  if (all == NULL) return false;
  size_t count = 0;
  for (size_t i = 0; i < definitions->count; i++) all[count++] = definitions->at[i];
  for (size_t i = 0; more != NULL && i < more->count; i++) {
    cyn_attribute_definitions known = {count, all};
    if (cyn_i_definition_find(&known, more->at[i]->attribute_name) == NULL) all[count++] = more->at[i];
  }
  qsort(all, count, sizeof *all, compare_definitions);
  *out = (cyn_attribute_definitions){count, all};
  return true;
}

/* ---- throughput ---- */

cyn_provisioned_throughput_description *cyn_i_parts_throughput(const cyn_provisioned_throughput *throughput,
                                                               cyn_i_arena *arena) {
  cyn_provisioned_throughput_description *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_provisioned_throughput_description)CYN_PROVISIONED_THROUGHPUT_DESCRIPTION_INIT;
  out->number_of_decreases_today = cyn_int(0);
  out->read_capacity_units = cyn_int(throughput != NULL ? throughput->read_capacity_units.value : 0);
  out->write_capacity_units = cyn_int(throughput != NULL ? throughput->write_capacity_units.value : 0);
  return out;
}

cyn_provisioned_throughput_description *cyn_i_parts_throughput_changed(
    const cyn_provisioned_throughput_description *old, const cyn_provisioned_throughput *throughput, int64_t now_ms,
    cyn_i_arena *arena) {
  cyn_provisioned_throughput_description *out = cyn_i_parts_throughput(throughput, arena);
  if (out == NULL || old == NULL) return out;
  out->last_increase_date_time = old->last_increase_date_time;
  out->last_decrease_date_time = old->last_decrease_date_time;
  out->number_of_decreases_today = old->number_of_decreases_today;
  int64_t reads = out->read_capacity_units.value - old->read_capacity_units.value;
  int64_t writes = out->write_capacity_units.value - old->write_capacity_units.value;
  if (reads > 0 || writes > 0) out->last_increase_date_time = cyn_double(cyn_i_seconds(now_ms));
  if (reads < 0 || writes < 0) {
    int64_t today = now_ms / 1000 / DAY_SECONDS;
    bool is_first =
        !old->last_decrease_date_time.is_set || (int64_t)old->last_decrease_date_time.value / DAY_SECONDS != today;
    out->number_of_decreases_today = cyn_int(is_first ? 1 : old->number_of_decreases_today.value + 1);
    out->last_decrease_date_time = cyn_double(cyn_i_seconds(now_ms));
  }
  return out;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

cyn_i_warm_units cyn_i_parts_warm(const cyn_warm_throughput *asked, const cyn_provisioned_throughput_description *units,
                                  bool is_on_demand, cyn_i_warm_units had) {
  cyn_i_warm_units out = had;
  out.read = larger(out.read, is_on_demand ? CYN_ON_DEMAND_READ_UNITS : units->read_capacity_units.value);
  out.write = larger(out.write, is_on_demand ? CYN_ON_DEMAND_WRITE_UNITS : units->write_capacity_units.value);
  if (asked != NULL && asked->read_units_per_second.is_set)
    out.read = larger(out.read, asked->read_units_per_second.value);
  if (asked != NULL && asked->write_units_per_second.is_set)
    out.write = larger(out.write, asked->write_units_per_second.value);
  return out;
}

cyn_table_warm_throughput_description *cyn_i_parts_table_warm(cyn_i_warm_units units, cyn_i_arena *arena) {
  cyn_table_warm_throughput_description *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_table_warm_throughput_description)CYN_TABLE_WARM_THROUGHPUT_DESCRIPTION_INIT;
  out->read_units_per_second = cyn_int(units.read);
  out->write_units_per_second = cyn_int(units.write);
  return out;
}

cyn_global_secondary_index_warm_throughput_description *cyn_i_parts_index_warm(cyn_i_warm_units units,
                                                                               cyn_i_arena *arena) {
  cyn_global_secondary_index_warm_throughput_description *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_global_secondary_index_warm_throughput_description)
      CYN_GLOBAL_SECONDARY_INDEX_WARM_THROUGHPUT_DESCRIPTION_INIT;
  out->read_units_per_second = cyn_int(units.read);
  out->write_units_per_second = cyn_int(units.write);
  return out;
}

cyn_i_warm_units cyn_i_parts_table_warm_units(const cyn_table_warm_throughput_description *warm) {
  if (warm == NULL) return (cyn_i_warm_units){0, 0};
  return (cyn_i_warm_units){warm->read_units_per_second.value, warm->write_units_per_second.value};
}

cyn_i_warm_units cyn_i_parts_index_warm_units(const cyn_global_secondary_index_warm_throughput_description *warm) {
  if (warm == NULL) return (cyn_i_warm_units){0, 0};
  return (cyn_i_warm_units){warm->read_units_per_second.value, warm->write_units_per_second.value};
}

bool cyn_i_parts_on_demand(const cyn_on_demand_throughput *old, const cyn_on_demand_throughput *change,
                           cyn_i_arena *arena, const cyn_on_demand_throughput **out) {
  cyn_on_demand_throughput *limits = cyn_i_arena_alloc(arena, sizeof *limits);
  if (limits == NULL) return false;
  *limits = (cyn_on_demand_throughput)CYN_ON_DEMAND_THROUGHPUT_INIT;
  if (old != NULL) *limits = *old;
  if (change != NULL && change->max_read_request_units.is_set)
    limits->max_read_request_units = change->max_read_request_units;
  if (change != NULL && change->max_write_request_units.is_set)
    limits->max_write_request_units = change->max_write_request_units;
  if (limits->max_read_request_units.value < 0) limits->max_read_request_units = (cyn_opt_int){false, 0};
  if (limits->max_write_request_units.value < 0) limits->max_write_request_units = (cyn_opt_int){false, 0};
  *out = limits->max_read_request_units.is_set || limits->max_write_request_units.is_set ? limits : NULL;
  return true;
}

/* ---- indexes ---- */

static cyn_bytes index_arn(cyn_bytes table_arn, cyn_bytes name, cyn_i_arena *arena) {
  return cyn_str(cyn_i_arena_printf(arena, "%.*s/index/%.*s", CYN_PRINT(table_arn), CYN_PRINT(name)));
}

/* With its names sorted, as the service shows them. */
static const cyn_projection *sorted_projection(const cyn_projection *projection, cyn_i_arena *arena) {
  cyn_projection *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = *projection;
  size_t count = projection->non_key_attributes.count;
  if (count == 0) return out;
  cyn_bytes *names = cyn_i_arena_alloc(arena, count * sizeof *names);
  if (names == NULL) return NULL;
  memcpy(names, projection->non_key_attributes.at, count * sizeof *names);
  qsort(names, count, sizeof *names, compare_bytes);
  out->non_key_attributes.at = names;
  return out;
}

cyn_local_secondary_index_description *cyn_i_parts_local_index(const cyn_i_index_request *index, cyn_bytes table_arn,
                                                               cyn_i_arena *arena) {
  cyn_local_secondary_index_description *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_local_secondary_index_description)CYN_LOCAL_SECONDARY_INDEX_DESCRIPTION_INIT;
  out->index_name = index->name;
  out->key_schema = *index->keys;
  out->projection = sorted_projection(index->projection, arena);
  out->index_arn = index_arn(table_arn, index->name, arena);
  return out->projection != NULL && out->index_arn.data != NULL ? out : NULL;
}

cyn_global_secondary_index_description *cyn_i_parts_global_index(const cyn_i_index_request *index, cyn_bytes table_arn,
                                                                 bool is_on_demand, cyn_i_arena *arena) {
  cyn_global_secondary_index_description *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_global_secondary_index_description)CYN_GLOBAL_SECONDARY_INDEX_DESCRIPTION_INIT;
  out->index_name = index->name;
  out->key_schema = *index->keys;
  out->projection = sorted_projection(index->projection, arena);
  out->index_arn = index_arn(table_arn, index->name, arena);
  const cyn_provisioned_throughput_description *units = cyn_i_parts_throughput(index->throughput, arena);
  if (out->projection == NULL || out->index_arn.data == NULL || units == NULL) return NULL;
  out->provisioned_throughput = units;
  if (!cyn_i_parts_on_demand(NULL, index->on_demand, arena, &out->on_demand_throughput)) return NULL;
  out->warm_throughput =
      cyn_i_parts_index_warm(cyn_i_parts_warm(index->warm, units, is_on_demand, (cyn_i_warm_units){0, 0}), arena);
  return out->warm_throughput != NULL ? out : NULL;
}

/* ---- encryption, streams ---- */

bool cyn_i_parts_sse(const cyn_sse_specification *sse, cyn_bytes account, cyn_bytes region, cyn_i_arena *arena,
                     const cyn_sse_description **out) {
  *out = NULL;
  if (sse == NULL) return true;
  bool is_on = sse->enabled.is_set ? sse->enabled.value : sse->sse_type.data != NULL;
  if (!is_on) return true;
  cyn_sse_description *description = cyn_i_arena_alloc(arena, sizeof *description);
  if (description == NULL) return false;
  *description = (cyn_sse_description)CYN_SSE_DESCRIPTION_INIT;
  description->status = cyn_str(CYN_SSE_STATUS_ENABLED);
  description->sse_type = cyn_str(CYN_SSE_TYPE_KMS);
  cyn_bytes key = sse->kms_master_key_id;
  bool is_arn = key.size > 4 && memcmp(key.data, "arn:", 4) == 0;
  bool is_alias = key.size > 6 && memcmp(key.data, "alias/", 6) == 0;
  if (key.data == NULL) key = cyn_str(DEFAULT_KEY);
  description->kms_master_key_arn =
      is_arn ? key
             : cyn_str(cyn_i_arena_printf(arena, "arn:aws:kms:%.*s:%.*s:%s%.*s", CYN_PRINT(region), CYN_PRINT(account),
                                          is_alias ? "" : "key/", CYN_PRINT(key)));
  *out = description;
  return description->kms_master_key_arn.data != NULL;
}

bool cyn_i_parts_stream_on(cyn_table_description *description, const cyn_stream_specification *stream, int64_t created_ms,
                           cyn_i_arena *arena) {
  char *label = cyn_i_arena_alloc(arena, CYN_STREAM_LABEL_SIZE + 1);
  if (label == NULL || !cyn_i_stream_label(created_ms, label)) return false;
  description->stream_specification = stream;
  description->latest_stream_label = cyn_str(label);
  description->latest_stream_arn =
      cyn_str(cyn_i_arena_printf(arena, "%.*s/stream/%s", CYN_PRINT(description->table_arn), label));
  return description->latest_stream_arn.data != NULL;
}
