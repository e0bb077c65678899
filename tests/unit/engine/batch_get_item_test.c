/* BatchGetItem: checks, what is found, units, the 16 MB of an answer. */
#include "items.h"

#define V "ValidationException: "

ITEM_TEST(finds_what_is_there) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "two", "p S HASH, r N RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'x':{'N':'1'},'y':{'N':'2'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'two','Item':{'p':{'S':'a'},'r':{'N':'1'}}}");
  EXPECT(s, "BatchGetItem", "{'Responses':{'tab':[{'x':{'N':'1'}}],'two':[{'p':{'S':'a'},'r':{'N':'1'}}]},'UnprocessedKeys':{}}",
         "{'RequestItems':{'tab':{'Keys':[{'p':{'S':'none'}},{'p':{'S':'a'}}],'ProjectionExpression':'x'},'two':{'Keys':[{'r':{'N':'1.0'},'p':{'S':'a'}}]}}}");
  EXPECT(s, "BatchGetItem", "{'Responses':{'tab':[]},'UnprocessedKeys':{}}", "{'RequestItems':{'tab':{'Keys':[{'p':{'S':'none'}}]}}}");
  EXPECT(s, "BatchGetItem", "{'Responses':{'tab':[{}]},'UnprocessedKeys':{}}", "{'RequestItems':{'tab':{'Keys':[{'p':{'S':'a'}}],'AttributesToGet':['q']}}}");
}

ITEM_TEST(checks) {
  items_table(s, "tab", "p S HASH, r N RANGE", NULL);
  static const items_row rows[] = {
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{}],'AttributesToGet':['a'],'ProjectionExpression':''}}}", V "Can not use both expression and non-expression parameters in the same request"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{}],'ExpressionAttributeNames':{}}}}", V "ExpressionAttributeNames can only be specified when using expressions"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{'p':{}}],'AttributesToGet':['a','a']}}}", V "One or more parameter values were invalid: Duplicate value in attribute name: a"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{'p':{}}],'ProjectionExpression':'a,'}}}", V "Invalid ProjectionExpression: Syntax error"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{'p':{}},{},{}]}}}", V "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{'q':{'N':'1'}},{'q':{'N':'1.0'}}]}}}", V "Provided list of item keys contains duplicates"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{'a':{'S':'1'},'b':{'S':'2'}},{'b':{'S':'2'},'a':{'S':'1'}}]}}}", V "Provided list of item keys contains duplicates"},
      {"BatchGetItem", "{'RequestItems':{'tab':{'Keys':[{'p':{'S':'a'}}]},'none':{'Keys':[{}]}}}", V "The provided key element does not match the schema"},
      {"BatchGetItem", "{'RequestItems':{'none':{'Keys':[{}]},'tab':{'Keys':[{'p':{'S':'a'}}]}}}", "ResourceNotFoundException: Requested resource not found"},
      {"BatchGetItem", "{'RequestItems':{'tab':{'Keys':[{'p':{'S':'a'},'r':{'N':'1'}}],'ProjectionExpression':'r.a'}}}", "are not allowed: Key: r"},
  };
  ROWS(s, rows);
  char json[12000], *at = json;
  at += sprintf(at, "{'RequestItems':{'tab':{'Keys':[");
  for (int i = 0; i < 60; i++) at += sprintf(at, "%s{'p':{'S':'a'},'r':{'N':'%d'}}", i != 0 ? "," : "", i);
  at += sprintf(at, "]},'none':{'Keys':[");
  for (int i = 0; i < 41; i++) at += sprintf(at, "%s{'p':{'S':'a'},'r':{'N':'%d'}}", i != 0 ? "," : "", i);
  (void)sprintf(at, "]}}}");
  EXPECT(s, "BatchGetItem", V "Too many items requested for the BatchGetItem call", "%s", json);
}

ITEM_TEST(units) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "two", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'x':{'S':'%s'}}}", items_fill('x', 5000));
  GIVES(s, "BatchGetItem", "'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':1.5},{'TableName':'two','CapacityUnits':1.0}]",
        "{'ReturnConsumedCapacity':'TOTAL','RequestItems':{'tab':{'Keys':[{'p':{'S':'a'}},{'p':{'S':'b'}}]},'two':{'ConsistentRead':true,'Keys':[{'p':{'S':'a'}}]}}}");
}

static void sixteen_megabytes(service *s) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "two", "p S HASH", NULL);
  for (int i = 0; i < 45; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'},'x':{'S':'%s'}}}", i, items_fill('x', 409000));
  char json[4000], *at = json;
  at += sprintf(at, "{'RequestItems':{'tab':{'Keys':[");
  for (int i = 0; i < 45; i++) at += sprintf(at, "%s{'p':{'S':'%d'}}", i != 0 ? "," : "", i);
  (void)sprintf(at, "],'ProjectionExpression':'#p','ExpressionAttributeNames':{'#p':'p'},'ConsistentRead':true},'two':{'Keys':[{'p':{'S':'q'}}]}}}");
  GIVES(s, "BatchGetItem",
        "{'S':'38'}}],'two':[]},'UnprocessedKeys':{'tab':{'Keys':[{'p':{'S':'39'}},{'p':{'S':'40'}},{'p':{'S':'41'}},{'p':{'S':'42'}},{'p':{'S':'43'}},{'p':{'S':'44'}}],'ConsistentRead':true,"
        "'ProjectionExpression':'#p','ExpressionAttributeNames':{'#p':'p'}},'two':{'Keys':[{'p':{'S':'q'}}]}}",
        "%s", json);
}
TEST(an_answer_is_at_most_16_mb) { (void)items_run_over(ITEMS_MEMORY, 0, sixteen_megabytes); }
