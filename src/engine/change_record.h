/* A record of a table's log: one change of one item, as its stream tells it (docs/format.md, "Change records"). */
#ifndef CYN_ENGINE_CHANGE_RECORD_H
#define CYN_ENGINE_CHANGE_RECORD_H

#include "engine/index.h"

typedef enum cyn_i_change_event { CYN_CHANGE_INSERT = 1, CYN_CHANGE_MODIFY, CYN_CHANGE_REMOVE } cyn_i_change_event;

typedef struct cyn_i_change_record {
  cyn_i_change_event event;
  bool by_expiry;     /* the sweeper's: TTL */
  int64_t time_ms;
  /* items with their crc32, as stored; data NULL: none. `keys` is there only where neither image is */
  cyn_bytes keys, old_item, new_item;
} cyn_i_change_record;

/* Appends the record of an item's change to the effects of a write, where the table has a log and the item differs. */
void cyn_i_change_log(cyn_i_effect_list *list, const cyn_i_table *table, cyn_bytes old_stored, cyn_bytes new_stored);

/* Parts are borrowed from the bytes. False: damaged. The parts' own bytes are not looked at. */
bool cyn_i_change_record_read(cyn_bytes bytes, cyn_i_change_record *out);
/* The part that holds the key: the newest that is there. */
static inline const uint8_t *cyn_i_change_record_item(const cyn_i_change_record *record) {
  cyn_bytes part = record->new_item.data != NULL   ? record->new_item
                   : record->old_item.data != NULL ? record->old_item
                                                   : record->keys;
  return (const uint8_t *)part.data;
}

#endif
