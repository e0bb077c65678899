/* The format record: the first key of every store tells which version of the layout it has, and which Cynamo wrote it, so
 * that an older Cynamo refuses a newer file by name and nothing that is not a store is taken for one.
 *
 * Value: 8 bytes "CYNAMO\0\1", u32 version (little-endian), the version of Cynamo that made it as text, 00, and a crc32
 * of all of it. Files from before 24 November 2026 end with the text. */
#include "base/hash.h"
#include "store/lmdb/lmdb_private.h"

#define FORMAT_VERSION CYN_LMDB_FORMAT_VERSION
#define FORMAT_HEAD ((size_t)12)
#define FORMAT_TAIL ((size_t)5)

#ifndef CYN_RELEASE
#define CYN_RELEASE "0"
#endif

static const char magic[8] = {'C', 'Y', 'N', 'A', 'M', 'O', 0, 1};

cyn_bytes cyn_i_lmdb_format_key(uint8_t out[CYN_LMDB_FORMAT_KEY_SIZE]) {
  cyn_i_store_key key = {CYN_LMDB_SPACE_FORMAT, 0, {"format", 6}, {"", 0}};
  size_t size = cyn_i_lmdb_key_encode(&key, out);
  return (cyn_bytes){(const char *)out, size};
}

static int format_write(cyn_i_lmdb_store *store) {
  uint8_t key[CYN_LMDB_FORMAT_KEY_SIZE];
  char value[FORMAT_HEAD + sizeof CYN_RELEASE - 1 + FORMAT_TAIL];
  memcpy(value, magic, sizeof magic);
  uint32_t version = FORMAT_VERSION;
  memcpy(value + sizeof magic, &version, sizeof version);
  memcpy(value + FORMAT_HEAD, CYN_RELEASE, sizeof CYN_RELEASE); /* with its 00 */
  uint32_t crc = cyn_i_crc32(value, sizeof value - 4);
  memcpy(value + sizeof value - 4, &crc, 4);
  MDB_txn *txn;
  int code = mdb_txn_begin(store->env, NULL, 0, &txn);
  if (code != 0) return code;
  code = cyn_i_lmdb_put(txn, store->dbi, cyn_i_lmdb_format_key(key), (cyn_bytes){value, sizeof value});
  if (code == 0) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return code;
}

bool cyn_i_lmdb_format_read(cyn_bytes value, uint32_t *version, char writer[33]) {
  *version = 0;
  writer[0] = '\0';
  if (value.size < FORMAT_HEAD || memcmp(value.data, magic, sizeof magic) != 0) return false;
  memcpy(version, value.data + sizeof magic, sizeof *version);
  const char *text = value.data + FORMAT_HEAD;
  size_t size = value.size - FORMAT_HEAD;
  const char *end = size != 0 ? memchr(text, '\0', size) : NULL;
  if (end != NULL) {
    uint32_t crc;
    if (size - (size_t)(end - text) != FORMAT_TAIL) return false;
    memcpy(&crc, end + 1, 4);
    if (crc != cyn_i_crc32(value.data, value.size - 4)) return false;
    size = (size_t)(end - text);
  }
  if (size > 32) size = 32;
  for (size_t i = 0; i < size; i++) writer[i] = text[i];
  writer[size] = '\0';
  for (size_t i = 0; i < size; i++)
    if (text[i] <= ' ' || text[i] > '~') return false;
  return true;
}

cyn_status cyn_i_lmdb_format_judge(const char *path, cyn_bytes value, cyn_error *error) {
  uint32_t version;
  char writer[33];
  if (!cyn_i_lmdb_format_read(value, &version, writer))
    return cyn_i_error_setf(error, CYN_E_STORE, "The store %s is damaged: its format record cannot be read.", path);
  if (version == FORMAT_VERSION) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_STORE_VERSION,
                          "The store %s has format version %u, written by Cynamo %s; this is Cynamo %s, which knows "
                          "format version %u. %s",
                          path, version, writer, CYN_RELEASE, FORMAT_VERSION,
                          version > FORMAT_VERSION ? "Open it with a newer Cynamo." : "Bring it up to date with cynamo upgrade.");
}

cyn_status cyn_i_lmdb_format_check(cyn_i_lmdb_store *store, cyn_error *error) {
  uint8_t key[CYN_LMDB_FORMAT_KEY_SIZE];
  MDB_txn *txn;
  int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
  if (code != 0) return cyn_i_lmdb_error(store, code, "open", error);
  MDB_val value;
  MDB_stat stat;
  bool is_new = false;
  code = cyn_i_lmdb_get(txn, store->dbi, cyn_i_lmdb_format_key(key), &value);
  cyn_status status = CYN_OK;
  if (code == 0) status = cyn_i_lmdb_format_judge(store->path, (cyn_bytes){value.mv_data, value.mv_size}, error);
  if (code == MDB_NOTFOUND) {
    code = mdb_stat(txn, store->dbi, &stat);
    is_new = code == 0 && stat.ms_entries == 0;
    if (code == 0 && !is_new)
      status = cyn_i_error_setf(error, CYN_E_STORE, "The store %s is no Cynamo store: it has no format record.", store->path);
  }
  mdb_txn_abort(txn);
  if (is_new && !store->read_only) code = format_write(store);
  if (code != 0) return cyn_i_lmdb_error(store, code, "open", error);
  return status;
}
