/* The rest of a step over a table with one number that was a boolean: it becomes one. */
#include <cynamo/cynamo.h>

static const char table[] = "{\"TableName\": \"User\", \"BillingMode\": \"PAY_PER_REQUEST\","
                            " \"KeySchema\": [{\"AttributeName\": \"mail\", \"KeyType\": \"HASH\"}],"
                            " \"AttributeDefinitions\": [{\"AttributeName\": \"mail\", \"AttributeType\": \"S\"}]}";
static const char user[] = "{\"TableName\": \"User\", \"Item\": {\"mail\": {\"S\": \"ann\"}, \"is_active\": {\"N\": \"1\"}}}";

int main(void) {
  cyn_db *db = NULL;
  cyn_bytes answer;
  cyn_result *result = cyn_result_new();
  cyn_migration_report report;
  cyn_migration step = CYN_MIGRATION_INIT;
  step.version = 1;
  step.table = "User";
/* snippet */
  if (cyn_open("memory:", NULL, &db, NULL) || cyn_call_json(db, "CreateTable", cyn_str(table), result, &answer, NULL)) return 1;
  if (cyn_call_json(db, "PutItem", cyn_str(user), result, &answer, NULL)) return 1;
  int status = cyn_migrate(db, &step, NULL, &report, NULL) || report.changed != 1;
  cyn_result_destroy(result);
  cyn_db_close(db);
  return status;
}
