/* The folder of a file store: made with mode 0700, refused on file systems that other machines write to, and marked
 * while it is written without syncs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store/lmdb/lmdb_private.h"

#define BOOT_FILE "unsafe.boot"
#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_MAX 64
#define BOOT_PATH_MAX 4096

/* From linux/magic.h and statfs(2); `probe`: some of these keep maps and files together, some do not. */
static const struct {
  uint32_t magic;
  const char *name;
  bool probe;
} network_systems[] = {
    {0x6969, "NFS", false},          {0x517B, "SMB", false},     {0xFF534D42, "CIFS", false}, {0xFE534D42, "SMB2", false},
    {0x5346414F, "AFS", false},      {0x6B414653, "AFS", false}, {0x73757245, "Coda", false}, {0x00C36400, "Ceph", false},
    {0x0BD00BD0, "Lustre", false},   {0x01161970, "GFS2", false}, {0x7461636F, "OCFS2", false}, {0x564C, "NCP", false},
    {0x47504653, "GPFS", false},     {0x01021997, "9P", true},   {0x65735546, "FUSE", true},
};

/* Does a map of a file show what is written to the file? LMDB rests on it. */
static bool map_is_coherent(const char *path) {
  char file[4096];
  int length = snprintf(file, sizeof file, "%s/probe.XXXXXX", path);
  if (length < 0 || (size_t)length >= sizeof file) return false;
  int fd = mkostemp(file, O_CLOEXEC);
  if (fd < 0) return true; /* cannot write there: opening will say so better */
  (void)unlink(file);
  static const char first[4096] = {1}, second[4096] = {2};
  bool coherent = false;
  if (pwrite(fd, first, sizeof first, 0) == (ssize_t)sizeof first) {
    volatile const char *map = mmap(NULL, sizeof first, PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) {
      coherent = map[0] == 1 && pwrite(fd, second, sizeof second, 0) == (ssize_t)sizeof second && map[0] == 2;
      (void)munmap((void *)(uintptr_t)map, sizeof first);
    }
  }
  (void)close(fd);
  return coherent;
}

static cyn_status system_check(const char *path, cyn_error *error) {
  struct statfs stat;
  if (statfs(path, &stat) != 0) return CYN_OK;
  for (size_t i = 0; i < sizeof network_systems / sizeof network_systems[0]; i++) {
    if ((uint32_t)stat.f_type != network_systems[i].magic) continue;
    if (network_systems[i].probe && map_is_coherent(path)) return CYN_OK;
    return cyn_i_error_setf(error, CYN_E_STORE,
                            "The store %s is on a network file system (%s), which cannot keep a store safe: put it on a "
                            "local disk.",
                            path, network_systems[i].name);
  }
  return CYN_OK;
}

static cyn_status folder_make(const char *path, cyn_error *error) {
  if (mkdir(path, 0700) == 0 || errno == EEXIST) return CYN_OK;
  const char *why = errno == ENOENT  ? "its parent folder does not exist"
                    : errno == EROFS ? "the file system is read-only"
                                     : strerror(errno);
  return cyn_i_error_setf(error, CYN_E_STORE, "Cannot create the store %s: %s.", path, why);
}

cyn_status cyn_i_lmdb_folder_prepare(const char *path, bool read_only, dev_t *device, ino_t *inode, cyn_error *error) {
  if (!read_only) {
    cyn_status status = folder_make(path, error);
    if (status != CYN_OK) return status;
  }
  struct stat stat_folder;
  if (stat(path, &stat_folder) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: %s.", path, strerror(errno));
  if (!S_ISDIR(stat_folder.st_mode))
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: it is not a folder.", path);
  if (access(path, read_only ? R_OK | X_OK : R_OK | W_OK | X_OK) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: the folder is read-only for this user (%s).", path,
                            strerror(errno));
  *device = stat_folder.st_dev;
  *inode = stat_folder.st_ino;
  return system_check(path, error);
}

/* The size read, or -1 with errno. */
static ssize_t file_read(const char *file, char *out, size_t out_size) {
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t size = read(fd, out, out_size);
  int code = errno;
  (void)close(fd);
  errno = code;
  return size;
}

/* The folder is locked by then, by a file whose name is as long: there is room. */
static const char *boot_file(const char *path, char out[BOOT_PATH_MAX]) {
  (void)snprintf(out, BOOT_PATH_MAX, "%s/" BOOT_FILE, path);
  return out;
}

bool cyn_i_lmdb_boot_marked(const char *path, bool *of_this_boot) {
  char file[BOOT_PATH_MAX], marked[BOOT_ID_MAX], now[BOOT_ID_MAX];
  *of_this_boot = false;
  ssize_t size = file_read(boot_file(path, file), marked, sizeof marked);
  if (size < 0) return false;
  ssize_t now_size = file_read(BOOT_ID_FILE, now, sizeof now);
  *of_this_boot = size == now_size && memcmp(marked, now, (size_t)size) == 0;
  return true;
}

cyn_status cyn_i_lmdb_boot_check(const char *path, cyn_error *error) {
  bool of_this_boot;
  if (!cyn_i_lmdb_boot_marked(path, &of_this_boot) || of_this_boot) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_STORE,
                          "The store %s was being written with durability=unsafe when the machine went down, and may be "
                          "torn without a sign: let `cynamo check` look at all of it, which opens it again if it is sound; "
                          "else restore a copy.",
                          path);
}

/* The mark is there whole or not at all, whenever the process is killed: an empty one would be of another boot. */
static int mark_write(const char *file, const char *text, size_t size) {
  char new_file[BOOT_PATH_MAX + 8];
  (void)snprintf(new_file, sizeof new_file, "%s.new", file);
  int fd = open(new_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  int code = write(fd, text, size) == (ssize_t)size && fsync(fd) == 0 ? 0 : errno;
  (void)close(fd);
  if (code == 0 && rename(new_file, file) != 0) code = errno;
  if (code != 0) (void)unlink(new_file);
  return code;
}

cyn_status cyn_i_lmdb_boot_mark(const char *path, cyn_error *error) {
  char file[BOOT_PATH_MAX], now[BOOT_ID_MAX];
  bool of_this_boot;
  if (cyn_i_lmdb_boot_marked(path, &of_this_boot) && of_this_boot) return CYN_OK;
  ssize_t size = file_read(BOOT_ID_FILE, now, sizeof now);
  if (size < 0) size = 0; /* an unknown boot id matches no later one, which is the safe side */
  int code = mark_write(boot_file(path, file), now, (size_t)size);
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    (void)fsync(folder);
    (void)close(folder);
  }
  if (code == 0) return CYN_OK;
  return cyn_i_error_setf(error, cyn_i_lmdb_error_kind(code), "Cannot write %s: %s.", file, strerror(code));
}

void cyn_i_lmdb_boot_unmark(const char *path) {
  char file[BOOT_PATH_MAX];
  (void)unlink(boot_file(path, file));
}
