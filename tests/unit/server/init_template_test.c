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
