/* Reading single items: GetItem, BatchGetItem, TransactGetItems. */
#ifndef CYN_ENGINE_READ_H
#define CYN_ENGINE_READ_H

#include "engine/engine_private.h"

/* Reads one item through the worker's view, which has begun; copies it (or its projection) into the arena. `out->data` NULL: no
 * such item. *dynamodb_size is the whole item's. */
cyn_status cyn_i_read_item(cyn_i_worker *worker, const cyn_i_store_key *key, const cyn_i_bound *projection,
                           cyn_i_arena *arena, cyn_item *out, uint32_t *dynamodb_size, cyn_error *error);

/* A path into a key attribute of the table ("…: Key: a") or of one of its indexes ("…: IndexKey: a"). `bound` may be
 * NULL. */
cyn_status cyn_i_check_key_paths(const cyn_i_table *table, const cyn_i_bound *bound, cyn_error *error);

#endif
