/* memory: and file: databases: an engine over a store in this process, and its background jobs. Handles of one memory:NAME
 * share those; what a handle says of itself (Region, account, prefix, settings of models) is its own. What belongs to the
 * data (delays, limits, the sweeper, durability) is as the first handle has it. */
#include <string.h>

#include "base/alloc.h"
#include "db/db_private.h"

#define SWEEP_INTERVAL_DEFAULT_MS 1000

static pthread_mutex_t named_lock = PTHREAD_MUTEX_INITIALIZER;
static cyn_i_home *named; /* one per process and name */

static void home_destroy(cyn_i_home *home) {
  cyn_i_jobs_stop(home->jobs);
  cyn_i_engine_destroy(home->engine);
  cyn_i_free(home);
}

static cyn_status home_fill(cyn_i_home *home, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error) {
  cyn_i_store_options store_options = {0};
  if (url->scheme == CYN_URL_FILE) store_options.path = url->place;
  store_options.durability = url->durability;
  store_options.size_max = url->size_max;
  cyn_i_store *store;
  cyn_status status = cyn_i_store_lmdb_open(&store_options, &store, error);
  if (status != CYN_OK) return status;
  cyn_i_engine_options engine_options = {0};
  engine_options.create_table_delay_ms = options->create_table_delay_ms.value;
  engine_options.update_table_delay_ms = options->update_table_delay_ms.value;
  engine_options.delete_table_delay_ms = options->delete_table_delay_ms.value;
  engine_options.item_size_max_bytes = options->item_size_max_bytes.value;
  engine_options.clock = &home->clock;
  status = cyn_i_engine_new(store, &engine_options, &home->engine, error);
  if (status != CYN_OK) {
    cyn_i_store_close(store);
    return status;
  }
  int64_t interval = options->ttl_sweep_interval_ms.is_set ? options->ttl_sweep_interval_ms.value : SWEEP_INTERVAL_DEFAULT_MS;
  return cyn_i_jobs_start(home->engine, interval, &home->jobs, error);
}

static cyn_status home_new(cyn_bytes name, const cyn_i_url *url, const cyn_db_options *options, cyn_i_home **out,
                           cyn_error *error) {
  cyn_i_home *home = cyn_i_zalloc(1, sizeof *home + name.size + 1);
  if (home == NULL) return cyn_i_error_no_memory(error);
  home->references = 1;
  home->name_size = name.size;
  if (name.size != 0) memcpy(home->name, name.data, name.size);
  cyn_status status = home_fill(home, url, options, error);
  if (status == CYN_OK)
    *out = home;
  else
    home_destroy(home);
  return status;
}

static cyn_i_home *named_find(cyn_bytes name) {
  cyn_i_home *home = named;
  while (home != NULL && (home->name_size != name.size || memcmp(home->name, name.data, name.size) != 0)) home = home->next;
  return home;
}

static cyn_status named_open(const cyn_i_url *url, const cyn_db_options *options, cyn_i_home **out, cyn_error *error) {
  (void)pthread_mutex_lock(&named_lock);
  cyn_status status = CYN_OK;
  *out = named_find(url->place);
  if (*out != NULL) {
    (*out)->references++;
  } else {
    status = home_new(url->place, url, options, out, error);
    if (status == CYN_OK) {
      (*out)->next = named;
      named = *out;
    }
  }
  (void)pthread_mutex_unlock(&named_lock);
  return status;
}

cyn_status cyn_i_backend_engine_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error) {
  bool is_named = url->scheme == CYN_URL_MEMORY && url->place.size != 0;
  cyn_status status = is_named ? named_open(url, options, &db->home, error)
                               : home_new((cyn_bytes){NULL, 0}, url, options, &db->home, error);
  if (status == CYN_OK) db->engine = db->home->engine;
  return status;
}

void cyn_i_backend_engine_close(cyn_db *db) {
  cyn_i_home *home = db->home;
  if (home == NULL) return;
  (void)pthread_mutex_lock(&named_lock);
  bool is_last = --home->references == 0;
  if (is_last && home->name_size != 0) {
    cyn_i_home **link = &named;
    while (*link != home) link = &(*link)->next;
    *link = home->next;
  }
  (void)pthread_mutex_unlock(&named_lock);
  if (is_last) home_destroy(home);
}
