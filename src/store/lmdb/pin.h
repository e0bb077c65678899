/* One state of a store that is in use, held from outside of its writer: a reader in LMDB's own table, through the handle
 * where this process has the store open (LMDB cannot be opened twice in one process), else through one of our own. */
#ifndef CYN_STORE_LMDB_PIN_H
#define CYN_STORE_LMDB_PIN_H

#include "store/lmdb/lmdb_private.h"

typedef struct cyn_i_lmdb_pin {
  cyn_i_store *store; /* this process has it open; counted */
  cyn_i_store_view *view;
  MDB_env *env;       /* else */
  MDB_txn *txn;
  uint64_t transaction;
} cyn_i_lmdb_pin;

cyn_status cyn_i_lmdb_pin_open(const char *path, cyn_i_lmdb_pin *out, cyn_error *error);
void cyn_i_lmdb_pin_close(cyn_i_lmdb_pin *pin);
/* The store of a folder where this process has it open, counted: cyn_i_store_close gives it back. NULL: it has not. */
cyn_i_store *cyn_i_lmdb_store_here(const char *path);

#endif
