/* A worker's parsed tables. An entry is good as long as the store's guard is the one under which it was read. */
#ifndef CYN_ENGINE_TABLE_CACHE_H
#define CYN_ENGINE_TABLE_CACHE_H

#include "engine/engine_private.h"

typedef struct cyn_i_table_cache cyn_i_table_cache;
struct cyn_i_table_cache *cyn_i_table_cache_new(void);
void cyn_i_table_cache_destroy(struct cyn_i_table_cache *cache);

void cyn_i_worker_clean_up(cyn_i_worker *worker);

#endif
