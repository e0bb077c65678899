/* Preloaded into `cynamo serve` by tests/crash/failures_test.py: while the file that CYN_FAILING_DISK names says so, what is
 * written to data.mdb, or synced, fails with the error that stands there. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static struct control {
  _Atomic int32_t write_code, sync_code; /* errno; 0: all is well */
  _Atomic int32_t cuts;                  /* half of a write is written first */
  _Atomic int32_t failed;                /* counted here */
} * control;

__attribute__((constructor)) static void attach(void) {
  const char *path = getenv("CYN_FAILING_DISK");
  int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) control = map;
  close(fd);
}

static void *next_of(const char *name) { return dlsym(RTLD_NEXT, name); }

static bool is_data(int fd) {
  char link[40], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path);
  return size > 9 && memcmp(path + size - 9, "/data.mdb", 9) == 0;
}

static bool fails(int fd, _Atomic int32_t *code) {
  int32_t now = control != NULL ? *code : 0;
  if (now == 0 || !is_data(fd)) return false;
  control->failed++;
  errno = now;
  return true;
}

static bool is_cut(size_t size) { return control->cuts && size > 1; }

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  ssize_t (*next)(int, const void *, size_t, off_t);
  *(void **)&next = next_of("pwrite");
  if (!fails(fd, &control->write_code)) return next(fd, data, size, offset);
  return is_cut(size) ? next(fd, data, size / 2, offset) : -1;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset) { return pwrite(fd, data, size, offset); }

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t (*next)(int, const void *, size_t);
  *(void **)&next = next_of("write");
  if (!fails(fd, &control->write_code)) return next(fd, data, size);
  return is_cut(size) ? next(fd, data, size / 2) : -1;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t (*next)(int, const struct iovec *, int);
  *(void **)&next = next_of("writev");
  if (!fails(fd, &control->write_code)) return next(fd, parts, count);
  return is_cut((size_t)count) ? next(fd, parts, count / 2) : -1;
}

int fdatasync(int fd) {
  int (*next)(int);
  *(void **)&next = next_of("fdatasync");
  return fails(fd, &control->sync_code) ? -1 : next(fd);
}

int fsync(int fd) {
  int (*next)(int);
  *(void **)&next = next_of("fsync");
  return fails(fd, &control->sync_code) ? -1 : next(fd);
}
