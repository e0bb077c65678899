/* The bytes of a store key as LMDB compares them. The partition's size stands before its bytes, so within one hash the
 * shorter partition comes first; where one begins and ends is then known without escapes. Encoding is inline in
 * lmdb_private.h: it is on the way of every get. */
#include "store/lmdb/lmdb_private.h"

bool cyn_i_lmdb_key_decode(cyn_bytes bytes, cyn_i_store_key *out) {
  const uint8_t *data = (const uint8_t *)bytes.data;
  if (bytes.size < CYN_LMDB_KEY_HEAD || bytes.size - CYN_LMDB_KEY_HEAD < data[12]) return false;
  out->space = cyn_i_lmdb_load_u32(data);
  out->hash = cyn_i_lmdb_load_u64(data + 4);
  out->partition = (cyn_bytes){bytes.data + CYN_LMDB_KEY_HEAD, data[12]};
  out->sort.data = out->partition.data + out->partition.size;
  out->sort.size = bytes.size - CYN_LMDB_KEY_HEAD - out->partition.size;
  return true;
}

int cyn_i_lmdb_key_compare(cyn_bytes a, cyn_bytes b) {
  size_t size = a.size < b.size ? a.size : b.size;
  int order = size != 0 ? memcmp(a.data, b.data, size) : 0;
  if (order != 0) return order;
  return (a.size > b.size) - (a.size < b.size);
}
