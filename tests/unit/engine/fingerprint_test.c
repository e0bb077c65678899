/* Content of transactions: the same in any order of maps, another where anything differs. */
#include "engine/fingerprint.h"

#include "items.h"

/* Of a PutItem's parts. */
static bool fingerprint(service *s, const char *json, uint8_t out[32]) {
  void *decoded;
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str("PutItem"), false);
  cyn_i_fingerprint made = {{0}};
  if (cyn_i_api_decode(operation->input, cyn_str(items_text("%s", json)), &s->arena, &decoded, NULL) != CYN_OK) return false;
  const cyn_put_item_input *input = decoded;
  cyn_i_fingerprint_add_bytes(&made, input->table_name);
  cyn_i_fingerprint_add_item(&made, input->item);
  cyn_i_fingerprint_add_bytes(&made, input->condition_expression);
  cyn_i_fingerprint_add_names(&made, input->expression_attribute_names);
  cyn_i_fingerprint_add_item(&made, input->expression_attribute_values);
  memcpy(out, made.digest, 32);
  return true;
}

TEST(same_and_other_content) {
  service s;
  REQUIRE(service_open(&s, NULL));
#define P(item, rest) "{'TableName':'tab','Item':{" item "}" rest "}"
  static const char *const contents[][2] = { /* the two of a row are the same; no two rows are */
      {P("'a':{'S':'x'},'b':{'S':'y'}", ""), P("'b':{'S':'y'},'a':{'S':'x'}", "")},
      {P("'a':{'S':'y'},'b':{'S':'x'}", ""), P("'b':{'S':'x'},'a':{'S':'y'}", "")},
      {P("'a':{'M':{'b':{'N':'1'},'c':{'N':'2'}}}", ""), P("'a':{'M':{'c':{'N':'2.0'},'b':{'N':'01'}}}", "")},
      {P("'a':{'L':[{'N':'1'},{'N':'2'}]}", ""), P("'a':{'L':[{'N':'1'},{'N':'2'}]}", "")},
      {P("'a':{'L':[{'N':'2'},{'N':'1'}]}", ""), P("'a':{'L':[{'N':'2'},{'N':'1'}]}", "")},
      {P("'a':{'NS':['1','2']}", ""), P("'a':{'NS':['2','1']}", "")},
      {P("'a':{'SS':['1','2']}", ""), P("'a':{'SS':['2','1']}", "")},
      {P("'a':{'L':[{'L':[]},{'N':'1'}]}", ""), P("'a':{'L':[{'L':[]},{'N':'1'}]}", "")},
      {P("'a':{'L':[{'L':[{'N':'1'}]}]}", ""), P("'a':{'L':[{'L':[{'N':'1'}]}]}", "")},
      {P("", ",'ConditionExpression':'a'"), P("", ",'ConditionExpression':'a'")},
      {P("", ",'ConditionExpression':'b'"), P("", ",'ConditionExpression':'b'")},
      {P("", ",'ExpressionAttributeNames':{'#a':'b','#c':'d'}"), P("", ",'ExpressionAttributeNames':{'#c':'d','#a':'b'}")},
      {P("", ",'ExpressionAttributeNames':{'#a':'d','#c':'b'}"), P("", ",'ExpressionAttributeNames':{'#c':'b','#a':'d'}")},
      {P("", ",'ExpressionAttributeValues':{':a':{'S':'b'}}"), P("", ",'ExpressionAttributeValues':{':a':{'S':'b'}}")},
      {P("", ""), P("", "")},
      {"{'TableName':'taa','Item':{}}", "{'Item':{},'TableName':'taa'}"},
      {P("", ",'ConditionExpression':''"), P("", ",'ConditionExpression':''")}, /* absent is not empty */
      {P("", ",'ExpressionAttributeNames':{}"), P("", ",'ExpressionAttributeNames':{}")},
      {P("", ",'ExpressionAttributeValues':{}"), P("", ",'ExpressionAttributeValues':{}")},
  };
  enum { COUNT = sizeof contents / sizeof contents[0] };
  uint8_t prints[COUNT][32], second[32];
  for (int i = 0; i < COUNT; i++) {
    REQUIRE(fingerprint(&s, contents[i][0], prints[i]) && fingerprint(&s, contents[i][1], second));
    if (memcmp(prints[i], second, 32) != 0) test_failed(__FILE__, __LINE__, "%s and %s differ", contents[i][0], contents[i][1]);
    for (int k = 0; k < i; k++)
      if (memcmp(prints[i], prints[k], 32) == 0) test_failed(__FILE__, __LINE__, "%s and %s are the same", contents[i][0], contents[k][0]);
  }
  service_close(&s);
}
