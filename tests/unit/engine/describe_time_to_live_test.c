/* DescribeTimeToLive while a table comes and goes (the rest is with UpdateTimeToLive). */
#include "service.h"

TEST(not_while_the_table_comes_or_goes) {
  service s;
  cyn_i_engine_options options = {.create_table_delay_ms = 10, .delete_table_delay_ms = 10};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  ANSWERS(&s, "DescribeTimeToLive", "{\"TableName\":\"abc\"}",
          "ValidationException: Cannot describe time to live while table is in CREATING state: Current table state is "
          "CREATING");
  service_later(&s, 10);
  ANSWERS(&s, "DescribeTimeToLive", "{\"TableName\":\"abc\"}",
          "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"DISABLED\"}}");
  HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  HAS(&s, "DescribeTimeToLive", "{\"TableName\":\"abc\"}", "in DELETING state");
  service_close(&s);
}
