/* Filling, moving and freeing errors. */
#include "base/error.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "test.h"

TEST(table) {
  for (int code = 1; code < CYN_E_COUNT; code++) {
    CHECK(cyn_i_error_name((cyn_i_error_code)code)[0] != '\0');
    int status = cyn_i_error_http_status((cyn_i_error_code)code);
    CHECK(status >= 400 && status < 600);
    CHECK(strncmp(cyn_i_error_wire_prefix((cyn_i_error_code)code), "com.amazon", 10) == 0);
  }
  CHECK_STR(cyn_i_error_name(CYN_E_VALIDATION), "ValidationException");
  CHECK_INT(cyn_i_error_http_status(CYN_E_REPLICATED_WRITE_CONFLICT), 409);
  CHECK_STR(cyn_i_error_name(CYN_E_COUNT), "");
  CHECK_INT(cyn_i_error_http_status(CYN_E_COUNT), 500);
}

TEST(messages) {
  cyn_error error = CYN_ERROR_INIT;
  char text[2000];
  CHECK_INT(cyn_i_error_set(&error, CYN_E_VALIDATION, "short"), CYN_E_VALIDATION);
  CHECK_INT(error.status, CYN_E_VALIDATION);
  CHECK_STR(error.name, "ValidationException");
  CHECK_STR(error.message, "short");
  CHECK_INT(error.http_status, 400);
  for (size_t size = 150; size < 700; size++) { /* over every border of the places where a message may live */
    memset(text, 'm', size);
    text[size] = '\0';
    (void)cyn_i_error_set(&error, CYN_E_INTERNAL, text);
    CHECK_STR(error.message, text);
    (void)cyn_i_error_setf(&error, CYN_E_INTERNAL, "%s", text);
    CHECK_STR(error.message, text);
  }
  (void)cyn_i_error_setf(&error, CYN_E_VALIDATION, "%s again", error.message);
  CHECK_INT(strlen(error.message), 699 + 6);
  (void)cyn_i_error_set(&error, CYN_E_VALIDATION, error.message);
  CHECK_INT(strlen(error.message), 699 + 6);
  (void)cyn_i_error_set_bytes(&error, CYN_E_VALIDATION, (cyn_bytes){NULL, 0});
  CHECK_STR(error.message, "");
  cyn_error_clean_up(&error);
  CHECK_INT(error.status, CYN_OK);
  CHECK(error.message == NULL);
}

TEST(null_is_allowed) {
  CHECK_INT(cyn_i_error_set(NULL, CYN_E_VALIDATION, "x"), CYN_E_VALIDATION);
  CHECK_INT(cyn_i_error_setf(NULL, CYN_E_VALIDATION, "%d", 1), CYN_E_VALIDATION);
  CHECK_INT(cyn_i_error_no_memory(NULL), CYN_E_OUT_OF_MEMORY);
  cyn_i_error_add_item(NULL, (const uint8_t *)"x", 1);
  cyn_i_error_add_reasons(NULL, NULL, 0);
  cyn_error_clean_up(NULL);
}

TEST(items_and_reasons_are_copied) {
  cyn_error error = CYN_ERROR_INIT;
  uint8_t item[] = {1, 2, 3};
  char message[] = "The conditional request failed";
  cyn_cancellation_reason reasons[] = {{"None", NULL, NULL, 0}, {"ConditionalCheckFailed", message, item, sizeof item}};
  (void)cyn_i_error_set(&error, CYN_E_CONDITIONAL_CHECK_FAILED, "failed");
  cyn_i_error_add_item(&error, item, sizeof item);
  item[0] = 9;
  CHECK(error.item_size == 3 && error.item[0] == 1);
  (void)cyn_i_error_set(&error, CYN_E_TRANSACTION_CANCELED, "canceled");
  CHECK(error.item == NULL);
  cyn_i_error_add_reasons(&error, reasons, 2);
  message[0] = 'X';
  item[0] = 8;
  CHECK_INT(error.reason_count, 2);
  CHECK(error.reasons[0].message == NULL && error.reasons[0].item == NULL);
  CHECK_STR(error.reasons[1].message, "The conditional request failed");
  CHECK_INT(error.reasons[1].item[0], 9);
  cyn_error_clean_up(&error);
  CHECK_INT(error.reason_count, 0);
}

TEST(move) {
  cyn_error from = CYN_ERROR_INIT, to = CYN_ERROR_INIT;
  (void)cyn_i_error_set(&to, CYN_E_INTERNAL, "what was there before");
  (void)cyn_i_error_set(&from, CYN_E_VALIDATION, "short");
  cyn_i_error_move(&to, &from);
  CHECK_STR(to.message, "short");
  CHECK(to.message == to.text);
  CHECK_INT(from.status, CYN_OK);
  char text[400];
  memset(text, 'm', sizeof text);
  (void)cyn_i_error_set_bytes(&from, CYN_E_VALIDATION, (cyn_bytes){text, sizeof text});
  cyn_i_error_add_item(&from, (const uint8_t *)"item", 4);
  cyn_i_error_move(&to, &from);
  CHECK_INT(strlen(to.message), sizeof text);
  CHECK(memcmp(to.item, "item", 4) == 0);
  cyn_error_clean_up(&from);
  (void)cyn_i_error_set_bytes(&from, CYN_E_VALIDATION, (cyn_bytes){text, sizeof text});
  cyn_i_error_move(NULL, &from);
  CHECK_INT(from.status, CYN_OK);
  cyn_error_clean_up(&to);
}

static int refuse(size_t size) {
  (void)size;
  return 1;
}

TEST(no_memory) {
  cyn_error error = CYN_ERROR_INIT;
  char text[1000];
  memset(text, 'm', sizeof text);
  text[999] = '\0';
  cyn_cancellation_reason reason = {"None", NULL, NULL, 0};
  cyn_i_alloc_hook = refuse;
  CHECK_INT(cyn_i_error_set(&error, CYN_E_VALIDATION, text), CYN_E_OUT_OF_MEMORY);
  CHECK_STR(error.message, "out of memory");
  CHECK_INT(cyn_i_error_setf(&error, CYN_E_VALIDATION, "%s", text), CYN_E_OUT_OF_MEMORY);
  CHECK_INT(cyn_i_error_set(&error, CYN_E_VALIDATION, "short"), CYN_E_VALIDATION);
  cyn_i_error_add_item(&error, (const uint8_t *)"x", 1);
  CHECK_INT(error.status, CYN_E_OUT_OF_MEMORY);
  (void)cyn_i_error_set(&error, CYN_E_TRANSACTION_CANCELED, "short");
  cyn_i_error_add_reasons(&error, &reason, 1);
  CHECK_INT(error.status, CYN_E_OUT_OF_MEMORY);
  cyn_i_alloc_hook = NULL;
  cyn_error_clean_up(&error);
}

TEST(request_id) {
  cyn_error error = CYN_ERROR_INIT, to = CYN_ERROR_INIT;
  (void)cyn_i_error_set(&error, CYN_E_VALIDATION, "short");
  cyn_i_error_set_request_id(&error, (cyn_bytes){"", 0});
  CHECK(error.request_id == NULL);
  cyn_i_error_set_request_id(&error, cyn_str("ABC"));
  cyn_i_error_move(&to, &error);
  CHECK_STR(to.request_id, "ABC");
  CHECK(to.request_id == to.request_id_text && error.request_id == NULL);
  char text[100];
  memset(text, 'i', sizeof text);
  cyn_i_error_set_request_id(&to, (cyn_bytes){text, sizeof text});
  CHECK_INT(strlen(to.request_id), sizeof to.request_id_text - 1);
  (void)cyn_i_error_set(&to, CYN_E_INTERNAL, "another");
  CHECK(to.request_id == NULL);
  cyn_i_error_set_request_id(NULL, cyn_str("ABC"));
  cyn_error_clean_up(&to);
}

/* Errors that a server names: known ones, others, and those for which there is no memory. */
TEST(named) {
  static const char long_text[] = "a name that is in no table of ours, and longer than what an error holds in itself, as a server of another make may send";
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(cyn_i_error_set_named(&error, cyn_str("ResourceNotFoundException"), cyn_str("gone"), 400), CYN_E_RESOURCE_NOT_FOUND);
  CHECK_STR(error.name, "ResourceNotFoundException");
  CHECK_INT(error.http_status, 400);
  CHECK_INT(cyn_i_error_set_named(&error, cyn_str("StrangeException"), cyn_str("odd"), 418), CYN_E_SERVICE);
  CHECK_STR(error.name, "StrangeException");
  CHECK_STR(error.message, "odd");
  CHECK_INT(error.http_status, 418);
  CHECK_INT(cyn_i_error_set_named(&error, cyn_str(""), cyn_str("nameless"), 500), CYN_E_SERVICE);
  CHECK_STR(error.message, "nameless");
  CHECK_INT(cyn_i_error_set_named(NULL, cyn_str("StrangeException"), cyn_str("odd"), 418), CYN_E_SERVICE);
  CHECK_INT(cyn_i_error_set_named(NULL, cyn_str("ResourceNotFoundException"), cyn_str("gone"), 400), CYN_E_RESOURCE_NOT_FOUND);
  CHECK_INT(cyn_i_error_find(cyn_str("ResourceNotFoundExceptioN")), CYN_E_NONE);
  CHECK_INT(cyn_i_error_set_named(&error, cyn_str(long_text), cyn_str("odd"), 400), CYN_E_SERVICE);
  CHECK_STR(error.name, long_text);
  cyn_error_clean_up(&error);
  CHECK_STR(cyn_i_error_name(CYN_E_COUNT), "");
  CHECK_INT(cyn_i_error_http_status(CYN_E_COUNT), 500);
  CHECK_STR(cyn_i_error_wire_prefix(CYN_E_COUNT), cyn_i_error_wire_prefix(CYN_E_RESOURCE_NOT_FOUND));
}
