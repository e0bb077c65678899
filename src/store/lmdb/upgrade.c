/* From an older format to this Cynamo's: one step a version, each in one transaction that ends with the format record, so
 * that an upgrade that is interrupted goes on where it was. There has been one version so far: the table of steps is
 * empty, and the first of them will lead from 1 to 2. */
#include "base/error.h"
#include "base/hash.h"
#include "store/lmdb/care_private.h"

/* upgrade_steps[v] leads from version v to v + 1. */
static const cyn_i_lmdb_upgrade_step upgrade_steps[CYN_LMDB_FORMAT_VERSION] = {NULL};

/* The record with another version in it, and its writer's name as it was. */
static int record_write(MDB_txn *txn, MDB_dbi dbi, uint32_t version) {
  uint8_t key[CYN_LMDB_FORMAT_KEY_SIZE];
  cyn_bytes bytes = cyn_i_lmdb_format_key(key);
  MDB_val k = {bytes.size, (void *)(uintptr_t)bytes.data}, value;
  char record[64];
  int code = mdb_get(txn, dbi, &k, &value);
  if (code != 0) return code;
  if (value.mv_size < 12 || value.mv_size > sizeof record - 5) return MDB_CORRUPTED;
  memcpy(record, value.mv_data, value.mv_size);
  const char *end = memchr(record + 12, '\0', value.mv_size - 12);
  size_t size = end != NULL ? (size_t)(end - record) : value.mv_size;
  memcpy(record + 8, &version, 4);
  record[size++] = '\0';
  uint32_t crc = cyn_i_crc32(record, size);
  memcpy(record + size, &crc, 4);
  MDB_val v = {size + 4, record};
  return mdb_put(txn, dbi, &k, &v, 0);
}

static int step_run(MDB_env *env, cyn_i_lmdb_upgrade_step step, uint32_t to) {
  MDB_txn *txn;
  MDB_dbi dbi;
  int code = mdb_txn_begin(env, NULL, 0, &txn);
  if (code != 0) return code;
  code = mdb_dbi_open(txn, NULL, 0, &dbi);
  if (code == 0) code = step(txn, dbi);
  if (code == 0) code = record_write(txn, dbi, to);
  if (code == 0) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return code;
}

static cyn_status steps_run(const char *path, const cyn_i_lmdb_upgrade_step *steps, uint32_t from, uint32_t known,
                            cyn_error *error) {
  int lock_fd;
  cyn_status status = cyn_i_lmdb_care_lock(path, &lock_fd, error);
  if (status != CYN_OK) return status;
  MDB_env *env;
  int code = cyn_i_lmdb_care_env(path, 0, &env);
  for (uint32_t version = from; code == 0 && version < known; version++)
    code = steps[version] != NULL ? step_run(env, steps[version], version + 1) : MDB_INCOMPATIBLE;
  if (env != NULL) mdb_env_close(env);
  cyn_i_lmdb_owner_unlock(lock_fd);
  if (code == 0) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_STORE, "Cannot upgrade the store %s: %s.", path, mdb_strerror(code));
}

cyn_status cyn_i_lmdb_upgrade(const char *path, const cyn_i_lmdb_upgrade_step *steps, uint32_t known, uint32_t *from,
                              uint32_t *to, cyn_error *error) {
  cyn_i_store_check *check;
  cyn_i_store_file file;
  cyn_status status = cyn_i_store_check_open(cyn_str(path), &check, error);
  if (status != CYN_OK) return status;
  cyn_i_store_check_file(check, &file);
  cyn_i_store_check_close(check);
  *from = *to = file.format_version;
  if (file.is_live)
    return cyn_i_error_setf(error, CYN_E_STORE_LOCKED, "The store %s is in use by %s. Close it before it is upgraded.", path,
                            file.owner);
  if (file.format_version == 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "The store %s is damaged: its format record cannot be read.", path);
  if (file.format_version > known)
    return cyn_i_error_setf(error, CYN_E_STORE_VERSION,
                            "The store %s has format version %u, written by Cynamo %s; this is Cynamo %s, which knows format "
                            "version %u. Take a newer Cynamo.",
                            path, file.format_version, file.writer, CYN_RELEASE, known);
  if (file.format_version == known) return CYN_OK;
  status = steps_run(path, steps, file.format_version, known, error);
  if (status == CYN_OK) *to = known;
  return status;
}

cyn_status cyn_i_store_upgrade(cyn_bytes path, uint32_t *from, uint32_t *to, cyn_error *error) {
  char folder[CYN_LMDB_PATH_MAX];
  *from = *to = 0;
  if (!cyn_i_lmdb_care_path(path, folder, error)) return CYN_E_STORE;
  return cyn_i_lmdb_upgrade(folder, upgrade_steps, CYN_LMDB_FORMAT_VERSION, from, to, error);
}
