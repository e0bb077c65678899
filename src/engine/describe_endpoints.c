/* DescribeEndpoints: the Region's endpoint. DynamoDB page: API_DescribeEndpoints. */
#include "engine/control.h"

#define CACHE_MINUTES 1440

cyn_i_pending *cyn_i_describe_endpoints(cyn_i_worker *worker, cyn_i_call *call) {
  (void)worker;
  cyn_describe_endpoints_output *output = cyn_i_call_output(call);
  if (output == NULL) return NULL;
  cyn_endpoint *endpoint = cyn_i_arena_zalloc(call->arena, 1, sizeof *endpoint);
  const cyn_endpoint **list = cyn_i_arena_alloc(call->arena, sizeof *list);
  char *address = cyn_i_arena_printf(call->arena, "dynamodb.%.*s.amazonaws.com", CYN_PRINT(call->context->region));
  if (endpoint == NULL || list == NULL || address == NULL)
    return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  *endpoint = (cyn_endpoint)CYN_ENDPOINT_INIT;
  endpoint->address = cyn_str(address);
  endpoint->cache_period_in_minutes = cyn_int(CACHE_MINUTES);
  list[0] = endpoint;
  output->endpoints.count = 1;
  output->endpoints.at = list;
  return NULL;
}
