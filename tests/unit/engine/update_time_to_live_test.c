/* UpdateTimeToLive and DescribeTimeToLive. */
#include "service.h"

#define SPEC(enabled, attribute) \
  "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":" enabled ",\"AttributeName\":\"" attribute "\"}}"
#define DESCRIBE "{\"TableName\":\"abc\"}"
#define HOUR_MS INT64_C(3600000)

TEST(on_and_off) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "UpdateTimeToLive", SPEC("true", "due"),
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  ANSWERS(&s, "DescribeTimeToLive", DESCRIBE,
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  service_simple_table(&s, "abc");
  ANSWERS(&s, "DescribeTimeToLive", DESCRIBE, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"DISABLED\"}}");
  ANSWERS(&s, "UpdateTimeToLive", SPEC("false", "due"), "ValidationException: TimeToLive is already disabled");
  ANSWERS(&s, "UpdateTimeToLive", SPEC("true", "due"),
          "{\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}");
  ANSWERS(&s, "DescribeTimeToLive", DESCRIBE,
          "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"ENABLED\",\"AttributeName\":\"due\"}}");
  ANSWERS(&s, "UpdateTimeToLive", SPEC("true", "due"), "ValidationException: TimeToLive is already enabled");
  ANSWERS(&s, "UpdateTimeToLive", SPEC("true", "end"),
          "ValidationException: TimeToLive is active on a different AttributeName: current AttributeName is due");
  ANSWERS(&s, "UpdateTimeToLive", SPEC("false", "due"),
          "ValidationException: Time to live has been modified multiple times within a fixed interval");
  service_later(&s, HOUR_MS);
  HAS(&s, "UpdateTimeToLive", SPEC("false", "due"), "\"Enabled\":false");
  ANSWERS(&s, "DescribeTimeToLive", DESCRIBE, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"DISABLED\"}}");
  service_close(&s);
}

TEST(takes_as_long_as_tables_take) {
  service s;
  cyn_i_engine_options options = {.update_table_delay_ms = 50};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTimeToLive", SPEC("true", "due"), "true");
  HAS(&s, "DescribeTimeToLive", DESCRIBE, "\"ENABLING\"");
  service_later(&s, 50);
  HAS(&s, "DescribeTimeToLive", DESCRIBE, "\"ENABLED\"");
  service_close(&s);
}
