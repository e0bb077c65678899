/* What LMDB's and the system's codes mean to the user: the one place of their texts. */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/lmdb/lmdb_private.h"

#define FREE_BYTES_MIN ((uint64_t)1024 * 1024)

cyn_status cyn_i_lmdb_forked_error(cyn_error *error) {
  return cyn_i_error_set(error, CYN_E_FORKED,
                         "This database was opened before fork(), and memory: and file: databases cannot be used in a "
                         "child process: open it in the child (memory:), or let one process own it and serve the others "
                         "over HTTP (file:).");
}

static const char *store_name(const cyn_i_lmdb_store *store) {
  return store->is_memory ? "the store in memory" : store->path;
}

/* LMDB makes EIO of a write that was cut short, which a full disk does, and a limit on the size of files. */
static int error_refine(const cyn_i_lmdb_store *store, int code) {
  struct statvfs disk;
  struct stat file;
  struct rlimit limit;
  char name[4096];
  if (code != EIO || store->is_memory) return code;
  if (statvfs(store->path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < FREE_BYTES_MIN) return ENOSPC;
  int length = snprintf(name, sizeof name, "%s/data.mdb", store->path);
  bool known = length > 0 && (size_t)length < sizeof name && stat(name, &file) == 0 && getrlimit(RLIMIT_FSIZE, &limit) == 0;
  return known && (uint64_t)file.st_size + FREE_BYTES_MIN > limit.rlim_cur ? EFBIG : code;
}

cyn_i_error_code cyn_i_lmdb_error_kind(int code) {
  if (code == ENOMEM) return CYN_E_OUT_OF_MEMORY;
  return code == ENOSPC || code == EDQUOT || code == EFBIG ? CYN_E_STORE_FULL : CYN_E_STORE;
}

cyn_status cyn_i_lmdb_error(const cyn_i_lmdb_store *store, int code, const char *doing, cyn_error *error) {
  const char *name = store_name(store);
  code = error_refine(store, code);
  switch (code) {
    case ENOMEM: return cyn_i_error_no_memory(error);
    case MDB_MAP_FULL:
      return cyn_i_error_setf(error, CYN_E_STORE_FULL,
                              "Cannot %s %s: its map of %llu bytes is used up. Delete items, or open it with a larger map.",
                              doing, name, (unsigned long long)store->map_size);
    case ENOSPC:
    case EDQUOT:
      return cyn_i_error_setf(error, CYN_E_STORE_FULL, "Cannot %s %s: the disk is full (%s).", doing, name, strerror(code));
    case EFBIG:
      return cyn_i_error_setf(error, CYN_E_STORE_FULL, "Cannot %s %s: the file may not grow (%s; see ulimit -f).", doing,
                              name, strerror(code));
    case CYN_LMDB_SIZE_MAX:
      return cyn_i_error_setf(error, CYN_E_STORE_FULL,
                              "Cannot %s %s: it has reached its size_max of %llu bytes. Delete items, or open it with a "
                              "larger size_max.",
                              doing, name, (unsigned long long)store->size_max);
    case CYN_LMDB_UNKNOWN:
      return cyn_i_error_setf(error, CYN_E_INTERNAL,
                              "Writing to %s failed while it was being committed, and whether it took effect is not known.",
                              name);
    case CYN_LMDB_READ_ONLY:
      return cyn_i_error_setf(error, CYN_E_STORE, "Cannot %s %s: it was opened for reading only.", doing, name);
    case MDB_PANIC:
      return cyn_i_error_setf(error, CYN_E_STORE, "Cannot %s %s: an earlier fault of the disk has closed it.", doing, name);
    case MDB_READERS_FULL:
      return cyn_i_error_setf(error, CYN_E_STORE, "Cannot %s %s: more than %u views at once.", doing, name,
                              store->reader_count_max);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      return cyn_i_error_setf(error, CYN_E_STORE, "Cannot %s %s: the file is damaged, or not a Cynamo store (%s).", doing,
                              name, mdb_strerror(code));
    case EACCES:
    case EPERM:
    case EROFS:
      return cyn_i_error_setf(error, CYN_E_STORE, "Cannot %s %s: no permission to write there (%s).", doing, name,
                              strerror(code));
    default: return cyn_i_error_setf(error, CYN_E_STORE, "Cannot %s %s: %s.", doing, name, mdb_strerror(code));
  }
}
