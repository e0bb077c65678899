/* Threads that call one engine, each as a service of its own. A case runs a moment by default; ENGINE_SOAK=n lets it make n
 * times as many rounds. */
#ifndef CYN_TESTS_ENGINE_CROWD_H
#define CYN_TESTS_ENGINE_CROWD_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/item_key.h"
#include "engine/index.h"
#include "items.h"

#define CROWD_MAX 12

typedef struct crowd_member crowd_member;
typedef struct crowd {
  service *s;
  _Atomic int at_work;     /* members that make rounds; the others watch until these are done */
  _Atomic long long count; /* what the case counts */
  _Atomic bool over;
  int rounds;
} crowd;
struct crowd_member {
  crowd *all;
  service s; /* own arena and answers, the crowd's engine */
  int number;
  uint64_t random;
  void (*run)(crowd_member *m);
  bool watches;
};

static inline int crowd_soak(void) {
  const char *text = getenv("ENGINE_SOAK");
  int times = text != NULL ? atoi(text) : 1;
  return times > 0 ? times : 1;
}

static inline unsigned crowd_draw(crowd_member *m, unsigned below) {
  m->random = m->random * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(m->random >> 33) % below;
}

static inline void *crowd_main(void *user) {
  crowd_member *m = user;
  m->run(m);
  if (!m->watches && atomic_fetch_sub(&m->all->at_work, 1) == 1) atomic_store(&m->all->over, true);
  cyn_i_arena_clean_up(&m->s.arena);
  free(m->s.last);
  items_texts_free();
  return NULL;
}

/* `workers` threads of `work`, then `watchers` of `watch`, which run until the workers are done. */
static inline long long crowd_run(service *s, int rounds, int workers, void (*work)(crowd_member *m), int watchers,
                                  void (*watch)(crowd_member *m)) {
  static crowd_member members[CROWD_MAX];
  pthread_t threads[CROWD_MAX];
  crowd all = {.s = s, .at_work = workers, .rounds = rounds * crowd_soak()};
  int count = workers + watchers;
  for (int i = 0; i < count; i++) {
    members[i] = (crowd_member){.all = &all, .number = i, .random = (uint64_t)i * 7919 + 17, .run = i < workers ? work : watch, .watches = i >= workers};
    members[i].s.engine = s->engine;
    members[i].s.context = s->context;
    cyn_i_arena_init(&members[i].s.arena, 0);
  }
  for (int i = 0; i < count; i++)
    if (pthread_create(&threads[i], NULL, crowd_main, &members[i]) != 0) test_failed(__FILE__, __LINE__, "no thread");
  for (int i = 0; i < count; i++) (void)pthread_join(threads[i], NULL);
  return atomic_load(&all.count);
}

/* ---- an index against its table ---- */

typedef struct crowd_compare {
  const cyn_i_table *table;
  const cyn_i_index *index;
  cyn_i_store_view *view;
  cyn_i_arena *arena;
  long present, missing, different;
  long long bytes;
} crowd_compare;

/* The same attributes, in whatever order. */
static inline bool crowd_same_item(const uint8_t *a, const uint8_t *b) {
  cyn_i_pairs pairs = cyn_i_item_pairs(a);
  cyn_bytes name;
  const uint8_t *value;
  if (cyn_i_item_count(a) != cyn_i_item_count(b)) return false;
  while (cyn_i_pairs_next(&pairs, &name, &value)) {
    const uint8_t *other = cyn_i_item_find(b, name);
    if (other == NULL || !cyn_i_value_equal(value, other)) return false;
  }
  return true;
}

static inline bool crowd_compare_visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  crowd_compare *c = user;
  cyn_i_index_entry entry = {0};
  cyn_bytes found = {NULL, 0};
  c->bytes += cyn_i_item_dynamodb_size(cyn_i_stored_item(value));
  if (c->index == NULL) {
    c->present++;
    return true;
  }
  if (!cyn_i_index_entry_make(c->table, c->index, value, c->arena, &entry)) return false;
  if (!entry.present) return true;
  c->present++;
  if (cyn_i_store_get(c->view, &entry.key, &found, NULL) != CYN_OK || found.data == NULL)
    c->missing++;
  else if (!crowd_same_item(cyn_i_stored_item(found), cyn_i_stored_item(entry.value)))
    c->different++;
  return true;
}

/* Every item's entry is there as it should be, and no other; the table's counters are right. Nobody writes meanwhile. */
static inline void crowd_check_indexes(service *s, const char *name) {
  cyn_i_table *table = items_catalog(s, name);
  if (table == NULL) {
    test_failed(__FILE__, __LINE__, "no table %s", name);
    return;
  }
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  crowd_compare c = {.table = table, .arena = &arena};
  cyn_i_store_range range = {.space = table->space, .hash_high = UINT64_MAX};
  CHECK_INT(cyn_i_store_view_open(cyn_i_engine_store(s->engine), &c.view, NULL), CYN_OK);
  CHECK_INT(cyn_i_store_view_begin(c.view, NULL), CYN_OK);
  for (size_t i = 0; i <= table->index_count; i++) {
    c.index = i < table->index_count ? &table->indexes[i] : NULL;
    if (c.index != NULL && c.index->state == CYN_INDEX_DELETING) continue;
    c.present = c.missing = c.different = c.bytes = 0;
    CHECK_INT(cyn_i_store_walk(c.view, &range, crowd_compare_visit, &c, NULL), CYN_OK);
    if (c.index == NULL) {
      CHECK_INT(items_counter(s, table->space, 'n'), c.present);
      CHECK_INT(items_counter(s, table->space, 'b'), c.bytes);
      continue;
    }
    CHECK_INT(c.missing, 0);
    CHECK_INT(c.different, 0);
    CHECK_INT(items_in_space(s, c.index->space), c.present);
  }
  cyn_i_store_view_end(c.view);
  cyn_i_store_view_close(c.view);
  cyn_i_arena_clean_up(&arena);
  cyn_i_table_release(table);
}

#endif
