/* The format record: what is newer, foreign or damaged is refused by name. */
#include <fcntl.h>

#include "conformance.h"
#include "store/lmdb/lmdb_private.h"

/* Puts a record into the file of a closed store, past the store. */
static void file_put(const fixture *f, const void *key, size_t key_size, const void *value, size_t value_size) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_val k = {key_size, (void *)(uintptr_t)key}, v = {value_size, (void *)(uintptr_t)value};
  /* a map of its own size: the file's is more than a sanitizer's process has room for */
  REQUIRE(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)1 << 30) == 0);
  REQUIRE(mdb_env_open(env, f->path, 0, 0600) == 0);
  REQUIRE(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
  REQUIRE(mdb_put(txn, dbi, &k, &v, 0) == 0 && mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

static const uint8_t record_key[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 'f', 'o', 'r', 'm', 'a', 't'};

static void open_refused(fixture *f, cyn_status status, const char *part) {
  cyn_i_store_options options = fixture_options(f);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f->store, &f->error), status);
  CHECK(f->error.message != NULL && strstr(f->error.message, part) != NULL);
  CHECK(f->error.message != NULL && strstr(f->error.message, f->path) != NULL);
}

static void end(fixture *f) {
  cyn_i_arena_clean_up(&f->arena);
  cyn_error_clean_up(&f->error);
  folder_remove(f->folder);
}

TEST(a_newer_format_is_refused_by_name) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  file_put(&f, record_key, sizeof record_key, "CYNAMO\0\1\2\0\0\0" "9.1.0", 17);
  open_refused(&f, CYN_E_STORE_VERSION, "format version 2, written by Cynamo 9.1.0");
  end(&f);
}

TEST(a_damaged_record_is_refused) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  file_put(&f, record_key, sizeof record_key, "CYNAMO?", 7);
  open_refused(&f, CYN_E_STORE, "format record cannot be read");
  end(&f);
}

TEST(a_foreign_lmdb_file_is_refused) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  folder_remove(f.path);
  char command[128];
  (void)snprintf(command, sizeof command, "mkdir '%s'", f.path);
  CHECK(system(command) == 0);
  file_put(&f, "hello", 5, "world", 5);
  open_refused(&f, CYN_E_STORE, "is no Cynamo store");
  end(&f);
}

TEST(a_file_of_something_else_is_refused) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  char file[128];
  static char junk[20000];
  memset(junk, 'j', sizeof junk);
  (void)snprintf(file, sizeof file, "%s/data.mdb", f.path);
  int fd = open(file, O_WRONLY | O_TRUNC);
  CHECK(fd >= 0 && write(fd, junk, sizeof junk) == (ssize_t)sizeof junk && close(fd) == 0);
  open_refused(&f, CYN_E_STORE, "damaged");
  end(&f);
}

TEST(the_record_has_the_documented_bytes) {
  fixture f;
  if (!fixture_open(&f, MEMORY)) return;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(f.store);
  MDB_txn *txn;
  MDB_val key = {sizeof record_key, (void *)(uintptr_t)record_key}, value;
  REQUIRE(mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn) == 0);
  CHECK_INT(mdb_get(txn, store->dbi, &key, &value), 0);
  CHECK(value.mv_size > 12 && memcmp(value.mv_data, "CYNAMO\0\1\1\0\0\0", 12) == 0);
  mdb_txn_abort(txn);
  fixture_close(&f);
}

TEST(records_as_they_may_be_found) {
  static const struct {
    const char *bytes;
    size_t size;
    const char *writer; /* NULL: no record */
    uint32_t version;
  } rows[] = {
      {"CYNAMO\0\1\1\0\0", 11, NULL, 0}, {"CYNAMO\0\2\1\0\0\0x", 13, NULL, 0}, {"CYNAMO\0\1\5\0\0\0", 12, "", 5},
      {"CYNAMO\0\1\2\0\0\0" "1.2", 15, "1.2", 2}, {"CYNAMO\0\1\1\0\0\0" "1 2", 15, NULL, 1}, {"CYNAMO\0\1\1\0\0\0" "1\xFF", 14, NULL, 1},
      {"CYNAMO\0\1\1\0\0\0" "1.0\0" "123", 19, NULL, 1}, {"CYNAMO\0\1\1\0\0\0" "1.0\0" "1234", 20, NULL, 1},
      {"CYNAMO\0\1\1\0\0\0" "0123456789012345678901234567890123456789", 52, "01234567890123456789012345678901", 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint32_t version = 77;
    char writer[33] = "?";
    bool is_read = cyn_i_lmdb_format_read((cyn_bytes){rows[i].bytes, rows[i].size}, &version, writer);
    if (is_read != (rows[i].writer != NULL)) test_failed(__FILE__, __LINE__, "row %zu", i);
    if (is_read) CHECK_STR(writer, rows[i].writer);
    CHECK_INT(version, rows[i].version);
  }
}
