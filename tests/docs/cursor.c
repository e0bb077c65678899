/* A loop over the threads that a query finds: it uses two of the four. */
#include "thread.h"

static int used;
static void use(const thread *t) { used += strncmp(t->subject, "S", 1) == 0 && t->views > 3; }
static int report(const cyn_error *error) {
  printf("%s\n", error->message);
  return 1;
}

static int snippet(cyn_db *db) {
  cyn_error error = CYN_ERROR_INIT;
  thread t;
/* snippet */
  return 0;
}

int main(void) {
  static const char *const subjects[] = {"Arenas", "Scans", "Sets", "Signals"};
  cyn_db *db = open_threads();
  for (int i = 0; db != NULL && i < 4; i++) {
    thread t = {.forum = "Cynamo", .subject = subjects[i], .views = i + 2};
    if (cyn_save(db, thread, &t, NULL, NULL)) return 1;
  }
  int status = db == NULL || snippet(db) || used != 2;
  cyn_db_close(db);
  return status;
}
