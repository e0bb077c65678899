/* The names seen so far in one object, while its pairs are written: finds duplicates without a tree. Up to 16 names cost
 * a compare of hashes; beyond that a table in the arena keeps hostile objects linear. */
#ifndef CYN_VALUE_ITEM_NAMES_H
#define CYN_VALUE_ITEM_NAMES_H

#include "base/buf.h"

#define CYN_ITEM_NAMES_FEW 16

typedef struct cyn_i_item_names {
  cyn_i_arena *arena;
  size_t first;        /* offset of the first pair in the buffer */
  uint64_t seen;       /* one bit for each hash's low 6 bits: most names are new at a glance */
  uint32_t count;
  bool overwritten;    /* some pair is marked as overwritten; compact before use */
  uint32_t *table;     /* offsets behind `first`, plus 1; 0 is free; NULL while there are few */
  uint32_t mask;
  uint32_t hashes[CYN_ITEM_NAMES_FEW];
  uint32_t offsets[CYN_ITEM_NAMES_FEW];
} cyn_i_item_names;

void cyn_i_item_names_init(cyn_i_item_names *names, cyn_i_arena *arena, size_t first);

void cyn_i_item_names_add_slow(cyn_i_item_names *names, cyn_i_buf *buf, size_t at, uint32_t hash);

/* Its ends and its size: enough to tell a few names apart. */
static inline uint32_t cyn_i_item_name_hash(const uint8_t *name, uint32_t size) {
  uint32_t head, tail;
  if (size >= 4) {
    memcpy(&head, name, 4);
    memcpy(&tail, name + size - 4, 4);
  } else {
    head = size != 0 ? name[0] : 0;
    tail = size != 0 ? (uint32_t)name[size / 2] << 8 | name[size - 1] : 0;
  }
  uint32_t word = (head ^ (tail << 13 | tail >> 19) ^ size) * 0x9E3779B1u;
  return word ^ word >> 16;
}

/* Takes the name that has just been written at offset `at` (its value comes next). If the name was there before, its
 * older pair is marked as overwritten. Without memory buf->failed is set. */
static inline void cyn_i_item_names_add(cyn_i_item_names *names, cyn_i_buf *buf, size_t at) {
  if (buf->failed) return;
  uint16_t size;
  memcpy(&size, buf->data + at, 2);
  uint32_t hash = cyn_i_item_name_hash(buf->data + at + 2, size);
  uint64_t bit = (uint64_t)1 << (hash & 63);
  if ((names->seen & bit) != 0 || names->count >= CYN_ITEM_NAMES_FEW || at - names->first > UINT32_MAX) {
    cyn_i_item_names_add_slow(names, buf, at, hash);
    return;
  }
  names->seen |= bit;
  names->hashes[names->count] = hash;
  names->offsets[names->count++] = (uint32_t)(at - names->first);
}

/* Removes overwritten pairs; sets *count and returns the size of all pairs as DynamoDB counts it. */
size_t cyn_i_item_names_compact(const cyn_i_item_names *names, cyn_i_buf *buf, uint32_t *count);

#endif
