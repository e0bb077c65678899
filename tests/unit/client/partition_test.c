#include "client/partition.h"

#include "test.h"

TEST(regions_of_partitions) {
  static const struct {
    const char *region, *partition;
  } cases[] = {{"us-east-1", "aws"},        {"mx-central-1", "aws"},   {"aws-global", "aws"},      {"cn-north-1", "aws-cn"},
               {"cn-new-77", "aws-cn"},     {"us-gov-west-1", "aws-us-gov"}, {"us-iso-east-1", "aws-iso"},
               {"us-isob-east-1", "aws-iso-b"}, {"eu-isoe-west-1", "aws-iso-e"}, {"us-isof-south-1", "aws-iso-f"},
               {"eusc-de-east-1", "aws-eusc"}, {"aws-iso-b-global", "aws-iso-b"}, {"local", "aws"}, {"cn-north-", "aws"},
               {"cn--1", "aws"},            {"us-gov", "aws"},         {"", "aws"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    CHECK_STR(cyn_i_partition_of(cyn_str(cases[i].region))->name, cases[i].partition);
}

TEST(names_that_can_be_regions) {
  static const char *const good[] = {"us-east-1", "local", "a", "A1", "1a"};
  static const char *const bad[] = {"", "-a", "a-", "123", "a.b", "a b", "a/b", "a@b", "\xc3\xa9"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK(cyn_i_region_is_valid(cyn_str(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(!cyn_i_region_is_valid(cyn_str(bad[i])));
  char name[66];
  memset(name, 'a', 65);
  CHECK(cyn_i_region_is_valid((cyn_bytes){name, 63}));
  CHECK(!cyn_i_region_is_valid((cyn_bytes){name, 64}));
}
