/* cyn_memory, and every allocation of the mapper failed in turn. */
#include <cynamo/cynamo.h>

#include "base/alloc.h"
#include "test.h"

TEST(memory) {
  cyn_memory *memory = cyn_memory_new();
  char *text = cyn_memory_string(memory, "hello");
  CHECK_STR(text, "hello");
  void *block = cyn_memory_alloc(memory, 100000);
  CHECK(block != NULL && (uintptr_t)block % 8 == 0);
  cyn_memory_reset(memory);
  CHECK(cyn_memory_alloc(memory, 1) != NULL);
  cyn_memory_destroy(memory);
  cyn_memory_destroy(NULL);
}

typedef struct note {
  const char *id;
  cyn_string_set tags;
  CYN_LIST_OF(const char *) lines;
  int version;
} note;
CYN_MODEL(note, CYN_TABLE("Note"), CYN_HASH_KEY(id), CYN_ATTR(tags), CYN_LIST(lines, .nullable = true),
          CYN_VERSION_ATTR(version));

static int countdown;
static int fail_at_zero(size_t size) {
  (void)size;
  return countdown >= 0 && countdown-- == 0;
}

static cyn_status use(cyn_db *db, cyn_error *error) {
  static const char *const tags[] = {"a", "b"};
  static const char *lines[] = {"x", "y"};
  cyn_memory *memory = cyn_memory_new();
  if (memory == NULL) return CYN_OK + 1;
  note n = {.id = "1", .tags = {tags, 2}}, r;
  n.lines.at = lines;
  n.lines.count = 2;
  const char *json;
  cyn_status status = cyn_save(db, note, &n, cyn_write(.ignore_version = true), error);
  if (status == CYN_OK) status = cyn_get(db, note, &r, cyn_keys("1"), NULL, memory, error);
  if (status == CYN_OK)
    status = cyn_update(db, note, &r, cyn_expr("SET lines = ? ADD tags ?", cyn_field(note, &n, lines), n.tags),
                        cyn_if("contains(tags, ?)", "a"), memory, error);
  if (status == CYN_OK) status = cyn_to_json(note, &r, &json, memory, error);
  if (status == CYN_OK) status = cyn_from_json(note, &r, json, memory, error);
  if (status == CYN_OK) {
    cyn_cursor *cursor = cyn_find(db, note, cyn_expr("id = ?", "1"), NULL, error);
    while (cyn_next(cursor, note, &r)) {
    }
    status = cursor != NULL ? cyn_cursor_close(cursor, error) : CYN_OK + 1;
  }
  static note many[120];
  for (int i = 0; i < 120; i++) many[i].id = i % 2 == 0 ? "1" : "2";
  bool found[120];
  r.id = "1"; /* what the cursor has read is gone */
  cyn_wanted wanted[] = {cyn_want(note, many, 120, found), cyn_want(note, &r, 1, NULL)};
  wanted[1].fields = "id, version";
  if (status == CYN_OK) status = cyn_get_wanted(db, wanted, 2, NULL, memory, error);
  void *any;
  const cyn_model *kind;
  if (status == CYN_OK) status = cyn_get_any(db, note, &any, &kind, cyn_keys("1"), NULL, memory, error);
  cyn_batch *batch = status == CYN_OK ? cyn_batch_open(db, NULL) : NULL;
  if (batch != NULL) {
    status = cyn_batch_save(batch, note, &n, error);
    if (status == CYN_OK) status = cyn_batch_commit(batch, error);
    cyn_batch_destroy(batch);
  }
  cyn_transaction *t = status == CYN_OK ? cyn_transaction_new(db) : NULL;
  if (t != NULL) {
    status = cyn_transaction_save(t, note, &n, cyn_write(.ignore_version = true), error);
    if (status == CYN_OK) status = cyn_transaction_commit(t, NULL, NULL, error);
    cyn_transaction_destroy(t);
  }
  cyn_memory_destroy(memory);
  return status;
}

TEST(every_allocation_fails_once) {
  cyn_db *db;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(cyn_open("memory:", NULL, &db, &error) == CYN_OK);
  REQUIRE(cyn_create_model(db, note, NULL, &error) == CYN_OK);
  cyn_i_alloc_hook = fail_at_zero;
  int failures = 0;
  for (int n = 0; n < 2000; n++) {
    countdown = n;
    cyn_status status = use(db, &error);
    bool all_done = countdown >= 0;
    countdown = -1;
    failures += status != CYN_OK;
    cyn_error_clean_up(&error);
    if (all_done) break;
  }
  cyn_i_alloc_hook = NULL;
  CHECK(failures > 5);
  CHECK(use(db, &error) == CYN_OK);
  cyn_error_clean_up(&error);
  cyn_db_close(db);
}
