/* Loops: several of them, completions from a commit thread, polling, many connections at once. */
#include <pthread.h>
#include <sys/stat.h>

#include "harness.h"

static harness h;

static const char create[] =
    "{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":"
    "[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}";

static void put_on_many_connections(int connections, int rounds) {
  int fds[64];
  for (int i = 0; i < connections; i++) fds[i] = harness_connect(&h);
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < connections; i++) {
      char body[128];
      snprintf(body, sizeof body, "{\"TableName\":\"Music\",\"Item\":{\"a\":{\"S\":\"%d-%d\"}}}", i, round);
      const char *text = harness_post("PutItem", body, "");
      CHECK(harness_send(fds[i], text, strlen(text)));
    }
    for (int i = 0; i < connections; i++) {
      CHECK_INT(harness_receive(&h, fds[i], 1, 5000), 1);
      CHECK_INT(harness_status(&h), 200);
    }
  }
  for (int i = 0; i < connections; i++) close(fds[i]);
}

static void check_count(int count) {
  char expected[64];
  snprintf(expected, sizeof expected, "{\"Count\":%d,\"ScannedCount\":%d}", count, count);
  (void)harness_call(&h, "Scan", "{\"TableName\":\"Music\",\"Select\":\"COUNT\"}");
  CHECK_STR(harness_body(&h), expected);
}

TEST(writes_of_one_turn_share_a_commit) {
  REQUIRE(harness_start(&h, NULL));
  (void)harness_call(&h, "CreateTable", create);
  put_on_many_connections(64, 5);
  check_count(320);
  harness_stop(&h);
}

/* Requests of more bytes than a turn keeps: it commits in between, and each is answered. */
TEST(large_writes_of_one_turn) {
  static char body[40000], value[39000];
  enum { CLIENTS = 8 };
  int fds[CLIENTS];
  REQUIRE(harness_start(&h, NULL));
  (void)harness_call(&h, "CreateTable", create);
  memset(value, 'x', sizeof value - 1);
  for (int i = 0; i < CLIENTS; i++) {
    fds[i] = harness_connect(&h);
    snprintf(body, sizeof body, "{\"TableName\":\"Music\",\"Item\":{\"a\":{\"S\":\"%d\"},\"b\":{\"S\":\"%s\"}}}", i, value);
    const char *text = harness_post("PutItem", body, "");
    CHECK(harness_send(fds[i], text, strlen(text)));
  }
  for (int i = 0; i < CLIENTS; i++) {
    CHECK_INT(harness_receive(&h, fds[i], 1, 5000), 1);
    CHECK_INT(harness_status(&h), 200);
    close(fds[i]);
  }
  check_count(CLIENTS);
  harness_stop(&h);
}

TEST(several_loops_and_polling) {
  cyn_server_options options = harness_options();
  options.threads = cyn_int(3);
  options.poll_us = cyn_int(50);
  REQUIRE(harness_start(&h, &options));
  (void)harness_call(&h, "CreateTable", create);
  put_on_many_connections(32, 5);
  check_count(160);
  harness_stop(&h);
}

/* One of many connections asks at a time: the loop lets others run before it looks again. */
TEST(few_of_many_connections_ask) {
  enum { CLIENTS = 32 };
  int fds[CLIENTS];
  cyn_server_options options = harness_options();
  options.threads = cyn_int(2);
  REQUIRE(harness_start(&h, &options));
  (void)harness_call(&h, "CreateTable", create);
  for (int i = 0; i < CLIENTS; i++) fds[i] = harness_connect(&h);
  for (int i = 0; i < CLIENTS; i++) {
    char body[128];
    snprintf(body, sizeof body, "{\"TableName\":\"Music\",\"Item\":{\"a\":{\"S\":\"%d\"}}}", i);
    const char *text = harness_post("PutItem", body, "");
    CHECK(harness_send(fds[i], text, strlen(text)));
    CHECK_INT(harness_receive(&h, fds[i], 1, 5000), 1);
    CHECK_INT(harness_status(&h), 200);
  }
  for (int i = 0; i < CLIENTS; i++) close(fds[i]);
  check_count(CLIENTS);
  harness_stop(&h);
}

/* A file store commits on a thread of its own and wakes the loop. */
TEST(commits_on_another_thread) {
  char folder[64], url[96], command[128];
  snprintf(folder, sizeof folder, "/tmp/cynamo-loop-%d", (int)getpid());
  snprintf(url, sizeof url, "file:%s", folder);
  memset(&h, 0, sizeof h);
  REQUIRE(cyn_open(url, NULL, &h.db, &h.error) == CYN_OK);
  cyn_server_options options = harness_options();
  options.region = cyn_str("us-east-1");
  REQUIRE(cyn_server_start(h.db, &options, &h.server, &h.error) == CYN_OK);
  CHECK(!cyn_server_is_volatile(h.server));
  (void)harness_call(&h, "CreateTable", create);
  CHECK_INT(harness_status(&h), 200);
  put_on_many_connections(16, 3);
  check_count(48);
  /* clients that leave before their answers are ready */
  for (int i = 0; i < 20; i++) {
    int fd = harness_connect(&h);
    const char *text = harness_post("PutItem", "{\"TableName\":\"Music\",\"Item\":{\"a\":{\"S\":\"gone\"}}}", "");
    CHECK(harness_send(fd, text, strlen(text)));
    close(fd);
  }
  put_on_many_connections(4, 1);
  harness_stop(&h);
  snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK_INT(system(command), 0);
}
