/* Each piece of memory and each call of the store fails in turn under the operations on tables: a call answers that error and
 * has changed nothing, or it has done all; the same call succeeds when the cause is gone. */
#include "db/failing_store.h"
#include "failing_memory.h"
#include "items.h"
#include "try_call.h"

typedef enum cause { MEMORY, STORE } cause;

static long store_calls, store_fails_at; /* 0: none fails */
static bool failing_store_turn(void) { return ++store_calls == store_fails_at; }

#define TAB_ARN "arn:aws:dynamodb:us-east-1:000000000000:table/tab"
#define INDEX_B                                                                                                           \
  "'AttributeDefinitions':[{'AttributeName':'b','AttributeType':'S'}],'GlobalSecondaryIndexUpdates':[{'Create':{"          \
  "'IndexName':'byB','KeySchema':[{'AttributeName':'b','KeyType':'HASH'}],'Projection':{'ProjectionType':'INCLUDE','NonKeyAttributes':['x','y']}}}]"
#define UNITS(n) "{'ReadCapacityUnits':" #n ",'WriteCapacityUnits':" #n "}"
#define ONE_KEY(name) \
  "'TableName':'" name "','AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}],'KeySchema':[{'AttributeName':'p','KeyType':'HASH'}]"

static const struct step {
  const char *operation, *request;
  const char *answer; /* a part of it, or of the error's text when `is_refused` */
  bool is_refused;
} steps[] = {
    {"CreateTable",
     "{'TableName':'new','AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'},{'AttributeName':'r','AttributeType':'N'},{'AttributeName':'g','AttributeType':'B'}],"
     "'KeySchema':[{'AttributeName':'p','KeyType':'HASH'},{'AttributeName':'r','KeyType':'RANGE'}],'ProvisionedThroughput':" UNITS(5) ","
     "'LocalSecondaryIndexes':[{'IndexName':'lsi','KeySchema':[{'AttributeName':'p','KeyType':'HASH'},{'AttributeName':'g','KeyType':'RANGE'}],'Projection':{'ProjectionType':'INCLUDE','NonKeyAttributes':['x','y']}}],"
     "'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'},'ProvisionedThroughput':" UNITS(3) "}],"
     "'Tags':[{'Key':'k','Value':'v'}],'TableClass':'STANDARD_INFREQUENT_ACCESS','DeletionProtectionEnabled':true,'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_IMAGE'}}",
     "'TableStatus':'CREATING'", false},
    {"CreateTable", "{" ONE_KEY("new") ",'BillingMode':'PAY_PER_REQUEST','OnDemandThroughput':{'MaxReadRequestUnits':5,'MaxWriteRequestUnits':6}}", "CREATING", false},
    {"CreateTable", "{" ONE_KEY("two") ",'BillingMode':'PAY_PER_REQUEST'}", "Table already exists: two", true},
    {"CreateTable", "{" ONE_KEY("new") ",'BillingMode':'PAY_PER_REQUEST','GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'nothing','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}]}", "nothing", true},
    {"CreateTable", "{" ONE_KEY("new") ",'BillingMode':'PAY_PER_REQUEST','ProvisionedThroughput':" UNITS(1) "}", "PAY_PER_REQUEST", true},
    {"CreateTable", "{" ONE_KEY("new") ",'BillingMode':'PAY_PER_REQUEST','LocalSecondaryIndexes':[{'IndexName':'lsi','KeySchema':[{'AttributeName':'p','KeyType':'HASH'},{'AttributeName':'p','KeyType':'RANGE'}],'Projection':{'ProjectionType':'ALL'}}]}", "", true},
    {"UpdateTable", "{'TableName':'tab'," INDEX_B "}", "'IndexStatus':'CREATING'", false},
    {"UpdateTable", "{'TableName':'tab','GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'gsi'}}]}", "'IndexStatus':'DELETING'", false},
    {"UpdateTable", "{'TableName':'tab','GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'none'}}]}", "none", true},
    {"UpdateTable", "{'TableName':'tab','AttributeDefinitions':[{'AttributeName':'b','AttributeType':'S'}],'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'gsi','KeySchema':[{'AttributeName':'b','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}", "already exists", true},
    {"UpdateTable", "{'TableName':'tab','BillingMode':'PROVISIONED','ProvisionedThroughput':" UNITS(7) ",'GlobalSecondaryIndexUpdates':[{'Update':{'IndexName':'gsi','ProvisionedThroughput':" UNITS(8) "}}]}", "'ReadCapacityUnits':7", false},
    {"UpdateTable", "{'TableName':'two','ProvisionedThroughput':" UNITS(9) "}", "'ReadCapacityUnits':9", false},
    {"UpdateTable", "{'TableName':'two','ProvisionedThroughput':" UNITS(5) "}", "will not change", true},
    {"UpdateTable", "{'TableName':'two','BillingMode':'PAY_PER_REQUEST'}", "PAY_PER_REQUEST", false},
    {"UpdateTable", "{'TableName':'tab','StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_AND_OLD_IMAGES'}}", "LatestStreamArn", false},
    {"UpdateTable", "{'TableName':'tab','DeletionProtectionEnabled':true}", "'DeletionProtectionEnabled':true", false},
    {"UpdateTable", "{'TableName':'tab','TableClass':'STANDARD_INFREQUENT_ACCESS'}", "STANDARD_INFREQUENT_ACCESS", false},
    {"UpdateTable", "{'TableName':'tab','SSESpecification':{'Enabled':true,'SSEType':'KMS'}}", "TableDescription", false},
    {"UpdateTable", "{'TableName':'none','DeletionProtectionEnabled':true}", "not found", true},
    {"UpdateTable", "{'TableName':'tab'}", "", true},
    {"UpdateTimeToLive", "{'TableName':'two','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}", "true", false},
    {"UpdateTimeToLive", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}", "already enabled", true},
    {"UpdateTimeToLive", "{'TableName':'two','TimeToLiveSpecification':{'Enabled':false,'AttributeName':'due'}}", "already disabled", true},
    {"TagResource", "{'ResourceArn':'" TAB_ARN "','Tags':[{'Key':'k','Value':'w'},{'Key':'l','Value':'v'}]}", "", false},
    {"UntagResource", "{'ResourceArn':'" TAB_ARN "','TagKeys':['k','none']}", "", false},
    {"ListTagsOfResource", "{'ResourceArn':'" TAB_ARN "'}", "'Value':'v'", false},
    {"TagResource", "{'ResourceArn':'arn:aws:dynamodb:us-east-1:000000000000:table/none','Tags':[{'Key':'k','Value':'w'}]}", "not found", true},
    {"DescribeTable", "{'TableName':'tab'}", "'IndexName':'gsi'", false},
    {"DescribeTable", "{'TableName':'none'}", "not found", true},
    {"DescribeTimeToLive", "{'TableName':'tab'}", "due", false},
    {"DescribeLimits", "{}", "AccountMaxReadCapacityUnits", false},
    {"DescribeEndpoints", "{}", "Address", false},
    {"ListTables", "{'Limit':1}", "LastEvaluatedTableName", false},
    {"ListTables", "{'ExclusiveStartTableName':'tab'}", "two", false},
    {"DeleteTable", "{'TableName':'tab'}", "DELETING", false},
    {"DeleteTable", "{'TableName':'none'}", "not found", true},
};

/* ---- the world ---- */

static bool open_world(service *s) {
  cyn_i_store_options options = {0};
  cyn_i_store *inner;
  store_fails_at = 0;
  if (cyn_i_store_lmdb_open(&options, &inner, NULL) != CYN_OK) return false;
  cyn_i_store *store = failing_store_new(inner);
  if (store == NULL || !service_open_over(s, store, NULL)) return false;
  items_table(s, "tab", "p S HASH, r S RANGE", "gsi global INCLUDE x: g S HASH, n N RANGE", "lsi local KEYS_ONLY: p S HASH, l N RANGE", NULL);
  GIVES(s, "CreateTable", "CREATING", "{" ONE_KEY("two") ",'ProvisionedThroughput':" UNITS(5) "}");
  GIVES(s, "UpdateTimeToLive", "true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}");
  EXPECT(s, "TagResource", "{}", "{'ResourceArn':'" TAB_ARN "','Tags':[{'Key':'k','Value':'v'}]}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'2'},'b':{'S':'y'}}}");
  return true;
}

static char *state_of(service *s) {
  static const char *const questions[][2] = {{"DescribeTable", "{'TableName':'tab'}"}, {"DescribeTable", "{'TableName':'two'}"},
                                             {"DescribeTable", "{'TableName':'new'}"}, {"ListTables", "{}"},
                                             {"ListTagsOfResource", "{'ResourceArn':'" TAB_ARN "'}"},
                                             {"DescribeTimeToLive", "{'TableName':'tab'}"}, {"DescribeTimeToLive", "{'TableName':'two'}"}};
  char *out = strdup(""), *longer;
  for (size_t i = 0; out != NULL && i < sizeof questions / sizeof questions[0]; i++) {
    if (asprintf(&longer, "%s\n%s", out, call(s, questions[i][0], "%s", questions[i][1])) < 0) break;
    free(out);
    out = longer;
  }
  return out;
}

/* ---- failing ---- */

static long step_through(const struct step *step, cause which) {
  const char *wanted = which == MEMORY ? "out of memory" : "The store was made to fail.";
  service s;
  char text[300];
  bool was_hit = true;
  long n = 0;
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str(step->operation), false);
  if (!open_world(&s)) return 0;
  char *before = state_of(&s), *json = strdup(items_text("%s", step->request));
  while (was_hit && n < 2000 && !test_current_failed()) {
    n++;
    if (which == MEMORY) failing_begin(n, false);
    store_calls = 0;
    store_fails_at = which == STORE ? n : 0;
    cyn_status status = try_call(&s, operation, json, text, sizeof text);
    was_hit = which == MEMORY ? failing_end() : store_calls >= n;
    store_fails_at = 0;
    char *after = state_of(&s);
    bool is_changed = strcmp(before, after) != 0, is_cause = status != CYN_OK && strcmp(text, wanted) == 0;
    free(after);
    if (is_cause ? !was_hit : step->is_refused == (status == CYN_OK))
      test_failed(__FILE__, __LINE__, "%s %s, event %ld: %s", step->operation, step->request, n, text);
    if (is_changed && step->is_refused) test_failed(__FILE__, __LINE__, "%s %s, event %ld: refused and done", step->operation, step->request, n);
    if (!is_changed) continue;
    /* done, whether or not there was memory for the answer */
    service_close(&s);
    if (!open_world(&s)) return 0;
    free(before);
    before = state_of(&s);
  }
  const char *answer = call(&s, step->operation, "%s", step->request);
  if (strstr(answer, items_text("%s", step->answer)) == NULL || (answer[0] == '{') == step->is_refused)
    test_failed(__FILE__, __LINE__, "%s %s: %s", step->operation, step->request, answer);
  free(before);
  free(json);
  service_close(&s);
  return n - 1;
}

static void all_steps(cause which) {
  long failures = 0;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0] && !test_current_failed(); i++) failures += step_through(&steps[i], which);
  printf("    %ld failures\n", failures);
  CHECK(failures > 50);
}

TEST(every_piece_of_memory_fails) { all_steps(MEMORY); }
TEST(every_call_of_the_store_fails) { all_steps(STORE); }
