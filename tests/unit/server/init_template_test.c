#include "files.h"
#include "harness.h"

static harness h;

static bool start(const char *template) {
  files_begin();
  files_write("template.json", template);
  cyn_server_options options = harness_options();
  options.init_directory = cyn_str(files_folder);
  bool started = harness_start(&h, &options);
  files_end();
  return started;
}

#define KEYS                                                                                                          \
  "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":"     \
  "\"id\",\"AttributeType\":\"S\"}]"
#define TABLE(name, properties) "\"" name "\":{\"Type\":\"AWS::DynamoDB::Table\",\"Properties\":{" KEYS properties "}}"

TEST(tables_of_a_template) {
  REQUIRE(start("{\"Parameters\":{\"Env\":{\"Type\":\"String\",\"Default\":\"dev\"},\"Cap\":{\"Default\":7}},\"Resources\":{"
                "\"Bucket\":{\"Type\":\"AWS::S3::Bucket\"},"
                TABLE("Users",
                      ",\"TableName\":{\"Fn::Sub\":\"${Env}-users-${AWS::Region}\"},\"ProvisionedThroughput\":"
                      "{\"ReadCapacityUnits\":\"5\",\"WriteCapacityUnits\":{\"Ref\":\"Cap\"}},\"StreamSpecification\":"
                      "{\"StreamViewType\":\"KEYS_ONLY\"},\"TimeToLiveSpecification\":{\"AttributeName\":\"t\",\"Enabled\":\"true\"},"
                      "\"PointInTimeRecoverySpecification\":{\"PointInTimeRecoveryEnabled\":true}") ","
                TABLE("NamedById", ",\"BillingMode\":\"PAY_PER_REQUEST\"") "}}"));
  (void)harness_call(&h, "ListTables", "{}");
  CHECK_STR(harness_body(&h), "{\"TableNames\":[\"NamedById\",\"dev-users-us-east-1\"]}");
  (void)harness_call(&h, "DescribeTable", "{\"TableName\":\"dev-users-us-east-1\"}");
  CHECK(strstr(harness_body(&h), "\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":7") != NULL);
  CHECK(strstr(harness_body(&h), "\"StreamViewType\":\"KEYS_ONLY\"") != NULL);
  (void)harness_call(&h, "DescribeTimeToLive", "{\"TableName\":\"dev-users-us-east-1\"}");
  CHECK(strstr(harness_body(&h), "\"AttributeName\":\"t\"") != NULL);
  harness_stop(&h);
}

TEST(what_cannot_be_resolved_is_named) {
  CHECK(!start("{\"Resources\":{" TABLE("T", ",\"BillingMode\":{\"Ref\":\"Mode\"}") "}}"));
  CHECK(strstr(h.error.message, "/template.json: Mode has no Default among the template's Parameters: give it one") != NULL);
  harness_stop(&h);
  CHECK(!start("{\"Resources\":{" TABLE("T", ",\"TableName\":{\"Fn::ImportValue\":\"x\"}") "}}"));
  CHECK(strstr(h.error.message, "Fn::ImportValue is not resolved here: write the value itself") != NULL);
  harness_stop(&h);
  CHECK(!start("{\"Resources\":[]}"));
  CHECK(strstr(h.error.message, "Resources is not an object") != NULL);
  harness_stop(&h);
}

/* Names that everybody knows; functions within lists; numbers that are written as strings; blanks wherever they may be. */
TEST(what_templates_may_hold) {
  REQUIRE(start("{\n\"Parameters\" :\t{\"A\" :\r\n{\"Default\" : \"x\"} , \"Number\":{\"Default\":\"9\"}},\"Resources\":{"
                TABLE("T",
                      ",\"TableName\":{\"Fn::Sub\":\"${A}.${AWS::AccountId}.${AWS::Partition}.${AWS::StackName}.a\"},\"BillingMode\" : \"PROVISIONED\","
                      "\"ProvisionedThroughput\":{\"WriteCapacityUnits\":{\"Ref\":\"Number\"},\"ReadCapacityUnits\":\"3\"},"
                      "\"Tags\":[ {\"Key\":\"k\",\"Value\":{\"Ref\":\"AWS::Region\"}} ,\n\t{\"Key\":\"5\" ,\"Value\":\"7\"} ],"
                      "\"TimeToLiveSpecification\":{\"AttributeName\":\"t\",\"Enabled\":false}") "}}"));
  (void)harness_call(&h, "DescribeTable", "{\"TableName\":\"x.000000000000.aws.cynamo.a\"}");
  CHECK(strstr(harness_body(&h), "\"ReadCapacityUnits\":3,\"WriteCapacityUnits\":9") != NULL);
  (void)harness_call(&h, "ListTagsOfResource", "{\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/x.000000000000.aws.cynamo.a\"}");
  CHECK(strstr(harness_body(&h), "{\"Key\":\"5\",\"Value\":\"7\"}") != NULL && strstr(harness_body(&h), "{\"Key\":\"k\",\"Value\":\"us-east-1\"}") != NULL);
  (void)harness_call(&h, "DescribeTimeToLive", "{\"TableName\":\"x.000000000000.aws.cynamo.a\"}");
  CHECK_STR(harness_body(&h), "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"DISABLED\"}}");
  harness_stop(&h);
}

TEST(templates_that_are_broken) {
  static const char *const rows[][2] = {
      {",\"TableName\":{\"Fn::Sub\":\"${Nobody}\"}", "Nobody has no Default among the template's Parameters"},
      {",\"TableName\":{\"Fn::Sub\":[\"a\",{}]}", "Fn::Sub is not resolved here: write the value itself"},
      {",\"TableName\":{\"Ref\":7}", "Ref is not resolved here: write the value itself"},
      {",\"TableName\":{\"Ref\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
       "has no Default among the template's Parameters"},
      {",\"TableName\":\"${\"", "TableName"},
      {",\"BillingMode\":\"SOMETIMES\"", "billingMode"},
      {",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":\"3x\",\"WriteCapacityUnits\":1}", "STRING_VALUE cannot be converted to Long"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[1500];
    snprintf(text, sizeof text, "{\"Resources\":{\"Table\":{\"Type\":\"AWS::DynamoDB::Table\",\"Properties\":{" KEYS "%s}}}}", rows[i][0]);
    CHECK(!start(text));
    if (h.error.message == NULL || strstr(h.error.message, rows[i][1]) == NULL || strstr(h.error.message, "/template.json: ") == NULL)
      test_failed(__FILE__, __LINE__, "%zu: %s", i, h.error.message != NULL ? h.error.message : "(started)");
    harness_stop(&h);
  }
}

/* Each number that a template may write as a text; texts with a dollar sign and no name; an object that is empty. */
TEST(numbers_and_dollars) {
  REQUIRE(start("{\"Resources\":{"
                TABLE("T",
                      ",\"TableName\":{\"Fn::Sub\":\"abc\"},\"BillingMode\":\"PAY_PER_REQUEST\",\"OnDemandThroughput\":{\"MaxReadRequestUnits\":\"50\","
                      "\"MaxWriteRequestUnits\":\"60\"},\"WarmThroughput\":{\"ReadUnitsPerSecond\":\"13000\",\"WriteUnitsPerSecond\":\"5000\"},"
                      "\"Tags\":[\t{\"Key\":\"a\",\"Value\":{\"Fn::Sub\":\"cost: $5, $\"}},\r\n{\"Key\":\"b\",\"Value\":{\"Fn::Sub\":\"${open\"}}]") "}}"));
  (void)harness_call(&h, "DescribeTable", "{\"TableName\":\"abc\"}");
  CHECK(strstr(harness_body(&h), "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":50,\"MaxWriteRequestUnits\":60}") != NULL);
  CHECK(strstr(harness_body(&h), "\"ReadUnitsPerSecond\":13000,\"WriteUnitsPerSecond\":5000") != NULL);
  (void)harness_call(&h, "ListTagsOfResource", "{\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\"}");
  CHECK(strstr(harness_body(&h), "{\"Key\":\"a\",\"Value\":\"cost: $5, $\"}") != NULL && strstr(harness_body(&h), "{\"Key\":\"b\",\"Value\":\"${open\"}") != NULL);
  harness_stop(&h);
  static const char *const rows[][2] = {
      {",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":\"3/\",\"WriteCapacityUnits\":1}", "STRING_VALUE cannot be converted to Long"},
      {",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":\"\",\"WriteCapacityUnits\":1}", "STRING_VALUE cannot be converted to Long"},
      {",\"ProvisionedThroughput\":{}", "readCapacityUnits"},
      {",\"TableName\":{\"Fn::Sub\":\"\"},\"BillingMode\":\"PAY_PER_REQUEST\"", "TableName must be at least 3 characters long"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[1500];
    (void)snprintf(text, sizeof text, "{\"Resources\":{\"Table\":{\"Type\":\"AWS::DynamoDB::Table\",\"Properties\":{" KEYS "%s}}}}", rows[i][0]);
    CHECK(!start(text));
    if (h.error.message == NULL || strstr(h.error.message, rows[i][1]) == NULL)
      test_failed(__FILE__, __LINE__, "%zu: %s", i, h.error.message != NULL ? h.error.message : "(started)");
    harness_stop(&h);
  }
}
