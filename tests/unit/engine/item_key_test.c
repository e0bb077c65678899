/* Store keys of items, index entries and queue entries; the order that they give. */
#include "engine/item_key.h"

#include "base/error.h"
#include "items.h"

/* An item from JSON, in the arena. */
static const uint8_t *item(service *s, const char *json) {
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str("PutItem"), false);
  void *input;
  const char *text = items_text("{'TableName':'tab','Item':%s}", json);
  if (cyn_i_api_decode(operation->input, cyn_str(text), &s->arena, &input, NULL) != CYN_OK) return NULL;
  return ((const cyn_put_item_input *)input)->item.data;
}

static int compare(cyn_bytes a, cyn_bytes b) {
  size_t size = a.size < b.size ? a.size : b.size;
  int order = memcmp(a.data, b.data, size);
  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

TEST(items_and_entries) {
  service s;
  REQUIRE(service_open(&s, NULL));
  items_table(&s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g S HASH, n N RANGE", NULL);
  cyn_i_table *table = items_catalog(&s, "tab");
  REQUIRE(table != NULL);
  cyn_i_store_key key, entry, other;
  bool present = true;
  const uint8_t *whole = item(&s, "{'p':{'S':'a'},'r':{'N':'1'},'g':{'S':'x'},'n':{'N':'-2'}}");
  CHECK(cyn_i_item_key(table, whole, &s.arena, &key));
  CHECK_INT(key.space, table->space);
  CHECK_INT(key.partition.size, 3); /* a length of two bytes, then the bytes */
  CHECK(cyn_i_index_key(table, &table->indexes[0], whole, &s.arena, &entry, &present) && present);
  CHECK_INT(entry.space, table->indexes[0].space);
  CHECK(entry.hash != key.hash);
  /* -2 stands before -1.9, whatever the base key is */
  CHECK(cyn_i_index_key(table, &table->indexes[0], item(&s, "{'p':{'S':'0'},'r':{'N':'-9'},'g':{'S':'x'},'n':{'N':'-1.9'}}"), &s.arena, &other, &present) && present);
  CHECK(entry.hash == other.hash && compare(entry.sort, other.sort) < 0);
  static const char *const absent[] = {"{'p':{'S':'a'},'r':{'N':'1'},'g':{'S':'x'}}", "{'p':{'S':'a'},'r':{'N':'1'},'g':{'N':'1'},'n':{'N':'1'}}",
                                       "{'p':{'S':'a'},'r':{'N':'1'},'g':{'S':''},'n':{'N':'1'}}", "{'p':{'S':'a'},'r':{'N':'1'}}"};
  for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
    CHECK(cyn_i_index_key(table, &table->indexes[0], item(&s, absent[i]), &s.arena, &other, &present));
    CHECK(!present);
  }
  CHECK(!cyn_i_item_key(table, item(&s, "{'p':{'S':'a'}}"), &s.arena, &other));
  cyn_i_table_release(table);
  service_close(&s);
}

/* A long partition key is shortened; two of them never meet. */
TEST(long_partition_keys) {
  service s;
  REQUIRE(service_open(&s, NULL));
  cyn_i_store_key keys[4];
  static const size_t sizes[] = {30, 31, 2047, 2048};
  for (int i = 0; i < 4; i++) {
    cyn_bytes content = cyn_str(items_fill('k', sizes[i]));
    REQUIRE(cyn_i_partition_key(70, &content, 1, &s.arena, &keys[i]));
    CHECK_INT(keys[i].partition.size, sizes[i] + 2 <= 32 ? sizes[i] + 2 : 17);
    for (int k = 0; k < i; k++) CHECK(keys[i].hash != keys[k].hash && compare(keys[i].partition, keys[k].partition) != 0);
  }
  cyn_bytes split[2][2] = {{cyn_str("ab"), cyn_str("c")}, {cyn_str("a"), cyn_str("bc")}};
  REQUIRE(cyn_i_partition_key(70, split[0], 2, &s.arena, &keys[0]) && cyn_i_partition_key(70, split[1], 2, &s.arena, &keys[1]));
  CHECK(compare(keys[0].partition, keys[1].partition) != 0);
  service_close(&s);
}

TEST(stored_values) {
  service s;
  REQUIRE(service_open(&s, NULL));
  const uint8_t *one = item(&s, "{'p':{'S':'a'}}");
  size_t size = 9 + 2 + 1 + 5 + 1;
  cyn_bytes stored = cyn_i_stored_make(one, size, &s.arena);
  CHECK_INT(stored.size, size + 4);
  CHECK_INT(cyn_i_stored_item_size(stored), size);
  CHECK(memcmp(cyn_i_stored_item(stored), one, size) == 0);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &s.arena);
  cyn_i_buf_append(&buf, one, size);
  cyn_bytes finished = cyn_i_stored_finish(&buf, 0);
  CHECK(finished.size == stored.size && memcmp(finished.data, stored.data, stored.size) == 0);
  CHECK_INT(cyn_i_stored_item_size((cyn_bytes){"ab", 2}), 0);
  service_close(&s);
}

/* The queue is ordered by time; what is no number, or none that a clock reaches, is not in it. */
TEST(queue_entries) {
  service s;
  REQUIRE(service_open(&s, NULL));
  items_table(&s, "tab", "p S HASH", NULL);
  GIVES(&s, "UpdateTimeToLive", "'Enabled':true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'t'}}");
  cyn_i_table *table = items_catalog(&s, "tab");
  REQUIRE(table != NULL);
  static const struct { const char *value; bool present; } cases[] = {
      {"{'N':'1'}", true}, {"{'N':'1.9'}", true}, {"{'N':'1700000000'}", true}, {"{'N':'8e15'}", true}, {"{'N':'1e16'}", false},
      {"{'N':'9.9e125'}", false}, {"{'N':'0'}", false}, {"{'N':'-1'}", false}, {"{'S':'1'}", false}, {"{'NULL':true}", false}};
  cyn_bytes last = {NULL, 0};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const uint8_t *of = item(&s, items_text("{'p':{'S':'a'},'t':%s}", cases[i].value));
    cyn_i_store_key key, due;
    bool present = !cases[i].present;
    REQUIRE(of != NULL && cyn_i_item_key(table, of, &s.arena, &key) && cyn_i_ttl_key(table, &key, of, &s.arena, &due, &present));
    CHECK_INT(present, cases[i].present);
    if (!present) continue;
    CHECK_INT(due.space, table->ttl_space);
    if (last.data != NULL) CHECK(compare(last, due.sort) < 0 || i == 1);
    last = due.sort;
  }
  cyn_i_table_release(table);
  service_close(&s);
}

TEST(an_empty_key_is_told_from_the_others) {
  cyn_i_key_part part = {.name = {"k", 1}, .type = CYN_TYPE_S};
  cyn_error error = CYN_ERROR_INIT;
  CHECK(cyn_i_check_key_size(true, 2049, &error) == CYN_E_VALIDATION);
  CHECK(!cyn_i_is_empty_key(&error));
  cyn_error_clean_up(&error);
  CHECK(cyn_i_check_key_content(&part, true, (const uint8_t[]){CYN_TYPE_S, 0, 0, 0, 0}, &error) == CYN_E_VALIDATION);
  CHECK(cyn_i_is_empty_key(&error));
  cyn_error_clean_up(&error);
}
