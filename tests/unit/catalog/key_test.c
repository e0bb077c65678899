/* Keys of the catalog's own records, ARNs. */
#include "catalog/sample.h"

TEST(catalog_keys_keep_account_and_region_apart) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_store_key key;
  cyn_bytes account, region;
  REQUIRE(cyn_i_catalog_key(cyn_str("123"), cyn_str("us-east-1"), cyn_str("abc"), &arena, &key));
  CHECK_INT(key.space, CYN_SPACE_CATALOG);
  CHECK_INT(key.partition.size, 13);
  CHECK(memcmp(key.partition.data, "123\0us-east-1", 13) == 0);
  CHECK_STR(key.sort.data, "abc");
  REQUIRE(cyn_i_catalog_partition_split(key.partition, &account, &region));
  CHECK_INT(account.size, 3);
  CHECK_INT(region.size, 9);
  CHECK(!cyn_i_catalog_partition_split(cyn_str("nothing"), &account, &region));
  CHECK(!cyn_i_catalog_partition_split((cyn_bytes){"", 0}, &account, &region));
  cyn_i_arena_clean_up(&arena);
}

TEST(a_region_too_long_gives_a_key_that_no_table_has) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  char region[260];
  memset(region, 'r', sizeof region);
  cyn_i_store_key key;
  cyn_bytes account, found;
  REQUIRE(cyn_i_catalog_key(cyn_str("123"), (cyn_bytes){region, sizeof region}, cyn_str("abc"), &arena, &key));
  CHECK_INT(key.partition.size, 33);
  CHECK_INT((uint8_t)key.partition.data[0], 0xFF);
  (void)cyn_i_catalog_partition_split(key.partition, &account, &found);
  cyn_i_arena_clean_up(&arena);
}

TEST(counters_stand_in_their_space) {
  uint8_t sort[5];
  cyn_i_store_key key = cyn_i_counter_key(0x01020304, 'n', sort);
  CHECK_INT(key.space, 0x01020304);
  CHECK(memcmp(key.sort.data, "\1\2\3\4n", 5) == 0);
  key = cyn_i_reclaim_key(0x01020304, sort);
  CHECK_INT(key.space, CYN_SPACE_RECLAIM);
  CHECK_INT(key.sort.size, 4);
  CHECK_INT(cyn_i_sequence_key().space, CYN_SPACE_SEQUENCE);
}

TEST(arns) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  CHECK_STR(cyn_i_table_arn(cyn_str("123"), cyn_str("us-east-1"), cyn_str("abc"), &arena).data,
            "arn:aws:dynamodb:us-east-1:123:table/abc");
  cyn_i_arena_clean_up(&arena);
}
