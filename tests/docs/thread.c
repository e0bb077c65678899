/* Statements that make and save the thread Signals, which is there afterwards. */
#include "thread.h"

static int snippet(cyn_db *db, cyn_memory *memory) {
  cyn_error error = CYN_ERROR_INIT;
/* snippet */
  return 0;
}

int main(void) {
  cyn_db *db = open_threads();
  cyn_memory *memory = cyn_memory_new();
  bool exists = false;
  if (db == NULL || snippet(db, memory) || cyn_exists(db, thread, cyn_keys("Cynamo", "Signals"), NULL, &exists, NULL)) return 1;
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return exists ? 0 : 1;
}
