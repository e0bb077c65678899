/* Item collections, the partitions of tables with local indexes: metrics of writes, and limits. */
#ifndef CYN_ENGINE_COLLECTION_METRICS_H
#define CYN_ENGINE_COLLECTION_METRICS_H

#include "engine/action.h"

/* NULL unless SIZE is asked for and the table has local indexes (or memory is out: the call's error is set). */
const cyn_item_collection_metrics *cyn_i_collection_metrics(cyn_i_call *call, const cyn_i_item_write *write,
                                                            const cyn_i_action *action);

/* Counters are no part of what decide sees: how full the collections of a write's items are is read ahead, into the
 * actions. */
cyn_status cyn_i_collections_read(cyn_i_item_write *write, cyn_error *error);
/* The limits of a table with local indexes: CYN_E_VALIDATION where an item and its entries are larger than an item may
 * be; CYN_E_ITEM_COLLECTION_SIZE_LIMIT where the partition would grow beyond 10 GB (DynamoDB page LSI, item
 * collections). `old_item` may be NULL. */
cyn_i_error_code cyn_i_collection_check(const cyn_i_table *table, int64_t collection_bytes, uint64_t item_size_max,
                                        const uint8_t *old_item, const uint8_t *new_item);

#endif
