/* A receiver that counts: three calls are three. */
#include "thread.h"

/* snippet */
int main(void) {
  cyn_db *db = open_threads();
  cyn_signal_connection connection;
  bool exists;
  int calls = 0;
  if (db == NULL || cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, count, &calls, &connection, NULL)) return 1;
  for (int i = 0; i < 3; i++)
    if (cyn_exists(db, thread, cyn_keys("a", "b"), NULL, &exists, NULL)) return 1;
  cyn_signal_disconnect(connection);
  cyn_db_close(db);
  return calls == 3 ? 0 : 1;
}
