/* The file of a closed store, changed past the store: through LMDB, or byte by byte. */
#ifndef CYN_TESTS_STORE_RAW_FILE_H
#define CYN_TESTS_STORE_RAW_FILE_H

#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/check.h"
#include "test.h"

typedef struct raw {
  uint8_t *bytes;
  size_t size;
  char file[160];
} raw;

static inline bool raw_load(raw *r, const char *folder) {
  struct stat stat;
  (void)snprintf(r->file, sizeof r->file, "%s/data.mdb", folder);
  int fd = open(r->file, O_RDONLY);
  if (fd < 0 || fstat(fd, &stat) != 0) return false;
  r->size = (size_t)stat.st_size;
  r->bytes = malloc(r->size + 1);
  bool is_read = read(fd, r->bytes, r->size) == (ssize_t)r->size;
  close(fd);
  return is_read;
}
static inline bool raw_save(const raw *r) {
  int fd = open(r->file, O_WRONLY | O_TRUNC);
  bool written = fd >= 0 && write(fd, r->bytes, r->size) == (ssize_t)r->size;
  if (fd >= 0) close(fd);
  return written;
}
static inline void raw_free(raw *r) { free(r->bytes); }

static inline uint64_t raw_u64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}
/* The meta page that holds. */
static inline uint8_t *raw_meta(const raw *r) {
  uint32_t page_size;
  memcpy(&page_size, r->bytes + 40, 4);
  uint8_t *other = r->bytes + page_size;
  return raw_u64(other + 144) > raw_u64(r->bytes + 144) ? other : r->bytes;
}

/* One change of a closed store through LMDB; value NULL: delete. */
static inline void raw_put(const char *folder, const void *key, size_t key_size, const void *value, size_t value_size) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_val k = {key_size, (void *)(uintptr_t)key}, v = {value_size, (void *)(uintptr_t)value};
  CHECK(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)1 << 28) == 0);
  CHECK(mdb_env_open(env, folder, 0, 0600) == 0);
  CHECK(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
  CHECK((value != NULL ? mdb_put(txn, dbi, &k, &v, 0) : mdb_del(txn, dbi, &k, NULL)) == 0 && mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

/* ---- what a check tells ---- */

typedef struct told {
  char first[1024], all[8192], remark[1024];
  unsigned remarks;
  uint64_t count;
} told;

static inline void told_fault(void *user, const char *text) {
  told *t = user;
  if (t->first[0] == '\0') (void)snprintf(t->first, sizeof t->first, "%s", text);
  size_t used = strlen(t->all);
  (void)snprintf(t->all + used, sizeof t->all - used, "%s\n", text);
}
static inline void told_remark(void *user, const char *text) {
  told *t = user;
  (void)snprintf(t->remark, sizeof t->remark, "%s", text);
  t->remarks++;
}
static inline cyn_i_faults told_faults(told *t) {
  memset(t, 0, sizeof *t);
  return (cyn_i_faults){.fault = told_fault, .remark = told_remark, .user = t};
}

/* The structure's faults; `file` may be NULL. */
static inline void structure_of(const char *folder, told *t, cyn_i_store_file *file) {
  cyn_i_store_check *check;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_faults faults = told_faults(t);
  cyn_status status = cyn_i_store_check_open(cyn_str(folder), &check, &error);
  if (status == CYN_OK) {
    status = cyn_i_store_check_structure(check, &faults, &error);
    if (file != NULL) cyn_i_store_check_file(check, file);
    cyn_i_store_check_close(check);
  }
  if (status != CYN_OK) test_failed(__FILE__, __LINE__, "check: %s", error.message);
  t->count = faults.count;
  cyn_error_clean_up(&error);
}
#define CHECK_TOLD(t, part)                                                                                        \
  do {                                                                                                             \
    if (strstr((t)->all, part) == NULL) test_failed(__FILE__, __LINE__, "no fault with '%s', but: %s", part, (t)->all); \
  } while (0)

#endif
