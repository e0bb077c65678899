/* DescribeEndpoints. */
#include "service.h"

TEST(endpoint_of_the_region) {
  service s;
  REQUIRE(service_open(&s, NULL));
  s.context.region = cyn_str("eu-west-1");
  ANSWERS(&s, "DescribeEndpoints", "{}",
          "{\"Endpoints\":[{\"Address\":\"dynamodb.eu-west-1.amazonaws.com\",\"CachePeriodInMinutes\":1440}]}");
  service_close(&s);
}
