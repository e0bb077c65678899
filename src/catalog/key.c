/* Keys of the catalog's own records and the names that follow from a table's place: (account, Region, name).
 *
 * The catalog's partition is account 00 Region: neither holds a zero byte, so the two never run together. */
#include "catalog/table.h"

#include <string.h>

#include "base/hash.h"

#define DIGEST_SIZE 32

/* No Region is that long, but an ARN in a request may say so: a key that no table has, whatever the bytes. */
static bool digest_key(cyn_bytes account, cyn_bytes region, cyn_bytes table_name, cyn_i_arena *arena,
                       cyn_i_store_key *out) {
  uint8_t *partition = cyn_i_arena_alloc(arena, 1 + DIGEST_SIZE);
  if (partition == NULL) return false;
  cyn_bytes parts[3] = {account, {"", 1}, region};
  partition[0] = 0xFF;
  cyn_i_sha256(parts, 3, partition + 1);
  *out = (cyn_i_store_key){CYN_SPACE_CATALOG, 0, {(const char *)partition, 1 + DIGEST_SIZE}, table_name};
  return true;
}

bool cyn_i_catalog_key(cyn_bytes account, cyn_bytes region, cyn_bytes table_name, cyn_i_arena *arena,
                       cyn_i_store_key *out) {
  size_t size = account.size + 1 + region.size;
  if (size > CYN_CATALOG_PARTITION_SIZE_MAX) return digest_key(account, region, table_name, arena, out);
  char *partition = cyn_i_arena_alloc(arena, size);
  if (partition == NULL) return false;
  if (account.size != 0) memcpy(partition, account.data, account.size);
  partition[account.size] = '\0';
  if (region.size != 0) memcpy(partition + account.size + 1, region.data, region.size);
  *out = (cyn_i_store_key){CYN_SPACE_CATALOG, 0, {partition, size}, table_name};
  return true;
}

bool cyn_i_catalog_partition_split(cyn_bytes partition, cyn_bytes *account, cyn_bytes *region) {
  const char *end = partition.size != 0 ? memchr(partition.data, '\0', partition.size) : NULL;
  if (end == NULL) return false;
  *account = (cyn_bytes){partition.data, (size_t)(end - partition.data)};
  *region = (cyn_bytes){end + 1, partition.size - account->size - 1};
  return true;
}

static void put_big_endian(uint8_t out[4], uint32_t number) {
  out[0] = (uint8_t)(number >> 24);
  out[1] = (uint8_t)(number >> 16);
  out[2] = (uint8_t)(number >> 8);
  out[3] = (uint8_t)number;
}

static cyn_i_store_key own_key(uint32_t space, const uint8_t *sort, size_t size) {
  return (cyn_i_store_key){space, 0, {"", 0}, {(const char *)sort, size}};
}

cyn_i_store_key cyn_i_counter_key(uint32_t space, char kind, uint8_t out_sort[5]) {
  put_big_endian(out_sort, space);
  out_sort[4] = (uint8_t)kind;
  return own_key(space, out_sort, 5);
}

cyn_i_store_key cyn_i_sequence_key(void) { return own_key(CYN_SPACE_SEQUENCE, (const uint8_t *)"", 0); }

cyn_i_store_key cyn_i_reclaim_key(uint32_t space, uint8_t out_sort[4]) {
  put_big_endian(out_sort, space);
  return own_key(CYN_SPACE_RECLAIM, out_sort, 4);
}

cyn_bytes cyn_i_table_arn(cyn_bytes account, cyn_bytes region, cyn_bytes name, cyn_i_arena *arena) {
  char *text = cyn_i_arena_printf(arena, "arn:aws:dynamodb:%.*s:%.*s:table/%.*s", (int)region.size, region.data,
                                  (int)account.size, account.data, (int)name.size, name.data);
  return cyn_str(text);
}
