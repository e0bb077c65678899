/* memory: and file: databases: an engine over a store in this process, and its background jobs. */
#include "db/db_private.h"

#define SWEEP_INTERVAL_DEFAULT_MS 1000

cyn_status cyn_i_backend_engine_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error) {
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
  engine_options.clock = &db->clock;
  status = cyn_i_engine_new(store, &engine_options, &db->engine, error);
  if (status != CYN_OK) {
    cyn_i_store_close(store);
    return status;
  }
  int64_t interval = options->ttl_sweep_interval_ms.is_set ? options->ttl_sweep_interval_ms.value : SWEEP_INTERVAL_DEFAULT_MS;
  return cyn_i_jobs_start(db->engine, interval, &db->jobs, error);
}
