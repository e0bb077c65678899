/* See table_cache.h. Direct-mapped by the hash of (account, Region, name): a collision costs a parse, nothing else. */
#include "engine/table_cache.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

#define CACHE_SLOTS 256

typedef struct cache_slot {
  uint64_t guard;
  cyn_i_table *table;
} cache_slot;

struct cyn_i_table_cache {
  cache_slot *last; /* the one used last: most callers stay with a table */
  cache_slot slots[CACHE_SLOTS];
};

struct cyn_i_table_cache *cyn_i_table_cache_new(void) { return cyn_i_zalloc(1, sizeof(cyn_i_table_cache)); }

void cyn_i_table_cache_destroy(struct cyn_i_table_cache *cache) {
  if (cache == NULL) return;
  for (size_t i = 0; i < CACHE_SLOTS; i++)
    if (cache->slots[i].table != NULL) cyn_i_table_release(cache->slots[i].table);
  cyn_i_free(cache);
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static const char arn_head[] = "arn:aws";

bool cyn_i_table_name_split(cyn_bytes name_or_arn, cyn_bytes *name, cyn_bytes *region, cyn_bytes *account) {
  *name = name_or_arn;
  if (name_or_arn.size < sizeof arn_head || memcmp(name_or_arn.data, arn_head, sizeof arn_head - 1) != 0) return true;
  /* arn:PARTITION:dynamodb:REGION:ACCOUNT:table/NAME */
  cyn_bytes fields[6];
  const char *next = name_or_arn.data, *end = next + name_or_arn.size;
  for (int i = 0; i < 5; i++) {
    const char *colon = memchr(next, ':', (size_t)(end - next));
    if (colon == NULL) return false;
    fields[i] = (cyn_bytes){next, (size_t)(colon - next)};
    next = colon + 1;
  }
  fields[5] = (cyn_bytes){next, (size_t)(end - next)};
  if (!same(fields[2], cyn_str("dynamodb")) || fields[5].size < 7 || memcmp(fields[5].data, "table/", 6) != 0)
    return false;
  *region = fields[3];
  *account = fields[4];
  *name = (cyn_bytes){fields[5].data + 6, fields[5].size - 6};
  return memchr(name->data, '/', name->size) == NULL;
}

bool cyn_i_is_own_account(const cyn_i_context *context, cyn_bytes account) { return same(account, context->account); }

static bool is_of(const cyn_i_table *table, cyn_bytes account, cyn_bytes region, cyn_bytes name) {
  return table != NULL && same(table->name, name) && same(table->region, region) && same(table->account, account);
}

static uint64_t table_hash(cyn_bytes account, cyn_bytes region, cyn_bytes name) {
  return cyn_i_hash64(name) ^ (cyn_i_hash64(region) * 3) ^ (cyn_i_hash64(account) * 7);
}

static cyn_status load(cyn_i_worker *worker, cyn_bytes account, cyn_bytes region, cyn_bytes name, cyn_i_table **out,
                       cyn_error *error) {
  *out = NULL;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 1024);
  cyn_i_store_key key;
  cyn_bytes record = {NULL, 0};
  cyn_status status = cyn_i_catalog_key(account, region, name, &arena, &key) ? CYN_OK : cyn_i_error_no_memory(error);
  if (status == CYN_OK) status = cyn_i_store_view_begin(worker->view, error);
  if (status == CYN_OK) {
    status = cyn_i_store_get(worker->view, &key, &record, error);
    if (status == CYN_OK && record.data != NULL)
      status = cyn_i_table_parse(account, region, name, record, out, error);
    cyn_i_store_view_end(worker->view);
  }
  cyn_i_arena_clean_up(&arena);
  return status;
}

cyn_status cyn_i_engine_table_any(cyn_i_worker *worker, const cyn_i_context *context, cyn_bytes name_or_arn,
                                  cyn_i_table **out, uint64_t *guard, cyn_error *error) {
  *out = NULL;
  cyn_bytes name, region = context->region, account = context->account;
  if (!cyn_i_table_name_split(name_or_arn, &name, &region, &account) || !cyn_i_is_own_account(context, account)) {
    *guard = cyn_i_store_guard(worker->engine->store);
    return CYN_OK;
  }
  uint64_t now_guard = cyn_i_store_guard(worker->engine->store);
  cache_slot *slot = worker->tables->last;
  bool matches = slot != NULL && is_of(slot->table, account, region, name);
  if (!matches) {
    slot = &worker->tables->slots[table_hash(account, region, name) % CACHE_SLOTS];
    matches = is_of(slot->table, account, region, name);
    worker->tables->last = slot;
  }
  if (!matches || slot->guard != now_guard) {
    cyn_i_table *fresh;
    cyn_status status = load(worker, account, region, name, &fresh, error);
    if (status != CYN_OK) return status;
    if (slot->table != NULL) cyn_i_table_release(slot->table);
    slot->table = fresh;
    slot->guard = now_guard; /* read before the record: at worst it is read again */
  }
  *guard = now_guard;
  if (slot->table != NULL &&
      (slot->table->stored_state != CYN_TABLE_DELETING ||
       cyn_i_table_state_at(slot->table, cyn_i_engine_now_ms(worker->engine)) != CYN_TABLE_GONE))
    *out = cyn_i_table_retain(slot->table);
  return CYN_OK;
}

cyn_status cyn_i_engine_table(cyn_i_worker *worker, const cyn_i_context *context, cyn_bytes name, cyn_i_table **out,
                              uint64_t *guard, cyn_error *error) {
  cyn_status status = cyn_i_engine_table_any(worker, context, name, out, guard, error);
  if (status != CYN_OK) return status;
  if (*out != NULL && ((*out)->stored_state == CYN_TABLE_ACTIVE)) return CYN_OK;
  if (*out != NULL) {
    cyn_i_table_state state = cyn_i_table_state_at(*out, cyn_i_engine_now_ms(worker->engine));
    if (state == CYN_TABLE_ACTIVE || state == CYN_TABLE_UPDATING) return CYN_OK;
    cyn_i_table_release(*out);
    *out = NULL;
  }
  return cyn_i_error_set(error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found");
}
