/* An engine over a memory store with a clock that stands still, called with JSON as a client calls the service. */
#ifndef CYN_TESTS_ENGINE_SERVICE_H
#define CYN_TESTS_ENGINE_SERVICE_H

#include <stdlib.h>

#include "api/api.h"
#include "base/error.h"
#include "engine/engine.h"
#include "test.h"

#define SERVICE_START_MS INT64_C(1790000000123) /* 2026-09-21 */

typedef struct service {
  cyn_i_engine *engine;
  cyn_i_clock clock;
  cyn_i_arena arena;
  cyn_i_context context;
  char *last; /* the last answer or error; the heap's */
} service;

static inline bool service_open_over(service *s, cyn_i_store *store, const cyn_i_engine_options *options) {
  cyn_i_engine_options own = options != NULL ? *options : (cyn_i_engine_options){0};
  cyn_error error = CYN_ERROR_INIT;
  memset(s, 0, sizeof *s);
  atomic_store(&s->clock.fixed_ms, SERVICE_START_MS);
  own.clock = &s->clock;
  cyn_i_arena_init(&s->arena, 0);
  s->context = (cyn_i_context){.account = cyn_str("000000000000"), .region = cyn_str("us-east-1")};
  if (cyn_i_engine_new(store, &own, &s->engine, &error) == CYN_OK) return true;
  test_failed(__FILE__, __LINE__, "engine: %s", error.message);
  cyn_error_clean_up(&error);
  return false;
}

static inline bool service_open(service *s, const cyn_i_engine_options *options) {
  cyn_i_store_options store_options = {0};
  cyn_i_store *store;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_i_store_lmdb_open(&store_options, &store, &error) == CYN_OK) return service_open_over(s, store, options);
  test_failed(__FILE__, __LINE__, "store: %s", error.message);
  cyn_error_clean_up(&error);
  return false;
}

static inline void service_close(service *s) {
  cyn_i_engine_destroy(s->engine);
  cyn_i_arena_clean_up(&s->arena);
  free(s->last);
}

static inline void service_later(service *s, int64_t ms) { atomic_fetch_add(&s->clock.fixed_ms, ms); }

/* The answer's JSON, or "Exception: message". Valid until the next call. */
static inline const char *service_call(service *s, const char *operation, const char *json) {
  const cyn_i_operation *found = cyn_i_operation_find(cyn_str(operation), false);
  if (found == NULL) found = cyn_i_operation_find(cyn_str(operation), true);
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &s->arena);
  void *input = NULL;
  cyn_status status = cyn_i_api_decode(found->input, cyn_str(json), &s->arena, &input, &error);
  if (status == CYN_OK) status = cyn_i_api_check(found, input, &s->arena, &error);
  cyn_i_call call = {.operation = found, .context = &s->context, .input = input, .arena = &s->arena, .error = &error};
  if (status == CYN_OK) {
    cyn_i_engine_call(s->engine, &call);
    status = call.status;
  }
  if (status == CYN_OK)
    cyn_i_api_encode(found->output, call.output, &buf);
  else
    cyn_i_buf_printf(&buf, "%s: %s", error.name, error.message);
  cyn_i_buf_byte(&buf, '\0');
  free(s->last);
  s->last = strdup((const char *)buf.data);
  cyn_error_clean_up(&error);
  cyn_i_arena_reset(&s->arena, 1 << 16);
  return s->last;
}

static inline bool service_has(service *s, const char *operation, const char *json, const char *part) {
  const char *answer = service_call(s, operation, json);
  if (strstr(answer, part) != NULL) return true;
  test_failed(__FILE__, __LINE__, "%s %s\n    gave %s\n  without %s", operation, json, answer, part);
  return false;
}
#define HAS(s, operation, json, part) (void)service_has(s, operation, json, part)
static inline void service_lacks(service *s, const char *operation, const char *json, const char *part) {
  const char *answer = service_call(s, operation, json);
  if (strstr(answer, part) != NULL) test_failed(__FILE__, __LINE__, "%s gave %s\n  with %s", operation, answer, part);
}
#define ANSWERS(s, operation, json, whole) CHECK_STR(service_call(s, operation, json), whole)

/* A table with hash key `p` (S), on demand. */
static inline void service_simple_table(service *s, const char *name) {
  char json[400];
  (void)snprintf(json, sizeof json,
                 "{\"TableName\":\"%s\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
                 "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}",
                 name);
  (void)service_has(s, "CreateTable", json, "\"TableStatus\":\"CREATING\"");
}

#endif
