/* System and library calls that fail, one after another, where keys are looked for: an error that says so, or the right
 * keys; never a crash, a descriptor or a child left behind, or half a file. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "client/dpop.h"
#include "client/surroundings.h"
#include "client/token_cache.h"
#include "dpop_key.h"
#include "failing_calls.h"
#include "stand_in.h"

FAILING_CALL(int, pipe2, (int ends[2], int flags), (ends, flags), -1)
FAILING_CALL(int, poll, (struct pollfd *fds, nfds_t count, int ms), (fds, count, ms), -1)
FAILING_CALL(ssize_t, read, (int fd, void *into, size_t size), (fd, into, size), -1)
FAILING_CALL(ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size), -1)
FAILING_CALL(int, rename, (const char *from, const char *to), (from, to), -1)
FAILING_CALL(int, mkostemp, (char *name, int flags), (name, flags), -1)
FAILING_CALL(int, fstat, (int fd, struct stat *out), (fd, out), -1)
FAILING_CALL(int, posix_spawn_file_actions_init, (posix_spawn_file_actions_t * actions), (actions), ENOMEM)
FAILING_CALL(int, posix_spawnattr_init, (posix_spawnattr_t * attributes), (attributes), ENOMEM)
FAILING_CALL(int, posix_spawn_file_actions_addopen,
             (posix_spawn_file_actions_t * actions, int fd, const char *path, int flags, mode_t mode), (actions, fd, path, flags, mode), ENOMEM)
FAILING_CALL(int, posix_spawn_file_actions_adddup2, (posix_spawn_file_actions_t * actions, int fd, int to), (actions, fd, to), ENOMEM)
FAILING_CALL(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
FAILING_CALL(int, EVP_DigestSignInit, (EVP_MD_CTX * context, EVP_PKEY_CTX **out, const EVP_MD *type, ENGINE *engine, EVP_PKEY *key),
             (context, out, type, engine, key), 0)
FAILING_CALL(int, EVP_DigestSign, (EVP_MD_CTX * context, unsigned char *out, size_t *size, const unsigned char *text, size_t text_size),
             (context, out, size, text, text_size), 0)
FAILING_CALL(ECDSA_SIG *, d2i_ECDSA_SIG, (ECDSA_SIG * *out, const unsigned char **at, long size), (out, at, size), NULL)
FAILING_CALL(int, BN_bn2binpad, (const BIGNUM *number, unsigned char *out, int size), (number, out, size), -1)
FAILING_CALL(BIO *, BIO_new_mem_buf, (const void *text, int size), (text, size), NULL)
FAILING_CALL(int, EVP_PKEY_get_group_name, (const EVP_PKEY *key, char *name, size_t room, size_t *size), (key, name, room, size), 0)
FAILING_CALL(int, EVP_PKEY_get_octet_string_param, (const EVP_PKEY *key, const char *name, unsigned char *out, size_t room, size_t *size),
             (key, name, out, room, size), 0)
FAILING_CALL(int, EVP_Digest, (const void *text, size_t size, unsigned char *out, unsigned *out_size, const EVP_MD *type, ENGINE *engine),
             (text, size, out, out_size, type, engine), 0)

static int open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  while (folder != NULL && readdir(folder) != NULL) count++;
  if (folder != NULL) (void)closedir(folder);
  return count;
}

TEST(each_call_around_a_process) {
  static const int numbers[] = {EINTR, EIO};
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config", "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"K\",\"SecretAccessKey\":\"S\"}'\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  for (int i = 0; i < 2; i++)
    for (long n = 1; n < 100 && !test_current_failed(); n++) {
      int before = open_descriptors();
      failing_calls_begin(n, false, numbers[i]);
      cyn_status status = find_keys(&s, cyn_i_credentials_from_process);
      const char *failed = failing_calls_end();
      if (status == CYN_OK) CHECK(is(s.keys.access_key_id, "K") && is(s.keys.secret_access_key, "S"));
      else CHECK(failed != NULL && (status == CYN_E_CREDENTIALS || status == CYN_E_OUT_OF_MEMORY));
      if (status == CYN_E_CREDENTIALS) CHECK(strncmp(s.error.message, "credential_process ", 19) == 0);
      CHECK_INT(open_descriptors(), before);
      CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
      if (failed == NULL) break;
      CHECK(status == CYN_OK || numbers[i] != EINTR || strcmp(failed, "read") != 0); /* is read again */
    }
  end(&s);
}

/* Some other part of the program reaps all children: what the process has printed must do. */
TEST(a_child_that_somebody_else_reaps) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config", "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"K\",\"SecretAccessKey\":\"S\"}'\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  (void)signal(SIGCHLD, SIG_IGN);
  CHECK_INT(find_keys(&s, cyn_i_credentials_from_process), CYN_OK);
  (void)signal(SIGCHLD, SIG_DFL);
  CHECK(is(s.keys.access_key_id, "K"));
  end(&s);
}

TEST(each_call_around_files) {
  static const int numbers[] = {EINTR, ENOSPC};
  surroundings s;
  cyn_bytes text;
  begin(&s);
  write_file(&s, "f", "old");
  const char *path = cyn_i_surroundings_path(cyn_str("~/f"), &s.arena);
  for (int i = 0; i < 2; i++)
    for (long n = 1; n < 20; n++) {
      int before = open_descriptors();
      write_file(&s, "f", "old");
      failing_calls_begin(n, false, numbers[i]);
      bool is_written = cyn_i_surroundings_write(path, cyn_str("new"), &s.arena);
      const char *failed = failing_calls_end();
      CHECK(is_written || failed != NULL);
      REQUIRE(cyn_i_surroundings_read(path, 100, &s.arena, &text, NULL) == CYN_FILE_OK);
      CHECK(is(text, is_written ? "new" : "old"));
      failing_calls_begin(n, false, numbers[i]);
      cyn_error_clean_up(&s.error);
      cyn_i_file_result result = cyn_i_surroundings_read(path, 100, &s.arena, &text, &s.error);
      const char *not_read = failing_calls_end();
      CHECK(result == CYN_FILE_OK ? text.size == 3 : not_read != NULL);
      if (result == CYN_FILE_FAILED) CHECK(strstr(s.error.message, path) != NULL);
      CHECK_INT(open_descriptors(), before);
      if (failed == NULL && not_read == NULL) break;
    }
  char command[200];
  (void)snprintf(command, sizeof command, "test \"$(ls %s)\" = f", s.home); /* no half file is left beside it */
  CHECK_INT(system(command), 0);
  end(&s);
}

TEST(each_call_of_a_proof) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (long n = 1; n < 30; n++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_bytes proof = {NULL, 0};
    failing_calls_begin(n, false, 0);
    cyn_status status = cyn_i_dpop_proof(cyn_str(DPOP_KEY), cyn_str("https://h/v1/token"), 1800000000123, &arena, &proof, &error);
    const char *failed = failing_calls_end();
    CHECK(status == (failed == NULL ? CYN_OK : error.status));
    CHECK(failed == NULL ? proof.size > 100 : status == CYN_E_CREDENTIALS || status == CYN_E_OUT_OF_MEMORY);
    cyn_error_clean_up(&error);
    if (failed == NULL) break;
    CHECK(n < 25);
  }
  failing_calls_begin(1, false, 0);
  CHECK(cyn_i_token_cache_path("/c", cyn_str("abc"), true, &arena) == NULL);
  CHECK_STR(failing_calls_end(), "EVP_Digest");
  cyn_i_arena_clean_up(&arena);
}
