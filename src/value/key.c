/* See key.h and docs/format.md, "Keys". */
#include "value/key.h"

#include "base/hash.h"
#include "value/number.h"

#define SHORT_KEY_SIZE_MAX 32
#define SHORTENED_TAG 0xFF

void cyn_i_key_append_last(cyn_i_buf *buf, cyn_type type, cyn_bytes content) {
  (void)type; /* the same for all three: a number's content is its sortable encoding */
  cyn_i_buf_append(buf, content.data, content.size);
}

static void append_number(cyn_i_buf *buf, cyn_bytes content) {
  cyn_i_buf_append(buf, content.data, content.size);
  bool negative = content.size != 0 && (uint8_t)content.data[0] < 0x80;
  if (!negative)
    cyn_i_buf_byte(buf, 0x00);
  else if ((uint8_t)content.data[content.size - 1] != 0x66)
    cyn_i_buf_byte(buf, 0x66);
}

void cyn_i_key_append_more(cyn_i_buf *buf, cyn_type type, cyn_bytes content) {
  if (type == CYN_TYPE_N) {
    append_number(buf, content);
    return;
  }
  const char *p = content.data;
  size_t left = content.size;
  while (left != 0) {
    const char *zero = memchr(p, 0, left);
    size_t run = zero != NULL ? (size_t)(zero - p) : left;
    cyn_i_buf_append(buf, p, run);
    if (zero == NULL) break;
    cyn_i_buf_append(buf, "\x00\xFF", 2);
    p += run + 1;
    left -= run + 1;
  }
  cyn_i_buf_append(buf, "\x00\x01", 2);
}

void cyn_i_key_append_partition(cyn_i_buf *buf, cyn_bytes content) {
  uint8_t prefix[2] = {(uint8_t)(content.size >> 8), (uint8_t)content.size};
  cyn_i_buf_append(buf, prefix, 2);
  cyn_i_buf_append(buf, content.data, content.size);
}

static uint64_t hash_now(cyn_bytes bytes) {
  cyn_bytes parts[2] = {{"Outliers", 8}, bytes};
  uint8_t digest[16];
  cyn_i_md5(parts, 2, digest);
  uint64_t out = 0;
  for (int i = 0; i < 8; i++) out = out << 8 | digest[i];
  return out;
}

/* MD5 is a quarter of a GetItem, and partitions come again: each thread remembers those it met last. */
#define REMEMBERED 1024
#define REMEMBERED_SIZE_MAX 31
typedef struct remembered_hash {
  uint64_t hash;
  uint8_t size; /* 0: empty */
  char bytes[REMEMBERED_SIZE_MAX];
} remembered_hash;
static _Thread_local remembered_hash remembered[REMEMBERED];

uint64_t cyn_i_key_hash(cyn_bytes bytes) {
  if (bytes.size == 0 || bytes.size > REMEMBERED_SIZE_MAX) return hash_now(bytes);
  remembered_hash *slot = &remembered[cyn_i_hash64(bytes) % REMEMBERED];
  if (slot->size == bytes.size && memcmp(slot->bytes, bytes.data, bytes.size) == 0) return slot->hash;
  slot->hash = hash_now(bytes);
  slot->size = (uint8_t)bytes.size;
  memcpy(slot->bytes, bytes.data, bytes.size);
  return slot->hash;
}

cyn_bytes cyn_i_key_shorten(cyn_bytes partition, uint8_t out[17]) {
  if (partition.size <= SHORT_KEY_SIZE_MAX) return partition;
  uint8_t digest[32];
  cyn_i_sha256(&partition, 1, digest);
  out[0] = SHORTENED_TAG;
  memcpy(out + 1, digest, 16);
  return (cyn_bytes){(const char *)out, 17};
}
