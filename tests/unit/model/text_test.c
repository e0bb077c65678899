/* Expression texts: names, values, and which attribute governs a value. */
#include "model/text.h"

#include <cynamo/cynamo.h>

#include "test.h"

typedef struct place {
  const char *city, *name;
} place;
typedef struct thing {
  const char *id;
  int n, order, status;
  const char *text;
  cyn_string_set tags;
  place home;
  CYN_LIST_OF(place) places;
  CYN_LIST_OF(int) numbers;
  cyn_item free_form;
  cyn_time when;
} thing;
CYN_STRUCT(place, CYN_ATTR(city), CYN_ATTR(name, .name = "the name"));
CYN_MODEL(thing, CYN_TABLE("Thing"), CYN_HASH_KEY(id), CYN_ATTR(n), CYN_ATTR(order, .name = "Order"), CYN_ATTR(status),
          CYN_ATTR(text, .name = "a-text"), CYN_ATTR(tags), CYN_MAP(home, place), CYN_MAP_LIST(places, place), CYN_LIST(numbers),
          CYN_ATTR(free_form), CYN_ATTR(when));

static void check_text(cyn_i_expression_kind kind, const char *source, const char *wanted, const char *binds) {
  const cyn_i_plan *plan;
  const cyn_i_text *text;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena arena;
  char got[300] = "";
  cyn_i_arena_init(&arena, 0);
  REQUIRE(cyn_i_plan_get(&thing_model, &plan, &error) == CYN_OK);
  for (int round = 0; round < 2; round++) { /* made, then from the cache */
    if (cyn_i_text_get(plan, kind, cyn_str(source), &arena, &text, &error) != CYN_OK) {
      CHECK_STR(error.message, wanted);
      cyn_error_clean_up(&error);
      continue;
    }
    CHECK_STR(text->text.data, wanted);
    got[0] = '\0';
    for (size_t i = 0; i < text->bind_count; i++) {
      size_t size = strlen(got);
      const cyn_i_field *field = text->binds[i];
      (void)snprintf(got + size, sizeof got - size, "%s%s", i != 0 ? " " : "",
                     field == NULL ? "-" : field->attribute == NULL && field->type_name != NULL ? "element" : field->field);
    }
    CHECK_STR(got, binds);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(conditions) {
  const cyn_i_expression_kind C = CYN_EXPRESSION_CONDITION;
  check_text(C, "n = ?", "n = :c0", "n");
  check_text(C, "? < n AND n<=? or NOT n <> ?", ":c0 < n AND n <= :c1 or NOT n <> :c2", "n n n");
  check_text(C, "order = ? AND status = ?", "#c0 = :c0 AND #c1 = :c1", "order status");
  check_text(C, "text BETWEEN ? AND ? AND n IN (?, ?,?)", "#c0 BETWEEN :c0 AND :c1 AND n IN (:c2, :c3, :c4)",
             "text text n n n");
  check_text(C, "(n = ? OR status = ?) AND (text = ?)", "(n = :c0 OR #c0 = :c1) AND (#c1 = :c2)", "n status text");
  check_text(C, "size(tags) > ? AND contains(tags, ?) AND begins_with(text, ?)",
             "size(tags) > :c0 AND contains(tags, :c1) AND begins_with(#c0, :c2)", "size element text");
  check_text(C, "attribute_type(n, ?) AND attribute_exists(home.city)", "attribute_type(n, :c0) AND attribute_exists(home.city)",
             "attribute_type");
  check_text(C, "home.name = ? AND places[3].name = ? AND numbers[0] < ?", "home.#c0 = :c0 AND places[3].#c0 = :c1 AND numbers[0] < :c2",
             "name name element");
  check_text(C, "free_form.any.thing[2] = ? AND \"not in model\" = ?", "free_form.#c0.thing[2] = :c0 AND #c1 = :c1", "- -");
  check_text(C, "n = ? AND n = n", "n = :c0 AND n = n", "n");
}

TEST(updates) {
  const cyn_i_expression_kind U = CYN_EXPRESSION_UPDATE;
  check_text(U, "SET n = n + ?, text = ? REMOVE status, home.city ADD order ? DELETE tags ?",
             "SET n = n + :u0, #u0 = :u1 REMOVE #u1, home.city ADD #u2 :u2 DELETE tags :u3", "n text order tags");
  check_text(U, "set n = if_not_exists(n, ?) + ?, numbers = list_append(?, numbers), when = ?",
             "SET n = if_not_exists(n, :u0) + :u1, numbers = list_append(:u2, numbers), #u0 = :u3", "n n numbers when");
  check_text(U, "SET numbers[1] = ?, home.city = ?", "SET numbers[1] = :u0, home.city = :u1", "element city");
}

TEST(projections) {
  const cyn_i_expression_kind P = CYN_EXPRESSION_PROJECTION;
  check_text(P, "id, home.city,places[0].name", "id, home.city, places[0].#p0", "");
}

TEST(faults) {
  const cyn_i_expression_kind C = CYN_EXPRESSION_CONDITION;
  check_text(C, "", "model thing, expression \"\": is empty", "");
  check_text(C, "n = ? AND zip = ?", "model thing, expression \"n = ? AND zip = ?\": model thing has no attribute zip", "");
  check_text(C, "n = :v", "model thing, expression \"n = :v\": cannot be read at :", "");
  check_text(C, "n = 'x'", "model thing, expression \"n = 'x'\": cannot be read at '", "");
  check_text(C, "n = 3", "model thing, expression \"n = 3\": a number cannot stand here; give it as a value: 3", "");
  check_text(C, "n = \"x", "model thing, expression \"n = \"x\": cannot be read at \"x", "");
  check_text(C, "n = ?)", "model thing, expression \"n = ?)\": a ) without its (", "");
  check_text(C, "places[x] = ?", "model thing, expression \"places[x] = ?\": a list's index is a number: x", "");
  check_text(C, "places[1 = ?", "model thing, expression \"places[1 = ?\": a ] is missing before =", "");
  check_text(C, "home. = ?", "model thing, expression \"home. = ?\": a name is missing behind the dot, before =", "");
}

TEST(many_texts) {
  const cyn_i_plan *plan;
  const cyn_i_text *text;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  REQUIRE(cyn_i_plan_get(&thing_model, &plan, &error) == CYN_OK);
  for (int i = 0; i < 1500; i++) { /* more than the cache keeps */
    char source[60];
    (void)snprintf(source, sizeof source, "free_form.x%d = ?", i);
    CHECK(cyn_i_text_get(plan, CYN_EXPRESSION_FILTER, cyn_str(source), &arena, &text, &error) == CYN_OK);
    CHECK(text->bind_count == 1);
  }
  char deep[2000];
  memset(deep, '(', sizeof deep);
  deep[sizeof deep - 1] = '\0';
  CHECK(cyn_i_text_get(plan, CYN_EXPRESSION_FILTER, cyn_str(deep), &arena, &text, &error) != CYN_OK);
  memset(deep, '?', sizeof deep - 1);
  CHECK(cyn_i_text_get(plan, CYN_EXPRESSION_FILTER, cyn_str(deep), &arena, &text, &error) != CYN_OK);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}
