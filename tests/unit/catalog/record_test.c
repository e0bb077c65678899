/* Record bytes: written and read back; damaged ones are errors, whatever the damage. */
#include "base/hash.h"
#include "catalog/sample.h"

TEST(reads_what_was_written) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record, back;
  REQUIRE(sample_record(&arena, &record));
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  REQUIRE(bytes.data != NULL);
  CHECK_INT(bytes.data[0], 1);
  REQUIRE(cyn_i_table_record_read(bytes, &arena, &back, NULL) == CYN_OK);
  CHECK_INT(back.space, 64);
  CHECK_INT(back.ttl_space, 67);
  CHECK_INT(back.ttl_changed_ms, INT64_C(1790000000001));
  CHECK_INT(back.stored_state, CYN_TABLE_UPDATING);
  CHECK_INT(back.state_until_ms, INT64_C(1790000000999));
  CHECK_INT(back.index_count, 2);
  CHECK_INT(back.index_spaces[1], 66);
  CHECK_INT(back.index_states[1], CYN_INDEX_CREATING);
  CHECK(back.ttl_attribute.size == 3 && memcmp(back.ttl_attribute.data, "due", 3) == 0);
  CHECK_INT((int64_t)(back.description->creation_date_time.value * 1000 + 0.5), INT64_C(1790000000123));
  CHECK_INT(back.description->global_secondary_indexes.at[0]->key_schema.count, 3);
  CHECK_INT(back.tags->tags.count, 1);
  cyn_bytes again = cyn_i_table_record_write(&back, &arena);
  CHECK_INT(again.size, bytes.size);
  CHECK(again.size == bytes.size && memcmp(again.data, bytes.data, bytes.size) == 0);
  cyn_i_arena_clean_up(&arena);
}

TEST(without_ttl_and_tags) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record, back;
  REQUIRE(sample_record(&arena, &record));
  record.tags = NULL;
  record.ttl_space = 0;
  record.ttl_attribute = (cyn_bytes){NULL, 0};
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  REQUIRE(cyn_i_table_record_read(bytes, &arena, &back, NULL) == CYN_OK);
  CHECK(back.tags == NULL);
  CHECK_INT(back.ttl_attribute.size, 0);
  cyn_i_arena_clean_up(&arena);
}

TEST(peeks_at_the_head) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  cyn_i_table_peek peek;
  REQUIRE(sample_record(&arena, &record));
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  REQUIRE(cyn_i_table_record_peek(bytes, &peek));
  CHECK_INT(peek.space, 64);
  CHECK_INT(peek.stored_state, CYN_TABLE_UPDATING);
  CHECK(peek.has_index_work);
  for (size_t size = 0; size < 40; size++)
    CHECK(!cyn_i_table_record_peek((cyn_bytes){bytes.data, size}, &peek) || size >= 39);
  cyn_i_arena_clean_up(&arena);
}

static cyn_status read_copy(const uint8_t *bytes, size_t size) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record back;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_table_record_read((cyn_bytes){(const char *)bytes, size}, &arena, &back, &error);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
  return status;
}

TEST(damage_is_an_error) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  REQUIRE(sample_record(&arena, &record));
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  uint8_t *copy = cyn_i_arena_alloc(&arena, bytes.size);
  for (size_t i = 0; i < bytes.size; i++) {
    memcpy(copy, bytes.data, bytes.size);
    copy[i] ^= 0x41;
    CHECK_INT(read_copy(copy, bytes.size), CYN_E_INTERNAL);
  }
  for (size_t size = 0; size < bytes.size; size++)
    CHECK_INT(read_copy((const uint8_t *)bytes.data, size), CYN_E_INTERNAL);
  cyn_i_arena_clean_up(&arena);
}

/* The same with a checksum that fits: nothing may be read past the end, whatever the lengths say. */
TEST(damage_behind_a_right_checksum_is_no_crash) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  REQUIRE(sample_record(&arena, &record));
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  for (size_t i = 0; i + 4 < bytes.size; i++)
    for (unsigned bit = 0; bit < 8; bit++) {
      uint8_t *copy = cyn_i_arena_alloc(&arena, bytes.size);
      memcpy(copy, bytes.data, bytes.size);
      copy[i] ^= (uint8_t)(1u << bit);
      uint32_t crc = cyn_i_crc32(copy, bytes.size - 4);
      for (int k = 0; k < 4; k++) copy[bytes.size - 4 + (size_t)k] = (uint8_t)(crc >> (8 * k));
      cyn_status status = read_copy(copy, bytes.size);
      CHECK(status == CYN_OK || status == CYN_E_INTERNAL);
      cyn_i_table *table = NULL;
      cyn_error error = CYN_ERROR_INIT;
      status = cyn_i_table_parse(cyn_str("a"), cyn_str("r"), cyn_str("abc"),
                                 (cyn_bytes){(const char *)copy, bytes.size}, &table, &error);
      CHECK(status == CYN_OK || status == CYN_E_INTERNAL);
      cyn_i_table_release(table);
      cyn_error_clean_up(&error);
    }
  cyn_i_arena_clean_up(&arena);
}
