/* Fuzz target: whole requests against a memory database that lives on from input to input. Lines of an input are bodies;
 * the first byte of each chooses the operation. Whatever comes, there is an answer that can be encoded. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/error.h"
#include "db/db.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CALLS_MAX 16

static cyn_db *db;

static void call(const cyn_i_operation *operation, cyn_bytes body) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_error error = CYN_ERROR_INIT;
  const cyn_i_context context = {cyn_str("000000000000"), cyn_str("us-east-1"), cyn_str("fuzz")};
  void *input = NULL;
  cyn_i_buf out;
  cyn_i_buf_init(&out, &arena);
  cyn_status status = cyn_i_api_decode(operation->input, body, &arena, &input, &error);
  if (status == CYN_OK) status = cyn_i_api_check(operation, input, &arena, &error);
  if (status == CYN_OK) {
    cyn_i_call request;
    memset(&request, 0, sizeof request);
    request.operation = operation;
    request.context = &context;
    request.input = input;
    request.arena = &arena;
    request.error = &error;
    cyn_i_db_call(db, &request);
    status = request.status;
    if (status == CYN_OK && operation->output != NULL) cyn_i_api_encode(operation->output, request.output, &out);
  }
  if (status != CYN_OK) {
    if (error.name == NULL || error.message == NULL) abort();
    cyn_i_api_encode_error(&error, &out);
  }
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

static void open_database(void) {
  static const char create[] =
      "{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"b\","
      "\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"},{\"AttributeName\":"
      "\"b\",\"AttributeType\":\"N\"},{\"AttributeName\":\"c\",\"AttributeType\":\"B\"}],\"GlobalSecondaryIndexes\":[{"
      "\"IndexName\":\"byC\",\"KeySchema\":[{\"AttributeName\":\"c\",\"KeyType\":\"HASH\"}],\"Projection\":{"
      "\"ProjectionType\":\"ALL\"}}],\"BillingMode\":\"PAY_PER_REQUEST\"}";
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_open("memory:?size_max=64M", NULL, &db, &error) != CYN_OK) abort();
  call(cyn_i_operation_find(cyn_str("CreateTable"), false), cyn_str(create));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (db == NULL) open_database();
  const uint8_t *end = data + size;
  for (int i = 0; i < CALLS_MAX && data < end; i++) {
    const cyn_i_operation *operation = &cyn_i_operations[*data++ % CYN_OPERATION_COUNT];
    const uint8_t *newline = data < end ? memchr(data, '\n', (size_t)(end - data)) : NULL;
    const uint8_t *stop = newline != NULL ? newline : end;
    call(operation, (cyn_bytes){(const char *)data, (size_t)(stop - data)});
    data = newline != NULL ? newline + 1 : end;
  }
  return 0;
}
