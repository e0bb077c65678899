/* The pace of a batch's sends, and its growing lists. */
#include "db/batch.h"

#include "base/clock.h"
#include "test.h"

TEST(it_gives_up_after_sends_without_progress) {
  cyn_batch_options options = CYN_BATCH_OPTIONS_INIT;
  options.max_sends = cyn_int(3);
  options.delay_ms = cyn_int(1);
  cyn_i_batch_pace pace;
  cyn_i_batch_pace_init(&pace, &options);
  CHECK(cyn_i_batch_pace_wait(&pace, false));
  CHECK(cyn_i_batch_pace_wait(&pace, false));
  CHECK(cyn_i_batch_pace_wait(&pace, true)); /* progress: it begins anew */
  CHECK(cyn_i_batch_pace_wait(&pace, false));
  CHECK(cyn_i_batch_pace_wait(&pace, false));
  CHECK(!cyn_i_batch_pace_wait(&pace, false));
}

TEST(pauses_double) {
  cyn_batch_options options = CYN_BATCH_OPTIONS_INIT;
  options.delay_ms = cyn_int(20);
  cyn_i_batch_pace pace;
  cyn_i_batch_pace_init(&pace, &options);
  CHECK_INT(pace.sends_max, 10);
  pace.idle_sends = 1;
  uint64_t before = cyn_i_clock_monotonic_ns();
  CHECK(cyn_i_batch_pace_wait(&pace, false)); /* 20 ms doubled twice, between half and whole */
  uint64_t took_ms = (cyn_i_clock_monotonic_ns() - before) / 1000000;
  CHECK(took_ms >= 40 && took_ms < 400);
}

TEST(lists_grow) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_batch_list list = {0};
  for (int i = 0; i < 1000; i++) {
    int *to = cyn_i_batch_list_add(&list, sizeof *to, &arena);
    REQUIRE(to != NULL);
    *to = i;
  }
  for (int i = 0; i < 1000; i++) CHECK_INT(((int *)list.at)[i], i);
  cyn_i_arena_clean_up(&arena);
}

TEST(no_pause_and_none_below) {
  cyn_batch_options options = CYN_BATCH_OPTIONS_INIT;
  cyn_i_batch_pace pace;
  options.max_sends = cyn_int(50);
  for (int64_t delay = 0; delay >= -2; delay--) { /* a pause below none is none */
    options.delay_ms = cyn_int(delay);
    cyn_i_batch_pace_init(&pace, &options);
    uint64_t before = cyn_i_clock_monotonic_ns();
    for (int i = 1; i < 50; i++) CHECK(cyn_i_batch_pace_wait(&pace, false));
    CHECK(!cyn_i_batch_pace_wait(&pace, false));
    CHECK(cyn_i_clock_monotonic_ns() - before < 2000000000u);
  }
}

TEST(same_names) {
  CHECK(cyn_i_batch_same(cyn_str("a"), cyn_str("a")) && cyn_i_batch_same(cyn_str(""), (cyn_bytes){NULL, 0}));
  CHECK(!cyn_i_batch_same(cyn_str("a"), cyn_str("b")) && !cyn_i_batch_same(cyn_str("a"), cyn_str("ab")));
}
