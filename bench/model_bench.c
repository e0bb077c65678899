/* The mapper beside the same calls with raw items, on memory: in one run. A struct of 10 attributes is saved and got; 100
 * items are queried into structs, beside the same query and the decoding of its answer from JSON.   model_bench [SECONDS] */
#include <cynamo/cynamo.h>

#include <stdio.h>
#include <stdlib.h>
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
static cyn_item_builder *builder;
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

static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_each = 0.2;
/* The best of five rounds, in microseconds a call. */
static double measure(const char *name, void (*function)(void)) {
  double best = 1e9;
  for (int round = 0; round < 5; round++) {
    double start = now(), end = start;
    long calls = 0;
    for (; end - start < seconds_each / 5; end = now())
      for (int i = 0; i < 20; i++, calls++) function();
    if ((end - start) / (double)calls < best) best = (end - start) / (double)calls;
  }
  (void)printf("%-36s %8.2f us\n", name, best * 1e6);
  return best;
}

static void ratio(const char *name, double a, double b) { (void)printf("%-36s %8.2f x\n", name, a / b); }

int main(int argc, char **argv) {
  if (argc > 1) seconds_each = atof(argv[1]);
  check(cyn_open("memory:", NULL, &db, &error));
  check(cyn_create_model(db, post, NULL, &error));
  memory = cyn_memory_new();
  result = cyn_result_new();
  builder = cyn_item_builder_new();
  cyn_item_builder *keys = cyn_item_builder_new();
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
  (void)cyn_item_to_json(item, json, json_size + 1);

  double put_ready = measure("put, raw item ready", raw_put_ready);
  double put = measure("put, raw item built", raw_put);
  double save = measure("save", model_save);
  double get = measure("get, raw item", raw_get);
  double get_used = measure("get, key built, attributes read", raw_get_used);
  double got = measure("get into struct", model_get);
  double update = measure("update, raw", raw_update);
  double updated = measure("update of struct", model_update);
  double query = measure("query of 100, raw", raw_query);
  double queried = measure("query of 100 into structs", model_query);
  double decoded = measure("decode of 100 items' JSON alone", decode);
  build_item();
  double read = measure("100 items into structs alone", from_items);
  ratio("save : put of an item ready", save, put_ready);
  ratio("save : put of an item built", save, put);
  ratio("get : raw get of a key ready", got, get);
  ratio("get : raw get built and read", got, get_used);
  ratio("update : raw update", updated, update);
  ratio("query : raw query", queried, query);
  ratio("(decode + into structs) : decode", decoded + read, decoded);
  free(json);
  cyn_item_builder_destroy(keys);
  cyn_item_builder_destroy(builder);
  cyn_result_destroy(result);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return 0;
}
