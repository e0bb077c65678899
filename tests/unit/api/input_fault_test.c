/* What a client must not send is found wherever it stands in an input, and answered in the service's words. */
#include "api_cases.h"

static const char *faults(cyn_i_arena *arena, const char *operation_name, cyn_bytes body) {
  const cyn_i_operation *operation = operation_named(operation_name);
  cyn_error error = CYN_ERROR_INIT;
  void *input = NULL;
  if (operation == NULL) return "no such operation";
  if (cyn_i_api_decode(operation->input, body, arena, &input, &error) != CYN_OK) return error_text(arena, &error);
  if (cyn_i_api_check_faults(operation, input, &error) == CYN_OK) return "ok";
  return error_text(arena, &error);
}

#define NOT_A_NUMBER "The parameter cannot be converted to a numeric value: x"

TEST(faults_of_inputs) {
  static const api_case cases[] = {
      {"PutItem", "{\"TableName\":\"t\",\"Item\":{\"a\":{\"N\":\"1\"}}}", "ok"},
      {"PutItem", "{\"TableName\":\"t\",\"Item\":{\"a\":{\"N\":\"x\"}}}",
       "!ValidationException: 1 validation error detected: " NOT_A_NUMBER},
      {"PutItem", "{\"TableName\":\"t\",\"Item\":{\"l\":{\"L\":[{\"M\":{\"a\":{\"N\":\"x\"}}}]}}}",
       "!ValidationException: 1 validation error detected: " NOT_A_NUMBER},
      {"PutItem", "{\"TableName\":\"t\",\"Item\":{\"a\":{\"SS\":[]}}}",
       "!ValidationException: 1 validation error detected: One or more parameter values were invalid: An string set  may not be empty"},
      {"GetItem", "{\"TableName\":\"t\",\"Key\":{\"a\":{\"N\":\"x\"}}}", "!ValidationException: " NOT_A_NUMBER},
      {"GetItem", "{\"TableName\":\"t\",\"Key\":{\"a\":{}}}",
       "!ValidationException: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
      {"UpdateItem", "{\"TableName\":\"t\",\"Key\":{\"a\":{\"N\":\"1\"}},\"ExpressionAttributeValues\":{\":v\":{\"N\":\"x\"}}}",
       "!ValidationException: 1 validation error detected: " NOT_A_NUMBER},
      {"UpdateItem", "{\"TableName\":\"t\",\"Key\":{\"a\":{\"N\":\"1\"}},\"AttributeUpdates\":{\"v\":{\"Value\":{\"N\":\"x\"}}}}",
       "!ValidationException: 1 validation error detected: " NOT_A_NUMBER},
      {"Query", "{\"TableName\":\"t\",\"ExpressionAttributeValues\":{\":u\":{\"N\":\"1\"},\":v\":{\"N\":\"x\"}}}",
       "!ValidationException: ExpressionAttributeValues contains invalid value: " NOT_A_NUMBER " for key :v"},
      {"Query", "{\"TableName\":\"t\",\"QueryFilter\":{\"a\":{\"ComparisonOperator\":\"EQ\",\"AttributeValueList\":[{\"N\":\"x\"}]}}}",
       "!ValidationException: " NOT_A_NUMBER},
      {"BatchGetItem", "{\"RequestItems\":{\"t\":{\"Keys\":[{\"a\":{\"N\":\"1\"}},{\"a\":{\"N\":\"x\"}}]}}}",
       "!ValidationException: " NOT_A_NUMBER},
      {"BatchWriteItem", "{\"RequestItems\":{\"t\":[{\"DeleteRequest\":{\"Key\":{\"a\":{\"N\":\"1\"}}}},{\"PutRequest\":{\"Item\":{\"a\":{\"N\":\"x\"}}}}]}}",
       "!ValidationException: " NOT_A_NUMBER},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Put\":{\"TableName\":\"t\",\"Item\":{\"a\":{\"N\":\"x\"}}}}]}",
       "!ValidationException: " NOT_A_NUMBER},
      {"ListTables", "{\"Limit\":5}", "ok"},
      {"CreateTable", "{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"Tags\":[]}", "ok"},
  };
  run_cases(cases, sizeof cases / sizeof cases[0], faults);
}
