/* Many callers at once: what one engine promises to all of them. */
#include "crowd.h"

#define ACCOUNTS 6

/* ---- bank ---- */

static void transfer(crowd_member *m) {
  for (int i = 0; i < m->all->rounds; i++) {
    unsigned from = crowd_draw(m, ACCOUNTS), to = crowd_draw(m, ACCOUNTS), sum = crowd_draw(m, 30);
    if (from == to) continue;
    const char *answer = call(&m->s, "TransactWriteItems",
                              "{'TransactItems':[{'Update':{'TableName':'bank','Key':{'p':{'S':'%u'}},'UpdateExpression':'SET b = b - :x','ConditionExpression':'b >= :x','ExpressionAttributeValues':{':x':{'N':'%u'}}}},"
                              "{'Update':{'TableName':'bank','Key':{'p':{'S':'%u'}},'UpdateExpression':'SET b = b + :x','ExpressionAttributeValues':{':x':{'N':'%u'}}}}]}",
                              from, sum, to, sum);
    if (strcmp(answer, "{}") != 0 && strstr(answer, "[ConditionalCheckFailed, None]") == NULL) test_failed(__FILE__, __LINE__, "%s", answer);
  }
}

static long sum_of(const char *answer) {
  long sum = 0;
  for (const char *p = answer; (p = strstr(p, "\"b\":{\"N\":\"")) != NULL; p++) sum += atol(p + 10);
  return sum;
}

static void audit(crowd_member *m) {
  while (!atomic_load(&m->all->over)) {
    char json[1000], *at = json + sprintf(json, "{'TransactItems':[");
    for (int i = 0; i < ACCOUNTS; i++) at += sprintf(at, "%s{'Get':{'TableName':'bank','Key':{'p':{'S':'%d'}}}}", i != 0 ? "," : "", i);
    (void)sprintf(at, "]}");
    long sum = sum_of(call(&m->s, "TransactGetItems", "%s", json));
    if (sum != ACCOUNTS * 100) test_failed(__FILE__, __LINE__, "the bank holds %ld", sum);
    sum = sum_of(call(&m->s, "Scan", "{'TableName':'bank','ConsistentRead':true}"));
    if (sum != ACCOUNTS * 100) test_failed(__FILE__, __LINE__, "a scan of the bank holds %ld", sum);
    sum = sum_of(call(&m->s, "Query", "{'TableName':'bank','IndexName':'all','KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'x'}}}"));
    if (sum != ACCOUNTS * 100) test_failed(__FILE__, __LINE__, "an index of the bank holds %ld", sum);
  }
}

ITEM_TEST(transfers_keep_the_sum) {
  items_table(s, "bank", "p S HASH", "all global ALL: g S HASH, b N RANGE", NULL);
  for (int i = 0; i < ACCOUNTS; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'bank','Item':{'p':{'S':'%d'},'b':{'N':'100'},'g':{'S':'x'}}}", i);
  (void)crowd_run(s, 25, 3, transfer, 2, audit);
  CHECK_INT(sum_of(call(s, "Scan", "{'TableName':'bank'}")), ACCOUNTS * 100);
  crowd_check_indexes(s, "bank");
}

/* ---- claims ---- */

static void claim(crowd_member *m) {
  static const char *const ways[] = {
      "PutItem|{'TableName':'tab','Item':{'p':{'S':'%d'},'by':{'N':'%d'}},'ConditionExpression':'attribute_not_exists(p)'}",
      "UpdateItem|{'TableName':'tab','Key':{'p':{'S':'%d'}},'AttributeUpdates':{'by':{'Value':{'N':'%d'}}},'Expected':{'by':{'Exists':false}}}",
      "TransactWriteItems|{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'%d'},'by':{'N':'%d'}},'ConditionExpression':'attribute_not_exists(p)'}}]}"};
  for (int i = 0; i < m->all->rounds; i++) {
    const char *way = ways[(unsigned)(m->number + i) % 3];
    char format[300], operation[32];
    const char *bar = strchr(way, '|');
    (void)snprintf(operation, sizeof operation, "%.*s", (int)(bar - way), way);
    (void)snprintf(format, sizeof format, "%s", bar + 1);
    char *hole = strstr(format, "%d"), request[400];
    *hole = '\0';
    char *second = strstr(hole + 2, "%d");
    *second = '\0';
    (void)snprintf(request, sizeof request, "%s%d%s%d%s", format, i, hole + 2, m->number, second + 2);
    const char *answer = call(&m->s, operation, "%s", request);
    if (strcmp(answer, "{}") == 0)
      (void)atomic_fetch_add(&m->all->count, 1);
    else if (strstr(answer, "ConditionalCheckFailed") == NULL)
      test_failed(__FILE__, __LINE__, "%s", answer);
  }
}

ITEM_TEST(a_claim_has_one_winner) {
  items_table(s, "tab", "p S HASH", NULL);
  CHECK_INT(crowd_run(s, 30, 4, claim, 0, NULL), 30 * crowd_soak());
  crowd_check_indexes(s, "tab");
}

/* ---- counters ---- */

static void add_one(crowd_member *m) {
  for (int i = 0; i < m->all->rounds; i++)
    EXPECT(&m->s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'%u'}},'UpdateExpression':'ADD n :one','ExpressionAttributeValues':{':one':{'N':'1'}}}", crowd_draw(m, 3));
}

ITEM_TEST(counters_lose_nothing) {
  items_table(s, "tab", "p S HASH", "gsi global KEYS_ONLY: p S HASH, n N RANGE", NULL);
  (void)crowd_run(s, 40, 4, add_one, 0, NULL);
  long sum = 0;
  const char *answer = call(s, "Scan", "{'TableName':'tab'}");
  for (const char *p = answer; (p = strstr(p, "\"n\":{\"N\":\"")) != NULL; p++) sum += atol(p + 10);
  CHECK_INT(sum, 40 * 4 * crowd_soak());
  crowd_check_indexes(s, "tab");
}

/* ---- write skew ---- */

/* Each doctor may leave only while the other is on call. */
static void leave_and_come(crowd_member *m) {
  int me = m->number % 2;
  for (int i = 0; i < m->all->rounds; i++) {
    const char *answer = call(&m->s, "TransactWriteItems",
                              "{'TransactItems':[{'ConditionCheck':{'TableName':'tab','Key':{'p':{'S':'%d'}},'ConditionExpression':'present = :yes','ExpressionAttributeValues':{':yes':{'BOOL':true}}}},"
                              "{'Update':{'TableName':'tab','Key':{'p':{'S':'%d'}},'UpdateExpression':'SET present = :no','ExpressionAttributeValues':{':no':{'BOOL':false}}}}]}",
                              1 - me, me);
    if (strcmp(answer, "{}") != 0 && strstr(answer, "[ConditionalCheckFailed, None]") == NULL) test_failed(__FILE__, __LINE__, "%s", answer);
    EXPECT(&m->s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'%d'}},'UpdateExpression':'SET present = :yes','ExpressionAttributeValues':{':yes':{'BOOL':true}}}", me);
  }
}
static void watch_doctors(crowd_member *m) {
  while (!atomic_load(&m->all->over)) {
    const char *answer = call(&m->s, "TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'tab','Key':{'p':{'S':'0'}}}},{'Get':{'TableName':'tab','Key':{'p':{'S':'1'}}}}]}");
    if (items_count(answer, "{'BOOL':true}") == 0) test_failed(__FILE__, __LINE__, "nobody is on call: %s", answer);
  }
}
ITEM_TEST(no_write_skew) {
  items_table(s, "tab", "p S HASH", NULL);
  for (int i = 0; i < 2; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'},'present':{'BOOL':true}}}", i);
  (void)crowd_run(s, 30, 4, leave_and_come, 2, watch_doctors);
}

/* ---- tokens ---- */

/* All threads send the same transactions: each is carried out once. */
static void same_transactions(crowd_member *m) {
  for (int i = 0; i < m->all->rounds; i++)
    EXPECT(&m->s, "TransactWriteItems", "{}",
           "{'ClientRequestToken':'token%d','TransactItems':[{'Update':{'TableName':'tab','Key':{'p':{'S':'n'}},'UpdateExpression':'ADD n :one','ExpressionAttributeValues':{':one':{'N':'1'}}}}]}", i);
}
ITEM_TEST(a_token_is_carried_out_once) {
  items_table(s, "tab", "p S HASH", NULL);
  (void)crowd_run(s, 20, 4, same_transactions, 0, NULL);
  GIVES(s, "GetItem", items_text("'n':{'N':'%d'}", 20 * crowd_soak()), "{'TableName':'tab','Key':{'p':{'S':'n'}}}");
}

/* ---- tables that come and go ---- */

static bool is_expected(const char *answer) {
  return answer[0] == '{' || strstr(answer, "ResourceNotFoundException") != NULL || strstr(answer, "ResourceInUseException") != NULL ||
         strstr(answer, "does not have the specified index") != NULL;
}

static void come_and_go(crowd_member *m) {
  for (int i = 0; i < m->all->rounds; i++) {
    const char *answer = call(&m->s, "DeleteTable", "{'TableName':'tab'}");
    if (!is_expected(answer)) test_failed(__FILE__, __LINE__, "%s", answer);
    if (i % 2 == 0)
      items_table(&m->s, "tab", "p S HASH", "gsi global ALL: g S HASH", "keys global KEYS_ONLY: g S HASH, p S RANGE", NULL);
    else
      items_table(&m->s, "tab", "p S HASH", "gsi global INCLUDE x: g S HASH", NULL);
  }
}
static void use_it(crowd_member *m) {
  static const char *const calls[][2] = {
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'%d'},'g':{'S':'x'}}}"},
      {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'%d'}},'AttributeUpdates':{'x':{'Action':'ADD','Value':{'N':'1'}}}}"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'%d'}}}"},
      {"Query", "{'TableName':'tab','IndexName':'gsi','KeyConditions':{'g':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]}}}"},
      {"Scan", "{'TableName':'tab'}"},
      {"GetItem", "{'TableName':'tab','Key':{'p':{'S':'%d'}}}"},
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'%d'},'g':{'S':'y'}}}},{'Put':{'TableName':'fix','Item':{'p':{'S':'1'}}}}]}"},
      {"BatchGetItem", "{'RequestItems':{'tab':{'Keys':[{'p':{'S':'%d'}}]}}}"}};
  while (!atomic_load(&m->all->over)) {
    unsigned which = crowd_draw(m, 8);
    char request[300];
    const char *format = calls[which][1], *hole = strstr(format, "%d");
    if (hole == NULL)
      (void)snprintf(request, sizeof request, "%s", format);
    else
      (void)snprintf(request, sizeof request, "%.*s%u%s", (int)(hole - format), format, crowd_draw(m, 20), hole + 2);
    const char *answer = call(&m->s, calls[which][0], "%s", request);
    if (!is_expected(answer)) test_failed(__FILE__, __LINE__, "%s %s: %s", calls[which][0], request, answer);
  }
}
ITEM_TEST(tables_come_and_go) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "fix", "p S HASH", NULL);
  (void)crowd_run(s, 12, 1, come_and_go, 4, use_it);
  crowd_check_indexes(s, "tab");
  crowd_check_indexes(s, "fix");
}
