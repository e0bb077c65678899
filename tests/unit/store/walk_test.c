/* Walks against a plain sorted array: random puts, deletes and ranges, with keys that lie on both sides of every seam
 * between layers. STORE_SOAK=N in the environment runs N operations instead of a short run, STORE_TEST_SEED=N others. */
#include "conformance.h"

#define ENTRIES_MAX 3000
#define SORT_MAX 8192

typedef struct entry {
  uint32_t space;
  uint64_t hash;
  size_t partition_size, sort_size;
  uint8_t *bytes; /* partition, then sort */
  uint32_t value;
} entry;

typedef struct model {
  entry *entries;
  size_t count;
  uint64_t random;
} model;

static int compare(const void *left, const void *right) {
  const entry *a = left, *b = right;
  if (a->space != b->space) return a->space < b->space ? -1 : 1;
  if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
  if (a->partition_size != b->partition_size) return a->partition_size < b->partition_size ? -1 : 1;
  int order = memcmp(a->bytes, b->bytes, a->partition_size);
  if (order != 0) return order;
  size_t size = a->sort_size < b->sort_size ? a->sort_size : b->sort_size;
  order = memcmp(a->bytes + a->partition_size, b->bytes + b->partition_size, size);
  if (order != 0) return order;
  return (a->sort_size > b->sort_size) - (a->sort_size < b->sort_size);
}

static cyn_i_store_key key_of_entry(const entry *e) {
  return (cyn_i_store_key){e->space,
                           e->hash,
                           {(const char *)e->bytes, e->partition_size},
                           {(const char *)e->bytes + e->partition_size, e->sort_size}};
}

/* Few different keys, mostly long, that differ around the seams: 495 bytes, then each 483. */
static void entry_random(model *m, entry *out) {
  static const size_t partition_sizes[] = {0, 1, 1, 1, 2, 33, 255};
  static const uint8_t letters[] = {0x00, 'a', 'a', 0xFF};
  uint64_t r = test_random(&m->random);
  memset(out, 0, sizeof *out);
  out->space = SPACE + (uint32_t)(r % 8 == 0);
  out->hash = (r >> 8) % 3 == 0 ? UINT64_MAX - (r >> 16) % 2 : (r >> 16) % 2;
  out->partition_size = partition_sizes[(r >> 24) % 7];
  size_t seam = 495 - 13 - out->partition_size;
  size_t layers = (r >> 32) % 8 == 0 ? (r >> 36) % 16 : (r >> 36) % 3;
  size_t base = (r >> 40) % 4 == 0 ? 0 : seam + layers * 483 - 3;
  size_t extra = (r >> 44) % 7;
  if (base + extra > SORT_MAX) base = SORT_MAX - extra;
  out->sort_size = base + extra;
  out->bytes = malloc(out->partition_size + out->sort_size + 1);
  if (out->bytes == NULL) abort();
  memset(out->bytes, 'a', out->partition_size + out->sort_size);
  if (out->partition_size != 0) out->bytes[out->partition_size - 1] = (uint8_t)('a' + (r >> 48) % 2);
  for (size_t i = 0; i < extra; i++) out->bytes[out->partition_size + base + i] = letters[(r >> (50 + 2 * i)) % 4];
  if (base != 0 && (r >> 60) % 4 == 0) out->bytes[out->partition_size + test_random(&m->random) % base] = 'b';
  out->value = (uint32_t)test_random(&m->random);
}

/* The first entry that is not before `e`. */
static size_t lower_bound(const model *m, const entry *e) {
  size_t low = 0, high = m->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (compare(&m->entries[middle], e) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Takes over e's bytes. */
static void model_put(model *m, entry *e) {
  size_t at = lower_bound(m, e);
  if (at < m->count && compare(&m->entries[at], e) == 0) {
    free(m->entries[at].bytes);
  } else {
    memmove(&m->entries[at + 1], &m->entries[at], (m->count - at) * sizeof *e);
    m->count++;
  }
  m->entries[at] = *e;
}

static void model_delete(model *m, const entry *e) {
  size_t at = lower_bound(m, e);
  if (at == m->count || compare(&m->entries[at], e) != 0) return;
  free(m->entries[at].bytes);
  m->count--;
  memmove(&m->entries[at], &m->entries[at + 1], (m->count - at) * sizeof *e);
}

/* A few changes in one write, as a table with indexes makes them. */
static void change_some(fixture *f, model *m, bool mostly_delete) {
  cyn_i_store_put puts[4];
  entry entries[4];
  size_t count = 1 + test_random(&m->random) % 4;
  bool deletes[4];
  for (size_t i = 0; i < count; i++) {
    uint64_t r = test_random(&m->random);
    deletes[i] = mostly_delete ? r % 5 != 0 : r % 3 == 0;
    entry_random(m, &entries[i]);
    if (deletes[i] && m->count != 0 && r % 4 != 1) { /* one that is there */
      free(entries[i].bytes);
      entries[i] = m->entries[(r >> 8) % m->count];
      size_t size = entries[i].partition_size + entries[i].sort_size;
      uint8_t *copy = malloc(size + 1);
      if (copy == NULL) abort();
      memcpy(copy, entries[i].bytes, size);
      entries[i].bytes = copy;
    }
    puts[i].key = key_of_entry(&entries[i]);
    puts[i].value = deletes[i] ? (cyn_bytes){NULL, 0} : (cyn_bytes){(const char *)&entries[i].value, 4};
  }
  change c;
  change_init(&c, f);
  c.effects.puts = puts;
  c.effects.put_count = count;
  CHECK_INT(change_run(&c), CYN_OK);
  cyn_i_arena_reset(&f->arena, 1 << 20);
  for (size_t i = 0; i < count; i++) {
    if (deletes[i]) {
      model_delete(m, &entries[i]);
      free(entries[i].bytes);
    } else {
      model_put(m, &entries[i]);
    }
  }
}

static int sort_against(const entry *e, cyn_bytes bound) {
  size_t size = e->sort_size < bound.size ? e->sort_size : bound.size;
  int order = size != 0 ? memcmp(e->bytes + e->partition_size, bound.data, size) : 0;
  return order != 0 ? order : (e->sort_size > bound.size) - (e->sort_size < bound.size);
}

/* The range's meaning, written down once more and simply. */
static bool inside(const entry *e, const cyn_i_store_range *range, const entry *after) {
  if (e->space != range->space) return false;
  if (after != NULL && (range->backward ? compare(e, after) >= 0 : compare(e, after) <= 0)) return false;
  if (!range->whole_partition_range) return e->hash >= range->hash_low && e->hash <= range->hash_high;
  if (e->hash != range->hash_low || e->partition_size != range->partition.size) return false;
  if (memcmp(e->bytes, range->partition.data, e->partition_size) != 0) return false;
  if (range->sort_low.data != NULL) {
    int order = sort_against(e, range->sort_low);
    if (order < 0 || (order == 0 && range->sort_low_excluded)) return false;
  }
  if (range->sort_high.data == NULL) return true;
  if (range->high_is_prefix && !range->sort_high_excluded && e->sort_size >= range->sort_high.size &&
      memcmp(e->bytes + e->partition_size, range->sort_high.data, range->sort_high.size) == 0)
    return true;
  int order = sort_against(e, range->sort_high);
  return order < 0 || (order == 0 && !range->sort_high_excluded);
}

typedef struct walked {
  const model *m;
  const cyn_i_store_range *range;
  const entry *after;
  size_t at; /* the model's next entry */
  size_t met, stop_after;
  bool wrong;
} walked;

/* Moves to the next model entry inside the range; false at the end. */
static bool model_next(walked *w) {
  const size_t end = w->range->backward ? SIZE_MAX : w->m->count;
  while (w->at != end && !inside(&w->m->entries[w->at], w->range, w->after)) w->at += w->range->backward ? SIZE_MAX : 1;
  return w->at != end;
}

static bool walk_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  walked *w = user;
  if (!model_next(w)) {
    w->wrong = true;
    return false;
  }
  const entry *e = &w->m->entries[w->at];
  w->wrong = key->space != e->space || key->hash != e->hash || key->partition.size != e->partition_size ||
             key->sort.size != e->sort_size || memcmp(key->partition.data, e->bytes, e->partition_size) != 0 ||
             memcmp(key->sort.data, e->bytes + e->partition_size, e->sort_size) != 0 || value.size != 4 ||
             memcmp(value.data, &e->value, 4) != 0;
  w->at += w->range->backward ? SIZE_MAX : 1;
  w->met++;
  return !w->wrong && w->met != w->stop_after;
}

static void walk_and_compare(fixture *f, const model *m, const cyn_i_store_range *range, const entry *after,
                             size_t stop_after) {
  walked w = {m, range, after, range->backward ? m->count - 1 : 0, 0, stop_after, false};
  CHECK_INT(cyn_i_store_walk(f->view, range, walk_visitor, &w, &f->error), CYN_OK);
  CHECK(!w.wrong);
  if (!w.wrong && w.met != stop_after) CHECK(!model_next(&w));
}

static void walk_random(fixture *f, model *m) {
  entry a, b, after;
  entry_random(m, &a);
  entry_random(m, &b);
  entry_random(m, &after);
  uint64_t r = test_random(&m->random);
  cyn_i_store_key after_key = key_of_entry(&after);
  cyn_i_store_range range = {.space = a.space, .backward = r & 1, .hash_low = a.hash, .hash_high = b.hash};
  if ((r >> 1) % 4 != 0) {
    range.whole_partition_range = true;
    range.hash_high = a.hash;
    range.partition = (cyn_bytes){(const char *)a.bytes, a.partition_size};
    if (r & 8) range.sort_low = (cyn_bytes){(const char *)a.bytes + a.partition_size, a.sort_size};
    if (r & 16) range.sort_high = (cyn_bytes){(const char *)b.bytes + b.partition_size, b.sort_size};
    if ((r & 32) && range.sort_low.data != NULL) range.sort_high = range.sort_low;
    range.sort_low_excluded = r & 64;
    range.sort_high_excluded = r & 128;
    range.high_is_prefix = !range.sort_high_excluded && (r & 256);
    if (range.high_is_prefix && range.sort_high.size != 0 && (r & 512))
      range.sort_high.size -= (r >> 20) % 4 < range.sort_high.size ? (r >> 20) % 4 : 0;
  }
  bool has_after = (r >> 10) % 3 == 0;
  if (has_after) range.after = &after_key;
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  walk_and_compare(f, m, &range, has_after ? &after : NULL, (r >> 12) % 4 == 0 ? 1 + (r >> 16) % 5 : SIZE_MAX);
  cyn_i_store_view_end(f->view);
  free(a.bytes);
  free(b.bytes);
  free(after.bytes);
}

/* Every key by get, every key by a full walk each way, and keys that are not there. */
static void check_all(fixture *f, model *m) {
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  for (uint32_t space = SPACE; space < SPACE + 2; space++)
    for (int backward = 0; backward < 2; backward++) {
      cyn_i_store_range range = {.space = space, .hash_high = UINT64_MAX, .backward = backward};
      walk_and_compare(f, m, &range, NULL, SIZE_MAX);
    }
  for (size_t i = 0; i < m->count; i++) {
    cyn_i_store_key key = key_of_entry(&m->entries[i]);
    cyn_bytes value;
    CHECK_INT(cyn_i_store_get(f->view, &key, &value, &f->error), CYN_OK);
    CHECK(value.size == 4 && memcmp(value.data, &m->entries[i].value, 4) == 0);
    if (test_current_failed()) break;
  }
  cyn_i_store_view_end(f->view);
}

static void run_random(kind which, uint64_t operations, uint64_t seed) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  const char *other_seed = getenv("STORE_TEST_SEED");
  if (other_seed != NULL) seed += 1000 * strtoull(other_seed, NULL, 10);
  model m = {calloc(ENTRIES_MAX + 8, sizeof(entry)), 0, seed};
  if (m.entries == NULL) abort();
  cyn_i_store_stat empty, now;
  CHECK_INT(cyn_i_store_stat_get(f.store, &empty, &f.error), CYN_OK);
  bool shrinking = false; /* grows to much, then shrinks to little */
  for (uint64_t i = 0; i < operations && !test_current_failed(); i++) {
    if (m.count > (operations < 20000 ? 800 : ENTRIES_MAX - 10)) shrinking = true;
    if (m.count < 20) shrinking = false;
    change_some(&f, &m, shrinking);
    walk_random(&f, &m);
    if (i % 1999 == 0) check_all(&f, &m);
    if (test_current_failed()) fprintf(stderr, "seed %llu, operation %llu\n", (unsigned long long)seed, (unsigned long long)i);
  }
  check_all(&f, &m);
  while (m.count != 0) { /* nothing is left of layers when the keys are gone */
    CHECK_INT(put_bytes(&f, key_of_entry(&m.entries[m.count / 2]), (cyn_bytes){NULL, 0}), CYN_OK);
    model_delete(&m, &m.entries[m.count / 2]);
    if (test_current_failed()) break;
  }
  CHECK_INT(cyn_i_store_stat_get(f.store, &now, &f.error), CYN_OK);
  if (which == MEMORY) CHECK_INT(now.entry_count, empty.entry_count);
  for (size_t i = 0; i < m.count; i++) free(m.entries[i].bytes);
  free(m.entries);
  fixture_close(&f);
}

static uint64_t soak(uint64_t short_run) {
  const char *text = getenv("STORE_SOAK");
  return text != NULL ? strtoull(text, NULL, 10) : short_run;
}

TEST(random_against_a_model_in_memory) { run_random(MEMORY, soak(6000), 1); }
TEST(random_against_a_model_unsafe_file) { run_random(UNSAFE, 1500, 2); }
TEST(random_against_a_model_faulty) { run_random(FAULTY_MEMORY, 1500, 3); }

typedef struct collected {
  char text[400];
  size_t stop_at, count;
} collected;

static bool collect(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  collected *c = user;
  size_t size = strlen(c->text);
  (void)value;
  (void)snprintf(c->text + size, sizeof c->text - size, "%.*s ", (int)(key->sort.size < 8 ? key->sort.size : 8),
                 key->sort.data);
  return ++c->count != c->stop_at;
}

static const char *walk_text(fixture *f, const cyn_i_store_range *range, size_t stop_at) {
  static collected c;
  memset(&c, 0, sizeof c);
  c.stop_at = stop_at;
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  CHECK_INT(cyn_i_store_walk(f->view, range, collect, &c, &f->error), CYN_OK);
  cyn_i_store_view_end(f->view);
  return c.text;
}

CONFORM(a_partition_is_walked_by_its_sort_keys) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static const char *const sorts[] = {"c", "", "a", "ab", "abc", "b", "z"};
  for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) CHECK_INT(put_text(&f, key_of(7, "p", sorts[i]), "v"), CYN_OK);
  CHECK_INT(put_text(&f, key_of(7, "q", "other"), "v"), CYN_OK);
  CHECK_INT(put_text(&f, key_of(8, "p", "other"), "v"), CYN_OK);
  cyn_i_store_range range = {
      .space = SPACE, .whole_partition_range = true, .hash_low = 7, .hash_high = 7, .partition = cyn_str("p")};
  CHECK_STR(walk_text(&f, &range, 0), " a ab abc b c z ");
  range.sort_low = cyn_str("ab");
  CHECK_STR(walk_text(&f, &range, 0), "ab abc b c z ");
  range.sort_low_excluded = true;
  CHECK_STR(walk_text(&f, &range, 0), "abc b c z ");
  range.sort_high = cyn_str("c");
  CHECK_STR(walk_text(&f, &range, 0), "abc b c ");
  CHECK_STR(walk_text(&f, &range, 2), "abc b ");
  range.sort_high_excluded = true;
  CHECK_STR(walk_text(&f, &range, 0), "abc b ");
  range.backward = true;
  CHECK_STR(walk_text(&f, &range, 0), "b abc ");
  range = (cyn_i_store_range){.space = SPACE, .whole_partition_range = true, .hash_low = 7, .hash_high = 7,
                              .partition = cyn_str("p"), .sort_low = cyn_str("a"), .sort_high = cyn_str("a"),
                              .high_is_prefix = true};
  CHECK_STR(walk_text(&f, &range, 0), "a ab abc ");
  cyn_i_store_key after = key_of(7, "p", "aa");
  range.after = &after;
  CHECK_STR(walk_text(&f, &range, 0), "ab abc ");
  range.backward = true;
  CHECK_STR(walk_text(&f, &range, 0), "a ");
  fixture_close(&f);
}

CONFORM(a_space_is_walked_by_hash) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static const uint64_t hashes[] = {0, 1, 5, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX};
  for (size_t i = 0; i < 6; i++) {
    char name[4] = {(char)('a' + i), 0};
    CHECK_INT(put_text(&f, key_of(hashes[i], "p", name), "v"), CYN_OK);
  }
  cyn_i_store_key other = key_of(0, "p", "other");
  other.space = SPACE + 1;
  CHECK_INT(put_text(&f, other, "v"), CYN_OK);
  cyn_i_store_range range = {.space = SPACE, .hash_low = 0, .hash_high = UINT64_MAX};
  CHECK_STR(walk_text(&f, &range, 0), "a b c d e f ");
  range.backward = true;
  CHECK_STR(walk_text(&f, &range, 0), "f e d c b a ");
  range = (cyn_i_store_range){.space = SPACE, .hash_low = 1, .hash_high = UINT64_MAX - 1};
  CHECK_STR(walk_text(&f, &range, 0), "b c d e ");
  cyn_i_store_key after = key_of(4, "zz", "");
  range.after = &after;
  CHECK_STR(walk_text(&f, &range, 0), "c d e ");
  range.hash_low = 9;
  range.hash_high = 8;
  CHECK_STR(walk_text(&f, &range, 0), "");
  fixture_close(&f);
}
