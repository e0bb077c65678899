/* Pages of Query and Scan: pages one after the other are one pass, in tables and indexes, both ways, with the longest
 * keys; 1 MB and Limit; Select; local indexes that fetch. */
#include "items.h"

#define PAGES_MAX 400

/* The values of attribute `mark` in the answers of a request and its following pages, joined. */
static char *all_pages(service *s, const char *operation, const char *request, int limit, int *pages) {
  size_t size = 0, capacity = 1 << 16;
  char *out = malloc(capacity), *next = strdup("");
  if (out == NULL || next == NULL) return NULL;
  out[0] = '\0';
  for (*pages = 0; *pages < PAGES_MAX; (*pages)++) {
    char limit_text[32] = "";
    if (limit != 0) (void)snprintf(limit_text, sizeof limit_text, ",'Limit':%d", limit);
    const char *answer = call(s, operation, "{%s%s%s}", request, limit_text, next);
    if (strstr(answer, "Exception") != NULL) {
      test_failed(__FILE__, __LINE__, "%s %.300s: %.500s", operation, request, answer);
      break;
    }
    for (const char *p = answer; (p = strstr(p, "\"mark\":{\"S\":\"")) != NULL;) {
      p += strlen("\"mark\":{\"S\":\"");
      const char *end = strchr(p, '"');
      size_t length = (size_t)(end - p);
      if (size + length + 2 > capacity) break;
      memcpy(out + size, p, length);
      out[size + length] = ' ';
      size += length + 1;
      out[size] = '\0';
    }
    const char *last = strstr(answer, "\"LastEvaluatedKey\":{");
    if (last == NULL) break;
    last += strlen("\"LastEvaluatedKey\":");
    size_t length = 0;
    for (int depth = 0; last[length] != '\0'; length++) { /* strings of these cases hold no braces */
      depth += (last[length] == '{') - (last[length] == '}');
      if (depth == 0) break;
    }
    free(next);
    if (asprintf(&next, ",'ExclusiveStartKey':%.*s", (int)length + 1, last) < 0) return out;
  }
  (*pages)++;
  free(next);
  return out;
}

static void pages_are_one_pass(service *s, const char *operation, const char *text) {
  int pages;
  char *request = strdup(text); /* the text is one of a few in turn */
  if (request == NULL) return;
  char *whole = all_pages(s, operation, request, 0, &pages);
  CHECK(whole != NULL && (whole[0] != '\0' || strstr(request, "Segment") != NULL));
  static const int limits[] = {1, 2, 7};
  for (size_t i = 0; i < 3; i++) {
    char *parts = all_pages(s, operation, request, limits[i], &pages);
    if (parts == NULL || whole == NULL || strcmp(parts, whole) != 0)
      test_failed(__FILE__, __LINE__, "%s %.200s by %d: %s\n   is not %s", operation, request, limits[i], parts, whole);
    free(parts);
  }
  free(whole);
  free(request);
}

#define INDEXES                                                                                        \
  "gsi global ALL: g S HASH, gr S RANGE", "hash global INCLUDE mark: g S HASH",                        \
      "multi global INCLUDE mark: g S HASH, h2 N HASH, gr S RANGE, r2 B RANGE",                        \
      "lsi local INCLUDE mark: p S HASH, l N RANGE", "long local INCLUDE mark: p S HASH, gr S RANGE"

/* An index's partition key: as long as the sizes of its parts allow. */
#define G_SIZE(p_size) ((p_size) > 3 ? (int)(p_size)-48 : 0)

/* Keys of `p_size` and `r_size` bytes; sort keys of an index of `r_size` as well. */
static void fill(service *s, size_t p_size, size_t r_size, int partitions, int rows) {
  char *p = strdup(items_fill('p', p_size)), *r = strdup(items_fill('r', r_size)), *g = strdup(items_fill('g', r_size));
  if (p == NULL || r == NULL || g == NULL) return;
  for (int i = 0; i < partitions; i++)
    for (int k = 0; k < rows; k++) {
      char end[12], near[12], sort[12];
      (void)snprintf(end, sizeof end, "%03d", i);
      (void)snprintf(near, sizeof near, "%03d", k);
      (void)snprintf(sort, sizeof sort, "%03d", (k * 7 + i) % rows / 2); /* some are equal */
      if (p_size > 3) memcpy(p + p_size - 3, end, 3);
      if (r_size > 3) memcpy(r + r_size - 3, near, 3);
      if (r_size > 3) memcpy(g + r_size - 3, sort, 3);
      EXPECT(s, "PutItem", "{}",
             "{'TableName':'tab','Item':{'p':{'S':'%s'},'r':{'S':'%s'},'mark':{'S':'%d.%d'},'l':{'N':'%d'},'g':{'S':'%.*sx%d'},"
             "'gr':{'S':'%s'},'h2':{'N':'%d'},'r2':{'B':'AAD/'}}}",
             p_size > 3 ? p : end, r_size > 3 ? r : near, i, k, (k * 5) % 7 - 3, G_SIZE(p_size), p, i % 2,
             r_size > 3 ? g : sort, i % 2);
    }
  free(p);
  free(r);
  free(g);
}

static void walk_everything(service *s, size_t p_size) {
  const char *p = items_fill('p', p_size > 3 ? p_size - 3 : 0);
  char g[2100];
  (void)snprintf(g, sizeof g, "%sx", items_fill('p', (size_t)G_SIZE(p_size)));
  static const char *const order[] = {"", ",'ScanIndexForward':false"};
  for (int d = 0; d < 2; d++) {
    pages_are_one_pass(s, "Query", items_text("'TableName':'tab'%s,'KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'%s001'}}", order[d], p));
    pages_are_one_pass(s, "Query", items_text("'TableName':'tab','IndexName':'lsi'%s,'KeyConditionExpression':'p = :p AND l > :l','ExpressionAttributeValues':{':p':{'S':'%s001'},':l':{'N':'-2'}}", order[d], p));
    pages_are_one_pass(s, "Query", items_text("'TableName':'tab','IndexName':'long'%s,'KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'%s001'}}", order[d], p));
    pages_are_one_pass(s, "Query", items_text("'TableName':'tab','IndexName':'gsi'%s,'KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'%s0'}}", order[d], g));
    pages_are_one_pass(s, "Query", items_text("'TableName':'tab','IndexName':'hash'%s,'KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'%s0'}}", order[d], g));
    pages_are_one_pass(s, "Query", items_text("'TableName':'tab','IndexName':'multi'%s,'KeyConditionExpression':'g = :g AND h2 = :h','ExpressionAttributeValues':{':g':{'S':'%s0'},':h':{'N':'0'}}", order[d], g));
  }
  static const char *const indexes[] = {"", ",'IndexName':'lsi'", ",'IndexName':'long'", ",'IndexName':'gsi'", ",'IndexName':'hash'", ",'IndexName':'multi'"};
  for (size_t i = 0; i < 6; i++) {
    pages_are_one_pass(s, "Scan", items_text("'TableName':'tab'%s", indexes[i]));
    pages_are_one_pass(s, "Scan", items_text("'TableName':'tab'%s,'Segment':1,'TotalSegments':2", indexes[i]));
  }
}

ITEM_TEST(short_keys) {
  items_table(s, "tab", "p S HASH, r S RANGE", INDEXES, NULL);
  fill(s, 3, 3, 8, 9);
  walk_everything(s, 3);
}

ITEM_TEST(the_longest_keys) {
  items_table(s, "tab", "p S HASH, r S RANGE", INDEXES, NULL);
  fill(s, 2048, 1020, 4, 5);
  walk_everything(s, 2048);
}

/* Sort keys of 1,024 zero bytes become 2,050 in an index; the base key stands behind them. */
ITEM_TEST(keys_of_zero_bytes) {
  items_table(s, "tab", "p B HASH, r B RANGE", "gsi global ALL: g B HASH, r B RANGE", "lsi local ALL: p B HASH, l B RANGE", NULL);
  char zeros[1370];
  memset(zeros, 'A', sizeof zeros);
  for (int i = 0; i < 6; i++)
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'B':'%.2728s'},'r':{'B':'%.*sAAA%c'},'g':{'B':'AAAA'},'l':{'B':'%.1364s'},'mark':{'S':'%d'}}}",
           items_fill('A', 2728), 1360, zeros, 'A' + i, zeros, i);
  const char *p = items_fill('A', 2728);
  pages_are_one_pass(s, "Query", items_text("'TableName':'tab','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'B':'%s'}}", p));
  pages_are_one_pass(s, "Query", items_text("'TableName':'tab','IndexName':'lsi','ScanIndexForward':false,'KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'B':'%s'}}", p));
  pages_are_one_pass(s, "Query", "'TableName':'tab','IndexName':'gsi','KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'B':'AAAA'}}");
  pages_are_one_pass(s, "Scan", "'TableName':'tab','IndexName':'gsi'");
}

ITEM_TEST(limits) {
  items_table(s, "tab", "p S HASH, r N RANGE", NULL);
  for (int i = 0; i < 5; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'%d'}}}", i);
#define Q "{'TableName':'tab','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'a'}}"
  /* the end is not looked for: the fifth of five leaves a key, the sixth none */
  GIVES(s, "Query", "'Count':5,'ScannedCount':5,'LastEvaluatedKey':{'p':{'S':'a'},'r':{'N':'4'}}", Q ",'Limit':5}");
  GIVES(s, "Query", "'Count':5,'ScannedCount':5}", Q ",'Limit':6}");
  EXPECT(s, "Query", "{'Items':[],'Count':0,'ScannedCount':0}", Q ",'Limit':6,'ExclusiveStartKey':{'p':{'S':'a'},'r':{'N':'4'}}}");
  GIVES(s, "Query", "'Items':[{'p':{'S':'a'},'r':{'N':'3'}},{'p':{'S':'a'},'r':{'N':'4'}}]", Q ",'ExclusiveStartKey':{'p':{'S':'a'},'r':{'N':'2.50'}}}");
  GIVES(s, "Query", "'Items':[{'p':{'S':'a'},'r':{'N':'1'}}],'Count':1,'ScannedCount':1,'LastEvaluatedKey':{'p':{'S':'a'},'r':{'N':'1'}}",
        Q ",'Limit':1,'ScanIndexForward':false,'ExclusiveStartKey':{'p':{'S':'a'},'r':{'N':'2'}}}");
  /* Limit counts what is looked at, not what passes the filter */
  EXPECT(s, "Scan", "{'Items':[],'Count':0,'ScannedCount':2,'LastEvaluatedKey':{'p':{'S':'a'},'r':{'N':'1'}}}",
         "{'TableName':'tab','Limit':2,'FilterExpression':'r > :r','ExpressionAttributeValues':{':r':{'N':'3'}}}");
#undef Q
}

ITEM_TEST(one_megabyte) {
  items_table(s, "tab", "p S HASH, r N RANGE", "lsi local KEYS_ONLY: p S HASH, l N RANGE", NULL);
  for (int i = 0; i < 25; i++)
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'%d'},'l':{'N':'1'},'x':{'S':'%s'}}}", i, items_fill('x', 100000));
#define Q "{'TableName':'tab','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'ReturnConsumedCapacity':'INDEXES','Select':'COUNT'"
  GIVES(s, "Query", "'Count':11,'ScannedCount':11,'LastEvaluatedKey':{'p':{'S':'a'},'r':{'N':'10'}}", Q "}");
  GIVES(s, "Query", "'CapacityUnits':134.5,", Q "}");
  GIVES(s, "Query", "'CapacityUnits':269.0,", Q ",'ConsistentRead':true}");
  GIVES(s, "Query", "'Count':3,'ScannedCount':3}", "{'TableName':'tab','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'Select':'COUNT','ExclusiveStartKey':{'p':{'S':'a'},'r':{'N':'21'}}}");
  /* entries of a KEYS_ONLY index are small; with what is fetched a page is 1 MB all the same */
  GIVES(s, "Query", "'Count':25,'ScannedCount':25", Q ",'IndexName':'lsi'}");
  int pages;
  char *seen = all_pages(s, "Query", "'TableName':'tab','IndexName':'lsi','Select':'ALL_ATTRIBUTES','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'a'}}", 0, &pages);
  CHECK_INT(pages, 3);
  free(seen);
  GIVES(s, "Scan", "'Count':11,", "{'TableName':'tab','Select':'COUNT'}");
  GIVES(s, "Scan", "'Count':0,'ScannedCount':11,", "{'TableName':'tab','Select':'COUNT','FilterExpression':'attribute_exists(q)'}");
#undef Q
}

/* What a local index lacks is fetched by Select or projection; a filter alone sees what the index holds. */
ITEM_TEST(local_indexes_fetch) {
  items_table(s, "tab", "p S HASH, r N RANGE", "lsi local INCLUDE i: p S HASH, l N RANGE", NULL);
  for (int i = 0; i < 3; i++)
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'%d'},'l':{'N':'%d'},'i':{'N':'1'},'x':{'N':'%d'}}}", i, -i, i);
#define Q "{'TableName':'tab','IndexName':'lsi','KeyConditionExpression':'p = :p','ReturnConsumedCapacity':'INDEXES'"
#define P "'ExpressionAttributeValues':{':p':{'S':'a'}}"
#define FETCHED(table, sum) "'CapacityUnits':" sum ",'Table':{'CapacityUnits':" table "},'LocalSecondaryIndexes':{'lsi':{'CapacityUnits':0.5}}"
  GIVES(s, "Query", "{'Items':[{'p':{'S':'a'},'r':{'N':'2'},'l':{'N':'-2'},'i':{'N':'1'}},", Q "," P "}");
  GIVES(s, "Query", FETCHED("0.0", "0.5"), Q "," P "}");
  GIVES(s, "Query", "{'Items':[{'p':{'S':'a'},'r':{'N':'2'},'l':{'N':'-2'},'i':{'N':'1'},'x':{'N':'2'}},", Q "," P ",'Select':'ALL_ATTRIBUTES'}");
  GIVES(s, "Query", FETCHED("1.5", "2.0"), Q "," P ",'Select':'ALL_ATTRIBUTES'}");
  GIVES(s, "Query", "{'Items':[{'x':{'N':'2'}},{'x':{'N':'1'}},{'x':{'N':'0'}}]", Q "," P ",'ProjectionExpression':'x'}");
  GIVES(s, "Query", FETCHED("0.0", "0.5"), Q "," P ",'ProjectionExpression':'i, r'}");
  GIVES(s, "Query", "'Count':0,'ScannedCount':3", Q ",'FilterExpression':'x = :x','ExpressionAttributeValues':{':p':{'S':'a'},':x':{'N':'1'}}}");
  GIVES(s, "Query", "{'Items':[{'x':{'N':'1'}}]", Q ",'FilterExpression':'x = :x','ProjectionExpression':'x','ExpressionAttributeValues':{':p':{'S':'a'},':x':{'N':'1'}}}");
  GIVES(s, "Query", "'Count':0,'ScannedCount':3", "{'TableName':'tab','IndexName':'lsi','Select':'COUNT','KeyConditions':{'p':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'a'}]}},'QueryFilter':{'x':{'ComparisonOperator':'GE','AttributeValueList':[{'N':'1'}]}}}");
  GIVES(s, "Scan", "{'x':{'N':'2'}}", "{'TableName':'tab','IndexName':'lsi','AttributesToGet':['x']}");
#undef Q
#undef P
}

/* A global index is never completed from its table. */
ITEM_TEST(global_indexes_do_not_fetch) {
  items_table(s, "tab", "p S HASH", "gsi global INCLUDE i: g S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'x'},'i':{'N':'1'},'x':{'N':'2'}}}");
#define Q "{'TableName':'tab','IndexName':'gsi','KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'x'}}"
  GIVES(s, "Query", "{'Items':[{'p':{'S':'a'},'i':{'N':'1'}}]", Q ",'ProjectionExpression':'p, i'}");
  EXPECT(s, "Query", "ValidationException: One or more parameter values were invalid: Global secondary index gsi does not project [x, y]", Q ",'ProjectionExpression':'p, x, y.z'}");
  EXPECT(s, "Scan", "ValidationException: One or more parameter values were invalid: Global secondary index gsi does not project [x]", "{'TableName':'tab','IndexName':'gsi','AttributesToGet':['x','g']}");
  GIVES(s, "Scan", "'Count':0,'ScannedCount':1}", "{'TableName':'tab','IndexName':'gsi','FilterExpression':'x = :x','ExpressionAttributeValues':{':x':{'N':'2'}}}");
#undef Q
}
