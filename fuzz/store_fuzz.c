/* Fuzz target: bytes as the file of a store, through the whole check: pages, trees, free pages, records, items, indexes,
 * counters. What is found sound must also be read the same by walking and one by one.
 *
 * Checksums would keep the fuzzer out of everything behind them, so the first byte of the input may ask for them to be put
 * right: bit 0 for the values of leaves. The rest of the input is the file. */
#include "base/hash.h"
#include "engine/verify.h"
#include "fuzz.h"
#include "store/check.h"
#include "store/lmdb/page.h"

#define BYTES_MAX 262144

/* Every value of more than 13 bytes on a page that can be read gets a crc32 behind its other bytes. */
static void mend(uint8_t *file, size_t size) {
  cyn_i_page_meta meta;
  if (size < CYN_PAGE_META_SIZE || cyn_i_page_meta_read(file, 0, &meta) != NULL) return;
  for (size_t at = 2 * (size_t)meta.free.pad; at + meta.free.pad <= size; at += meta.free.pad) {
    uint8_t *page = file + at;
    if (cyn_i_page_check(page, meta.free.pad, at / meta.free.pad, CYN_PAGE_LEAF, CYN_PAGE_ORDER_BYTES) != NULL) continue;
    for (unsigned i = 0; i < cyn_i_page_count(page); i++) {
      const uint8_t *node = cyn_i_page_node(page, i);
      uint32_t value_size = cyn_i_page_value_size(node);
      if (cyn_i_page_value_is_big(node) || value_size < 13) continue;
      uint8_t *value = page + (cyn_i_page_value(node) - page);
      uint32_t crc = cyn_i_crc32(value, value_size - 4);
      memcpy(value + value_size - 4, &crc, 4);
    }
  }
}

static bool get_again(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_bytes found;
  if (cyn_i_store_check_get(user, key, &found, NULL) != CYN_OK || found.data == NULL || found.size != value.size) abort();
  if (value.size != 0 && memcmp(found.data, value.data, value.size) != 0) abort();
  return true;
}

static void run(const uint8_t *file, size_t size) {
  cyn_i_store_check *check;
  cyn_i_faults faults = {0};
  cyn_i_verify_report report;
  cyn_i_store_file told;
  if (cyn_i_store_check_open_bytes(file, size, &check, NULL) != CYN_OK) return;
  cyn_status status = cyn_i_store_check_structure(check, &faults, NULL);
  bool is_sound = status == CYN_OK && faults.count == 0;
  cyn_i_store_check_file(check, &told);
  (void)cyn_i_verify(check, &faults, &report, NULL); /* safe on anything; sound on sound structures only */
  if (is_sound && cyn_i_store_check_walk(check, 0, UINT32_MAX, get_again, check, NULL) != CYN_OK) abort();
  cyn_i_store_check_close(check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > BYTES_MAX) return 0;
  uint8_t *file = (uint8_t *)exact_copy(data + 1, size - 1);
  if ((data[0] & 1) != 0) mend(file, size - 1);
  run(file, size - 1);
  free(file);
  return 0;
}
