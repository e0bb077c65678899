/* Streams in the catalog: labels, keys, records, damage. */
#include "catalog/stream.h"

#include <stdlib.h>

#include "catalog/sample.h"

TEST(labels) {
  static const struct {
    int64_t ms;
    const char *label;
  } cases[] = {{0, "1970-01-01T00:00:00.000"},
               {INT64_C(1432155070252), "2015-05-20T20:51:10.252"},
               {INT64_C(1709164800001), "2024-02-29T00:00:00.001"},
               {INT64_C(1790000000123), "2026-09-21T14:13:20.123"},
               {INT64_C(4107542399999), "2100-02-28T23:59:59.999"},
               {INT64_C(253402300799999), "9999-12-31T23:59:59.999"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char label[CYN_STREAM_LABEL_SIZE + 1];
    int64_t ms = -1;
    CHECK(cyn_i_stream_label(cases[i].ms, label));
    CHECK_STR(label, cases[i].label);
    CHECK(cyn_i_stream_label_parse(cyn_str(label), &ms));
    CHECK_INT(ms, cases[i].ms);
  }
  static const char *const wrong[] = {"", "2015-05-20T20:51:10.25", "2015-05-20T20:51:10.2521", "2015-02-29T00:00:00.000",
                                      "2015-13-20T20:51:10.252", "2015-05-20 20:51:10.252", "2015-05-20T20:61:10.252",
                                      "1969-05-20T20:51:10.252", "2015-05-2xT20:51:10.252",
                                      "2015-05-2/T20:51:10.252", "2015-00-20T20:51:10.252", "2015-05-00T20:51:10.252", "2015-05-20Txx:51:10.252",
                                      "2015-05-20T20:xx:10.252", "2015-05-20T20:51:xx.252", "2015-05-20T20:51:10.xxx", "2015-05-20T24:00:00.000",
                                      "9999-12-31T24:00:00.000", "xxxx-05-20T20:51:10.252"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    int64_t ms;
    if (cyn_i_stream_label_parse(cyn_str(wrong[i]), &ms)) test_failed(__FILE__, __LINE__, "%s is a label", wrong[i]);
  }
  char label[CYN_STREAM_LABEL_SIZE + 1];
  CHECK(!cyn_i_stream_label(-1, label));
  CHECK(!cyn_i_stream_label(INT64_C(253402300800000), label));
}

TEST(view_types) {
  for (int view = CYN_VIEW_KEYS_ONLY; view <= CYN_VIEW_NEW_AND_OLD_IMAGES; view++) {
    cyn_i_view_type back;
    CHECK(cyn_i_view_type_from(cyn_str(cyn_i_view_type_name((cyn_i_view_type)view)), &back));
    CHECK_INT(back, view);
  }
  cyn_i_view_type none;
  CHECK(!cyn_i_view_type_from(cyn_str("ALL"), &none));
  CHECK(!cyn_i_view_type_from((cyn_bytes){NULL, 0}, &none));
}

static const cyn_i_stream sample_stream = {.log = 70,
                                           .created_ms = INT64_C(1790000000123),
                                           .closed_ms = INT64_C(1790000009999),
                                           .view = CYN_VIEW_OLD_IMAGE,
                                           .hash = {{"p", 1}, CYN_TYPE_S},
                                           .range = {{"number", 6}, CYN_TYPE_N}};

TEST(records) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_store_key key;
  cyn_bytes name, label;
  cyn_i_stream back;
  REQUIRE(cyn_i_stream_key(cyn_str("000000000000"), cyn_str("us-east-1"), cyn_str("abc"), sample_stream.created_ms, &arena, &key));
  CHECK_INT(key.space, CYN_SPACE_STREAMS);
  REQUIRE(cyn_i_stream_key_split(key.sort, &name, &label));
  CHECK(name.size == 3 && memcmp(name.data, "abc", 3) == 0);
  CHECK(label.size == 23 && memcmp(label.data, "2026-09-21T14:13:20.123", 23) == 0);
  cyn_bytes record = cyn_i_stream_record_write(&key, &sample_stream, &arena);
  REQUIRE(cyn_i_stream_record_read(&key, record, &back));
  CHECK_INT(back.log, 70);
  CHECK_INT(back.created_ms, sample_stream.created_ms);
  CHECK_INT(back.closed_ms, sample_stream.closed_ms);
  CHECK_INT(back.view, CYN_VIEW_OLD_IMAGE);
  CHECK(back.hash.type == CYN_TYPE_S && back.hash.name.size == 1);
  CHECK(back.range.type == CYN_TYPE_N && back.range.name.size == 6 && memcmp(back.range.name.data, "number", 6) == 0);
  CHECK(!cyn_i_stream_is_over(&back, back.closed_ms + CYN_STREAM_RETENTION_MS));
  CHECK(cyn_i_stream_is_over(&back, back.closed_ms + CYN_STREAM_RETENTION_MS + 1));
  back.closed_ms = INT64_MIN; /* of a damaged record */
  CHECK(cyn_i_stream_is_over(&back, INT64_C(1790000000123)));
  cyn_i_stream open = sample_stream;
  open.closed_ms = 0;
  open.range = (cyn_i_key_part){{NULL, 0}, CYN_TYPE_S};
  record = cyn_i_stream_record_write(&key, &open, &arena);
  REQUIRE(cyn_i_stream_record_read(&key, record, &back));
  CHECK(back.range.name.data == NULL && !cyn_i_stream_is_over(&back, INT64_MAX));
  CHECK(!cyn_i_stream_key_split((cyn_bytes){"abc", 3}, &name, &label));
  cyn_i_arena_clean_up(&arena);
}

/* A record that was changed, cut, or put under another key. */
TEST(damage) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_store_key key, other;
  cyn_i_stream back;
  REQUIRE(cyn_i_stream_key(cyn_str("1"), cyn_str("r"), cyn_str("abc"), sample_stream.created_ms, &arena, &key));
  REQUIRE(cyn_i_stream_key(cyn_str("2"), cyn_str("r"), cyn_str("abc"), sample_stream.created_ms, &arena, &other));
  cyn_bytes record = cyn_i_stream_record_write(&key, &sample_stream, &arena);
  CHECK(cyn_i_stream_record_read(&key, record, &back));
  CHECK(!cyn_i_stream_record_read(&other, record, &back));
  for (size_t size = 0; size < record.size; size++) {
    uint8_t *copy = malloc(size + 1);
    REQUIRE(copy != NULL);
    memcpy(copy, record.data, size);
    CHECK(!cyn_i_stream_record_read(&key, (cyn_bytes){(const char *)copy, size}, &back));
    free(copy);
  }
  for (size_t i = 0; i < record.size; i++) {
    ((uint8_t *)(uintptr_t)record.data)[i] ^= 0x21;
    CHECK(!cyn_i_stream_record_read(&key, record, &back));
    ((uint8_t *)(uintptr_t)record.data)[i] ^= 0x21;
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(of_a_table_record) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  cyn_i_stream stream;
  REQUIRE(sample_record(&arena, &record));
  CHECK(!cyn_i_stream_of_record(&record, &stream));
  record.stream_log = 70;
  record.stream_created_ms = 5;
  CHECK(!cyn_i_stream_of_record(&record, &stream)); /* a log without a specification */
  cyn_stream_specification specification = CYN_STREAM_SPECIFICATION_INIT;
  specification.stream_enabled = cyn_bool(true);
  specification.stream_view_type = cyn_str("NEW_IMAGE");
  cyn_table_description description = *record.description;
  description.stream_specification = &specification;
  record.description = &description;
  REQUIRE(cyn_i_stream_of_record(&record, &stream));
  CHECK_INT(stream.log, 70);
  CHECK_INT(stream.view, CYN_VIEW_NEW_IMAGE);
  CHECK(stream.hash.name.size == 1 && stream.hash.type == CYN_TYPE_S);
  CHECK(stream.range.name.size == 1 && stream.range.type == CYN_TYPE_N);
  /* the table's own record has the log, and says so at a glance */
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  cyn_i_table_record back;
  cyn_i_table_peek peek;
  CHECK_INT(bytes.data[0], 2);
  REQUIRE(cyn_i_table_record_read(bytes, &arena, &back, NULL) == CYN_OK);
  CHECK_INT(back.stream_log, 70);
  CHECK_INT(back.stream_created_ms, 5);
  CHECK(cyn_i_table_record_peek(bytes, &peek) && !peek.may_lack_log && peek.has_index_work);
  record.stream_log = 0; /* as a version without logs wrote it */
  bytes = cyn_i_table_record_write(&record, &arena);
  CHECK_INT(bytes.data[0], 1);
  CHECK(cyn_i_table_record_peek(bytes, &peek) && peek.may_lack_log);
  record.stored_state = CYN_TABLE_DELETING;
  bytes = cyn_i_table_record_write(&record, &arena);
  CHECK(cyn_i_table_record_peek(bytes, &peek) && !peek.may_lack_log);
  cyn_i_arena_clean_up(&arena);
}

/* Whole by its checksum, and still no record: whatever wrote it, nothing is read over or made up. */
TEST(sound_checksums_over_nonsense) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_store_key key;
  cyn_i_stream back;
  static char long_name[300];
  memset(long_name, 'n', sizeof long_name);
  REQUIRE(cyn_i_stream_key(cyn_str("1"), cyn_str("r"), (cyn_bytes){"", 0}, sample_stream.created_ms, &arena, &key));
  CHECK_INT(key.sort.size, 1 + CYN_STREAM_LABEL_SIZE);
  CHECK(cyn_i_stream_record_read(&key, cyn_i_stream_record_write(&key, &sample_stream, &arena), &back));
  cyn_i_stream wrong[8];
  for (int i = 0; i < 8; i++) wrong[i] = sample_stream;
  wrong[0].view = (cyn_i_view_type)(CYN_VIEW_KEYS_ONLY - 1);
  wrong[1].view = (cyn_i_view_type)(CYN_VIEW_NEW_AND_OLD_IMAGES + 1);
  wrong[2].hash = (cyn_i_key_part){{NULL, 0}, CYN_TYPE_S};
  wrong[3].hash.name.size = 0;
  wrong[4].range.type = CYN_TYPE_BOOL;
  wrong[5].log = 0;
  wrong[6].hash.name = (cyn_bytes){long_name, 257}; /* its size is one byte: 1, and the rest reads as other parts */
  wrong[7].range.name = (cyn_bytes){long_name, 257};
  for (int i = 0; i < 8; i++) {
    cyn_bytes record = cyn_i_stream_record_write(&key, &wrong[i], &arena);
    if (cyn_i_stream_record_read(&key, record, &back)) test_failed(__FILE__, __LINE__, "record %d was read", i);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(descriptions_that_name_no_stream) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  cyn_i_stream stream;
  static char long_name[300];
  memset(long_name, 'n', sizeof long_name);
  REQUIRE(sample_record(&arena, &record));
  cyn_stream_specification specification = CYN_STREAM_SPECIFICATION_INIT;
  specification.stream_view_type = cyn_str("EVERYTHING");
  cyn_table_description description = *record.description;
  description.stream_specification = &specification;
  record.stream_log = 70;
  record.description = NULL;
  CHECK(!cyn_i_stream_of_record(&record, &stream));
  record.description = &description;
  CHECK(!cyn_i_stream_of_record(&record, &stream));
  specification.stream_view_type = cyn_str("NEW_IMAGE");
  CHECK(cyn_i_stream_of_record(&record, &stream));
  cyn_key_schema_element element = *description.key_schema.at[0];
  const cyn_key_schema_element *elements[1] = {&element};
  description.key_schema = (cyn_key_schema){1, elements};
  CHECK(cyn_i_stream_of_record(&record, &stream) && stream.range.name.data == NULL);
  element.attribute_name = (cyn_bytes){long_name, 256};
  CHECK(!cyn_i_stream_of_record(&record, &stream));
  element.attribute_name.size = 0;
  CHECK(!cyn_i_stream_of_record(&record, &stream));
  description.key_schema.count = 0;
  CHECK(!cyn_i_stream_of_record(&record, &stream));
  cyn_i_arena_clean_up(&arena);
}
