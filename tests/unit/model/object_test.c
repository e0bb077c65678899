/* The mapper's single objects, over memory: — all field kinds there and back, conditions, updates, versions, errors. */
#include <cynamo/model.h>

#include <stdlib.h>

#include "mapper.h"

typedef enum color { RED, GREEN, BLUE } color;
static const char *const color_names[] = {"red", "green", "blue"};
typedef struct address {
  const char *city;
  int zip;
} address;
typedef struct comment {
  const char *who;
  double stars;
} comment;
typedef struct thread {
  const char *forum, *subject;
  int64_t views;
  bool pinned;
  cyn_time last_post;
  cyn_string_set tags;
  char id[37];
  unsigned char hash[4];
  cyn_opt_int maybe;
  cyn_decimal price;
  address home;
  address *work;
  color paint;
  CYN_LIST_OF(const char *) names;
  CYN_LIST_OF(comment) comments;
  cyn_item extra;
  cyn_time expires;
  const char *blob;
  uint8_t small;
  float ratio;
  uint64_t huge;
  cyn_int_set numbers;
  cyn_number_set exact;
  cyn_binary_set keys;
  cyn_value anything;
  cyn_bytes raw;
  int transient; /* no attribute */
} thread;

CYN_STRUCT(address, CYN_ATTR(city, .nullable = true), CYN_ATTR(zip, .nullable = true));
CYN_STRUCT(comment, CYN_ATTR(who), CYN_ATTR(stars));
CYN_MODEL(thread, CYN_TABLE("Thread", .read_units = 1), CYN_HASH_KEY(forum), CYN_RANGE_KEY(subject),
          CYN_ATTR(views, .default_text = "7"), CYN_ATTR(pinned), CYN_ATTR(last_post, .name = "LastPost", .nullable = true),
          CYN_ATTR(tags), CYN_ATTR(id, .nullable = true), CYN_ATTR(hash), CYN_ATTR(maybe),
          CYN_ATTR(price, .nullable = true), CYN_MAP(home, address), CYN_MAP(work, address, .nullable = true),
          CYN_ENUM(paint, color_names), CYN_LIST(names, .nullable = true), CYN_MAP_LIST(comments, comment, .nullable = true),
          CYN_ATTR(extra, .nullable = true), CYN_TTL(expires, .nullable = true), CYN_JSON(blob, .nullable = true),
          CYN_ATTR(small), CYN_ATTR(ratio), CYN_ATTR(huge), CYN_ATTR(numbers), CYN_ATTR(exact), CYN_ATTR(keys),
          CYN_ATTR(anything, .nullable = true), CYN_ATTR(raw, .nullable = true), CYN_GSI("by_views", forum, views),
          CYN_GSI_HASH("by_id", id, .keys_only = true), CYN_LSI("recent", last_post, .include = "views, price"));

typedef struct counter {
  const char *name;
  int value;
  int version;
} counter;
CYN_MODEL(counter, CYN_TABLE("Counter"), CYN_HASH_KEY(name), CYN_ATTR(value), CYN_VERSION_ATTR(version));

static void set_up(void) {
  if (place_open(&db, &error) != CYN_OK || cyn_create_model(db, thread, NULL, &error) != CYN_OK ||
      cyn_create_model(db, counter, NULL, &error) != CYN_OK)
    test_failed(__FILE__, __LINE__, "set_up: %s", error.message);
  memory = cyn_memory_new();
}

#define FAILS(call, wanted_name, wanted_message)   \
  do {                                             \
    if ((call) == CYN_OK)                          \
      test_failed(__FILE__, __LINE__, "%s: no error", #call); \
    else {                                         \
      CHECK_STR(error.name, wanted_name);          \
      CHECK_STR(error.message, wanted_message);    \
    }                                              \
    cyn_error_clean_up(&error);                    \
  } while (0)

static thread whole(void) {
  static const char *const tags[] = {"c", "database"};
  static const char *names[] = {"ann", "bob", ""};
  static comment comments[] = {{"ann", 4.5}, {"bob", 0.1}};
  static address work = {"Bern", 3000};
  static const int64_t numbers[] = {3, -1, 2};
  static cyn_decimal exact[1];
  static const cyn_bytes keys[] = {{"\0a", 2}, {"b", 1}};
  exact[0] = cyn_decimal_of("1.25");
  thread t = {.forum = "Cynamo", .subject = "Signals", .views = -42, .pinned = true, .small = 255};
  t.last_post = cyn_time_from_seconds(1764000000);
  t.tags = (cyn_string_set){tags, 2};
  memcpy(t.id, "abc", 4);
  memcpy(t.hash, "\x01\x02\x00\x04", 4);
  t.maybe = cyn_int(9);
  t.price = cyn_decimal_of("12345678901234567890.5");
  t.home = (address){"Zürich", 8000};
  t.work = &work;
  t.paint = BLUE;
  t.names.at = names;
  t.names.count = 3;
  t.comments.at = comments;
  t.comments.count = 2;
  t.expires = cyn_time_from_seconds(4000000000);
  t.blob = "{\"a\": [1, 2]}";
  t.ratio = 0.1f;
  t.huge = UINT64_MAX;
  t.numbers = (cyn_int_set){numbers, 3};
  t.exact = (cyn_number_set){exact, 1};
  t.keys = (cyn_binary_set){keys, 2};
  t.raw = (cyn_bytes){"\0\xFF", 2};
  return t;
}

TEST(all_kinds_come_back) {
  set_up();
  cyn_item_builder *builder = cyn_item_builder_new();
  thread t = whole(), r = {.transient = 5};
  OK(cyn_item_from_json(builder, cyn_str("{\"x\":{\"L\":[{\"N\":\"1\"},{\"M\":{}}]}}"), &t.extra, &error));
  t.anything = cyn_item_get(t.extra, cyn_str("x"));
  OK(cyn_save(db, thread, &t, NULL, &error));
  OK(cyn_get(db, thread, &r, cyn_keys("Cynamo", "Signals"), NULL, memory, &error));
  CHECK(cyn_equal(thread, &t, &r));
  CHECK_STR(r.forum, "Cynamo");
  CHECK_INT(r.views, -42);
  CHECK(r.pinned);
  CHECK_INT(r.last_post.us, INT64_C(1764000000000000));
  CHECK_INT(r.tags.count, 2);
  CHECK_STR(r.tags.at[1], "database");
  CHECK_STR(r.id, "abc");
  CHECK(memcmp(r.hash, t.hash, 4) == 0);
  CHECK_INT(r.maybe.value, 9);
  CHECK_STR(r.price.text, "12345678901234567890.5");
  CHECK_STR(r.home.city, "Zürich");
  CHECK_INT(r.home.zip, 8000);
  CHECK(r.work != NULL && r.work->zip == 3000);
  CHECK_INT(r.paint, BLUE);
  CHECK_INT(r.names.count, 3);
  CHECK_STR(r.names.at[2], "");
  CHECK(r.comments.count == 2 && r.comments.at[1].stars == 0.1);
  CHECK_STR(r.blob, "{\"a\": [1, 2]}");
  CHECK_INT(r.small, 255);
  CHECK(r.ratio == 0.1f);
  CHECK(r.huge == UINT64_MAX);
  CHECK_INT(r.numbers.count, 3);
  CHECK_INT(r.numbers.at[0], -1);
  CHECK_STR(r.exact.at[0].text, "1.25");
  CHECK_INT(r.keys.count, 2);
  CHECK(r.raw.size == 2 && r.raw.data[1] == '\xFF');
  CHECK_INT(cyn_item_count(r.extra), 1);
  CHECK_INT(cyn_value_count(r.anything), 2);
  CHECK_INT(cyn_time_seconds(r.expires), 4000000000);
  CHECK_INT(r.transient, 5);
  cyn_item_builder_destroy(builder);
  tear_down();
}

TEST(item_as_pynamodb_writes) {
  set_up();
  thread t = whole();
  cyn_item item;
  char json[2000];
  t.comments.count = 1;
  OK(cyn_to_item(thread, &t, &item, memory, &error));
  (void)cyn_item_to_json(item, json, sizeof json);
  CHECK(strstr(json, "\"LastPost\":{\"S\":\"2025-11-24T16:00:00.000000+0000\"}") != NULL);
  CHECK(strstr(json, "\"expires\":{\"N\":\"4000000000\"}") != NULL);
  CHECK(strstr(json, "\"home\":{\"M\":{\"city\":{\"S\":\"Zürich\"},\"zip\":{\"N\":\"8000\"}}}") != NULL);
  CHECK(strstr(json, "\"comments\":{\"L\":[{\"M\":{\"who\":{\"S\":\"ann\"},\"stars\":{\"N\":\"4.5\"}}}]}") != NULL);
  CHECK(strstr(json, "\"paint\":{\"S\":\"blue\"}") != NULL);
  CHECK(strstr(json, "\"ratio\":{\"N\":\"0.1\"}") != NULL);
  CHECK(strstr(json, "transient") == NULL);
  tear_down();
}

TEST(absent_and_defaults) {
  set_up();
  thread t = {.forum = "a", .subject = "b"}, r = {.views = 1, .work = &(address){"x", 1}};
  cyn_item item;
  OK(cyn_to_item(thread, &t, &item, memory, &error));
  CHECK(cyn_item_get(item, cyn_str("LastPost")).data == NULL);
  CHECK(cyn_item_get(item, cyn_str("tags")).data == NULL);
  CHECK(cyn_item_get(item, cyn_str("maybe")).data == NULL);
  OK(cyn_init(thread, &r, &error));
  CHECK_INT(r.views, 7);
  CHECK(r.work == NULL);
  cyn_item_builder *builder = cyn_item_builder_new();
  OK(cyn_item_from_json(builder, cyn_str("{\"forum\":{\"S\":\"f\"},\"work\":{\"NULL\":true},\"unknown\":{\"N\":\"1\"}}"),
                        &item, &error));
  r.pinned = true;
  OK(cyn_from_item(thread, &r, item, memory, &error));
  CHECK_STR(r.forum, "f");
  CHECK(r.subject == NULL && !r.pinned && r.work == NULL);
  CHECK_INT(r.views, 7);
  cyn_item_builder_destroy(builder);
  tear_down();
}

TEST(does_not_exist) {
  set_up();
  thread t = {.views = 3};
  FAILS(cyn_get(db, thread, &t, cyn_keys("no", "where"), NULL, memory, &error), "CynamoDoesNotExist",
        "model thread: table Thread has no item with the key {\"forum\":{\"S\":\"no\"},\"subject\":{\"S\":\"where\"}}");
  CHECK_INT(t.views, 3);
  bool exists = true;
  OK(cyn_exists(db, thread, cyn_keys("no", "where"), NULL, &exists, &error));
  CHECK(!exists);
  t = whole();
  OK(cyn_save(db, thread, &t, NULL, &error));
  OK(cyn_exists(db, thread, cyn_keys("Cynamo", "Signals"), cyn_read(.consistent = true), &exists, &error));
  CHECK(exists);
  OK(cyn_delete(db, thread, &t, cyn_if("views = ?", -42), &error));
  OK(cyn_exists(db, thread, cyn_keys("Cynamo", "Signals"), NULL, &exists, &error));
  CHECK(!exists);
  tear_down();
}

TEST(keys_and_texts_of_all_lengths) {
  set_up();
  static const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 127, 128, 129, 900, 960, 1000, 1020, 1024, 1500, 2048};
  static char text[2049];
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    thread t = whole(), r;
    memset(text, 'a' + (int)(i % 26), lengths[i]);
    text[lengths[i]] = '\0';
    t.forum = text;
    OK(cyn_save(db, thread, &t, NULL, &error));
    memset(&r, 0, sizeof r);
    OK(cyn_get(db, thread, &r, cyn_keys(text, "Signals"), NULL, memory, &error));
    CHECK_STR(r.forum, text);
    for (size_t at = 0; at < lengths[i] && at < 200; at++) { /* a NUL anywhere is found */
      cyn_item_builder *builder = cyn_item_builder_new();
      cyn_item item;
      text[at] = '\0';
      cyn_item_put_string(builder, cyn_str("forum"), (cyn_bytes){text, lengths[i]});
      OK(cyn_item_builder_finish(builder, &item, &error));
      CHECK(cyn_from_item(thread, &r, item, memory, &error) != CYN_OK);
      CHECK(cyn_error_is(&error, CYN_EXCEPTION_ATTRIBUTE_DESERIALIZATION));
      text[at] = 'b';
      cyn_item_builder_destroy(builder);
    }
  }
  tear_down();
}

TEST(conditions) {
  set_up();
  thread t = whole();
  OK(cyn_save(db, thread, &t, cyn_if("attribute_not_exists(forum)"), &error));
  FAILS(cyn_save(db, thread, &t, cyn_if("attribute_not_exists(forum)"), &error), "ConditionalCheckFailedException",
        "The conditional request failed");
  cyn_decimal price = cyn_decimal_of("12345678901234567890.5");
  OK(cyn_save(db, thread, &t, cyn_if("price = ? AND pinned = ? AND paint IN (?, ?)", &price, true, RED, BLUE), &error));
  OK(cyn_save(db, thread, &t, cyn_if("views BETWEEN ? AND ? AND contains(tags, ?)", -50, 0, "c"), &error));
  OK(cyn_save(db, thread, &t, cyn_if("home.city = ? AND comments[1].stars < ? AND size(names) = ?", "Zürich", 1, 3), &error));
  OK(cyn_save(db, thread, &t, cyn_if("last_post > ? OR begins_with(last_post, ?)", cyn_time_from_seconds(1), "2025"), &error));
  OK(cyn_save(db, thread, &t, cyn_if("NOT (small <> ?) AND attribute_type(hash, ?)", 255, "B"), &error));
  cyn_status status = cyn_save(db, thread, &t, cyn_write(.condition = cyn_expr("views = ?", 1), .return_on_failure = true), &error);
  CHECK(status != CYN_OK && error.item != NULL);
  cyn_error_clean_up(&error);
  tear_down();
}

TEST(wrong_expressions) {
  set_up();
  thread t = whole();
  FAILS(cyn_save(db, thread, &t, cyn_if("veiws = ?", 1), &error), "CynamoModelError",
        "model thread, expression \"veiws = ?\": model thread has no attribute veiws");
  FAILS(cyn_save(db, thread, &t, cyn_if("home.town = ?", "x"), &error), "CynamoModelError",
        "model thread, expression \"home.town = ?\": model address has no attribute town");
  FAILS(cyn_save(db, thread, &t, cyn_if("views = ?", "x"), &error), "CynamoModelError",
        "model thread, attribute views: value 1 of the expression is a string, it is an integer of 64 bits");
  FAILS(cyn_save(db, thread, &t, cyn_if("pinned = ?", 2), &error), "CynamoModelError",
        "model thread, attribute pinned: value 1 of the expression is an integer, it is a bool");
  FAILS(cyn_save(db, thread, &t, cyn_if("small = ?", 256), &error), "CynamoModelError",
        "model thread, attribute small: value 1 does not fit an unsigned integer of 8 bits");
  FAILS(cyn_save(db, thread, &t, cyn_if("paint = ?", "pink"), &error), "CynamoModelError",
        "model thread, attribute paint: \"pink\" is none of the enum's names");
  FAILS(cyn_save(db, thread, &t, cyn_if("views = ? AND small = ?", 1), &error), "CynamoModelError",
        "model thread: expression \"views = ? AND small = ?\" has 2 ? and 1 values");
  FAILS(cyn_save(db, thread, &t, cyn_if("views = 5"), &error), "CynamoModelError",
        "model thread, expression \"views = 5\": a number cannot stand here; give it as a value: 5");
  FAILS(cyn_save(db, thread, &t, cyn_if("views[0] = ?", 1), &error), "CynamoModelError",
        "model thread, attribute views: it is an integer of 64 bits, an index needs a list");
  FAILS(cyn_save(db, thread, &t, cyn_if("subject.x = ?", 1), &error), "CynamoModelError",
        "model thread, attribute subject: it is a string, which has no attribute x");
  FAILS(cyn_get(db, thread, &t, cyn_keys("a"), NULL, memory, &error), "CynamoModelError",
        "model thread: its key has 2 values (forum, subject), 1 are given");
  FAILS(cyn_get(db, thread, &t, cyn_keys("a", 1), NULL, memory, &error), "CynamoModelError",
        "model thread, attribute subject: value 2 of the expression is an integer, it is a string");
  tear_down();
}

TEST(wrong_objects) {
  set_up();
  thread t = whole();
  t.subject = NULL;
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoNullError",
        "model thread, attribute subject: it must not be absent (an attribute that may is .nullable = true)");
  t = whole();
  t.comments.at[1].who = NULL;
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoNullError",
        "model thread, attribute comments[1].who: it must not be absent (an attribute that may is .nullable = true)");
  t.comments.at[1].who = "bob";
  t.forum = "\xFF";
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoModelError", "model thread, attribute forum: the string is not UTF-8");
  t = whole();
  t.paint = (color)9;
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoModelError",
        "model thread, attribute paint: 9 is none of the enum's 3 values");
  t = whole();
  t.blob = "{";
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoModelError", "model thread, attribute blob: the text is no JSON");
  t = whole();
  t.price = cyn_decimal_of("1x");
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoModelError",
        "model thread, attribute price: \"1x\": this is no number");
  t = whole();
  t.comments.at[0].stars = 1.0 / 0.0;
  FAILS(cyn_save(db, thread, &t, NULL, &error), "CynamoModelError",
        "model thread, attribute comments[0].stars: infinity, NaN and numbers beyond 1E126 are no DynamoDB numbers");
  t.comments.at[0].stars = 4.5;
  tear_down();
}

TEST(wrong_items) {
  static const struct {
    const char *json, *message;
  } cases[] = {
      {"{\"views\":{\"S\":\"1\"}}",
       "model thread, attribute views: the item's value has type S, and an integer of 64 bits has type N"},
      {"{\"small\":{\"N\":\"300\"}}", "model thread, attribute small: the number 300 is not an unsigned integer of 8 bits"},
      {"{\"views\":{\"N\":\"1.5\"}}", "model thread, attribute views: the number 1.5 is not an integer of 64 bits"},
      {"{\"paint\":{\"S\":\"pink\"}}", "model thread, attribute paint: \"pink\" is none of the enum's names"},
      {"{\"hash\":{\"B\":\"AA==\"}}", "model thread, attribute hash: the binary has another size than the array"},
      {"{\"LastPost\":{\"S\":\"yesterday\"}}",
       "model thread, attribute last_post: the string is no UTC time such as 2026-11-24T09:41:10.250000+0000"},
      {"{\"forum\":{\"S\":\"a\\u0000b\"}}",
       "model thread, attribute forum: the string has a NUL, which a C string cannot hold (a cyn_bytes with .as = CYN_TYPE_S "
       "can)"},
      {"{\"id\":{\"S\":\"1234567890123456789012345678901234567\"}}",
       "model thread, attribute id: the string of 37 bytes does not fit char[37]"},
      {"{\"blob\":{\"S\":\"{\\\"a\\\":}\"}}", "model thread, attribute blob: the text is no JSON"},
      {"{\"comments\":{\"L\":[{\"M\":{}},{\"M\":{\"stars\":{\"S\":\"x\"}}}]}}",
       "model thread, attribute comments[1].stars: the item's value has type S, and a number has type N"},
  };
  set_up();
  cyn_item_builder *builder = cyn_item_builder_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    thread r;
    cyn_item item;
    memset(&r, 0, sizeof r);
    OK(cyn_item_from_json(builder, cyn_str(cases[i].json), &item, &error));
    FAILS(cyn_from_item(thread, &r, item, memory, &error), "CynamoDeserializationError", cases[i].message);
  }
  cyn_item_builder_destroy(builder);
  tear_down();
}

TEST(updates) {
  set_up();
  thread t = whole();
  OK(cyn_save(db, thread, &t, NULL, &error));
  OK(cyn_update(db, thread, &t, cyn_expr("SET views = views + ?, home.city = ?", 50, "Basel"), NULL, memory, &error));
  CHECK_INT(t.views, 8);
  CHECK_STR(t.home.city, "Basel");
  static const char *const more[] = {"new"};
  OK(cyn_update(db, thread, &t,
                cyn_expr("REMOVE work ADD tags ?, small ? SET names = list_append(names, ?)", ((cyn_string_set){more, 1}), -5,
                         cyn_field(thread, &t, names)),
                cyn_if("views < ?", 100), memory, &error));
  CHECK(t.work == NULL);
  CHECK_INT(t.tags.count, 3);
  CHECK_INT(t.small, 250);
  CHECK_INT(t.names.count, 6);
  address where = {"Chur", 7000};
  OK(cyn_update(db, thread, &t, cyn_expr("SET home = ?, last_post = ?, maybe = if_not_exists(maybe, ?)", cyn_struct(address, &where), cyn_time_from_seconds(60), 1), NULL, memory, &error));
  CHECK_INT(t.home.zip, 7000);
  CHECK_INT(t.last_post.us, 60000000);
  FAILS(cyn_update(db, thread, &t, cyn_expr("SET views = ?", 1), cyn_if("views > ?", 100), memory, &error),
        "ConditionalCheckFailedException", "The conditional request failed");
  FAILS(cyn_update(db, thread, &t, cyn_expr("SET home = ?", cyn_field(thread, &t, names)), NULL, memory, &error), "CynamoModelError",
        "model thread, attribute home: value 1 of the expression is a field, it is a map");
  cyn_item old;
  OK(cyn_update(db, thread, &t, cyn_expr("SET views = ?", 1), cyn_write(.return_values = CYN_RETURN_VALUE_UPDATED_OLD, .returned = &old, .memory = memory), NULL, &error));
  CHECK_INT(cyn_item_count(old), 1);
  CHECK_INT(t.views, 8);
  OK(cyn_refresh(db, thread, &t, cyn_read(.consistent = true), memory, &error));
  CHECK_INT(t.views, 1);
  double units = 0;
  OK(cyn_save(db, thread, &t, cyn_write(.consumed = &units), &error));
  CHECK(units == 1 || units > 1);
  tear_down();
}

TEST(projection) {
  set_up();
  thread t = whole(), r = {.views = 99};
  OK(cyn_save(db, thread, &t, NULL, &error));
  OK(cyn_get(db, thread, &r, cyn_keys("Cynamo", "Signals"), cyn_read(.fields = "subject, home.city, last_post"), memory, &error));
  CHECK_STR(r.subject, "Signals");
  CHECK(r.forum == NULL);
  CHECK_STR(r.home.city, "Zürich");
  CHECK_INT(r.home.zip, 0);
  CHECK(r.last_post.is_set);
  CHECK_INT(r.views, 7); /* its default */
  tear_down();
}

TEST(version) {
  set_up();
  counter a = {.name = "n", .value = 1}, b;
  memset(&b, 0, sizeof b);
  OK(cyn_save(db, counter, &a, NULL, &error));
  CHECK_INT(a.version, 1);
  OK(cyn_get(db, counter, &b, cyn_keys("n"), NULL, memory, &error));
  CHECK_INT(b.version, 1);
  FAILS(cyn_save(db, counter, &a, cyn_if("#x = ?", 1), &error), "CynamoModelError",
        "model counter, expression \"#x = ?\": cannot be read at #");
  OK(cyn_save(db, counter, &a, cyn_if("value = ? OR value = ?", 1, 2), &error));
  CHECK_INT(a.version, 2);
  FAILS(cyn_save(db, counter, &b, NULL, &error), "ConditionalCheckFailedException", "The conditional request failed");
  CHECK_INT(b.version, 1);
  FAILS(cyn_update(db, counter, &b, cyn_expr("SET value = ?", 5), NULL, memory, &error), "ConditionalCheckFailedException",
        "The conditional request failed");
  FAILS(cyn_delete(db, counter, &b, NULL, &error), "ConditionalCheckFailedException", "The conditional request failed");
  OK(cyn_refresh(db, counter, &b, NULL, memory, &error));
  OK(cyn_update(db, counter, &b, cyn_expr("SET value = ?", 5), NULL, NULL, &error));
  CHECK_INT(b.version, 3);
  OK(cyn_update(db, counter, &b, cyn_expr("ADD value ?", 5), NULL, memory, &error));
  CHECK_INT(b.version, 4);
  CHECK_INT(b.value, 10);
  OK(cyn_save(db, counter, &a, cyn_write(.ignore_version = true), &error));
  CHECK_INT(a.version, 3);
  OK(cyn_delete(db, counter, &a, NULL, &error));
  counter fresh = {.name = "n", .version = 0};
  FAILS(cyn_save(db, counter, &a, NULL, &error), "ConditionalCheckFailedException", "The conditional request failed");
  OK(cyn_save(db, counter, &fresh, NULL, &error));
  tear_down();
}
