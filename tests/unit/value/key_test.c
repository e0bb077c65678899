/* Key encodings: golden vectors, and order of parts that others follow. */
#include "value/key.h"

#include "value/golden.h"
#include "value/number.h"

static cyn_i_buf buf;

static void golden_line(char **fields) {
  uint8_t bytes[5000], tag[17];
  cyn_i_number number;
  cyn_type type = fields[1][0] == 'N' ? CYN_TYPE_N : CYN_TYPE_B;
  cyn_bytes content = {(const char *)bytes, 0};
  if (type == CYN_TYPE_N) {
    CHECK_INT(cyn_i_number_parse(cyn_str(fields[2]), &number), CYN_NUMBER_OK);
    content = (cyn_bytes){(const char *)number.bytes, number.size};
  } else {
    content.size = unhex(fields[2], bytes);
  }
  buf.size = 0;
  if (strcmp(fields[0], "last") == 0) {
    cyn_i_key_append_last(&buf, type, content);
  } else if (strcmp(fields[0], "more") == 0) {
    cyn_i_key_append_more(&buf, type, content);
  } else if (strcmp(fields[0], "hash") == 0) {
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)cyn_i_key_hash(content));
    CHECK_STR(text, fields[3]);
    return;
  } else {
    cyn_i_key_append_partition(&buf, content);
    if (strcmp(fields[0], "short") == 0) {
      cyn_bytes out = cyn_i_key_shorten((cyn_bytes){(const char *)buf.data, buf.size}, tag);
      CHECK_STR(hex(out.data, out.size), fields[3]);
      return;
    }
  }
  CHECK_STR(hex(buf.data, buf.size), fields[3]);
}

TEST(golden) { CHECK(golden_read("key.tsv", 4, golden_line) > 300); }

/* Two parts one behind the other sort by the first, then by the second. */
static int compare_bytes(const cyn_i_buf *a, const cyn_i_buf *b) {
  size_t common = a->size < b->size ? a->size : b->size;
  int order = memcmp(a->data, b->data, common);
  return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static int sign(int order) { return (order > 0) - (order < 0); }

static cyn_bytes random_bytes(char *out) {
  size_t size = random_below(5);
  for (size_t i = 0; i < size; i++) out[i] = (char)("\x00\x01\xFF" "ab"[random_below(5)]);
  return (cyn_bytes){out, size};
}

static cyn_bytes random_number(cyn_i_number *out) {
  char text[4100];
  put_text(text, "%d%d.%de%d", (int)random_below(3) - 1, (int)random_below(20), (int)random_below(100), (int)random_below(4));
  (void)cyn_i_number_parse(cyn_str(text), out);
  return (cyn_bytes){(const char *)out->bytes, out->size};
}

TEST(parts_keep_their_order) {
  cyn_i_buf first = {0}, second = {0};
  for (int round = 0; round < 100000; round++) {
    char text[4][8];
    cyn_i_number number[4];
    cyn_type type = random_below(2) != 0 ? CYN_TYPE_N : CYN_TYPE_S;
    cyn_bytes parts[4];
    for (int i = 0; i < 4; i++) parts[i] = type == CYN_TYPE_N ? random_number(&number[i]) : random_bytes(text[i]);
    first.size = second.size = 0;
    cyn_i_key_append_more(&first, type, parts[0]);
    cyn_i_key_append_last(&first, type, parts[1]);
    cyn_i_key_append_more(&second, type, parts[2]);
    cyn_i_key_append_last(&second, type, parts[3]);
    int expected = sign(compare_bytes(&(cyn_i_buf){(uint8_t *)parts[0].data, parts[0].size, 0, NULL, false},
                                      &(cyn_i_buf){(uint8_t *)parts[2].data, parts[2].size, 0, NULL, false}));
    if (expected == 0)
      expected = sign(compare_bytes(&(cyn_i_buf){(uint8_t *)parts[1].data, parts[1].size, 0, NULL, false},
                                    &(cyn_i_buf){(uint8_t *)parts[3].data, parts[3].size, 0, NULL, false}));
    if (sign(compare_bytes(&first, &second)) != expected) {
      test_failed(__FILE__, __LINE__, "%s against %s", hex(first.data, first.size), hex(second.data, second.size));
      break;
    }
  }
  cyn_i_buf_clean_up(&first);
  cyn_i_buf_clean_up(&second);
}

/* Hashes are remembered: asked for again, in any order and between many others, they are the same. */
TEST(hashes_stay) {
  static uint64_t first[3000];
  for (int turn = 0; turn < 3; turn++) {
    for (uint32_t i = 0; i < 3000; i++) {
      char text[80];
      uint32_t which = turn == 2 ? 2999 - i : i;
      snprintf(text, sizeof text, "key%u%.*s", which, (int)(which % 60), "------------------------------------------------------------");
      uint64_t hash = cyn_i_key_hash(cyn_str(text));
      if (turn == 0) first[which] = hash;
      if (hash != first[which]) test_failed(__FILE__, __LINE__, "%s", text);
    }
  }
}

TEST(shorten) {
  uint8_t tag[17];
  cyn_bytes same = cyn_i_key_shorten((cyn_bytes){"0123456789abcdef0123456789abcdef", 32}, tag);
  CHECK_INT(same.size, 32);
  cyn_bytes shortened = cyn_i_key_shorten((cyn_bytes){"0123456789abcdef0123456789abcdef!", 33}, tag);
  CHECK_INT(shortened.size, 17);
  CHECK_INT((uint8_t)shortened.data[0], 0xFF);
}
