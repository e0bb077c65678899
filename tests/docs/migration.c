/* A step over the threads of docs/high-level-api.md: one of two has what is renamed. */
#include "thread.h"

static int snippet(cyn_db *db, cyn_migration_report *out) {
  cyn_error error = CYN_ERROR_INIT;
/* snippet */
  *out = report;
  return 0;
}

int main(void) {
  cyn_db *db = open_threads();
  cyn_migration_report report;
  thread first = {.forum = "Cynamo", .subject = "Signals", .last_post = cyn_time_now()};
  thread second = {.forum = "Cynamo", .subject = "Sets"};
  if (db == NULL || cyn_save(db, thread, &first, NULL, NULL) || cyn_save(db, thread, &second, NULL, NULL)) return 1;
  int status = snippet(db, &report) || report.changed != 1 || report.scanned != 2;
  cyn_db_close(db);
  return status;
}
