/* Items, index entries and queue entries, changed one by one: each change is told, and by name. */
#include "verify_fixture.h"

#include "base/hash.h"

/* Spaces in the order in which they were made: abc 64 (items), 65 (byL), 66 (byG), then its queue 67; simple 68. */
enum { ITEMS = 64, LOCAL = 65, GLOBAL = 66, QUEUE = 67, SIMPLE = 68 };

static bool make(verified *v, uint32_t space, raw_pair *pair) { return verified_make(v) && space_find(v, space, 1, pair); }

static void told_after(verified *v, const char *part) {
  verified_run(v);
  CHECK_TOLD(&v->t, part);
}

static void crc_again(raw_pair *pair) {
  uint32_t crc = cyn_i_crc32(pair->value, pair->value_size - 4);
  memcpy(pair->value + pair->value_size - 4, &crc, 4);
}

/* The last byte of a text in the value. */
static void change_text(raw_pair *pair, const char *text) {
  uint8_t *at = memmem(pair->value, pair->value_size, text, strlen(text));
  REQUIRE(at != NULL);
  at[strlen(text) - 1]++;
}

TEST(a_value_whose_checksum_is_wrong) {
  static const uint32_t spaces[] = {ITEMS, LOCAL, GLOBAL, SIMPLE};
  for (size_t i = 0; i < 4; i++) {
    verified v;
    raw_pair pair;
    REQUIRE(make(&v, spaces[i], &pair));
    for (size_t at = 0; at < pair.value_size; at += 7) {
      pair.value[at] ^= 0x10;
      pair_put(&v, &pair);
      told_after(&v, "its checksum is wrong");
      pair.value[at] ^= 0x10;
    }
    pair.value_size = 5;
    pair_put(&v, &pair);
    told_after(&v, "its value is too short");
    verified_remove(&v);
  }
}

TEST(bytes_that_are_no_item) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, SIMPLE, &pair));
  pair.value[5]++; /* one attribute more than there are */
  crc_again(&pair);
  pair_put(&v, &pair);
  told_after(&v, "table simple (us-east-1), key ");
  CHECK_TOLD(&v.t, "its bytes are no item");
  verified_remove(&v);
}

TEST(an_item_in_the_wrong_place) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, ITEMS, &pair));
  pair_delete(&v, &pair);
  pair.key[5] ^= 1; /* another hash */
  pair_put(&v, &pair);
  told_after(&v, "table abc (us-east-1), item p=part");
  CHECK_TOLD(&v.t, "it does not stand where its key belongs");
  verified_remove(&v);
}

TEST(an_item_without_its_key) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, SIMPLE, &pair));
  uint8_t *name = memmem(pair.value, pair.value_size, "p\1", 2);
  REQUIRE(name != NULL);
  name[0] = 'q';
  crc_again(&pair);
  pair_put(&v, &pair);
  told_after(&v, "its key attributes are not a key of the table");
  verified_remove(&v);
}

TEST(an_entry_that_is_missing) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, GLOBAL, &pair));
  pair_delete(&v, &pair);
  told_after(&v, "it has no entry in index byG");
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  REQUIRE(space_find(&v, LOCAL, 0, &pair));
  pair_delete(&v, &pair);
  told_after(&v, "it has no entry in index byL");
  verified_remove(&v);
}

TEST(an_entry_that_holds_something_else) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, GLOBAL, &pair));
  change_text(&pair, "some text");
  crc_again(&pair);
  pair_put(&v, &pair);
  told_after(&v, "its entry in index byG holds something else");
  verified_remove(&v);
}

/* An item that is gone, and its entries that are not. */
TEST(entries_without_an_item) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, ITEMS, &pair));
  pair_delete(&v, &pair);
  told_after(&v, "table abc (us-east-1), index byG, key ");
  CHECK_TOLD(&v.t, "table abc (us-east-1), index byL, key ");
  CHECK_TOLD(&v.t, "table abc (us-east-1), expiry queue, key ");
  CHECK_TOLD(&v.t, "no item calls for this entry");
  CHECK_TOLD(&v.t, "counts 6 items, and holds 5");
  verified_remove(&v);
}

TEST(an_entry_too_many) {
  verified v;
  raw_pair pair;
  REQUIRE(make(&v, GLOBAL, &pair));
  pair.key[pair.key_size - 1] ^= 1; /* of an item that is not there */
  pair_put(&v, &pair);
  told_after(&v, "index byG, key ");
  CHECK_TOLD(&v.t, "no item calls for this entry");
  CHECK_TOLD(&v.t, "index byG counts 6 items, and holds 7");
  verified_remove(&v);
}

TEST(the_queue_of_expiring_items) {
  verified v;
  raw_pair pair;
  REQUIRE(verified_make(&v));
  REQUIRE(space_find(&v, CYN_SPACE_TTL_TABLES, 0, &pair));
  pair.value_size = 0; /* as the backfill leaves it; none has run here */
  pair_put(&v, &pair);
  REQUIRE(space_find(&v, QUEUE, 1, &pair));
  pair_delete(&v, &pair);
  told_after(&v, "it expires, and has no entry in the queue of expiring items");
  pair.key[13 + 7] ^= 1; /* another second */
  pair_put(&v, &pair);
  told_after(&v, "no item calls for this entry");
  pair.value_size = 1;
  pair_put(&v, &pair);
  told_after(&v, "it is no entry of a queue");
  verified_remove(&v);
}

/* An index that is being filled lacks entries, and holds none too many. */
TEST(an_index_that_is_being_filled) {
  verified v;
  raw_pair pair;
  REQUIRE(verified_open(&v));
  verified_fill(&v);
  verified_call(&v, "UpdateTable",
                "{'TableName':'simple','AttributeDefinitions':[{'AttributeName':'n','AttributeType':'N'}],"
                "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'byN','KeySchema':[{'AttributeName':'n','KeyType':'HASH'}],"
                "'Projection':{'ProjectionType':'ALL'}}}]}");
  verified_call(&v, "PutItem", "{'TableName':'simple','Item':{'p':{'S':'new'},'n':{'N':'7'}}}");
  service_close(&v.s);
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  CHECK_INT(v.report.index_entries, 13);
  REQUIRE(space_find(&v, SIMPLE + 1, 0, &pair));
  pair.key[pair.key_size - 1] ^= 1;
  pair_put(&v, &pair);
  told_after(&v, "no item calls for this entry");
  verified_remove(&v);
}
