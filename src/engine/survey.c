/* Walks over the whole catalog, for logs and metrics. */
#include <stdio.h>

#include "engine/engine_private.h"

typedef struct survey {
  const cyn_i_context *context;
  cyn_bytes name;   /* data NULL: any */
  char *found;
  uint64_t count;
} survey;

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)value;
  survey *own = user;
  own->count++;
  if (own->name.data == NULL || !same(key->sort, own->name)) return true;
  const char *zero = memchr(key->partition.data, '\0', key->partition.size);
  if (zero == NULL) return true;
  cyn_bytes account = {key->partition.data, (size_t)(zero - key->partition.data)};
  cyn_bytes region = {zero + 1, key->partition.size - account.size - 1};
  if (same(account, own->context->account) && same(region, own->context->region)) return true;
  if (same(account, own->context->account))
    (void)snprintf(own->found, 64, "%.*s", (int)(region.size < 40 ? region.size : 40), region.data);
  else
    (void)snprintf(own->found, 64, "%.*s (account %.12s)", (int)(region.size < 30 ? region.size : 30), region.data,
                   account.data);
  return false;
}

static void walk_catalog(cyn_i_engine *engine, survey *own) {
  cyn_i_worker *worker = cyn_i_worker_take(engine, NULL);
  if (worker == NULL) return;
  if (cyn_i_store_view_begin(worker->view, NULL) == CYN_OK) {
    cyn_i_store_range range = {.space = CYN_SPACE_CATALOG, .hash_low = 0, .hash_high = UINT64_MAX};
    (void)cyn_i_store_walk(worker->view, &range, visit, own, NULL); /* a survey that fails tells what it has seen */
    cyn_i_store_view_end(worker->view);
  }
  cyn_i_worker_give(worker);
}

bool cyn_i_engine_table_elsewhere(cyn_i_engine *engine, const cyn_i_context *context, cyn_bytes table_name, char out[64]) {
  out[0] = '\0';
  survey own = {context, table_name, out, 0};
  walk_catalog(engine, &own);
  return out[0] != '\0';
}

uint64_t cyn_i_engine_table_count(cyn_i_engine *engine) {
  survey own = {0};
  walk_catalog(engine, &own);
  return own.count;
}
