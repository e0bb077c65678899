/* Every piece of memory that the mapper takes fails in turn: of the heap and of each arena, of the layers below too. A step that
 * fails says that memory is out, by status and text; a step that succeeds has done all; nothing leaks (AddressSanitizer); and
 * the same step works right afterwards on the same database. Plans and targets are made anew each time. */
#include <stdatomic.h>

#include <cynamo/cynamo.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "family.h"
#include "test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 3
#else
#define STRIDE 1
#endif
#define EVENTS_MAX 20000

/* ---- what fails ---- */

static atomic_long countdown = -1; /* negative: nothing fails */
static int fail_at_zero(size_t size) {
  (void)size;
  return atomic_load(&countdown) >= 0 && atomic_fetch_sub(&countdown, 1) == 0;
}

/* ---- models with everything in them ---- */

typedef struct point {
  int x, y;
} point;
static cyn_status write_point(const void *field, cyn_memory *memory, cyn_bind *out, cyn_error *error) {
  const point *p = field;
  char *text = cyn_memory_alloc(memory, 32);
  if (text == NULL) return cyn_fail(error, "no room for a point");
  (void)snprintf(text, 32, "%d:%d", p->x, p->y);
  *out = cyn_bind_string(text);
  return CYN_OK;
}
static cyn_status read_point(void *field, cyn_value value, cyn_memory *memory, cyn_error *error) {
  (void)memory;
  point p;
  if (sscanf(cyn_value_string(value).data, "%d:%d", &p.x, &p.y) != 2) return cyn_fail(error, "a point is X:Y");
  memcpy(field, &p, sizeof p);
  return CYN_OK;
}
static const cyn_custom_type point_type = {"a point", CYN_TYPE_S, write_point, read_point};
static void make_stamp(void *field) {
  static const char *const stamp = "stamped";
  memcpy(field, &stamp, sizeof stamp);
}

typedef enum color { RED, GREEN } color;
static const char *const color_names[] = {"red", "green"};
typedef struct address {
  const char *city;
  int zip;
} address;
CYN_STRUCT(address, CYN_ATTR(city, .nullable = true), CYN_ATTR(zip));

typedef struct thing {
  const char *id;
  int64_t n;
  const char *order; /* a reserved word */
  int version;
  cyn_string_set tags;
  cyn_int_set numbers;
  cyn_double_set reals;
  cyn_number_set exact;
  cyn_binary_set keys;
  address home;
  address *work;
  CYN_LIST_OF(address) places;
  CYN_LIST_OF(int) small;
  color paint;
  const char *blob, *stamp;
  point at;
  cyn_bytes raw;
  cyn_item extra;
  cyn_value anything;
  cyn_opt_double ratio;
  cyn_opt_bool flag;
  cyn_time seen, expires;
} thing;
CYN_MODEL(thing, CYN_TABLE("Thing", .read_units = 5, .stream = CYN_STREAM_VIEW_TYPE_KEYS_ONLY, .tags = "team=db, alone"),
          CYN_HASH_KEY(id), CYN_RANGE_KEY(n), CYN_ATTR(order, .nullable = true), CYN_VERSION_ATTR(version), CYN_ATTR(tags),
          CYN_ATTR(numbers), CYN_ATTR(reals), CYN_ATTR(exact), CYN_ATTR(keys), CYN_MAP(home, address),
          CYN_MAP(work, address, .nullable = true), CYN_MAP_LIST(places, address, .nullable = true),
          CYN_LIST(small, .nullable = true), CYN_ENUM(paint, color_names), CYN_JSON(blob, .nullable = true),
          CYN_ATTR(stamp, .default_call = make_stamp), CYN_CUSTOM(at, &point_type), CYN_ATTR(raw, .nullable = true),
          CYN_ATTR(extra, .nullable = true), CYN_ATTR(anything, .nullable = true), CYN_ATTR(ratio), CYN_ATTR(flag),
          CYN_ATTR(seen, .nullable = true, .default_text = "2026-11-24T00:00:00.000000+0000"), CYN_TTL(expires, .nullable = true),
          CYN_GSI("by_order", order, n, .include = "tags, paint"), CYN_LSI("recent", seen, .keys_only = true));

static const cyn_model *const all_models[] = {&thing_model, &address_model, &animal_model, &cat_model, &lion_model, &dog_model};

static thing whole(void) {
  static const char *const tags[] = {"q", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "a"};
  static const int64_t numbers[] = {3, -1, 2};
  static const double reals[] = {0.5, 0.25};
  static cyn_decimal exact[1];
  static const cyn_bytes keys[] = {{"\0a", 2}, {"b", 1}};
  static address work = {"Bern", 3000}, places[] = {{"Chur", 7000}, {NULL, 1}};
  static int small[] = {1, 2};
  thing t;
  memset(&t, 0, sizeof t);
  exact[0] = cyn_decimal_of("1.25");
  t.id = "a";
  t.n = 1;
  t.order = "first";
  t.tags = (cyn_string_set){tags, 17};
  t.numbers = (cyn_int_set){numbers, 3};
  t.reals = (cyn_double_set){reals, 2};
  t.exact = (cyn_number_set){exact, 1};
  t.keys = (cyn_binary_set){keys, 2};
  t.home = (address){"Zug", 6300};
  t.work = &work;
  t.places.at = places;
  t.places.count = 2;
  t.small.at = small;
  t.small.count = 2;
  t.paint = GREEN;
  t.blob = "{\"a\": [1, {\"b\": \"\\u00e9\"}]}";
  t.at = (point){1, 2};
  t.raw = (cyn_bytes){"\0\xFF", 2};
  t.ratio = (cyn_opt_double){true, 0.5};
  t.flag = (cyn_opt_bool){true, true};
  t.expires = cyn_time_from_seconds(4000000000);
  return t;
}

/* ---- steps ---- */

static cyn_db *db;
static cyn_memory *memory;

#define DO(call)                       \
  do {                                 \
    cyn_status done_ = (call);         \
    if (done_ != CYN_OK) return done_; \
  } while (0)

static cyn_status create_tables(cyn_error *error) {
  DO(cyn_create_model(db, thing, cyn_table(.wait = true, .ignore_existing = true), error));
  const cyn_table_description *table;
  bool exists;
  DO(cyn_model_describe_table(db, &thing_model, &table, memory, error));
  CHECK(table->global_secondary_indexes.count == 1 && table->local_secondary_indexes.count == 1);
  CHECK_INT(table->provisioned_throughput->read_capacity_units.value, 5);
  CHECK(table->global_secondary_indexes.at[0]->projection->non_key_attributes.count == 2);
  CHECK(table->latest_stream_arn.size != 0 || table->stream_specification != NULL);
  DO(cyn_model_table_exists(db, &thing_model, &exists, error));
  CHECK(exists);
  return cyn_create_model(db, animal, cyn_table(.ignore_existing = true), error);
}
static void drop_tables(void) {
  CHECK_INT(cyn_model_delete_table(db, &thing_model, cyn_table(.wait = true, .ignore_existing = true), NULL), CYN_OK);
  CHECK_INT(cyn_model_delete_table(db, &animal_model, cyn_table(.wait = true, .ignore_existing = true), NULL), CYN_OK);
}

static cyn_status delete_tables(cyn_error *error) {
  DO(cyn_model_delete_table(db, &thing_model, cyn_table(.wait = true, .ignore_existing = true), error));
  return cyn_model_delete_table(db, &animal_model, cyn_table(.ignore_existing = true), error);
}
static void have_tables(void) {
  cyn_error error = CYN_ERROR_INIT;
  if (create_tables(&error) != CYN_OK) test_failed(__FILE__, __LINE__, "tables: %s", error.message);
}

static void no_item(void) {
  thing t = whole();
  have_tables();
  CHECK_INT(cyn_delete(db, thing, &t, cyn_write(.ignore_version = true), NULL), CYN_OK);
}
static void one_item(void) {
  thing t = whole();
  no_item();
  CHECK(cyn_save(db, thing, &t, NULL, NULL) == CYN_OK);
}

static cyn_status save(cyn_error *error) {
  thing t = whole();
  double units = 0;
  cyn_item old;
  DO(cyn_save(db, thing, &t,
              cyn_write(.condition = cyn_expr("attribute_not_exists(id) OR n = ?", 1),
                        .return_values = CYN_RETURN_VALUE_ALL_OLD, .returned = &old, .memory = memory, .consumed = &units),
              error));
  CHECK(t.version == 1 && units >= 1 && old.data == NULL);
  return cyn_save(db, thing, &t, NULL, error);
}

static cyn_status get(cyn_error *error) {
  thing t;
  memset(&t, 0, sizeof t);
  DO(cyn_get(db, thing, &t, cyn_keys("a", 1), NULL, memory, error));
  CHECK(t.tags.count == 17 && t.places.count == 2 && t.at.y == 2 && t.work->zip == 3000);
  bool exists;
  DO(cyn_exists(db, thing, cyn_keys("a", 1), NULL, &exists, error));
  CHECK(exists);
  DO(cyn_refresh(db, thing, &t, cyn_read(.fields = "home.city, order, tags", .consistent = true), memory, error));
  CHECK_STR(t.home.city, "Zug");
  cyn_status status = cyn_get(db, thing, &t, cyn_keys("b", 1), NULL, memory, error);
  if (status != CYN_E_DOES_NOT_EXIST) return status;
  CHECK_STR(error->message, "model thing: table Thing has no item with the key {\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"1\"}}");
  cyn_error_clean_up(error);
  return CYN_OK;
}

static cyn_status update(cyn_error *error) {
  thing t = whole();
  static const char *const more[] = {"new"};
  t.version = 1;
  DO(cyn_update(db, thing, &t,
                cyn_expr("SET order = ?, home.city = ?, paint = ?, seen = ?, anything = ? ADD tags ?, numbers ?", "x", "Basel", RED,
                         cyn_time_from_seconds(60), cyn_struct(address, &t.home), ((cyn_string_set){more, 1}),
                         cyn_field(thing, &t, numbers)),
                cyn_write(.condition = cyn_expr("n = ? AND contains(tags, ?)", 1, "b"), .ignore_version = false), memory, error));
  CHECK(t.version == 2 && t.tags.count == 18 && strcmp(t.home.city, "Basel") == 0);
  return CYN_OK;
}

static cyn_status delete(cyn_error *error) {
  thing t = whole();
  cyn_item old;
  t.version = 1;
  DO(cyn_delete(db, thing, &t,
                cyn_write(.condition = cyn_expr("order = ?", "first"), .return_values = CYN_RETURN_VALUE_ALL_OLD,
                          .returned = &old, .memory = memory), error));
  CHECK_INT(cyn_value_count(cyn_item_get(old, cyn_str("home"))), 2);
  return CYN_OK;
}

static cyn_status convert(cyn_error *error) {
  thing t = whole(), r;
  cyn_item item;
  const char *json;
  memset(&r, 0, sizeof r);
  DO(cyn_init(thing, &r, error));
  CHECK(r.seen.is_set && strcmp(r.stamp, "stamped") == 0);
  DO(cyn_to_json(thing, &t, &json, memory, error));
  DO(cyn_from_json(thing, &r, json, memory, error));
  CHECK(r.tags.count == 17 && r.small.count == 2 && strcmp(r.blob, t.blob) == 0);
  DO(cyn_from_json(thing, &r, "{\"id\":\"b\",\"n\":2,\"extra\":{\"x\":[1,null,true,{\"y\":\"z\"}]},\"keys\":[\"YQ==\"],\"tags\":[]}",
                   memory, error));
  CHECK(cyn_item_count(r.extra) == 1 && r.keys.count == 1 && r.tags.count == 0);
  DO(cyn_to_item(thing, &t, &item, memory, error));
  return cyn_from_item(thing, &r, item, memory, error);
}

/* ---- many ---- */

static void many_items(void) {
  have_tables();
  for (int i = 0; i < 6; i++) {
    thing t = whole();
    t.id = "many";
    t.n = i;
    CHECK(cyn_save(db, thing, &t, cyn_write(.ignore_version = true), NULL) == CYN_OK);
    cat c = {.base = {.name = i % 2 == 0 ? "tom" : "kit"}, .lives = i};
    lion l = {.base = {.base = {.name = "leo"}, .lives = i}, .mane = 0.5};
    CHECK(cyn_save(db, cat, &c, NULL, NULL) == CYN_OK && cyn_save(db, lion, &l, NULL, NULL) == CYN_OK);
  }
}

static cyn_status query(cyn_error *error) {
  thing t;
  int found = 0;
  double units = 0;
  cyn_cursor *cursor = cyn_find(db, thing, cyn_expr("id = ? AND n BETWEEN ? AND ?", "many", 0, 9),
                                cyn_read(.page_size = 2, .filter = cyn_expr("paint = ? OR order = ?", GREEN, "x"),
                                         .fields = "id, n, home.city, seen", .consumed = &units), error);
  if (cursor == NULL) return error->status;
  cyn_item position = {NULL, 0, NULL};
  for (; cyn_next(cursor, thing, &t); found++) /* a page has two */
    if (found == 2) position = cyn_cursor_position(cursor, memory);
  CHECK(cyn_cursor_count(cursor) >= found && cyn_cursor_scanned_count(cursor) >= found);
  bool is_whole = cyn_cursor_consumed(cursor) > 0 && units > 0;
  DO(cyn_cursor_close(cursor, error));
  CHECK(is_whole && found == 6);
  if (position.data == NULL) return CYN_E_OUT_OF_MEMORY; /* the one thing that it can be */
  cursor = cyn_find(db, thing, cyn_expr("order = ?", "first"), cyn_read(.index = "by_order", .backward = true, .limit = 2), error);
  if (cursor == NULL) return error->status;
  for (found = 0; cyn_next(cursor, thing, &t); found++) continue;
  DO(cyn_cursor_close(cursor, error));
  CHECK_INT(found, 2);
  cursor = cyn_find(db, thing, cyn_expr("id = ?", "many"), cyn_read(.start = position), error);
  if (cursor == NULL) return error->status;
  for (found = 0; cyn_next(cursor, thing, &t); found++) continue;
  DO(cyn_cursor_close(cursor, error));
  CHECK_INT(found, 3);
  int64_t count;
  DO(cyn_count(db, thing, cyn_expr("id = ?", "many"), NULL, &count, error));
  CHECK_INT(count, 6);
  return CYN_OK;
}

static cyn_status family(cyn_error *error) {
  const cyn_model *kind;
  void *any;
  int found = 0;
  DO(cyn_get_any(db, animal, &any, &kind, cyn_keys("leo"), NULL, memory, error));
  CHECK(kind == &lion_model && ((lion *)any)->mane == 0.5);
  cyn_cursor *cursor = cyn_find_all(db, cat, cyn_read(.filter = cyn_expr("lives > ? OR lives < ?", 1, 1)), error);
  if (cursor == NULL) return error->status;
  while (cyn_cursor_next_any(cursor, &kind) != NULL) found++;
  DO(cyn_cursor_close(cursor, error));
  CHECK_INT(found, 3);
  return CYN_OK;
}

static atomic_int visited;
static bool visit(void *object, int64_t segment, void *user) {
  (void)segment;
  (void)user;
  visited += ((thing *)object)->n >= 0;
  return true;
}
static cyn_status parallel(cyn_error *error) {
  double units = 0;
  visited = 0;
  DO(cyn_scan_parallel(db, thing, cyn_read(.total_segments = 2, .consumed = &units), visit, NULL, error));
  CHECK(visited >= 6 && units > 0);
  return CYN_OK;
}

static cyn_status read_many(cyn_error *error) {
  thing t[3];
  cat c[2] = {{.base = {.name = "tom"}}, {.base = {.name = "nobody"}}};
  bool found[3] = {false}, cats[2] = {false};
  double units = 0;
  for (int i = 0; i < 3; i++) {
    t[i] = whole();
    t[i].id = "many";
    t[i].n = i == 2 ? 99 : i;
  }
  DO(cyn_get_many(db, thing, t, 3, found, cyn_read(.fields = "id, n, order", .consumed = &units, .consistent = true), memory, error));
  CHECK(found[0] && found[1] && !found[2] && units > 0);
  cyn_wanted wanted[] = {cyn_want(thing, t, 3, NULL), cyn_want(cat, c, 2, cats)};
  DO(cyn_get_wanted(db, wanted, 2, NULL, memory, error));
  CHECK(cats[0] && !cats[1] && c[0].lives == 4);
  return CYN_OK;
}

static cyn_status batch(cyn_error *error) {
  double units = 0;
  cyn_batch *b = cyn_batch_open(db, &(cyn_batch_open_options){.size = sizeof(cyn_batch_open_options), .consumed = &units});
  if (b == NULL) return cyn_fail(error, "no batch"), CYN_E_OUT_OF_MEMORY;
  cyn_status status = CYN_OK;
  for (int i = 0; i < 27 && status == CYN_OK; i++) {
    cat c = {.base = {.name = i == 26 ? "tom" : "kit"}, .lives = i};
    thing t = whole();
    t.id = "batch";
    t.n = i;
    status = i == 26 ? cyn_batch_save(b, cat, &c, error)
             : i % 2 == 0 ? cyn_batch_save(b, thing, &t, error)
                          : cyn_batch_delete(b, thing, &t, error);
  }
  if (status == CYN_OK) {
    status = cyn_batch_close(b, error);
    CHECK(status != CYN_OK || units > 0);
  } else {
    cyn_batch_destroy(b);
  }
  return status;
}

static cyn_status transaction(cyn_error *error) {
  thing t = whole(), other = whole(), read = whole();
  double units = 0;
  bool found = false;
  cyn_transaction *made = cyn_transaction_new(db);
  if (made == NULL) return cyn_fail(error, "no transaction"), CYN_E_OUT_OF_MEMORY;
  t.id = "t1", other.id = "many", read.id = "many";
  animal gone = {.name = "gone"}, none = {.name = "none"};
  cyn_status status = cyn_transaction_save(made, thing, &t, cyn_write(.ignore_version = true), error);
  if (status == CYN_OK)
    status = cyn_transaction_update(made, thing, &other, cyn_expr("SET order = ?", "first"),
                                    cyn_write(.ignore_version = true, .condition = cyn_expr("n = ?", 1)), error);
  if (status == CYN_OK) status = cyn_transaction_delete(made, animal, &gone, NULL, error);
  if (status == CYN_OK) status = cyn_transaction_check(made, animal, &none, cyn_if("attribute_not_exists(name)"), error);
  if (status == CYN_OK) status = cyn_transaction_commit(made, NULL, &units, error);
  if (status == CYN_OK) status = cyn_transaction_get(made, thing, &read, &found, error);
  if (status == CYN_OK) status = cyn_transaction_commit(made, memory, &units, error);
  CHECK(status != CYN_OK || (found && units > 0));
  cyn_transaction_destroy(made);
  return status;
}

/* ---- settings ---- */

static cyn_status settings(cyn_error *error) {
  const cyn_model_options own = {.size = sizeof own, .table = "Other", .region = "eu-west-1", .tags = "a=b"};
  DO(cyn_db_model_set(db, &animal_model, &own, error));
  const char *name = cyn_model_table_name(db, &animal_model, memory);
  if (name == NULL) return cyn_fail(error, "no name"), CYN_E_OUT_OF_MEMORY;
  CHECK_STR(name, "Other");
  DO(cyn_db_model_set(db, &animal_model, NULL, error));
  DO(cyn_db_set_table_prefix(db, "", error));
  return cyn_model_set(&animal_model, NULL, error);
}

/* A database that nothing has been done with, and a model with one of its own. */
static cyn_status fresh(cyn_error *error) {
  cyn_db *own;
  const cyn_model_options elsewhere = {.size = sizeof elsewhere, .host = "memory:", .region = "eu-west-1"};
  DO(cyn_open("memory:", NULL, &own, error));
  cyn_status status = cyn_db_model_set(own, &animal_model, &elsewhere, error);
  if (status == CYN_OK) status = cyn_create_model(own, animal, NULL, error);
  cyn_db_close(own);
  return status;
}

static const struct step {
  const char *name;
  void (*prepare)(void);
  cyn_status (*run)(cyn_error *error);
  bool waits; /* its error may be the program's word for it */
} steps[] = {
    {"create tables", drop_tables, create_tables, false},
    {"delete tables", have_tables, delete_tables, false},
    {"save", no_item, save, true},
    {"get", one_item, get, false},
    {"update", one_item, update, true},
    {"delete", one_item, delete, false},
    {"convert", NULL, convert, true},
    {"query", many_items, query, false},
    {"family", many_items, family, false},
    {"parallel", many_items, parallel, false},
    {"read many", many_items, read_many, true},
    {"batch", have_tables, batch, true},
    {"transaction", many_items, transaction, true},
    {"settings", NULL, settings, false},
    {"fresh", NULL, fresh, false},
};

/* Plans and targets are made again. */
static void forget(void) {
  for (size_t i = 0; i < sizeof all_models / sizeof all_models[0]; i++) all_models[i]->state->plan = NULL;
  CHECK(cyn_db_model_set(db, &address_model, NULL, NULL) == CYN_OK);
}

static void run_step(const struct step *step) {
  int failures = 0;
  bool is_lasting = step->prepare == many_items || step->prepare == have_tables || step->prepare == NULL;
  if (step->prepare != NULL) step->prepare();
  for (long n = 0; n < EVENTS_MAX && !test_current_failed(); n += STRIDE) {
    cyn_error error = CYN_ERROR_INIT;
    if (!is_lasting || step->run == delete_tables) step->prepare();
    forget();
    cyn_memory_reset(memory);
    atomic_store(&countdown, n);
    cyn_status status = step->run(&error);
    bool was_hit = atomic_load(&countdown) < 0;
    atomic_store(&countdown, -1);
    failures += status != CYN_OK;
    bool is_programs = step->waits && error.message != NULL && strstr(error.message, "no room for a point") != NULL;
    if (status != CYN_OK && !(was_hit && (status == CYN_E_OUT_OF_MEMORY || is_programs)))
      test_failed(__FILE__, __LINE__, "%s, piece %ld: %s: %s", step->name, n, error.name, error.message);
    if (error.status != CYN_OK && error.message == NULL) test_failed(__FILE__, __LINE__, "%s, piece %ld: no text", step->name, n);
    cyn_error_clean_up(&error);
    if (status != CYN_OK) {
      if (!is_lasting || step->run == delete_tables) step->prepare();
      cyn_memory_reset(memory);
      if (step->run(&error) != CYN_OK)
        test_failed(__FILE__, __LINE__, "%s after piece %ld: %s: %s", step->name, n, error.name, error.message);
      cyn_error_clean_up(&error);
    }
    if (!was_hit) break;
  }
  printf("    %s: %d failures\n", step->name, failures);
#ifndef NDEBUG
  CHECK(failures > 3); /* a release asks for no piece of an arena, and calls take little else */
#endif
}

TEST(every_piece_of_memory_fails_once) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_alloc_hook = fail_at_zero;
  cyn_i_arena_hook = fail_at_zero;
  REQUIRE(cyn_open("memory:", NULL, &db, &error) == CYN_OK);
  memory = cyn_memory_new();
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) run_step(&steps[i]);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  cyn_i_alloc_hook = NULL;
  cyn_i_arena_hook = NULL;
}
