/* Expression parameters of all operations: what stands together, which are missing, unused, undefined, and in which order
 * (expressions.md section 4); the service's prefix (validation.md 0.1). */
#include "items.h"

#define V "ValidationException: "
#define PREFIX "1 validation error detected: "

typedef struct target {
  const char *operation, *head, *prefix; /* the request without its end; an operation's prefix */
} target;
static const target targets[] = {
    {"PutItem", "{'TableName':'none','Item':{'p':{'S':'a'}}", PREFIX},
    {"DeleteItem", "{'TableName':'none','Key':{'p':{'S':'a'}}", PREFIX},
    {"UpdateItem", "{'TableName':'none','Key':{'p':{'S':'a'}}", PREFIX},
};

ITEM_TEST(the_order_of_names_and_values) {
  static const struct { const char *rest, *text; } cases[] = {
      {",'ConditionExpression':'#a = :a','ExpressionAttributeNames':{},'ExpressionAttributeValues':{}}", "ExpressionAttributeNames must not be empty"},
      {",'ConditionExpression':'#a = :a','ExpressionAttributeNames':{'a':'a'},'ExpressionAttributeValues':{}}", "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\""},
      {",'ConditionExpression':'#a = :a','ExpressionAttributeNames':{'#a':'a'},'ExpressionAttributeValues':{}}", "ExpressionAttributeValues must not be empty"},
      {",'ConditionExpression':'#a = :a','ExpressionAttributeNames':{'#a':'a'},'ExpressionAttributeValues':{':a':{'SS':[]},'a':{'S':''}}}", "ExpressionAttributeValues contains invalid key: Syntax error; key: \"a\""},
      {",'ConditionExpression':'','ExpressionAttributeNames':{'#a':'a'},'ExpressionAttributeValues':{':a':{'S':''}}}", "Invalid ConditionExpression: The expression can not be empty;"},
      {",'ConditionExpression':'#a = :b','ExpressionAttributeNames':{'#a':'a','#b':'b'},'ExpressionAttributeValues':{':a':{'S':''}}}",
       "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :b"},
      {",'ConditionExpression':'#a = :a','ExpressionAttributeNames':{'#a':'a','#b':'b'},'ExpressionAttributeValues':{':a':{'S':''},':b':{'S':''}}}", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"},
      {",'ConditionExpression':'#a = :a','ExpressionAttributeNames':{'#a':'a'},'ExpressionAttributeValues':{':a':{'S':''},':b':{'S':''}}}", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}"},
  };
  for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++)
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      char expected[400];
      (void)snprintf(expected, sizeof expected, V "%s%s", targets[t].prefix, cases[i].text);
      const char *answer = call(s, targets[t].operation, "%s%s", targets[t].head, cases[i].rest);
      if (strcmp(answer, expected) != 0) test_failed(__FILE__, __LINE__, "%s%s: %s\n   not %s", targets[t].operation, cases[i].rest, answer, expected);
    }
}

/* A name that one of several expressions uses is used. */
ITEM_TEST(names_and_values_are_shared) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "UpdateItem", "{}",
         "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET #a = :a','ConditionExpression':'attribute_not_exists(#b) OR #b = :b',"
         "'ExpressionAttributeNames':{'#a':'a','#b':'b.c'},'ExpressionAttributeValues':{':a':{'N':'1'},':b':{'N':'1'}}}");
  GIVES(s, "Query", "'Count':1,",
        "{'TableName':'tab','KeyConditionExpression':'#p = :p','FilterExpression':'#a = :a','ProjectionExpression':'#c','ExpressionAttributeNames':{'#a':'a','#p':'p','#c':'q'},'ExpressionAttributeValues':{':a':{'N':'1'},':p':{'S':'a'}}}");
}

/* Programs are cached by text: the same text with other names and values, then a text that does not compile, then again. */
ITEM_TEST(one_text_with_other_values) {
  items_table(s, "tab", "p S HASH", NULL);
  for (int round = 0; round < 3; round++)
    for (int i = 0; i < 4; i++) {
      EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET #a = :a','ExpressionAttributeNames':{'#a':'n%d'},'ExpressionAttributeValues':{':a':{'N':'%d'}}}", i, round);
      GIVES(s, "UpdateItem", "Syntax error", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET #a = ','ExpressionAttributeNames':{'#a':'n%d'}}", i);
      GIVES(s, "GetItem", items_text("{'Item':{'n%d':{'N':'%d'}}}", i, round), "{'TableName':'tab','Key':{'p':{'S':'a'}},'ProjectionExpression':'#a','ExpressionAttributeNames':{'#a':'n%d'}}", i);
    }
  /* more texts than the cache holds */
  for (int i = 0; i < 700; i++) GIVES(s, "GetItem", "{'Item':{}}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ProjectionExpression':'x%d'}", i);
}

ITEM_TEST(reads_and_transactions_have_no_prefix) {
  static const items_row rows[] = {
      {"GetItem", "{'TableName':'none','Key':{'p':{'S':'a'}},'ProjectionExpression':''}", V "Invalid ProjectionExpression: The expression can not be empty;"},
      {"Query", "{'TableName':'none','KeyConditionExpression':''}", V "Invalid KeyConditionExpression: The expression can not be empty;"},
      {"Scan", "{'TableName':'none','FilterExpression':''}", V "Invalid FilterExpression: The expression can not be empty;"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{}],'ProjectionExpression':''}}}", V "Invalid ProjectionExpression: The expression can not be empty;"},
      {"TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'none','Key':{},'ProjectionExpression':''}}]}", V "Invalid ProjectionExpression: The expression can not be empty;"},
      {"TransactWriteItems", "{'TransactItems':[{'Update':{'TableName':'none','Key':{},'UpdateExpression':''}}]}", V "Invalid UpdateExpression: The expression can not be empty;"},
      {"BatchWriteItem", "{'RequestItems':{'none':[{'PutRequest':{'Item':{'p':{'N':''}}}}]}}", V "The parameter cannot be converted to a numeric value"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) CHECK_STR(call(s, rows[i].operation, "%s", rows[i].request), rows[i].answer);
}
