/* Results and the calls that fill them. A result is an arena that the next call resets: a program that reuses one makes
 * no allocation on the way of a GetItem or PutItem. */
#include <cynamo/result.h>

#include "base/alloc.h"
#include "base/error.h"
#include "db/db.h"
#include "db/invoke.h"
#include "db/db_private.h"
#include "db/result_private.h"

cyn_result *cyn_result_new(void) {
  cyn_result *result = cyn_i_zalloc(1, sizeof *result);
  if (result != NULL) cyn_i_arena_init(&result->arena, 0);
  return result;
}

void cyn_result_destroy(cyn_result *result) {
  if (result == NULL) return;
  cyn_i_arena_clean_up(&result->arena);
  cyn_i_free(result);
}

const void *cyn_i_result_whole_input(const cyn_i_shape *shape, const void *input, cyn_i_arena *arena) {
  size_t size;
  memcpy(&size, input, sizeof size);
  if (size >= shape->size) return input;
  void *copy = cyn_i_arena_zalloc(arena, 1, shape->size);
  if (copy != NULL && size >= sizeof size) memcpy(copy, input, size);
  return copy;
}

cyn_status cyn_i_result_run(cyn_db *db, const cyn_i_operation *operation, const void *input, cyn_i_arena *arena,
                            const void **output, cyn_error *error) {
  cyn_error own;
  cyn_i_error_init(&own);
  input = cyn_i_result_whole_input(operation->input, input, arena);
  if (input == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = cyn_i_api_check(operation, input, arena, &own);
  if (status == CYN_OK) {
    cyn_i_call call = {.operation = operation, .input = input, .arena = arena, .error = &own};
    cyn_i_db_call(db, &call);
    status = call.status;
    *output = call.output;
  }
  if (status != CYN_OK) cyn_i_db_note_call(db, operation, &own);
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  return status;
}

cyn_status cyn_i_db_invoke(cyn_db *db, cyn_operation operation, const void *input, cyn_result *result, const void **output,
                           cyn_error *error) {
  *output = NULL;
  cyn_i_arena_reset(&result->arena, CYN_RESULT_KEEP_MAX);
  return cyn_i_result_run(db, &cyn_i_operations[operation], input, &result->arena, output, error);
}

cyn_status cyn_call(cyn_db *db, cyn_operation operation, const void *input, cyn_result *result, const void **output,
                    cyn_error *error) {
  *output = NULL;
  if ((unsigned)operation >= CYN_OPERATION_COUNT) return cyn_i_error_set(error, CYN_E_USAGE, "cyn_call needs an operation");
  return cyn_i_db_invoke(db, operation, input, result, output, error);
}

cyn_status cyn_call_json(cyn_db *db, const char *name, cyn_bytes input, cyn_result *result, cyn_bytes *output,
                         cyn_error *error) {
  *output = (cyn_bytes){NULL, 0};
  cyn_i_arena *arena = &result->arena;
  cyn_i_arena_reset(arena, CYN_RESULT_KEEP_MAX);
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str(name), false);
  if (operation == NULL) operation = cyn_i_operation_find(cyn_str(name), true);
  if (operation == NULL) return cyn_i_error_set(error, CYN_E_UNKNOWN_OPERATION, "");
  void *decoded;
  cyn_status status = cyn_i_api_decode(operation->input, input, arena, &decoded, error);
  const void *answer = NULL;
  if (status == CYN_OK) status = cyn_i_result_run(db, operation, decoded, arena, &answer, error);
  if (status != CYN_OK) return status;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_api_encode(operation->output, answer, &buf);
  if (buf.failed) return cyn_i_error_no_memory(error);
  *output = (cyn_bytes){(const char *)buf.data, buf.size};
  return CYN_OK;
}

const char *cyn_operation_name(cyn_operation operation) {
  return (unsigned)operation < CYN_OPERATION_COUNT ? cyn_i_operations[operation].name : NULL;
}

cyn_status cyn_error_to_json(const cyn_error *error, cyn_result *result, cyn_bytes *output) {
  *output = (cyn_bytes){NULL, 0};
  cyn_i_arena_reset(&result->arena, CYN_RESULT_KEEP_MAX);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &result->arena);
  cyn_i_api_encode_error(error, &buf);
  if (buf.failed) return CYN_E_OUT_OF_MEMORY;
  *output = (cyn_bytes){(const char *)buf.data, buf.size};
  return CYN_OK;
}
