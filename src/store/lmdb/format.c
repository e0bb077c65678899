/* The format record: the first key of every store tells which version of the layout it has, and which Cynamo wrote it, so
 * that an older Cynamo refuses a newer file by name and nothing that is not a store is taken for one.
 *
 * Value: 8 bytes "CYNAMO\0\1", u32 version (little-endian), then the version of Cynamo that made it, as text. */
#include "store/lmdb/lmdb_private.h"

#define FORMAT_VERSION 1u
#define FORMAT_HEAD ((size_t)12)

#ifndef CYN_RELEASE
#define CYN_RELEASE "0"
#endif

static const char magic[8] = {'C', 'Y', 'N', 'A', 'M', 'O', 0, 1};

static cyn_bytes format_key(uint8_t out[CYN_LMDB_KEY_HEAD + 6]) {
  cyn_i_store_key key = {CYN_LMDB_SPACE_FORMAT, 0, {"format", 6}, {"", 0}};
  size_t size = cyn_i_lmdb_key_encode(&key, out);
  return (cyn_bytes){(const char *)out, size};
}

static int format_write(cyn_i_lmdb_store *store) {
  uint8_t key[CYN_LMDB_KEY_HEAD + 6];
  char value[FORMAT_HEAD + sizeof CYN_RELEASE];
  memcpy(value, magic, sizeof magic);
  uint32_t version = FORMAT_VERSION;
  memcpy(value + sizeof magic, &version, sizeof version);
  memcpy(value + FORMAT_HEAD, CYN_RELEASE, sizeof CYN_RELEASE - 1);
  MDB_txn *txn;
  int code = mdb_txn_begin(store->env, NULL, 0, &txn);
  if (code != 0) return code;
  code = cyn_i_lmdb_put(txn, store->dbi, format_key(key), (cyn_bytes){value, FORMAT_HEAD + sizeof CYN_RELEASE - 1});
  if (code == 0) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return code;
}

static cyn_status format_judge(const cyn_i_lmdb_store *store, const MDB_val *value, cyn_error *error) {
  const char *data = value->mv_data;
  if (value->mv_size < FORMAT_HEAD || memcmp(data, magic, sizeof magic) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "The store %s is damaged: its format record cannot be read.", store->path);
  uint32_t version;
  memcpy(&version, data + sizeof magic, sizeof version);
  if (version == FORMAT_VERSION) return CYN_OK;
  int writer_size = value->mv_size - FORMAT_HEAD < 32 ? (int)(value->mv_size - FORMAT_HEAD) : 32;
  return cyn_i_error_setf(error, CYN_E_STORE_VERSION,
                          "The store %s has format version %u, written by Cynamo %.*s; this is Cynamo %s, which knows "
                          "format version %u. Open it with a newer Cynamo.",
                          store->path, version, writer_size, data + FORMAT_HEAD, CYN_RELEASE, FORMAT_VERSION);
}

cyn_status cyn_i_lmdb_format_check(cyn_i_lmdb_store *store, cyn_error *error) {
  uint8_t key[CYN_LMDB_KEY_HEAD + 6];
  MDB_txn *txn;
  int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
  if (code != 0) return cyn_i_lmdb_error(store, code, "open", error);
  MDB_val value;
  MDB_stat stat;
  code = cyn_i_lmdb_get(txn, store->dbi, format_key(key), &value);
  cyn_status status = CYN_OK;
  if (code == 0) status = format_judge(store, &value, error);
  if (code == MDB_NOTFOUND) {
    code = mdb_stat(txn, store->dbi, &stat);
    if (code == 0 && stat.ms_entries != 0)
      status = cyn_i_error_setf(error, CYN_E_STORE, "The store %s is no Cynamo store: it has no format record.", store->path);
    if (code == 0 && stat.ms_entries == 0) code = MDB_NOTFOUND;
  }
  mdb_txn_abort(txn);
  if (code == MDB_NOTFOUND)
    code = store->read_only ? 0 : format_write(store);
  if (code != 0) return cyn_i_lmdb_error(store, code, "open", error);
  return status;
}
