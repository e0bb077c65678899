/* credential_process: a program of the user's prints the keys as JSON. It is run without a shell, reads nothing, may print
 * only so much and take only so long; what it says on its error channel could hold secrets and is not kept. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "client/json_fields.h"
#include "client/process.h"
#include "client/shell_words.h"
#include "client/timestamp.h"

#define OUTPUT_BYTES_MAX ((size_t)256 << 10)

int64_t cyn_i_process_timeout_ms = 120 * 1000;

extern char **environ;

static cyn_status fault(cyn_error *error, const char *what) {
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "credential_process %s", what);
}

/* ---- running ---- */

static cyn_status spawn(char **words, int output, pid_t *child, cyn_error *error) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  if (posix_spawn_file_actions_init(&actions) != 0) return cyn_i_error_no_memory(error);
  if (posix_spawnattr_init(&attributes) != 0) {
    (void)posix_spawn_file_actions_destroy(&actions);
    return cyn_i_error_no_memory(error);
  }
  (void)sigemptyset(&none);
  (void)posix_spawnattr_setsigmask(&attributes, &none);
  (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  int failed = posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (failed == 0) failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (failed == 0) failed = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  if (failed == 0) failed = posix_spawnp(child, words[0], &actions, &attributes, words, environ);
  (void)posix_spawnattr_destroy(&attributes);
  (void)posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "credential_process cannot be run: %s", strerror(failed));
}

static int64_t now_ms(void) { return (int64_t)(cyn_i_clock_monotonic_ns() / 1000000); }

/* Reads to the end; NULL, or what went wrong. */
static const char *read_output(int input, int64_t deadline_ms, cyn_i_buf *out) {
  for (;;) {
    int64_t left = deadline_ms - now_ms();
    struct pollfd wait = {input, POLLIN, 0};
    if (left <= 0) return "takes too long";
    int ready = poll(&wait, 1, (int)left);
    if (ready < 0 && errno != EINTR) return "cannot be read";
    if (ready <= 0) continue;
    if (!cyn_i_buf_reserve(out, 4096)) return "prints more than there is memory for";
    ssize_t got = read(input, out->data + out->size, 4096);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return "cannot be read";
    if (got == 0) return NULL;
    out->size += (size_t)got;
    if (out->size > OUTPUT_BYTES_MAX) return "prints too much";
  }
}

/* Waits for the child, which has closed its output, until the deadline; then ends it. */
static bool end_child(pid_t child, int64_t deadline_ms, int *status) {
  for (;;) {
    pid_t ended = waitpid(child, status, WNOHANG);
    if (ended == child) return true;
    if (ended < 0 && errno == ECHILD) { /* somebody else reaps the children of this process: its output must do */
      *status = 0;
      return true;
    }
    if (now_ms() >= deadline_ms) break;
    (void)poll(NULL, 0, 5);
  }
  (void)kill(child, SIGKILL);
  (void)waitpid(child, status, 0);
  return false;
}

static cyn_status run(char **words, cyn_i_buf *out, cyn_error *error) {
  int ends[2], status = 0;
  pid_t child;
  if (pipe2(ends, O_CLOEXEC) != 0) return fault(error, "cannot be run: no pipe can be made");
  cyn_status result = spawn(words, ends[1], &child, error);
  (void)close(ends[1]);
  if (result != CYN_OK) {
    (void)close(ends[0]);
    return result;
  }
  int64_t deadline_ms = now_ms() + cyn_i_process_timeout_ms;
  const char *wrong = read_output(ends[0], deadline_ms, out);
  (void)close(ends[0]);
  bool has_ended = end_child(child, wrong != NULL ? 0 : deadline_ms, &status);
  if (wrong != NULL) return fault(error, wrong);
  if (!has_ended) return fault(error, "takes too long");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "credential_process has failed (%s %d)",
                          WIFEXITED(status) ? "status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

/* ---- what it has printed ---- */

cyn_status cyn_i_process_answer(cyn_bytes text, cyn_i_arena *arena, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_json_field fields[] = {{"Version", {NULL, 0}, false},      {"AccessKeyId", {NULL, 0}, false},
                               {"SecretAccessKey", {NULL, 0}, false}, {"SessionToken", {NULL, 0}, false},
                               {"Expiration", {NULL, 0}, false},   {"AccountId", {NULL, 0}, false}};
  if (!cyn_i_json_fields_read(text, NULL, arena, fields, 6)) return fault(error, "prints no JSON object");
  if (!fields[0].is_number || fields[0].text.size != 1 || fields[0].text.data[0] != '1')
    return fault(error, "prints another Version than 1");
  if (fields[1].text.data == NULL || fields[2].text.data == NULL)
    return fault(error, "prints no AccessKeyId or no SecretAccessKey");
  if (fields[4].text.data != NULL && !cyn_i_timestamp_parse(fields[4].text, &out->expires_ms))
    return fault(error, "prints an Expiration that is no time such as 2026-01-31T12:00:00Z");
  out->access_key_id = fields[1].text;
  out->secret_access_key = fields[2].text;
  out->session_token = fields[3].text;
  out->account_id = fields[5].text;
  out->source = "custom-process";
  return CYN_OK;
}

cyn_status cyn_i_credentials_from_process(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_profile profile;
  char **words;
  size_t count;
  memset(out, 0, sizeof *out);
  if (!cyn_i_configuration_profile(search->configuration, search->profile, &profile)) return CYN_OK;
  cyn_bytes line = cyn_i_profile_get(&profile, "credential_process");
  if (line.data == NULL) return CYN_OK;
  cyn_i_shell_result split = cyn_i_shell_words_split(line, search->arena, &words, &count);
  if (split == CYN_SHELL_NO_MEMORY) return cyn_i_error_no_memory(error);
  if (split != CYN_SHELL_OK || count == 0) return fault(error, "is no command with its arguments");
  cyn_i_buf output;
  cyn_i_buf_init(&output, search->arena);
  cyn_status status = run(words, &output, error);
  if (status != CYN_OK) return status;
  status = cyn_i_process_answer((cyn_bytes){(const char *)output.data, output.size}, search->arena, out, error);
  if (status == CYN_OK && out->account_id.data == NULL) out->account_id = cyn_i_profile_get(&profile, "aws_account_id");
  return status;
}
