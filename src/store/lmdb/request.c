/* Compaction that one process asks another for. Only the owner of a folder can exchange its file, and whoever may write to
 * the folder may ask for it, by files in it: there is no door that others could use.
 *
 *   compact.request   made by who asks
 *   compact.running   the same file, taken by the owner, which looks for it as often as its background jobs run
 *   compact.answer    "ok BYTES" or "error TEXT"; read and taken away by who asked */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/lmdb/care_private.h"

#define TAKEN_WITHIN_MS 15000u
#define POLL_US 20000u
#define ANSWER_MAX 600

typedef struct names {
  char request[CYN_LMDB_PATH_MAX + 32], running[CYN_LMDB_PATH_MAX + 32], answer[CYN_LMDB_PATH_MAX + 32],
      answer_new[CYN_LMDB_PATH_MAX + 32];
} names;

static void names_make(names *n, const char *folder) {
  (void)snprintf(n->request, sizeof n->request, "%.*s/compact.request", CYN_LMDB_PATH_MAX, folder);
  (void)snprintf(n->running, sizeof n->running, "%.*s/compact.running", CYN_LMDB_PATH_MAX, folder);
  (void)snprintf(n->answer, sizeof n->answer, "%.*s/compact.answer", CYN_LMDB_PATH_MAX, folder);
  (void)snprintf(n->answer_new, sizeof n->answer_new, "%.*s/compact.answer.new", CYN_LMDB_PATH_MAX, folder);
}

/* ---- the owner's side ---- */

static void answer_write(const names *n, const char *text) {
  int fd = open(n->answer_new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  (void)close(fd);
  if (!written || rename(n->answer_new, n->answer) != 0) (void)unlink(n->answer_new);
}

void cyn_i_lmdb_serve(cyn_i_store *base) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  names n;
  if (store->is_memory || store->read_only || cyn_i_lmdb_forked(store) || strlen(store->path) >= CYN_LMDB_PATH_MAX) return;
  names_make(&n, store->path);
  if (rename(n.request, n.running) != 0) return;
  char text[ANSWER_MAX];
  uint64_t saved = 0;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_i_store_compact(cyn_str(store->path), &saved, &error) == CYN_OK)
    (void)snprintf(text, sizeof text, "ok %llu", (unsigned long long)saved);
  else
    (void)snprintf(text, sizeof text, "error %s", error.message);
  cyn_error_clean_up(&error);
  answer_write(&n, text);
  (void)unlink(n.running);
}

/* ---- the side of who asks ---- */

static bool answer_read(const names *n, char out[ANSWER_MAX]) {
  int fd = open(n->answer, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t size = read(fd, out, ANSWER_MAX - 1);
  (void)close(fd);
  (void)unlink(n->answer);
  out[size > 0 ? size : 0] = '\0';
  return true;
}

/* True while a process holds the folder. */
static bool is_owned(const char *folder) {
  int fd;
  cyn_status status = cyn_i_lmdb_care_lock(folder, &fd, NULL);
  if (status == CYN_OK) cyn_i_lmdb_owner_unlock(fd);
  return status == CYN_E_STORE_LOCKED;
}

/* NULL: answered. */
static const char *wait_for_answer(const names *n, const char *folder, char answer[ANSWER_MAX]) {
  uint64_t end_ns = cyn_i_clock_monotonic_ns() + (uint64_t)TAKEN_WITHIN_MS * 1000000u;
  for (unsigned i = 0;; i++) {
    if (answer_read(n, answer)) return NULL;
    bool waits = access(n->request, F_OK) == 0;
    if (waits && cyn_i_clock_monotonic_ns() > end_ns && unlink(n->request) == 0) return "its owner does not answer";
    if (!waits && access(n->running, F_OK) != 0 && access(n->answer, F_OK) != 0) return "its owner has not answered";
    if (i % 50 == 49 && !is_owned(folder)) {
      (void)unlink(n->request);
      (void)unlink(n->running);
      return "its owner has gone";
    }
    (void)usleep(POLL_US);
  }
}

cyn_status cyn_i_lmdb_request_compact(const char *folder, uint64_t *saved_bytes, cyn_error *error) {
  names n;
  char answer[ANSWER_MAX];
  names_make(&n, folder);
  (void)unlink(n.answer); /* of somebody who did not wait for it */
  int fd = open(n.request, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot ask the owner of the store %s to compact it: %s.", folder, strerror(errno));
  (void)close(fd);
  const char *fault = wait_for_answer(&n, folder, answer);
  if (fault != NULL) return cyn_i_error_setf(error, CYN_E_STORE_LOCKED, "The store %s is in use, and %s.", folder, fault);
  if (strncmp(answer, "ok ", 3) != 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "%s", strncmp(answer, "error ", 6) == 0 ? answer + 6 : "The owner's answer is none.");
  *saved_bytes = strtoull(answer + 3, NULL, 10);
  return CYN_OK;
}
