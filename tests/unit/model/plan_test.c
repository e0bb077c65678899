/* Families, custom types, many attributes, models that are wrong, settings, tables. */
#include "family.h"
#include "place.h"

#include "ok.h"

/* ---- a family ---- */

TEST(family) {
  cyn_db *db;
  cyn_memory *memory = cyn_memory_new();
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, animal, NULL, &error));
  cat tom = {.base = {.name = "tom"}, .lives = 9};
  lion leo = {.base = {.base = {.name = "leo"}, .lives = 1}, .mane = 2.5};
  dog rex = {.base = {.name = "rex"}, .trick = "roll"};
  OK(cyn_save(db, cat, &tom, NULL, &error));
  CHECK_STR(tom.base.kind, "Cat");
  OK(cyn_save(db, lion, &leo, NULL, &error));
  OK(cyn_save(db, dog, &rex, NULL, &error));
  int cats = 0, lions = 0, dogs = 0;
  const cyn_model *model;
  cyn_cursor *cursor = cyn_find_all(db, animal, NULL, &error);
  for (animal *a; (a = cyn_cursor_next_any(cursor, &model)) != NULL;) {
    if (model == &cat_model) cats += ((cat *)a)->lives;
    if (model == &lion_model) lions += ((lion *)a)->mane == 2.5 && ((lion *)a)->base.lives == 1;
    if (model == &dog_model) dogs += strcmp(((dog *)a)->trick, "roll") == 0;
  }
  OK(cyn_cursor_close(cursor, &error));
  CHECK(cats == 9 && lions == 1 && dogs == 1);
  int64_t count;
  void *any;
  OK(cyn_get_any(db, animal, &any, &model, cyn_keys("leo"), NULL, memory, &error));
  CHECK(model == &lion_model && ((lion *)any)->mane == 2.5 && ((lion *)any)->base.lives == 1);
  OK(cyn_get_any(db, cat, &any, &model, cyn_keys("tom"), NULL, memory, &error));
  CHECK(model == &cat_model && ((cat *)any)->lives == 9);
  CHECK(cyn_get_any(db, cat, &any, &model, cyn_keys("rex"), NULL, memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model cat, attribute kind: the item is a \"Dog\"");
  CHECK(cyn_get_any(db, animal, &any, &model, cyn_keys("max"), NULL, memory, &error) != CYN_OK);
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_DOES_NOT_EXIST) && any == NULL && model == NULL);
  OK(cyn_get(db, cat, &tom, cyn_keys("leo"), NULL, memory, &error)); /* a lion is a cat */
  CHECK_INT(tom.lives, 1);
  CHECK(cyn_get(db, cat, &tom, cyn_keys("rex"), NULL, memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model cat, attribute kind: the item is a \"Dog\"");
  CHECK(cyn_get(db, cat, &tom, cyn_keys("leo"), NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.message, "model cat: this call needs a cyn_memory");
  cyn_error_clean_up(&error);
  OK(cyn_count(db, cat, CYN_NO_EXPRESSION, NULL, &count, &error));
  CHECK_INT(count, 2);
  OK(cyn_count(db, dog, CYN_NO_EXPRESSION, cyn_read(.filter = cyn_expr("trick = ? OR trick = ?", "roll", "sit")), &count, &error));
  CHECK_INT(count, 1);
  OK(cyn_count(db, lion, CYN_NO_EXPRESSION, cyn_read(.filter = cyn_expr("lives > ?", 1)), &count, &error));
  CHECK_INT(count, 0);
  place_close(db);
  cyn_memory_destroy(memory);
}

/* ---- custom types ---- */

typedef struct point {
  int x, y;
} point;
static cyn_status write_point(const void *field, cyn_memory *memory, cyn_bind *out, cyn_error *e) {
  const point *p = field;
  if (p->x < 0) return cyn_fail(e, "x must not be negative");
  char *text = cyn_memory_alloc(memory, 32);
  if (text == NULL) return cyn_fail(e, "no memory");
  (void)snprintf(text, 32, "%d:%d", p->x, p->y);
  *out = cyn_bind_string(text);
  return CYN_OK;
}
static cyn_status read_point(void *field, cyn_value value, cyn_memory *memory, cyn_error *e) {
  (void)memory;
  point p;
  char text[32] = "";
  cyn_bytes bytes = cyn_value_string(value);
  if (bytes.size < sizeof text) memcpy(text, bytes.data, bytes.size);
  if (sscanf(text, "%d:%d", &p.x, &p.y) != 2) return cyn_fail(e, "a point is X:Y");
  memcpy(field, &p, sizeof p);
  return CYN_OK;
}
static const cyn_custom_type point_type = {"a point", CYN_TYPE_S, write_point, read_point};
typedef struct spot {
  point at;
  int n;
} spot;
CYN_MODEL(spot, CYN_TABLE("Spot"), CYN_CUSTOM_HASH_KEY(at, &point_type), CYN_ATTR(n));

TEST(custom) {
  cyn_db *db;
  cyn_memory *memory = cyn_memory_new();
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, spot, NULL, &error));
  spot s = {{1, 2}, 3}, r = {{0, 0}, 0};
  OK(cyn_save(db, spot, &s, cyn_if("at <> ?", cyn_field(spot, &s, at)), &error));
  OK(cyn_get(db, spot, &r, cyn_keys("1:2"), NULL, memory, &error));
  CHECK(r.at.x == 1 && r.at.y == 2 && r.n == 3);
  OK(cyn_get(db, spot, &r, cyn_keys(cyn_field(spot, &s, at)), NULL, memory, &error));
  s.at.x = -1;
  CHECK(cyn_save(db, spot, &s, NULL, &error) != CYN_OK);
  CHECK_STR(error.message, "model spot, attribute at: x must not be negative");
  cyn_item_builder *b = cyn_item_builder_new();
  cyn_item item;
  OK(cyn_item_from_json(b, cyn_str("{\"at\":{\"S\":\"x\"}}"), &item, &error));
  CHECK(cyn_from_item(spot, &r, item, memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model spot, attribute at: a point is X:Y");
  cyn_item_builder_destroy(b);
  place_close(db);
  cyn_memory_destroy(memory);
  cyn_error_clean_up(&error);
}

/* ---- keys and lists of enums and custom types, defaults by a function ---- */

typedef enum size { SMALL, LARGE } size;
static const char *const size_names[] = {"small", "large"};
typedef struct shelf {
  size kind;
  const char *name, *stamp, *note;
  CYN_LIST_OF(size) sizes;
  CYN_LIST_OF(point) points;
  cyn_time made;
} shelf;
static int calls;
static void make_stamp(void *field) {
  static const char stamp[] = "stamped";
  const char *text = stamp;
  memcpy(field, &text, sizeof text);
  calls++;
}
static void make_time(void *field) {
  cyn_time now = cyn_time_from_seconds(1000);
  memcpy(field, &now, sizeof now);
}
CYN_MODEL(shelf, CYN_TABLE("Shelf"), CYN_ENUM_HASH_KEY(kind, size_names), CYN_RANGE_KEY(name),
          CYN_ATTR(stamp, .default_call = make_stamp), CYN_ATTR(note, .nullable = true), CYN_ENUM_LIST(sizes, size_names),
          CYN_CUSTOM_LIST(points, &point_type, .nullable = true), CYN_ATTR(made, .nullable = true, .default_for_new_call = make_time));

TEST(lists_and_keys_of_enums_and_custom_types) {
  cyn_db *db;
  cyn_memory *memory = cyn_memory_new();
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, shelf, cyn_table(.wait = true), &error));
  size sizes[] = {LARGE, SMALL, LARGE};
  point points[] = {{1, 2}, {3, 4}};
  shelf s, r;
  OK(cyn_init(shelf, &s, &error));
  CHECK(s.made.is_set && cyn_time_seconds(s.made) == 1000);
  CHECK_STR(s.stamp, "stamped");
  s.kind = LARGE;
  s.name = "a";
  s.stamp = NULL; /* its default is written, and the object stays as it is */
  s.sizes.at = sizes;
  s.sizes.count = 3;
  s.points.at = points;
  s.points.count = 2;
  calls = 0;
  OK(cyn_save(db, shelf, &s, NULL, &error));
  CHECK(calls == 1 && s.stamp == NULL);
  OK(cyn_get(db, shelf, &r, cyn_keys(LARGE, "a"), NULL, memory, &error));
  CHECK(r.kind == LARGE && r.sizes.count == 3 && r.sizes.at[0] == LARGE && r.sizes.at[1] == SMALL);
  CHECK(r.points.count == 2 && r.points.at[1].x == 3 && r.points.at[1].y == 4);
  CHECK_STR(r.stamp, "stamped");
  cyn_item item;
  OK(cyn_to_item(shelf, &s, &item, memory, &error));
  cyn_item_builder *b = cyn_item_builder_new();
  OK(cyn_item_from_json(b, cyn_str("{\"kind\":{\"S\":\"large\"},\"name\":{\"S\":\"a\"},\"sizes\":{\"L\":[{\"S\":\"tall\"}]}}"),
                        &item, &error));
  CHECK(cyn_from_item(shelf, &r, item, memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model shelf, attribute sizes[0]: \"tall\" is none of the enum's names");
  OK(cyn_update(db, shelf, &s, cyn_expr("SET sizes[1] = ?, points[0] = ?", LARGE, "9:9"), NULL, memory, &error));
  cyn_item_builder_destroy(b);
  const char *json;
  OK(cyn_to_json(shelf, &s, &json, memory, &error));
  OK(cyn_from_json(shelf, &r, json, memory, &error));
  CHECK(cyn_equal(shelf, &r, &s));
  CHECK(strstr(json, "\"sizes\":[\"large\",\"large\",\"large\"],\"points\":[\"9:9\",\"3:4\"]") != NULL);
  points[0].x = -1;
  s.points.at = points;
  CHECK(cyn_save(db, shelf, &s, NULL, &error) != CYN_OK);
  CHECK_STR(error.message, "model shelf, attribute points[0]: x must not be negative");
  place_close(db);
  cyn_memory_destroy(memory);
  cyn_error_clean_up(&error);
}

/* ---- nested and recursive ---- */

typedef struct tree tree;
struct tree {
  const char *name;
  tree *left, *right;
  CYN_LIST_OF(tree) more;
};
CYN_MODEL_DECLARE(tree);
CYN_MODEL(tree, CYN_TABLE("Tree"), CYN_HASH_KEY(name), CYN_MAP(left, tree, .nullable = true),
          CYN_MAP(right, tree, .nullable = true), CYN_MAP_LIST(more, tree, .nullable = true));

TEST(recursive) {
  cyn_memory *memory = cyn_memory_new();
  tree leaves[2] = {{.name = "l"}, {.name = "r"}}, root = {.name = "root", .left = &leaves[0]}, back;
  root.more.at = leaves;
  root.more.count = 2;
  cyn_item item;
  OK(cyn_to_item(tree, &root, &item, memory, &error));
  memset(&back, 0, sizeof back);
  OK(cyn_from_item(tree, &back, item, memory, &error));
  CHECK(back.left != NULL && back.right == NULL && back.more.count == 2);
  CHECK_STR(back.more.at[1].name, "r");
  root.left = &root; /* a circle */
  CHECK(cyn_to_item(tree, &root, &item, memory, &error) != CYN_OK);
  CHECK(strstr(error.message, "structs are nested deeper than 32 levels") != NULL);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
}

/* ---- 70 attributes ---- */

typedef struct wide {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0,
      d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, g0, g1,
      g2, g3, g4, g5, g6, g7, g8, g9;
} wide;
#define TEN(x)                                                                                                      \
  CYN_ATTR(x##1), CYN_ATTR(x##2), CYN_ATTR(x##3), CYN_ATTR(x##4), CYN_ATTR(x##5), CYN_ATTR(x##6), CYN_ATTR(x##7), \
      CYN_ATTR(x##8), CYN_ATTR(x##9)
CYN_MODEL(wide, CYN_TABLE("Wide"), CYN_HASH_KEY(a0), TEN(a), CYN_ATTR(b0), TEN(b), CYN_ATTR(c0), TEN(c), CYN_ATTR(d0), TEN(d),
          CYN_ATTR(e0), TEN(e), CYN_ATTR(f0), TEN(f), CYN_ATTR(g0), TEN(g));

TEST(many_attributes) {
  cyn_memory *memory = cyn_memory_new();
  wide w, r;
  memset(&w, 0, sizeof w);
  w.g9 = 7;
  cyn_item item;
  OK(cyn_to_item(wide, &w, &item, memory, &error));
  CHECK_INT(cyn_item_count(item), 70);
  OK(cyn_from_item(wide, &r, item, memory, &error));
  CHECK_INT(r.g9, 7);
  cyn_memory_destroy(memory);
}

/* ---- models that are wrong ---- */

typedef struct plain {
  const char *id;
  int n;
  const char *text;
} plain;
#define WRONG(T, message_, ...)                                             \
  typedef plain T;                                                          \
  CYN_MODEL(T, __VA_ARGS__);                                                \
  TEST(wrong_##T) {                                                         \
    T object;                                                               \
    CHECK(cyn_init(T, &object, &error) != CYN_OK);                          \
    CHECK_STR(error.name, "CynamoModelError");                                 \
    CHECK_STR(error.message, message_);                                        \
    cyn_error_clean_up(&error);                                                \
  }
WRONG(twice, "model twice, attribute n: its attribute name is there twice", CYN_TABLE("X"), CYN_HASH_KEY(id),
      CYN_ATTR(n, .name = "id"))
WRONG(bad_default, "model bad_default, attribute n: its default \"x\" is not an integer of 32 bits", CYN_TABLE("X"),
      CYN_HASH_KEY(id), CYN_ATTR(n, .default_text = "x"))
WRONG(large_default, "model large_default, attribute n: its default does not fit an integer of 32 bits", CYN_TABLE("X"),
      CYN_HASH_KEY(id), CYN_ATTR(n, .default_text = "3000000000"))
WRONG(null_key, "model null_key, attribute id: a key cannot be nullable", CYN_TABLE("X"), CYN_HASH_KEY(id, .nullable = true))
WRONG(no_attribute, "model no_attribute, index i: its key text is no attribute", CYN_TABLE("X"), CYN_HASH_KEY(id),
      CYN_GSI_HASH("i", text))

typedef struct switches {
  const char *id;
  int n;
  bool flag;
} switches;
CYN_MODEL(switches, CYN_TABLE("X"), CYN_HASH_KEY(id), CYN_ATTR(n), CYN_ATTR(flag), CYN_GSI_KEYS("i", (n, flag), (id)));
TEST(index_key_of_bools) {
  switches object;
  CHECK(cyn_init(switches, &object, &error) != CYN_OK);
  CHECK_STR(error.message, "model switches, index i: its key flag is no string, number or binary, but a bool");
  cyn_error_clean_up(&error);
}

/* ---- tables and settings ---- */

typedef struct job {
  const char *id;
  int priority;
  cyn_time due, expires;
} job;
CYN_MODEL(job, CYN_TABLE("Job", .read_units = 3, .write_units = 2, .stream = CYN_STREAM_VIEW_TYPE_NEW_IMAGE, .tags = "team=db, stage=test"),
          CYN_HASH_KEY(id), CYN_RANGE_KEY(due), CYN_ATTR(priority), CYN_TTL(expires, .nullable = true),
          CYN_GSI("by_priority", priority, due, .include = "expires", .read_units = 5), CYN_GSI_HASH("ids", id, .keys_only = true),
          CYN_LSI("local", priority));

TEST(tables) {
  cyn_db *db;
  cyn_memory *memory = cyn_memory_new();
  const cyn_table_description *table;
  bool exists;
  OK(place_open(&db, &error));
  OK(cyn_model_table_exists(db, &job_model, &exists, &error));
  CHECK(!exists);
  OK(cyn_create_model(db, job, cyn_table(.wait = true), &error));
  OK(cyn_create_model(db, job, cyn_table(.ignore_existing = true, .wait = true), &error));
  CHECK(cyn_create_model(db, job, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "ResourceInUseException");
  OK(cyn_model_describe_table(db, &job_model, &table, memory, &error));
  CHECK_INT(table->global_secondary_indexes.count, 2);
  CHECK_INT(table->local_secondary_indexes.count, 1);
  CHECK_INT(table->attribute_definitions.count, 3);
  CHECK_INT(table->provisioned_throughput->read_capacity_units.value, 3);
  CHECK(table->stream_specification != NULL);
  cyn_result *result = cyn_result_new();
  cyn_describe_time_to_live_input input = CYN_DESCRIBE_TIME_TO_LIVE_INPUT_INIT;
  input.table_name = cyn_str("Job");
  const cyn_describe_time_to_live_output *ttl;
  OK(cyn_describe_time_to_live(db, &input, result, &ttl, &error));
  CHECK(ttl->time_to_live_description->attribute_name.size == 7);
  cyn_result_destroy(result);
  OK(cyn_model_table_exists(db, &job_model, &exists, &error));
  CHECK(exists);
  OK(cyn_drop_model(db, job, cyn_table(.wait = true), &error));
  CHECK(cyn_drop_model(db, job, NULL, &error) != CYN_OK);
  OK(cyn_drop_model(db, job, cyn_table(.ignore_existing = true), &error));
  place_close(db);
  cyn_memory_destroy(memory);
  cyn_error_clean_up(&error);
}

TEST(settings) {
  cyn_db *db;
  cyn_memory *memory = cyn_memory_new();
  OK(cyn_open("memory:", NULL, &db, &error));
  CHECK_STR(cyn_model_table_name(db, &spot_model, memory), "Spot");
  OK(cyn_db_set_table_prefix(db, "dev_", &error));
  CHECK_STR(cyn_model_table_name(db, &spot_model, memory), "dev_Spot");
  OK(cyn_model_set(&spot_model, cyn_settings(.table = "Spots"), &error));
  CHECK_STR(cyn_model_table_name(db, &spot_model, memory), "dev_Spots");
  OK(cyn_db_model_set(db, &spot_model, cyn_settings(.table = "Mine", .prefix = "x-"), &error));
  CHECK_STR(cyn_model_table_name(db, &spot_model, memory), "x-Mine");
  OK(cyn_create_model(db, spot, NULL, &error));
  spot s = {{1, 2}, 3};
  OK(cyn_save(db, spot, &s, NULL, &error));
  OK(cyn_db_model_set(db, &spot_model, cyn_settings(.table = "Mine", .prefix = "x-", .region = "eu-central-1"), &error));
  CHECK(cyn_save(db, spot, &s, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "ResourceNotFoundException");
  OK(cyn_create_model(db, spot, NULL, &error));
  OK(cyn_save(db, spot, &s, NULL, &error));
  OK(cyn_db_model_set(db, &spot_model, cyn_settings(.host = "memory:other-place"), &error));
  OK(cyn_create_model(db, spot, NULL, &error));
  OK(cyn_save(db, spot, &s, NULL, &error));
  cyn_db *other;
  OK(cyn_open("memory:other-place", NULL, &other, &error));
  int64_t count;
  OK(cyn_db_model_set(other, &spot_model, cyn_settings(.table = "Spots", .prefix = "dev_"), &error));
  OK(cyn_count(other, spot, CYN_NO_EXPRESSION, NULL, &count, &error));
  CHECK_INT(count, 1);
  OK(cyn_db_model_set(db, &spot_model, NULL, &error));
  OK(cyn_model_set(&spot_model, NULL, &error));
  CHECK_STR(cyn_model_table_name(db, &spot_model, memory), "dev_Spot");
  cyn_db_close(other);
  cyn_db_close(db);
  cyn_memory_destroy(memory);
  cyn_error_clean_up(&error);
}

/* ---- descriptors as the macros would not let them be written: by hand, or by another language's binding ---- */

static cyn_status spare_write(const void *field, cyn_memory *m, cyn_bind *out, cyn_error *e) {
  (void)m;
  (void)e;
  *out = cyn_bind_string(field);
  return CYN_OK;
}
static cyn_status spare_read(void *field, cyn_value value, cyn_memory *m, cyn_error *e) {
  (void)field;
  (void)value;
  (void)m;
  (void)e;
  return CYN_OK;
}
static const cyn_custom_type no_write = {"a", CYN_TYPE_S, NULL, spare_read}, no_read = {"b", CYN_TYPE_S, spare_write, NULL},
                             no_type = {"c", (cyn_type)0, spare_write, spare_read};
static char long_name[70000];

typedef struct by_hand {
  char bytes[4096];
} by_hand;

static void hand_made(const cyn_attribute *attributes, size_t count, const char *table, const cyn_model_index *indexes, const char *wanted) {
  static by_hand object;
  cyn_model_state state = {NULL, NULL};
  const cyn_model made = {"made", sizeof object, {.size = sizeof(cyn_model_options), .table = table}, attributes, count, indexes, &state};
  CHECK(cyn_model_init(&made, &object, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoModelError");
  CHECK_STR(error.message, wanted);
  CHECK(state.plan == NULL); /* each call tells it again */
  cyn_error_clean_up(&error);
}

#define ATTRIBUTE(kind_, role_, ...) {.field = "f", .field_size = 64, .kind = (kind_), .role = (role_), .options = {.size = sizeof(cyn_attribute_options)}, __VA_ARGS__}

TEST(attributes_by_hand) {
  memset(long_name, 'n', sizeof long_name - 1);
  const struct {
    cyn_attribute attribute;
    const char *wanted;
  } rows[] = {
      {ATTRIBUTE(CYN_FIELD_BOOL, CYN_ROLE_HASH, .names = NULL), "model made, attribute f: a key is a string, a number or binary"},
      {ATTRIBUTE(CYN_FIELD_VALUE, CYN_ROLE_RANGE, .names = NULL), "model made, attribute f: a key is a string, a number or binary"},
      {ATTRIBUTE(CYN_FIELD_STRING_SET, CYN_ROLE_HASH, .names = NULL), "model made, attribute f: a key is a string, a number or binary"},
      {ATTRIBUTE(CYN_FIELD_NONE, CYN_ROLE_PLAIN, .names = NULL), "model made, attribute f: its C type is no DynamoDB value"},
      {ATTRIBUTE(-1, CYN_ROLE_PLAIN, .names = NULL), "model made, attribute f: its C type is no DynamoDB value"},
      {ATTRIBUTE(200, CYN_ROLE_PLAIN, .names = NULL), "model made, attribute f: its C type is no DynamoDB value"},
      {ATTRIBUTE(CYN_FIELD_CUSTOM, CYN_ROLE_PLAIN, .custom = NULL), "model made, attribute f: a custom type needs a type and both functions"},
      {ATTRIBUTE(CYN_FIELD_CUSTOM, CYN_ROLE_PLAIN, .custom = &no_write), "model made, attribute f: a custom type needs a type and both functions"},
      {ATTRIBUTE(CYN_FIELD_CUSTOM, CYN_ROLE_PLAIN, .custom = &no_read), "model made, attribute f: a custom type needs a type and both functions"},
      {ATTRIBUTE(CYN_FIELD_CUSTOM, CYN_ROLE_PLAIN, .custom = &no_type), "model made, attribute f: a custom type needs a type and both functions"},
      {ATTRIBUTE(CYN_FIELD_LIST, CYN_ROLE_PLAIN, .element_kind = CYN_FIELD_CUSTOM), "model made, attribute f: a custom type needs a type and both functions"},
      {ATTRIBUTE(CYN_FIELD_STRING, CYN_ROLE_PLAIN, .options.name = ""), "model made, attribute f: its attribute name is empty"},
      {ATTRIBUTE(CYN_FIELD_STRING, CYN_ROLE_PLAIN, .options.name = long_name), "model made, attribute f: its attribute name is longer than 65535 bytes"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) hand_made(&rows[i].attribute, 1, NULL, NULL, rows[i].wanted);
  const cyn_attribute plain_one = ATTRIBUTE(CYN_FIELD_STRING, CYN_ROLE_PLAIN, .names = NULL);
  hand_made(&plain_one, 1, "Table", NULL, "model made: it has a table and no hash key");
  static char names[257][8];
  static cyn_attribute many[257];
  for (int i = 0; i < 257; i++) {
    (void)snprintf(names[i], sizeof names[i], "a%d", i);
    many[i] = plain_one;
    many[i].field = names[i];
  }
  hand_made(many, 257, NULL, NULL, "model made, attribute a256: more than 256 attributes");
}

TEST(families_by_hand) {
  cyn_model_state state = {NULL, NULL};
  static cyn_model circle;
  static cyn_attribute parent;
  parent = (cyn_attribute)ATTRIBUTE(CYN_FIELD_PARENT, CYN_ROLE_PARENT, .model = &circle);
  cyn_model made = {"circle", 64, {.size = sizeof(cyn_model_options)}, &parent, 1, NULL, &state};
  memcpy(&circle, &made, sizeof made);
  char object[64];
  CHECK(cyn_model_init(&circle, object, &error) != CYN_OK);
  CHECK_STR(error.message, "model circle: its parents go in a circle");
  cyn_error_clean_up(&error);
  /* a parent, or a family, without a discriminator */
  const cyn_attribute of_spot[] = {ATTRIBUTE(CYN_FIELD_PARENT, CYN_ROLE_PARENT, .model = &spot_model)};
  hand_made(of_spot, 1, NULL, NULL, "model made: its family has no CYN_DISCRIMINATOR");
  const cyn_model *const members[] = {NULL};
  const cyn_attribute key = ATTRIBUTE(CYN_FIELD_STRING, CYN_ROLE_HASH, .names = NULL);
  cyn_model alone = {"alone", 64, {.size = sizeof(cyn_model_options), .table = "T", .family = members}, &key, 1, NULL, &state};
  CHECK(cyn_model_init(&alone, object, &error) != CYN_OK);
  CHECK_STR(error.message, "model alone: its family has no CYN_DISCRIMINATOR");
  cyn_error_clean_up(&error);
}

TEST(indexes_by_hand) {
  static const char *const fields[] = {"id", "a", "b", "c", "d", "e"};
  cyn_attribute attributes[6];
  for (size_t i = 0; i < 6; i++) {
    attributes[i] = (cyn_attribute)ATTRIBUTE(CYN_FIELD_STRING, i == 0 ? CYN_ROLE_HASH : CYN_ROLE_PLAIN, .names = NULL);
    attributes[i].field = fields[i];
  }
  const struct {
    cyn_model_index index;
    const char *wanted;
  } rows[] = {
      {{.name = "i", .hash = "a,  b,c ,d,e"}, "model made, index i: its key c  is no attribute"},
      {{.name = "i", .hash = "a,b, c,,d,e"}, "model made, index i: its key e is one too many: an index has 4 of a kind at most"},
      {{.name = "i", .is_local = true, .range = "a, b"}, "model made, index i: its key b is one too many: a local index has one"},
      {{.name = "i", .hash = "a", .range = "nothing"}, "model made, index i: its key nothing is no attribute"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const cyn_model_index indexes[] = {rows[i].index, {.name = NULL}};
    hand_made(attributes, 6, "T", indexes, rows[i].wanted);
  }
}
