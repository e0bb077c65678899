/* One folder, one owner. The lock is an open file description lock, which ends with the process however it ends, and
 * which a second open in this process would not take silently, as a POSIX lock would. Whoever is refused reads from the
 * file who holds it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lmdb/lmdb_private.h"

#define OWNER_FILE "cynamo.lock"
#define OWNER_TEXT_MAX 1024
#define OWNER_COMMAND_MAX 200
#define OWNER_READ_TRIES 20 /* of 5 ms: the holder writes its name right after it has the lock */

static bool lock_set(int fd, short type) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
  return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/* One line of the owner's file, behind `name` and a space. */
static bool owner_field(const char *text, const char *name, char *out, size_t out_size) {
  size_t name_size = strlen(name);
  for (const char *line = text; line != NULL && *line != '\0';) {
    const char *end = strchr(line, '\n');
    if (end == NULL) return false;
    if (strncmp(line, name, name_size) == 0 && line[name_size] == ' ') {
      size_t size = (size_t)(end - line) - name_size - 1;
      if (size >= out_size) size = out_size - 1;
      memcpy(out, line + name_size + 1, size);
      out[size] = '\0';
      return size != 0;
    }
    line = end + 1;
  }
  return false;
}

static cyn_status locked_error(int fd, const char *path, cyn_error *error) {
  char text[OWNER_TEXT_MAX] = "", pid[32] = "", command[OWNER_COMMAND_MAX + 1] = "unknown", url[256] = "";
  for (int i = 0; i < OWNER_READ_TRIES; i++) {
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    if (owner_field(text, "pid", pid, sizeof pid)) break;
    (void)usleep(5000);
  }
  (void)owner_field(text, "command", command, sizeof command);
  bool has_url = owner_field(text, "url", url, sizeof url);
  return cyn_i_error_setf(error, CYN_E_STORE_LOCKED, "The store %s is in use by process %s (%s)%s%s%s.", path,
                          pid[0] != '\0' ? pid : "unknown", command, has_url ? ", which listens on " : "",
                          has_url ? url : "", has_url ? ": connect to that instead" : "; one process owns a store");
}

cyn_status cyn_i_lmdb_owner_lock(const char *path, bool read_only, int *fd, cyn_error *error) {
  char file[4096];
  *fd = -1;
  int length = snprintf(file, sizeof file, "%s/" OWNER_FILE, path);
  if (length < 0 || (size_t)length >= sizeof file)
    return cyn_i_error_setf(error, CYN_E_STORE, "The path of the store is too long: %.100s...", path);
  int lock = open(file, read_only ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    if (read_only && errno == ENOENT) return CYN_OK; /* nobody has ever owned it for writing from here */
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s for writing: %s: %s.", path, OWNER_FILE,
                            strerror(errno));
  }
  if (!lock_set(lock, read_only ? F_RDLCK : F_WRLCK)) {
    int code = errno;
    cyn_status status = code == EAGAIN || code == EACCES
                            ? locked_error(lock, path, error)
                            : cyn_i_error_setf(error, CYN_E_STORE, "Cannot lock the store %s: %s.", path, strerror(code));
    (void)close(lock);
    return status;
  }
  *fd = lock;
  if (!read_only) cyn_i_lmdb_owner_write(lock, (cyn_bytes){NULL, 0});
  return CYN_OK;
}

static void command_read(char *out, size_t out_size) {
  out[0] = '\0';
  int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t size = read(fd, out, out_size - 1);
  (void)close(fd);
  if (size < 0) size = 0;
  while (size > 0 && out[size - 1] == '\0') size--;
  for (ssize_t i = 0; i < size; i++)
    if ((unsigned char)out[i] < 0x20 || out[i] == 0x7F) out[i] = ' ';
  out[size] = '\0';
}

void cyn_i_lmdb_owner_write(int fd, cyn_bytes url) {
  char command[OWNER_COMMAND_MAX + 1], text[OWNER_TEXT_MAX];
  if (fd < 0) return;
  command_read(command, sizeof command);
  size_t url_size = url.size < 255 ? url.size : 255;
  int size = snprintf(text, sizeof text, "pid %ld\ncommand %s\n%s%.*s%s", (long)getpid(), command,
                      url_size != 0 ? "url " : "", (int)url_size, url_size != 0 ? url.data : "", url_size != 0 ? "\n" : "");
  /* told for courtesy only: a full disk must not keep a store from opening */
  if (pwrite(fd, text, (size_t)size, 0) == size) (void)!ftruncate(fd, size);
}

void cyn_i_lmdb_owner_unlock(int fd) {
  if (fd < 0) return;
  struct stat stat;
  int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) == O_RDWR && fstat(fd, &stat) == 0 && stat.st_size > 0) (void)!ftruncate(fd, 0);
  (void)lock_set(fd, F_UNLCK); /* also where a child that was forked past the handlers still holds the descriptor */
  (void)close(fd);
}
