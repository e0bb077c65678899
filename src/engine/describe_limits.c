/* DescribeLimits: the account quotas that a new account has. DynamoDB page: API_DescribeLimits. */
#include "engine/control.h"

cyn_i_pending *cyn_i_describe_limits(cyn_i_worker *worker, cyn_i_call *call) {
  (void)worker;
  cyn_describe_limits_output *output = cyn_i_call_output(call);
  if (output == NULL) return NULL;
  output->account_max_read_capacity_units = cyn_int(80000);
  output->account_max_write_capacity_units = cyn_int(80000);
  output->table_max_read_capacity_units = cyn_int(40000);
  output->table_max_write_capacity_units = cyn_int(40000);
  return NULL;
}
