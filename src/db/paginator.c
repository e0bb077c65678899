/* Paginators. A page's start key lives in the page before it, so two results take turns: nothing is copied. */
#include <string.h>

#include <cynamo/client.h>

#include "base/alloc.h"
#include "base/error.h"
#include "db/result_private.h"

/* Which member of the output is the next input's which: the service's pagination rules. */
static const struct {
  cyn_operation operation;
  const char *container; /* of the output's member; NULL: the output itself */
  const char *from, *to;
} rules[] = {
    {CYN_OPERATION_QUERY, NULL, "LastEvaluatedKey", "ExclusiveStartKey"},
    {CYN_OPERATION_SCAN, NULL, "LastEvaluatedKey", "ExclusiveStartKey"},
    {CYN_OPERATION_BATCH_GET_ITEM, NULL, "UnprocessedKeys", "RequestItems"},
    {CYN_OPERATION_LIST_TABLES, NULL, "LastEvaluatedTableName", "ExclusiveStartTableName"},
    {CYN_OPERATION_LIST_BACKUPS, NULL, "LastEvaluatedBackupArn", "ExclusiveStartBackupArn"},
    {CYN_OPERATION_LIST_GLOBAL_TABLES, NULL, "LastEvaluatedGlobalTableName", "ExclusiveStartGlobalTableName"},
    {CYN_OPERATION_LIST_TAGS_OF_RESOURCE, NULL, "NextToken", "NextToken"},
    {CYN_OPERATION_LIST_EXPORTS, NULL, "NextToken", "NextToken"},
    {CYN_OPERATION_LIST_IMPORTS, NULL, "NextToken", "NextToken"},
    {CYN_OPERATION_LIST_CONTRIBUTOR_INSIGHTS, NULL, "NextToken", "NextToken"},
    {CYN_OPERATION_LIST_BULK_OPERATIONS, NULL, "NextToken", "NextToken"},
    {CYN_OPERATION_LIST_STREAMS, NULL, "LastEvaluatedStreamArn", "ExclusiveStartStreamArn"},
    {CYN_OPERATION_DESCRIBE_STREAM, "StreamDescription", "LastEvaluatedShardId", "ExclusiveStartShardId"},
};

struct cyn_paginator {
  cyn_db *db;
  const cyn_i_operation *operation;
  const cyn_i_member *container, *from, *to;
  void *input;            /* a copy, with the start key of the next page in it */
  cyn_result *results[2]; /* [0] holds the page that the program looks at */
  bool is_at_end;
};

/* The rules name members that there are: a test begins the pages of each. */
static const cyn_i_member *member_of(const cyn_i_shape *shape, const char *name) {
  const cyn_i_member *member = shape->members;
  while (strcmp(member->name, name) != 0) member++;
  return member;
}

static bool find_rule(cyn_paginator *p) {
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    if (rules[i].operation != p->operation->operation) continue;
    const cyn_i_shape *holder = p->operation->output;
    if (rules[i].container != NULL) {
      p->container = member_of(holder, rules[i].container);
      holder = p->container->shape;
    }
    p->from = member_of(holder, rules[i].from);
    p->to = member_of(p->operation->input, rules[i].to);
    return true;
  }
  return false;
}

cyn_status cyn_paginator_new(cyn_db *db, cyn_operation operation, const void *input, cyn_paginator **out, cyn_error *error) {
  *out = NULL;
  cyn_paginator *p = cyn_i_zalloc(1, sizeof *p);
  if (p == NULL) return cyn_i_error_no_memory(error);
  p->db = db;
  p->operation = (unsigned)operation < CYN_OPERATION_COUNT ? &cyn_i_operations[operation] : &cyn_i_operations[0];
  if (!find_rule(p)) {
    cyn_i_free(p);
    return cyn_i_error_set(error, CYN_E_USAGE, "this operation has no pages");
  }
  p->input = cyn_i_zalloc(1, p->operation->input->size);
  p->results[0] = cyn_result_new();
  p->results[1] = cyn_result_new();
  if (p->input == NULL || p->results[0] == NULL || p->results[1] == NULL) {
    cyn_paginator_destroy(p);
    return cyn_i_error_no_memory(error);
  }
  size_t size;
  memcpy(&size, input, sizeof size);
  memcpy(p->input, input, size < p->operation->input->size ? size : p->operation->input->size);
  size = p->operation->input->size;
  memcpy(p->input, &size, sizeof size);
  *out = p;
  return CYN_OK;
}

void cyn_paginator_destroy(cyn_paginator *p) {
  if (p == NULL) return;
  cyn_result_destroy(p->results[0]);
  cyn_result_destroy(p->results[1]);
  cyn_i_free(p->input);
  cyn_i_free(p);
}

bool cyn_paginator_has_more(const cyn_paginator *p) { return !p->is_at_end; }

/* The start key that the output names; NULL when it is the last page. */
static const void *key_in(const cyn_paginator *p, const void *output) {
  const char *holder = output;
  if (p->container != NULL) {
    memcpy(&holder, (const char *)output + p->container->offset, sizeof holder);
    if (holder == NULL) return NULL;
  }
  const void *key = holder + p->from->offset;
  switch (p->from->shape->kind) {
    case CYN_KIND_ITEM: return ((const cyn_item *)key)->data != NULL ? key : NULL;
    case CYN_KIND_MAP: return ((const cyn_string_map *)key)->count != 0 ? key : NULL;
    default: return ((const cyn_bytes *)key)->size != 0 ? key : NULL;
  }
}

/* A server that answers with the key that it was given would keep the program turning for ever. */
static bool is_same_key(const cyn_paginator *p, const void *key) {
  const void *before = (const char *)p->input + p->to->offset;
  if (p->from->shape->kind == CYN_KIND_MAP) return false;
  cyn_bytes a, b; /* an item begins as bytes do: where they are, and how many */
  memcpy(&a, key, sizeof a);
  memcpy(&b, before, sizeof b);
  return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

cyn_status cyn_paginator_next(cyn_paginator *p, const void **output, cyn_error *error) {
  *output = NULL;
  if (p->is_at_end) return CYN_OK;
  cyn_i_arena *arena = &p->results[1]->arena;
  cyn_i_arena_reset(arena, CYN_RESULT_KEEP_MAX);
  const void *page = NULL;
  cyn_status status = cyn_i_result_run(p->db, p->operation, p->input, arena, &page, error);
  if (status != CYN_OK) return status;
  const void *key = key_in(p, page);
  if (key != NULL && is_same_key(p, key))
    return cyn_i_error_set(error, CYN_E_BAD_ANSWER, "the server gave the same start key twice");
  if (key != NULL) memcpy((char *)p->input + p->to->offset, key, p->to->shape->size);
  else p->is_at_end = true;
  cyn_result *shown = p->results[1];
  p->results[1] = p->results[0];
  p->results[0] = shown;
  *output = page;
  return CYN_OK;
}
