/* Random item operations against a model of the table in C: each answer is foretold, and in the end the table, its indexes
 * and its counters hold what the model holds. Repeats by seed. */
#include "crowd.h"

#define KEYS 24

typedef struct row {
  bool present;
  int n;  /* attribute n, -1: none */
  int g;  /* index key, -1: none */
} row;

typedef struct model {
  service *s;
  row rows[KEYS];
  uint64_t random;
  int tokens;
} model;

static unsigned draw(model *m, unsigned below) {
  m->random = m->random * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(m->random >> 33) % below;
}

/* The item as the service writes it, or an update's request for it. */
static const char *row_json(unsigned key, const row *r) {
  char n[40] = "", g[40] = "";
  if (r->n >= 0) (void)snprintf(n, sizeof n, ",'n':{'N':'%d'}", r->n);
  if (r->g >= 0) (void)snprintf(g, sizeof g, ",'g':{'S':'g%d'}", r->g);
  return items_text("{'p':{'S':'p%u'},'r':{'N':'%u'}%s%s}", key / 4, key % 4, n, g);
}
#define KEY_FORMAT "{'p':{'S':'p%u'},'r':{'N':'%u'}}"
#define KEY_OF(key) (key) / 4, (key) % 4

static void expect(model *m, const char *what, const char *answer, bool success) {
  bool succeeded = answer[0] == '{';
  if (succeeded == success && (succeeded || strstr(answer, "ConditionalCheckFailed") != NULL)) return;
  test_failed(__FILE__, __LINE__, "%s: %s, expected %s", what, answer, success ? "success" : "a failed condition");
  (void)m;
}

static row random_row(model *m) {
  return (row){true, draw(m, 3) == 0 ? -1 : (int)draw(m, 50), draw(m, 3) == 0 ? -1 : (int)draw(m, 4)};
}

static void put(model *m) {
  unsigned key = draw(m, KEYS), how = draw(m, 3);
  row made = random_row(m), *r = &m->rows[key];
  static const char *const conditions[] = {"", ",'ConditionExpression':'attribute_not_exists(p)'", ",'ConditionExpression':'attribute_exists(n)'"};
  bool success = how == 0 || (how == 1 && !r->present) || (how == 2 && r->present && r->n >= 0);
  const char *answer = call(m->s, "PutItem", "{'TableName':'tab','Item':%s%s,'ReturnValues':'ALL_OLD'}", row_json(key, &made), conditions[how]);
  expect(m, "put", answer, success);
  if (success && (strstr(answer, "Attributes") != NULL) != r->present) test_failed(__FILE__, __LINE__, "old item: %s", answer);
  if (success) *r = made;
}

static void add(model *m) {
  unsigned key = draw(m, KEYS), by = draw(m, 9);
  row *r = &m->rows[key];
  int limit = (int)draw(m, 80);
  bool success = r->n >= 0 ? r->n < limit : true; /* NOT n >= limit: true when there is no n */
  const char *answer = call(m->s, "UpdateItem",
                            "{'TableName':'tab','Key':" KEY_FORMAT ",'UpdateExpression':'ADD n :by','ConditionExpression':'NOT n >= :limit','ExpressionAttributeValues':"
                            "{':by':{'N':'%u'},':limit':{'N':'%d'}},'ReturnValues':'UPDATED_NEW'}",
                            KEY_OF(key), by, limit);
  expect(m, "add", answer, success);
  if (!success) return;
  r->present = true;
  r->n = (r->n < 0 ? 0 : r->n) + (int)by;
  if (strcmp(answer, items_text("{'Attributes':{'n':{'N':'%d'}}}", r->n)) != 0) test_failed(__FILE__, __LINE__, "%s, expected %d", answer, r->n);
}

static void move(model *m) {
  unsigned key = draw(m, KEYS), g = draw(m, 4);
  row *r = &m->rows[key];
  bool removes = draw(m, 3) == 0;
  const char *answer = removes ? call(m->s, "UpdateItem", "{'TableName':'tab','Key':" KEY_FORMAT ",'AttributeUpdates':{'g':{'Action':'DELETE'}}}", KEY_OF(key))
                               : call(m->s, "UpdateItem", "{'TableName':'tab','Key':" KEY_FORMAT ",'UpdateExpression':'SET g = :g','ExpressionAttributeValues':{':g':{'S':'g%u'}}}", KEY_OF(key), g);
  expect(m, "move", answer, true);
  if (removes && !r->present) return; /* DELETE alone creates nothing */
  if (!r->present) *r = (row){true, -1, -1};
  r->g = removes ? -1 : (int)g;
}

static void delete(model *m) {
  unsigned key = draw(m, KEYS);
  row *r = &m->rows[key];
  bool only = draw(m, 2) == 0, success = !only || (r->present && r->n >= 0 && r->n % 2 == 0 ? true : false);
  char condition[120] = "";
  if (only) (void)snprintf(condition, sizeof condition, ",'ConditionExpression':'n = :n','ExpressionAttributeValues':{':n':{'N':'%d'}}", r->n % 2 == 0 ? r->n : 1000);
  if (only && !(r->present && r->n >= 0)) success = false;
  expect(m, "delete", call(m->s, "DeleteItem", "{'TableName':'tab','Key':" KEY_FORMAT "%s}", KEY_OF(key), condition), success);
  if (success) *r = (row){false, -1, -1};
}

static void batch(model *m) {
  unsigned first = draw(m, KEYS - 3);
  row made[2] = {random_row(m), random_row(m)};
  expect(m, "batch",
         call(m->s, "BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':%s}},{'DeleteRequest':{'Key':" KEY_FORMAT "}},{'PutRequest':{'Item':%s}}]}}", row_json(first, &made[0]),
              KEY_OF(first + 1), row_json(first + 2, &made[1])),
         true);
  m->rows[first] = made[0];
  m->rows[first + 1] = (row){false, -1, -1};
  m->rows[first + 2] = made[1];
}

/* Moves from one to another if there is enough; half of them are sent twice under a token. */
static void transact(model *m) {
  unsigned from = draw(m, KEYS), to = (from + 1 + draw(m, KEYS - 1)) % KEYS, sum = draw(m, 20);
  row *a = &m->rows[from], *b = &m->rows[to];
  bool success = a->present && a->n >= (int)sum, twice = draw(m, 2) == 0;
  int token = m->tokens++;
  for (int i = 0; i <= twice; i++) {
    expect(m, "transact",
           call(m->s, "TransactWriteItems",
                "{'ClientRequestToken':'token%d','TransactItems':[{'Update':{'TableName':'tab','Key':" KEY_FORMAT ",'UpdateExpression':'SET n = n - :x','ConditionExpression':'n >= :x','ExpressionAttributeValues':{':x':{'N':'%u'}}}},"
                "{'Update':{'TableName':'tab','Key':" KEY_FORMAT ",'UpdateExpression':'ADD n :x','ExpressionAttributeValues':{':x':{'N':'%u'}}}}]}",
                token, KEY_OF(from), sum, KEY_OF(to), sum),
           success);
    if (!success || i != 0) continue;
    a->n -= (int)sum;
    b->present = true;
    b->n = (b->n < 0 ? 0 : b->n) + (int)sum;
  }
}

static void look(model *m) {
  unsigned key = draw(m, KEYS);
  const char *answer = call(m->s, "GetItem", "{'TableName':'tab','Key':" KEY_FORMAT ",'ProjectionExpression':'n'}", KEY_OF(key));
  const row *r = &m->rows[key];
  const char *expected = !r->present ? "{}" : r->n < 0 ? "{'Item':{}}" : items_text("{'Item':{'n':{'N':'%d'}}}", r->n);
  if (strcmp(answer, items_text("%s", expected)) != 0) test_failed(__FILE__, __LINE__, "get: %s, expected %s", answer, expected);
}

static void check(model *m) {
  int present = 0, of_g[4] = {0};
  for (int i = 0; i < KEYS; i++) {
    present += m->rows[i].present;
    if (m->rows[i].present && m->rows[i].g >= 0 && m->rows[i].n >= 0) of_g[m->rows[i].g]++;
  }
  GIVES(m->s, "Scan", items_text("'Count':%d,", present), "{'TableName':'tab'}");
  GIVES(m->s, "DescribeTable", items_text("'ItemCount':%d,", present), "{'TableName':'tab'}");
  for (int g = 0; g < 4; g++)
    GIVES(m->s, "Query", items_text("{'Count':%d,", of_g[g]), "{'TableName':'tab','IndexName':'gsi','Select':'COUNT','KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'g%d'}}}", g);
  crowd_check_indexes(m->s, "tab");
}

static uint64_t seed_of_run;

static void random_operations(service *s) {
  static void (*const operations[])(model *m) = {put, put, add, add, move, delete, batch, transact, transact, look, look};
  model m = {.s = s, .random = seed_of_run * 2654435761u + 99};
  for (int i = 0; i < KEYS; i++) m.rows[i] = (row){false, -1, -1};
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g S HASH, n N RANGE", "lsi local KEYS_ONLY: p S HASH, n N RANGE", "keys global INCLUDE n: g S HASH", NULL);
  for (int i = 0; i < 250 * crowd_soak() && !test_current_failed(); i++) {
    operations[draw(&m, sizeof operations / sizeof operations[0])](&m);
    if (i % 50 == 49) check(&m);
  }
  check(&m);
}

TEST(random_operations_agree_with_a_model) {
  bool more = true;
  for (seed_of_run = 1; more && seed_of_run <= (uint64_t)items_seed_count() * 3; seed_of_run++)
    more = items_run_over(seed_of_run % 3 == 0 ? ITEMS_FILE : ITEMS_MEMORY, seed_of_run, random_operations) &&
           items_run_over(ITEMS_FAULTY, seed_of_run, random_operations);
}
