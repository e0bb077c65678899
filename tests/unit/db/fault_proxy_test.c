/* A client and a real server with a proxy between them that drops, cuts, spoils and forges: what was acknowledged is there,
 * nothing is there twice that the API keeps from being so, every call ends. The proxy's faults follow from a seed. */
#include "base/error.h"
#include "both.h"
#include "unruly_server.h"

typedef enum fault {
  PASS,
  DROP_REQUEST,   /* the server never sees it */
  DROP_ANSWER,    /* the server has done it */
  CUT_ANSWER,
  SPOIL_ANSWER,   /* one bit of the body */
  FORGE_500,      /* the server never sees it */
  REPLACE_BY_500, /* the server has done it */
  GARBAGE,
  FAULTS
} fault;

typedef struct proxy {
  stand_in base; /* its listener, its accept thread's list */
  int upstream_port;
  atomic_uint seed, seen[FAULTS];
  atomic_bool is_honest;
} proxy;

typedef struct proxy_connection {
  proxy *proxy;
  int fd;
} proxy_connection;

static fault next_fault(proxy *p) {
  unsigned x = p->seed++ * 2654435761u;
  x = (x ^ x >> 15) * 2246822519u;
  x = (x ^ x >> 13) % 100;
  fault which = p->is_honest || x < 60 ? PASS : (fault)(1 + x % (FAULTS - 1));
  p->seen[which]++;
  return which;
}

static bool send_whole(int fd, const char *bytes, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t n = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += (size_t)n;
  }
  return true;
}

static int connect_upstream(const proxy *p) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)p->upstream_port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

/* One request with its fault; false: the connection is over. */
static bool exchange(proxy *p, int client, int server, char *text, size_t size) {
  static const char trouble[] = "HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n{}", garbage[] = "\x15\x03\x03\x00\x02 what?\r\n\r\n";
  fault which = next_fault(p);
  if (which == DROP_REQUEST) return false;
  if (which == FORGE_500) return send_whole(client, trouble, sizeof trouble - 1);
  if (which == GARBAGE) return send_whole(client, garbage, sizeof garbage - 1) && false;
  size_t kept = 0, answer = 0;
  if (!send_whole(server, text, size) || (answer = stand_in_read(&p->base, server, text, &kept)) == 0) return false;
  switch (which) {
    case DROP_ANSWER: return false;
    case CUT_ANSWER: return send_whole(client, text, answer - 1 - answer / 3) && false;
    case SPOIL_ANSWER: text[answer - 1] ^= 1; break;
    case REPLACE_BY_500: return send_whole(client, trouble, sizeof trouble - 1);
    default: break;
  }
  return send_whole(client, text, answer);
}

static void *serve(void *user) {
  proxy_connection connection = *(proxy_connection *)user;
  free(user);
  char *text = malloc(STAND_IN_TEXT);
  int server = connect_upstream(connection.proxy);
  size_t kept = 0, size;
  while (server >= 0 && (size = stand_in_read(&connection.proxy->base, connection.fd, text, &kept)) != 0)
    if (!exchange(connection.proxy, connection.fd, server, text, size)) break;
  free(text);
  close(connection.fd);
  if (server >= 0) close(server);
  return NULL;
}

enum { CONNECTIONS = 4000 };
static pthread_t threads[CONNECTIONS];

static void *accept_all(void *user) {
  proxy *p = user;
  size_t count = 0;
  while (!p->base.is_stopping && count < CONNECTIONS) {
    struct pollfd wait = {p->base.listener, POLLIN, 0};
    int fd = poll(&wait, 1, 20) == 1 ? accept(p->base.listener, NULL, NULL) : -1;
    if (fd < 0) continue;
    proxy_connection *connection = malloc(sizeof *connection);
    *connection = (proxy_connection){p, fd};
    if (pthread_create(&threads[count], NULL, serve, connection) == 0) count++;
  }
  for (size_t i = 0; i < count; i++) (void)pthread_join(threads[i], NULL);
  return NULL;
}

static void proxy_start(proxy *p, int upstream_port, unsigned seed) {
  memset(p, 0, sizeof *p);
  p->upstream_port = upstream_port;
  p->seed = seed;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  p->base.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)bind(p->base.listener, (struct sockaddr *)&address, sizeof address);
  (void)listen(p->base.listener, 128);
  (void)getsockname(p->base.listener, (struct sockaddr *)&address, &size);
  snprintf(p->base.url, sizeof p->base.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
  (void)pthread_create(&p->base.thread, NULL, accept_all, p);
}

static void proxy_stop(proxy *p) {
  p->base.is_stopping = true;
  (void)pthread_join(p->base.thread, NULL);
  close(p->base.listener);
}

/* ---- the calls ---- */

enum { CALLS = 200 };

typedef struct flight {
  cyn_item_builder *builder;
  cyn_item item;
  cyn_put_item_input put;
  cyn_update_action update;
  cyn_transact_write_item action;
  const cyn_transact_write_item *actions[1];
  cyn_transact_write_items_input transaction;
  cyn_result *result;
  int told;
  cyn_status status;
} flight;

static void on_done(void *user, cyn_status status, const void *output, cyn_error *error) {
  flight *f = user;
  (void)output;
  (void)error;
  f->told++;
  f->status = status;
}

static flight flights[CALLS];

static void settle(cyn_db *db) {
  while (cyn_db_dispatch(db, -1) != 0) {
  }
  for (int i = 0; i < CALLS; i++) CHECK_INT(flights[i].told, 1);
}

static void clean_flights(void) {
  for (int i = 0; i < CALLS; i++) {
    cyn_item_builder_destroy(flights[i].builder);
    cyn_result_destroy(flights[i].result);
  }
}

static cyn_db *open_through(proxy *p, cyn_server *server, unsigned seed) {
  proxy_start(p, cyn_server_port(server), seed);
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.retry_mode = cyn_str("legacy");
  options.max_attempts = cyn_int(6);
  options.max_connections = cyn_int(40);
  options.read_timeout_ms = cyn_int(5000);
  cyn_db *db = NULL;
  CHECK_INT(cyn_open(p->base.url, &options, &db, NULL), CYN_OK);
  return db;
}

TEST(what_was_acknowledged_is_there) {
  static proxy p;
  both b;
  REQUIRE(both_start(&b, BOTH_REMOTE));
  both_table(&b);
  cyn_db *db = open_through(&p, b.server, 1);
  for (int i = 0; i < CALLS; i++) {
    flight *f = &flights[i];
    *f = (flight){.builder = cyn_item_builder_new(), .result = cyn_result_new(), .put = CYN_PUT_ITEM_INPUT_INIT};
    cyn_item_put_string(f->builder, cyn_str("pk"), cyn_str("a"));
    cyn_item_put_int(f->builder, cyn_str("sk"), i);
    CHECK_INT(cyn_item_builder_finish(f->builder, &f->put.item, NULL), CYN_OK);
    f->put.table_name = cyn_str("Thread");
    CHECK_INT(cyn_call_submit(db, CYN_OPERATION_PUT_ITEM, &f->put, f->result, on_done, f, NULL), CYN_OK);
  }
  settle(db);
  int acknowledged = 0;
  for (int i = 0; i < CALLS; i++) {
    if (flights[i].status != CYN_OK) continue;
    acknowledged++;
    char input[128];
    snprintf(input, sizeof input, "{\"TableName\":\"Thread\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"%d\"}}}", i);
    CHECK(strstr(both_call(&b, "GetItem", input), "\"Item\"") != NULL);
  }
  CHECK(acknowledged > CALLS * 9 / 10);
  for (int i = 0; i < FAULTS; i++) CHECK(p.seen[i] != 0); /* each has happened */
  clean_flights();
  cyn_db_close(db);
  proxy_stop(&p);
  both_stop(&b);
}

TEST(a_transaction_is_never_done_twice) {
  static proxy p;
  both b;
  REQUIRE(both_start(&b, BOTH_REMOTE));
  both_table(&b);
  cyn_db *db = open_through(&p, b.server, 2);
  cyn_item_builder *builders[2] = {cyn_item_builder_new(), cyn_item_builder_new()};
  cyn_item key, values;
  REQUIRE(cyn_item_from_json(builders[0], cyn_str("{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}}"), &key, NULL) == CYN_OK);
  REQUIRE(cyn_item_from_json(builders[1], cyn_str("{\":one\":{\"N\":\"1\"}}"), &values, NULL) == CYN_OK);
  for (int i = 0; i < CALLS; i++) {
    flight *f = &flights[i];
    *f = (flight){.result = cyn_result_new(), .update = CYN_UPDATE_ACTION_INIT, .action = CYN_TRANSACT_WRITE_ITEM_INIT,
                  .transaction = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT};
    f->update.table_name = cyn_str("Thread");
    f->update.key = key;
    f->update.update_expression = cyn_str("ADD n :one");
    f->update.expression_attribute_values = values;
    f->action.update = &f->update;
    f->actions[0] = &f->action;
    f->transaction.transact_items.count = 1;
    f->transaction.transact_items.at = f->actions;
    CHECK_INT(cyn_call_submit(db, CYN_OPERATION_TRANSACT_WRITE_ITEMS, &f->transaction, f->result, on_done, f, NULL), CYN_OK);
  }
  settle(db);
  int acknowledged = 0, unknown = 0;
  for (int i = 0; i < CALLS; i++) {
    if (flights[i].status == CYN_OK) acknowledged++;
    else unknown++;
  }
  const char *answer = both_call(&b, "GetItem", "{\"TableName\":\"Thread\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}}}");
  const char *n = strstr(answer, "\"n\":{\"N\":\"");
  REQUIRE(n != NULL);
  int count = atoi(n + 10);
  if (count < acknowledged || count > acknowledged + unknown)
    test_failed(__FILE__, __LINE__, "%d done, %d acknowledged, %d unknown", count, acknowledged, unknown);
  CHECK(acknowledged > CALLS / 2);
  clean_flights();
  for (int i = 0; i < 2; i++) cyn_item_builder_destroy(builders[i]);
  cyn_db_close(db);
  proxy_stop(&p);
  both_stop(&b);
}

/* The same through blocking calls, and a batch that is told what is left. */
TEST(a_batch_through_the_proxy) {
  static proxy p;
  both b;
  REQUIRE(both_start(&b, BOTH_REMOTE));
  both_table(&b);
  both_fill(&b, 100);
  cyn_db *db = open_through(&p, b.server, 3);
  cyn_result *result = cyn_result_new();
  cyn_error error = CYN_ERROR_INIT;
  for (int i = 0; i < 20; i++) {
    cyn_bytes output;
    cyn_status status = cyn_call_json(db, "Query",
                                      cyn_str("{\"TableName\":\"Thread\",\"KeyConditionExpression\":\"pk = :p\","
                                              "\"ExpressionAttributeValues\":{\":p\":{\"S\":\"a\"}}}"),
                                      result, &output, &error);
    if (status == CYN_OK) CHECK(strstr(output.data, "\"Count\":100") != NULL);
  }
  p.is_honest = true;
  cyn_bytes output;
  CHECK_INT(cyn_call_json(db, "ListTables", cyn_str("{}"), result, &output, &error), CYN_OK);
  cyn_error_clean_up(&error);
  cyn_result_destroy(result);
  cyn_db_close(db);
  proxy_stop(&p);
  both_stop(&b);
}
