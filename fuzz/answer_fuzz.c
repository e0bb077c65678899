/* Fuzz target: what a hostile server answers, through everything that reads it: the head, crc32, Date, error bodies, and
 * outputs, which must then be safe to read and to write. The first two bytes choose operation and HTTP status; a head ends
 * with an empty line, the rest is the body. */
#include "api/api.h"
#include "base/error.h"
#include "client/answer.h"
#include "fuzz.h"
#include "transport/transport.h"
#include "value/item.h"

static void check(bool holds) {
  if (!holds) abort();
}

static void read_head(const uint8_t *data, size_t size, cyn_bytes body) {
  cyn_i_http_request request = {.method = "POST"};
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_append(&request.answer_headers, data, size);
  static const char *const names[] = {"x-amz-crc32", "Date", "x-amz-retry-after", "Content-Length"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    cyn_bytes value = cyn_i_http_header_get(&request, names[i]);
    check(value.size <= size);
    (void)cyn_i_answer_crc_matches(value, body);
    int64_t ms = cyn_i_answer_date_ms(value);
    check(ms >= 0 && ms < INT64_C(253402300800000) + 86400000);
  }
  cyn_i_buf_clean_up(&request.answer_headers);
}

static void read_error(cyn_bytes body, int http_status) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_error error = CYN_ERROR_INIT;
  check(cyn_i_answer_error(body, http_status, &arena, &error) != CYN_OK);
  cyn_i_arena_clean_up(&arena); /* the error owns what it says */
  check(error.name != NULL && strlen(error.name) + 1 != 0 && error.message != NULL && strlen(error.message) + 1 != 0);
  if (error.item != NULL) check(cyn_i_item_is_valid(error.item, error.item_size));
  for (size_t i = 0; i < error.reason_count; i++) {
    const cyn_cancellation_reason *reason = &error.reasons[i];
    check(reason->code != NULL && strlen(reason->code) + 1 != 0);
    if (reason->item != NULL) check(cyn_i_item_is_valid(reason->item, reason->item_size));
  }
  cyn_error_clean_up(&error);
}

static void read_output(const cyn_i_shape *shape, cyn_bytes body) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  void *output = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_answer_output(shape, body, &arena, &output, &error);
  check(status == CYN_OK || error.message != NULL);
  if (status == CYN_OK) {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &arena);
    cyn_i_api_encode(shape, output, &buf);
    void *again = NULL;
    check(buf.failed || cyn_i_answer_output(shape, (cyn_bytes){(char *)buf.data, buf.size}, &arena, &again, &error) == CYN_OK);
  }
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  const cyn_i_operation *operation = &cyn_i_operations[data[0] % CYN_OPERATION_COUNT];
  static const int statuses[] = {200, 400, 409, 413, 429, 500, 503};
  int http_status = statuses[data[1] % (sizeof statuses / sizeof statuses[0])];
  data += 2, size -= 2;
  const uint8_t *end = size != 0 ? memmem(data, size, "\r\n\r\n", 4) : NULL;
  size_t head = end != NULL ? (size_t)(end - data) + 4 : 0;
  char *body_bytes = exact_copy(data + head, size - head);
  cyn_bytes body = {body_bytes, size - head};
  read_head(data, head, body);
  read_error(body, http_status);
  read_output(operation->output, body);
  free(body_bytes);
  return 0;
}
