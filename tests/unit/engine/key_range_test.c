/* Key conditions: what each selects, against a model, in a table, a local and a global index, for S, N and B; their
 * checks. */
#include "items.h"

typedef struct kind {
  char type;
  const char *values[12]; /* in order */
} kind;

static const kind kinds[] = {
    {'S', {"a", "aa", "a\\u0000", "ab", "abc", "b", "z", "\\u007f", "\\u00e9", "\\u20ac", "\\ud834\\udd1e", "\\uffff"}},
    {'N', {"-1e30", "-101", "-100", "-1.5", "-1", "-0.5", "0", "0.0001", "1", "1.01", "100", "1e30"}},
    {'B', {"AA==", "AAA=", "AAAA", "AAE=", "AP8=", "AQ==", "/w==", "/wA=", "/w8=", "/////w==", "/v8=", "/v//"}},
};

/* Positions in the true order: the values of S and B above are not all in it. */
static const int ranks[][12] = {
    {0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 11, 10}, /* U+FFFF (EF BF BF) stands before U+1D11E (F0 …) */
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
    {0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 6, 7},
};

typedef struct operation {
  const char *condition;
  bool (*holds)(int value, int low, int high);
} operation;
static bool eq(int v, int l, int h) { (void)h; return v == l; }
static bool lt(int v, int l, int h) { (void)h; return v < l; }
static bool le(int v, int l, int h) { (void)h; return v <= l; }
static bool gt(int v, int l, int h) { (void)h; return v > l; }
static bool ge(int v, int l, int h) { (void)h; return v >= l; }
static bool between(int v, int l, int h) { return v >= l && v <= h; }
static const operation operations[] = {{"r = :l", eq},  {"r < :l", lt},  {"r <= :l", le},
                                       {"r > :l", gt},  {"r >= :l", ge}, {"r BETWEEN :l AND :h", between}};

static int marks_of(service *s, const char *request, int out[64]) {
  const char *answer = call(s, "Query", "%s", request);
  int count = 0;
  for (const char *p = answer; (p = strstr(p, "\"mark\":{\"N\":\"")) != NULL && count < 64; p++) out[count++] = atoi(p + 13);
  return strstr(answer, "Exception") != NULL ? -1 : count;
}

static void compare(service *s, const char *index, size_t k, const operation *op, int low, int high, bool backward) {
  char request[700], rest[100] = "";
  const kind *of = &kinds[k];
  if (strchr(op->condition, 'h') != NULL) (void)snprintf(rest, sizeof rest, ",':h':{'%c':'%s'}", of->type, of->values[high]);
  (void)snprintf(request, sizeof request,
                 "{'TableName':'tab%c'%s,'KeyConditionExpression':'%s = :p AND %s','ExpressionAttributeValues':{':p':{'S':'one'},"
                 "':l':{'%c':'%s'}%s}%s}",
                 of->type, index, strstr(index, "gsi") != NULL ? "g" : "p", op->condition, of->type, of->values[low], rest,
                 backward ? ",'ScanIndexForward':false" : "");
  int found[64], expected = 0, wanted[64];
  int count = marks_of(s, request, found);
  for (int rank = 0; rank < 12; rank++)
    for (int v = 0; v < 12; v++)
      if (ranks[k][v] == rank && op->holds(rank, ranks[k][low], ranks[k][high])) wanted[expected++] = v;
  bool ok = count == expected;
  for (int i = 0; ok && i < count; i++) ok = found[i] == wanted[backward ? count - 1 - i : i];
  if (!ok) test_failed(__FILE__, __LINE__, "%s: %d found, %d expected: %.900s", request, count, expected, call(s, "Query", "%s", request));
}

static void make(service *s, size_t k) {
  const kind *of = &kinds[k];
  char keys[40], gsi[80], lsi[80];
  (void)snprintf(keys, sizeof keys, "p S HASH, r %c RANGE", of->type);
  (void)snprintf(gsi, sizeof gsi, "gsi global ALL: g S HASH, r %c RANGE", of->type);
  (void)snprintf(lsi, sizeof lsi, "lsi local ALL: p S HASH, l %c RANGE", of->type);
  items_table(s, items_text("tab%c", of->type), keys, gsi, lsi, NULL);
  static const char *const partitions[] = {"on", "one", "onf"};
  for (size_t p = 0; p < 3; p++)
    for (int v = 0; v < 12; v++)
      EXPECT(s, "PutItem", "{}", "{'TableName':'tab%c','Item':{'p':{'S':'%s'},'g':{'S':'%s'},'r':{'%c':'%s'},'l':{'%c':'%s'},'mark':{'N':'%d'}}}",
             of->type, partitions[p], partitions[p], of->type, of->values[v], of->type, of->values[v], v);
}

static void all_pairs(service *s) {
  for (size_t k = 0; k < 3; k++) {
    make(s, k);
    for (size_t o = 0; o < sizeof operations / sizeof operations[0]; o++)
      for (int low = 0; low < 12; low++) {
        int high = ranks[k][low] + 3 > 11 ? -1 : ranks[k][low] + 3;
        for (int v = 0; high >= 0 && v < 12; v++)
          if (ranks[k][v] == high) {
            high = v;
            break;
          }
        compare(s, "", k, &operations[o], low, high < 0 ? low : high, low % 2 != 0);
        compare(s, ",'IndexName':'gsi'", k, &operations[o], low, high < 0 ? low : high, low % 2 != 0);
      }
  }
}
TEST(each_operator_against_a_model) { (void)items_run_over(ITEMS_MEMORY, 0, all_pairs); }
TEST(each_operator_over_the_test_store) { (void)items_run_over(ITEMS_FAULTY, 1, all_pairs); }

ITEM_TEST(a_local_index) {
  make(s, 1);
  GIVES(s, "Query", "'Count':4,", "{'TableName':'tabN','IndexName':'lsi','KeyConditionExpression':'p = :p AND l BETWEEN :a AND :b','ExpressionAttributeValues':{':p':{'S':'one'},':a':{'N':'-1'},':b':{'N':'0.001'}}}");
  GIVES(s, "Query", "'Count':1,", "{'TableName':'tabN','IndexName':'lsi','KeyConditionExpression':':b = l AND p = :p','ExpressionAttributeValues':{':p':{'S':'one'},':b':{'N':'1.010'}}}");
}

ITEM_TEST(begins_with) {
  make(s, 0);
  make(s, 2);
  for (int i = 0; i < 2; i++) {
    const char *index = i == 0 ? "" : ",'IndexName':'gsi'", *p = i == 0 ? "p" : "g";
    GIVES(s, "Query", "'Count':5,", "{'TableName':'tabS'%s,'Select':'COUNT','KeyConditionExpression':'%s = :p AND begins_with(r, :l)','ExpressionAttributeValues':{':p':{'S':'one'},':l':{'S':'a'}}}", index, p);
    GIVES(s, "Query", "'Count':1,", "{'TableName':'tabS'%s,'Select':'COUNT','KeyConditionExpression':'%s = :p AND begins_with(r, :l)','ExpressionAttributeValues':{':p':{'S':'one'},':l':{'S':'a\\u0000'}}}", index, p);
    GIVES(s, "Query", "'Count':12,", "{'TableName':'tabS'%s,'Select':'COUNT','KeyConditionExpression':'%s = :p AND begins_with(r, :l)','ExpressionAttributeValues':{':p':{'S':'one'},':l':{'S':''}}}", index, p);
    GIVES(s, "Query", "'Count':5,", "{'TableName':'tabB'%s,'Select':'COUNT','KeyConditionExpression':'%s = :p AND begins_with(r, :l)','ExpressionAttributeValues':{':p':{'S':'one'},':l':{'B':'AA=='}}}", index, p);
    GIVES(s, "Query", "'Count':4,", "{'TableName':'tabB'%s,'Select':'COUNT','KeyConditionExpression':'%s = :p AND begins_with(r, :l)','ExpressionAttributeValues':{':p':{'S':'one'},':l':{'B':'/w=='}}}", index, p);
    GIVES(s, "Query", "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
          "{'TableName':'tabS'%s,'KeyConditionExpression':'%s = :p AND begins_with(r, :l)','ExpressionAttributeValues':{':p':{'S':'one'},':l':{'S':'%s'}}}", index, p, items_fill('a', 300000));
  }
}

ITEM_TEST(checks) {
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g S HASH", NULL);
  items_table(s, "one", "p S HASH", NULL);
#define V "ValidationException: "
#define Q(condition, values) "{'TableName':'tab','KeyConditionExpression':'" condition "','ExpressionAttributeValues':{" values "}}"
#define L(conditions) "{'TableName':'tab','KeyConditions':{" conditions "}}"
#define IS(op, values) "{'ComparisonOperator':'" op "','AttributeValueList':[" values "]}"
  static const items_row rows[] = {
      {"Query", Q("r = :a", "':a':{'N':'1'}"), V "Query condition missed key schema element: p"},
      {"Query", Q("p = :a AND x = :a", "':a':{'S':'1'}"), V "Query condition missed key schema element: r"},
      {"Query", "{'TableName':'one','KeyConditionExpression':'p = :a AND x = :a','ExpressionAttributeValues':{':a':{'S':'1'}}}",
       V "The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)"},
      {"Query", "{'TableName':'tab','IndexName':'gsi','KeyConditionExpression':'g = :a AND p = :a','ExpressionAttributeValues':{':a':{'S':'1'}}}",
       V "The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)"},
      {"Query", Q("p > :a", "':a':{'S':'1'}"), V "Query key condition not supported"},
      {"Query", Q("begins_with(p, :a)", "':a':{'S':'1'}"), V "Query key condition not supported"},
      {"Query", Q("p > :a", "':a':{'N':'1'}"), V "One or more parameter values were invalid: Condition parameter type does not match schema type"},
      {"Query", Q("p = :a AND r > :a", "':a':{'S':'1'}"), V "One or more parameter values were invalid: Condition parameter type does not match schema type"},
      {"Query", Q("p = :a AND begins_with(r, :a)", "':a':{'S':'1'}"), V "One or more parameter values were invalid: Condition parameter type does not match schema type"},
      {"Query", Q("p = :a", "':a':{'S':''}"), V "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
      {"Query", L("'p':" IS("NE", "{'S':'1'}")), V "Attempted conditional constraint is not an indexable operation"},
      {"Query", L("'p':" IS("NULL", "")), V "Attempted conditional constraint is not an indexable operation"},
      {"Query", L("'p':" IS("EQ", "{'S':'1'}") ",'r':" IS("IN", "{'N':'1'},{'N':'2'}")), V "Attempted conditional constraint is not an indexable operation"},
      {"Query", L("'p':" IS("EQ", "{'S':'1'}") ",'r':" IS("BETWEEN", "{'N':'2'},{'N':'1'}")),
       V "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"},
      {"Query", L(""), V "Conditions can be of length 1 or 2 only"},
      {"Query", L("'p':" IS("EQ", "{'S':'1'}") ",'r':" IS("EQ", "{'N':'1'}") ",'q':" IS("EQ", "{'N':'1'}")), V},
  };
  ROWS(s, rows);
#undef V
}
