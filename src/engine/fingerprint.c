/* See fingerprint.h. Members of an object are hashed one by one and their hashes added; elements of a list and parts of a
 * request are chained. Sets are stored sorted. Recursion is bounded by the nesting limit of items. */
#include "engine/fingerprint.h"

#include <string.h>

#include "base/hash.h"
#include "value/item.h"

typedef struct hash_sum {
  uint64_t words[4];
} hash_sum;

static void sum_add(hash_sum *sum, const uint8_t digest[32]) {
  uint64_t carry = 0;
  for (int i = 0; i < 4; i++) {
    uint64_t word;
    memcpy(&word, digest + 8 * i, 8);
    unsigned __int128 total = (unsigned __int128)sum->words[i] + word + carry;
    sum->words[i] = (uint64_t)total;
    carry = (uint64_t)(total >> 64);
  }
}

/* Chained: what was there, a tag, the new bytes. */
static void chain(uint8_t digest[32], char tag, cyn_bytes bytes) {
  cyn_bytes parts[3] = {{(const char *)digest, 32}, {&tag, 1}, bytes};
  uint8_t out[32];
  cyn_i_sha256(parts, 3, out);
  memcpy(digest, out, 32);
}

static void value_digest(const uint8_t *value, uint8_t out[32]);

static void pairs_digest(cyn_i_pairs pairs, uint8_t out[32]) {
  hash_sum sum = {{0}};
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value)) {
    uint8_t member[32];
    value_digest(value, member);
    chain(member, 'n', name);
    sum_add(&sum, member);
  }
  memset(out, 0, 32);
  chain(out, 'M', (cyn_bytes){(const char *)sum.words, sizeof sum.words});
}

static void value_digest(const uint8_t *value, uint8_t out[32]) {
  if (cyn_i_value_type(value) == CYN_TYPE_M) {
    pairs_digest(cyn_i_map_pairs(value), out);
    return;
  }
  memset(out, 0, 32);
  if (cyn_i_value_type(value) != CYN_TYPE_L) {
    chain(out, 'v', (cyn_bytes){(const char *)value, cyn_i_value_size(value)});
    return;
  }
  cyn_i_elements elements = cyn_i_value_elements(value);
  const uint8_t *element;
  while (cyn_i_list_next(&elements, &element)) {
    uint8_t digest[32];
    value_digest(element, digest);
    chain(out, 'l', (cyn_bytes){(const char *)digest, 32});
  }
  chain(out, 'L', (cyn_bytes){NULL, 0});
}

void cyn_i_fingerprint_add_bytes(cyn_i_fingerprint *fingerprint, cyn_bytes bytes) {
  chain(fingerprint->digest, bytes.data != NULL ? 'b' : '-', bytes);
}

void cyn_i_fingerprint_add_names(cyn_i_fingerprint *fingerprint, cyn_string_map names) {
  hash_sum sum = {{0}};
  for (size_t i = 0; i < names.count; i++) {
    uint8_t member[32] = {0};
    chain(member, 'k', names.at[i].key);
    chain(member, 'v', names.at[i].value);
    sum_add(&sum, member);
  }
  chain(fingerprint->digest, names.at != NULL ? 's' : '-', (cyn_bytes){(const char *)sum.words, sizeof sum.words});
}

void cyn_i_fingerprint_add_item(cyn_i_fingerprint *fingerprint, cyn_item item) {
  uint8_t digest[32] = {0};
  if (item.data != NULL) pairs_digest(cyn_i_item_pairs(item.data), digest);
  chain(fingerprint->digest, item.data != NULL ? 'i' : '-', (cyn_bytes){(const char *)digest, 32});
}
