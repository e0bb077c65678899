/* The bytes of a key: their order is the key's, and they are read back. */
#include "conformance.h"
#include "store/lmdb/lmdb_private.h"

static cyn_bytes encode(const cyn_i_store_key *key, uint8_t *out) {
  size_t size = cyn_i_lmdb_key_encode(key, out);
  CHECK_INT(size, cyn_i_lmdb_key_size(key));
  return (cyn_bytes){(const char *)out, size};
}

TEST(keys_have_the_documented_bytes) {
  uint8_t out[64];
  cyn_i_store_key key = {0x01020304, 0x1112131415161718, {"pq", 2}, {"s\0t", 3}};
  cyn_bytes bytes = encode(&key, out);
  CHECK_INT(bytes.size, 18);
  CHECK(memcmp(out, "\1\2\3\4\x11\x12\x13\x14\x15\x16\x17\x18\2pqs\0t", 18) == 0);
}

TEST(keys_are_read_back) {
  static char text[8192];
  uint8_t out[CYN_LMDB_KEY_MAX];
  memset(text, 't', sizeof text);
  for (size_t p = 0; p <= 255; p += 85)
    for (size_t s = 0; s <= 8192; s += 1024) {
      cyn_i_store_key key = {SPACE, UINT64_MAX - p, {text, p}, {text, s}}, back;
      CHECK(cyn_i_lmdb_key_decode(encode(&key, out), &back));
      CHECK(back.space == key.space && back.hash == key.hash && back.partition.size == p && back.sort.size == s);
      CHECK(memcmp(back.partition.data, text, p) == 0 && memcmp(back.sort.data, text, s) == 0);
    }
}

TEST(bytes_that_are_no_key) {
  cyn_i_store_key key;
  static const char bytes[14] = {0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1, 2, 'p'};
  CHECK(!cyn_i_lmdb_key_decode((cyn_bytes){bytes, 0}, &key));
  CHECK(!cyn_i_lmdb_key_decode((cyn_bytes){bytes, 12}, &key));
  CHECK(!cyn_i_lmdb_key_decode((cyn_bytes){bytes, 13}, &key));
  CHECK(!cyn_i_lmdb_key_decode((cyn_bytes){bytes, 14}, &key));
}

TEST(the_order_is_space_hash_partition_sort) {
  static const cyn_i_store_key ordered[] = {
      {16, 5, {"p", 1}, {"", 0}},      {16, 5, {"p", 1}, {"\0", 1}},    {16, 5, {"p", 1}, {"a", 1}},
      {16, 5, {"p", 1}, {"a\0", 2}},   {16, 5, {"p", 1}, {"ab", 2}},    {16, 5, {"p", 1}, {"\xFF", 1}},
      {16, 5, {"q", 1}, {"", 0}},      {16, 5, {"aa", 2}, {"", 0}}, /* the longer partition last */
      {16, 256, {"", 0}, {"z", 1}},    {16, UINT64_MAX, {"p", 1}, {"", 0}}, {17, 0, {"", 0}, {"", 0}},
      {256, 0, {"", 0}, {"", 0}}};
  uint8_t a[64], b[64];
  for (size_t i = 0; i < sizeof ordered / sizeof ordered[0]; i++)
    for (size_t j = 0; j < sizeof ordered / sizeof ordered[0]; j++) {
      int order = cyn_i_lmdb_key_compare(encode(&ordered[i], a), encode(&ordered[j], b));
      CHECK_INT((order > 0) - (order < 0), (i > j) - (i < j));
    }
}

TEST(valid_keys) {
  static const char text[9000];
  CHECK(cyn_i_lmdb_key_valid(&(cyn_i_store_key){16, 0, {text, 255}, {text, 8192}}));
  CHECK(cyn_i_lmdb_key_valid(&(cyn_i_store_key){0x80000000u, 0, {text, 0}, {text, 0}}));
  CHECK(!cyn_i_lmdb_key_valid(&(cyn_i_store_key){15, 0, {text, 0}, {text, 0}}));
  CHECK(!cyn_i_lmdb_key_valid(&(cyn_i_store_key){0x80000001u, 0, {text, 0}, {text, 0}}));
  CHECK(!cyn_i_lmdb_key_valid(&(cyn_i_store_key){16, 0, {text, 256}, {text, 0}}));
  CHECK(!cyn_i_lmdb_key_valid(&(cyn_i_store_key){16, 0, {text, 0}, {text, 8193}}));
}
