#include "server/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

static char path[64];
static cyn_error error;

static cyn_status load(const char *text, cyn_i_keyring **out) {
  cyn_error_clean_up(&error);
  snprintf(path, sizeof path, "/tmp/cynamo-credentials-%d", (int)getpid());
  FILE *file = fopen(path, "w");
  if (file == NULL) return -1;
  fputs(text, file);
  fclose(file);
  *out = NULL;
  cyn_status status = cyn_i_keyring_load(path, out, &error);
  unlink(path);
  return status;
}

static bool fault_ends_in(const char *text, const char *end) {
  cyn_i_keyring *credentials;
  bool fits = load(text, &credentials) != CYN_OK && strlen(error.message) >= strlen(end) &&
              strcmp(error.message + strlen(error.message) - strlen(end), end) == 0;
  if (!fits) fprintf(stderr, "%s\n", error.message != NULL ? error.message : "(none)");
  cyn_error_clean_up(&error);
  return fits;
}

TEST(sections_comments_and_unknown_settings) {
  cyn_i_keyring *all;
  REQUIRE(load("# comment\n[a]\naws_access_key_id=AK1\n aws_secret_access_key = s1 \nregion = x\n\n; other\n[b]\r\n"
               "aws_access_key_id = AK2\r\naws_secret_access_key = s=2\r\naws_session_token = "
               "t\r\naws_account_id=123456789012\r\n"
               "aws_expiration = 2026-01-02T03:04:05Z\n[empty]\n[c]\naws_access_key_id=AK1\naws_secret_access_key=s3",
               &all) == CYN_OK);
  CHECK_INT(cyn_i_keyring_count(all), 3);
  size_t next = 0;
  const cyn_i_signing_key *entry = cyn_i_keyring_find(all, cyn_str("AK2"), &next);
  REQUIRE(entry != NULL);
  CHECK(entry->secret.size == 3 && memcmp(entry->secret.data, "s=2", 3) == 0);
  CHECK(entry->token.size == 1);
  CHECK(entry->account.size == 12);
  CHECK_INT(entry->expires_ms, 1767323045000);
  CHECK(cyn_i_keyring_find(all, cyn_str("AK2"), &next) == NULL);
  next = 0;
  CHECK(cyn_i_keyring_find(all, cyn_str("AK1"), &next) != NULL);
  entry = cyn_i_keyring_find(all, cyn_str("AK1"), &next);
  CHECK(entry != NULL && memcmp(entry->secret.data, "s3", 2) == 0);
  cyn_i_keyring_destroy(all);
}

TEST(faults_name_file_and_line) {
  CHECK(fault_ends_in("", " holds no aws_access_key_id"));
  CHECK(fault_ends_in("[a]\nnonsense\n", ", line 2: neither [section] nor name = value"));
  CHECK(fault_ends_in("[a]\naws_access_key_id=x\n[b]\n", "the section before line 3 lacks aws_secret_access_key"));
  CHECK(fault_ends_in("[a]\naws_secret_access_key=x\n", "the section before line 3 lacks aws_access_key_id"));
  CHECK(fault_ends_in("[a]\naws_account_id=12\n", ", line 2: aws_account_id is not 12 digits"));
  CHECK(fault_ends_in("[a]\naws_account_id=12345678901x\n", ", line 2: aws_account_id is not 12 digits"));
  CHECK(fault_ends_in("[a]\naws_expiration=2026-01-31T12:00:00Z and a long text behind it that no time has\n",
                      ", line 2: aws_expiration is not a time such as 2026-01-31T12:00:00Z"));
  CHECK(fault_ends_in("\t \r\n \t\n", " holds no aws_access_key_id"));
  CHECK(fault_ends_in("[a]\naws_expiration=soon\n",
                      ", line 2: aws_expiration is not a time such as 2026-01-31T12:00:00Z"));
}

TEST(no_file) {
  cyn_i_keyring *credentials = NULL;
  CHECK(cyn_i_keyring_load("/nonexistent/file", &credentials, &error) != CYN_OK);
  CHECK_STR(error.message, "credentials file /nonexistent/file: No such file or directory");
  CHECK(cyn_i_keyring_load("/tmp", &credentials, &error) != CYN_OK);
  CHECK_STR(error.message, "credentials file /tmp: not a regular file of at most 1 MiB");
  cyn_error_clean_up(&error);
}

TEST(more_keys_than_there_is_room_for) {
  static char text[4097 * 64];
  size_t size = 0;
  for (int i = 0; i < 4097; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "[%d]\naws_access_key_id=A%d\naws_secret_access_key=S\n", i, i);
  CHECK(fault_ends_in(text, ": more than 4096 keys"));
  static char large[(1 << 20) + 2];
  memset(large, '#', sizeof large - 1);
  CHECK(fault_ends_in(large, ": not a regular file of at most 1 MiB"));
}
