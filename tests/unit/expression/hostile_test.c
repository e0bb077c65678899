/* Hostile texts on a small stack: whatever a client sends, 256 KB are enough, under ASan too. */
#include <pthread.h>

#include "expression_case.h"

typedef struct hostile_case {
  cyn_i_expression_kind kind;
  const char *head, *part, *middle, *tail; /* head, part × count, middle, tail × count */
  size_t count;
  bool sound;
} hostile_case;

static const hostile_case cases[] = {
    {CYN_EXPRESSION_CONDITION, "", "(", "", "", 4096, false},
    {CYN_EXPRESSION_CONDITION, "", "(", "a=:v", ")", 2000, false},
    {CYN_EXPRESSION_CONDITION, "", "NOT ", "", "", 1000, false},
    {CYN_EXPRESSION_CONDITION, "", "NOT ", "a=:v", "", 1000, false},
    {CYN_EXPRESSION_CONDITION, "", "NOT ", "a=:v", "", 299, true},
    {CYN_EXPRESSION_CONDITION, "", "NOT(", "a=:v", ")", 299, true},
    {CYN_EXPRESSION_CONDITION, "", "b=:v AND(", "a=:v", ")", 149, true},
    {CYN_EXPRESSION_CONDITION, "", "b=:v OR(NOT(", "a=:v", "))", 99, true},
    {CYN_EXPRESSION_CONDITION, "", "(", "a=:v", " OR b=:v)", 149, true},
    {CYN_EXPRESSION_CONDITION, "", "size(", "a", ")=:v", 500, false},
    {CYN_EXPRESSION_CONDITION, "a=", "size(", "a", ")", 299, false},
    {CYN_EXPRESSION_CONDITION, "a=", "(", "b", ")", 1000, false},
    {CYN_EXPRESSION_CONDITION, "a", "[0]", "=:v", "", 1300, true},
    {CYN_EXPRESSION_CONDITION, "a", ".b", "=:v", "", 2000, true},
    {CYN_EXPRESSION_KEY_CONDITION, "", "(a=:v AND ", "b=:v", ")", 149, true},
    {CYN_EXPRESSION_PROJECTION, "a", "[0]", "", "", 1300, true},
    {CYN_EXPRESSION_PROJECTION, "a", ".b", "", "", 2000, true},
    {CYN_EXPRESSION_PROJECTION, "a", ",a", "", "", 2000, false},
    {CYN_EXPRESSION_UPDATE, "SET a=", "(", "", "", 4000, false},
    {CYN_EXPRESSION_UPDATE, "SET a=", "(", ":v", ")", 2000, true},
    {CYN_EXPRESSION_UPDATE, "SET a=", "if_not_exists(x,", ":v", ")", 230, true},
    {CYN_EXPRESSION_UPDATE, "SET a=", "list_append(:l,", ":l", ")", 240, true},
    {CYN_EXPRESSION_UPDATE, "SET a=", "list_append(", ":l", ",:l)", 230, true},
    {CYN_EXPRESSION_UPDATE, "SET a", ".b", "=:v", "", 2000, true},
    {CYN_EXPRESSION_UPDATE, "REMOVE a", ",a.b", "", "", 1000, false},
    {CYN_EXPRESSION_UPDATE, "SET a=:v", ",a=:v", "", "", 600, false},
};

static void append(cyn_i_buf *buf, const char *part, size_t count) {
  while (count-- != 0) cyn_i_buf_text(buf, part);
}

static void run(const hostile_case *at) {
  cyn_i_buf text, out;
  cyn_i_buf_init(&text, NULL);
  cyn_i_buf_init(&out, NULL);
  cyn_i_buf_text(&text, at->head);
  append(&text, at->part, at->count);
  cyn_i_buf_text(&text, at->middle);
  append(&text, at->tail, at->count);
  cyn_i_buf_byte(&text, '\0');
  bound_case bound;
  bound_case_init(&bound, at->kind, (const char *)text.data, NULL, "v: 1, l: [1]");
  const uint8_t *item = item_of(&bound.arena, "{a: {b: [[1, 2], {b: 3}]}, b: 2}", "").data;
  if ((bound.status == CYN_OK) != at->sound)
    test_failed(__FILE__, __LINE__, "%s%s × %zu: %.200s", at->head, at->part, at->count,
                bound.status != CYN_OK ? bound.error.message : "accepted");
  if (bound.status == CYN_OK && at->kind <= CYN_EXPRESSION_KEY_CONDITION) {
    const cyn_i_key_condition *conditions;
    size_t count;
    (void)cyn_i_condition_evaluate(bound.bound, item);
    CHECK(cyn_i_key_conditions(bound.bound, &bound.arena, &conditions, &count, NULL, &bound.error) != CYN_OK);
  } else if (bound.status == CYN_OK && at->kind == CYN_EXPRESSION_PROJECTION) {
    cyn_i_projection_apply(bound.bound, item, &out);
  } else if (bound.status == CYN_OK) {
    cyn_status status = cyn_i_update_apply(bound.bound, item, &bound.arena, &out, &bound.error);
    if (status == CYN_OK) CHECK(cyn_i_item_is_valid(out.data, out.size));
  }
  cyn_i_buf_clean_up(&text);
  cyn_i_buf_clean_up(&out);
  bound_case_clean_up(&bound);
}

static void *run_all(void *ignored) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) run(&cases[i]);
  return ignored;
}

TEST(small_stack) {
  pthread_attr_t attributes;
  pthread_t thread;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  CHECK_INT(pthread_attr_setstacksize(&attributes, 256 * 1024), 0);
  REQUIRE(pthread_create(&thread, &attributes, run_all, NULL) == 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
  pthread_attr_destroy(&attributes);
}
