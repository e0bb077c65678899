/* Statements that connect a receiver and disconnect it again. */
#include "thread.h"

static cyn_status count(const cyn_signal_event *event, void *user, cyn_error *error) {
  (void)event, (void)error;
  ++*(int *)user;
  return CYN_OK;
}

int main(void) {
  cyn_error error = CYN_ERROR_INIT;
/* snippet */
  cyn_db *db = open_threads();
  cyn_db_close(db);
  return db != NULL && calls == 0 ? 0 : 1;
}
