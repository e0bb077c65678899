/* Conformance: numbered logs. */
#include "conformance.h"
#include "raw_file.h"

static cyn_status append(fixture *f, uint32_t log, const char *first, const char *second, cyn_i_decision decision) {
  change c;
  cyn_i_store_log_record records[2] = {{log, cyn_str(first)}, {log, cyn_str(second)}};
  change_init(&c, f);
  c.effects.log_records = records;
  c.effects.log_record_count = second != NULL ? 2 : 1;
  c.decision = decision;
  return change_run(&c);
}

typedef struct reading {
  char text[512];
  size_t stop_at, count;
} reading;

static bool read_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  reading *r = user;
  size_t size = strlen(r->text);
  (void)snprintf(r->text + size, sizeof r->text - size, "%u:%llu=%.*s ", key->space, (unsigned long long)key->hash,
                 (int)value.size, value.data);
  return ++r->count != r->stop_at;
}

static const char *log_text(fixture *f, uint32_t log, uint64_t from, size_t stop_at) {
  static reading r;
  memset(&r, 0, sizeof r);
  r.stop_at = stop_at;
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  CHECK_INT(cyn_i_store_log_read(f->view, log, from, read_visitor, &r, &f->error), CYN_OK);
  cyn_i_store_view_end(f->view);
  return r.text;
}

CONFORM(a_log_has_no_gaps) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_STR(log_text(&f, 4, 1, 0), "");
  CHECK_INT(append(&f, 4, "a", "b", CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(append(&f, 4, "refused", NULL, CYN_DECISION_REFUSE), CYN_OK);
  CHECK_INT(append(&f, 5, "x", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(append(&f, 4, "c", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK(fixture_reopen(&f));
  CHECK_INT(append(&f, 4, "", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_STR(log_text(&f, 4, 1, 0), "4:1=a 4:2=b 4:3=c 4:4= ");
  CHECK_STR(log_text(&f, 4, 0, 2), "4:1=a 4:2=b ");
  CHECK_STR(log_text(&f, 4, 3, 0), "4:3=c 4:4= ");
  CHECK_STR(log_text(&f, 4, 5, 0), "");
  CHECK_STR(log_text(&f, 5, 1, 0), "5:1=x ");
  CHECK_STR(log_text(&f, 3, 1, 0), "");
  fixture_close(&f);
}

static uint64_t log_last(fixture *f, uint32_t log) {
  uint64_t position = 0;
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  CHECK_INT(cyn_i_store_log_last(f->view, log, &position, &f->error), CYN_OK);
  cyn_i_store_view_end(f->view);
  return position;
}

CONFORM(the_last_position_of_a_log) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(log_last(&f, 7), 0);
  for (int i = 0; i < 3; i++) CHECK_INT(append(&f, 7, "r", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(append(&f, 8, "r", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(log_last(&f, 7), 3);
  CHECK_INT(log_last(&f, 6), 0);
  CHECK_INT(cyn_i_store_log_trim(f.store, 7, UINT64_MAX, &f.error), CYN_OK);
  CHECK_INT(log_last(&f, 7), 3);
  CHECK(fixture_reopen(&f));
  CHECK_INT(log_last(&f, 7), 3);
  CHECK_INT(append(&f, 7, "r", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(log_last(&f, 7), 4);
  fixture_close(&f);
}

/* A log goes with the space of its number, its end too: nothing of it is left. */
CONFORM(a_log_is_reclaimed) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  for (uint32_t log = 100; log < 103; log++)
    for (int i = 0; i < 200; i++) CHECK_INT(append(&f, log, "r", "s", CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(cyn_i_store_log_trim(f.store, 101, UINT64_MAX, &f.error), CYN_OK);
  CHECK_INT(append(&f, 101, "r", "s", CYN_DECISION_APPLY), CYN_OK);
  bool done = false;
  for (int slices = 0; !done && slices < 1000; slices++)
    CHECK_INT(cyn_i_store_reclaim(f.store, 101, 500, &done, &f.error), CYN_OK);
  CHECK(done);
  CHECK_INT(log_last(&f, 100), 400);
  CHECK_INT(log_last(&f, 101), 0);
  CHECK_INT(log_last(&f, 102), 400);
  CHECK(fixture_reopen(&f));
  CHECK_INT(append(&f, 101, "r", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(log_last(&f, 101), 1);
  fixture_close(&f);
}

CONFORM(a_trimmed_log_goes_on_counting) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  for (int i = 0; i < 5; i++) CHECK_INT(append(&f, 9, "r", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(cyn_i_store_log_trim(f.store, 9, 4, &f.error), CYN_OK);
  CHECK_STR(log_text(&f, 9, 1, 0), "9:4=r 9:5=r ");
  CHECK_INT(cyn_i_store_log_trim(f.store, 9, 100, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_log_trim(f.store, 9, 100, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_log_trim(f.store, 8, 100, &f.error), CYN_OK);
  CHECK_STR(log_text(&f, 9, 1, 0), "");
  CHECK(fixture_reopen(&f));
  CHECK_INT(append(&f, 9, "next", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_STR(log_text(&f, 9, 1, 0), "9:6=next ");
  CHECK_INT(cyn_i_store_log_trim(f.store, 9, UINT64_MAX, &f.error), CYN_OK);
  CHECK(fixture_reopen(&f));
  CHECK_INT(append(&f, 9, "more", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_STR(log_text(&f, 9, 1, 0), "9:7=more ");
  fixture_close(&f);
}

CONFORM(long_logs_are_trimmed) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  enum { EACH = 700, TIMES = 8 };
  static cyn_i_store_log_record records[EACH];
  for (int i = 0; i < EACH; i++) records[i] = (cyn_i_store_log_record){2, cyn_str("r")};
  for (int i = 0; i < TIMES; i++) {
    change c;
    change_init(&c, &f);
    c.effects.log_records = records;
    c.effects.log_record_count = EACH;
    CHECK_INT(change_run(&c), CYN_OK);
  }
  CHECK_INT(cyn_i_store_log_trim(f.store, 2, EACH * TIMES, &f.error), CYN_OK);
  CHECK_STR(log_text(&f, 2, 1, 0), "2:5600=r ");
  CHECK_INT(cyn_i_store_log_trim(f.store, 2, UINT64_MAX, &f.error), CYN_OK);
  CHECK_STR(log_text(&f, 2, 1, 0), "");
  CHECK_INT(append(&f, 2, "next", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_STR(log_text(&f, 2, 1, 0), "2:5601=next ");
  fixture_close(&f);
}

/* A copy holds the logs as they are, wherever the store keeps their ends: sound, and counting on. */
CONFORM(logs_of_a_copy) {
  fixture f;
  char path[96];
  told t;
  if (!fixture_open(&f, which)) return;
  for (uint32_t log = 1; log < 4; log++)
    for (int i = 0; i < 5; i++) CHECK_INT(append(&f, log, "r", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_INT(cyn_i_store_log_trim(f.store, 2, 4, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_log_trim(f.store, 3, UINT64_MAX, &f.error), CYN_OK);
  (void)snprintf(path, sizeof path, "%s/copy", f.folder);
  CHECK_INT(cyn_i_store_copy(f.store, cyn_str(path), false, &f.error), CYN_OK);
  structure_of(path, &t, NULL);
  CHECK_STR(t.all, "");
  fixture copy = {.which = STRICT};
  (void)snprintf(copy.path, sizeof copy.path, "%.79s", path);
  cyn_i_arena_init(&copy.arena, 0);
  cyn_i_store_options options = fixture_options(&copy);
  REQUIRE(fixture_open_with(&copy, &options));
  for (uint32_t log = 1; log < 4; log++) CHECK_INT(append(&copy, log, "next", NULL, CYN_DECISION_APPLY), CYN_OK);
  CHECK_STR(log_text(&copy, 1, 5, 0), "1:5=r 1:6=next ");
  CHECK_STR(log_text(&copy, 2, 1, 0), "2:4=r 2:5=r 2:6=next ");
  CHECK_STR(log_text(&copy, 3, 1, 0), "3:6=next ");
  fixture_close_store(&copy);
  cyn_i_arena_clean_up(&copy.arena);
  fixture_close(&f);
}
