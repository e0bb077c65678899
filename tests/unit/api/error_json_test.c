/* Error bodies: prefix, spelling of the message's key, cancellation reasons, items (validation.md 1.2 and 3.7). */
#include "api_cases.h"
#include "value/item_json.h"

static const char *body_of(cyn_i_arena *arena, cyn_error *error) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_api_encode_error(error, &buf);
  cyn_i_buf_byte(&buf, '\0');
  cyn_error_clean_up(error);
  return (const char *)buf.data;
}

static cyn_item item_of(cyn_i_arena *arena, const char *text) {
  cyn_i_json json;
  cyn_item item = {0};
  cyn_i_json_fault fault = {NULL};
  cyn_i_json_init(&json, (const uint8_t *)text, strlen(text), arena);
  CHECK(cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN);
  CHECK(cyn_i_item_from_json(&json, &item, &fault));
  return item;
}

TEST(plain_errors) {
  static const struct {
    cyn_i_error_code code;
    const char *message, *body;
  } rows[] = {
      {CYN_E_VALIDATION, "a \"b\"\n",
       "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"a \\\"b\\\"\\n\"}"},
      {CYN_E_SERIALIZATION, "", "{\"__type\":\"com.amazon.coral.service#SerializationException\"}"},
      {CYN_E_SERIALIZATION, "x", "{\"__type\":\"com.amazon.coral.service#SerializationException\",\"Message\":\"x\"}"},
      {CYN_E_UNKNOWN_OPERATION, "", "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}"},
      {CYN_E_ACCESS_DENIED, "x", "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"x\"}"},
      {CYN_E_MISSING_AUTHENTICATION_TOKEN, "x",
       "{\"__type\":\"com.amazon.coral.service#MissingAuthenticationTokenException\",\"message\":\"x\"}"},
      {CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found",
       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\",\"message\":\"Requested resource not "
       "found\"}"},
      {CYN_E_IDEMPOTENT_PARAMETER_MISMATCH, "x",
       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException\",\"Message\":\"x\"}"},
      {CYN_E_TRANSACTION_IN_PROGRESS, "x",
       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionInProgressException\",\"Message\":\"x\"}"},
      {CYN_E_CONDITIONAL_CHECK_FAILED, "The conditional request failed",
       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\",\"message\":\"The conditional "
       "request failed\"}"},
      {CYN_E_INTERNAL, "x", "{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\",\"message\":\"x\"}"},
  };
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    (void)cyn_i_error_set(&error, rows[i].code, rows[i].message);
    CHECK_STR(body_of(&arena, &error), rows[i].body);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(an_item_of_a_failed_condition) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_item item = item_of(&arena, "{\"a\":{\"S\":\"b\"}}");
  cyn_error error = CYN_ERROR_INIT;
  (void)cyn_i_error_set(&error, CYN_E_CONDITIONAL_CHECK_FAILED, "The conditional request failed");
  cyn_i_error_add_item(&error, item.data, item.size);
  CHECK_STR(body_of(&arena, &error),
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\",\"message\":\"The conditional "
            "request failed\",\"Item\":{\"a\":{\"S\":\"b\"}}}");
  cyn_i_arena_clean_up(&arena);
}

TEST(cancellation_reasons) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_item item = item_of(&arena, "{\"a\":{\"N\":\"1\"}}");
  cyn_cancellation_reason reasons[] = {{"ConditionalCheckFailed", "The conditional request failed", item.data, item.size},
                                       {"None", NULL, NULL, 0}};
  cyn_error error = CYN_ERROR_INIT;
  (void)cyn_i_error_set(&error, CYN_E_TRANSACTION_CANCELED, "x");
  cyn_i_error_add_reasons(&error, reasons, 2);
  CHECK_STR(body_of(&arena, &error),
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"Message\":\"x\","
            "\"CancellationReasons\":[{\"Code\":\"ConditionalCheckFailed\",\"Item\":{\"a\":{\"N\":\"1\"}},\"Message\":\"The "
            "conditional request failed\"},{\"Code\":\"None\"}]}");
  cyn_i_arena_clean_up(&arena);
}

/* A store of ours or a program of others may leave parts out. */
TEST(errors_without_some_parts) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_cancellation_reason reasons[2] = {{0}};
  reasons[1].code = "ConditionalCheckFailed";
  cyn_error error = CYN_ERROR_INIT;
  error.status = CYN_E_TRANSACTION_CANCELED;
  error.name = "TransactionCanceledException";
  error.reasons = reasons;
  error.reason_count = 2;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_i_api_encode_error(&error, &buf);
  cyn_i_buf_byte(&buf, '\0');
  CHECK_STR((const char *)buf.data,
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"CancellationReasons\":[{\"Code\":\"None\"},"
            "{\"Code\":\"ConditionalCheckFailed\"}]}");
  cyn_i_arena_clean_up(&arena);
}
