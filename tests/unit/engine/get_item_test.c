/* GetItem: checks, projections, capacity. */
#include "items.h"

ITEM_TEST(what_is_there_and_what_is_not) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "GetItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'m':{'M':{'x':{'N':'1'},'y':{'N':'2'}}},'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'}]}}}");
  EXPECT(s, "GetItem", "{'Item':{'m':{'M':{'y':{'N':'2'}}},'l':{'L':[{'N':'0'},{'N':'2'}]}}}",
         "{'TableName':'tab','Key':{'p':{'S':'a'}},'ProjectionExpression':'l[2], m.y, #l[0], nothing','ExpressionAttributeNames':{'#l':'l'}}");
  EXPECT(s, "GetItem", "{'Item':{}}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ProjectionExpression':'zzz'}");
  EXPECT(s, "GetItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'b'}},'ProjectionExpression':'zzz'}");
  EXPECT(s, "GetItem", "{'Item':{'p':{'S':'a'}}}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'AttributesToGet':['p','zzz']}");
}

ITEM_TEST(units) {
  items_table(s, "tab", "p S HASH", NULL);
#define GET(rest) "{'TableName':'tab','Key':{'p':{'S':'a'}},'ReturnConsumedCapacity':'TOTAL'" rest "}"
  GIVES(s, "GetItem", "'CapacityUnits':0.5}", GET(""));
  GIVES(s, "GetItem", "'CapacityUnits':1.0}", GET(",'ConsistentRead':true"));
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'b':{'S':'%s'}}}", items_fill('x', 4096 - 3));
  GIVES(s, "GetItem", "'CapacityUnits':0.5}", GET(""));
  GIVES(s, "GetItem", "'CapacityUnits':0.5}", GET(",'ProjectionExpression':'p'"));
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'b':{'S':'%s'}}}", items_fill('x', 4097 - 3));
  GIVES(s, "GetItem", "'CapacityUnits':1.0}", GET(""));
  GIVES(s, "GetItem", "'CapacityUnits':1.0}", GET(",'ProjectionExpression':'p'")); /* the whole item is read */
  GIVES(s, "GetItem", "'CapacityUnits':2.0}", GET(",'ConsistentRead':true"));
  GIVES(s, "GetItem", "'ConsumedCapacity':{'TableName':'tab','CapacityUnits':1.0,'Table':{'CapacityUnits':1.0}}",
        "{'TableName':'tab','Key':{'p':{'S':'a'}},'ReturnConsumedCapacity':'INDEXES'}");
#undef GET
}

ITEM_TEST(the_order_of_checks) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
#define V "ValidationException: "
  static const items_row rows[] = {
      {"GetItem", "{'TableName':'none','Key':{'p':{'NS':[]}},'AttributesToGet':['a','a'],'ProjectionExpression':''}",
       V "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
         "{AttributesToGet} Expression parameters: {ProjectionExpression}"},
      {"GetItem", "{'TableName':'none','Key':{'p':{'NS':[]}},'ExpressionAttributeNames':{'#a':'b'}}",
       V "ExpressionAttributeNames can only be specified when using expressions"},
      {"GetItem", "{'TableName':'none','Key':{'p':{'NS':[]}},'AttributesToGet':['a','a']}",
       V "One or more parameter values were invalid: An number set  may not be empty"},
      {"GetItem", "{'TableName':'none','Key':{'q':{'S':'x'}},'AttributesToGet':['a','b','a']}",
       V "One or more parameter values were invalid: Duplicate value in attribute name: a"},
      {"GetItem", "{'TableName':'none','Key':{'q':{'S':'x'}},'ProjectionExpression':''}",
       V "Invalid ProjectionExpression: The expression can not be empty;"},
      {"GetItem", "{'TableName':'none','Key':{'q':{'S':'x'}},'ProjectionExpression':'a, a.b'}",
       V "Invalid ProjectionExpression: Two document paths overlap with each other"},
      {"GetItem", "{'TableName':'none','Key':{'q':{'S':'x'}},'ProjectionExpression':'a','ExpressionAttributeNames':{'#a':'b'}}",
       V "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"},
      {"GetItem", "{'TableName':'none','Key':{'q':{'S':'x'}},'ProjectionExpression':'p.a'}", "ResourceNotFoundException"},
      {"GetItem", "{'TableName':'tab','Key':{'q':{'S':'x'}},'ProjectionExpression':'p.a'}",
       V "The provided key element does not match the schema"},
      {"GetItem", "{'TableName':'tab','Key':{'p':{'S':'x'}},'ProjectionExpression':'p.a'}", "are not allowed: Key: p"},
      {"GetItem", "{'TableName':'tab','Key':{'p':{'S':'x'}},'ProjectionExpression':'g[0]'}", "are not allowed: IndexKey: g"},
  };
  ROWS(s, rows);
#undef V
}
