/* Codes become errors that name the store and say what to do. */
#include <errno.h>

#include "conformance.h"
#include "store/lmdb/lmdb_private.h"

static void check_code(int code, cyn_status status, const char *message) {
  cyn_i_lmdb_store store;
  char path[] = "/tmp";
  memset(&store, 0, sizeof store);
  store.path = path;
  store.map_size = 1000;
  store.size_max = 500;
  store.reader_count_max = 3;
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(cyn_i_lmdb_error(&store, code, "write to", &error), status);
  CHECK_INT(error.status, status);
  if (message != NULL) CHECK_STR(error.message, message);
  cyn_error_clean_up(&error);
  CHECK_INT(cyn_i_lmdb_error(&store, code, "write to", NULL), status);
}

TEST(codes_have_texts) {
  check_code(ENOMEM, CYN_E_OUT_OF_MEMORY, NULL);
  check_code(MDB_MAP_FULL, CYN_E_STORE_FULL,
             "Cannot write to /tmp: its map of 1000 bytes is used up. Delete items, or open it with a larger map.");
  check_code(CYN_LMDB_SIZE_MAX, CYN_E_STORE_FULL,
             "Cannot write to /tmp: it has reached its size_max of 500 bytes. Delete items, or open it with a larger "
             "size_max.");
  check_code(ENOSPC, CYN_E_STORE_FULL, "Cannot write to /tmp: the disk is full (No space left on device).");
  check_code(EFBIG, CYN_E_STORE_FULL, "Cannot write to /tmp: the file may not grow (File too large; see ulimit -f).");
  check_code(MDB_READERS_FULL, CYN_E_STORE, "Cannot write to /tmp: more than 3 views at once.");
  check_code(EACCES, CYN_E_STORE, "Cannot write to /tmp: no permission to write there (Permission denied).");
  check_code(EIO, CYN_E_STORE, "Cannot write to /tmp: Input/output error.");
  check_code(CYN_LMDB_READ_ONLY, CYN_E_STORE, "Cannot write to /tmp: it was opened for reading only.");
  check_code(MDB_PANIC, CYN_E_STORE, "Cannot write to /tmp: an earlier fault of the disk has closed it.");
  check_code(MDB_CORRUPTED, CYN_E_STORE, NULL);
  check_code(MDB_INVALID, CYN_E_STORE, NULL);
  check_code(CYN_LMDB_UNKNOWN, CYN_E_INTERNAL, NULL);
}
