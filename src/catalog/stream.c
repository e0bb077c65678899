/* See stream.h. The record's bytes: docs/format.md, "Streams". Its crc32 covers the key too, so that a record under a key
 * that was damaged is found. */
#include "catalog/stream.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"

#define RECORD_VERSION 1
#define RECORD_HEAD 24 /* version, log, created, closed, view, type and size of the hash key's name */
#define CRC_SIZE 4
#define KEY_NAME_MAX 255

static const char *const view_names[] = {
    [CYN_VIEW_KEYS_ONLY] = CYN_STREAM_VIEW_TYPE_KEYS_ONLY,
    [CYN_VIEW_NEW_IMAGE] = CYN_STREAM_VIEW_TYPE_NEW_IMAGE,
    [CYN_VIEW_OLD_IMAGE] = CYN_STREAM_VIEW_TYPE_OLD_IMAGE,
    [CYN_VIEW_NEW_AND_OLD_IMAGES] = CYN_STREAM_VIEW_TYPE_NEW_AND_OLD_IMAGES,
};

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.data != NULL && bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

bool cyn_i_view_type_from(cyn_bytes name, cyn_i_view_type *out) {
  for (int view = CYN_VIEW_KEYS_ONLY; view <= CYN_VIEW_NEW_AND_OLD_IMAGES; view++) {
    if (!is_text(name, view_names[view])) continue;
    *out = (cyn_i_view_type)view;
    return true;
  }
  return false;
}

const char *cyn_i_view_type_name(cyn_i_view_type view) { return view_names[view]; }

/* ---- labels ---- */

/* The inverse of gmtime for years from 1970 to 9999. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day) {
  if (month <= 2) year--; /* so that a leap day ends its year */
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

bool cyn_i_stream_label(int64_t created_ms, char out[CYN_STREAM_LABEL_SIZE + 1]) {
  time_t seconds = (time_t)(created_ms / 1000);
  struct tm date;
  if (created_ms < 0 || gmtime_r(&seconds, &date) == NULL || date.tm_year + 1900 > 9999) return false;
  char text[80];
  int size = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", date.tm_year + 1900, date.tm_mon + 1,
                      date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec, (int)(created_ms % 1000));
  if (size != CYN_STREAM_LABEL_SIZE) return false;
  memcpy(out, text, CYN_STREAM_LABEL_SIZE + 1);
  return true;
}

static int64_t digits(cyn_bytes label, size_t from, size_t count) {
  int64_t number = 0;
  for (size_t i = from; i < from + count; i++) {
    if (label.data[i] < '0' || label.data[i] > '9') return -1;
    number = number * 10 + (label.data[i] - '0');
  }
  return number;
}

bool cyn_i_stream_label_parse(cyn_bytes label, int64_t *created_ms) {
  if (label.size != CYN_STREAM_LABEL_SIZE) return false;
  int64_t year = digits(label, 0, 4), month = digits(label, 5, 2), day = digits(label, 8, 2);
  int64_t hour = digits(label, 11, 2), minute = digits(label, 14, 2), second = digits(label, 17, 2);
  int64_t ms = digits(label, 20, 3);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0 || ms < 0) return false;
  *created_ms = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + ms;
  char text[CYN_STREAM_LABEL_SIZE + 1]; /* a date that there is, written as labels are */
  return cyn_i_stream_label(*created_ms, text) && memcmp(text, label.data, CYN_STREAM_LABEL_SIZE) == 0;
}

/* ---- keys ---- */

bool cyn_i_stream_key(cyn_bytes account, cyn_bytes region, cyn_bytes table_name, int64_t created_ms, cyn_i_arena *arena,
                      cyn_i_store_key *out) {
  size_t size = table_name.size + 1 + CYN_STREAM_LABEL_SIZE;
  char *sort = cyn_i_arena_alloc(arena, size + 1);
  if (sort == NULL || !cyn_i_catalog_key(account, region, table_name, arena, out)) return false;
  if (table_name.size != 0) memcpy(sort, table_name.data, table_name.size);
  sort[table_name.size] = '\0';
  out->space = CYN_SPACE_STREAMS;
  out->sort = (cyn_bytes){sort, size};
  return cyn_i_stream_label(created_ms, sort + table_name.size + 1);
}

bool cyn_i_stream_key_split(cyn_bytes sort, cyn_bytes *table_name, cyn_bytes *label) {
  if (sort.size < 1 + CYN_STREAM_LABEL_SIZE) return false;
  size_t name_size = sort.size - 1 - CYN_STREAM_LABEL_SIZE;
  *table_name = (cyn_bytes){sort.data, name_size};
  *label = (cyn_bytes){sort.data + name_size + 1, CYN_STREAM_LABEL_SIZE};
  return sort.data[name_size] == '\0';
}

/* ---- the record ---- */

static uint32_t record_crc(const cyn_i_store_key *key, const uint8_t *record, size_t size) {
  uint32_t crc = cyn_i_crc32(key->partition.data, key->partition.size);
  crc = cyn_i_crc32_more(crc, key->sort.data, key->sort.size);
  return cyn_i_crc32_more(crc, record, size);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t size) {
  if (size != 0) memcpy(at, bytes, size);
  return at + size;
}

static uint8_t *put_part(uint8_t *at, const cyn_i_key_part *part) {
  *at++ = part->name.data != NULL ? (uint8_t)part->type : 0;
  *at++ = (uint8_t)part->name.size;
  return put_bytes(at, part->name.data, part->name.size);
}

cyn_bytes cyn_i_stream_record_write(const cyn_i_store_key *key, const cyn_i_stream *stream, cyn_i_arena *arena) {
  size_t size = RECORD_HEAD + stream->hash.name.size + 2 + stream->range.name.size + CRC_SIZE;
  uint8_t *record = cyn_i_arena_alloc(arena, size);
  if (record == NULL) return (cyn_bytes){NULL, 0};
  uint8_t *at = record;
  uint8_t version = RECORD_VERSION, view = (uint8_t)stream->view;
  at = put_bytes(at, &version, 1);
  at = put_bytes(at, &stream->log, 4);
  at = put_bytes(at, &stream->created_ms, 8);
  at = put_bytes(at, &stream->closed_ms, 8);
  at = put_bytes(at, &view, 1);
  at = put_part(at, &stream->hash);
  at = put_part(at, &stream->range);
  uint32_t crc = record_crc(key, record, (size_t)(at - record));
  (void)put_bytes(at, &crc, CRC_SIZE);
  return (cyn_bytes){(const char *)record, size};
}

/* Returns the bytes read; 0: damaged. */
static size_t read_part(const uint8_t *at, size_t left, cyn_i_key_part *out) {
  if (left < 2 || left - 2 < at[1]) return 0;
  bool is_key_type = at[0] == CYN_TYPE_S || at[0] == CYN_TYPE_N || at[0] == CYN_TYPE_B;
  *out = (cyn_i_key_part){{NULL, 0}, CYN_TYPE_S};
  if (at[0] == 0 && at[1] == 0) return 2;
  if (!is_key_type || at[1] == 0) return 0;
  *out = (cyn_i_key_part){{(const char *)at + 2, at[1]}, (cyn_type)at[0]};
  return 2 + (size_t)at[1];
}

bool cyn_i_stream_record_read(const cyn_i_store_key *key, cyn_bytes record, cyn_i_stream *out) {
  const uint8_t *at = (const uint8_t *)record.data;
  *out = (cyn_i_stream){0};
  if (record.size < RECORD_HEAD + 2 + CRC_SIZE || at[0] != RECORD_VERSION) return false;
  size_t size = record.size - CRC_SIZE;
  uint32_t crc;
  memcpy(&crc, at + size, CRC_SIZE);
  if (crc != record_crc(key, at, size)) return false;
  memcpy(&out->log, at + 1, 4);
  memcpy(&out->created_ms, at + 5, 8);
  memcpy(&out->closed_ms, at + 13, 8);
  if (at[21] < CYN_VIEW_KEYS_ONLY || at[21] > CYN_VIEW_NEW_AND_OLD_IMAGES) return false;
  out->view = (cyn_i_view_type)at[21];
  size_t used = 22;
  size_t part = read_part(at + used, size - used, &out->hash);
  if (part == 0 || out->hash.name.data == NULL) return false;
  used += part;
  part = read_part(at + used, size - used, &out->range);
  return part != 0 && used + part == size && out->log != 0;
}

/* ---- of a table ---- */

static bool part_of(const cyn_table_description *description, const char *key_type, cyn_i_key_part *out) {
  for (size_t i = 0; i < description->key_schema.count; i++) {
    const cyn_key_schema_element *element = description->key_schema.at[i];
    if (!is_text(element->key_type, key_type)) continue;
    *out = (cyn_i_key_part){element->attribute_name, CYN_TYPE_S};
    for (size_t k = 0; k < description->attribute_definitions.count; k++) {
      const cyn_attribute_definition *definition = description->attribute_definitions.at[k];
      bool is_it = definition->attribute_name.size == out->name.size &&
                   memcmp(definition->attribute_name.data, out->name.data, out->name.size) == 0;
      if (is_it && is_text(definition->attribute_type, "N")) out->type = CYN_TYPE_N;
      if (is_it && is_text(definition->attribute_type, "B")) out->type = CYN_TYPE_B;
    }
    return out->name.size != 0 && out->name.size <= KEY_NAME_MAX;
  }
  return false;
}

bool cyn_i_stream_of_record(const cyn_i_table_record *record, cyn_i_stream *out) {
  const cyn_table_description *description = record->description;
  *out = (cyn_i_stream){.log = record->stream_log, .created_ms = record->stream_created_ms};
  if (record->stream_log == 0 || description == NULL || description->stream_specification == NULL) return false;
  (void)part_of(description, CYN_KEY_TYPE_RANGE, &out->range);
  return cyn_i_view_type_from(description->stream_specification->stream_view_type, &out->view) &&
         part_of(description, CYN_KEY_TYPE_HASH, &out->hash);
}

bool cyn_i_stream_is_over(const cyn_i_stream *stream, int64_t now_ms) {
  return stream->closed_ms != 0 && stream->closed_ms < now_ms - CYN_STREAM_RETENTION_MS; /* in this form any moment will do */
}
