/* Error bodies and outputs as servers send them, and as they should not. */
#include "client/answer.h"

#include "base/error.h"
#include "test.h"
#include "value/item.h"

static cyn_status read(const char *body, int http_status, cyn_error *error) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_status status = cyn_i_answer_error(cyn_str(body), http_status, &arena, error);
  cyn_i_arena_clean_up(&arena); /* the error owns what it says */
  return status;
}

TEST(errors) {
  static const struct {
    const char *body;
    int http_status;
    cyn_i_error_code code;
    const char *name, *message;
  } rows[] = {
      {"{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\",\"message\":\"no table\"}", 400,
       CYN_E_RESOURCE_NOT_FOUND, "ResourceNotFoundException", "no table"},
      {"{\"__type\":\"com.amazon.coral.service#SerializationException\",\"Message\":\"m\"}", 400, CYN_E_SERIALIZATION,
       "SerializationException", "m"},
      {"{\"message\":\"m\",\"__type\":\"ValidationException:http://x/\"}", 400, CYN_E_VALIDATION, "ValidationException", "m"},
      {"{\"__type\":\"a#BrandNewException\",\"message\":\"\\u00e9\",\"Other\":{\"a\":[1,2]}}", 418, CYN_E_SERVICE,
       "BrandNewException", "\xc3\xa9"},
      {"{\"__type\":\"InternalServerError\"}", 500, CYN_E_INTERNAL, "InternalServerError", ""},
      {"{\"code\":\"AccessDeniedException\"}", 400, CYN_E_ACCESS_DENIED, "AccessDeniedException", ""},
      {"<html>Bad Gateway</html>", 502, CYN_E_SERVICE, "CynamoServiceError", "HTTP status 502: <html>Bad Gateway</html>"},
      {"", 503, CYN_E_UNAVAILABLE, "ServiceUnavailableException", "HTTP status 503"},
      {"", 429, CYN_E_THROTTLING, "ThrottlingException", "HTTP status 429"},
      {"{\"__type\":7}", 413, CYN_E_SERVICE, "CynamoServiceError", "HTTP status 413: {\"__type\":7}"},
      {"[]", 500, CYN_E_INTERNAL, "InternalServerError", "HTTP status 500: []"},
      {"{\"__type\":\"A\",\"message\":\"half", 400, CYN_E_SERVICE, "CynamoServiceError",
       "HTTP status 400: {\"__type\":\"A\",\"message\":\"half"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    CHECK_INT(read(rows[i].body, rows[i].http_status, &error), rows[i].code);
    CHECK_INT(error.status, rows[i].code);
    CHECK_INT(error.http_status, rows[i].http_status);
    CHECK_STR(error.name, rows[i].name);
    CHECK_STR(error.message, rows[i].message);
    cyn_error moved = CYN_ERROR_INIT;
    cyn_i_error_move(&moved, &error);
    CHECK_STR(moved.name, rows[i].name);
    cyn_error_clean_up(&moved);
  }
}

TEST(reasons_and_items) {
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(read("{\"__type\":\"x#TransactionCanceledException\",\"Message\":\"m\",\"CancellationReasons\":[{\"Code\":\"None\"},"
                 "{\"Code\":\"NewCode\",\"Message\":\"why\",\"Item\":{\"pk\":{\"S\":\"a\"}},\"More\":[]},{}]}",
                 400, &error),
            CYN_E_TRANSACTION_CANCELED);
  REQUIRE(error.reason_count == 3);
  CHECK_STR(error.reasons[0].code, "None");
  CHECK(error.reasons[0].message == NULL && error.reasons[0].item == NULL);
  CHECK_STR(error.reasons[1].code, "NewCode");
  CHECK_STR(error.reasons[1].message, "why");
  CHECK(cyn_i_item_is_valid(error.reasons[1].item, error.reasons[1].item_size));
  CHECK_STR(error.reasons[2].code, "None");
  cyn_error_clean_up(&error);
  CHECK_INT(read("{\"__type\":\"x#ConditionalCheckFailedException\",\"message\":\"m\",\"Item\":{\"pk\":{\"N\":\"1\"}}}", 400, &error),
            CYN_E_CONDITIONAL_CHECK_FAILED);
  CHECK(error.item != NULL && cyn_i_item_is_valid(error.item, error.item_size));
  cyn_error_clean_up(&error);
}

TEST(items_that_are_none_are_left_out) {
  static const char *const items[] = {"7", "{\"pk\":{\"X\":\"a\"}}", "{\"pk\":{\"N\":\"one\"}}", "null"};
  for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
    char body[200];
    cyn_error error = CYN_ERROR_INIT;
    snprintf(body, sizeof body, "{\"__type\":\"ConditionalCheckFailedException\",\"Item\":%s}", items[i]);
    CHECK_INT(read(body, 400, &error), CYN_E_CONDITIONAL_CHECK_FAILED);
    CHECK(error.item == NULL);
    cyn_error_clean_up(&error);
  }
}

TEST(very_many_reasons_are_bounded) {
  static char body[20000];
  strcpy(body, "{\"__type\":\"TransactionCanceledException\",\"CancellationReasons\":[");
  for (int i = 0; i < 1000; i++) strcat(body, i == 0 ? "{}" : ",{}");
  strcat(body, "]}");
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(read(body, 400, &error), CYN_E_TRANSACTION_CANCELED);
  CHECK(error.reason_count <= 256);
  cyn_error_clean_up(&error);
}

TEST(outputs) {
  static const struct {
    const char *body;
    cyn_i_error_code code;
  } rows[] = {{"{\"Item\":{\"pk\":{\"S\":\"a\"}}}", CYN_E_NONE}, {"", CYN_E_NONE}, {"{}", CYN_E_NONE},
              {"{\"New\":[{}]}", CYN_E_NONE}, {"{\"Item\":", CYN_E_BAD_ANSWER}, {"[]", CYN_E_BAD_ANSWER},
              {"{\"Item\":7}", CYN_E_BAD_ANSWER}, {"{}{}", CYN_E_BAD_ANSWER}, {"<html>", CYN_E_BAD_ANSWER}};
  const cyn_i_operation *get_item = &cyn_i_operations[CYN_OPERATION_GET_ITEM];
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 0);
    cyn_error error = CYN_ERROR_INIT;
    void *out = NULL;
    CHECK_INT(cyn_i_answer_output(get_item->output, cyn_str(rows[i].body), &arena, &out, &error), rows[i].code);
    if (rows[i].code == CYN_E_NONE) CHECK(out != NULL);
    cyn_error_clean_up(&error);
    cyn_i_arena_clean_up(&arena);
  }
}

TEST(what_would_break_a_reader_is_refused) {
  static const struct {
    cyn_operation operation;
    const char *body;
  } rows[] = {
      {CYN_OPERATION_GET_ITEM, "{\"Item\":{\"a\":{\"N\":\"one\"}}}"},
      {CYN_OPERATION_GET_ITEM, "{\"Item\":{\"a\":{\"SS\":[]}}}"},
      {CYN_OPERATION_QUERY, "{\"Items\":[{\"a\":{\"S\":\"b\"}},{\"a\":{}}]}"},
      {CYN_OPERATION_BATCH_GET_ITEM, "{\"Responses\":{\"T\":[{\"a\":{\"N\":\"1e999\"}}]}}"},
      {CYN_OPERATION_BATCH_WRITE_ITEM, "{\"UnprocessedItems\":{\"T\":[null]}}"},
      {CYN_OPERATION_BATCH_GET_ITEM, "{\"ConsumedCapacity\":[null]}"},
      {CYN_OPERATION_TRANSACT_GET_ITEMS, "{\"Responses\":[{\"Item\":{\"a\":{\"NS\":[\"1\",\"1.0\"]}}}]}"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 0);
    cyn_error error = CYN_ERROR_INIT;
    void *out = NULL;
    cyn_status status = cyn_i_answer_output(cyn_i_operations[rows[i].operation].output, cyn_str(rows[i].body), &arena, &out, &error);
    if (status != CYN_E_BAD_ANSWER) test_failed(__FILE__, __LINE__, "row %zu: %d", i, status);
    cyn_error_clean_up(&error);
    cyn_i_arena_clean_up(&arena);
  }
}

TEST(checksums) {
  CHECK(cyn_i_answer_crc_matches(cyn_str("2745614147"), cyn_str("{}")));
  CHECK(cyn_i_answer_crc_matches((cyn_bytes){NULL, 0}, cyn_str("{}")));
  static const char *const wrong[] = {"2745614148", "", "-1", "99999999999999999999", "0x1", "27456141470"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) CHECK(!cyn_i_answer_crc_matches(cyn_str(wrong[i]), cyn_str("{}")));
}

TEST(dates) {
  CHECK_INT(cyn_i_answer_date_ms(cyn_str("Sun, 30 Aug 2015 12:36:00 GMT")), 1440938160000);
  CHECK_INT(cyn_i_answer_date_ms(cyn_str("Thu, 29 Feb 2024 23:59:59 GMT")), 1709251199000);
  static const char *const wrong[] = {"", "Sun, 30 Aug 2015 12:36:00 UTC", "Sun, 3a Aug 2015 12:36:00 GMT",
                                      "Sun, 30 Axx 2015 12:36:00 GMT", "1440938160", "Sun, 00 Aug 2015 12:36:00 GMT",
                                      "Sun, 32 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 1969 12:36:00 GMT", "Sun, 30 Aug 20x5 12:36:00 GMT",
                                      "Sun, 30 Aug 2015 x2:36:00 GMT", "Sun, 30 Aug 2015 24:36:00 GMT", "Sun, 30 Aug 2015 12:x6:00 GMT",
                                      "Sun, 30 Aug 2015 12:60:00 GMT", "Sun, 30 Aug 2015 12:36:x0 GMT", "Sun, 30 Aug 2015 12:36:/0 GMT"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) CHECK_INT(cyn_i_answer_date_ms(cyn_str(wrong[i])), 0);
}

/* Where a body breaks off or is of another shape, what is told is the status and the body's beginning. */
TEST(errors_that_are_broken) {
  static const char *const ends[] = {
      "\"Item\":{\"pk\":{\"S\":\"a\"}", "\"Item\":{\"pk\"}}", "\"Item\":[1", "\"CancellationReasons\":[", "\"CancellationReasons\":[{",
      "\"CancellationReasons\":[{\"Item\":{\"pk\":", "\"CancellationReasons\":[{\"Item\":[", "\"CancellationReasons\":[{\"Other\":[1", "\"CancellationReasons\":[x]}",
      "\"CancellationReasons\":[[1", "\"CancellationReasons\":{\"a\":", "\"Other\":[", "\"a\"", "7}", "\"message\":\"m\"}x"};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    char body[300];
    cyn_error error = CYN_ERROR_INIT;
    snprintf(body, sizeof body, "{\"__type\":\"x#TransactionCanceledException\",%s", ends[i]);
    CHECK_INT(read(body, 400, &error), CYN_E_SERVICE);
    if (error.message == NULL || strncmp(error.message, "HTTP status 400: {", 18) != 0) test_failed(__FILE__, __LINE__, "%s", body);
    CHECK(error.reason_count == 0 && error.item == NULL);
    cyn_error_clean_up(&error);
  }
}

TEST(reasons_of_other_shapes) {
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(read("{\"__type\":\"TransactionCanceledException\",\"code\":\"Other\",\"CancellationReasons\":[7,{\"Code\":7,\"Message\":null,\"Item\":3},\"x\"]}", 400,
                 &error),
            CYN_E_TRANSACTION_CANCELED);
  REQUIRE(error.reason_count == 1);
  CHECK_STR(error.reasons[0].code, "None");
  CHECK(error.reasons[0].message == NULL && error.reasons[0].item == NULL);
  cyn_error_clean_up(&error);
  CHECK_INT(read("{\"__type\":\"TransactionCanceledException\",\"CancellationReasons\":{\"a\":[1]}}", 400, &error), CYN_E_TRANSACTION_CANCELED);
  CHECK_INT(error.reason_count, 0);
  cyn_error_clean_up(&error);
  CHECK_INT(read("\xff\xfe", 400, &error), CYN_E_SERVICE); /* nothing that can be shown */
  CHECK_STR(error.message, "HTTP status 400");
  cyn_error_clean_up(&error);
  static char body[600];
  memset(body, 'x', sizeof body - 1);
  CHECK_INT(read(body, 400, &error), CYN_E_SERVICE);
  CHECK_INT(strlen(error.message), 17 + 200);
  cyn_error_clean_up(&error);
}
