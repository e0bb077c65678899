/* ListStreams: pages, one table's, closed ones for a day. */
#include "engine/streams.h"

TEST(pages) {
  service s;
  char arn[200] = "", json[400], names[400] = "";
  REQUIRE(service_open(&s, NULL));
  static const char *const tables[] = {"abc", "abc-d", "abcd", "b-1", "zzz"};
  for (size_t i = 0; i < 5; i++) streams_table(&s, tables[4 - i], "KEYS_ONLY");
  service_simple_table(&s, "none");
  for (int page = 0; page < 4; page++) {
    (void)streams_json(json, sizeof json, "{'Limit':2%s%s%s}", arn[0] != '\0' ? ",'ExclusiveStartStreamArn':'" : "", arn,
                       arn[0] != '\0' ? "'" : "");
    const char *answer = service_call(&s, "ListStreams", json);
    for (const char *at = strstr(answer, "TableName\":\""); at != NULL; at = strstr(at + 1, "TableName\":\"")) {
      size_t used = strlen(names);
      (void)snprintf(names + used, sizeof names - used, "%.*s ", (int)strcspn(at + 12, "\""), at + 12);
    }
    (void)streams_field(answer, "LastEvaluatedStreamArn", arn, sizeof arn);
    if (arn[0] == '\0') {
      CHECK_INT(page, 2);
      break;
    }
  }
  CHECK_STR(names, "abc abc-d abcd b-1 zzz ");
  ANSWERS(&s, "ListStreams", "{\"TableName\":\"none\"}", "{\"Streams\":[]}");
  ANSWERS(&s, "ListStreams", "{\"TableName\":\"unknown\"}", "{\"Streams\":[]}");
  HAS(&s, "ListStreams", "{\"ExclusiveStartStreamArn\":\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"}", "Invalid StreamArn");
  HAS(&s, "ListStreams", "{\"Limit\":0}", "Member must have value greater than or equal to 1");
  service_close(&s);
}

TEST(of_one_table_for_a_day) {
  service s;
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  streams_table(&s, "abcd", "KEYS_ONLY");
  streams_switch(&s, NULL);
  service_later(&s, 1000);
  streams_switch(&s, "NEW_IMAGE");
  static const char by_name[] = "{\"TableName\":\"abc\"}";
  CHECK(strstr(service_call(&s, "ListStreams", by_name), STREAMS_ARN) != NULL);
  CHECK(strstr(s.last, "13:21.123") != NULL && strstr(s.last, "table/abcd") == NULL);
  service_later(&s, INT64_C(24) * 60 * 60 * 1000);
  CHECK(strstr(service_call(&s, "ListStreams", by_name), STREAMS_ARN) == NULL);
  CHECK(strstr(s.last, "13:21.123") != NULL);
  service_close(&s);
}
