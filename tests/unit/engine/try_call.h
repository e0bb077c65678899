/* A call whose decoding and checking are part of it, while memory or the store is made to fail. Include after failing_memory.h. */
#ifndef CYN_TESTS_ENGINE_TRY_CALL_H
#define CYN_TESTS_ENGINE_TRY_CALL_H

#include "service.h"

/* The answer as JSON, or the error's text. */
static inline cyn_status try_call(service *s, const cyn_i_operation *operation, const char *json, char *text, size_t text_size) {
  cyn_i_arena arena;
  cyn_error error = CYN_ERROR_INIT;
  void *input = NULL;
  cyn_i_arena_init(&arena, 256); /* small blocks: more allocations */
  cyn_status status = cyn_i_api_decode(operation->input, cyn_str(json), &arena, &input, &error);
  if (status == CYN_OK) status = cyn_i_api_check(operation, input, &arena, &error);
  cyn_i_call c = {.operation = operation, .context = &s->context, .input = input, .arena = &arena, .error = &error};
  if (status == CYN_OK) {
    cyn_i_engine_call(s->engine, &c);
    status = c.status;
    CHECK(status != CYN_OK || c.output != NULL);
  }
  bool was_on = failing_is_on;
  failing_is_on = false; /* what follows is the test's */
  CHECK((status == CYN_OK) == (error.status == CYN_OK));
  if (status == CYN_OK && c.output != NULL) {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &s->arena);
    cyn_i_api_encode(operation->output, c.output, &buf);
    (void)snprintf(text, text_size, "%.*s", (int)buf.size, (const char *)buf.data);
    cyn_i_arena_reset(&s->arena, 1 << 16);
  } else {
    (void)snprintf(text, text_size, "%s", error.message != NULL ? error.message : "");
  }
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
  failing_is_on = was_on;
  return status;
}

#endif
