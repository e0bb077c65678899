/* Objects as plain JSON, and back. */
#include <cynamo/cynamo.h>

#include "test.h"

typedef struct place {
  const char *city;
  double height;
} place;
typedef struct note {
  const char *id;
  int64_t count;
  bool done;
  cyn_bytes data;
  cyn_string_set tags;
  cyn_int_set numbers;
  place home;
  CYN_LIST_OF(place) places;
  cyn_item extra;
  cyn_value anything;
  cyn_time when;
} note;
CYN_STRUCT(place, CYN_ATTR(city, .nullable = true), CYN_ATTR(height));
CYN_MODEL(note, CYN_TABLE("Note"), CYN_HASH_KEY(id), CYN_ATTR(count, .name = "Count"), CYN_ATTR(done),
          CYN_ATTR(data, .nullable = true), CYN_ATTR(tags), CYN_ATTR(numbers), CYN_MAP(home, place),
          CYN_MAP_LIST(places, place, .nullable = true), CYN_ATTR(extra, .nullable = true),
          CYN_ATTR(anything, .nullable = true), CYN_ATTR(when, .nullable = true));

TEST(there_and_back) {
  static const char json[] =
      "{\"id\":\"a\\\"b\",\"Count\":-7,\"done\":true,\"data\":\"AP8=\",\"tags\":[\"x\",\"y\"],\"numbers\":[1,2.5e1],"
      "\"home\":{\"city\":\"Bern\",\"height\":540.5},\"places\":[{\"height\":1},{\"city\":\"Chur\",\"height\":2}],"
      "\"extra\":{\"k\":[1,null,{\"z\":false}]},\"anything\":[\"s\",1.50],\"when\":\"2026-11-24T09:41:10.250000+0000\"}";
  static const char wanted[] =
      "{\"id\":\"a\\\"b\",\"Count\":-7,\"done\":true,\"data\":\"AP8=\",\"tags\":[\"x\",\"y\"],\"numbers\":[1,25],"
      "\"home\":{\"city\":\"Bern\",\"height\":540.5},\"places\":[{\"height\":1},{\"city\":\"Chur\",\"height\":2}],"
      "\"extra\":{\"k\":[1,null,{\"z\":false}]},\"anything\":[\"s\",1.5],\"when\":\"2026-11-24T09:41:10.250000+0000\"}";
  cyn_memory *memory = cyn_memory_new();
  cyn_error error = CYN_ERROR_INIT;
  note n;
  memset(&n, 0, sizeof n);
  if (cyn_from_json(note, &n, json, memory, &error)) test_failed(__FILE__, __LINE__, "%s", error.message);
  CHECK_STR(n.id, "a\"b");
  CHECK(n.count == -7 && n.done && n.data.size == 2 && n.tags.count == 2 && n.numbers.at[1] == 25);
  CHECK(n.places.count == 2 && n.places.at[0].city == NULL && n.places.at[1].height == 2);
  const char *text;
  CHECK(cyn_to_json(note, &n, &text, memory, &error) == CYN_OK);
  CHECK_STR(text, wanted);
  CHECK(cyn_from_json(note, &n, "{\"tags\":[],\"id\":null}", memory, &error) == CYN_OK);
  CHECK(n.tags.count == 0 && n.id == NULL && n.count == 0);
  cyn_memory_destroy(memory);
}

TEST(errors) {
  static const struct {
    const char *json, *message;
  } cases[] = {
      {"[]", "the text is no JSON object"},
      {"{\"id\":\"a\"} x", "the text is no JSON object"},
      {"{\"id\":", "the text is no JSON object"},
      {"{\"id\":5}", "model note, attribute id: the JSON value is not a string"},
      {"{\"Count\":\"x\"}", "model note, attribute count: the JSON value is not an integer of 64 bits"},
      {"{\"Count\":1.5}", "model note, attribute count: the number 1.5 is not an integer of 64 bits"},
      {"{\"places\":[{\"height\":1},{\"height\":true}]}",
       "model note, attribute places[1].height: the JSON value is not a number"},
      {"{\"tags\":[\"a\",\"a\"]}", "model note, attribute tags: the JSON value is not a set of strings"},
      {"{\"data\":\"?\"}", "model note, attribute data: the JSON value is not binary"},
      {"{\"id\":\"a\",\"id\":\"b\"}", "model note: the JSON has the name id twice"},
  };
  cyn_memory *memory = cyn_memory_new();
  cyn_error error = CYN_ERROR_INIT;
  note n;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    CHECK(cyn_from_json(note, &n, cases[i].json, memory, &error) != CYN_OK);
    CHECK_STR(error.message, cases[i].message);
    cyn_error_clean_up(&error);
  }
  char deep[400];
  memset(deep, '[', sizeof deep);
  memcpy(deep, "{\"x\":", 5);
  deep[sizeof deep - 1] = '\0';
  CHECK(cyn_from_json(note, &n, deep, memory, &error) != CYN_OK);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
}
