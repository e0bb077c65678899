/* One state of a store in use, held from outside: by this process, and by another. */
#include <sys/wait.h>

#include "conformance.h"
#include "store/lmdb/pin.h"

static uint64_t entries(const cyn_i_lmdb_pin *pin) {
  MDB_txn *txn = pin->txn != NULL ? pin->txn : ((cyn_i_lmdb_view *)pin->view)->txn;
  MDB_dbi dbi;
  MDB_stat stat;
  if (mdb_dbi_open(txn, NULL, 0, &dbi) != 0 || mdb_stat(txn, dbi, &stat) != 0) return 0;
  return stat.ms_entries;
}

TEST(in_this_process) {
  fixture f;
  cyn_i_lmdb_pin pin;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "1"), CYN_OK);
  REQUIRE(cyn_i_lmdb_pin_open(f.path, &pin, &f.error) == CYN_OK);
  CHECK(pin.store == f.store && pin.env == NULL);
  for (int i = 0; i < 5; i++) CHECK_INT(put_text(&f, key_of(2 + (uint64_t)i, "a", ""), "2"), CYN_OK);
  CHECK_INT(entries(&pin), 2); /* and the format record */
  cyn_i_lmdb_pin_close(&pin);
  CHECK_STR(get_text(&f, key_of(3, "a", "")), "2");
  CHECK(cyn_i_lmdb_store_here("/nowhere") == NULL);
  fixture_close(&f);
}

TEST(in_another_process) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "1"), CYN_OK);
  int there[2], back[2];
  REQUIRE(pipe(there) == 0 && pipe(back) == 0);
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    /* a child by fork() has the parent's handles; what it opens itself is its own */
    cyn_i_lmdb_pin pin;
    char byte = 0;
    bool good = cyn_i_lmdb_pin_open(f.path, &pin, NULL) == CYN_OK && pin.env != NULL;
    if (write(there[1], "p", 1) != 1 || read(back[0], &byte, 1) != 1) test_child_exit(2);
    good = good && entries(&pin) == 2; /* though the parent has gone on */
    if (good) cyn_i_lmdb_pin_close(&pin);
    test_child_exit(good ? 0 : 1);
  }
  char byte;
  CHECK(read(there[0], &byte, 1) == 1);
  for (int i = 0; i < 20; i++) CHECK_INT(put_text(&f, key_of(2 + (uint64_t)i, "a", ""), "2"), CYN_OK);
  CHECK(write(back[1], "g", 1) == 1);
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_INT(put_text(&f, key_of(99, "a", ""), "3"), CYN_OK);
  fixture_close(&f);
}

TEST(what_is_not_there) {
  cyn_i_lmdb_pin pin;
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(cyn_i_lmdb_pin_open("/nowhere/at/all", &pin, &error), CYN_E_STORE);
  CHECK(error.message != NULL && strstr(error.message, "/nowhere/at/all") != NULL);
  cyn_error_clean_up(&error);
}
