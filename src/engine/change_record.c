/* See change_record.h. A record is a head with a checksum of its own and one or two stored items behind it, whose checksums
 * were made when they were stored: nothing is summed twice. The old item must be copied, since the bytes that decide is
 * given die with the next change of a page. */
#include "engine/change_record.h"

#include <string.h>

#include "base/hash.h"
#include "engine/item_key.h"

#define RECORD_VERSION 1
#define HEAD_SIZE 19 /* version, event, parts, time, size of the first part, crc32 of all before it */
#define CRC_AT 15
#define EVENT_MASK 0x0F
#define EVENT_EXPIRY 0x10
#define PART_KEYS 1
#define PART_OLD 2
#define PART_NEW 4

/* ---- writing ---- */

/* The record's bytes with room for both parts behind the head; NULL: out of memory. */
static uint8_t *record_begin(cyn_i_effect_list *list, int event, int parts, size_t first_size, size_t second_size) {
  uint8_t *record = cyn_i_arena_alloc(list->arena, HEAD_SIZE + first_size + second_size);
  if (record == NULL || !cyn_i_effect_log_room(list)) {
    list->failed = true;
    return NULL;
  }
  record[0] = RECORD_VERSION;
  record[1] = (uint8_t)(event | (list->by_expiry ? EVENT_EXPIRY : 0));
  record[2] = (uint8_t)parts;
  memcpy(record + 3, &list->now_ms, 8);
  cyn_i_put_u32(record + 11, (uint32_t)first_size);
  cyn_i_put_u32(record + CRC_AT, cyn_i_crc32(record, CRC_AT));
  return record;
}

/* The key attributes of an item as a stored item. */
static cyn_bytes keys_of(const cyn_i_table *table, const uint8_t *item, cyn_i_arena *arena) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  cyn_i_item_pair(&writer, table->hash.name, cyn_i_item_find(item, table->hash.name));
  if (table->has_range) cyn_i_item_pair(&writer, table->range.name, cyn_i_item_find(item, table->range.name));
  cyn_i_item_end(&writer);
  return cyn_i_stored_finish(&buf, 0);
}

void cyn_i_change_log(cyn_i_effect_list *list, const cyn_i_table *table, cyn_bytes old_stored, cyn_bytes new_stored) {
  bool had = old_stored.data != NULL, has = new_stored.data != NULL;
  if (had && has && cyn_i_stored_equal(old_stored, new_stored, list->arena)) return;
  bool wants_new = table->stream_view == CYN_VIEW_NEW_IMAGE || table->stream_view == CYN_VIEW_NEW_AND_OLD_IMAGES;
  bool wants_old = table->stream_view == CYN_VIEW_OLD_IMAGE || table->stream_view == CYN_VIEW_NEW_AND_OLD_IMAGES;
  cyn_bytes first = had && wants_old ? old_stored : (cyn_bytes){NULL, 0};
  cyn_bytes second = has && wants_new ? new_stored : (cyn_bytes){NULL, 0};
  int parts = (first.data != NULL ? PART_OLD : 0) | (second.data != NULL ? PART_NEW : 0);
  if (parts == 0) {
    first = keys_of(table, cyn_i_stored_item(has ? new_stored : old_stored), list->arena);
    parts = PART_KEYS;
    list->failed = list->failed || first.data == NULL;
    if (first.data == NULL) return;
  }
  int event = !had ? CYN_CHANGE_INSERT : has ? CYN_CHANGE_MODIFY : CYN_CHANGE_REMOVE;
  uint8_t *record = record_begin(list, event, parts, first.size, second.size);
  if (record == NULL) return;
  if (first.size != 0) memcpy(record + HEAD_SIZE, first.data, first.size);
  if (second.size != 0) memcpy(record + HEAD_SIZE + first.size, second.data, second.size);
  list->logs[list->log_count++] = (cyn_i_store_log_record){
      table->stream_log, {(const char *)record, HEAD_SIZE + first.size + second.size}};
}

/* ---- reading ---- */

bool cyn_i_change_record_read(cyn_bytes bytes, cyn_i_change_record *out) {
  const uint8_t *at = (const uint8_t *)bytes.data;
  *out = (cyn_i_change_record){0};
  if (bytes.size < HEAD_SIZE || at[0] != RECORD_VERSION || cyn_i_get_u32(at + CRC_AT) != cyn_i_crc32(at, CRC_AT)) return false;
  int event = at[1] & EVENT_MASK, parts = at[2];
  out->event = (cyn_i_change_event)event;
  out->by_expiry = (at[1] & EVENT_EXPIRY) != 0;
  memcpy(&out->time_ms, at + 3, 8);
  if (event < CYN_CHANGE_INSERT || event > CYN_CHANGE_REMOVE || (at[1] & ~(EVENT_MASK | EVENT_EXPIRY)) != 0) return false;
  size_t first_size = cyn_i_get_u32(at + 11), left = bytes.size - HEAD_SIZE;
  if (first_size > left) return false;
  cyn_bytes first = {bytes.data + HEAD_SIZE, first_size};
  cyn_bytes second = {bytes.data + HEAD_SIZE + first_size, left - first_size};
  switch (parts) {
    case PART_KEYS: out->keys = first; break;
    case PART_OLD: out->old_item = first; break;
    case PART_NEW: out->new_item = second; break;
    case PART_OLD | PART_NEW:
      out->old_item = first;
      out->new_item = second;
      break;
    default: return false;
  }
  bool has_first = parts != PART_NEW, has_second = (parts & PART_NEW) != 0;
  return has_first == (first.size != 0) && has_second == (second.size != 0);
}
