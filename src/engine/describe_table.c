/* DescribeTable (validation.md 3.8). DynamoDB page: API_DescribeTable. Answers in every state, DELETING included. */
#include "engine/control.h"
#include "engine/table_describe.h"

cyn_i_pending *cyn_i_describe_table(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_describe_table_input *input = call->input;
  cyn_i_table *table;
  cyn_status status = cyn_i_control_table(worker, call, input->table_name, &table);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  /* read again into the call's arena: the answer outlives the table */
  cyn_i_table_record record;
  status = cyn_i_table_record_read(table->record, call->arena, &record, call->error);
  cyn_i_table_release(table);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_describe_table_output *output = cyn_i_call_output(call);
  if (output == NULL) return NULL;
  output->table = cyn_i_table_describe(worker->engine, &record, CYN_DESCRIBE_TABLE, cyn_i_engine_now_ms(worker->engine),
                                       call->arena, call->error);
  if (output->table == NULL) call->status = call->error->status;
  return NULL;
}
