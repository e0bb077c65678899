/* Constraint messages: every row of validation.md 2.2, the kinds and rules of section 2, the sets of 2.1. */
#include "api_cases.h"
#include "failing_memory.h"

#define ONE "!ValidationException: 1 validation error detected: "
#define MANY(n) "!ValidationException: " #n " validation errors detected: "
#define NULL_AT(path) "Value null at '" path "' failed to satisfy constraint: Member must not be null"
#define AT(value, path) "Value '" value "' at '" path "' failed to satisfy constraint: "
#define LENGTH_MIN(n) "Member must have length greater than or equal to " #n
#define LENGTH_MAX(n) "Member must have length less than or equal to " #n
#define VALUE_MIN(n) "Member must have value greater than or equal to " #n
#define VALUE_MAX(n) "Member must have value less than or equal to " #n
#define PATTERN(p) "Member must satisfy regular expression pattern: " p
#define NAME PATTERN("[a-zA-Z0-9_.-]+")
#define ENUM(set) "Member must satisfy enum value set: [" set "]"
#define CAPACITY ENUM("INDEXES, TOTAL, NONE")
#define METRICS ENUM("SIZE, NONE")
#define OPERATOR ENUM("IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS")
#define RETURN_VALUES ENUM("ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW")
#define ON_FAILURE ENUM("ALL_OLD, NONE")
#define OR_AND ENUM("OR, AND")
#define KEYS                                                                                                     \
  "Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must have length " \
  "greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
#define VALUES                                                                                                   \
  "Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length " \
  "greater than or equal to 1]"
#define TABLE_REQUIRED "!ValidationException: The parameter 'TableName' is required but was not present in the request"
#define TABLE_LENGTH \
  "!ValidationException: TableName must be at least 3 characters long and at most 255 characters long"

TEST(put_item) {
  static const api_case cases[] = {
      {"PutItem", "{}", MANY(2) NULL_AT("tableName") "; " NULL_AT("item")},
      {"PutItem", "{\"TableName\":\"abc\"}", ONE NULL_AT("item")},
      {"PutItem", "{\"TableName\":\"abc\",\"Item\":{}}", "ok"},
      {"PutItem", "{\"TableName\":\"\",\"Item\":{}}", ONE AT("", "tableName") LENGTH_MIN(1)},
      {"PutItem", "{\"TableName\":\"a;b\",\"Item\":{}}", ONE AT("a;b", "tableName") NAME},
      {"PutItem", "{\"TableName\":\"ab\",\"Item\":{}}", ONE AT("ab", "tableName") LENGTH_MIN(3)},
      {"PutItem", "{\"TableName\":\"a;\",\"Item\":{}}",
       MANY(2) AT("a;", "tableName") NAME "; " AT("a;", "tableName") LENGTH_MIN(3)},
      {"PutItem", "{\"TableName\":\"abc\",\"Item\":{},\"ReturnValues\":\"x\"}", ONE AT("x", "returnValues") RETURN_VALUES},
      {"PutItem",
       "{\"ReturnValuesOnConditionCheckFailure\":\"h\",\"ReturnItemCollectionMetrics\":\"g\",\"ReturnValues\":\"f\","
       "\"Expected\":{\"a\":{\"ComparisonOperator\":\"e\"}},\"ConditionalOperator\":\"d\",\"ReturnConsumedCapacity\":\"b\"}",
       MANY(8) AT("b", "returnConsumedCapacity") CAPACITY "; " NULL_AT("tableName") "; " NULL_AT("item") "; "
       AT("d", "conditionalOperator") OR_AND "; " AT("e", "expected.a.member.comparisonOperator") OPERATOR "; "
       AT("f", "returnValues") RETURN_VALUES "; " AT("g", "returnItemCollectionMetrics") METRICS "; "
       AT("h", "returnValuesOnConditionCheckFailure") ON_FAILURE},
      {"PutItem", "{\"TableName\":\"abc\",\"Item\":{},\"ReturnConsumedCapacity\":\"\"}",
       ONE AT("", "returnConsumedCapacity") CAPACITY},
      {"PutItem", "{\"TableName\":\"abc\",\"Item\":{},\"ReturnConsumedCapacity\":\"total\"}",
       ONE AT("total", "returnConsumedCapacity") CAPACITY},
  };
  RUN_CASES(cases, check);
}

TEST(update_and_delete_item) {
  static const api_case cases[] = {
      {"UpdateItem", "{}", MANY(2) NULL_AT("tableName") "; " NULL_AT("key")},
      {"UpdateItem", "{\"TableName\":\"abc\",\"Key\":{}}", "ok"},
      {"UpdateItem",
       "{\"ReturnValuesOnConditionCheckFailure\":\"h\",\"ReturnItemCollectionMetrics\":\"g\",\"ReturnValues\":\"f\","
       "\"Expected\":{\"a\":{\"ComparisonOperator\":\"e\"}},\"ConditionalOperator\":\"d\",\"ReturnConsumedCapacity\":\"b\"}",
       MANY(8) AT("b", "returnConsumedCapacity") CAPACITY "; " NULL_AT("tableName") "; "
       AT("g", "returnItemCollectionMetrics") METRICS "; " AT("f", "returnValues") RETURN_VALUES "; " NULL_AT("key") "; "
       AT("d", "conditionalOperator") OR_AND "; " AT("e", "expected.a.member.comparisonOperator") OPERATOR "; "
       AT("h", "returnValuesOnConditionCheckFailure") ON_FAILURE},
      {"UpdateItem", "{\"TableName\":\"abc\",\"Key\":{},\"AttributeUpdates\":{\"a\":{\"Action\":\"x\"}}}",
       ONE AT("x", "attributeUpdates.a.member.action") ENUM("ADD, PUT, DELETE")},
      {"DeleteItem", "{}", MANY(2) NULL_AT("tableName") "; " NULL_AT("key")},
      {"DeleteItem", "{\"TableName\":\"abc\",\"Key\":{}}", "ok"},
      {"DeleteItem",
       "{\"ReturnValuesOnConditionCheckFailure\":\"h\",\"ReturnItemCollectionMetrics\":\"g\",\"ReturnValues\":\"f\","
       "\"Expected\":{\"a\":{\"ComparisonOperator\":\"e\"}},\"ConditionalOperator\":\"d\",\"ReturnConsumedCapacity\":\"b\"}",
       MANY(8) AT("b", "returnConsumedCapacity") CAPACITY "; " NULL_AT("tableName") "; "
       AT("f", "returnValues") RETURN_VALUES "; " AT("g", "returnItemCollectionMetrics") METRICS "; " NULL_AT("key") "; "
       AT("d", "conditionalOperator") OR_AND "; " AT("e", "expected.a.member.comparisonOperator") OPERATOR "; "
       AT("h", "returnValuesOnConditionCheckFailure") ON_FAILURE},
  };
  RUN_CASES(cases, check);
}

TEST(get_item) {
  static const api_case cases[] = {
      {"GetItem", "{}", MANY(2) NULL_AT("tableName") "; " NULL_AT("key")},
      {"GetItem", "{\"TableName\":\"abc\",\"Key\":{}}", "ok"},
      {"GetItem", "{\"AttributesToGet\":[],\"ReturnConsumedCapacity\":\"hi\"}",
       MANY(4) AT("hi", "returnConsumedCapacity") CAPACITY "; " AT("[]", "attributesToGet") LENGTH_MIN(1) "; "
       NULL_AT("tableName") "; " NULL_AT("key")},
      {"GetItem", "{\"TableName\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\",\"Key\":{}}", "ok"},
      {"GetItem", "{\"TableName\":\"arn:x\",\"Key\":{}}", "ok"},
      {"GetItem", "{\"TableName\":\"abc\",\"Key\":{},\"ExpressionAttributeNames\":{\"#a\":\"b\"}}", "ok"},
      {"GetItem", "{\"TableName\":\"abc\",\"Key\":null}", ONE NULL_AT("key")},
  };
  RUN_CASES(cases, check);
}

TEST(query_and_scan) {
  static const api_case cases[] = {
      {"Query", "{}", ONE NULL_AT("tableName")},
      {"Query", "{\"TableName\":\"abc\"}", "ok"},
      {"Query",
       "{\"KeyConditions\":{\"k\":{}},\"Limit\":0,\"AttributesToGet\":[],\"ConditionalOperator\":\"e\","
       "\"QueryFilter\":{\"b\":{\"ComparisonOperator\":\"d\"}},\"ReturnConsumedCapacity\":\"c\",\"IndexName\":\"i;\","
       "\"Select\":\"a\"}",
       MANY(10) AT("a", "select") ENUM("SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES") "; "
       AT("i;", "indexName") NAME "; " AT("i;", "indexName") LENGTH_MIN(3) "; " AT("c", "returnConsumedCapacity") CAPACITY
       "; " AT("d", "queryFilter.b.member.comparisonOperator") OPERATOR "; " NULL_AT("tableName") "; "
       AT("e", "conditionalOperator") OR_AND "; " AT("[]", "attributesToGet") LENGTH_MIN(1) "; "
       AT("0", "limit") VALUE_MIN(1) "; " NULL_AT("keyConditions.k.member.comparisonOperator")},
      {"Query", "{\"TableName\":\"abc\",\"Limit\":-1}", ONE AT("-1", "limit") VALUE_MIN(1)},
      {"Query", "{\"TableName\":\"abc\",\"Select\":\"count\"}",
       ONE AT("count", "select") ENUM("SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES")},
      {"Query", "{\"TableName\":\"abc\",\"IndexName\":\"\"}",
       MANY(2) AT("", "indexName") NAME "; " AT("", "indexName") LENGTH_MIN(3)},
      {"Query", "{\"TableName\":\"abc\",\"QueryFilter\":{\"a\":{},\"c\":{\"ComparisonOperator\":\"EQ\"},\"b\":{}}}",
       MANY(2) NULL_AT("queryFilter.a.member.comparisonOperator") "; "
       NULL_AT("queryFilter.b.member.comparisonOperator")},
      {"Scan", "{}", ONE NULL_AT("tableName")},
      {"Scan", "{\"TableName\":\"abc\",\"Segment\":999999,\"TotalSegments\":1000000,\"Limit\":1}", "ok"},
      {"Scan",
       "{\"AttributesToGet\":[],\"Limit\":0,\"Segment\":-1,\"ScanFilter\":{\"f\":{\"ComparisonOperator\":\"x\"}},"
       "\"ConditionalOperator\":\"e\",\"ReturnConsumedCapacity\":\"c\",\"TotalSegments\":0,\"IndexName\":\"ab\","
       "\"Select\":\"a\"}",
       MANY(10) AT("a", "select") ENUM("SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES") "; "
       AT("ab", "indexName") LENGTH_MIN(3) "; " AT("0", "totalSegments") VALUE_MIN(1) "; "
       AT("c", "returnConsumedCapacity") CAPACITY "; " NULL_AT("tableName") "; " AT("e", "conditionalOperator") OR_AND "; "
       AT("x", "scanFilter.f.member.comparisonOperator") OPERATOR "; " AT("-1", "segment") VALUE_MIN(0) "; "
       AT("0", "limit") VALUE_MIN(1) "; " AT("[]", "attributesToGet") LENGTH_MIN(1)},
      {"Scan", "{\"TableName\":\"abc\",\"Segment\":1000000}", ONE AT("1000000", "segment") VALUE_MAX(999999)},
      {"Scan", "{\"TableName\":\"abc\",\"TotalSegments\":1000001}", ONE AT("1000001", "totalSegments") VALUE_MAX(1000000)},
  };
  RUN_CASES(cases, check);
}

TEST(batches) {
  static const api_case cases[] = {
      {"BatchGetItem", "{}", ONE NULL_AT("requestItems")},
      {"BatchGetItem", "{\"RequestItems\":{}}", ONE AT("{}", "requestItems") LENGTH_MIN(1)},
      {"BatchGetItem", "{\"RequestItems\":{\"abc\":{}}}", ONE NULL_AT("requestItems.abc.member.keys")},
      {"BatchGetItem", "{\"RequestItems\":{\"abc\":{\"Keys\":[{}]}}}", "ok"},
      {"BatchGetItem", "{\"RequestItems\":{\"arn:aws:dynamodb:us-east-1:1:table/t\":{\"Keys\":[{}]}}}", "ok"},
      {"BatchGetItem", "{\"RequestItems\":{\"abc\":{\"Keys\":[]}}}",
       ONE "Value at 'requestItems.abc.member.keys' failed to satisfy constraint: " LENGTH_MIN(1)},
      {"BatchGetItem", "{\"ReturnConsumedCapacity\":\"x\",\"RequestItems\":{\"abc\":{\"AttributesToGet\":[]}}}",
       MANY(3) AT("x", "returnConsumedCapacity") CAPACITY "; " NULL_AT("requestItems.abc.member.keys") "; "
       AT("[]", "requestItems.abc.member.attributesToGet") LENGTH_MIN(1)},
      {"BatchGetItem", "{\"RequestItems\":{\"aa;\":{\"Keys\":[{}]}}}",
       ONE AT("{aa;=KeysAndAttributes(keys=[{}], attributesToGet=null, consistentRead=null, projectionExpression=null, "
              "expressionAttributeNames=null)}", "requestItems") KEYS},
      {"BatchGetItem", "{\"RequestItems\":{\"ab\":{}}}",
       MANY(2) AT("{ab=KeysAndAttributes(keys=null, attributesToGet=null, consistentRead=null, projectionExpression=null, "
              "expressionAttributeNames=null)}", "requestItems") KEYS "; " NULL_AT("requestItems.ab.member.keys")},
      {"BatchWriteItem", "{}", ONE NULL_AT("requestItems")},
      {"BatchWriteItem", "{\"RequestItems\":{}}", ONE AT("{}", "requestItems") LENGTH_MIN(1)},
      {"BatchWriteItem", "{\"RequestItems\":{\"abc\":[]}}", ONE AT("{abc=[]}", "requestItems") VALUES},
      {"BatchWriteItem", "{\"RequestItems\":{\"abc\":[{\"PutRequest\":{\"Item\":{}}}]}}", "ok"},
      {"BatchWriteItem", "{\"RequestItems\":{\"abc\":[{}]}}", "ok"},
      {"BatchWriteItem", "{\"RequestItems\":{\"abc\":[{\"PutRequest\":{}},{\"DeleteRequest\":{}}]}}",
       MANY(2) NULL_AT("requestItems.abc.member.1.member.putRequest.item") "; "
       NULL_AT("requestItems.abc.member.2.member.deleteRequest.key")},
      {"BatchWriteItem",
       "{\"ReturnItemCollectionMetrics\":\"m\",\"ReturnConsumedCapacity\":\"c\",\"RequestItems\":{\"aa;\":[{\"PutRequest\":{},"
       "\"DeleteRequest\":{}}]}}",
       MANY(5) AT("c", "returnConsumedCapacity") CAPACITY "; " AT("m", "returnItemCollectionMetrics") METRICS "; "
       AT("{aa;=[WriteRequest(putRequest=PutRequest(item=null), deleteRequest=DeleteRequest(key=null))]}", "requestItems")
       KEYS "; " NULL_AT("requestItems.aa;.member.1.member.deleteRequest.key") "; "
       NULL_AT("requestItems.aa;.member.1.member.putRequest.item")},
  };
  RUN_CASES(cases, check);
}

TEST(transactions) {
  static const api_case cases[] = {
      {"TransactWriteItems", "{}", ONE NULL_AT("transactItems")},
      {"TransactWriteItems", "{\"TransactItems\":[]}", ONE AT("[]", "transactItems") LENGTH_MIN(1)},
      {"TransactWriteItems", "{\"TransactItems\":[{}]}", "ok"},
      {"TransactWriteItems", "{\"TransactItems\":[{},{\"Put\":{}}]}",
       MANY(2) NULL_AT("transactItems.2.member.put.item") "; " NULL_AT("transactItems.2.member.put.tableName")},
      {"TransactWriteItems", "{\"TransactItems\":[{\"ConditionCheck\":{}}]}",
       MANY(3) NULL_AT("transactItems.1.member.conditionCheck.key") "; "
       NULL_AT("transactItems.1.member.conditionCheck.tableName") "; "
       NULL_AT("transactItems.1.member.conditionCheck.conditionExpression")},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Update\":{}}]}",
       MANY(3) NULL_AT("transactItems.1.member.update.key") "; " NULL_AT("transactItems.1.member.update.tableName") "; "
       NULL_AT("transactItems.1.member.update.updateExpression")},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Delete\":{\"ReturnValuesOnConditionCheckFailure\":\"x\"}}]}",
       MANY(3) NULL_AT("transactItems.1.member.delete.key") "; " NULL_AT("transactItems.1.member.delete.tableName") "; "
       AT("x", "transactItems.1.member.delete.returnValuesOnConditionCheckFailure") ON_FAILURE},
      {"TransactWriteItems",
       "{\"TransactItems\":[{}],\"ReturnItemCollectionMetrics\":\"m\",\"ReturnConsumedCapacity\":\"c\","
       "\"ClientRequestToken\":\"\"}",
       MANY(3) AT("", "clientRequestToken") LENGTH_MIN(1) "; " AT("c", "returnConsumedCapacity") CAPACITY "; "
       AT("m", "returnItemCollectionMetrics") METRICS},
      {"TransactWriteItems", "{\"TransactItems\":[{}],\"ClientRequestToken\":\"0123456789012345678901234567890123456\"}",
       ONE AT("0123456789012345678901234567890123456", "clientRequestToken") LENGTH_MAX(36)},
      {"TransactGetItems", "{}", ONE NULL_AT("transactItems")},
      {"TransactGetItems", "{\"TransactItems\":[]}", ONE AT("[]", "transactItems") LENGTH_MIN(1)},
      {"TransactGetItems", "{\"TransactItems\":[{}]}", ONE NULL_AT("transactItems.1.member.get")},
      {"TransactGetItems", "{\"TransactItems\":[{\"Get\":{}}],\"ReturnConsumedCapacity\":\"x\"}",
       MANY(3) NULL_AT("transactItems.1.member.get.key") "; " NULL_AT("transactItems.1.member.get.tableName") "; "
       AT("x", "returnConsumedCapacity") CAPACITY},
  };
  RUN_CASES(cases, check);
}

TEST(partiql) {
  static const api_case cases[] = {
      {"ExecuteStatement", "{}", ONE NULL_AT("statement")},
      {"ExecuteStatement", "{\"Statement\":\"x\",\"Parameters\":[]}", ONE AT("[]", "parameters") LENGTH_MIN(1)},
      {"ExecuteStatement",
       "{\"ReturnValuesOnConditionCheckFailure\":\"f\",\"ReturnConsumedCapacity\":\"c\",\"Limit\":0,\"NextToken\":\"\","
       "\"Parameters\":[],\"Statement\":\"\"}",
       MANY(6) AT("", "statement") LENGTH_MIN(1) "; " AT("[]", "parameters") LENGTH_MIN(1) "; "
       AT("", "nextToken") LENGTH_MIN(1) "; " AT("0", "limit") VALUE_MIN(1) "; "
       AT("c", "returnConsumedCapacity") CAPACITY "; " AT("f", "returnValuesOnConditionCheckFailure") ON_FAILURE},
      {"BatchExecuteStatement", "{}", ONE NULL_AT("statements")},
      {"BatchExecuteStatement", "{\"Statements\":[]}", ONE AT("[]", "statements") LENGTH_MIN(1)},
      {"BatchExecuteStatement", "{\"Statements\":[{}]}", ONE NULL_AT("statements.1.member.statement")},
      {"BatchExecuteStatement", "{\"Statements\":[{\"Statement\":\"x\",\"Parameters\":[]}]}",
       ONE AT("[]", "statements.1.member.parameters") LENGTH_MIN(1)},
      {"ExecuteTransaction", "{}", ONE NULL_AT("transactStatements")},
      {"ExecuteTransaction", "{\"TransactStatements\":[]}", ONE AT("[]", "transactStatements") LENGTH_MIN(1)},
      {"ExecuteTransaction", "{\"TransactStatements\":[{\"Parameters\":[]}]}",
       MANY(2) NULL_AT("transactStatements.1.member.statement") "; "
       AT("[]", "transactStatements.1.member.parameters") LENGTH_MIN(1)},
  };
  RUN_CASES(cases, check);
}

TEST(table_names_of_control_operations) {
  static const char *const operations[] = {"CreateTable", "UpdateTable",      "DeleteTable",
                                           "DescribeTable", "UpdateTimeToLive", "DescribeTimeToLive"};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    CHECK_STR(check(&arena, operations[i], cyn_str("{}")), TABLE_REQUIRED);
    CHECK_STR(check(&arena, operations[i], cyn_str("{\"TableName\":\"\"}")), TABLE_LENGTH);
    CHECK_STR(check(&arena, operations[i], cyn_str("{\"TableName\":\"a;\"}")), TABLE_LENGTH);
    const char *outcome = check(&arena, operations[i], cyn_str("{\"TableName\":\"abc;\"}"));
    CHECK(strstr(outcome, AT("abc;", "tableName") NAME) != NULL);
  }
  static const api_case cases[] = {
      {"DescribeTable", "{\"TableName\":\"abc\"}", "ok"},
      {"DescribeTable", "{\"TableName\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\"}", "ok"},
      {"DeleteTable", "{\"TableName\":\"abc;\"}", ONE AT("abc;", "tableName") NAME},
  };
  RUN_CASES(cases, check);
  cyn_i_arena_clean_up(&arena);
}

TEST(create_table) {
  static const api_case cases[] = {
      {"CreateTable", "{\"TableName\":\"abc\"}", MANY(2) NULL_AT("attributeDefinitions") "; " NULL_AT("keySchema")},
      {"CreateTable", "{\"TableName\":\"abc;\"}",
       MANY(3) NULL_AT("attributeDefinitions") "; " AT("abc;", "tableName") NAME "; " NULL_AT("keySchema")},
      {"CreateTable", "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[]}",
       ONE AT("[]", "keySchema") LENGTH_MIN(1)},
      {"CreateTable", "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{}],\"KeySchema\":[{}],\"ProvisionedThroughput\":{}}",
       MANY(6) NULL_AT("attributeDefinitions.1.member.attributeName") "; "
       NULL_AT("attributeDefinitions.1.member.attributeType") "; "
       NULL_AT("provisionedThroughput.writeCapacityUnits") "; " NULL_AT("provisionedThroughput.readCapacityUnits") "; "
       NULL_AT("keySchema.1.member.attributeName") "; " NULL_AT("keySchema.1.member.keyType")},
      {"CreateTable",
       "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"\",\"AttributeType\":\"x\"}],\"KeySchema\":"
       "[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"\",\"KeyType\":\"x\"}],\"BillingMode\":\"x\","
       "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":-1}}",
       MANY(7) AT("", "attributeDefinitions.1.member.attributeName") LENGTH_MIN(1) "; "
       AT("x", "attributeDefinitions.1.member.attributeType") ENUM("B, N, S") "; "
       AT("x", "billingMode") ENUM("PROVISIONED, PAY_PER_REQUEST") "; "
       AT("-1", "provisionedThroughput.writeCapacityUnits") VALUE_MIN(1) "; "
       AT("0", "provisionedThroughput.readCapacityUnits") VALUE_MIN(1) "; "
       AT("", "keySchema.2.member.attributeName") LENGTH_MIN(1) "; "
       AT("x", "keySchema.2.member.keyType") ENUM("HASH, RANGE")},
      {"CreateTable",
       "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],"
       "\"LocalSecondaryIndexes\":[{}],\"GlobalSecondaryIndexes\":[{}]}",
       MANY(6) NULL_AT("localSecondaryIndexes.1.member.indexName") "; "
       NULL_AT("localSecondaryIndexes.1.member.keySchema") "; " NULL_AT("localSecondaryIndexes.1.member.projection") "; "
       NULL_AT("globalSecondaryIndexes.1.member.indexName") "; "
       NULL_AT("globalSecondaryIndexes.1.member.keySchema") "; " NULL_AT("globalSecondaryIndexes.1.member.projection")},
      {"CreateTable",
       "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],"
       "\"LocalSecondaryIndexes\":[{\"IndexName\":\"i;\",\"KeySchema\":[],\"Projection\":{\"ProjectionType\":\"x\","
       "\"NonKeyAttributes\":[]}}]}",
       MANY(5) AT("i;", "localSecondaryIndexes.1.member.indexName") NAME "; "
       AT("i;", "localSecondaryIndexes.1.member.indexName") LENGTH_MIN(3) "; "
       AT("[]", "localSecondaryIndexes.1.member.keySchema") LENGTH_MIN(1) "; "
       AT("x", "localSecondaryIndexes.1.member.projection.projectionType") ENUM("ALL, INCLUDE, KEYS_ONLY") "; "
       AT("[]", "localSecondaryIndexes.1.member.projection.nonKeyAttributes") LENGTH_MIN(1)},
      {"CreateTable",
       "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],"
       "\"StreamSpecification\":{\"StreamViewType\":\"x\"},\"SSESpecification\":{\"SSEType\":\"y\"},\"Tags\":[{\"Key\":\"\"}],"
       "\"TableClass\":\"z\"}",
       MANY(6) NULL_AT("streamSpecification.streamEnabled") "; "
       AT("x", "streamSpecification.streamViewType") ENUM("NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY") "; "
       AT("y", "sseSpecification.sseType") ENUM("AES256, KMS") "; " AT("", "tags.1.member.key") LENGTH_MIN(1) "; "
       NULL_AT("tags.1.member.value") "; " AT("z", "tableClass") ENUM("STANDARD, STANDARD_INFREQUENT_ACCESS")},
      {"CreateTable",
       "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],"
       "\"Tags\":[{\"Key\":\"k\",\"Value\":\"\"}]}", "ok"},
      /* at most ten */
      {"CreateTable", "{\"TableName\":\"abc\",\"KeySchema\":[{},{},{},{},{},{},{}]}",
       MANY(10) NULL_AT("attributeDefinitions") "; " NULL_AT("keySchema.1.member.attributeName") "; "
       NULL_AT("keySchema.1.member.keyType") "; " NULL_AT("keySchema.2.member.attributeName") "; "
       NULL_AT("keySchema.2.member.keyType") "; " NULL_AT("keySchema.3.member.attributeName") "; "
       NULL_AT("keySchema.3.member.keyType") "; " NULL_AT("keySchema.4.member.attributeName") "; "
       NULL_AT("keySchema.4.member.keyType") "; " NULL_AT("keySchema.5.member.attributeName")},
  };
  RUN_CASES(cases, check);
}

TEST(other_control_operations) {
  static const api_case cases[] = {
      {"ListTables", "{}", "ok"},
      {"ListTables", "{\"ExclusiveStartTableName\":\"a;\",\"Limit\":0}",
       MANY(3) AT("0", "limit") VALUE_MIN(1) "; " AT("a;", "exclusiveStartTableName") NAME "; "
       AT("a;", "exclusiveStartTableName") LENGTH_MIN(3)},
      {"ListTables", "{\"Limit\":101}", ONE AT("101", "limit") VALUE_MAX(100)},
      {"UpdateTable", "{\"TableName\":\"abc\"}", "ok"},
      {"UpdateTable",
       "{\"TableName\":\"abc;\",\"ReplicaUpdates\":[],\"StreamSpecification\":{},\"GlobalSecondaryIndexUpdates\":[{\"Update\":{}},"
       "{\"Create\":{}},{\"Delete\":{}}],\"BillingMode\":\"x\",\"ProvisionedThroughput\":{}}",
       MANY(10) AT("abc;", "tableName") NAME "; " NULL_AT("provisionedThroughput.writeCapacityUnits") "; "
       NULL_AT("provisionedThroughput.readCapacityUnits") "; " AT("x", "billingMode")
       ENUM("PROVISIONED, PAY_PER_REQUEST") "; " NULL_AT("globalSecondaryIndexUpdates.1.member.update.indexName") "; "
       NULL_AT("globalSecondaryIndexUpdates.2.member.create.indexName") "; "
       NULL_AT("globalSecondaryIndexUpdates.2.member.create.keySchema") "; "
       NULL_AT("globalSecondaryIndexUpdates.2.member.create.projection") "; "
       NULL_AT("globalSecondaryIndexUpdates.3.member.delete.indexName") "; "
       NULL_AT("streamSpecification.streamEnabled")},
      {"UpdateTable", "{\"TableName\":\"abc\",\"ReplicaUpdates\":[]}", ONE AT("[]", "replicaUpdates") LENGTH_MIN(1)},
      {"UpdateTable", "{\"TableName\":\"abc\",\"ReplicaUpdates\":[{\"Create\":{}}]}",
       ONE NULL_AT("replicaUpdates.1.member.create.regionName")},
      {"UpdateTimeToLive", "{\"TableName\":\"abc\"}", ONE NULL_AT("timeToLiveSpecification")},
      {"UpdateTimeToLive", "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{}}",
       MANY(2) NULL_AT("timeToLiveSpecification.enabled") "; " NULL_AT("timeToLiveSpecification.attributeName")},
      {"UpdateTimeToLive", "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"\"}}",
       ONE AT("", "timeToLiveSpecification.attributeName") LENGTH_MIN(1)},
      {"TagResource", "{}", "!ValidationException: Invalid TableArn"},
      {"UntagResource", "{}", "!ValidationException: Invalid TableArn"},
      {"ListTagsOfResource", "{}", "!ValidationException: Invalid TableArn"},
      {"TagResource", "{\"ResourceArn\":\"arn:x/y\"}", ONE NULL_AT("tags")},
      {"TagResource", "{\"ResourceArn\":\"arn:x/y\",\"Tags\":[]}", "ok"},
      {"UntagResource", "{\"ResourceArn\":\"arn:x/y\"}", ONE NULL_AT("tagKeys")},
      {"UntagResource", "{\"ResourceArn\":\"arn:x/y\",\"TagKeys\":[]}", "ok"},
      {"ListTagsOfResource", "{\"ResourceArn\":\"arn:x/y\"}", "ok"},
      {"CreateBackup", "{}", MANY(2) NULL_AT("tableName") "; " NULL_AT("backupName")},
      {"CreateBackup", "{\"TableName\":\"abc\",\"BackupName\":\"a;\"}",
       MANY(2) AT("a;", "backupName") NAME "; " AT("a;", "backupName") LENGTH_MIN(3)},
      {"UpdateContinuousBackups", "{\"TableName\":\"abc\"}", ONE NULL_AT("pointInTimeRecoverySpecification")},
      {"UpdateContinuousBackups", "{\"TableName\":\"abc\",\"PointInTimeRecoverySpecification\":{\"RecoveryPeriodInDays\":36}}",
       MANY(2) NULL_AT("pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled") "; "
       AT("36", "pointInTimeRecoverySpecification.recoveryPeriodInDays") VALUE_MAX(35)},
      {"UpdateKinesisStreamingDestination",
       "{\"TableName\":\"abc\",\"StreamArn\":\"arn:aws:kinesis:us-east-1:000000000000:stream/abcdefgh\","
       "\"UpdateKinesisStreamingConfiguration\":{\"ApproximateCreationDateTimePrecision\":\"SECOND\"}}",
       ONE AT("SECOND", "updateKinesisStreamingConfiguration.approximateCreationDateTimePrecision")
       ENUM("MILLISECOND, MICROSECOND")},
      {"DescribeLimits", "{}", "ok"},
      {"DescribeEndpoints", "{}", "ok"},
  };
  RUN_CASES(cases, check);
}

TEST(streams) {
#define STREAM "arn:aws:dynamodb:us-east-1:000000000000:table/abc/stream/2015-05-20T20:51:10.252"
#define SHARD "shardId-00000000000000000000-00000000"
  static const api_case cases[] = {
      {"GetShardIterator", "{}",
       MANY(3) NULL_AT("streamArn") "; " NULL_AT("shardId") "; " NULL_AT("shardIteratorType")},
      {"GetShardIterator",
       "{\"StreamArn\":\"a\",\"ShardId\":\"b\",\"ShardIteratorType\":\"c\",\"SequenceNumber\":\"d\"}",
       MANY(4) AT("a", "streamArn") LENGTH_MIN(37) "; " AT("b", "shardId") LENGTH_MIN(28) "; "
       AT("c", "shardIteratorType")
       ENUM("TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP") "; "
       AT("d", "sequenceNumber") LENGTH_MIN(21)},
      {"GetShardIterator", "{\"StreamArn\":\"" STREAM "\",\"ShardId\":\"" SHARD "\",\"ShardIteratorType\":\"LATEST\"}", "ok"},
      {"GetRecords", "{}", ONE NULL_AT("shardIterator")},
      {"GetRecords", "{\"ShardIterator\":\"\",\"Limit\":0}",
       MANY(2) AT("", "shardIterator") LENGTH_MIN(1) "; " AT("0", "limit") VALUE_MIN(1)},
      {"DescribeStream", "{}", ONE NULL_AT("streamArn")},
      {"DescribeStream", "{\"StreamArn\":\"" STREAM "\",\"Limit\":0,\"ExclusiveStartShardId\":\"x\"}",
       MANY(2) AT("0", "limit") VALUE_MIN(1) "; " AT("x", "exclusiveStartShardId") LENGTH_MIN(28)},
      {"ListStreams", "{}", "ok"},
      {"ListStreams", "{\"Limit\":0}", ONE AT("0", "limit") VALUE_MIN(1)},
  };
  RUN_CASES(cases, check);
}

/* Lengths are Java's: UTF-16 units. */
TEST(lengths_beyond_ascii) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  char body[4000];
  for (int count = 127; count <= 130; count++) {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &arena);
    for (int i = 0; i < count; i++) cyn_i_buf_text(&buf, "\U0001F600");
    cyn_i_buf_byte(&buf, 0);
    snprintf(body, sizeof body, "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"%s\"}}",
             (const char *)buf.data);
    const char *outcome = check(&arena, "UpdateTimeToLive", cyn_str(body));
    if (count * 2 <= 255) {
      CHECK_STR(outcome, "ok");
    } else {
      CHECK(strstr(outcome, LENGTH_MAX(255)) != NULL);
    }
  }
  cyn_i_arena_clean_up(&arena);
}

/* Maxima of lists and maps, and names at their limits; the bodies are built. */
static const char *check_repeated(cyn_i_arena *arena, const char *operation, const char *head, const char *part, int count,
                                  const char *tail) {
  cyn_i_buf body;
  cyn_i_buf_init(&body, arena);
  cyn_i_buf_text(&body, head);
  for (int i = 0; i < count; i++) {
    if (i > 0 && part[1] != '\0') cyn_i_buf_byte(&body, ',');
    cyn_i_buf_printf(&body, part, i);
  }
  cyn_i_buf_text(&body, tail);
  return check(arena, operation, (cyn_bytes){(const char *)body.data, body.size});
}

TEST(maxima) {
  static const struct {
    const char *operation, *head, *part, *tail;
    int max;
    const char *ending;
  } rows[] = {
      {"TransactWriteItems", "{\"TransactItems\":[", "{}", "]}", 100, "' at 'transactItems' failed to satisfy constraint: " LENGTH_MAX(100)},
      {"TransactGetItems", "{\"TransactItems\":[", "{\"Get\":{\"TableName\":\"abc\",\"Key\":{}}}", "]}", 100,
       "' at 'transactItems' failed to satisfy constraint: " LENGTH_MAX(100)},
      {"BatchGetItem", "{\"RequestItems\":{", "\"t%03d\":{\"Keys\":[{}]}", "}}", 100,
       "' at 'requestItems' failed to satisfy constraint: " LENGTH_MAX(100)},
      {"BatchGetItem", "{\"RequestItems\":{\"abc\":{\"Keys\":[", "{}", "]}}}", 100,
       "Value at 'requestItems.abc.member.keys' failed to satisfy constraint: " LENGTH_MAX(100)},
      {"BatchWriteItem", "{\"RequestItems\":{", "\"t%03d\":[{}]", "}}", 25,
       "' at 'requestItems' failed to satisfy constraint: " LENGTH_MAX(25)},
      {"BatchWriteItem", "{\"RequestItems\":{\"abc\":[", "{}", "]}}", 25,
       "' at 'requestItems' failed to satisfy constraint: " VALUES},
      {"BatchExecuteStatement", "{\"Statements\":[", "{\"Statement\":\"x\"}", "]}", 25,
       "' at 'statements' failed to satisfy constraint: " LENGTH_MAX(25)},
      {"ExecuteTransaction", "{\"TransactStatements\":[", "{\"Statement\":\"x\"}", "]}", 100,
       "' at 'transactStatements' failed to satisfy constraint: " LENGTH_MAX(100)},
      {"ExecuteStatement", "{\"Statement\":\"", "x", "\"}", 8192, "' at 'statement' failed to satisfy constraint: " LENGTH_MAX(8192)},
      {"GetItem", "{\"Key\":{},\"TableName\":\"", "x", "\"}", 255, "' at 'tableName' failed to satisfy constraint: " LENGTH_MAX(255)},
      {"GetItem", "{\"Key\":{},\"TableName\":\"arn:", "x", "\"}", 1020, "' at 'tableName' failed to satisfy constraint: " LENGTH_MAX(1024)},
      {"DescribeTable", "{\"TableName\":\"arn:", "x", "\"}", 1020, "' at 'tableName' failed to satisfy constraint: " LENGTH_MAX(1024)},
      {"DescribeTable", "{\"TableName\":\"", "x", "\"}", 255, TABLE_LENGTH},
      {"Query", "{\"TableName\":\"abc\",\"IndexName\":\"", "x", "\"}", 255, "' at 'indexName' failed to satisfy constraint: " LENGTH_MAX(255)},
      {"GetRecords", "{\"ShardIterator\":\"", "x", "\"}", 2048, "' at 'shardIterator' failed to satisfy constraint: " LENGTH_MAX(2048)},
      {"BatchGetItem", "{\"RequestItems\":{\"", "x", "\":{\"Keys\":[{}]}}}", 255, "' at 'requestItems' failed to satisfy constraint: " KEYS},
  };
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    CHECK_STR(check_repeated(&arena, rows[i].operation, rows[i].head, rows[i].part, rows[i].max, rows[i].tail), "ok");
    const char *outcome =
        check_repeated(&arena, rows[i].operation, rows[i].head, rows[i].part, rows[i].max + 1, rows[i].tail);
    size_t size = strlen(outcome), ending = strlen(rows[i].ending);
    if (size < ending || strcmp(outcome + size - ending, rows[i].ending) != 0) {
      test_failed(__FILE__, __LINE__, "row %zu: %s", i, outcome + (size > 300 ? size - 300 : 0));
    }
  }
  cyn_i_arena_clean_up(&arena);
}

/* A C program's list may have holes. */
TEST(a_hole_in_a_list) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_transact_get_item *items[2] = {NULL, NULL};
  cyn_transact_get_items_input input = CYN_TRANSACT_GET_ITEMS_INPUT_INIT;
  input.transact_items = (cyn_transact_get_item_list){2, items};
  cyn_error error = CYN_ERROR_INIT;
  const cyn_i_operation *operation = &cyn_i_operations[CYN_OPERATION_TRANSACT_GET_ITEMS];
  CHECK_INT(cyn_i_api_check(operation, &input, &arena, &error), CYN_E_VALIDATION);
  CHECK_STR(error_text(&arena, &error), MANY(2) NULL_AT("transactItems.1.member") "; " NULL_AT("transactItems.2.member"));
  cyn_i_arena_clean_up(&arena);
}

/* No operation crashes on an empty object, and each says which of its members must be there. */
TEST(every_operation_names_what_it_requires) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) {
    const cyn_i_operation *operation = &cyn_i_operations[i];
    const char *outcome = check(&arena, operation->name, cyn_str("{}"));
    bool requires = false;
    for (uint32_t m = 0; m < operation->input->member_count; m++) {
      const cyn_i_member *member = &operation->input->members[m];
      if (!member->required) continue;
      requires = true;
      if (operation->is_control || operation->is_tagging) continue;
      CHECK(strstr(outcome, cyn_i_arena_printf(&arena, NULL_AT("%s"), member->path_name)) != NULL);
    }
    CHECK(requires == (strcmp(outcome, "ok") != 0));
  }
  cyn_i_arena_clean_up(&arena);
}

/* Ten errors are told, also where the tenth and the eleventh are of one text. */
TEST(ten_errors_and_no_more) {
  static const api_case cases[] = {
      {"TransactGetItems",
       "{\"TransactItems\":[{\"Get\":{\"Key\":{},\"TableName\":\"a\"}},{\"Get\":{\"Key\":{},\"TableName\":\"a;\"}},{\"Get\":{\"Key\":{},\"TableName\":\"b;\"}},"
       "{\"Get\":{\"Key\":{},\"TableName\":\"c;\"}},{\"Get\":{\"Key\":{},\"TableName\":\"d;\"}},{\"Get\":{\"Key\":{},\"TableName\":\"e;\"}},{\"Get\":{\"Key\":{}}}]}",
       MANY(10) AT("a", "transactItems.1.member.get.tableName") LENGTH_MIN(3) "; "
       AT("a;", "transactItems.2.member.get.tableName") NAME "; " AT("a;", "transactItems.2.member.get.tableName") LENGTH_MIN(3) "; "
       AT("b;", "transactItems.3.member.get.tableName") NAME "; " AT("b;", "transactItems.3.member.get.tableName") LENGTH_MIN(3) "; "
       AT("c;", "transactItems.4.member.get.tableName") NAME "; " AT("c;", "transactItems.4.member.get.tableName") LENGTH_MIN(3) "; "
       AT("d;", "transactItems.5.member.get.tableName") NAME "; " AT("d;", "transactItems.5.member.get.tableName") LENGTH_MIN(3) "; "
       AT("e;", "transactItems.6.member.get.tableName") NAME},
      {"BatchGetItem", "{\"RequestItems\":{\"a;\":{\"Keys\":[{}]},\"b;\":{\"Keys\":[{}]}}}",
       ONE AT("{a;=KeysAndAttributes(keys=[{}], attributesToGet=null, consistentRead=null, projectionExpression=null, expressionAttributeNames=null), "
              "b;=KeysAndAttributes(keys=[{}], attributesToGet=null, consistentRead=null, projectionExpression=null, expressionAttributeNames=null)}",
              "requestItems") KEYS},
  };
  RUN_CASES(cases, check);
}

/* Each piece of memory fails in turn: the whole message or none. */
TEST(without_memory) {
  static const char body[] = "{\"TableName\":\"a;\",\"Key\":{\"a\":{\"S\":\"x\"}},\"ReturnConsumedCapacity\":\"some\",\"AttributesToGet\":[]}";
  const cyn_i_operation *operation = operation_named("GetItem");
  cyn_i_arena arena, small;
  cyn_i_arena_init(&arena, 0);
  void *input = NULL;
  REQUIRE(cyn_i_api_decode(operation->input, cyn_str(body), &arena, &input, NULL) == CYN_OK);
  const char *whole = check(&arena, "GetItem", cyn_str(body));
  bool was_hit = true;
  long n = 1;
  for (; was_hit && n < 100; n++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_i_arena_init(&small, 32);
    failing_begin(n, false);
    cyn_status status = cyn_i_api_check(operation, input, &small, &error);
    was_hit = failing_end();
    CHECK(status == (was_hit ? CYN_E_OUT_OF_MEMORY : CYN_E_VALIDATION));
    CHECK_INT(error.operation, CYN_OPERATION_GET_ITEM + 1);
    if (was_hit) {
      CHECK_STR(error.message, "out of memory");
      cyn_error_clean_up(&error);
    } else {
      CHECK_STR(error_text(&arena, &error), whole);
    }
    cyn_i_arena_clean_up(&small);
  }
  CHECK(n > 3);
  cyn_i_arena_clean_up(&arena);
}
