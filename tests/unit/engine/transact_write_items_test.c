/* TransactWriteItems: checks, cancellation reasons, tokens, units. */
#include "items.h"

#define PUT(p, rest) "{'Put':{'TableName':'tab','Item':{'p':{'S':'" p "'}" rest "}}}"
#define CHECK_MISSING(p) "{'ConditionCheck':{'TableName':'tab','Key':{'p':{'S':'" p "'}},'ConditionExpression':'attribute_not_exists(p)'}}"

ITEM_TEST(all_or_none) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "other", "p S HASH, r N RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'d'}}}");
  EXPECT(s, "TransactWriteItems", "{}",
         "{'TransactItems':[" PUT("a", "") ",{'Update':{'TableName':'other','Key':{'p':{'S':'u'},'r':{'N':'1'}},'UpdateExpression':"
         "'SET x = :x','ExpressionAttributeValues':{':x':{'N':'1'}}}},{'Delete':{'TableName':'tab','Key':{'p':{'S':'d'}}}}," CHECK_MISSING("z") "]}");
  EXPECT(s, "Scan", "{'Items':[{'p':{'S':'a'}}],'Count':1,'ScannedCount':1}", "{'TableName':'tab'}");
  GIVES(s, "Scan", "'x':{'N':'1'}", "{'TableName':'other'}");
  GIVES(s, "TransactWriteItems",
        "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, None]",
        "{'TransactItems':[" PUT("b", "") "," CHECK_MISSING("a") "," PUT("c", "") "]}");
  GIVES(s, "Scan", "'Count':1,", "{'TableName':'tab'}");
}

/* The body of an error, as it is sent. */
static const char *error_body(service *s, const char *request) {
  static char body[4000];
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str("TransactWriteItems"), false);
  cyn_error error = CYN_ERROR_INIT;
  void *input;
  cyn_status status = cyn_i_api_decode(operation->input, cyn_str(items_text("%s", request)), &s->arena, &input, &error);
  if (status == CYN_OK) status = cyn_i_api_check(operation, input, &s->arena, &error);
  cyn_i_call c = {.operation = operation, .context = &s->context, .input = input, .arena = &s->arena, .error = &error};
  if (status == CYN_OK) cyn_i_engine_call(s->engine, &c);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &s->arena);
  cyn_i_api_encode_error(&error, &buf);
  (void)snprintf(body, sizeof body, "%.*s", (int)buf.size, (const char *)buf.data);
  cyn_error_clean_up(&error);
  return body;
}

ITEM_TEST(reasons_in_the_body) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'S':'old'}}}");
  CHECK_STR(error_body(s, "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'}},'ConditionExpression':'attribute_not_exists(p)',"
                          "'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}}," PUT("b", "") ","
                          "{'Update':{'TableName':'tab','Key':{'p':{'S':'c'}},'UpdateExpression':'SET x = y'}},"
                          "{'Put':{'TableName':'tab','Item':{'p':{'S':'e'},'g':{'N':'1'}}}},"
                          "{'Delete':{'TableName':'tab','Key':{'p':{'S':'f'}},'ConditionExpression':'attribute_exists(p)','ReturnValuesOnConditionCheckFailure':'ALL_OLD'}}]}"),
            items_text("{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','Message':'Transaction cancelled, "
                       "please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None, ValidationError, "
                       "ValidationError, ConditionalCheckFailed]','CancellationReasons':[{'Code':'ConditionalCheckFailed','Item':{'p':{'S':'a'},"
                       "'v':{'S':'old'}},'Message':'The conditional request failed'},{'Code':'None'},{'Code':'ValidationError','Message':"
                       "'The provided expression refers to an attribute that does not exist in the item'},{'Code':'ValidationError','Message':"
                       "'One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi'},"
                       "{'Code':'ConditionalCheckFailed','Message':'The conditional request failed'}]}"));
  GIVES(s, "Scan", "'Count':1,", "{'TableName':'tab'}");
}

ITEM_TEST(checks) {
  items_table(s, "tab", "p S HASH, r S RANGE", NULL);
#define V "ValidationException: "
#define KEY "'Key':{'p':{'S':'a'},'r':{'S':'b'}}"
  static const items_row rows[] = {
      {"TransactWriteItems", "{'TransactItems':[{}]}", V "TransactItems can only contain one of Check, Put, Update or Delete"},
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'none','Item':{}},'Delete':{'TableName':'none','Key':{}}}]}",
       V "TransactItems can only contain one of Check, Put, Update or Delete"},
      {"TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'none'," KEY ",'ExpressionAttributeNames':{'#a':'b'}}},{}]}",
       V "TransactItems can only contain one of Check, Put, Update or Delete"},
      {"TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'none'," KEY ",'ExpressionAttributeNames':{'#a':'b'}}}]}",
       "ResourceNotFoundException: Requested resource not found"},
      {"TransactWriteItems", "{'TransactItems':[{'Update':{'TableName':'none'," KEY ",'UpdateExpression':'SET a = :a SET b = :a','ExpressionAttributeValues':{':a':{'S':'x'}}}}]}",
       V "Invalid UpdateExpression: The 'SET' section can only be used once in an update expression;"},
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'none','Item':{'p':{'N':'x'}}}}]}",
       V "The parameter cannot be converted to a numeric value: x"},
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'none','Item':{'p':{'N':'1'}}}}]}",
       "ResourceNotFoundException: Requested resource not found"},
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'1'},'r':{'S':''}}}}]}",
       V "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: r"},
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'1'},'r':{'N':'1'}}}}]}",
       "specific reasons [ValidationError]"},
      {"TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'tab','Key':{'p':{'S':'1'}}}}]}", "specific reasons [ValidationError]"},
      {"TransactWriteItems", "{'TransactItems':[{'Update':{'TableName':'tab'," KEY ",'UpdateExpression':'REMOVE r'}}]}", "specific reasons [ValidationError]"},
      {"TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'tab'," KEY "}},{'Put':{'TableName':'tab','Item':{'r':{'S':'b'},'p':{'S':'a'},'x':{'S':'y'}}}}]}",
       V "Transaction request cannot include multiple operations on one item"},
      {"TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'tab'," KEY "}},{'Delete':{'TableName':'arn:aws:dynamodb:us-east-1:000000000000:table/tab'," KEY "}}]}",
       V "Transaction request cannot include multiple operations on one item"},
  };
  ROWS(s, rows);
  GIVES(s, "Scan", "'Count':0,", "{'TableName':'tab'}");
}

/* Two keys that cannot be are no duplicates of each other. */
ITEM_TEST(two_actions_without_a_key) {
  items_table(s, "tab", "p S HASH", NULL);
  GIVES(s, "TransactWriteItems", "specific reasons [ValidationError, ValidationError, None]",
        "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'q':{'S':'1'}}}},{'Put':{'TableName':'tab','Item':{'q':{'S':'1'}}}}," PUT("a", "") "]}");
}

ITEM_TEST(four_megabytes) {
  items_table(s, "tab", "p S HASH", NULL);
  char *json = malloc(5000000);
  REQUIRE(json != NULL);
  const char *large = items_fill('x', 400000);
  for (int count = 10; count <= 11; count++) {
    size_t at = (size_t)sprintf(json, "{'TransactItems':[");
    for (int i = 0; i < count; i++)
      at += (size_t)sprintf(json + at, "%s{'Put':{'TableName':'tab','Item':{'p':{'S':'%d'},'x':{'S':'%s'}}}}", i != 0 ? "," : "", i, large);
    (void)sprintf(json + at, "]}");
    GIVES(s, "TransactWriteItems", count == 10 ? "{}" : "ValidationException: Transaction request size has exceeded the maximum allowed size of 4 MB", "%s", json);
  }
  free(json);
}

#define TOKEN(token, rest) "{'ClientRequestToken':'" token "','ReturnConsumedCapacity':'TOTAL','TransactItems':[" rest "]}"
#define ADD "{'Update':{'TableName':'tab','Key':{'p':{'S':'n'}},'UpdateExpression':'ADD n :n','ExpressionAttributeValues':{':n':{'N':'1'}}}}"
static void expect_n(service *s, const char *n) { GIVES(s, "GetItem", items_text("'n':{'N':'%s'}", n), "{'TableName':'tab','Key':{'p':{'S':'n'}}}"); }

ITEM_TEST(tokens) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "abc", "p S HASH", NULL);
  EXPECT(s, "TransactWriteItems", "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':2.0,'WriteCapacityUnits':2.0}]}", TOKEN("one", ADD));
  expect_n(s, "1");
  EXPECT(s, "TransactWriteItems", "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':2.0,'ReadCapacityUnits':2.0}]}", TOKEN("one", ADD));
  expect_n(s, "1");
  GIVES(s, "TransactWriteItems", "IdempotentParameterMismatchException", TOKEN("one", PUT("a", "")));
  GIVES(s, "TransactWriteItems", "IdempotentParameterMismatchException", TOKEN("one", ADD "," PUT("a", "")));
  GIVES(s, "TransactWriteItems", "'WriteCapacityUnits':2.0", TOKEN("two", ADD));
  expect_n(s, "2");
  /* another account has tokens of its own: there is no such table there */
  s->context.account = cyn_str("111111111111");
  GIVES(s, "TransactWriteItems", "ResourceNotFoundException", TOKEN("one", ADD));
  s->context.account = cyn_str("000000000000");
  service_later(s, 10 * 60 * 1000 - 1);
  GIVES(s, "TransactWriteItems", "'ReadCapacityUnits':2.0", TOKEN("one", ADD));
  expect_n(s, "2");
  service_later(s, 1);
  GIVES(s, "TransactWriteItems", "'WriteCapacityUnits':2.0", TOKEN("one", ADD));
  expect_n(s, "3");
  service_later(s, 10 * 60 * 1000);
  GIVES(s, "TransactWriteItems", "'WriteCapacityUnits':2.0", TOKEN("one", PUT("other", "")));
}

/* Clients write maps in any order. */
ITEM_TEST(tokens_ignore_the_order_of_maps) {
  items_table(s, "tab", "p S HASH", NULL);
  GIVES(s, "TransactWriteItems", "'WriteCapacityUnits'",
        TOKEN("t", "{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'m':{'M':{'x':{'N':'1'},'y':{'L':[{'M':{'a':{'S':''},'b':{'NULL':true}}}]}}},'s':{'SS':['a','b']}},"
                   "'ConditionExpression':'#a = #b OR attribute_not_exists(p)','ExpressionAttributeNames':{'#a':'q','#b':'w'}}}"));
  GIVES(s, "TransactWriteItems", "'ReadCapacityUnits'",
        TOKEN("t", "{'Put':{'ExpressionAttributeNames':{'#b':'w','#a':'q'},'ConditionExpression':'#a = #b OR attribute_not_exists(p)',"
                   "'Item':{'s':{'SS':['b','a']},'m':{'M':{'y':{'L':[{'M':{'b':{'NULL':true},'a':{'S':''}}}]},'x':{'N':'1.0'}}},'p':{'S':'a'}},'TableName':'tab'}}"));
  GIVES(s, "TransactWriteItems", "IdempotentParameterMismatchException",
        TOKEN("t", "{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'m':{'M':{'x':{'N':'1'},'y':{'L':[{'M':{'a':{'S':'b'},'b':{'NULL':true}}}]}}},'s':{'SS':['a','b']}},"
                   "'ConditionExpression':'#a = #b OR attribute_not_exists(p)','ExpressionAttributeNames':{'#a':'q','#b':'w'}}}"));
}

/* A refused transaction may be tried again with its token; a replay succeeds where the conditions would not hold any more. */
ITEM_TEST(tokens_of_refused_transactions) {
  items_table(s, "tab", "p S HASH", NULL);
#define ONCE "{'Put':{'TableName':'tab','Item':{'p':{'S':'x'}},'ConditionExpression':'attribute_not_exists(p)'}}"
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'x'}}}");
  GIVES(s, "TransactWriteItems", "[ConditionalCheckFailed]", TOKEN("t", ONCE));
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'x'}}}");
  GIVES(s, "TransactWriteItems", "'WriteCapacityUnits':2.0", TOKEN("t", ONCE));
  GIVES(s, "TransactWriteItems", "'ReadCapacityUnits':2.0", TOKEN("t", ONCE));
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'x'}}}");
  GIVES(s, "TransactWriteItems", "'ReadCapacityUnits':2.0", TOKEN("t", ONCE));
  GIVES(s, "Scan", "'Count':0,", "{'TableName':'tab'}");
}

ITEM_TEST(units) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  items_table(s, "two", "p S HASH", NULL);
  EXPECT(s, "TransactWriteItems",
         "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':10.0,'WriteCapacityUnits':10.0,'Table':{'WriteCapacityUnits':6.0,"
         "'CapacityUnits':6.0},'GlobalSecondaryIndexes':{'gsi':{'WriteCapacityUnits':4.0,'CapacityUnits':4.0}}},"
         "{'TableName':'two','CapacityUnits':2.0,'WriteCapacityUnits':2.0,'Table':{'WriteCapacityUnits':2.0,'CapacityUnits':2.0}}]}",
         "{'ReturnConsumedCapacity':'INDEXES','TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'b'},'x':{'S':'%s'}}}},"
         CHECK_MISSING("z") ",{'Delete':{'TableName':'two','Key':{'p':{'S':'q'}}}}]}", items_fill('x', 1500));
}

ITEM_TEST(collections) {
  items_table(s, "tab", "p S HASH, r S RANGE", "lsi local ALL: p S HASH, l S RANGE", NULL);
  items_table(s, "abc", "p S HASH", NULL);
  EXPECT(s, "TransactWriteItems",
         "{'ItemCollectionMetrics':{'tab':[{'ItemCollectionKey':{'p':{'S':'a'}},'SizeEstimateRangeGB':[0.0,1.0]},"
         "{'ItemCollectionKey':{'p':{'S':'b'}},'SizeEstimateRangeGB':[0.0,1.0]}]}}",
         "{'ReturnItemCollectionMetrics':'SIZE','TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'}}}},"
         "{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'}}}},{'Put':{'TableName':'tab','Item':{'p':{'S':'b'},'r':{'S':'2'}}}},"
         "{'ConditionCheck':{'TableName':'tab','Key':{'p':{'S':'c'},'r':{'S':'1'}},'ConditionExpression':'attribute_not_exists(p)'}},"
         "{'Put':{'TableName':'abc','Item':{'p':{'S':'a'}}}}]}");
}
