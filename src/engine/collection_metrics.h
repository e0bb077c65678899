/* ItemCollectionMetrics of writes to tables with local indexes. */
#ifndef CYN_ENGINE_COLLECTION_METRICS_H
#define CYN_ENGINE_COLLECTION_METRICS_H

#include "engine/action.h"

/* NULL unless SIZE is asked for and the table has local indexes (or memory is out: the call's error is set). */
const cyn_item_collection_metrics *cyn_i_collection_metrics(cyn_i_call *call, const cyn_i_item_write *write,
                                                            const cyn_i_action *action);

#endif
