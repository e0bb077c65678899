/* Waiters: DescribeTable until the table is as wished. */
#include <cynamo/calls.h>
#include <cynamo/client.h>

#include "base/clock.h"
#include "base/error.h"

#define DELAY_DEFAULT_MS 20000
#define LOOKS_DEFAULT 25

static bool is_active(const cyn_describe_table_output *output) {
  static const char active[] = "ACTIVE";
  if (output->table == NULL) return false;
  cyn_bytes state = output->table->table_status;
  return state.size == sizeof active - 1 && memcmp(state.data, active, state.size) == 0;
}

/* One look: *is_so tells whether the wait is over. */
static cyn_status look(cyn_db *db, cyn_bytes table_name, bool wants_table, cyn_result *result, bool *is_so, cyn_error *error) {
  cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
  input.table_name = table_name;
  const cyn_describe_table_output *output;
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_describe_table(db, &input, result, &output, &own);
  bool is_gone = status == CYN_E_RESOURCE_NOT_FOUND;
  *is_so = wants_table ? status == CYN_OK && is_active(output) : is_gone;
  if (is_gone) status = CYN_OK;
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  return status;
}

static cyn_status wait_for(cyn_db *db, cyn_bytes table_name, bool wants_table, const cyn_wait_options *given,
                           cyn_error *error) {
  cyn_wait_options options = CYN_WAIT_OPTIONS_INIT;
  if (given != NULL) memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
  int64_t delay_ms = options.delay_ms.is_set ? options.delay_ms.value : DELAY_DEFAULT_MS;
  int64_t looks = options.max_looks.is_set ? options.max_looks.value : LOOKS_DEFAULT;
  cyn_result *result = cyn_result_new();
  if (result == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = CYN_OK;
  bool is_so = false;
  for (int64_t i = 0; i < looks && !is_so && status == CYN_OK; i++) {
    if (i != 0) cyn_i_sleep_ms(delay_ms);
    status = look(db, table_name, wants_table, result, &is_so, error);
  }
  cyn_result_destroy(result);
  if (status == CYN_OK && !is_so)
    status = cyn_i_error_setf(error, CYN_E_TIMEOUT, "table %.*s %s after %lld looks, %lld ms apart", (int)table_name.size,
                              table_name.data, wants_table ? "is not ACTIVE" : "is still there", (long long)looks,
                              (long long)delay_ms);
  return status;
}

cyn_status cyn_wait_table_exists(cyn_db *db, cyn_bytes table_name, const cyn_wait_options *options, cyn_error *error) {
  return wait_for(db, table_name, true, options, error);
}

cyn_status cyn_wait_table_not_exists(cyn_db *db, cyn_bytes table_name, const cyn_wait_options *options, cyn_error *error) {
  return wait_for(db, table_name, false, options, error);
}
