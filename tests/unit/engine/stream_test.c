/* ARNs, sequence numbers and iterators of streams; streams of tables that change. */
#include "engine/stream.h"

#include "engine/streams.h"

TEST(sequence_numbers) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  static const uint64_t positions[] = {1, 9, 10, 123456789, UINT64_C(9999999999999999999)};
  for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
    cyn_bytes text = cyn_i_sequence_number(positions[i], &arena);
    uint64_t back = 0;
    CHECK_INT(text.size, CYN_SEQUENCE_NUMBER_SIZE);
    CHECK(cyn_i_sequence_number_parse(text, &back) && back == positions[i]);
  }
  static const char *const wrong[] = {"100000000000000000000", "200000000000000000001", "10000000000000000001",
                                      "1000000000000000000001", "10000000000000000000a", "110000000000000000000"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    uint64_t position;
    if (cyn_i_sequence_number_parse(cyn_str(wrong[i]), &position)) test_failed(__FILE__, __LINE__, "%s is one", wrong[i]);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(iterators) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_shard_iterator made = {.position = 77, .made_ms = 5}, back;
  cyn_bytes text = cyn_i_shard_iterator_write(cyn_str(STREAMS_ARN), 70, &made, &arena), arn;
  uint32_t log;
  REQUIRE(cyn_i_shard_iterator_parse(text, &arena, &arn, &log, &back, NULL) == CYN_OK);
  CHECK(cyn_i_is_text(arn, STREAMS_ARN));
  CHECK_INT(log, 70);
  CHECK_INT(back.position, 77);
  CHECK_INT(back.made_ms, 5);
  for (size_t i = 0; i < text.size; i++) {
    char *byte = (char *)(uintptr_t)text.data + i;
    *byte ^= 1;
    if (cyn_i_shard_iterator_parse(text, &arena, &arn, &log, &back, NULL) != CYN_E_VALIDATION) test_failed(__FILE__, __LINE__, "byte %zu", i);
    *byte ^= 1;
  }
  for (size_t size = 0; size < text.size; size++)
    CHECK_INT(cyn_i_shard_iterator_parse((cyn_bytes){text.data, size}, &arena, &arn, &log, &back, NULL), CYN_E_VALIDATION);
  cyn_i_arena_clean_up(&arena);
}

TEST(arns) {
  service s;
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  ANSWERS(&s, "DescribeStream", "{\"StreamArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc/stream/2026-09-21T14:13:20.124\"}",
          "ResourceNotFoundException: Requested resource not found: Stream: "
          "arn:aws:dynamodb:us-east-1:000000000000:table/abc/stream/2026-09-21T14:13:20.124 not found");
  HAS(&s, "DescribeStream", "{\"StreamArn\":\"arn:aws:dynamodb:us-east-2:000000000000:table/abc/stream/2026-09-21T14:13:20.123\"}",
      "ResourceNotFoundException");
  static const char *const wrong[] = {
      "arn:aws:dynamodb:us-east-1:000000000000:table/abc/stream/2026-09-21T14:13:2x.123",
      "arn:aws:dynamodb:us-east-1:000000000000:table/abc/strem/2026-09-21T14:13:20.123",
      "arn:aws:kinesis:us-east-1:000000000000:table/abc/stream/2026-09-21T14:13:20.123",
      "arn:a/stream/2026-09-21T14:13:20.123-2345", "arn:table/abc/stream/2026-09-21T14:13:20.123",
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char json[200];
    (void)streams_json(json, sizeof json, "{'StreamArn':'%s'}", wrong[i]);
    ANSWERS(&s, "DescribeStream", json, "ValidationException: Invalid StreamArn");
  }
  service_close(&s);
}

/* Each switching on is another stream, however fast, and so is each table of the same name. */
TEST(each_stream_is_a_new_one) {
  service s;
  REQUIRE(service_open(&s, NULL));
  for (int i = 0; i < 3; i++) {
    streams_table(&s, "abc", "KEYS_ONLY");
    streams_switch(&s, NULL);
    streams_switch(&s, "NEW_IMAGE");
    HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "TableDescription");
  }
  const char *listed = service_call(&s, "ListStreams", "{}");
  static const char *const labels[] = {"20.123", "20.124", "20.125", "20.126", "20.127", "20.128"};
  for (size_t i = 0; i < 6; i++) {
    char wanted[80];
    (void)snprintf(wanted, sizeof wanted, "\"StreamLabel\":\"2026-09-21T14:13:%s\"", labels[i]);
    CHECK(strstr(listed, wanted) != NULL);
  }
  service_close(&s);
}
