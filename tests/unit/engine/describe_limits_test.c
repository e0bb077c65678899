/* DescribeLimits. */
#include "service.h"

TEST(limits_of_a_new_account) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "DescribeLimits", "{}",
          "{\"AccountMaxReadCapacityUnits\":80000,\"AccountMaxWriteCapacityUnits\":80000,"
          "\"TableMaxReadCapacityUnits\":40000,\"TableMaxWriteCapacityUnits\":40000}");
  service_close(&s);
}
