/* What PutItem, UpdateItem and DeleteItem have in common: the same faults of the same parameters give the same texts. */
#include "items.h"

static const char *const heads[3][2] = {{"PutItem", "{'TableName':'%s','Item':{'p':{'S':'a'}}"},
                                        {"UpdateItem", "{'TableName':'%s','Key':{'p':{'S':'a'}}"},
                                        {"DeleteItem", "{'TableName':'%s','Key':{'p':{'S':'a'}}"}};

static void expect_all(service *s, const char *table, const char *rest, const char *part) {
  for (int i = 0; i < 3; i++) {
    char head[100];
    (void)snprintf(head, sizeof head, "%s", heads[i][1]);
    char *hole = strstr(head, "%s");
    char request[1000];
    (void)snprintf(request, sizeof request, "%.*s%s%s%s}", (int)(hole - head), head, table, hole + 2, rest);
    const char *answer = call(s, heads[i][0], "%s", request), *wanted = items_text("%s", part);
    if (strstr(answer, wanted) == NULL) test_failed(__FILE__, __LINE__, "%s %s: %s\n  without %s", heads[i][0], request, answer, wanted);
  }
}

ITEM_TEST(the_same_texts) {
  items_table(s, "tab", "p S HASH", NULL);
#define P "ValidationException: 1 validation error detected: "
  expect_all(s, "none", ",'ConditionExpression':'a','Expected':{}", P "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}");
  expect_all(s, "none", ",'ConditionExpression':'a','ConditionalOperator':'AND'", "Non-expression parameters: {ConditionalOperator} Expression");
  expect_all(s, "none", ",'ConditionExpression':'a >'", P "Invalid ConditionExpression: Syntax error; token: '<EOF>', near: '>'");
  expect_all(s, "none", ",'ConditionExpression':'a > :b'", P "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :b");
  expect_all(s, "none", ",'ConditionExpression':'attribute_exists(a)'", "ResourceNotFoundException: Requested resource not found");
  expect_all(s, "tab", ",'ConditionExpression':'attribute_exists(a)'", "ConditionalCheckFailedException: The conditional request failed");
  for (int i = 0; i < 3; i++) EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
}

/* Several indexes at most of a table: all follow each of the three. */
ITEM_TEST(many_indexes) {
  items_table(s, "tab", "p S HASH, r S RANGE", "loc1 local ALL: p S HASH, a S RANGE", "loc2 local ALL: p S HASH, b S RANGE", "loc3 local KEYS_ONLY: p S HASH, c S RANGE",
              "g11 global ALL: a S HASH", "g12 global ALL: b S HASH", "g13 global KEYS_ONLY: c S HASH", "g14 global ALL: a S HASH, b S RANGE", "g15 global ALL: b S HASH, a S RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'p'},'r':{'S':'r'},'a':{'S':'1'},'b':{'S':'2'},'c':{'S':'3'}}}");
  GIVES(s, "UpdateItem", "'CapacityUnits':13.0,", "{'TableName':'tab','Key':{'p':{'S':'p'},'r':{'S':'r'}},'UpdateExpression':'SET a = b, b = a','ReturnConsumedCapacity':'INDEXES'}");
  GIVES(s, "DeleteItem", "'CapacityUnits':9.0,", "{'TableName':'tab','Key':{'p':{'S':'p'},'r':{'S':'r'}},'ReturnConsumedCapacity':'INDEXES'}");
}
