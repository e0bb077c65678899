/* Change records: their bytes (golden vectors), what of an item's change makes one, and reading damaged ones. */
#include "engine/change_record.h"

#include "base/error.h"
#include "catalog/stream.h"
#include "engine/item_key.h"
#include "value/golden.h"
#include "value/item_json.h"

static cyn_i_arena arena;

/* A stored item of DynamoDB JSON; "null": none. */
static cyn_bytes stored(const char *json) {
  if (strcmp(json, "null") == 0) return (cyn_bytes){NULL, 0};
  cyn_i_json reader;
  cyn_i_json_fault fault = {NULL};
  cyn_item item = {0};
  cyn_i_json_init(&reader, (const uint8_t *)json, strlen(json), &arena);
  CHECK(cyn_i_json_next(&reader) == CYN_JSON_OBJECT_BEGIN && cyn_i_item_from_json(&reader, &item, &fault) && item.fault == NULL);
  return cyn_i_stored_make(item.data, item.size, &arena);
}

static cyn_i_table table_of(const char *view) {
  cyn_i_table table = {.stream_log = 70, .hash = {cyn_str("p"), CYN_TYPE_S}};
  CHECK(cyn_i_view_type_from(cyn_str(view), &table.stream_view));
  return table;
}

static void golden_line(char **fields) {
  cyn_i_arena_init(&arena, 0);
  cyn_i_table table = table_of(fields[0]);
  cyn_bytes old_item = stored(fields[1]), new_item = stored(fields[2]);
  cyn_i_effect_list list = {.arena = &arena, .now_ms = strtoll(fields[3], NULL, 10), .by_expiry = strcmp(fields[4], "-") != 0};
  cyn_i_change_log(&list, &table, old_item, new_item);
  REQUIRE(!list.failed && list.log_count == 1);
  CHECK_INT(list.logs[0].log, 70);
  CHECK_STR(hex(list.logs[0].record.data, list.logs[0].record.size), fields[5]);
  cyn_i_change_record record;
  REQUIRE(cyn_i_change_record_read(list.logs[0].record, &record));
  CHECK_INT(record.time_ms, list.now_ms);
  CHECK_INT(record.by_expiry, list.by_expiry);
  CHECK_INT(record.event, old_item.data == NULL ? CYN_CHANGE_INSERT : new_item.data == NULL ? CYN_CHANGE_REMOVE : CYN_CHANGE_MODIFY);
  if (record.new_item.data != NULL) CHECK(record.new_item.size == new_item.size && memcmp(record.new_item.data, new_item.data, new_item.size) == 0);
  if (record.old_item.data != NULL) CHECK(record.old_item.size == old_item.size && memcmp(record.old_item.data, old_item.data, old_item.size) == 0);
  CHECK(cyn_i_item_find(cyn_i_change_record_item(&record), cyn_str("p")) != NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(golden) { CHECK_INT(golden_read("change.tsv", 6, golden_line), 16); }

static size_t records_of(const char *before, const char *after) {
  cyn_i_table table = table_of("KEYS_ONLY");
  cyn_i_effect_list list = {.arena = &arena};
  cyn_i_change_log(&list, &table, stored(before), stored(after));
  CHECK(!list.failed);
  return list.log_count;
}

/* Attributes in another order are the same item. */
TEST(what_changes_nothing_has_no_record) {
  cyn_i_arena_init(&arena, 0);
  CHECK_INT(records_of("{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}", "{\"n\":{\"N\":\"1.0\"},\"p\":{\"S\":\"a\"}}"), 0);
  CHECK_INT(records_of("{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}", "{\"n\":{\"N\":\"2\"},\"p\":{\"S\":\"a\"}}"), 1);
  CHECK_INT(records_of("{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}", "{\"m\":{\"N\":\"1\"},\"p\":{\"S\":\"a\"}}"), 1);
  cyn_i_arena_clean_up(&arena);
}

TEST(both_key_attributes_are_kept) {
  cyn_i_arena_init(&arena, 0);
  cyn_i_table table = table_of("KEYS_ONLY");
  table.has_range = true;
  table.range = (cyn_i_key_part){cyn_str("r"), CYN_TYPE_N};
  cyn_i_effect_list list = {.arena = &arena};
  cyn_i_change_log(&list, &table, (cyn_bytes){NULL, 0}, stored("{\"x\":{\"S\":\"-\"},\"r\":{\"N\":\"5\"},\"p\":{\"S\":\"a\"}}"));
  cyn_i_change_record record;
  REQUIRE(list.log_count == 1 && cyn_i_change_record_read(list.logs[0].record, &record));
  const uint8_t *keys = cyn_i_change_record_item(&record);
  CHECK_INT(cyn_i_item_count(keys), 2);
  CHECK(cyn_i_item_find(keys, cyn_str("r")) != NULL && cyn_i_item_find(keys, cyn_str("x")) == NULL);
  cyn_i_arena_clean_up(&arena);
}

/* Each bit of a head, and each shorter record: refused, or read without touching what is not there. */
static void damaged_line(char **fields) {
  uint8_t bytes[400];
  size_t size = unhex(fields[5], bytes);
  cyn_i_change_record record;
  for (size_t cut = 0; cut <= 19; cut++) {
    uint8_t *copy = malloc(cut + 1);
    REQUIRE(copy != NULL);
    memcpy(copy, bytes, cut);
    CHECK(!cyn_i_change_record_read((cyn_bytes){(const char *)copy, cut}, &record));
    free(copy);
  }
  for (size_t bit = 0; bit < (size_t)19 * 8; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    CHECK(!cyn_i_change_record_read((cyn_bytes){(const char *)bytes, size}, &record));
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  CHECK(cyn_i_change_record_read((cyn_bytes){(const char *)bytes, size}, &record));
}

TEST(damaged_heads_are_refused) { CHECK_INT(golden_read("change.tsv", 6, damaged_line), 16); }
