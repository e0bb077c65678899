/* The structural check: what our writers make passes, everything else is refused without a byte read outside. */
#include <stdlib.h>

#include "value/golden.h"
#include "value/item.h"

static uint8_t bytes[GOLDEN_LINE_MAX];

/* From a block of exactly that size. */
static bool item_passes(const uint8_t *data, size_t size) {
  uint8_t *copy = calloc(size != 0 ? size : 1, 1);
  memcpy(copy, data, size);
  bool valid = cyn_i_item_is_valid(copy, size);
  free(copy);
  return valid;
}

static bool value_passes(const char *text) {
  size_t size = unhex(text, bytes);
  uint8_t *copy = calloc(size != 0 ? size : 1, 1);
  memcpy(copy, bytes, size);
  bool valid = cyn_i_value_is_valid(copy, size);
  free(copy);
  return valid;
}

static void golden_line(char **fields) {
  size_t size = unhex(fields[1], bytes);
  CHECK(item_passes(bytes, size));
  for (size_t cut = 0; cut < size; cut++)
    if (item_passes(bytes, cut)) test_failed(__FILE__, __LINE__, "cut to %zu it passes: %s", cut, fields[0]);
  bytes[size] = 0;
  CHECK(!item_passes(bytes, size + 1));
}

TEST(golden_items_pass_and_their_cuts_do_not) { golden_read("item.tsv", 3, golden_line); }

static int changed_count;
static void changed_line(char **fields) {
  size_t size = unhex(fields[1], bytes);
  if (size > 400) return;
  for (size_t i = 0; i < size; i++) {
    uint8_t old = bytes[i];
    for (int byte = 0; byte < 256; byte++) {
      bytes[i] = (uint8_t)byte;
      if (!item_passes(bytes, size)) continue;
      changed_count++; /* what passes can be walked */
      CHECK(cyn_i_item_dynamodb_size(bytes) <= size);
    }
    bytes[i] = old;
  }
}

TEST(changed_bytes) {
  golden_read("item.tsv", 3, changed_line);
  CHECK(changed_count > 100);
}

TEST(values) {
  static const char *const good[] = {"09", "0a00", "0a01", "0100000000", "010100000061", "0202c102", "0300000000", "0301000000ff",
                                     "04090000000100000001000000" "61", "040800000001000000" "00000000", "0509000000020000000180" "02c102",
                                     "080400000000000000", "07040000000000" "0000", "070800000001000000" "0100" "61" "09"};
  static const char *const bad[] = {"", "00", "0b", "ff", "0909", "0a", "0a02", "01", "0101000000", "01000000", "010100000061" "62",
                                    "0101000000ff", "0201", "0202c1", "0202c101", "0200", "0400000000", "040400000000000000",
                                    "0409000000010000000100000062" "00", "0409000000020000000100000062",
                                    "040d0000000200000001000000" "6100000000", "04090000000100000001000000" "ff",
                                    "05090000000200000002c102" "0180", "0508000000020000000180" "0180", "080400000001000000", "08050000000000000009",
                                    "0806000000010000000909", "070700000001000000" "0000" "09", "0708000000010000000100ff09",
                                    "070c00000002000000" "0100" "6109" "0100" "6109", "07080000000100000002006109", "08ffffffff00000000",
                                    "0104000000" "616263", "0804000000ffffffff"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!value_passes(good[i])) test_failed(__FILE__, __LINE__, "refused: %s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (value_passes(bad[i])) test_failed(__FILE__, __LINE__, "passes: %s", bad[i]);
  CHECK(!cyn_i_value_is_valid(NULL, 0));
}

TEST(headers) {
  CHECK(item_passes((const uint8_t *)"\1\0\0\0\0\0\0\0\0", 9));
  CHECK(!item_passes((const uint8_t *)"\2\0\0\0\0\0\0\0\0", 9));
  CHECK(!item_passes((const uint8_t *)"\1\1\0\0\0\0\0\0\0", 9));
  CHECK(!item_passes((const uint8_t *)"\1\0\0\0\0\1\0\0\0", 9));
  CHECK(!item_passes((const uint8_t *)"\1\0\0\0\0\xFF\xFF\xFF\xFF", 9));
  CHECK(!item_passes((const uint8_t *)"", 0));
  CHECK(!cyn_i_item_is_valid(NULL, 0));
}

TEST(depth) {
  for (int levels = 31; levels < 35; levels++) {
    cyn_i_buf buf;
    size_t marks[40];
    cyn_i_buf_init(&buf, NULL);
    for (int i = 0; i < levels; i++) marks[i] = cyn_i_write_open(&buf, CYN_TYPE_L);
    for (int i = levels - 1; i >= 0; i--) cyn_i_write_close(&buf, marks[i], i == levels - 1 ? 0 : 1);
    CHECK(cyn_i_value_is_valid(buf.data, buf.size) == (levels <= CYN_ITEM_DEPTH_MAX));
    cyn_i_buf_clean_up(&buf);
  }
}

TEST(many_names) {
  for (int duplicate = 0; duplicate < 2; duplicate++) {
    cyn_i_buf buf;
    cyn_i_item_writer writer;
    cyn_i_buf_init(&buf, NULL);
    cyn_i_item_begin(&writer, &buf);
    for (int i = 0; i < 1000; i++) {
      char name[16];
      snprintf(name, sizeof name, "n%d", i == 999 && duplicate != 0 ? 500 : i * 7919 % 1000);
      cyn_i_item_name(&writer, cyn_str(name));
      cyn_i_write_null(&buf);
    }
    cyn_i_item_end(&writer);
    CHECK(cyn_i_item_is_valid(buf.data, buf.size) == (duplicate == 0));
    cyn_i_buf_clean_up(&buf);
  }
}
