/* Key conditions: what Query gets from a good one, and each rule that a bad one breaks. */
#include "expression_case.h"

#define K "Invalid KeyConditionExpression: "

static void check_fault(const char *text, const char *values, const char *expected) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_KEY_CONDITION, text, NULL, values);
  const cyn_i_key_condition *conditions;
  size_t count;
  if (bound.status == CYN_OK) {
    bound.status = cyn_i_key_conditions(bound.bound, &bound.arena, &conditions, &count, &bound.check, &bound.error);
    CHECK_INT(bound.check, CYN_CHECK_KEY_CONDITION);
  }
  if (bound.status == CYN_OK)
    test_failed(__FILE__, __LINE__, "%s is accepted", text);
  else
    CHECK_STR(bound.error.message, expected);
  bound_case_clean_up(&bound);
}

TEST(faults) {
  check_fault("a = :v OR b = :v", "v: 1", K "Invalid operator used in KeyConditionExpression: OR");
  check_fault("NOT a = :v", "v: 1", K "Invalid operator used in KeyConditionExpression: NOT");
  check_fault("a IN (:v)", "v: 1", K "Invalid operator used in KeyConditionExpression: IN");
  check_fault("a <> :v", "v: 1", K "Invalid operator used in KeyConditionExpression: <>");
  check_fault("a = :v AND b <> :v", "v: 1", K "Invalid operator used in KeyConditionExpression: <>");
  check_fault("attribute_exists(a)", NULL, K "Invalid operator used in KeyConditionExpression: attribute_exists");
  check_fault("attribute_not_exists(a)", NULL, K "Invalid operator used in KeyConditionExpression: attribute_not_exists");
  check_fault("attribute_type(a, :v)", "v: 'S'", K "Invalid operator used in KeyConditionExpression: attribute_type");
  check_fault("contains(a, :v)", "v: 'S'", K "Invalid operator used in KeyConditionExpression: contains");
  check_fault("size(a) = :v", "v: 1", K "KeyConditionExpressions cannot contain nested operations");
  check_fault("a = size(b)", NULL, K "KeyConditionExpressions cannot contain nested operations");
  check_fault(":v BETWEEN a AND b", "v: 1",
              K "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first "
                "operand");
  check_fault("begins_with(:v, a)", "v: 'x'",
              K "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its "
                "first operand");
  check_fault("a = b", NULL, K "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
  check_fault("a BETWEEN :v AND b", "v: 1",
              K "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
  check_fault("a.b = :v", "v: 1", K "KeyConditionExpressions cannot have conditions on nested attributes");
  check_fault("a[0] = :v", "v: 1", K "KeyConditionExpressions cannot have conditions on nested attributes");
  check_fault(":v = :v", "v: 1", K "Invalid condition in KeyConditionExpression: No key attribute specified");
  check_fault("a = :v AND a = :v", "v: 1", K "KeyConditionExpressions must only contain one condition per key");
  check_fault("a = :v AND (b = :v OR c = :v)", "v: 1", K "Invalid operator used in KeyConditionExpression: OR");
  check_fault("(a = :v OR b = :v) AND c <> :v", "v: 1", K "Invalid operator used in KeyConditionExpression: OR");
  check_fault("foo(a)", NULL, K "Invalid function name; function: foo");
  check_fault("begins_with(a, :v)", "v: 1",
              K "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N");
}

typedef struct good_case {
  const char *text;
  size_t count;
  struct {
    const char *attribute;
    cyn_i_key_operator operator_;
    const char *low, *high;
  } at[3];
} good_case;

TEST(good) {
  static const good_case cases[] = {
      {"a = :x", 1, {{"a", CYN_KEY_EQ, "1", NULL}}},
      {"a = :x AND b = :y", 2, {{"a", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_EQ, "2", NULL}}},
      {"b < :y AND a = :x", 2, {{"b", CYN_KEY_LT, "2", NULL}, {"a", CYN_KEY_EQ, "1", NULL}}},
      {"(#k = :x) AND (b <= :y)", 2, {{"key", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_LE, "2", NULL}}},
      {"(a = :x AND b >= :y)", 2, {{"a", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_GE, "2", NULL}}},
      {":x = a AND :y > b", 2, {{"a", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_LT, "2", NULL}}},
      {":x <= a", 1, {{"a", CYN_KEY_GE, "1", NULL}}},
      {":x < a", 1, {{"a", CYN_KEY_GT, "1", NULL}}},
      {":x >= a", 1, {{"a", CYN_KEY_LE, "1", NULL}}},
      {"a > :x", 1, {{"a", CYN_KEY_GT, "1", NULL}}},
      {"a = :x AND b BETWEEN :x AND :y", 2, {{"a", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_BETWEEN, "1", "2"}}},
      {"begins_with(b, :p) AND a = :x", 2, {{"b", CYN_KEY_BEGINS_WITH, "'p'", NULL}, {"a", CYN_KEY_EQ, "1", NULL}}},
      {"a = :x AND b = :x AND c > :y", 3,
       {{"a", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_EQ, "1", NULL}, {"c", CYN_KEY_GT, "2", NULL}}},
      {"a = :x AND (b = :x AND c > :y)", 3,
       {{"a", CYN_KEY_EQ, "1", NULL}, {"b", CYN_KEY_EQ, "1", NULL}, {"c", CYN_KEY_GT, "2", NULL}}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bound_case bound;
    bound_case_init(&bound, CYN_EXPRESSION_KEY_CONDITION, cases[i].text, "k=key", "x: 1, y: 2, p: 'p'");
    const cyn_i_key_condition *conditions = NULL;
    size_t count = 0;
    CHECK_INT(bound.status, CYN_OK);
    CHECK_INT(cyn_i_key_conditions(bound.bound, &bound.arena, &conditions, &count, &bound.check, &bound.error), CYN_OK);
    CHECK_INT(count, cases[i].count);
    for (size_t j = 0; j < count && j < 3; j++) {
      CHECK_INT(conditions[j].operator_, cases[i].at[j].operator_);
      CHECK_INT(conditions[j].attribute.size, strlen(cases[i].at[j].attribute));
      CHECK(memcmp(conditions[j].attribute.data, cases[i].at[j].attribute, conditions[j].attribute.size) == 0);
      CHECK(cyn_i_value_equal(conditions[j].low, value_of(&bound.arena, cases[i].at[j].low)));
      CHECK((conditions[j].high != NULL) == (cases[i].at[j].high != NULL));
      if (conditions[j].high != NULL)
        CHECK(cyn_i_value_equal(conditions[j].high, value_of(&bound.arena, cases[i].at[j].high)));
    }
    bound_case_clean_up(&bound);
  }
}
