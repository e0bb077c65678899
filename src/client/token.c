/* See token.h. */
#include "client/token.h"

#include <string.h>

#include "base/random.h"

/* The members that botocore fills: the model's idempotencyToken trait. */
static const struct {
  cyn_operation operation;
  const char *member;
} tokens[] = {
    {CYN_OPERATION_TRANSACT_WRITE_ITEMS, "ClientRequestToken"},
    {CYN_OPERATION_EXECUTE_TRANSACTION, "ClientRequestToken"},
    {CYN_OPERATION_EXPORT_TABLE_TO_POINT_IN_TIME, "ClientToken"},
    {CYN_OPERATION_IMPORT_TABLE, "ClientToken"},
    {CYN_OPERATION_START_BULK_PUT_ITEMS, "ClientToken"},
};

static const cyn_i_member *member_of(const cyn_i_shape *shape, const char *name) {
  for (uint32_t i = 0; i < shape->member_count; i++)
    if (strcmp(shape->members[i].name, name) == 0) return &shape->members[i];
  return NULL;
}

const void *cyn_i_token_fill(const cyn_i_operation *operation, const void *input, cyn_i_arena *arena) {
  const char *name = NULL;
  for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
    if (tokens[i].operation == operation->operation) name = tokens[i].member;
  const cyn_i_member *member = name != NULL ? member_of(operation->input, name) : NULL;
  if (member == NULL) return input;
  cyn_bytes token;
  memcpy(&token, (const char *)input + member->offset, sizeof token);
  if (token.data != NULL) return input;
  char *copy = cyn_i_arena_alloc(arena, operation->input->size);
  char *text = cyn_i_arena_alloc(arena, 37);
  if (copy == NULL || text == NULL) return NULL;
  memcpy(copy, input, operation->input->size);
  cyn_i_random_uuid(text);
  token = (cyn_bytes){text, 36};
  memcpy(copy + member->offset, &token, sizeof token);
  return copy;
}
