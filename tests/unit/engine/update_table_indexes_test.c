/* UpdateTable's index updates: checks, and the index's states as far as no background job has a part in them. */
#include "items.h"

#define INVALID "ValidationException: One or more parameter values were invalid: "
#define UPDATE(rest) "{\"TableName\":\"abc\"," rest "}"
#define DEFINE_A "\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}]"
#define INDEXES(list) "\"GlobalSecondaryIndexUpdates\":[" list "]"
#define A_KEYS \
  "\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}"
#define CREATE(name) "{\"Create\":{\"IndexName\":\"" name "\"," A_KEYS "}}"
#define DELETE(name) "{\"Delete\":{\"IndexName\":\"" name "\"}}"
#define ONE_ONLINE                                                                                                   \
  "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously " \
  "per table"

TEST(create) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE(INDEXES(CREATE("gsi"))),
      INVALID "AttributeDefinitions is not specified for index: gsi");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gs1") "," CREATE("gs2"))), ONE_ONLINE);
  const char *answer = service_call(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))));
  CHECK(strstr(answer, "\"IndexStatus\":\"CREATING\",\"Backfilling\":false") != NULL);
  CHECK(strstr(answer, "\"TableStatus\":\"UPDATING\"") != NULL);
  CHECK(strstr(answer, "{\"AttributeName\":\"a\",\"AttributeType\":\"S\"},{\"AttributeName\":\"p\"") != NULL);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"CREATING\",\"Backfilling\":true");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gs2"))), ONE_ONLINE);
  service_close(&s);
}

TEST(refuses_names_that_do_not_fit) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  ANSWERS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi"))),
          "ResourceNotFoundException: Requested resource not found: Index gsi for table abc");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "CREATING");
  HAS(&s, "UpdateTable",
      UPDATE(INDEXES("{\"Update\":{\"IndexName\":\"gsi\",\"OnDemandThroughput\":"
                     "{\"MaxReadRequestUnits\":5}}}")),
      "ResourceInUseException: Attempt to change a resource which is still in use: Index is being updated.  Table: abc "
      "Index: gsi");
  service_close(&s);
}

TEST(deleting_takes_definitions_along) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "CREATING");
  HAS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi"))), "\"IndexStatus\":\"DELETING\"");
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "GlobalSecondaryIndexes");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
      "\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}]");
  service_close(&s);
}

TEST(deleting_takes_its_time) {
  service s;
  cyn_i_engine_options options = {.update_table_delay_ms = 100};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "\"Backfilling\":false");
  service_later(&s, 100);
  HAS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi"))), "\"IndexStatus\":\"DELETING\"");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"DELETING\"");
  service_later(&s, 100);
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "GlobalSecondaryIndexes");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "\"IndexStatus\":\"CREATING\"");
  service_close(&s);
}

/* Table tab, on demand, with a global and a local index; table slow the same with provisioned units, 5 and 5. */
static void open_both(service *s) {
  items_table(s, "tab", "p S HASH, r S RANGE", "gsi global ALL: g S HASH", "lsi local KEYS_ONLY: p S HASH, l N RANGE", NULL);
  GIVES(s, "CreateTable", "'TableStatus':'CREATING'",
        "{'TableName':'slow','AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'},{'AttributeName':'g','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'p','KeyType':'HASH'}],'ProvisionedThroughput':{'ReadCapacityUnits':5,'WriteCapacityUnits':5},"
        "'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':"
        "'ALL'},'ProvisionedThroughput':{'ReadCapacityUnits':5,'WriteCapacityUnits':5}}]}");
}

#define OF(table, entry) "{'TableName':'" table "','AttributeDefinitions':[{'AttributeName':'a','AttributeType':'S'}],'GlobalSecondaryIndexUpdates':[" entry "]}"
#define NEW(name, more) "{'Create':{'IndexName':'" name "','KeySchema':[{'AttributeName':'a','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}" more "}}"
#define CHANGE(name, more) "{'Update':{'IndexName':'" name "'," more "}}"
#define ITS_UNITS(r, w) "'ProvisionedThroughput':{'ReadCapacityUnits':" #r ",'WriteCapacityUnits':" #w "}"
#define LIMITS(member, n) "'OnDemandThroughput':{'" member "':" #n "}"
#define WARM(member, n) "'WarmThroughput':{'" member "':" #n "}"
#define BOUNDS "ValidationException: This operation cannot be performed with given input values. Please contact DynamoDB service team for more info: Action Blocked: IndexUpdate"
#define ONLY_LIMITS INVALID "The only Updates for index: gsi when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"

ITEM_TEST(refused_in_words) {
  open_both(s);
  static const items_row rows[] = {
      {"UpdateTable", OF("tab", NEW("gsi", "")), "ValidationException: Attempting to create an index which already exists"},
      {"UpdateTable", OF("tab", NEW("lsi", "")), "ValidationException: Attempting to create an index which already exists"},
      {"UpdateTable", OF("tab", CHANGE("lsi", LIMITS("MaxReadRequestUnits", 5))),
       "ValidationException: Cannot update an index that is not a GlobalSecondaryIndex: lsi"},
      {"UpdateTable", OF("tab", "{'Delete':{'IndexName':'lsi'}}"), "ValidationException: Cannot delete an index that is not a GlobalSecondaryIndex: lsi"},
      {"UpdateTable", OF("tab", CHANGE("none", LIMITS("MaxReadRequestUnits", 5))),
       "ResourceNotFoundException: Requested resource not found: Index none for table tab"},
      {"UpdateTable", OF("tab", NEW("new", "," ITS_UNITS(1, 1))),
       INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when BillingMode is PAY_PER_REQUEST"},
      {"UpdateTable", OF("slow", NEW("new", "")), INVALID "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new"},
      {"UpdateTable", OF("slow", NEW("new", "," ITS_UNITS(1000000000001, 1))), BOUNDS},
      {"UpdateTable", OF("slow", CHANGE("gsi", ITS_UNITS(1, 1000000000001))), BOUNDS},
      {"UpdateTable", OF("slow", NEW("new", "," ITS_UNITS(1, 1) "," LIMITS("MaxWriteRequestUnits", 9))),
       INVALID "MaxWriteRequestUnits for OnDemandThroughput for index: new cannot be specified when table BillingMode is PROVISIONED."},
      {"UpdateTable", OF("slow", CHANGE("gsi", LIMITS("MaxReadRequestUnits", 9))),
       INVALID "MaxReadRequestUnits for OnDemandThroughput for index : gsi cannot be specified when the table BillingMode is PROVISIONED"},
      {"UpdateTable", OF("tab", NEW("new", "," LIMITS("MaxReadRequestUnits", 0))), "OnDemandThroughput for index"},
      {"UpdateTable", OF("tab", CHANGE("gsi", LIMITS("MaxWriteRequestUnits", -2))),
       INVALID "Requested MaxWriteRequestUnits for OnDemandThroughput for index : gsi is outside of valid range"},
      {"UpdateTable", OF("tab", CHANGE("gsi", ITS_UNITS(1, 1))), ONLY_LIMITS},
      {"UpdateTable", OF("slow", CHANGE("gsi", ITS_UNITS(5, 5))),
       "ValidationException: The provisioned throughput for the index gsi will not change. The requested value equals the current value. Current "
       "ReadCapacityUnits provisioned for index gsi: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for index gsi: 5. "},
      {"UpdateTable", OF("tab", CHANGE("gsi", WARM("ReadUnitsPerSecond", 11999))),
       INVALID "Requested ReadUnitsPerSecond for WarmThroughput for index gsi is lower than current WarmThroughput, decreasing WarmThroughput is not supported"},
      {"UpdateTable", OF("tab", CHANGE("gsi", WARM("WriteUnitsPerSecond", 3999))), INVALID "Requested WriteUnitsPerSecond for WarmThroughput for index gsi is lower"},
      {"UpdateTable", OF("tab", NEW("new", "," WARM("ReadUnitsPerSecond", 5))),
       INVALID "Requested ReadUnitsPerSecond for WarmThroughput for index new is lower than initial throughput for OnDemand"},
      {"UpdateTable", OF("slow", NEW("new", "," ITS_UNITS(7, 7) "," WARM("WriteUnitsPerSecond", 6))),
       INVALID "Requested WriteUnitsPerSecond for WarmThroughput for index new is lower than WriteCapacityUnits of ProvisionedThroughput"},
      {"UpdateTable", OF("slow", NEW("new", "," ITS_UNITS(7, 7) "," WARM("ReadUnitsPerSecond", 6))), "index new is lower than ReadCapacityUnits of ProvisionedThroughput"},
      {"UpdateTable", OF("tab", NEW("newa", "") "," NEW("newb", "") "," NEW("newc", "") "," NEW("newd", "") "," NEW("newe", "") "," NEW("newf", "")), ONE_ONLINE},
      {"UpdateTable",
       OF("slow", CHANGE("newa", ITS_UNITS(1, 1)) "," CHANGE("newb", ITS_UNITS(1, 1)) "," CHANGE("newc", ITS_UNITS(1, 1)) "," CHANGE("newd", ITS_UNITS(1, 1)) ","
                  CHANGE("newe", ITS_UNITS(1, 1)) "," CHANGE("newf", ITS_UNITS(1, 1))), ONE_ONLINE},
      {"DescribeTable", "{'TableName':'tab'}", "'TableStatus':'ACTIVE'"}};
  ROWS(s, rows);
  static const char *const tables[] = {"tab", "slow"};
  for (int i = 0; i < 2; i++) { /* and nothing was changed by what was refused */
    const char *now = call(s, "DescribeTable", "{'TableName':'%s'}", tables[i]);
    CHECK_INT(items_count(now, "'IndexName':'"), 2 - i);
    CHECK_INT(items_count(now, "'AttributeName':'a'") + items_count(now, "OnDemandThroughput"), 0);
  }
}

ITEM_TEST(limits_units_and_warm_throughput) {
  open_both(s);
  static const items_row rows[] = {
      {"UpdateTable", OF("tab", CHANGE("gsi", LIMITS("MaxWriteRequestUnits", 70))), "'OnDemandThroughput':{'MaxWriteRequestUnits':70}"},
      {"UpdateTable", OF("tab", CHANGE("gsi", LIMITS("MaxReadRequestUnits", 60))), "'OnDemandThroughput':{'MaxReadRequestUnits':60,'MaxWriteRequestUnits':70}"},
      {"UpdateTable", OF("tab", CHANGE("gsi", LIMITS("MaxReadRequestUnits", -1))), "'OnDemandThroughput':{'MaxWriteRequestUnits':70}"},
      {"UpdateTable", OF("tab", CHANGE("gsi", WARM("ReadUnitsPerSecond", 13000))), "'WarmThroughput':{'ReadUnitsPerSecond':13000,'WriteUnitsPerSecond':4000"},
      {"UpdateTable", OF("tab", CHANGE("gsi", WARM("WriteUnitsPerSecond", 5000))), "'WarmThroughput':{'ReadUnitsPerSecond':13000,'WriteUnitsPerSecond':5000"},
      {"UpdateTable", OF("slow", CHANGE("gsi", ITS_UNITS(5, 6))), "'ReadCapacityUnits':5,'WriteCapacityUnits':6"},
      {"UpdateTable", OF("slow", CHANGE("gsi", ITS_UNITS(4, 6))), "'NumberOfDecreasesToday':1,'ReadCapacityUnits':4,'WriteCapacityUnits':6"},
      {"DescribeTable", "{'TableName':'slow'}", "'NumberOfDecreasesToday':1,'ReadCapacityUnits':4,'WriteCapacityUnits':6"},
      {"UpdateTable", OF("slow", NEW("new", "," ITS_UNITS(2, 3) "," WARM("WriteUnitsPerSecond", 4))), "'IndexName':'new'"},
      {"DescribeTable", "{'TableName':'slow'}", "'ReadCapacityUnits':2,'WriteCapacityUnits':3}"},
      {"DescribeTable", "{'TableName':'tab'}", "'WarmThroughput':{'ReadUnitsPerSecond':13000,'WriteUnitsPerSecond':5000"}};
  ROWS(s, rows);
}

/* The one that is being made may be deleted, and no other; and there are twenty at most. */
ITEM_TEST(one_after_the_other) {
  open_both(s);
  static const items_row rows[] = {{"UpdateTable", OF("tab", NEW("new", "")), "'IndexStatus':'CREATING'"},
                                   {"UpdateTable", OF("tab", "{'Delete':{'IndexName':'gsi'}}"), ONE_ONLINE},
                                   {"UpdateTable", OF("tab", "{'Delete':{'IndexName':'new'}}"), "'IndexStatus':'DELETING'"},
                                   {"UpdateTable", OF("tab", "{'Delete':{'IndexName':'gsi'}}"), "'IndexStatus':'DELETING'"}};
  ROWS(s, rows);
  CHECK(strstr(call(s, "DescribeTable", "{'TableName':'tab'}"), "GlobalSecondaryIndexes") == NULL);
  char json[6000] = "";
  for (int i = 0; i < 20; i++) {
    size_t at = strlen(json);
    (void)snprintf(json + at, sizeof json - at,
                   "%s{'IndexName':'gsi%d','KeySchema':[{'AttributeName':'p','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}", i != 0 ? "," : "", i);
  }
  GIVES(s, "CreateTable", "'IndexName':'gsi19'",
        "{'TableName':'full','BillingMode':'PAY_PER_REQUEST','AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'p','KeyType':'HASH'}],'GlobalSecondaryIndexes':[%s]}", json);
  GIVES(s, "UpdateTable", "LimitExceededException: Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20", "%s",
        OF("full", NEW("more", "")));
}

/* With units for the table each index needs some, and none may come or go with them; a table on demand knows none. */
ITEM_TEST(billing_of_indexes) {
  open_both(s);
  GIVES(s, "UpdateTable", INVALID "You cannot create or delete index while updating table IOPS",
        "{'TableName':'tab','BillingMode':'PROVISIONED'," ITS_UNITS(5, 5) ",'GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'gsi'}}]}");
  GIVES(s, "UpdateTable", INVALID "ProvisionedThroughput must be specified for index: gsi",
        "{'TableName':'tab','BillingMode':'PROVISIONED'," ITS_UNITS(5, 5) ",'GlobalSecondaryIndexUpdates':[" CHANGE("other", ITS_UNITS(2, 2)) "]}");
  GIVES(s, "UpdateTable", INVALID "ProvisionedThroughput must be specified for index: gsi",
        "{'TableName':'tab','BillingMode':'PROVISIONED'," ITS_UNITS(5, 5) ",'GlobalSecondaryIndexUpdates':[" CHANGE("gsi", WARM("ReadUnitsPerSecond", 13000)) "]}");
  GIVES(s, "DescribeTable", "'BillingMode':'PAY_PER_REQUEST'", "{'TableName':'tab'}");
  GIVES(s, "UpdateTable", ONLY_LIMITS, "{'TableName':'slow','BillingMode':'PAY_PER_REQUEST','GlobalSecondaryIndexUpdates':[" CHANGE("gsi", ITS_UNITS(6, 6)) "]}");
  GIVES(s, "UpdateTable", "PAY_PER_REQUEST", "{'TableName':'slow','BillingMode':'PAY_PER_REQUEST'}");
  CHECK_INT(items_count(call(s, "DescribeTable", "{'TableName':'slow'}"), "'ReadCapacityUnits':0,'WriteCapacityUnits':0"), 2);
  GIVES(s, "UpdateTable", "'ReadCapacityUnits':2,'WriteCapacityUnits':2",
        "{'TableName':'tab','BillingMode':'PROVISIONED'," ITS_UNITS(5, 5) ",'GlobalSecondaryIndexUpdates':[" CHANGE("gsi", ITS_UNITS(2, 2)) "]}");
}
