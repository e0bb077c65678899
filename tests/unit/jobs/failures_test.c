/* Each piece of memory and each call of the store fails in turn, once or with all that follow, while jobs of every kind have
 * work: a run answers that error or does without, and when the cause is gone the jobs end where they would have ended. */
#include "db/failing_store.h"
#include "engine/items.h"
#include "failing_memory.h"
#include "jobs/jobs_private.h"
#include "jobs/workplace.h"

#include <pthread.h>
#include <sys/wait.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define TTL "{'TableName':'abc','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}"
#define INDEX                                                                                                            \
  "{'TableName':'abc','AttributeDefinitions':[{'AttributeName':'a','AttributeType':'S'}],'GlobalSecondaryIndexUpdates':[{" \
  "'Create':{'IndexName':'gsi','KeySchema':[{'AttributeName':'a','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}"
#define STREAM "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_IMAGE'}"
#define ONE_TABLE                                                                                                 \
  "{'TableName':'%s','AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}],'KeySchema':[{'AttributeName':'p'," \
  "'KeyType':'HASH'}],'BillingMode':'PAY_PER_REQUEST'," STREAM "}"

typedef enum cause { MEMORY, STORE } cause;

static _Atomic long store_calls, store_fails_at; /* 0: none fails */
static _Atomic bool store_goes_on, store_was_hit;
static bool failing_store_turn(void) {
  long calls = atomic_fetch_add(&store_calls, 1) + 1, at = store_fails_at;
  if (at == 0 || calls < at || (calls > at && !store_goes_on)) return false;
  store_was_hit = true;
  return true;
}

static bool open_over_failing(workplace *w) {
  cyn_i_store_options options = {0};
  cyn_i_engine_options engine = {.delete_table_delay_ms = 1000};
  cyn_i_store *inner;
  if (cyn_i_store_lmdb_open(&options, &inner, NULL) != CYN_OK) return false;
  cyn_i_store *store = failing_store_new(inner);
  return store != NULL && service_open_over(&w->s, store, &engine) && cyn_i_jobs_start(w->s.engine, -1, &w->jobs, NULL) == CYN_OK;
}

static void put_items(service *s) {
  for (int i = 0; i < 4; i++)
    EXPECT(s, "PutItem", "{}", "{'TableName':'abc','Item':{'p':{'S':'old%d'},'a':{'S':'x'},'due':{'N':'1790000001'}}}", i);
  EXPECT(s, "PutItem", "{}", "{'TableName':'abc','Item':{'p':{'S':'stays'},'a':{'S':'x'},'due':{'N':'1999999999'}}}");
}

/* A table whose index and TTL are to be filled and whose items have expired; one that is to be emptied, one whose deletion
 * takes its time and is over; a stream with old records, one that was closed long ago; a token that is forgotten. */
static void prepare(workplace *w) {
  service *s = &w->s;
  items_table(s, "abc", "p S HASH", NULL);
  put_items(s);
  GIVES(s, "UpdateTimeToLive", "true", TTL);
  GIVES(s, "CreateTable", "LatestStreamArn", ONE_TABLE, "log");
  EXPECT(s, "PutItem", "{}", "{'TableName':'log','Item':{'p':{'S':'a'}}}");
  GIVES(s, "CreateTable", "LatestStreamArn", ONE_TABLE, "old");
  EXPECT(s, "TransactWriteItems", "{}", "{'ClientRequestToken':'t','TransactItems':[{'Put':{'TableName':'old','Item':{'p':{'S':'a'}}}}]}");
  GIVES(s, "DeleteTable", "DELETING", "{'TableName':'old'}");
  service_later(s, DAY_MS + 3600 * 1000);
  GIVES(s, "UpdateTable", "'IndexStatus':'CREATING'", INDEX);
}

/* All that there is, as text without the table's random number; the heap's. */
static char *state_of(workplace *w) {
  service *s = &w->s;
  char *out = NULL, *longer;
  static const char *const questions[][2] = {{"Scan", "{'TableName':'abc'}"},
                                             {"Scan", "{'TableName':'abc','IndexName':'gsi'}"},
                                             {"DescribeTable", "{'TableName':'abc'}"},
                                             {"DescribeTimeToLive", "{'TableName':'abc'}"},
                                             {"ListTables", "{}"}};
  if (asprintf(&out, "%llu entries", (unsigned long long)workplace_entries(w)) < 0) return NULL;
  for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
    if (asprintf(&longer, "%s\n%s", out, call(s, questions[i][0], "%s", questions[i][1])) < 0) break;
    free(out);
    out = longer;
  }
  char *id = strstr(out, "\"TableId\":\"");
  if (id != NULL) memset(id + 11, '-', 36);
  return out;
}

static void begin_failing(cause which, long n, bool goes_on) {
  if (which == MEMORY) failing_begin(n, goes_on);
  store_was_hit = false;
  store_calls = 0;
  store_goes_on = goes_on;
  store_fails_at = which == STORE ? n : 0;
}

static bool end_failing(cause which) {
  store_fails_at = 0;
  return which == MEMORY ? failing_end() : store_was_hit;
}

/* The state at the end; *was_hit false: there is no n-th event. */
static char *run_with_failure(cause which, long n, bool goes_on, bool *was_hit) {
  workplace w;
  bool more;
  cyn_error error = CYN_ERROR_INIT;
  *was_hit = false;
  if (!open_over_failing(&w)) return NULL;
  prepare(&w);
  if (n != 0) begin_failing(which, n, goes_on);
  cyn_status status = cyn_i_jobs_run_once(w.jobs, &more, &error);
  if (n != 0) *was_hit = end_failing(which);
  const char *wanted = which == MEMORY ? "out of memory" : "The store was made to fail.";
  if (status != CYN_OK && (!*was_hit || strcmp(error.message, wanted) != 0))
    test_failed(__FILE__, __LINE__, "event %ld: %s", n, error.message);
  CHECK(!(goes_on && *was_hit && n == 1) || status != CYN_OK);
  cyn_error_clean_up(&error);
  (void)workplace_run(&w);
  char *state = state_of(&w);
  workplace_close(&w);
  return state;
}

static void fail_in_turn(cause which) {
  bool was_hit;
  long hits = 0;
  char *expected = run_with_failure(which, 0, false, &was_hit);
  REQUIRE(expected != NULL);
  CHECK(strstr(expected, "\"TableNames\":[\"abc\",\"log\"]") != NULL && strstr(expected, "\"IndexStatus\":\"ACTIVE\"") != NULL);
  for (int goes_on = 0; goes_on < 2; goes_on++)
    for (long n = 1; !test_current_failed(); n += goes_on ? 3 : 1) {
      char *state = run_with_failure(which, n, goes_on, &was_hit);
      if (state == NULL || strcmp(state, expected) != 0)
        test_failed(__FILE__, __LINE__, "event %ld%s:\n%s\nnot\n%s", n, goes_on ? " and all that follow" : "", state, expected);
      free(state);
      if (!was_hit) break;
      hits++;
    }
  printf("    %ld failures\n", hits);
  CHECK(hits > 20);
  free(expected);
}

TEST(every_piece_of_memory_fails) { fail_in_turn(MEMORY); }
TEST(every_call_of_the_store_fails) { fail_in_turn(STORE); }

/* What is stopped in its midst does nothing more, and another run goes on with it. */
TEST(jobs_that_are_to_stop) {
  workplace w;
  bool more;
  REQUIRE(open_over_failing(&w));
  prepare(&w);
  char *before = state_of(&w);
  atomic_store(&w.jobs->is_stopping, true);
  CHECK_INT(cyn_i_jobs_run_once(w.jobs, &more, NULL), CYN_OK);
  char *stopped = state_of(&w);
  CHECK(strstr(stopped, "\"IndexStatus\":\"CREATING\"") != NULL);
  CHECK_INT(cyn_i_jobs_run_once(w.jobs, &more, NULL), CYN_OK);
  atomic_store(&w.jobs->is_stopping, false);
  (void)workplace_run(&w);
  char *after = state_of(&w);
  CHECK(strstr(after, "\"IndexStatus\":\"ACTIVE\"") != NULL && strcmp(before, after) != 0);
  free(before);
  free(stopped);
  free(after);
  workplace_close(&w);
}

/* ---- starting and ending ---- */

TEST(starting_without_memory_or_store) {
  for (int which = 0; which < 2; which++)
    for (long n = 1;; n++) {
      workplace w;
      cyn_i_jobs *jobs = NULL;
      cyn_error error = CYN_ERROR_INIT;
      REQUIRE(open_over_failing(&w));
      begin_failing((cause)which, n, false);
      cyn_status status = cyn_i_jobs_start(w.s.engine, 0, &jobs, &error);
      bool was_hit = end_failing((cause)which);
      CHECK((status == CYN_OK) == (jobs != NULL) && (status == CYN_OK || was_hit));
      CHECK(status == CYN_OK || (status == (which == MEMORY ? CYN_E_OUT_OF_MEMORY : CYN_E_STORE) && error.message != NULL));
      cyn_error_clean_up(&error);
      cyn_i_jobs_stop(jobs);
      workplace_close(&w);
      if (!was_hit) break;
    }
}

/* A stack that no machine has makes pthread_create fail. */
TEST(starting_without_a_thread) {
  workplace w;
  cyn_i_jobs *jobs = NULL;
  pthread_attr_t usual, huge;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(workplace_open(&w, NULL, -1));
  REQUIRE(pthread_getattr_default_np(&usual) == 0 && pthread_attr_init(&huge) == 0);
  REQUIRE(pthread_attr_setstacksize(&huge, (size_t)1 << 47) == 0 && pthread_setattr_default_np(&huge) == 0);
  CHECK_INT(cyn_i_jobs_start(w.s.engine, 1000, &jobs, &error), CYN_E_OUT_OF_MEMORY);
  REQUIRE(pthread_setattr_default_np(&usual) == 0);
  CHECK_STR(error.message, "No thread for the background jobs");
  CHECK(jobs == NULL);
  cyn_error_clean_up(&error);
  CHECK_INT(cyn_i_jobs_start(w.s.engine, 1000, &jobs, NULL), CYN_OK);
  cyn_i_jobs_stop(jobs);
  (void)pthread_attr_destroy(&usual);
  (void)pthread_attr_destroy(&huge);
  workplace_close(&w);
}

/* A child by fork() has no thread to end, and leaves locks and view to its parent. */
TEST(stopping_in_a_child) {
  workplace w;
  int status = -1;
  REQUIRE(workplace_open(&w, NULL, 1000));
  (void)fflush(NULL);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    cyn_i_jobs_stop(w.jobs);
    test_child_exit(7);
  }
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
  service_simple_table(&w.s, "abc");
  workplace_close(&w);
}

/* ---- waiting ---- */

static void pause_2_ms(void) {
  struct timespec moment = {0, 2000000};
  (void)nanosleep(&moment, NULL);
}

/* The thread itself meets the failure: it tries again within a second, though it has no interval. */
TEST(the_thread_tries_again) {
  workplace w;
  cyn_i_jobs *jobs = NULL;
  REQUIRE(open_over_failing(&w));
  prepare(&w);
  begin_failing(STORE, 3, false); /* the view is opened, the survey begins, its walk fails */
  REQUIRE(cyn_i_jobs_start(w.s.engine, 0, &jobs, NULL) == CYN_OK);
  for (int i = 0; i < 2500 && !store_was_hit; i++) pause_2_ms();
  CHECK(end_failing(STORE));
  bool is_active = false;
  for (int i = 0; i < 2500 && !is_active; i++) {
    pause_2_ms();
    is_active = strstr(call(&w.s, "DescribeTable", "{'TableName':'abc'}"), "\"IndexStatus\":\"ACTIVE\"") != NULL;
  }
  CHECK(is_active);
  cyn_i_jobs_stop(jobs);
  workplace_close(&w);
}
