/* Writers, readers, background jobs and changes of tables at once: after all of them an index holds what its table says. */
#include "engine/crowd.h"

#include <time.h>

#include "jobs/jobs.h"

#define CREATE(index, projection)                                                                                        \
  "{'TableName':'tab','AttributeDefinitions':[{'AttributeName':'g','AttributeType':'S'},{'AttributeName':'n','AttributeType':'N'}]," \
  "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'" index "','KeySchema':[{'AttributeName':'g','KeyType':'HASH'}," \
  "{'AttributeName':'n','KeyType':'RANGE'}],'Projection':{" projection "}}}]}"

static bool has_ended(const char *answer) {
  return strstr(answer, "CREATING") == NULL && strstr(answer, "DELETING") == NULL && strstr(answer, "UPDATING") == NULL;
}

static void wait_for_indexes(service *s) {
  struct timespec pause = {0, 2000000};
  for (int i = 0; i < 5000; i++) {
    if (has_ended(call(s, "DescribeTable", "{'TableName':'tab'}"))) return;
    (void)nanosleep(&pause, NULL);
  }
  test_failed(__FILE__, __LINE__, "an index is not ready: %.1000s", call(s, "DescribeTable", "{'TableName':'tab'}"));
}

/* Items of which some are in the index, with keys that change. */
static void write_items(crowd_member *m) {
  while (!atomic_load(&m->all->over)) {
    unsigned p = crowd_draw(m, 60), g = crowd_draw(m, 4), n = crowd_draw(m, 3);
    const char *answer;
    switch (crowd_draw(m, 6)) {
      case 0: answer = call(&m->s, "DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'%u'}}}", p); break;
      case 1:
        answer = call(&m->s, "UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'%u'}},'UpdateExpression':'SET n = :n REMOVE x','ExpressionAttributeValues':{':n':{'N':'%u'}}}", p, n);
        break;
      case 2: answer = call(&m->s, "UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'%u'}},'UpdateExpression':'REMOVE g'}", p); break;
      case 3:
        answer = call(&m->s, "BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'%u'},'g':{'S':'%u'},'n':{'N':'%u'}}}},{'DeleteRequest':{'Key':{'p':{'S':'%u'}}}}]}}", p, g, n, p + 1);
        break;
      case 4:
        answer = call(&m->s, "TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'%u'},'g':{'S':'%u'},'n':{'N':'%u'},'x':{'S':'t'}}}},{'Update':{'TableName':'tab','Key':{'p':{'S':'%u'}},'UpdateExpression':'SET g = :g','ExpressionAttributeValues':{':g':{'S':'%u'}}}}]}", p, g, n, p + 1, g);
        break;
      default: answer = call(&m->s, "PutItem", "{'TableName':'tab','Item':{'p':{'S':'%u'},'g':{'S':'%u'},'n':{'N':'%u'},'x':{'S':'value'}}}", p, g, n);
    }
    if (answer[0] != '{' && strstr(answer, "ResourceNotFound") == NULL) test_failed(__FILE__, __LINE__, "%s", answer);
  }
}

static void change_indexes(crowd_member *m) {
  for (int i = 0; i < m->all->rounds; i++) {
    if (i % 2 == 0)
      GIVES(&m->s, "UpdateTable", "'IndexStatus':'CREATING'", CREATE("one", "'ProjectionType':'ALL'"));
    else
      GIVES(&m->s, "UpdateTable", "'IndexStatus':'CREATING'", CREATE("one", "'ProjectionType':'INCLUDE','NonKeyAttributes':['x']"));
    wait_for_indexes(&m->s);
    GIVES(&m->s, "UpdateTable", "'IndexStatus':'CREATING'", CREATE("two", "'ProjectionType':'KEYS_ONLY'"));
    wait_for_indexes(&m->s);
    if (i + 1 == m->all->rounds) return;
    for (int k = 0; k < 2; k++) {
      GIVES(&m->s, "UpdateTable", "'IndexStatus':'DELETING'", "{'TableName':'tab','GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'%s'}}]}", k == 0 ? "one" : "two");
      wait_for_indexes(&m->s);
    }
  }
}

ITEM_TEST(indexes_that_come_and_go_under_writers) {
  cyn_i_jobs *jobs = NULL;
  items_table(s, "tab", "p S HASH", NULL);
  for (int i = 0; i < 300; i++) /* older items, so that there is something to fill in */
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'old%d'},'g':{'S':'%d'},'n':{'N':'%d'}}}", i, i % 5, i);
  CHECK_INT(cyn_i_jobs_start(s->engine, 5, &jobs, NULL), CYN_OK);
  (void)crowd_run(s, 4, 1, change_indexes, 3, write_items);
  cyn_i_jobs_stop(jobs);
  crowd_check_indexes(s, "tab");
}

static void make_anew(crowd_member *m) {
  struct timespec pause = {0, 3000000};
  for (int i = 0; i < m->all->rounds; i++) {
    GIVES(&m->s, "UpdateTable", "'IndexStatus':'CREATING'", CREATE("one", "'ProjectionType':'ALL'"));
    (void)nanosleep(&pause, NULL);
    const char *answer = call(&m->s, "DeleteTable", "{'TableName':'tab'}");
    for (int k = 0; k < 1000 && strstr(answer, "ResourceInUse") != NULL; k++) {
      (void)nanosleep(&pause, NULL);
      answer = call(&m->s, "DeleteTable", "{'TableName':'tab'}");
    }
    if (answer[0] != '{') test_failed(__FILE__, __LINE__, "%s", answer);
    items_table(&m->s, "tab", "p S HASH", NULL);
  }
}

static long entries_of_store(service *s) {
  cyn_i_store_stat stat = {0};
  (void)cyn_i_store_stat_get(cyn_i_engine_store(s->engine), &stat, NULL);
  return (long)stat.entry_count;
}

/* Tables that go while their index is being filled and their items are written: nothing of them is left in the end. */
ITEM_TEST(tables_made_anew_under_writers_and_jobs) {
  cyn_i_jobs *jobs = NULL;
  items_table(s, "tab", "p S HASH", NULL);
  CHECK_INT(cyn_i_jobs_start(s->engine, 5, &jobs, NULL), CYN_OK);
  (void)crowd_run(s, 5, 1, make_anew, 3, write_items);
  crowd_check_indexes(s, "tab");
  cyn_i_jobs_stop(jobs);
  GIVES(s, "DeleteTable", "DELETING", "{'TableName':'tab'}");
  CHECK_INT(cyn_i_jobs_start(s->engine, -1, &jobs, NULL), CYN_OK);
  bool more = true;
  for (int i = 0; more && i < 50; i++) CHECK_INT(cyn_i_jobs_run_once(jobs, &more, NULL), CYN_OK);
  cyn_i_jobs_stop(jobs);
  long left = entries_of_store(s);
  if (left > 6 + 4096) test_failed(__FILE__, __LINE__, "%ld entries are left", left); /* the test store's commit ids */
  for (uint32_t space = CYN_SPACE_FIRST; space < CYN_SPACE_FIRST + 200; space++) {
    CHECK_INT(items_in_space(s, space), 0);
    CHECK_INT(items_counter(s, space, 'n'), 0);
    CHECK_INT(items_counter(s, space, 'b'), 0);
  }
}

/* Item-collection counters stand in their table's space and go with it. */
ITEM_TEST(counters_go_with_their_table) {
  cyn_i_jobs *jobs = NULL;
  items_table(s, "tab", "p S HASH, r S RANGE", "lsi local ALL: p S HASH, l S RANGE", NULL);
  for (int i = 0; i < 20; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'},'r':{'S':'r'},'l':{'S':'l'}}}", i % 4);
  cyn_i_table *table = items_catalog(s, "tab");
  REQUIRE(table != NULL);
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_store_key partition;
  cyn_bytes zero = cyn_str("0");
  REQUIRE(cyn_i_partition_key(table->space, &zero, 1, &arena, &partition));
  uint8_t sort[5];
  int64_t bytes = 0;
  cyn_i_store_key counter = cyn_i_collection_counter_key(table, &partition, sort);
  CHECK_INT(cyn_i_store_counter(cyn_i_engine_store(s->engine), &counter, &bytes, NULL), CYN_OK);
  CHECK_INT(bytes, 12);
  CHECK_INT(items_counter(s, table->space, 'n'), 4);
  GIVES(s, "DeleteTable", "DELETING", "{'TableName':'tab'}");
  CHECK_INT(cyn_i_jobs_start(s->engine, -1, &jobs, NULL), CYN_OK);
  bool more = true;
  for (int i = 0; more && i < 50; i++) CHECK_INT(cyn_i_jobs_run_once(jobs, &more, NULL), CYN_OK);
  cyn_i_jobs_stop(jobs);
  CHECK_INT(cyn_i_store_counter(cyn_i_engine_store(s->engine), &counter, &bytes, NULL), CYN_OK);
  CHECK_INT(bytes, 0);
  CHECK_INT(items_counter(s, table->space, 'n'), 0);
  CHECK_INT(items_counter(s, table->space, 'b'), 0);
  cyn_i_arena_clean_up(&arena);
  cyn_i_table_release(table);
}
