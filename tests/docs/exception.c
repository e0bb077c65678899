/* Statements that save a thread where there is none: the error is of both kinds that the page asks for. */
#include "thread.h"

static int snippet(cyn_db *db, cyn_error *given) {
  thread t = {.forum = "Cynamo", .subject = "Signals", .views = 7};
#define error (*given)
/* snippet */
#undef error
  return 0;
}

int main(void) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = open_threads();
  if (db == NULL || snippet(db, &error) != 1) return 1;
  bool is_both = cyn_error_is(&error, CYN_EXCEPTION_CONDITION_FAILED) && cyn_error_is(&error, CYN_EXCEPTION_PUT);
  cyn_db_close(db);
  return is_both ? 0 : 1;
}
