/* Legacy parameters: their checks in order (validation.md section 6), and what they mean. */
#include "items.h"

#define V "ValidationException: One or more parameter values were invalid: "
#define P "ValidationException: 1 validation error detected: One or more parameter values were invalid: "
#define PUT(expected) "{'TableName':'none','Item':{'p':{'S':'a'}},'Expected':{'a':{" expected "}}}"
#define SCAN(condition) "{'TableName':'none','ScanFilter':{'a':{" condition "}}}"
#define OP(name, values) "'ComparisonOperator':'" name "','AttributeValueList':[" values "]"

ITEM_TEST(checks_of_expected) {
  static const items_row rows[] = {
      {"PutItem", PUT("'Value':{'S':'a'},'AttributeValueList':[{'S':'a'}],'Exists':true,'ComparisonOperator':'EQ'"), P "Value and AttributeValueList cannot be used together for Attribute: a"},
      {"PutItem", PUT("'Exists':true,'ComparisonOperator':'EQ'"), P "Exists and ComparisonOperator cannot be used together for Attribute: a"},
      {"PutItem", PUT("'ComparisonOperator':'EQ'"), P "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a"},
      {"PutItem", PUT(OP("EQ", "{'S':'a'},{'S':'b'}")), P "Invalid number of argument(s) for the EQ ComparisonOperator"},
      {"PutItem", PUT(OP("IN", "")), P "Invalid number of argument(s) for the IN ComparisonOperator"},
      {"PutItem", PUT(OP("NULL", "{'S':'a'}")), P "Invalid number of argument(s) for the NULL ComparisonOperator"},
      {"PutItem", PUT(OP("BETWEEN", "{'S':'a'},{'N':'1'}")), P "AttributeValues inside AttributeValueList must be of same type"},
      {"PutItem", PUT(OP("BETWEEN", "{'S':'b'},{'S':'a'}")),
       "ValidationException: 1 validation error detected: The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"},
      {"PutItem", PUT("'AttributeValueList':[{'S':'a'}]"), P "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"},
      {"PutItem", PUT(""), P "Value must be provided when Exists is null for Attribute: a"},
      {"PutItem", PUT("'Exists':true"), P "Value must be provided when Exists is true for Attribute: a"},
      {"PutItem", PUT("'Exists':false,'Value':{'S':'a'}"), P "Value cannot be used when Exists is false for Attribute: a"},
      {"PutItem", PUT("'Value':{'SS':[]}"), P "An string set  may not be empty"},
      {"PutItem", PUT(OP("EQ", "{}")), "Supplied AttributeValue is empty"},
      {"PutItem", PUT("'Value':{'S':'a'}"), "ResourceNotFoundException"},
      {"PutItem", PUT("'ComparisonOperator':'NOT_NULL'"), "ResourceNotFoundException"},
      {"PutItem", PUT("'ComparisonOperator':'GE','Value':{'N':'1'}"), "ResourceNotFoundException"},
  };
  ROWS(s, rows);
}

ITEM_TEST(checks_of_filters) {
  static const items_row rows[] = {
      {"Scan", SCAN(OP("LT", "{'N':'x'},{'N':'1'}")), "ValidationException: The parameter cannot be converted to a numeric value: x"},
      {"Scan", SCAN(OP("LT", "{'N':'2'},{'S':'1'}")), V "Invalid number of argument(s) for the LT ComparisonOperator"},
      {"Scan", SCAN(OP("IN", "{'SS':['2']},{'S':'1'}")), V "AttributeValues inside AttributeValueList must be of same type"},
      {"Scan", SCAN(OP("LT", "{'BOOL':true}")), V "ComparisonOperator LT is not valid for BOOL AttributeValue type"},
      {"Scan", SCAN(OP("BEGINS_WITH", "{'N':'1'}")), V "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"},
      {"Scan", SCAN(OP("CONTAINS", "{'SS':['a']}")), V "ComparisonOperator CONTAINS is not valid for SS AttributeValue type"},
      {"Scan", SCAN(OP("IN", "{'L':[]}")), V "ComparisonOperator IN is not valid for L AttributeValue type"},
      {"Scan", SCAN(OP("BETWEEN", "{'M':{}},{'M':{}}")), V "ComparisonOperator BETWEEN is not valid for M AttributeValue type"},
      {"Scan", SCAN(OP("BETWEEN", "{'N':'1'},{'N':'-1'}")), "ValidationException: The BETWEEN condition was provided a range"},
      {"Scan", SCAN("'ComparisonOperator':'NULL'"), "ResourceNotFoundException"},
      {"Scan", SCAN(OP("EQ", "{'M':{'a':{'S':'b'}}}")), "ResourceNotFoundException"},
  };
  ROWS(s, rows);
}

/* Each operator on an item that has n = 5, t = "text", s = {"a","b"} and no z: found or not. */
ITEM_TEST(meanings) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'n':{'N':'5'},'t':{'S':'text'},'s':{'SS':['a','b']},'l':{'L':[{'N':'5'}]},'u':{'NULL':true}}}");
  static const struct { const char *attribute, *condition; int found; } cases[] = {
      {"n", OP("EQ", "{'N':'5.0'}"), 1}, {"n", OP("EQ", "{'S':'5'}"), 0}, {"z", OP("EQ", "{'N':'5'}"), 0},
      {"n", OP("NE", "{'N':'5'}"), 0}, {"z", OP("NE", "{'N':'5'}"), 1}, {"n", OP("NE", "{'S':'5'}"), 1},
      {"n", OP("LE", "{'N':'5'}"), 1}, {"n", OP("LT", "{'N':'5'}"), 0}, {"n", OP("GE", "{'N':'5'}"), 1}, {"n", OP("GT", "{'N':'4.9'}"), 1},
      {"z", OP("LT", "{'N':'5'}"), 0}, {"t", OP("LT", "{'N':'5'}"), 0}, {"n", "'ComparisonOperator':'NOT_NULL'", 1},
      {"u", "'ComparisonOperator':'NOT_NULL'", 1}, {"z", "'ComparisonOperator':'NULL'", 1}, {"u", "'ComparisonOperator':'NULL'", 0},
      {"t", OP("CONTAINS", "{'S':'ex'}"), 1}, {"s", OP("CONTAINS", "{'S':'a'}"), 1}, {"s", OP("CONTAINS", "{'S':'c'}"), 0}, {"l", OP("CONTAINS", "{'N':'5'}"), 1},
      {"t", OP("NOT_CONTAINS", "{'S':'ex'}"), 0}, {"s", OP("NOT_CONTAINS", "{'S':'c'}"), 1},
      {"t", OP("BEGINS_WITH", "{'S':'te'}"), 1}, {"t", OP("BEGINS_WITH", "{'S':'xt'}"), 0},
      {"n", OP("IN", "{'N':'4'},{'N':'5'}"), 1}, {"n", OP("IN", "{'N':'4'}"), 0}, {"n", OP("BETWEEN", "{'N':'5'},{'N':'5'}"), 1}, {"t", OP("BETWEEN", "{'S':'a'},{'S':'t'}"), 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *answer = call(s, "Scan", "{'TableName':'tab','Select':'COUNT','ScanFilter':{'%s':{%s}}}", cases[i].attribute, cases[i].condition);
    if (strcmp(answer, items_text("{'Count':%d,'ScannedCount':1}", cases[i].found)) != 0)
      test_failed(__FILE__, __LINE__, "%s %s: %s, expected %d", cases[i].attribute, cases[i].condition, answer, cases[i].found);
    /* the same as a condition of a write */
    answer = call(s, "UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'}},'Expected':{'%s':{%s}}}", cases[i].attribute, cases[i].condition);
    if ((strcmp(answer, "{}") == 0) != (cases[i].found != 0))
      test_failed(__FILE__, __LINE__, "Expected %s %s: %s", cases[i].attribute, cases[i].condition, answer);
  }
  EXPECT(s, "Scan", "{'Count':1,'ScannedCount':1}", "{'TableName':'tab','Select':'COUNT','ScanFilter':{}}");
}

ITEM_TEST(and_and_or) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'n':{'N':'5'}}}");
#define TWO "'Expected':{'n':{'Value':{'N':'5'}},'z':{'Value':{'N':'5'}}}"
  GIVES(s, "DeleteItem", "ConditionalCheckFailedException", "{'TableName':'tab','Key':{'p':{'S':'a'}}," TWO "}");
  GIVES(s, "DeleteItem", "ConditionalCheckFailedException", "{'TableName':'tab','Key':{'p':{'S':'a'}}," TWO ",'ConditionalOperator':'AND'}");
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}," TWO ",'ConditionalOperator':'OR'}");
}

/* A list as long as a request allows is looked at once. */
static void long_lists(service *s) {
  items_table(s, "tab", "p S HASH", NULL);
  for (int i = 0; i < 200; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'}}}", i);
  size_t size = 4 << 20, at = 0;
  char *json = malloc(size);
  REQUIRE(json != NULL);
  at += (size_t)sprintf(json, "{'TableName':'tab','AttributesToGet':['p'");
  for (int i = 0; at < size - 64 && i < 200000; i++) at += (size_t)sprintf(json + at, ",'a%d'", i);
  (void)sprintf(json + at, "]}");
  GIVES(s, "Scan", "Too many attributes or values", "%s", json);
  at = (size_t)sprintf(json, "{'TableName':'tab','Key':{'p':{'S':'a'}},'AttributeUpdates':{'a':{'Value':{'N':'1'}}");
  for (int i = 0; at < size - 64 && i < 60000; i++) at += (size_t)sprintf(json + at, ",'a%d':{'Value':{'N':'1'}}", i);
  (void)sprintf(json + at, "}}");
  GIVES(s, "UpdateItem", "Item size to update has exceeded the maximum allowed size", "%s", json);
  int terms = 1000; /* and one */
  at = (size_t)sprintf(json, "{'TableName':'tab','ConditionalOperator':'OR','ScanFilter':{'a':{'ComparisonOperator':'NOT_NULL'}");
  for (int i = 0; at < size - 64 && i < terms; i++) at += (size_t)sprintf(json + at, ",'a%d':{'ComparisonOperator':'NOT_NULL'}", i);
  (void)sprintf(json + at, "}}");
  GIVES(s, "Scan", "Too many attributes or values", "%s", json);
  /* as many as are allowed */
  at = (size_t)sprintf(json, "{'TableName':'tab','ConditionalOperator':'OR','ScanFilter':{'a':{'ComparisonOperator':'NOT_NULL'}");
  for (int i = 0; i < 999; i++) at += (size_t)sprintf(json + at, ",'a%d':{'ComparisonOperator':'NOT_NULL'}", i);
  (void)sprintf(json + at, "}}");
  GIVES(s, "Scan", "'Count':0,'ScannedCount':200}", "%s", json);
  at = (size_t)sprintf(json, "{'TableName':'tab','ScanFilter':{'p':{'ComparisonOperator':'IN','AttributeValueList':[{'S':'7'}");
  for (int i = 0; i < 60000; i++) at += (size_t)sprintf(json + at, ",{'S':'none%d'}", i);
  (void)sprintf(json + at, "]}}}");
  const char *answer = call(s, "Scan", "%s", json); /* a slow page ends by time, and the next goes on */
  CHECK(strstr(answer, "\"Count\":1,\"ScannedCount\":200}") != NULL || strstr(answer, "\"LastEvaluatedKey\":{\"p\"") != NULL);
  free(json);
}
TEST(lists_as_long_as_a_request) { (void)items_run_over(ITEMS_MEMORY, 0, long_lists); }
