/* Queries and scans: key conditions, filters, limits, positions to go on from, counts, parallel scans.   queries [URL] */
#include <cynamo/cynamo.h>

#include <stdatomic.h>
#include <stdio.h>

typedef struct thread {
  const char *forum, *subject;
  int views;
  const char *author;
} thread;

CYN_MODEL(thread, CYN_TABLE("Thread"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(subject), CYN_ATTR(views), CYN_ATTR(author));

static cyn_status fill(cyn_db *db, cyn_error *e) {
  static const char *const authors[] = {"ann", "bob", "cid"};
  cyn_status status = cyn_create_model(db, thread, cyn_table(.wait = true, .ignore_existing = true), e);
  for (int i = 0; status == CYN_OK && i < 20; i++) {
    char subject[20];
    (void)snprintf(subject, sizeof subject, "subject %02d", i);
    thread t = {i < 15 ? "Cynamo" : "Other", subject, i * i, authors[i % 3]};
    status = cyn_save(db, thread, &t, NULL, e);
  }
  return status;
}

static bool add_views(void *object, int64_t segment, void *user) {
  const thread *t = object;
  (void)segment;
  atomic_fetch_add((atomic_int *)user, t->views);
  return true; /* go on */
}

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = fill(db, e);
  if (status != CYN_OK) return status;
  thread t;

  cyn_cursor *c = cyn_find(db, thread, cyn_expr("forum = ? AND subject BETWEEN ? AND ?", "Cynamo", "subject 03", "subject 09"),
                           cyn_read(.backward = true, .filter = cyn_expr("author <> ? AND views > ?", "bob", 10)), e);
  while (cyn_next(c, thread, &t)) printf("%s by %s: %d\n", t.subject, t.author, t.views);
  if ((status = cyn_cursor_close(c, e))) return status;

  /* three at a time: the position is a key that may be kept anywhere */
  cyn_item position = {NULL, 0, NULL};
  do {
    c = cyn_find(db, thread, cyn_expr("forum = ?", "Cynamo"), cyn_read(.limit = 6, .start = position, .fields = "forum, subject"), e);
    while (cyn_next(c, thread, &t)) printf("%s ", t.subject + 8);
    printf("\n");
    position = cyn_cursor_position(c, memory);
    if ((status = cyn_cursor_close(c, e))) return status;
  } while (position.data != NULL);

  int64_t count;
  double units = 0;
  if ((status = cyn_count(db, thread, cyn_expr("forum = ?", "Other"), cyn_read(.consumed = &units), &count, e))) return status;
  printf("%lld in Other, for %.1f units\n", (long long)count, units);

  atomic_int views = 0;
  if ((status = cyn_scan_parallel(db, thread, cyn_read(.total_segments = 4, .rate_limit = 1000), add_views, &views, e)))
    return status;
  printf("%d views in all\n", views);
  return cyn_drop_model(db, thread, NULL, e);
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = work(db, memory, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
