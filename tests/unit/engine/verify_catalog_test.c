/* The catalog and the engine's small records, changed one by one. */
#include "verify_fixture.h"

#include "base/hash.h"

static void told_after(verified *v, const char *part) {
  verified_run(v);
  CHECK_TOLD(&v->t, part);
}

static bool make(verified *v, uint32_t space, unsigned nth, raw_pair *pair) {
  return verified_make(v) && space_find(v, space, nth, pair);
}

TEST(a_catalog_record) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, CYN_SPACE_CATALOG, 0, &pair));
  raw_pair changed = pair;
  changed.value[10] ^= 1;
  pair_put(&v, &changed);
  told_after(&v, "catalog record of table abc: The catalog record of a table is damaged: wrong checksum");
  pair_delete(&v, &pair);
  told_after(&v, "holds keys, and nothing names it"); /* the table's items */
  CHECK_TOLD(&v.t, "list of tables with TTL: table abc: there is none of that name with TTL");
  CHECK_TOLD(&v.t, "nothing has such a counter");
  pair.key[pair.key_size - 1] = 'd'; /* abd */
  pair_put(&v, &pair);
  told_after(&v, "catalog record of table abd: it is another table's");
  pair.key[pair.key_size - 1] = 'c';
  pair.key[12 + 1] = '1'; /* another account */
  pair_put(&v, &pair);
  told_after(&v, "catalog record of table abc: it is another table's");
  verified_remove(&v);
}

/* A sound record that names the spaces of another table: a second Region. */
TEST(a_space_of_two_tables) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, CYN_SPACE_CATALOG, 1, &pair));
  pair.key[pair.key_size - 7] = '2'; /* us-east-2; the record is of us-east-1 */
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "catalog record of table simple: it is another table's");
  CHECK_TOLD(&v.t, "belongs to table simple (us-east-");
  verified_remove(&v);
}

TEST(the_next_free_number) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, CYN_SPACE_SEQUENCE, 0, &pair));
  CHECK_INT(pair.value_size, 8);
  pair.value[1] ^= 1;
  pair_put(&v, &pair);
  told_after(&v, "the next free number of a space is damaged");
  pair.value[1] ^= 1;
  pair.value_size = 4; /* as older files have it */
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  pair.value[0] = 65;
  pair_put(&v, &pair);
  told_after(&v, "the next free number of a space is damaged");
  pair_delete(&v, &pair);
  told_after(&v, "the next free number of a space is not written down");
  verified_remove(&v);
}

TEST(tokens) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, CYN_SPACE_TOKENS, 0, &pair));
  CHECK_INT(pair.value_size, 45);
  for (size_t at = 0; at < pair.value_size && !test_current_failed(); at += 11) {
    pair.value[at] ^= 1;
    pair_put(&v, &pair);
    told_after(&v, "idempotency token");
    pair.value[at] ^= 1;
  }
  pair_delete(&v, &pair);
  pair.key[20] ^= 1;
  pair_put(&v, &pair);
  told_after(&v, "idempotency token");
  pair.key[20] ^= 1;
  pair.value_size = 41;
  pair.key[20] ^= 1;
  pair_delete(&v, &pair);
  pair.key[20] ^= 1;
  pair_put(&v, &pair); /* as older files have it */
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  verified_remove(&v);
}

TEST(the_list_of_tables_with_ttl) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, CYN_SPACE_TTL_TABLES, 0, &pair));
  pair.value[0] = 'X';
  pair.value_size = 1;
  pair_put(&v, &pair);
  told_after(&v, "list of tables with TTL: table abc: its entry is damaged");
  pair_delete(&v, &pair);
  told_after(&v, "1 tables have TTL on, and 0 are listed");
  verified_remove(&v);
}

TEST(spaces_to_be_emptied) {
  verified v;
  static const uint8_t own[] = {0, 0, 0, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64}, low[] = {0, 0, 0, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
  REQUIRE(verified_make(&v));
  raw_put(v.path, own, sizeof own, "", 0);
  told_after(&v, "space 64 belongs to ");
  raw_put(v.path, own, sizeof own, NULL, 0);
  raw_put(v.path, low, sizeof low, "", 0);
  told_after(&v, "entry of the list of spaces to be emptied");
  verified_remove(&v);
}

TEST(a_space_that_cynamo_does_not_have) {
  verified v;
  static const uint8_t key[] = {0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  REQUIRE(verified_make(&v));
  raw_put(v.path, key, sizeof key, "x", 1);
  told_after(&v, "space 60 holds keys, and Cynamo has no such space");
  verified_remove(&v);
}

/* What a deleted table leaves behind until it is taken away is no damage. */
TEST(a_deleted_table) {
  verified v;
  REQUIRE(verified_open(&v));
  verified_fill(&v);
  verified_call(&v, "DeleteTable", "{'TableName':'abc'}");
  service_later(&v.s, 1000);
  verified_call(&v, "CreateTable",
                "{'TableName':'abc','BillingMode':'PAY_PER_REQUEST','KeySchema':[{'AttributeName':'p','KeyType':'HASH'}],"
                "'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}]}");
  service_close(&v.s);
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  CHECK_INT(v.report.tables, 2);
  CHECK(v.report.spaces_to_empty >= 4);
  verified_remove(&v);
}
