/* UpdateItem: the order of its checks, what it may not touch, what it answers. */
#include "items.h"

ITEM_TEST(creates_and_changes) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "GetItem", "{'Item':{'p':{'S':'a'}}}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "UpdateItem", "{'Attributes':{'p':{'S':'b'},'n':{'N':'5'}}}",
         "{'TableName':'tab','Key':{'p':{'S':'b'}},'UpdateExpression':'ADD n :n','ExpressionAttributeValues':{':n':{'N':'5'}},'ReturnValues':'ALL_NEW'}");
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'b'}}}");
  EXPECT(s, "GetItem", "{'Item':{'p':{'S':'b'},'n':{'N':'5'}}}", "{'TableName':'tab','Key':{'p':{'S':'b'}}}");
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'b'}},'UpdateExpression':'REMOVE n'}");
  EXPECT(s, "GetItem", "{'Item':{'p':{'S':'b'}}}", "{'TableName':'tab','Key':{'p':{'S':'b'}}}");
}

ITEM_TEST(return_values) {
  items_table(s, "tab", "p S HASH", NULL);
#define UPDATE(values) \
  "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET x = :x REMOVE y','ExpressionAttributeValues':{':x':{'N':'2'}},'ReturnValues':'" values "'}"
#define RESET EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'x':{'N':'1'},'y':{'N':'1'},'z':{'N':'1'}}}")
  RESET;
  EXPECT(s, "UpdateItem", "{}", UPDATE("NONE"));
  RESET;
  EXPECT(s, "UpdateItem", "{'Attributes':{'p':{'S':'a'},'x':{'N':'1'},'y':{'N':'1'},'z':{'N':'1'}}}", UPDATE("ALL_OLD"));
  RESET;
  EXPECT(s, "UpdateItem", "{'Attributes':{'x':{'N':'1'},'y':{'N':'1'}}}", UPDATE("UPDATED_OLD"));
  RESET;
  GIVES(s, "UpdateItem", "'x':{'N':'2'}", UPDATE("ALL_NEW"));
  RESET;
  EXPECT(s, "UpdateItem", "{'Attributes':{'x':{'N':'2'}}}", UPDATE("UPDATED_NEW"));
  /* nothing was there: no Attributes for the old values */
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "UpdateItem", "{}", UPDATE("ALL_OLD"));
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "UpdateItem", "{}", UPDATE("UPDATED_OLD"));
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'REMOVE x','ReturnValues':'UPDATED_NEW'}");
#undef UPDATE
#undef RESET
}

/* expressions.md section 11: the worked case of list indexes. */
ITEM_TEST(list_indexes_beyond_the_end) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'c':{'L':[{'N':'1'},{'N':'3'}]}}}");
  EXPECT(s, "UpdateItem", "{'Attributes':{'c':{'L':[{'S':'a'},{'S':'y'},{'N':'5'}]}}}",
         "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'set c[1]=:a, c[4]=:x, c[2]=:y add c[8] :s, c[6] :n',"
         "'ExpressionAttributeValues':{':a':{'S':'a'},':x':{'S':'x'},':y':{'S':'y'},':s':{'SS':['s']},':n':{'N':'5'}},"
         "'ReturnValues':'UPDATED_NEW'}");
  GIVES(s, "GetItem", "'c':{'L':[{'N':'1'},{'S':'a'},{'S':'y'},{'S':'x'},{'N':'5'},{'SS':['s']}]}",
        "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
}

/* validation.md 3.3: each request has the fault of its row and some of those below. */
ITEM_TEST(the_order_of_checks) {
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g S HASH", "lsi local ALL: p S HASH, l N RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'1'},'big':{'S':'%s'},'s':{'S':'x'}}}",
         items_fill('x', 200000));
#define P "ValidationException: 1 validation error detected: "
#define V "ValidationException: "
#define KEY "'Key':{'p':{'S':'a'},'r':{'N':'1'}}"
  static const items_row rows[] = {
      {"UpdateItem", "{'TableName':'none','Key':{'p':{'N':''}},'UpdateExpression':'','AttributeUpdates':{},'Expected':{}}",
       P "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
         "{AttributeUpdates, Expected} Expression parameters: {UpdateExpression}"},
      {"UpdateItem", "{'TableName':'none','Key':{'p':{'N':''}},'ExpressionAttributeValues':{}}",
       P "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and "
         "ConditionExpression are null"},
      {"UpdateItem", "{'TableName':'none','Key':{'p':{'N':''}},'AttributeUpdates':{'a':{'Action':'PUT'}}}",
       P "The parameter cannot be converted to a numeric value"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'AttributeUpdates':{'a':{'Action':'PUT'}},'Expected':{'b':{}}}",
       P "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'AttributeUpdates':{'a':{'Action':'DELETE','Value':{'S':'a'}}}}",
       P "One or more parameter values were invalid: DELETE action with value is not supported for the type S"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'AttributeUpdates':{'a':{'Action':'ADD','Value':{'S':'a'}}}}",
       P "One or more parameter values were invalid: ADD action is not supported for the type S"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'UpdateExpression':'','ExpressionAttributeNames':{}}",
       P "ExpressionAttributeNames must not be empty"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'UpdateExpression':'','ExpressionAttributeValues':{':a':{'SS':[]}}}",
       P "One or more parameter values were invalid: An string set  may not be empty"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'UpdateExpression':'SET a = :a SET b = :a','ExpressionAttributeValues':{':a':{'S':'a'}}}",
       P "Invalid UpdateExpression: The \"SET\" section can only be used once in an update expression;"},
      {"UpdateItem", "{'TableName':'none'," KEY ",'UpdateExpression':'SET a = :a','ExpressionAttributeValues':{':a':{'S':'a'},':b':{'S':'a'}}}",
       P "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}"},
      {"UpdateItem", "{'TableName':'none','Key':{'q':{'S':'a'}},'UpdateExpression':'REMOVE p'}",
       "ResourceNotFoundException: Requested resource not found"},
      {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'REMOVE p'}",
       V "The provided key element does not match the schema"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET g = :g REMOVE p.x','ExpressionAttributeValues':{':g':{'N':'1'}}}",
       V "One or more parameter values were invalid: Cannot update attribute p. This attribute is part of the key"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET g = :g, x = l.y','ExpressionAttributeValues':{':g':{'N':'1'}}}",
       V "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET x = l.y','ConditionExpression':'attribute_not_exists(p)'}",
       V "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: l"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET x = nothing','ConditionExpression':'attribute_not_exists(p)'}",
       "ConditionalCheckFailedException: The conditional request failed"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET x = nothing'}",
       V "The provided expression refers to an attribute that does not exist in the item"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET x = s + :n','ExpressionAttributeValues':{':n':{'N':'1'}}}",
       V "An operand in the update expression has an incorrect data type"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET s.x = :n','ExpressionAttributeValues':{':n':{'N':'1'}}}",
       V "The document path provided in the update expression is invalid for update"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET l = s'}",
       V "The update expression attempted to update the secondary index key to unsupported type"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET g = :e','ExpressionAttributeValues':{':e':{'S':''}}}",
       V "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a "
         "value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value."},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET g = big'}",
       V "The update expression attempted to update the secondary index key beyond allowed size limits"},
      {"UpdateItem", "{'TableName':'tab'," KEY ",'UpdateExpression':'SET c = big, d = big'}",
       V "Item size to update has exceeded the maximum allowed size"},
  };
  /* the apostrophes of one text */
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *answer = service_call(s, "UpdateItem", items_text("%s", rows[i].request));
    if (strstr(answer, rows[i].answer) == NULL)
      test_failed(__FILE__, __LINE__, "%s\n   gave %.500s\n  without %s", rows[i].request, answer, rows[i].answer);
  }
  GIVES(s, "GetItem", "'Item'", "{'TableName':'tab'," KEY ",'ProjectionExpression':'p'}");
  GIVES(s, "Scan", "'Count':1,", "{'TableName':'tab','Select':'COUNT'}");
#undef P
#undef V
#undef KEY
}

ITEM_TEST(legacy_updates) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'AttributeUpdates':{'x':{'Action':'DELETE'}}}");
  EXPECT(s, "GetItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}"); /* DELETE alone creates nothing */
  GIVES(s, "UpdateItem", "'n':{'N':'2'}",
        "{'TableName':'tab','Key':{'p':{'S':'a'}},'AttributeUpdates':{'n':{'Action':'ADD','Value':{'N':'2'}},'y':{'Value':{'S':'put'}},"
        "'l':{'Action':'ADD','Value':{'L':[{'S':'1'}]}}},'ReturnValues':'ALL_NEW'}");
  EXPECT(s, "UpdateItem", "{'Attributes':{'l':{'L':[{'S':'1'},{'S':'2'}]},'n':{'N':'5'}}}",
         "{'TableName':'tab','Key':{'p':{'S':'a'}},'AttributeUpdates':{'n':{'Action':'ADD','Value':{'N':'3'}},"
         "'l':{'Action':'ADD','Value':{'L':[{'S':'2'}]}}},'ReturnValues':'UPDATED_NEW','Expected':{'y':{'Value':{'S':'put'}}}}");
  GIVES(s, "UpdateItem", "ConditionalCheckFailedException",
        "{'TableName':'tab','Key':{'p':{'S':'a'}},'AttributeUpdates':{'n':{'Action':'DELETE'}},'Expected':{'y':{'Exists':false}}}");
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'q'}},'AttributeUpdates':{}}");
  GIVES(s, "Scan", "'Count':2,", "{'TableName':'tab','Select':'COUNT'}");
}

/* An item that is older than the index may have an attribute that cannot be its key; it can be updated nevertheless. */
ITEM_TEST(items_older_than_an_index) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'N':'1'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'b'},'g':{'S':'%s'}}}", items_fill('g', 3000));
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'c'},'g':{'S':''}}}");
  GIVES(s, "UpdateTable", "'IndexStatus':'CREATING'",
        "{'TableName':'tab','AttributeDefinitions':[{'AttributeName':'g','AttributeType':'S'}],'GlobalSecondaryIndexUpdates':"
        "[{'Create':{'IndexName':'gsi','KeySchema':[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}");
  for (char p = 'a'; p <= 'c'; p++)
    EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'%c'}},'UpdateExpression':'SET x = :x','ExpressionAttributeValues':{':x':{'N':'2'}}}", p);
  GIVES(s, "UpdateItem", "to unsupported type", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET g = x'}");
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET g = :x','ExpressionAttributeValues':{':x':{'S':'now'}}}");
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'b'}},'UpdateExpression':'REMOVE g'}");
  GIVES(s, "PutItem", "A value specified for a secondary index key is not supported", "{'TableName':'tab','Item':{'p':{'S':'c'},'g':{'S':''}}}");
}

ITEM_TEST(returns_the_item_of_a_failed_condition) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'7'}}}");
  static const char *const requests[][2] = {
      {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ConditionExpression':'v = :x','ExpressionAttributeValues':{':x':{'N':'1'}},'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ConditionExpression':'v = :x','ExpressionAttributeValues':{':x':{'N':'1'}},'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'}},'ConditionExpression':'v = :x','ExpressionAttributeValues':{':x':{'N':'1'}},'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}"},
  };
  for (size_t i = 0; i < 3; i++) {
    const cyn_i_operation *operation = cyn_i_operation_find(cyn_str(requests[i][0]), false);
    cyn_error error = CYN_ERROR_INIT;
    void *input;
    CHECK_INT(cyn_i_api_decode(operation->input, cyn_str(items_text("%s", requests[i][1])), &s->arena, &input, &error), CYN_OK);
    cyn_i_call c = {.operation = operation, .context = &s->context, .input = input, .arena = &s->arena, .error = &error};
    cyn_i_engine_call(s->engine, &c);
    CHECK_INT(c.status, CYN_E_CONDITIONAL_CHECK_FAILED);
    CHECK(error.item != NULL && error.item_size > 9);
    cyn_error_clean_up(&error);
  }
}
