/* See keyring.h. The whole file is kept in the protected pages and the entries point into it. */
#include "server/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

#define FILE_BYTES_MAX (1 << 20)
#define ENTRIES_MAX 4096

struct cyn_i_keyring {
  char *text;
  size_t count;
  cyn_i_signing_key *entries;
};

void cyn_i_keyring_destroy(cyn_i_keyring *credentials) {
  if (credentials == NULL) return;
  cyn_i_secret_free(credentials->text);
  cyn_i_free(credentials->entries);
  cyn_i_free(credentials);
}

static cyn_status read_file(const char *path, cyn_i_keyring *into, size_t *size, cyn_error *error) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > FILE_BYTES_MAX) {
    const char *why = fd < 0 ? strerror(errno) : "not a regular file of at most 1 MiB";
    if (fd >= 0) close(fd);
    return cyn_i_error_setf(error, CYN_E_USAGE, "credentials file %s: %s", path, why);
  }
  into->text = cyn_i_secret_alloc((size_t)about.st_size + 1);
  if (into->text == NULL) {
    close(fd);
    return cyn_i_error_no_memory(error);
  }
  *size = 0;
  while (*size < (size_t)about.st_size) {
    ssize_t n = read(fd, into->text + *size, (size_t)about.st_size - *size);
    if (n <= 0) break;
    *size += (size_t)n;
  }
  close(fd);
  return CYN_OK;
}

static cyn_bytes trimmed(const char *begin, const char *end) {
  while (begin < end && (*begin == ' ' || *begin == '\t' || *begin == '\r')) begin++;
  while (begin < end && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
  return (cyn_bytes){begin, (size_t)(end - begin)};
}

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* ISO 8601 in UTC, seconds at least; 0 when it is not. */
static int64_t parse_time_ms(cyn_bytes text) {
  char copy[32];
  if (text.size >= sizeof copy) return 0;
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  struct tm parts;
  memset(&parts, 0, sizeof parts);
  if (strptime(copy, "%Y-%m-%dT%H:%M:%S", &parts) == NULL) return 0;
  return (int64_t)timegm(&parts) * 1000;
}

/* One "name = value" of the section being read. */
static cyn_status take_setting(cyn_i_signing_key *entry, cyn_bytes name, cyn_bytes value, const char *path,
                               unsigned line, cyn_error *error) {
  if (is_text(name, "aws_access_key_id")) {
    entry->access_key = value;
  } else if (is_text(name, "aws_secret_access_key")) {
    entry->secret = value;
  } else if (is_text(name, "aws_session_token")) {
    entry->token = value;
  } else if (is_text(name, "aws_account_id")) {
    if (value.size != 12 || strspn(value.data, "0123456789") < 12)
      return cyn_i_error_setf(error, CYN_E_USAGE, "credentials file %s, line %u: aws_account_id is not 12 digits", path,
                              line);
    entry->account = value;
  } else if (is_text(name, "aws_expiration")) {
    entry->expires_ms = parse_time_ms(value);
    if (entry->expires_ms == 0)
      return cyn_i_error_setf(error, CYN_E_USAGE,
                              "credentials file %s, line %u: aws_expiration is not a time such as 2026-01-31T12:00:00Z",
                              path, line);
  }
  return CYN_OK;
}

static cyn_status end_section(cyn_i_keyring *into, cyn_i_signing_key *entry, const char *path, unsigned line,
                              cyn_error *error) {
  cyn_i_signing_key done = *entry;
  memset(entry, 0, sizeof *entry);
  if (done.access_key.size == 0 && done.secret.size == 0) return CYN_OK;
  if (done.access_key.size == 0 || done.secret.size == 0)
    return cyn_i_error_setf(error, CYN_E_USAGE, "credentials file %s: the section before line %u lacks %s", path, line,
                            done.access_key.size == 0 ? "aws_access_key_id" : "aws_secret_access_key");
  if (into->count == ENTRIES_MAX)
    return cyn_i_error_setf(error, CYN_E_USAGE, "credentials file %s: more than %d keys", path, ENTRIES_MAX);
  cyn_i_signing_key *more = cyn_i_realloc(into->entries, (into->count + 1) * sizeof *more);
  if (more == NULL) return cyn_i_error_no_memory(error);
  into->entries = more;
  more[into->count++] = done;
  return CYN_OK;
}

static cyn_status parse(cyn_i_keyring *into, size_t size, const char *path, cyn_error *error) {
  cyn_i_signing_key entry = {0};
  unsigned line = 0;
  const char *next = into->text, *end = into->text + size;
  cyn_status status = CYN_OK;
  while (next < end && status == CYN_OK) {
    line++;
    const char *newline = memchr(next, '\n', (size_t)(end - next));
    const char *stop = newline != NULL ? newline : end;
    cyn_bytes text = trimmed(next, stop);
    next = stop + 1;
    if (text.size == 0 || text.data[0] == '#' || text.data[0] == ';') continue;
    if (text.data[0] == '[') {
      status = end_section(into, &entry, path, line, error);
      continue;
    }
    const char *equals = memchr(text.data, '=', text.size);
    if (equals == NULL)
      return cyn_i_error_setf(error, CYN_E_USAGE, "credentials file %s, line %u: neither [section] nor name = value",
                              path, line);
    status =
        take_setting(&entry, trimmed(text.data, equals), trimmed(equals + 1, text.data + text.size), path, line, error);
  }
  if (status == CYN_OK) status = end_section(into, &entry, path, line + 1, error);
  if (status == CYN_OK && into->count == 0)
    status = cyn_i_error_setf(error, CYN_E_USAGE, "credentials file %s holds no aws_access_key_id", path);
  return status;
}

cyn_status cyn_i_keyring_load(const char *path, cyn_i_keyring **out, cyn_error *error) {
  cyn_i_keyring *credentials = cyn_i_zalloc(1, sizeof *credentials);
  if (credentials == NULL) return cyn_i_error_no_memory(error);
  size_t size = 0;
  cyn_status status = read_file(path, credentials, &size, error);
  if (status == CYN_OK) status = parse(credentials, size, path, error);
  if (status != CYN_OK) {
    cyn_i_keyring_destroy(credentials);
    return status;
  }
  *out = credentials;
  return CYN_OK;
}

size_t cyn_i_keyring_count(const cyn_i_keyring *credentials) { return credentials->count; }

const cyn_i_signing_key *cyn_i_keyring_find(const cyn_i_keyring *credentials, cyn_bytes access_key, size_t *from) {
  while (*from < credentials->count) {
    const cyn_i_signing_key *entry = &credentials->entries[(*from)++];
    if (entry->access_key.size == access_key.size &&
        memcmp(entry->access_key.data, access_key.data, access_key.size) == 0)
      return entry;
  }
  return NULL;
}
