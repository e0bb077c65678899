/* The cache: the same program for the same kind and text, bounded, and never dropping what was just returned. */
#include "expression_case.h"

static const cyn_i_program *get(cyn_i_expression_cache *cache, cyn_i_expression_kind kind, const char *text) {
  const cyn_i_program *program = NULL;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_i_expression_cache_get(cache, kind, cyn_str(text), &program, NULL, &error) != CYN_OK)
    test_failed(__FILE__, __LINE__, "%s: %s", text, error.message);
  cyn_error_clean_up(&error);
  return program;
}

TEST(hits) {
  cyn_i_expression_cache *cache = cyn_i_expression_cache_new(100);
  REQUIRE(cache != NULL);
  const cyn_i_program *first = get(cache, CYN_EXPRESSION_CONDITION, "a = :v");
  CHECK(get(cache, CYN_EXPRESSION_CONDITION, "a = :v") == first);
  CHECK(get(cache, CYN_EXPRESSION_FILTER, "a = :v") != first);
  CHECK(get(cache, CYN_EXPRESSION_CONDITION, "a = :w") != first);
  CHECK(get(cache, CYN_EXPRESSION_CONDITION, "a = :v") == first);
  cyn_i_expression_cache_destroy(cache);
}

/* ASan watches that the programs of the last 16 calls are still there. */
TEST(eviction) {
  cyn_i_expression_cache *cache = cyn_i_expression_cache_new(1);
  REQUIRE(cache != NULL);
  const cyn_i_program *held[16] = {NULL};
  for (int i = 0; i < 500; i++) {
    char text[32];
    snprintf(text, sizeof text, "a = :v%d", i);
    held[i % 16] = get(cache, CYN_EXPRESSION_CONDITION, text);
    for (int j = 0; j < 16 && j <= i; j++) {
      bound_case bound;
      bound_case_init(&bound, CYN_EXPRESSION_CONDITION, "b = :v", NULL, "v: 1");
      cyn_i_bound *out;
      CHECK(cyn_i_program_bind(held[j], &bound.substitutions, &bound.arena, &out, &bound.check, &bound.error) != CYN_OK);
      bound_case_clean_up(&bound);
    }
  }
  cyn_i_expression_cache_destroy(cache);
}

TEST(faults_are_not_kept) {
  cyn_i_expression_cache *cache = cyn_i_expression_cache_new(10);
  REQUIRE(cache != NULL);
  for (int i = 0; i < 100; i++) {
    const cyn_i_program *program;
    cyn_i_check check;
    cyn_error error = CYN_ERROR_INIT;
    CHECK(cyn_i_expression_cache_get(cache, CYN_EXPRESSION_UPDATE, cyn_str(i % 2 ? "SET" : ""), &program, &check,
                                     &error) != CYN_OK);
    CHECK_INT(check, i % 2 ? CYN_CHECK_EXPRESSION_SYNTAX : CYN_CHECK_EXPRESSION_EMPTY);
    CHECK(program == NULL);
    cyn_error_clean_up(&error);
  }
  cyn_i_expression_cache_destroy(cache);
  cyn_i_expression_cache_destroy(NULL);
}
