/* See surroundings.h. */
#include "client/surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"

#define NAME_MAX_SIZE 256

cyn_bytes cyn_i_surroundings_variable(const char *name) { return cyn_str(getenv(name)); }

bool cyn_i_surroundings_is_true(cyn_bytes text) { return text.size == 4 && strncasecmp(text.data, "true", 4) == 0; }

/* ---- paths ---- */

static bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Appends the variable at path[at], which is a '$'; returns how far it reaches, 0 when it is no variable that is set. */
static size_t put_variable(cyn_i_buf *out, cyn_bytes path, size_t at) {
  bool is_braced = at + 1 < path.size && path.data[at + 1] == '{';
  size_t begin = at + (is_braced ? 2 : 1), end = begin;
  while (end < path.size && (is_braced ? path.data[end] != '}' : is_name_part(path.data[end]))) end++;
  if (end == begin || end - begin >= NAME_MAX_SIZE || (is_braced && end == path.size)) return 0;
  char name[NAME_MAX_SIZE];
  memcpy(name, path.data + begin, end - begin);
  name[end - begin] = '\0';
  const char *value = getenv(name);
  if (value == NULL) return 0;
  cyn_i_buf_text(out, value);
  return end + (is_braced ? 1 : 0) - at;
}

/* The folder of `user` ("" is this one) in `home`; false when there is none. */
static bool find_home(const char *user, char *home, size_t home_size) {
  const char *own = user[0] == '\0' ? getenv("HOME") : NULL;
  if (own != NULL) return (size_t)snprintf(home, home_size, "%s", own) < home_size;
  struct passwd entry, *found = NULL;
  char memory[4096];
  int failed = user[0] == '\0' ? getpwuid_r(getuid(), &entry, memory, sizeof memory, &found)
                               : getpwnam_r(user, &entry, memory, sizeof memory, &found);
  if (failed != 0 || found == NULL || found->pw_dir == NULL) return false;
  return (size_t)snprintf(home, home_size, "%s", found->pw_dir) < home_size;
}

static void put_home(cyn_i_buf *out, cyn_bytes *path) {
  size_t end = 1;
  while (end < path->size && path->data[end] != '/') end++;
  char user[NAME_MAX_SIZE], home[4096];
  if (end > sizeof user) return;
  memcpy(user, path->data + 1, end - 1);
  user[end - 1] = '\0';
  if (!find_home(user, home, sizeof home)) return;
  size_t size = strlen(home);
  while (size > 0 && home[size - 1] == '/') size--;
  cyn_i_buf_append(out, home, size);
  path->data += end;
  path->size -= end;
  if (size == 0 && path->size == 0) cyn_i_buf_byte(out, '/');
}

const char *cyn_i_surroundings_path(cyn_bytes path, cyn_i_arena *arena) {
  cyn_i_buf variables, out;
  cyn_i_buf_init(&variables, arena);
  for (size_t at = 0; at < path.size;) {
    size_t reach = path.data[at] == '$' ? put_variable(&variables, path, at) : 0;
    if (reach == 0) cyn_i_buf_byte(&variables, (uint8_t)path.data[at]);
    at += reach != 0 ? reach : 1;
  }
  cyn_bytes rest = {(const char *)variables.data, variables.size};
  cyn_i_buf_init(&out, arena);
  if (rest.size != 0 && rest.data[0] == '~') put_home(&out, &rest);
  cyn_i_buf_append(&out, rest.data, rest.size);
  cyn_i_buf_byte(&out, '\0');
  return variables.failed || out.failed ? NULL : (const char *)out.data;
}

/* ---- files ---- */

static cyn_status read_all(int file, const char *path, size_t bytes_max, cyn_i_arena *arena, cyn_bytes *out, cyn_error *error) {
  cyn_i_buf text;
  cyn_i_buf_init(&text, arena);
  for (;;) {
    if (!cyn_i_buf_reserve(&text, 4096)) return cyn_i_error_no_memory(error);
    ssize_t got = read(file, text.data + text.size, 4096);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cyn_i_error_setf(error, CYN_E_USAGE, "%s: %s", path, strerror(errno));
    if (got == 0) break;
    text.size += (size_t)got;
    if (text.size > bytes_max) return cyn_i_error_setf(error, CYN_E_USAGE, "%s: larger than %zu bytes", path, bytes_max);
  }
  *out = (cyn_bytes){(const char *)text.data, text.size};
  return CYN_OK;
}

cyn_i_file_result cyn_i_surroundings_read(const char *path, size_t bytes_max, cyn_i_arena *arena, cyn_bytes *out,
                                          cyn_error *error) {
  struct stat what;
  *out = (cyn_bytes){NULL, 0};
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) return CYN_FILE_MISSING;
  if (file < 0) {
    (void)cyn_i_error_setf(error, CYN_E_USAGE, "%s: %s", path, strerror(errno));
    return CYN_FILE_FAILED;
  }
  /* a pipe (a shell's <(…)) is as good as a file */
  if (fstat(file, &what) != 0 || !(S_ISREG(what.st_mode) || S_ISFIFO(what.st_mode))) {
    (void)close(file);
    return CYN_FILE_MISSING;
  }
  if (S_ISFIFO(what.st_mode)) (void)fcntl(file, F_SETFL, 0);
  cyn_status status = read_all(file, path, bytes_max, arena, out, error);
  (void)close(file);
  return status == CYN_OK ? CYN_FILE_OK : CYN_FILE_FAILED;
}

/* Makes the folders that lead to the path. */
static void make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
  }
}

bool cyn_i_surroundings_write(const char *path, cyn_bytes text, cyn_i_arena *arena) {
  char *name = cyn_i_arena_printf(arena, "%s.XXXXXX", path);
  if (name == NULL) return false;
  make_folders(name);
  int file = mkostemp(name, O_CLOEXEC); /* mode 0600 */
  if (file < 0) return false;
  size_t written = 0;
  while (written < text.size) {
    ssize_t put = write(file, text.data + written, text.size - written);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) break;
    written += (size_t)put;
  }
  bool is_whole = close(file) == 0 && written == text.size;
  if (is_whole && rename(name, path) == 0) return true;
  (void)unlink(name);
  return false;
}
