/* What is packed comes back; what is no such format, is cut, too large or has more behind it is told apart. */
#include "base/coding.h"

#include "base/alloc.h"
#include "test.h"

/* "{}" by gzip(1), and by zlib. */
static const uint8_t gzip_bytes[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0};
static const uint8_t zlib_bytes[] = {0x78, 0x9c, 0xab, 0xae, 5, 0, 1, 0x75, 0, 0xf9};

static cyn_bytes bytes_of(const void *data, size_t size) { return (cyn_bytes){data, size}; }

TEST(bytes_of_others) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, NULL);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(gzip_bytes, sizeof gzip_bytes), 100, &out) == CYN_UNPACKED);
  CHECK(cyn_i_coding_unpack(CYN_CODING_DEFLATE, bytes_of(zlib_bytes, sizeof zlib_bytes), 100, &out) == CYN_UNPACKED);
  CHECK(out.size == 4 && memcmp(out.data, "{}{}", 4) == 0);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(gzip_bytes, sizeof gzip_bytes), 2, &out) == CYN_UNPACKED);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(gzip_bytes, sizeof gzip_bytes), 1, &out) == CYN_UNPACKED_TOO_LARGE);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(zlib_bytes, sizeof zlib_bytes), 100, &out) == CYN_UNPACKED_BAD);
  CHECK(cyn_i_coding_unpack(CYN_CODING_DEFLATE, bytes_of(gzip_bytes, sizeof gzip_bytes), 100, &out) == CYN_UNPACKED_BAD);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of("{}", 2), 100, &out) == CYN_UNPACKED_BAD);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of("", 0), 100, &out) == CYN_UNPACKED_BAD);
  CHECK(out.size == 6);
  cyn_i_buf_clean_up(&out);
}

TEST(cut_changed_and_followed) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, NULL);
  uint8_t more[sizeof gzip_bytes + 1] = {0};
  memcpy(more, gzip_bytes, sizeof gzip_bytes);
  for (size_t size = 0; size < sizeof gzip_bytes; size++)
    CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(gzip_bytes, size), 100, &out) == CYN_UNPACKED_BAD);
  CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(more, sizeof more), 100, &out) == CYN_UNPACKED_BAD);
  for (size_t at = sizeof gzip_bytes - 8; at < sizeof gzip_bytes - 4; at++) { /* the checksum */
    more[at] ^= 1;
    CHECK(cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(more, sizeof gzip_bytes), 100, &out) == CYN_UNPACKED_BAD);
    more[at] ^= 1;
  }
  CHECK(out.size == 0);
  cyn_i_buf_clean_up(&out);
}

static void back_and_forth(cyn_i_coding coding, const uint8_t *data, size_t size) {
  cyn_i_buf packed, out;
  cyn_i_buf_init(&packed, NULL);
  cyn_i_buf_init(&out, NULL);
  CHECK(cyn_i_coding_pack(coding, bytes_of(data, size), &packed));
  cyn_bytes bytes = {(const char *)packed.data, packed.size};
  CHECK(cyn_i_coding_unpack(coding, bytes, size, &out) == CYN_UNPACKED);
  CHECK(out.size == size && memcmp(out.data, data, size) == 0);
  if (size != 0) CHECK(cyn_i_coding_unpack(coding, bytes, size - 1, &out) == CYN_UNPACKED_TOO_LARGE);
  cyn_i_buf_clean_up(&packed);
  cyn_i_buf_clean_up(&out);
}

TEST(of_all_sizes) {
  size_t most = 3u << 20;
  uint8_t *text = cyn_i_zalloc(most, 1), *noise = cyn_i_alloc(most);
  uint32_t seed = 12345;
  for (size_t i = 0; i < most; i++) noise[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
  static const size_t sizes[] = {0, 1, 2, 100, 4095, 65535, 65536, 1000000, 3u << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    back_and_forth(CYN_CODING_GZIP, text, sizes[i]);
    back_and_forth(CYN_CODING_DEFLATE, text, sizes[i]);
    back_and_forth(CYN_CODING_GZIP, noise, sizes[i]);
    back_and_forth(CYN_CODING_DEFLATE, noise, sizes[i]);
  }
  cyn_i_free(text);
  cyn_i_free(noise);
}

static int allocations_left;
static int refuse_later(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

TEST(without_memory) {
  for (int count = 0; count < 2; count++) {
    cyn_i_buf out;
    cyn_i_buf_init(&out, NULL);
    allocations_left = count;
    cyn_i_alloc_hook = refuse_later;
    cyn_i_unpacked unpacked = cyn_i_coding_unpack(CYN_CODING_GZIP, bytes_of(gzip_bytes, sizeof gzip_bytes), 100, &out);
    cyn_i_alloc_hook = NULL;
#ifdef CYN_HAVE_ISAL
    CHECK(unpacked == CYN_UNPACKED_NO_MEMORY);
#else
    CHECK(unpacked == (count == 0 ? CYN_UNPACKED_NO_MEMORY : CYN_UNPACKED));
#endif
    cyn_i_buf_clean_up(&out);
  }
}
