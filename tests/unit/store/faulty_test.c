/* The test store does what it is for: what it lends dies, and what it is given still works (the conformance cases). */
#include "conformance.h"

static const char *held;
static char held_copy[8];
static bool hold(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  *(int *)user += 1;
  held = value.data;
  memcpy(held_copy, value.data, value.size);
  return true;
}

/* Without a sanitizer the scribbled bytes may be looked at; with one that would be the report that it is for. */
TEST(values_of_a_walk_die_with_the_visit) {
  fixture f;
  if (!fixture_open(&f, FAULTY_MEMORY)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "one"), CYN_OK);
  int met = 0;
  cyn_i_store_range range = {.space = SPACE, .hash_high = UINT64_MAX};
  CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_walk(f.view, &range, hold, &met, &f.error), CYN_OK);
  cyn_bytes value;
  cyn_i_store_key key = key_of(1, "p", "");
  CHECK_INT(cyn_i_store_get(f.view, &key, &value, &f.error), CYN_OK);
  CHECK(held != NULL && memcmp(held_copy, "one", 3) == 0 && value.size == 3 && memcmp(value.data, "one", 3) == 0);
  cyn_i_store_view_end(f.view);
  CHECK_INT(met, 1);
  fixture_close(&f);
}

TEST(many_gets_in_one_view) {
  fixture f;
  if (!fixture_open(&f, FAULTY_MEMORY)) return;
  cyn_bytes values[100];
  for (uint64_t i = 0; i < 100; i++) CHECK_INT(put_bytes(&f, key_of(i, "p", ""), (cyn_bytes){(char *)&i, 8}), CYN_OK);
  CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  for (uint64_t i = 0; i < 100; i++) {
    cyn_i_store_key key = key_of(i, "p", "");
    CHECK_INT(cyn_i_store_get(f.view, &key, &values[i], &f.error), CYN_OK);
  }
  for (uint64_t i = 0; i < 100; i++) CHECK(values[i].size == 8 && memcmp(values[i].data, &i, 8) == 0);
  cyn_i_store_view_end(f.view);
  fixture_close(&f);
}
