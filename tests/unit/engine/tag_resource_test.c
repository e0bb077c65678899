/* TagResource, UntagResource, ListTagsOfResource. */
#include "service.h"

#define ARN "arn:aws:dynamodb:us-east-1:000000000000:table/abc"
#define RESOURCE "\"ResourceArn\":\"" ARN "\""

TEST(tags_come_and_go) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  ANSWERS(&s, "ListTagsOfResource", "{" RESOURCE "}", "{\"Tags\":[]}");
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"b\",\"Value\":\"\"}]}",
          "{}");
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"2\"}]}", "{}");
  ANSWERS(&s, "ListTagsOfResource", "{" RESOURCE "}",
          "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"2\"},{\"Key\":\"b\",\"Value\":\"\"}]}");
  ANSWERS(&s, "UntagResource", "{" RESOURCE ",\"TagKeys\":[\"a\",\"x\"]}", "{}");
  ANSWERS(&s, "ListTagsOfResource", "{" RESOURCE "}", "{\"Tags\":[{\"Key\":\"b\",\"Value\":\"\"}]}");
  service_close(&s);
}

TEST(refuses_other_resources) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "ListTagsOfResource", "{\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/ab\"}",
          "ValidationException: Invalid TableArn: Invalid ResourceArn provided as input "
          "arn:aws:dynamodb:us-east-1:000000000000:table/ab");
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[]}",
          "ValidationException: Atleast one Tag needs to be provided as Input.");
  ANSWERS(&s, "UntagResource", "{" RESOURCE ",\"TagKeys\":[]}",
          "ValidationException: Atleast one Tag Key needs to be provided as Input.");
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}",
          "ResourceNotFoundException: Requested resource not found: ResourcArn: " ARN " not found");
  ANSWERS(&s, "UntagResource", "{" RESOURCE ",\"TagKeys\":[\"a\"]}",
          "ResourceNotFoundException: Requested resource not found");
  ANSWERS(&s, "ListTagsOfResource", "{" RESOURCE "}",
          "ResourceNotFoundException: Requested resource not found: ResourcArn: " ARN " not found");
  service_close(&s);
}

TEST(limits) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  char json[4096];
  int size = snprintf(json, sizeof json, "{" RESOURCE ",\"Tags\":[");
  for (int i = 0; i < 50; i++)
    size +=
        snprintf(json + size, sizeof json - (size_t)size, "%s{\"Key\":\"k%d\",\"Value\":\"v\"}", i != 0 ? "," : "", i);
  (void)snprintf(json + size, sizeof json - (size_t)size, "]}");
  ANSWERS(&s, "TagResource", json, "{}");
  ANSWERS(&s, "TagResource", json, "{}");
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"more\",\"Value\":\"v\"}]}",
          "ValidationException: Number of Tags exceed the current limit for the provided ResourceArn");
  HAS(&s, "ListTagsOfResource", "{" RESOURCE "}", "\"k49\"");
  ANSWERS(&s, "TagResource",
          "{" RESOURCE ",\"Tags\":[{\"Key\":\"d\",\"Value\":\"v\"},{\"Key\":\"d\",\"Value\":\"w\"}]}",
          "ValidationException: Duplicate Tag Keys provided as input: Duplicate Tag Key found d");
  service_close(&s);
}

TEST(tags_given_at_creation) {
  service s;
  REQUIRE(service_open(&s, NULL));
  HAS(&s, "CreateTable",
      "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
      "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\","
      "\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}",
      "CREATING");
  ANSWERS(&s, "ListTagsOfResource", "{" RESOURCE "}", "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}");
  service_close(&s);
}

/* Fifty tags at most, in one request and of a table together; those that a table is given as it is made count. */
TEST(too_many_tags) {
  service s;
  char json[4000] = "{" RESOURCE ",\"Tags\":[", keys[2000] = "{" RESOURCE ",\"TagKeys\":[";
  static const char *const limit = "ValidationException: Number of Tags exceed the current limit for the provided ResourceArn";
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  for (int i = 0; i < 51; i++) {
    size_t at = strlen(json), key_at = strlen(keys);
    (void)snprintf(json + at, sizeof json - at, "%s{\"Key\":\"k%d\",\"Value\":\"v\"}", i != 0 ? "," : "", i);
    (void)snprintf(keys + key_at, sizeof keys - key_at, "%s\"k%d\"", i != 0 ? "," : "", i);
    if (i != 49) continue;
    char whole[4100];
    (void)snprintf(whole, sizeof whole, "%s]}", json);
    ANSWERS(&s, "TagResource", whole, "{}");
  }
  strcat(json, "]}");
  strcat(keys, "]}");
  ANSWERS(&s, "TagResource", json, limit);
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"more\",\"Value\":\"v\"}]}", limit);
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"k7\",\"Value\":\"w\"}]}", "{}");
  ANSWERS(&s, "UntagResource", keys, limit);
  HAS(&s, "UntagResource", "{" RESOURCE ",\"TagKeys\":[\"aws:k\"]}", "ValidationException: Tag Key cannot be prefixed with aws:, Key: aws:k");
  HAS(&s, "ListTagsOfResource", "{" RESOURCE "}", "{\"Key\":\"k7\",\"Value\":\"w\"}");
  service_lacks(&s, "ListTagsOfResource", "{" RESOURCE "}", "more");
  service_close(&s);
}

TEST(a_table_that_is_being_made) {
  service s;
  cyn_i_engine_options options = {.create_table_delay_ms = 100};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}", "ResourceNotFoundException");
  HAS(&s, "UntagResource", "{" RESOURCE ",\"TagKeys\":[\"a\"]}", "ResourceNotFoundException");
  service_later(&s, 100);
  ANSWERS(&s, "TagResource", "{" RESOURCE ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}", "{}");
  ANSWERS(&s, "ListTagsOfResource", "{\"ResourceArn\":\"" ARN "/index/gsi\"}",
          "ValidationException: Invalid TableArn: Invalid ResourceArn provided as input " ARN "/index/gsi");
  service_close(&s);
}
