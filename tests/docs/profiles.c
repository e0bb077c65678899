/* Databases of AWS, opened and closed: that reads the files and sends nothing. */
#include <cynamo/cynamo.h>

int main(void) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL, *shop = NULL, *own = NULL;
/* snippet */
  cyn_db_close(own);
  cyn_db_close(shop);
  cyn_db_close(db);
  return 0;
}
