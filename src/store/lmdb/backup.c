/* Copies of a store, and what all care of a folder shares. A closed store's file is copied byte by byte under its lock,
 * damage and all; one in use through a reader of LMDB's, which holds one commit while writing goes on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/lmdb/care_private.h"

#define PIECE ((size_t)1 << 20)
#define MAP_MARGIN ((uint64_t)64 << 20)
#define TRIES 5

bool cyn_i_lmdb_care_path(cyn_bytes path, char out[CYN_LMDB_PATH_MAX], cyn_error *error) {
  bool fits = path.size != 0 && path.size < CYN_LMDB_PATH_MAX && memchr(path.data, 0, path.size) == NULL;
  if (!fits) {
    (void)cyn_i_error_set(error, CYN_E_STORE, "The path of a store may not be empty, too long, or hold a zero byte.");
    return false;
  }
  memcpy(out, path.data, path.size);
  out[path.size] = '\0';
  return true;
}

/* A name in a folder whose path cyn_i_lmdb_care_path has taken: there is room. */
typedef char care_name[CYN_LMDB_PATH_MAX + 32];
static const char *join(care_name out, const char *folder, const char *name) {
  (void)snprintf(out, sizeof(care_name), "%.*s/%s", CYN_LMDB_PATH_MAX, folder, name);
  return out;
}

int cyn_i_lmdb_care_sync(const char *folder, const char *name) {
  care_name path;
  int fd = open(join(path, folder, name), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  int code = fsync(fd) == 0 ? 0 : errno;
  (void)close(fd);
  return code;
}

int cyn_i_lmdb_care_env(const char *path, unsigned flags, MDB_env **out) {
  care_name name;
  struct stat file;
  *out = NULL;
  if (stat(join(name, path, "data.mdb"), &file) != 0) return errno;
  int code = mdb_env_create(out);
  if (code != 0) return code;
  code = mdb_env_set_mapsize(*out, (size_t)((2 * (uint64_t)file.st_size + MAP_MARGIN) & ~(uint64_t)0xFFFF));
  if (code == 0) code = mdb_env_open(*out, path, flags | MDB_NOLOCK | MDB_NOTLS, 0600);
  if (code == 0) return 0;
  mdb_env_close(*out);
  *out = NULL;
  return code;
}

cyn_status cyn_i_lmdb_care_lock(const char *path, int *lock_fd, cyn_error *error) {
  care_name name;
  *lock_fd = -1;
  if (access(join(name, path, "data.mdb"), R_OK) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: data.mdb: %s.", path, strerror(errno));
  return cyn_i_lmdb_owner_lock(path, access(path, W_OK) != 0, lock_fd, error);
}

/* ---- copying ---- */

static int write_all(int fd, const uint8_t *bytes, size_t size) {
  while (size != 0) {
    ssize_t written = write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes += written;
    size -= (size_t)written;
  }
  return 0;
}

static int copy_bytes(int from, int to) {
  uint8_t *piece = cyn_i_alloc(PIECE);
  int code = piece != NULL ? 0 : ENOMEM;
  while (code == 0) {
    ssize_t size = read(from, piece, PIECE);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) code = errno;
    if (size <= 0) break;
    code = write_all(to, piece, (size_t)size);
  }
  cyn_i_free(piece);
  return code;
}

/* An errno; ENOENT where there is no such file. */
static int copy_file(const char *from_folder, const char *to_folder, const char *name) {
  care_name from, to;
  int source = open(join(from, from_folder, name), O_RDONLY | O_CLOEXEC);
  if (source < 0) return errno;
  int target = open(join(to, to_folder, name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), code = errno;
  if (target >= 0) {
    code = copy_bytes(source, target);
    if (code == 0 && fsync(target) != 0) code = errno;
    (void)close(target);
  }
  (void)close(source);
  return code;
}

/* The mark of a store that may be torn goes along. */
static int copy_closed(const char *path, const char *folder) {
  int code = copy_file(path, folder, "data.mdb");
  if (code != 0) return code;
  code = copy_file(path, folder, "unsafe.boot");
  return code == ENOENT ? 0 : code;
}

static cyn_status copy_live(const char *path, const char *folder, int *code, cyn_error *error) {
  cyn_i_lmdb_pin pin;
  cyn_status status = CYN_OK;
  *code = MDB_MAP_RESIZED; /* it has grown out of our map meanwhile: again */
  for (int i = 0; i < TRIES && status == CYN_OK && *code == MDB_MAP_RESIZED; i++) {
    status = cyn_i_lmdb_pin_open(path, &pin, error);
    if (status != CYN_OK) return status;
    MDB_env *env = pin.env != NULL ? pin.env : cyn_i_lmdb_of(pin.store)->env;
    *code = mdb_env_copy2(env, folder, 0);
    cyn_i_lmdb_pin_close(&pin);
  }
  return status;
}

/* LMDB leaves the file's mode to the umask. */
static int file_settle(const char *folder) {
  care_name name;
  return chmod(join(name, folder, "data.mdb"), 0600) == 0 ? cyn_i_lmdb_care_sync(folder, "data.mdb") : errno;
}

void cyn_i_lmdb_copy_remove(const char *folder) {
  static const char *const names[] = {"data.mdb", "unsafe.boot"};
  care_name name;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) (void)unlink(join(name, folder, names[i]));
  (void)rmdir(folder);
}

static cyn_status copy_into(const char *path, const char *folder, cyn_error *error) {
  int lock_fd, code = 0;
  cyn_status status = cyn_i_lmdb_care_lock(path, &lock_fd, error);
  if (status == CYN_E_STORE_LOCKED) {
    cyn_error_clean_up(error);
    status = copy_live(path, folder, &code, error);
    if (status == CYN_OK && code == 0) code = file_settle(folder);
  } else if (status == CYN_OK) {
    code = copy_closed(path, folder);
    cyn_i_lmdb_owner_unlock(lock_fd);
  }
  if (status == CYN_OK && code == 0) code = cyn_i_lmdb_care_sync(folder, ".");
  if (status == CYN_OK && code == 0) code = cyn_i_lmdb_care_sync(folder, "..");
  if (code == 0) return status;
  return cyn_i_error_setf(error, cyn_i_lmdb_error_kind(code),
                          "Cannot copy the store %s to %s: %s.", path, folder, mdb_strerror(code));
}

cyn_status cyn_i_store_backup(cyn_bytes path, cyn_bytes folder, cyn_error *error) {
  char from[CYN_LMDB_PATH_MAX], to[CYN_LMDB_PATH_MAX];
  cyn_error own = CYN_ERROR_INIT;
  if (!cyn_i_lmdb_care_path(path, from, error) || !cyn_i_lmdb_care_path(folder, to, error)) return CYN_E_STORE;
  if (access(from, F_OK) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: %s.", from, strerror(errno));
  if (mkdir(to, 0700) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot create the copy %s: %s.", to, strerror(errno));
  cyn_status status = copy_into(from, to, &own);
  if (status != CYN_OK) {
    cyn_i_lmdb_copy_remove(to);
    cyn_i_error_move(error, &own);
  }
  cyn_error_clean_up(&own);
  return status;
}
