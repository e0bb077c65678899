/* See pin.h. While a state is held its pages are not written to again, so they may be read from the file by any means:
 * by a hot copy, or page by page by the check. The file grows meanwhile if it is written to, so nobody holds one longer
 * than a walk over the file takes. */
#include <stdio.h>
#include <sys/stat.h>

#include "store/lmdb/pin.h"

#define MAP_MARGIN ((uint64_t)256 << 20) /* what the file may grow between a look at its size and the map */
#define TRIES 5

cyn_i_store *cyn_i_lmdb_store_here(const char *path) {
  struct stat folder;
  if (stat(path, &folder) != 0) return NULL;
  cyn_i_lmdb_registry_lock();
  cyn_i_lmdb_store *store = cyn_i_lmdb_registry_find(folder.st_dev, folder.st_ino);
  if (store != NULL) store->reference_count++;
  cyn_i_lmdb_registry_unlock();
  return store != NULL ? &store->base : NULL;
}

static cyn_status pin_here(cyn_i_lmdb_pin *pin, cyn_error *error) {
  cyn_status status = cyn_i_lmdb_view_open(pin->store, &pin->view, error);
  if (status != CYN_OK) return status;
  status = cyn_i_lmdb_view_begin(pin->view, error);
  if (status != CYN_OK) {
    cyn_i_lmdb_view_close(pin->view);
    pin->view = NULL;
    return status;
  }
  pin->transaction = mdb_txn_id(((cyn_i_lmdb_view *)pin->view)->txn);
  return CYN_OK;
}

/* The map is as large as the file, not as the owner's: address space may be scarce here. */
static int env_try(const char *path, cyn_i_lmdb_pin *pin) {
  char name[4096];
  struct stat file;
  int length = snprintf(name, sizeof name, "%s/data.mdb", path);
  if (length < 0 || (size_t)length >= sizeof name || stat(name, &file) != 0) return MDB_INVALID;
  int code = mdb_env_create(&pin->env);
  if (code != 0) return code;
  code = mdb_env_set_mapsize(pin->env, (size_t)(((uint64_t)file.st_size + MAP_MARGIN) & ~(uint64_t)0xFFFF));
  if (code == 0) code = mdb_env_open(pin->env, path, MDB_RDONLY | MDB_NOTLS, 0600);
  if (code == 0) code = mdb_txn_begin(pin->env, NULL, MDB_RDONLY, &pin->txn);
  if (code == 0) return 0;
  mdb_env_close(pin->env);
  pin->env = NULL;
  return code;
}

cyn_status cyn_i_lmdb_pin_open(const char *path, cyn_i_lmdb_pin *pin, cyn_error *error) {
  memset(pin, 0, sizeof *pin);
  pin->store = cyn_i_lmdb_store_here(path);
  if (pin->store != NULL) {
    cyn_status status = pin_here(pin, error);
    if (status != CYN_OK) cyn_i_lmdb_pin_close(pin); /* the store is not held by what failed */
    return status;
  }
  int code = MDB_MAP_RESIZED;
  for (int i = 0; i < TRIES && code == MDB_MAP_RESIZED; i++) code = env_try(path, pin);
  if (code == 0) {
    pin->transaction = mdb_txn_id(pin->txn);
    return CYN_OK;
  }
  return cyn_i_error_setf(error, CYN_E_STORE, "Cannot read the store %s beside its owner: %s.", path, mdb_strerror(code));
}

void cyn_i_lmdb_pin_close(cyn_i_lmdb_pin *pin) {
  if (pin->view != NULL) {
    cyn_i_lmdb_view_end(pin->view);
    cyn_i_lmdb_view_close(pin->view);
  }
  if (pin->store != NULL) cyn_i_store_close(pin->store);
  if (pin->txn != NULL) mdb_txn_abort(pin->txn);
  if (pin->env != NULL) mdb_env_close(pin->env);
  memset(pin, 0, sizeof *pin);
}
