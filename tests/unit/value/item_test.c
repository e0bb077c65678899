/* The binary item: writing, finding, walking; equality and sizes are in item_meaning_test.c, checks in item_check_test.c. */
#include "value/item.h"

#include "value/golden.h"
#include "value/number.h"

static cyn_i_buf buf;

static const uint8_t *sample(void) {
  cyn_i_item_writer writer;
  cyn_i_number seven = cyn_i_number_from_int(7);
  buf.size = 0;
  cyn_i_item_begin(&writer, &buf);
  cyn_i_item_name(&writer, cyn_str("s"));
  cyn_i_write_string(&buf, CYN_TYPE_S, cyn_str("text"));
  cyn_i_item_name(&writer, cyn_str("n"));
  cyn_i_write_number(&buf, seven.bytes, seven.size);
  cyn_i_item_name(&writer, cyn_str("b"));
  cyn_i_write_bool(&buf, true);
  cyn_i_item_name(&writer, cyn_str("nothing"));
  cyn_i_write_null(&buf);
  cyn_i_item_name(&writer, cyn_str("map"));
  size_t map = cyn_i_write_open(&buf, CYN_TYPE_M);
  cyn_i_write_name(&buf, cyn_str("list"));
  size_t list = cyn_i_write_open(&buf, CYN_TYPE_L);
  cyn_i_write_null(&buf);
  cyn_i_write_string(&buf, CYN_TYPE_B, (cyn_bytes){"\0\xFF", 2});
  cyn_i_write_close(&buf, list, 2);
  cyn_i_write_close(&buf, map, 1);
  cyn_i_item_end(&writer);
  return buf.data;
}

TEST(written_and_found) {
  const uint8_t *item = sample();
  CHECK(cyn_i_item_is_valid(item, buf.size));
  CHECK_INT(cyn_i_item_count(item), 5);
  const uint8_t *value = cyn_i_item_find(item, cyn_str("s"));
  REQUIRE(value != NULL);
  CHECK_INT(cyn_i_value_type(value), CYN_TYPE_S);
  CHECK(cyn_i_content_compare(cyn_i_value_content(value), cyn_str("text")) == 0);
  value = cyn_i_item_find(item, cyn_str("map"));
  REQUIRE(value != NULL);
  value = cyn_i_map_find(value, cyn_str("list"));
  REQUIRE(value != NULL);
  CHECK(cyn_i_list_at(value, 2) == NULL);
  CHECK_INT(cyn_i_value_type(cyn_i_list_at(value, 0)), CYN_TYPE_NULL);
  CHECK_INT(cyn_i_value_content(cyn_i_list_at(value, 1)).size, 2);
  CHECK(cyn_i_item_find(item, cyn_str("S")) == NULL);
  CHECK(cyn_i_item_find(item, cyn_str("no")) == NULL);
  CHECK(cyn_i_item_find(item, cyn_str(NULL)) == NULL);
  CHECK(cyn_i_item_find(item, cyn_str("nothings")) == NULL);
}

TEST(pairs_are_walked_in_the_writers_order) {
  static const char *const names[] = {"s", "n", "b", "nothing", "map"};
  cyn_i_pairs pairs = cyn_i_item_pairs(sample());
  cyn_bytes name;
  const uint8_t *value = buf.data;
  int count = 0;
  for (; cyn_i_pairs_next(&pairs, &name, &value); count++) {
    REQUIRE(count < 5);
    CHECK(cyn_i_content_compare(name, cyn_str(names[count])) == 0);
  }
  CHECK_INT(count, 5);
  CHECK(value + cyn_i_value_size(value) == buf.data + buf.size);
}

TEST(item_behind_other_bytes) {
  cyn_i_item_writer writer;
  cyn_i_buf other;
  cyn_i_buf_init(&other, NULL);
  const uint8_t *item = sample();
  cyn_i_buf_text(&other, "before");
  cyn_i_item_begin(&writer, &other);
  cyn_i_item_pair(&writer, cyn_str("copy"), cyn_i_item_find(item, cyn_str("map")));
  cyn_i_item_end(&writer);
  CHECK_INT(writer.start, 6);
  CHECK(cyn_i_item_is_valid(other.data + 6, other.size - 6));
  CHECK(cyn_i_value_equal(cyn_i_item_find(other.data + 6, cyn_str("copy")), cyn_i_item_find(item, cyn_str("map"))));
  cyn_i_buf_clean_up(&other);
}

TEST(compare) {
  CHECK(cyn_i_content_compare(cyn_str(""), cyn_str("")) == 0);
  CHECK(cyn_i_content_compare(cyn_str(""), cyn_str("a")) < 0);
  CHECK(cyn_i_content_compare(cyn_str("ab"), cyn_str("a")) > 0);
  CHECK(cyn_i_content_compare(cyn_str("a"), cyn_str("b")) < 0);
  CHECK(cyn_i_content_compare(cyn_str("\xFF"), cyn_str("a")) > 0);
  CHECK(cyn_i_content_compare((cyn_bytes){"a\0", 2}, cyn_str("a")) > 0);
}

TEST(type_names) {
  static const char *const names[] = {"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL", ""};
  for (int i = 0; i < 12; i++) CHECK_STR(cyn_i_type_name((cyn_type)i), names[i]);
}

TEST(sets_are_sorted) {
  for (int round = 0; round < 500; round++) {
    static char text[300][8];
    cyn_bytes contents[300];
    uint32_t count = 1 + random_below(300);
    bool unique;
    for (uint32_t i = 0; i < count; i++) {
      snprintf(text[i], sizeof text[i], "%u", random_below(round % 2 != 0 ? 100 : 1000000));
      contents[i] = cyn_str(text[i]);
    }
    buf.size = 0;
    cyn_i_write_set(&buf, CYN_TYPE_SS, contents, count, &unique);
    bool expected = true;
    for (uint32_t i = 0; i < count; i++)
      for (uint32_t k = 0; k < i; k++) expected = expected && strcmp(text[i], text[k]) != 0;
    CHECK(unique == expected);
    CHECK(unique ? cyn_i_value_is_valid(buf.data, buf.size) : buf.size == 0);
    if (unique) CHECK_INT(cyn_i_value_count(buf.data), count);
  }
}

TEST(set_elements_are_walked) {
  cyn_bytes contents[3] = {cyn_str("b"), cyn_str(""), cyn_str("a")}, content;
  bool unique;
  buf.size = 0;
  cyn_i_write_set(&buf, CYN_TYPE_BS, contents, 3, &unique);
  CHECK_STR(hex(buf.data, buf.size), "06120000000300000000000000010000006101000000" "62");
  cyn_i_elements elements = cyn_i_value_elements(buf.data);
  CHECK(cyn_i_set_next(&elements, &content) && content.size == 0);
  CHECK(cyn_i_set_next(&elements, &content) && content.data[0] == 'a');
  CHECK(cyn_i_set_next(&elements, &content) && content.data[0] == 'b');
  CHECK(!cyn_i_set_next(&elements, &content));
}

TEST(long_names_and_failed_buffers) {
  static char name[CYN_NAME_SIZE_MAX + 1];
  cyn_i_item_writer writer;
  cyn_i_buf other;
  memset(name, 'n', sizeof name);
  cyn_i_buf_init(&other, NULL);
  cyn_i_item_begin(&writer, &other);
  cyn_i_item_name(&writer, (cyn_bytes){name, CYN_NAME_SIZE_MAX});
  cyn_i_write_null(&other);
  cyn_i_item_end(&writer);
  CHECK(!other.failed && cyn_i_item_is_valid(other.data, other.size));
  CHECK_INT(cyn_i_item_dynamodb_size(other.data), CYN_NAME_SIZE_MAX + 1);
  cyn_i_item_name(&writer, (cyn_bytes){name, CYN_NAME_SIZE_MAX + 1});
  CHECK(other.failed);
  cyn_i_item_end(&writer);
  size_t mark = cyn_i_write_open(&other, CYN_TYPE_L);
  cyn_i_write_close(&other, mark, 0);
  cyn_i_buf_clean_up(&other);
}
