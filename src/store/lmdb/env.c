/* Opens and closes LMDB's environment. The file is opened without MDB_WRITEMAP, since a full disk would then be a SIGBUS;
 * memory with it, on a memfd: LMDB opens files by name, so a symbolic link to the descriptor stands in a temporary folder
 * for the moment of opening. The map is as large as the address space lets it be, as it cannot grow under readers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "store/lmdb/lmdb_private.h"

#define MAP_SIZE_FILE ((uint64_t)1 << 40)
#define MAP_SIZE_MEMORY ((uint64_t)64 << 30)
#define MAP_SIZE_MIN ((uint64_t)1 << 20)
#define READERS_DEFAULT 1024u

/* One try. LMDB's environment cannot be used again after a failed open. */
static int env_try(cyn_i_lmdb_store *store, const char *path, uint64_t map_size) {
  int code = mdb_env_create(&store->env);
  if (code != 0) return code;
  code = mdb_env_set_mapsize(store->env, (size_t)map_size);
  if (code == 0) code = mdb_env_set_maxreaders(store->env, store->reader_count_max);
  if (code == 0) code = mdb_env_open(store->env, path, store->env_flags, 0600);
  if (code != 0) {
    mdb_env_close(store->env);
    store->env = NULL;
  }
  return code;
}

static int env_open_halving(cyn_i_lmdb_store *store, const char *path) {
  int code;
  for (;;) {
    code = env_try(store, path, store->map_size);
    bool smaller = code == ENOMEM || code == EINVAL || code == EOVERFLOW || code == EFBIG;
    if (!smaller || store->map_size / 2 < MAP_SIZE_MIN) return code;
    store->map_size /= 2;
  }
}

static int dbi_open(cyn_i_lmdb_store *store) {
  MDB_txn *txn;
  int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
  if (code != 0) return code;
  code = mdb_dbi_open(txn, NULL, 0, &store->dbi);
  if (code != 0) {
    mdb_txn_abort(txn);
    return code;
  }
  code = mdb_txn_commit(txn);
  MDB_stat stat;
  if (code == 0) code = mdb_env_stat(store->env, &stat);
  if (code == 0) store->page_size = stat.ms_psize;
  return code;
}

static bool folder_temporary(const char *parent, char *out, size_t out_size) {
  if (parent == NULL || parent[0] == '\0') return false;
  int length = snprintf(out, out_size, "%s/cynamo.XXXXXX", parent);
  return length > 0 && (size_t)length < out_size && mkdtemp(out) != NULL;
}

static bool folder_temporary_make(char *out, size_t out_size) {
  char user[64];
  (void)snprintf(user, sizeof user, "/run/user/%lu", (unsigned long)geteuid());
  const char *const parents[] = {getenv("TMPDIR"), "/dev/shm", user, "/tmp", "/run"};
  for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++)
    if (folder_temporary(parents[i], out, out_size)) return true;
  return false;
}

static void folder_temporary_remove(const char *folder) {
  static const char *const names[] = {"data.mdb", "lock.mdb"};
  char file[4096 + 16];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    int length = snprintf(file, sizeof file, "%s/%s", folder, names[i]);
    if (length > 0 && (size_t)length < sizeof file) (void)unlink(file);
  }
  (void)rmdir(folder);
}

/* A limit on file sizes counts for memory files too, and going over it is a signal. */
static void map_size_limit(cyn_i_lmdb_store *store) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  while (store->map_size > limit.rlim_cur && store->map_size / 2 >= MAP_SIZE_MIN) store->map_size /= 2;
}

/* A core file would take in the whole map of a store in memory, 64 GB of it, and the kernel reads it to the last page that
 * nothing was ever written to. LMDB does not tell where its map is; the system does. Without /proc a core stays large. */
static void map_keep_out_of_cores(int fd) {
  struct stat file;
  char line[512];
  FILE *maps = fstat(fd, &file) == 0 ? fopen("/proc/self/maps", "re") : NULL;
  if (maps == NULL) return;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin, end, inode;
    unsigned major_number, minor_number;
    if (sscanf(line, "%lx-%lx %*s %*s %x:%x %lu", &begin, &end, &major_number, &minor_number, &inode) == 5 &&
        inode == file.st_ino && makedev(major_number, minor_number) == file.st_dev)
      (void)madvise((void *)begin, end - begin, MADV_DONTDUMP);
  }
  (void)fclose(maps);
}

static cyn_status memory_open(cyn_i_lmdb_store *store, cyn_error *error) {
  char folder[4096], link_path[4096 + 16], target[64];
  int fd = memfd_create("cynamo", MFD_CLOEXEC);
  if (fd < 0) return cyn_i_error_setf(error, CYN_E_STORE, "Cannot make a store in memory: %s.", strerror(errno));
  if (!folder_temporary_make(folder, sizeof folder)) {
    (void)close(fd);
    return cyn_i_error_set(error, CYN_E_STORE,
                           "Cannot make a store in memory: no folder for temporary files (TMPDIR, /dev/shm, /run/user, "
                           "/tmp) can be written.");
  }
  (void)snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
  (void)snprintf(link_path, sizeof link_path, "%s/data.mdb", folder);
  map_size_limit(store);
  int code = symlink(target, link_path) == 0 ? env_open_halving(store, folder) : errno;
  folder_temporary_remove(folder);
  if (code == 0) map_keep_out_of_cores(fd);
  (void)close(fd); /* LMDB has a descriptor of its own by now */
  if (code == 0) code = dbi_open(store);
  if (code == 0) return CYN_OK;
  cyn_i_lmdb_env_close(store);
  return cyn_i_lmdb_error(store, code, "open", error);
}

cyn_status cyn_i_lmdb_env_open(cyn_i_lmdb_store *store, cyn_error *error) {
  if (store->reader_count_max == 0) store->reader_count_max = READERS_DEFAULT;
  if (store->map_size == 0) store->map_size = store->is_memory ? MAP_SIZE_MEMORY : MAP_SIZE_FILE;
  if (store->map_size < MAP_SIZE_MIN) store->map_size = MAP_SIZE_MIN;
  store->map_size &= ~(uint64_t)0xFFFF; /* whole pages of every size in use */
  store->env_flags = MDB_NOTLS;
  if (store->is_memory) {
    store->env_flags |= MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC;
    return memory_open(store, error);
  }
  /* A fault reads its page alone: with the kernel's read-ahead (up to megabytes) a get from a file larger than the memory
   * costs hundreds of times as much (bench/large_file_bench.c). */
  store->env_flags |= MDB_NORDAHEAD;
  if (store->durability == CYN_DURABILITY_RELAXED) store->env_flags |= MDB_NOMETASYNC;
  if (store->durability == CYN_DURABILITY_UNSAFE) store->env_flags |= MDB_NOSYNC;
  /* read-only: no table of readers is needed, as nobody writes while the owner's lock is shared */
  if (store->read_only) store->env_flags |= MDB_RDONLY | MDB_NOLOCK;
  int code = store->read_only ? 0 : cyn_i_lmdb_birth(store->path);
  if (code == 0) code = env_open_halving(store, store->path);
  if (code == 0) code = dbi_open(store);
  if (code == 0) return CYN_OK;
  cyn_i_lmdb_env_close(store);
  return cyn_i_lmdb_error(store, code, "open", error);
}

void cyn_i_lmdb_env_close(cyn_i_lmdb_store *store) {
  if (store->env != NULL) mdb_env_close(store->env);
  store->env = NULL;
}
