/* The decoder by what it makes of a body: encoded again, or the SerializationException (validation.md 1.4). */
#include "api_cases.h"

#define BAD "!SerializationException: "
#define MAP "Unrecognized collection type java.util.Map<java.lang.String, "
#define SHAPE "com.amazonaws.dynamodb.v20120810."
#define GENERIC                                                                                                     \
  "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "     \
  "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "   \
  "loader 'bootstrap')"
#define OBJECT "Start of structure or map found where not expected"

TEST(sound_bodies) {
  static const api_case cases[] = {
      {"GetItem", "{}", "{}"},
      {"GetItem", " {\n\t}\r\n ", "{}"},
      {"GetItem", "{\"TableName\":\"t\"}", "{\"TableName\":\"t\"}"},
      {"GetItem", "{\"TableName\":null}", "{}"},
      {"GetItem", "{\"TableName\":\"\"}", "{\"TableName\":\"\"}"},
      {"GetItem", "{\"TableName\":\"t\",\"TableName\":null}", "{}"},
      {"GetItem", "{\"TableName\":\"t\",\"TableName\":\"u\"}", "{\"TableName\":\"u\"}"},
      {"GetItem", "{\"tableName\":\"t\"}", "{}"},
      {"GetItem", "{\"\":1,\"TableNam\":2,\"TableNames\":[{}],\"x\":{\"TableName\":3}}", "{}"},
      {"GetItem", "{\"\\u0054ableName\":\"a\\u00e9\\ud83d\\ude00\\n\"}",
       "{\"TableName\":\"a\u00e9\U0001F600\\n\"}"},
      {"GetItem", "{\"ConsistentRead\":true,\"AttributesToGet\":[\"a\",\"b\"],\"Key\":{\"k\":{\"N\":\"007\"}}}",
       "{\"Key\":{\"k\":{\"N\":\"7\"}},\"AttributesToGet\":[\"a\",\"b\"],\"ConsistentRead\":true}"},
      {"GetItem", "{\"AttributesToGet\":[]}", "{\"AttributesToGet\":[]}"},
      {"GetItem", "{\"Key\":{}}", "{\"Key\":{}}"},
      {"GetItem", "{\"ExpressionAttributeNames\":{\"#a\":\"b\",\"#c\":\"d\"}}",
       "{\"ExpressionAttributeNames\":{\"#a\":\"b\",\"#c\":\"d\"}}"},
      {"GetItem", "{\"ExpressionAttributeNames\":{\"#a\":\"b\",\"#c\":\"d\",\"#a\":\"e\"}}",
       "{\"ExpressionAttributeNames\":{\"#a\":\"e\",\"#c\":\"d\"}}"},
      {"GetItem", "{\"ExpressionAttributeNames\":{}}", "{\"ExpressionAttributeNames\":{}}"},
      {"Query", "{\"Limit\":0}", "{\"Limit\":0}"},
      {"Query", "{\"Limit\":5.9}", "{\"Limit\":5}"},
      {"Query", "{\"Limit\":-5.1}", "{\"Limit\":-6}"},
      {"Query", "{\"Limit\":1.2e1}", "{\"Limit\":12}"},
      {"Query", "{\"ScanIndexForward\":false}", "{\"ScanIndexForward\":false}"},
      {"Query", "{\"ScanIndexForward\":\"TRUE\"}", "{\"ScanIndexForward\":true}"},
      {"Query", "{\"ScanIndexForward\":\"yes\"}", "{\"ScanIndexForward\":true}"},
      {"Query", "{\"ScanIndexForward\":\"1\"}", "{\"ScanIndexForward\":true}"},
      {"Query", "{\"ScanIndexForward\":\"No\"}", "{\"ScanIndexForward\":false}"},
      {"Query", "{\"ScanIndexForward\":\"0\"}", "{\"ScanIndexForward\":false}"},
      {"Query", "{\"ScanIndexForward\":\"fALSE\"}", "{\"ScanIndexForward\":false}"},
      {"Query",
       "{\"KeyConditions\":{\"a\":{\"ComparisonOperator\":\"EQ\",\"AttributeValueList\":[{\"S\":\"x\"},{\"B\":\"YQ==\"}]}}}",
       "{\"KeyConditions\":{\"a\":{\"AttributeValueList\":[{\"S\":\"x\"},{\"B\":\"YQ==\"}],\"ComparisonOperator\":\"EQ\"}}}"},
      {"PutItem", "{\"Expected\":{\"a\":{\"Value\":{\"S\":\"b\"},\"Exists\":true}}}",
       "{\"Expected\":{\"a\":{\"Value\":{\"S\":\"b\"},\"Exists\":true}}}"},
      {"PutItem", "{\"Expected\":{\"a\":{\"Value\":null,\"Exists\":false}}}", "{\"Expected\":{\"a\":{\"Exists\":false}}}"},
      {"BatchGetItem", "{\"RequestItems\":{\"t\":{\"Keys\":[{\"a\":{\"S\":\"1\"}},{\"a\":{\"S\":\"2\"}}]}}}",
       "{\"RequestItems\":{\"t\":{\"Keys\":[{\"a\":{\"S\":\"1\"}},{\"a\":{\"S\":\"2\"}}]}}}"},
      {"BatchWriteItem",
       "{\"RequestItems\":{\"t\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"1\"}}}},{\"DeleteRequest\":{\"Key\":{}}}],\"u\":[]}}",
       "{\"RequestItems\":{\"t\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"1\"}}}},{\"DeleteRequest\":{\"Key\":{}}}],\"u\":[]}}"},
      {"CreateTable", "{\"KeySchema\":[{\"KeyType\":\"HASH\",\"AttributeName\":\"a\"},{}],\"Tags\":[{\"Value\":\"v\",\"Key\":\"k\"}]}",
       "{\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{}],\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":9223372036854775807}}",
       "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":9223372036854775807}}"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":92233720368547758080}}",
       "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":9223372036854775807}}"},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Delete\":{\"TableName\":\"t\"}},{\"ConditionCheck\":{}}]}",
       "{\"TransactItems\":[{\"Delete\":{\"TableName\":\"t\"}},{\"ConditionCheck\":{}}]}"},
      {"ExecuteStatement", "{\"Parameters\":[{\"BOOL\":true},{\"NULL\":true},{\"L\":[{\"M\":{}}]}]}",
       "{\"Parameters\":[{\"BOOL\":true},{\"NULL\":true},{\"L\":[{\"M\":{}}]}]}"},
      {"GetShardIterator", "{\"Timestamp\":1700000000.123}", "{\"Timestamp\":1700000000.123}"},
      {"ListBackups", "{\"TimeRangeLowerBound\":17e8}", "{\"TimeRangeLowerBound\":1700000000}"},
      {"DescribeLimits", "{}", "{}"},
      {"DescribeEndpoints", "{\"x\":[[[]]]}", "{}"},
      {"Query<", "{\"Count\":1,\"Items\":[{\"a\":{\"SS\":[\"b\",\"a\"]}}],\"ConsumedCapacity\":{\"CapacityUnits\":0.5}}",
       "{\"Items\":[{\"a\":{\"SS\":[\"a\",\"b\"]}}],\"Count\":1,\"ConsumedCapacity\":{\"CapacityUnits\":0.5}}"},
      {"GetRecords<", "{\"Records\":[{\"eventID\":\"x\",\"dynamodb\":{\"SizeBytes\":3}}]}",
       "{\"Records\":[{\"eventID\":\"x\",\"dynamodb\":{\"SizeBytes\":3}}]}"},
      {"BatchGetItem<", "{\"Responses\":{\"t\":[{},{\"a\":{\"BOOL\":false}}]}}",
       "{\"Responses\":{\"t\":[{},{\"a\":{\"BOOL\":false}}]}}"},
      {"DeleteItem<", "{\"ItemCollectionMetrics\":{\"SizeEstimateRangeGB\":[0,1.5]}}",
       "{\"ItemCollectionMetrics\":{\"SizeEstimateRangeGB\":[0.0,1.5]}}"},
  };
  RUN_CASES(cases, recode);
}

TEST(malformed_bodies) {
  static const char *const bodies[] = {
      "", " ", "{", "}", "[]", "null", "1", "\"\"", "true", "{}x", "{}{}", "{},", "[{}]", "{\"TableName\"}",
      "{\"TableName\":}", "{\"TableName\":\"t\"", "{\"TableName\":\"t}", "{\"TableName\":\"t\",}", "{,}",
      "{\"TableName\" \"t\"}", "{'TableName':'t'}", "{TableName:\"t\"}", "{\"TableName\":t}", "{\"TableName\":01}",
      "{\"TableName\":1.}", "{\"TableName\":+1}", "{\"TableName\":.5}", "{\"TableName\":1e}", "{\"TableName\":NaN}",
      "{\"TableName\":tru}", "{\"TableName\":\"\\x\"}", "{\"TableName\":\"\\ud800\"}", "{\"TableName\":\"\\udc00\"}",
      "{\"TableName\":\"\xff\"}", "{\"TableName\":\"\x01\"}", "{\"TableName\":\"\xc0\x80\"}",
      "{\"TableName\":\"\xed\xa0\x80\"}", "{\"AttributesToGet\":[\"a\",]}", "{\"AttributesToGet\":[,]}",
      "{\"AttributesToGet\":[\"a\" \"b\"]}", "{\"AttributesToGet\":[\"a\"}", "{\"AttributesToGet\":{]}",
      "{\"Key\":{\"a\":{\"S\":\"b\"}}", "{\"Key\":{\"a\":{\"S\":\"b\"}", "{\"Key\":{\"a\":{\"S\":\"b\",}}}",
      "{\"Key\":{\"a\":{\"S\":}}}", "{\"Key\":{\"a\":}}", "{\"Key\":{\"a\"}}", "{\"Key\":{",
      "{\"x\":[1,2", "{\"x\":{\"y\":]}}", "{\"ExpressionAttributeNames\":{\"a\":\"b\"",
      "{\"ExpressionAttributeNames\":{\"a\"}}", "\xef\xbb\xbf{}", "/**/{}", "{}//",
      /* behind a type fault: malformed wins */
      "{\"TableName\":1,\"x\":}", "{\"TableName\":[],\"Key\":[}", "{\"AttributesToGet\":1,", "{\"Key\":1}}",
      "{\"Key\":{\"a\":{\"S\":1}}", "{\"Key\":{\"a\":{\"S\":1}}}]", "{\"Key\":{\"a\":1},\"TableName\":\"\\u12\"}",
  };
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    const char *outcome = recode(&arena, "GetItem", cyn_str(bodies[i]));
    if (strcmp(outcome, BAD) != 0) test_failed(__FILE__, __LINE__, "%s gives %s", bodies[i], outcome);
  }
  CHECK_STR(recode(&arena, "GetItem", (cyn_bytes){NULL, 0}), BAD);
  CHECK_STR(recode(&arena, "GetItem", (cyn_bytes){"{}\0", 3}), BAD);
  cyn_i_arena_clean_up(&arena);
}

TEST(deep_bodies) {
  enum { LEVELS = 100000 };
  static char body[2 * LEVELS + 100];
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  static const char *const heads[] = {"{\"x\":", "{\"TableName\":", "{\"Key\":", "{\"Key\":{\"a\":{\"L\":", "{\"AttributesToGet\":"};
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    size_t head = strlen(heads[i]);
    memcpy(body, heads[i], head);
    memset(body + head, '[', LEVELS);
    CHECK_STR(recode(&arena, "GetItem", (cyn_bytes){body, head + LEVELS}), BAD);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(faults_of_scalars) {
  static const api_case cases[] = {
      {"GetItem", "{\"TableName\":true}", BAD "TRUE_VALUE cannot be converted to String"},
      {"GetItem", "{\"TableName\":false}", BAD "FALSE_VALUE cannot be converted to String"},
      {"GetItem", "{\"TableName\":23}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"GetItem", "{\"TableName\":-2.3}", BAD "DECIMAL_VALUE cannot be converted to String"},
      {"GetItem", "{\"TableName\":1e3}", BAD "DECIMAL_VALUE cannot be converted to String"},
      {"GetItem", "{\"TableName\":[]}", BAD "Unrecognized collection type class java.lang.String"},
      {"GetItem", "{\"TableName\":[[1],{}]}", BAD "Unrecognized collection type class java.lang.String"},
      {"GetItem", "{\"TableName\":{}}", BAD OBJECT},
      {"GetItem", "{\"ReturnConsumedCapacity\":true}", BAD "TRUE_VALUE cannot be converted to String"},
      {"GetItem", "{\"ReturnConsumedCapacity\":[\"TOTAL\"]}", BAD "Unrecognized collection type class java.lang.String"},
      {"GetItem", "{\"ReturnConsumedCapacity\":{\"a\":1}}", BAD OBJECT},
      {"GetItem", "{\"ConsistentRead\":1}", BAD "NUMBER_VALUE cannot be converted to Boolean"},
      {"GetItem", "{\"ConsistentRead\":0.5}", BAD "DECIMAL_VALUE cannot be converted to Boolean"},
      {"GetItem", "{\"ConsistentRead\":\"hello\"}", BAD "Unexpected token received from parser"},
      {"GetItem", "{\"ConsistentRead\":\"\"}", BAD "Unexpected token received from parser"},
      {"GetItem", "{\"ConsistentRead\":[]}", BAD "Unrecognized collection type class java.lang.Boolean"},
      {"GetItem", "{\"ConsistentRead\":{}}", BAD OBJECT},
      {"Scan", "{\"Limit\":\"23\"}", BAD "STRING_VALUE cannot be converted to Integer"},
      {"Scan", "{\"Limit\":true}", BAD "TRUE_VALUE cannot be converted to Integer"},
      {"Scan", "{\"Limit\":false}", BAD "FALSE_VALUE cannot be converted to Integer"},
      {"Scan", "{\"Limit\":[]}", BAD "Unrecognized collection type class java.lang.Integer"},
      {"Scan", "{\"Limit\":{}}", BAD OBJECT},
      {"Scan", "{\"Segment\":\"\"}", BAD "STRING_VALUE cannot be converted to Integer"},
      {"Scan", "{\"TotalSegments\":{}}", BAD OBJECT},
      {"Scan", "{\"IndexName\":1}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"Scan", "{\"Select\":1}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":\"1\"}}",
       BAD "STRING_VALUE cannot be converted to Long"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":true}}",
       BAD "TRUE_VALUE cannot be converted to Long"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"WriteCapacityUnits\":[]}}",
       BAD "Unrecognized collection type class java.lang.Long"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"WriteCapacityUnits\":{}}}", BAD OBJECT},
      {"UpdateTableReplicaAutoScaling",
       "{\"ProvisionedWriteCapacityAutoScalingUpdate\":{\"ScalingPolicyUpdate\":"
       "{\"TargetTrackingScalingPolicyConfiguration\":{\"TargetValue\":\"1\"}}}}",
       BAD "STRING_VALUE cannot be converted to Double"},
      {"UpdateTableReplicaAutoScaling",
       "{\"ProvisionedWriteCapacityAutoScalingUpdate\":{\"ScalingPolicyUpdate\":"
       "{\"TargetTrackingScalingPolicyConfiguration\":{\"TargetValue\":[]}}}}",
       BAD "Unrecognized collection type class java.lang.Double"},
  };
  RUN_CASES(cases, recode);
}

TEST(faults_of_lists_and_maps) {
  static const api_case cases[] = {
      {"GetItem", "{\"AttributesToGet\":\"a\"}", BAD "Unexpected field type"},
      {"GetItem", "{\"AttributesToGet\":1}", BAD "Unexpected field type"},
      {"GetItem", "{\"AttributesToGet\":1.5}", BAD "Unexpected field type"},
      {"GetItem", "{\"AttributesToGet\":true}", BAD "Unexpected field type"},
      {"GetItem", "{\"AttributesToGet\":{}}", BAD OBJECT},
      {"GetItem", "{\"AttributesToGet\":[1]}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"GetItem", "{\"AttributesToGet\":[\"a\",true]}", BAD "TRUE_VALUE cannot be converted to String"},
      {"GetItem", "{\"AttributesToGet\":[\"a\",[]]}", BAD "Unrecognized collection type class java.lang.String"},
      {"GetItem", "{\"AttributesToGet\":[{}]}", BAD OBJECT},
      {"GetItem", "{\"AttributesToGet\":[null]}", BAD "NULL_VALUE cannot be converted to String"},
      {"GetItem", "{\"ExpressionAttributeNames\":\"a\"}", BAD "Unexpected field type"},
      {"GetItem", "{\"ExpressionAttributeNames\":[]}", BAD MAP "java.lang.String>"},
      {"GetItem", "{\"ExpressionAttributeNames\":{\"a\":1}}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"GetItem", "{\"ExpressionAttributeNames\":{\"a\":[]}}", BAD "Unrecognized collection type class java.lang.String"},
      {"GetItem", "{\"ExpressionAttributeNames\":{\"a\":{}}}", BAD OBJECT},
      {"GetItem", "{\"Key\":\"a\"}", BAD "Unexpected field type"},
      {"GetItem", "{\"Key\":23}", BAD "Unexpected field type"},
      {"GetItem", "{\"Key\":false}", BAD "Unexpected field type"},
      {"GetItem", "{\"Key\":[]}", BAD MAP SHAPE "AttributeValue>"},
      {"GetItem", "{\"Key\":{\"a\":\"b\"}}", BAD "Unexpected value type in payload"},
      {"GetItem", "{\"Key\":{\"a\":true}}", BAD "Unexpected value type in payload"},
      {"GetItem", "{\"Key\":{\"a\":[]}}", BAD "Unrecognized collection type class " SHAPE "AttributeValue"},
      {"GetItem", "{\"Key\":{\"a\":{\"N\":5}}}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"Query", "{\"KeyConditions\":1}", BAD "Unexpected field type"},
      {"Query", "{\"KeyConditions\":[]}", BAD MAP SHAPE "Condition>"},
      {"Query", "{\"KeyConditions\":{\"a\":1}}", BAD "Unexpected value type in payload"},
      {"Query", "{\"KeyConditions\":{\"a\":[]}}", BAD "Unrecognized collection type class " SHAPE "Condition"},
      {"Query", "{\"KeyConditions\":{\"a\":{\"ComparisonOperator\":1}}}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"Query", "{\"KeyConditions\":{\"a\":{\"AttributeValueList\":{}}}}", BAD OBJECT},
      {"Query", "{\"KeyConditions\":{\"a\":{\"AttributeValueList\":\"x\"}}}", BAD "Unexpected field type"},
      {"Query", "{\"KeyConditions\":{\"a\":{\"AttributeValueList\":[\"x\"]}}}", BAD "Unexpected value type in payload"},
      {"Query", "{\"KeyConditions\":{\"a\":{\"AttributeValueList\":[[]]}}}",
       BAD "Unrecognized collection type class " SHAPE "AttributeValue"},
      {"Query", "{\"ExclusiveStartKey\":[]}", BAD MAP SHAPE "AttributeValue>"},
      {"Scan", "{\"ScanFilter\":[]}", BAD MAP SHAPE "Condition>"},
      {"PutItem", "{\"Item\":[]}", BAD MAP SHAPE "AttributeValue>"},
      {"PutItem", "{\"Expected\":[]}", BAD MAP SHAPE "ExpectedAttributeValue>"},
      {"PutItem", "{\"Expected\":\"\"}", BAD "Unexpected field type"},
      {"PutItem", "{\"Expected\":{\"a\":\"\"}}", BAD "Unexpected value type in payload"},
      {"PutItem", "{\"Expected\":{\"a\":{\"Value\":\"b\"}}}", BAD "Unexpected field type"},
      {"PutItem", "{\"Expected\":{\"a\":{\"Value\":[]}}}",
       BAD "Unrecognized collection type class " SHAPE "AttributeValue"},
      {"PutItem", "{\"Expected\":{\"a\":{\"Value\":{\"S\":1}}}}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"PutItem", "{\"Expected\":{\"a\":{\"Exists\":\"x\"}}}", BAD "Unexpected token received from parser"},
      {"UpdateItem", "{\"AttributeUpdates\":[]}", BAD MAP SHAPE "AttributeValueUpdate>"},
      {"UpdateItem", "{\"AttributeUpdates\":{\"a\":1}}", BAD "Unexpected value type in payload"},
      {"UpdateItem", "{\"AttributeUpdates\":{\"a\":{\"Action\":[]}}}",
       BAD "Unrecognized collection type class java.lang.String"},
      {"UpdateItem", "{\"ExpressionAttributeValues\":[]}", BAD MAP SHAPE "AttributeValue>"},
      {"BatchGetItem", "{\"RequestItems\":[]}", BAD MAP SHAPE "KeysAndAttributes>"},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":1}}", BAD "Unexpected value type in payload"},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":[]}}",
       BAD "Unrecognized collection type class " SHAPE "KeysAndAttributes"},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":{\"Keys\":1}}}", BAD "Unexpected field type"},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":{\"Keys\":{}}}}", BAD OBJECT},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":{\"Keys\":[1]}}}", BAD GENERIC},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":{\"Keys\":[\"\"]}}}", BAD GENERIC},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":{\"Keys\":[[]]}}}", BAD MAP SHAPE "AttributeValue>"},
      {"BatchGetItem", "{\"RequestItems\":{\"a\":{\"Keys\":[{\"b\":1}]}}}", BAD "Unexpected value type in payload"},
      {"BatchWriteItem", "{\"RequestItems\":[]}", BAD MAP "java.util.List<" SHAPE "WriteRequest>>"},
      {"BatchWriteItem", "{\"RequestItems\":1}", BAD "Unexpected field type"},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":1}}", BAD GENERIC},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":\"\"}}", BAD GENERIC},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":{}}}", BAD OBJECT},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":[1]}}", BAD "Unexpected value type in payload"},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":[[]]}}", BAD "Unrecognized collection type class " SHAPE "WriteRequest"},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":[{\"PutRequest\":1}]}}", BAD "Unexpected field type"},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":[{\"PutRequest\":[]}]}}",
       BAD "Unrecognized collection type class " SHAPE "PutRequest"},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":[{\"DeleteRequest\":{\"Key\":[]}}]}}", BAD MAP SHAPE "AttributeValue>"},
      {"CreateTable", "{\"KeySchema\":1}", BAD "Unexpected field type"},
      {"CreateTable", "{\"KeySchema\":{}}", BAD OBJECT},
      {"CreateTable", "{\"KeySchema\":[1]}", BAD "Unexpected value type in payload"},
      {"CreateTable", "{\"KeySchema\":[[]]}", BAD "Unrecognized collection type class " SHAPE "KeySchemaElement"},
      {"CreateTable", "{\"KeySchema\":[{\"KeyType\":true}]}", BAD "TRUE_VALUE cannot be converted to String"},
      {"CreateTable", "{\"AttributeDefinitions\":[\"a\"]}", BAD "Unexpected value type in payload"},
      {"CreateTable", "{\"ProvisionedThroughput\":1}", BAD "Unexpected field type"},
      {"CreateTable", "{\"ProvisionedThroughput\":[]}",
       BAD "Unrecognized collection type class " SHAPE "ProvisionedThroughput"},
      {"CreateTable", "{\"LocalSecondaryIndexes\":[{\"Projection\":[]}]}",
       BAD "Unrecognized collection type class " SHAPE "Projection"},
      {"CreateTable", "{\"LocalSecondaryIndexes\":[{\"Projection\":{\"NonKeyAttributes\":1}}]}",
       BAD "Unexpected field type"},
      {"CreateTable", "{\"GlobalSecondaryIndexes\":[{\"ProvisionedThroughput\":\"\"}]}", BAD "Unexpected field type"},
      {"ExecuteStatement", "{\"Parameters\":[1]}", BAD "Unexpected value type in payload"},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Put\":1}]}", BAD "Unexpected field type"},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Put\":[]}]}", BAD "Unrecognized collection type class " SHAPE "Put"},
      {"TransactWriteItems", "{\"TransactItems\":[\"\"]}", BAD "Unexpected value type in payload"},
      {"TransactGetItems", "{\"TransactItems\":[null]}", BAD "Unexpected value type in payload"},
      {"BatchWriteItem", "{\"RequestItems\":{\"a\":null}}", BAD GENERIC},
  };
  RUN_CASES(cases, recode);
}

/* The first member declared, not the first one written. */
TEST(the_first_fault_in_declared_order) {
  static const api_case cases[] = {
      {"GetItem", "{\"ConsistentRead\":\"x\",\"TableName\":1}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"GetItem", "{\"TableName\":1,\"ConsistentRead\":\"x\"}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"GetItem", "{\"AttributesToGet\":{},\"Key\":[]}", BAD MAP SHAPE "AttributeValue>"},
      {"GetItem", "{\"AttributesToGet\":[1,true]}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"GetItem", "{\"Key\":{\"a\":{\"N\":1},\"b\":{\"N\":true}}}", BAD "NUMBER_VALUE cannot be converted to String"},
      {"CreateTable", "{\"KeySchema\":[{\"KeyType\":1,\"AttributeName\":true},{\"AttributeName\":2.5}]}",
       BAD "TRUE_VALUE cannot be converted to String"},
      {"CreateTable", "{\"TableName\":1,\"AttributeDefinitions\":true}", BAD "Unexpected field type"},
  };
  RUN_CASES(cases, recode);
}

/* A client decides how many keys a map has: many must not take the square of the time. */
TEST(a_map_of_many_names) {
  enum { NAMES = 200000 };
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_buf body;
  cyn_i_buf_init(&body, NULL);
  cyn_i_buf_text(&body, "{\"ExpressionAttributeNames\":{");
  for (int i = 0; i < NAMES; i++) cyn_i_buf_printf(&body, "%s\"#%d\":\"%d\"", i ? "," : "", i % (NAMES / 2), i);
  cyn_i_buf_text(&body, "}}");
  cyn_error error = CYN_ERROR_INIT;
  void *input = NULL;
  const cyn_i_shape *shape = cyn_i_operations[CYN_OPERATION_GET_ITEM].input;
  cyn_bytes text = {(const char *)body.data, body.size};
  CHECK_INT(cyn_i_api_decode(shape, text, &arena, &input, &error), CYN_OK);
  REQUIRE(input != NULL);
  const cyn_get_item_input *get = input;
  CHECK_INT(get->expression_attribute_names.count, NAMES / 2);
  CHECK_INT(get->expression_attribute_names.at[7].value.size, 6);
  CHECK(memcmp(get->expression_attribute_names.at[7].value.data, "100007", 6) == 0);
  cyn_i_buf_clean_up(&body);
  cyn_i_arena_clean_up(&arena);
}

/* Every arena limit is met with CynamoOutOfMemory, never with a wrong answer. */
TEST(out_of_memory_at_every_size) {
  static const char body[] =
      "{\"TableName\":\"\\u0061\",\"Key\":{\"a\":{\"S\":\"b\"}},\"AttributesToGet\":[\"a\",\"b\"],"
      "\"ExpressionAttributeNames\":{\"#a\":\"b\"}}";
  const cyn_i_shape *shape = cyn_i_operations[CYN_OPERATION_GET_ITEM].input;
  bool succeeded = false;
  for (size_t limit = 64; limit < 20000; limit += 64) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 64);
    arena.limit = limit;
    cyn_error error = CYN_ERROR_INIT;
    void *input = NULL;
    cyn_status status = cyn_i_api_decode(shape, cyn_str(body), &arena, &input, &error);
    CHECK(status == CYN_OK || status == CYN_E_OUT_OF_MEMORY);
    CHECK(!succeeded || status == CYN_OK);
    succeeded = status == CYN_OK;
    cyn_error_clean_up(&error);
    cyn_i_arena_clean_up(&arena);
  }
  CHECK(succeeded);
}
