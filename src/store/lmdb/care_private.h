/* What the files of the care of a folder share. */
#ifndef CYN_STORE_LMDB_CARE_PRIVATE_H
#define CYN_STORE_LMDB_CARE_PRIVATE_H

#include "store/care.h"
#include "store/check.h"
#include "store/lmdb/pin.h"

#define CYN_LMDB_PATH_MAX 4000

/* NUL-terminated into `out`; false, with an error, where it is empty, too long or holds a zero byte. */
bool cyn_i_lmdb_care_path(cyn_bytes path, char out[CYN_LMDB_PATH_MAX], cyn_error *error);
/* Locks a closed store; STORE_LOCKED where a process has it open. */
cyn_status cyn_i_lmdb_care_lock(const char *path, int *lock_fd, cyn_error *error);
/* CYN_E_STORE, naming the first fault, where LMDB should not be let near the file. The lock is the caller's. */
cyn_status cyn_i_lmdb_care_sound(const char *path, cyn_error *error);
/* Opens the file through LMDB without its table of readers: the store is locked. */
int cyn_i_lmdb_care_env(const char *path, unsigned flags, MDB_env **out);
/* Syncs a file or folder; an errno. */
int cyn_i_lmdb_care_sync(const char *folder, const char *name);
/* Takes away a copy that failed, with its folder. */
void cyn_i_lmdb_copy_remove(const char *folder);

/* Asks the process that has the folder open to compact it, and waits for its answer (request.c). */
cyn_status cyn_i_lmdb_request_compact(const char *folder, uint64_t *saved_bytes, cyn_error *error);
/* What a compaction that was killed has left. The lock is the caller's. */
void cyn_i_lmdb_compact_clean_up(const char *path);

/* One step of an upgrade: changes what its version did otherwise; the format record is written behind it, in the same
 * transaction. */
typedef int (*cyn_i_lmdb_upgrade_step)(MDB_txn *txn, MDB_dbi dbi);
/* steps[v] leads from version v to v + 1; `known` is the version that is wanted. */
cyn_status cyn_i_lmdb_upgrade(const char *path, const cyn_i_lmdb_upgrade_step *steps, uint32_t known, uint32_t *from,
                              uint32_t *to, cyn_error *error);

#endif
