/* The cache of compiled programs: a hash table whose entries hang in a list by last use. Each entry owns its program in
 * one block. The least recently used goes first, and there is room for more than the 16 that callers may hold. */
#include "expression/program_private.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"

#define ENTRY_COUNT_MIN 32 /* over the 16 that the contract pins */
#define SCRATCH_KEEP_MAX ((size_t)256 * 1024)

typedef struct cache_entry {
  struct cache_entry *chain;         /* next of the same bucket */
  struct cache_entry *newer, *older; /* list by last use */
  const cyn_i_program *program;
  cyn_i_arena arena;
  uint64_t hash;
  cyn_i_expression_kind kind;
  cyn_bytes text; /* in the arena */
} cache_entry;

struct cyn_i_expression_cache {
  cache_entry **buckets;
  size_t bucket_mask;
  size_t count;
  size_t count_max;
  cache_entry *newest, *oldest;
  cyn_i_arena scratch; /* of compiles */
};

cyn_i_expression_cache *cyn_i_expression_cache_new(size_t entry_count_max) {
  cyn_i_expression_cache *cache = cyn_i_zalloc(1, sizeof *cache);
  if (cache == NULL) return NULL;
  cache->count_max = entry_count_max > ENTRY_COUNT_MIN ? entry_count_max : ENTRY_COUNT_MIN;
  size_t buckets = 64;
  while (buckets < cache->count_max && buckets < ((size_t)1 << 20)) buckets *= 2;
  cache->bucket_mask = buckets - 1;
  cache->buckets = cyn_i_zalloc(buckets, sizeof *cache->buckets);
  cyn_i_arena_init(&cache->scratch, 0);
  if (cache->buckets == NULL) {
    cyn_i_free(cache);
    return NULL;
  }
  return cache;
}

static void entry_destroy(cache_entry *entry) {
  cyn_i_arena_clean_up(&entry->arena);
  cyn_i_free(entry);
}

void cyn_i_expression_cache_destroy(cyn_i_expression_cache *cache) {
  if (cache == NULL) return;
  for (cache_entry *at = cache->newest; at != NULL;) {
    cache_entry *older = at->older;
    entry_destroy(at);
    at = older;
  }
  cyn_i_arena_clean_up(&cache->scratch);
  cyn_i_free(cache->buckets);
  cyn_i_free(cache);
}

static void list_remove(cyn_i_expression_cache *cache, cache_entry *entry) {
  *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
  *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void list_push(cyn_i_expression_cache *cache, cache_entry *entry) {
  entry->newer = NULL;
  entry->older = cache->newest;
  *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
  cache->newest = entry;
}

static void evict_oldest(cyn_i_expression_cache *cache) {
  cache_entry *victim = cache->oldest;
  cache_entry **at = &cache->buckets[victim->hash & cache->bucket_mask];
  while (*at != victim) at = &(*at)->chain;
  *at = victim->chain;
  list_remove(cache, victim);
  entry_destroy(victim);
  cache->count--;
}

static cache_entry *entry_find(const cyn_i_expression_cache *cache, uint64_t hash, cyn_i_expression_kind kind,
                               cyn_bytes text) {
  for (cache_entry *at = cache->buckets[hash & cache->bucket_mask]; at != NULL; at = at->chain)
    if (at->hash == hash && at->kind == kind && at->text.size == text.size &&
        memcmp(at->text.data, text.data, text.size) == 0)
      return at;
  return NULL;
}

/* Compiles into a new entry, which is not yet in the table. */
static cyn_status entry_new(cyn_i_expression_cache *cache, cyn_i_expression_kind kind, cyn_bytes text,
                            cache_entry **out, cyn_i_check *check, cyn_error *error) {
  cache_entry *made = cyn_i_zalloc(1, sizeof *made);
  if (made == NULL) return cyn_i_error_no_memory(error);
  cyn_i_arena_init(&made->arena, 64); /* a block takes the size of what is asked for */
  cyn_status status = cyn_i_program_compile_in(kind, text, &cache->scratch, &made->arena, &made->program, check, error);
  if (status == CYN_OK) {
    made->kind = kind;
    made->text = cyn_i_arena_copy(&made->arena, text);
    if (made->text.data == NULL) status = cyn_i_error_no_memory(error);
  }
  cyn_i_arena_reset(&cache->scratch, SCRATCH_KEEP_MAX);
  if (status == CYN_OK)
    *out = made;
  else
    entry_destroy(made);
  return status;
}

cyn_status cyn_i_expression_cache_get(cyn_i_expression_cache *cache, cyn_i_expression_kind kind, cyn_bytes text,
                                      const cyn_i_program **out, cyn_i_check *check, cyn_error *error) {
  *out = NULL;
  if (check != NULL) *check = CYN_CHECK_NONE;
  uint64_t hash = text.size != 0 ? cyn_i_hash64(text) + (uint64_t)kind * 0x9E3779B97F4A7C15u : 0;
  cache_entry *found = text.size != 0 ? entry_find(cache, hash, kind, text) : NULL;
  if (found != NULL) {
    if (found != cache->newest) {
      list_remove(cache, found);
      list_push(cache, found);
    }
    *out = found->program;
    return CYN_OK;
  }
  cyn_status status = entry_new(cache, kind, text, &found, check, error);
  if (status != CYN_OK) return status;
  if (cache->count == cache->count_max) evict_oldest(cache);
  found->hash = hash;
  found->chain = cache->buckets[hash & cache->bucket_mask];
  cache->buckets[hash & cache->bucket_mask] = found;
  list_push(cache, found);
  cache->count++;
  *out = found->program;
  return CYN_OK;
}
