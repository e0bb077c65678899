/* What the API tests share: a request body taken through the codec, the outcome as a text. */
#ifndef CYN_TESTS_API_CASES_H
#define CYN_TESTS_API_CASES_H

#include "api/api.h"
#include "base/arena.h"
#include "base/error.h"
#include "test.h"

/* One line of a table: operation ("GetItem", "GetItem<" for its output), body, outcome. */
typedef struct api_case {
  const char *operation;
  const char *body;
  const char *outcome;
} api_case;

static inline const cyn_i_operation *operation_named(const char *name) {
  size_t size = strcspn(name, "<");
  const cyn_i_operation *found = cyn_i_operation_find((cyn_bytes){name, size}, false);
  return found != NULL ? found : cyn_i_operation_find((cyn_bytes){name, size}, true);
}

/* "!NAME: message" of an error, in the arena. */
static inline const char *error_text(cyn_i_arena *arena, cyn_error *error) {
  const char *text = cyn_i_arena_printf(arena, "!%s: %s", error->name, error->message);
  cyn_error_clean_up(error);
  return text;
}

/* What was decoded, encoded again; or the error. */
static inline const char *recode(cyn_i_arena *arena, const char *operation_name, cyn_bytes body) {
  const cyn_i_operation *operation = operation_named(operation_name);
  if (operation == NULL) return "no such operation";
  const cyn_i_shape *shape = strchr(operation_name, '<') != NULL ? operation->output : operation->input;
  cyn_error error = CYN_ERROR_INIT;
  void *structure = NULL;
  if (cyn_i_api_decode(shape, body, arena, &structure, &error) != CYN_OK) return error_text(arena, &error);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_api_encode(shape, structure, &buf);
  cyn_i_buf_byte(&buf, '\0');
  return buf.failed ? "out of memory" : (const char *)buf.data;
}

/* The constraint errors of a body: "ok", or the error. */
static inline const char *check(cyn_i_arena *arena, const char *operation_name, cyn_bytes body) {
  const cyn_i_operation *operation = operation_named(operation_name);
  if (operation == NULL) return "no such operation";
  cyn_error error = CYN_ERROR_INIT;
  void *input = NULL;
  if (cyn_i_api_decode(operation->input, body, arena, &input, &error) != CYN_OK) return error_text(arena, &error);
  if (cyn_i_api_check(operation, input, arena, &error) == CYN_OK) return "ok";
  return error_text(arena, &error);
}

static inline void run_cases(const api_case *cases, size_t count,
                             const char *(*run)(cyn_i_arena *, const char *, cyn_bytes)) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < count; i++) {
    const char *outcome = run(&arena, cases[i].operation, cyn_str(cases[i].body));
    if (outcome == NULL || strcmp(outcome, cases[i].outcome) != 0) {
      test_failed(__FILE__, __LINE__, "%s %s\n  gives    %s\n  expected %s", cases[i].operation, cases[i].body, outcome,
                  cases[i].outcome);
    }
    cyn_i_arena_reset(&arena, 65536);
  }
  cyn_i_arena_clean_up(&arena);
}

#define RUN_CASES(cases, run) run_cases(cases, sizeof(cases) / sizeof((cases)[0]), run)

#endif
