/* The mapper beside the same calls with raw items, on memory: in one run. A struct of 10 attributes is saved and got; 100
 * items are queried into structs, beside the same query and the decoding of its answer from JSON; what signals
 * cost.   model_bench [SECONDS of each case], or model_bench CASE CALLS: that case alone, for a profiler */
#include <cynamo/cynamo.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct post {
  const char *forum;
  int64_t number;
  const char *title, *author, *text;
  int64_t views, answers;
  double score;
  bool pinned;
  const char *mail;
} post;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(number), CYN_ATTR(title), CYN_ATTR(author),
          CYN_ATTR(text), CYN_ATTR(views), CYN_ATTR(answers), CYN_ATTR(score), CYN_ATTR(pinned), CYN_ATTR(mail));

static cyn_db *db;
static cyn_error error;
static cyn_memory *memory;
static cyn_result *result;
static cyn_item_builder *builder, *keys;
static cyn_item key, item;
static post object = {"Cynamo", 50,  "How to query", "ann@example.org", "A text of some forty characters, no more.", 12345, 17,
                      4.5,      true, "bob@example.org"};
static char *json;
static size_t json_size;

static void check(cyn_status status) {
  if (status == CYN_OK) return;
  (void)fprintf(stderr, "%s: %s\n", error.name, error.message);
  exit(1);
}

static void build_item(void) {
  cyn_item_builder_reset(builder);
  cyn_item_put_string(builder, cyn_str("forum"), cyn_str(object.forum));
  cyn_item_put_int(builder, cyn_str("number"), object.number);
  cyn_item_put_string(builder, cyn_str("title"), cyn_str(object.title));
  cyn_item_put_string(builder, cyn_str("author"), cyn_str(object.author));
  cyn_item_put_string(builder, cyn_str("text"), cyn_str(object.text));
  cyn_item_put_int(builder, cyn_str("views"), object.views);
  cyn_item_put_int(builder, cyn_str("answers"), object.answers);
  cyn_item_put_number(builder, cyn_str("score"), cyn_str("4.5"));
  cyn_item_put_bool(builder, cyn_str("pinned"), object.pinned);
  cyn_item_put_string(builder, cyn_str("mail"), cyn_str(object.mail));
  check(cyn_item_builder_finish(builder, &item, &error));
}

static void raw_put_ready(void) {
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  input.table_name = cyn_str("Post");
  input.item = item;
  check(cyn_put_item(db, &input, result, &output, &error));
}
static void raw_put(void) {
  build_item();
  raw_put_ready();
}
static void model_save(void) { check(cyn_save(db, post, &object, NULL, &error)); }
static void raw_get(void) {
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  input.table_name = cyn_str("Post");
  input.key = key;
  check(cyn_get_item(db, &input, result, &output, &error));
}
/* What a program does with raw items: builds the key, reads the attributes. */
static volatile size_t sink;
static void raw_get_used(void) {
  static const char *const strings[] = {"forum", "title", "author", "text", "mail"}, *const integers[] = {"number", "views", "answers"};
  cyn_item_builder_reset(builder);
  cyn_item_put_string(builder, cyn_str("forum"), cyn_str("Cynamo"));
  cyn_item_put_int(builder, cyn_str("number"), 50);
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  check(cyn_item_builder_finish(builder, &input.key, &error));
  input.table_name = cyn_str("Post");
  check(cyn_get_item(db, &input, result, &output, &error));
  int64_t integer;
  double real;
  bool truth;
  for (int i = 0; i < 5; i++) sink += cyn_value_string(cyn_item_get(output->item, cyn_str(strings[i]))).size;
  for (int i = 0; i < 3; i++)
    if (cyn_value_int(cyn_item_get(output->item, cyn_str(integers[i])), &integer)) sink += (size_t)integer;
  if (cyn_value_double(cyn_item_get(output->item, cyn_str("score")), &real)) sink += (size_t)real;
  if (cyn_value_bool(cyn_item_get(output->item, cyn_str("pinned")), &truth)) sink += truth;
}
static void model_get(void) {
  post p;
  cyn_memory_reset(memory);
  check(cyn_get(db, post, &p, cyn_keys("Cynamo", 50), NULL, memory, &error));
}
static void raw_update(void) {
  cyn_item_builder_reset(builder);
  cyn_item_put_int(builder, cyn_str(":n"), 1);
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  const cyn_update_item_output *output;
  check(cyn_item_builder_finish(builder, &input.expression_attribute_values, &error));
  input.table_name = cyn_str("Post");
  input.key = key;
  input.update_expression = cyn_str("SET answers = answers + :n");
  check(cyn_update_item(db, &input, result, &output, &error));
}
static void model_update(void) {
  check(cyn_update(db, post, &object, cyn_expr("SET answers = answers + ?", 1), NULL, NULL, &error));
}
static void raw_query(void) {
  cyn_item_builder_reset(builder);
  cyn_item_put_string(builder, cyn_str(":f"), cyn_str("Cynamo"));
  cyn_query_input input = CYN_QUERY_INPUT_INIT;
  const cyn_query_output *output;
  check(cyn_item_builder_finish(builder, &input.expression_attribute_values, &error));
  input.table_name = cyn_str("Post");
  input.key_condition_expression = cyn_str("forum = :f");
  check(cyn_query(db, &input, result, &output, &error));
}
static void model_query(void) {
  post p;
  int count = 0;
  cyn_cursor *cursor = cyn_find(db, post, cyn_expr("forum = ?", "Cynamo"), NULL, &error);
  while (cyn_next(cursor, post, &p)) count++;
  check(cyn_cursor_close(cursor, &error));
  if (count != 100) exit(1);
}
/* What decoding the answer alone costs: one item from DynamoDB JSON, 100 times. */
static void decode(void) {
  cyn_item_builder *other = builder;
  cyn_item decoded;
  for (int i = 0; i < 100; i++) check(cyn_item_from_json(other, (cyn_bytes){json, json_size}, &decoded, &error));
}
static void from_items(void) {
  post p;
  for (int i = 0; i < 100; i++) {
    cyn_memory_reset(memory);
    check(cyn_from_item(post, &p, item, memory, &error));
  }
}

/* Signals: the same get with receivers that are told of it, and the look at a counter that a call without any costs. */
static cyn_status receive(const cyn_signal_event *event, void *user, cyn_error *e) {
  (void)e;
  *(size_t *)user += event->status == CYN_OK;
  return CYN_OK;
}
static cyn_signal_connection connections[2];
static size_t told;
static void connect_receivers(void) {
  check(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, receive, &told, &connections[0], &error));
  check(cyn_signal_connect(CYN_SIGNAL_POST_SEND, NULL, NULL, receive, &told, &connections[1], &error));
}
static void connect_elsewhere(void) {
  check(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, "other", receive, &told, &connections[0], &error));
  check(cyn_signal_connect(CYN_SIGNAL_POST_SEND, NULL, "other", receive, &told, &connections[1], &error));
}
static void disconnect_receivers(void) {
  for (int i = 0; i < 2; i++) cyn_signal_disconnect(connections[i]);
}
static unsigned counter;
#define LOOKS 100
static void look_at_counter(void) {
  for (int i = 0; i < LOOKS; i++)
    if (__atomic_load_n(&counter, __ATOMIC_RELAXED) != 0) sink++;
}

/* ---- measuring: short rounds in which the cases alternate, so that a noisy neighbour meets all of them; medians ---- */

#define ROUNDS 51
#define CALLS_AT_ONCE 100

typedef struct bench_case {
  const char *name;
  void (*function)(void);
  void (*before)(void), (*after)(void);
  double us[ROUNDS];
} bench_case;

enum { PUT_READY, PUT, SAVE, GET, GET_USED, GOT, UPDATE, UPDATED, QUERY, QUERIED, DECODE, READ, SILENT, TOLD, ELSEWHERE,
       LOOK, CASES };
static bench_case cases[CASES] = {
    [PUT_READY] = {.name = "put, raw item ready", .function = raw_put_ready, .before = build_item},
    [PUT] = {.name = "put, raw item built", .function = raw_put},
    [SAVE] = {.name = "save", .function = model_save},
    [GET] = {.name = "get, raw item", .function = raw_get},
    [GET_USED] = {.name = "get, key built, attributes read", .function = raw_get_used},
    [GOT] = {.name = "get into struct", .function = model_get},
    [UPDATE] = {.name = "update, raw", .function = raw_update},
    [UPDATED] = {.name = "update of struct", .function = model_update},
    [QUERY] = {.name = "query of 100, raw", .function = raw_query},
    [QUERIED] = {.name = "query of 100 into structs", .function = model_query},
    [DECODE] = {.name = "decode of 100 items' JSON alone", .function = decode},
    [READ] = {.name = "100 items into structs alone", .function = from_items, .before = build_item},
    [SILENT] = {.name = "get, no receiver connected", .function = raw_get},
    [TOLD] = {.name = "get, a receiver before and after", .function = raw_get, .before = connect_receivers,
              .after = disconnect_receivers},
    [ELSEWHERE] = {.name = "get, receivers of another sender", .function = raw_get, .before = connect_elsewhere,
                   .after = disconnect_receivers},
    [LOOK] = {.name = "the look that no receiver costs", .function = look_at_counter},
};

/* The thread's own time: others on the machine do not count. */
static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_round(bench_case *c, int round, double seconds) {
  if (c->before != NULL) c->before();
  double start = now(), end = start;
  long calls = 0;
  for (; end - start < seconds; end = now())
    for (int i = 0; i < CALLS_AT_ONCE; i++, calls++) c->function();
  c->us[round] = (end - start) / (double)calls * 1e6;
  if (c->after != NULL) c->after();
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}
static double median(const double *values) {
  double sorted[ROUNDS];
  memcpy(sorted, values, sizeof sorted);
  qsort(sorted, ROUNDS, sizeof *sorted, by_value);
  return sorted[ROUNDS / 2];
}

/* Of the rounds' ratios, since a slow round is slow for both. */
static void ratio(const char *name, int a, int b, const char *target) {
  double ratios[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) ratios[i] = cases[a].us[i] / cases[b].us[i];
  (void)printf("%-36s %8.*f x  %s\n", name, a == LOOK ? 4 : 2, median(ratios), target);
}

static void report(void) {
  for (int i = 0; i < ROUNDS; i++) cases[LOOK].us[i] /= LOOKS;
  for (int c = 0; c < CASES; c++) (void)printf("%-36s %8.*f us\n", cases[c].name, c == LOOK ? 4 : 2, median(cases[c].us));
  ratio("save : put of an item ready", SAVE, PUT_READY, "at most 1.5");
  ratio("save : put of an item built", SAVE, PUT, "");
  ratio("get : raw get of a key ready", GOT, GET, "at most 1.5");
  ratio("get : raw get built and read", GOT, GET_USED, "");
  ratio("update : raw update", UPDATED, UPDATE, "");
  ratio("query : raw query", QUERIED, QUERY, "");
  for (int i = 0; i < ROUNDS; i++) cases[READ].us[i] += cases[DECODE].us[i];
  ratio("(decode + into structs) : decode", READ, DECODE, "at most 1.3");
  ratio("no receiver : the same, earlier", SILENT, GET, "at most 1.0x: noise");
  ratio("the look : get", LOOK, GET, "");
  ratio("a receiver before and after : none", TOLD, GET, "");
  ratio("receivers of another : none", ELSEWHERE, GET, "");
}

static void prepare(void) {
  check(cyn_open("memory:", NULL, &db, &error));
  check(cyn_create_model(db, post, NULL, &error));
  memory = cyn_memory_new();
  result = cyn_result_new();
  builder = cyn_item_builder_new();
  keys = cyn_item_builder_new();
  cyn_item_put_string(keys, cyn_str("forum"), cyn_str("Cynamo"));
  cyn_item_put_int(keys, cyn_str("number"), 50);
  check(cyn_item_builder_finish(keys, &key, &error));
  for (int i = 0; i < 100; i++) {
    object.number = i;
    model_save();
  }
  object.number = 50;
  build_item();
  json_size = cyn_item_to_json(item, NULL, 0);
  json = malloc(json_size + 1);
  if (json == NULL) exit(1);
  (void)cyn_item_to_json(item, json, json_size + 1);
}

int main(int argc, char **argv) {
  prepare();
  if (argc > 2) { /* one case, for perf and callgrind */
    const bench_case *c = &cases[atoi(argv[1])];
    if (c->before != NULL) c->before();
    for (long i = atol(argv[2]); i > 0; i--) c->function();
    if (c->after != NULL) c->after();
  } else {
    double seconds = argc > 1 ? atof(argv[1]) : 0.3;
    for (int round = 0; round < ROUNDS; round++)
      for (int c = 0; c < CASES; c++) run_round(&cases[c], round, seconds / ROUNDS);
    report();
  }
  free(json);
  cyn_item_builder_destroy(keys);
  cyn_item_builder_destroy(builder);
  cyn_result_destroy(result);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return 0;
}
