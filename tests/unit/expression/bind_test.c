/* Binding: one program for many requests, and every allocation failing in turn. */
#include "base/alloc.h"
#include "expression_case.h"

TEST(one_program_many_binds) {
  cyn_i_arena programs;
  cyn_i_arena_init(&programs, 0);
  const cyn_i_program *program;
  REQUIRE(cyn_i_program_compile(CYN_EXPRESSION_UPDATE, cyn_str("SET #a = #a + :v"), &programs, &program, NULL, NULL) ==
          CYN_OK);
  for (int i = 0; i < 10; i++) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 0);
    cyn_i_substitutions substitutions;
    cyn_i_bound *bound;
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &arena);
    const char *names = cyn_i_arena_printf(&arena, "a=n%d", i % 2), *values = cyn_i_arena_printf(&arena, "v: %d", i);
    REQUIRE(cyn_i_substitutions_init(&substitutions, names_of(&arena, names), item_of(&arena, values, ":"), &arena, NULL,
                                     NULL) == CYN_OK);
    REQUIRE(cyn_i_program_bind(program, &substitutions, &arena, &bound, NULL, NULL) == CYN_OK);
    const uint8_t *item = item_of(&arena, "{n0: 100, n1: 200}", "").data;
    REQUIRE(cyn_i_update_apply(bound, item, &arena, &buf, NULL) == CYN_OK);
    const char *expected = cyn_i_arena_printf(&arena, "{n0: %d, n1: %d}", 100 + (i % 2 ? 0 : i), 200 + (i % 2 ? i : 0));
    CHECK(items_equal(buf.data, item_of(&arena, expected, "").data));
    cyn_i_arena_clean_up(&arena);
  }
  cyn_i_arena_clean_up(&programs);
}

static int allocations_left;
static int fail_after(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

/* The whole way from text to new item, as a request goes it; false when memory ran out somewhere, with that error. */
static bool whole_way(const char *text, const char *const *names, const uint8_t *values, const uint8_t *item) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 64);
  cyn_error error = CYN_ERROR_INIT;
  cyn_string_pair pair = {cyn_str(names[0]), cyn_str(names[1])};
  cyn_i_substitutions substitutions;
  cyn_i_bound *bound = NULL;
  const cyn_i_program *program = NULL;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_expression_cache *cache = cyn_i_expression_cache_new(100);
  cyn_status status = cache != NULL ? CYN_OK : CYN_E_OUT_OF_MEMORY;
  if (status == CYN_OK)
    status = cyn_i_substitutions_init(&substitutions, (cyn_string_map){1, &pair}, (cyn_item){values, 1, NULL}, &arena,
                                      NULL, &error);
  if (status == CYN_OK)
    status = cyn_i_expression_cache_get(cache, CYN_EXPRESSION_UPDATE, cyn_str(text), &program, NULL, &error);
  if (status == CYN_OK) status = cyn_i_program_bind(program, &substitutions, &arena, &bound, NULL, &error);
  if (status == CYN_OK) status = cyn_i_update_apply(bound, item, &arena, &buf, &error);
  bool ok = status == CYN_OK;
  if (ok) CHECK(cyn_i_item_is_valid(buf.data, buf.size));
  if (!ok) CHECK_INT(status, CYN_E_OUT_OF_MEMORY);
  cyn_i_buf_clean_up(&buf);
  cyn_i_expression_cache_destroy(cache);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
  return ok;
}

TEST(no_memory) {
  static const char *const names[] = {"#a", "l"};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const uint8_t *values = item_of(&arena, "v: [1], n: 3", ":").data;
  const uint8_t *item = item_of(&arena, "{l: [5], n: 1, m: {x: {y: 1}}}", "").data;
  bool done = false;
  for (int n = 0; n < 200 && !done; n++) {
    allocations_left = n;
    cyn_i_alloc_hook = fail_after;
    done = whole_way("SET #a = list_append(#a, :v), n = n + :n REMOVE m.x.y ADD z :n", names, values, item);
    cyn_i_alloc_hook = NULL;
  }
  CHECK(done);
  cyn_i_arena_clean_up(&arena);
}
