/* Fuzz target: the program's own two files, cynamo.conf and the server's credentials file. The first byte chooses. What is
 * taken is whole: a setting has its origin, a key its secret; what is refused has an error that names the file, and never a
 * line of the credentials. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "db/settings.h"
#include "fuzz.h"
#include "server/keyring.h"

static char path[64];
static int file = -1;

static void write_file(const uint8_t *data, size_t size) {
  if (file < 0) {
    file = memfd_create("settings", 0);
    demand(file >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    demand(setenv("CYNAMO_CONFIG", path, 1) == 0);
  }
  demand(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
}

static void read_settings(void) {
  cyn_i_arena arena;
  cyn_i_setting_values values;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_i_url url;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena_init(&arena, 0);
  cyn_status status = cyn_i_settings_read(&values, true, &arena, &error);
  demand((status == CYN_OK) == (error.message == NULL) && (status == CYN_OK || strstr(error.message, path) != NULL));
  for (int i = 0; status == CYN_OK && i < CYN_SETTING_COUNT; i++)
    demand((values.value[i] == NULL) == (values.origin[i] == NULL));
  if (status == CYN_OK) {
    demand(cyn_i_url_parse(cyn_str("aws:eu-west-1"), &arena, &url, NULL) == CYN_OK);
    demand(cyn_i_settings_apply(&options, &url, &arena, &error) == CYN_OK);
    demand(!options.connect_timeout_ms.is_set || options.connect_timeout_ms.value > 0);
    demand(!options.max_attempts.is_set || options.max_attempts.value > 0);
    demand(!options.max_connections.is_set || options.max_connections.value > 0);
  }
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

static void read_keys(void) {
  cyn_i_keyring *keyring = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_keyring_load(path, &keyring, &error);
  demand((status == CYN_OK) == (keyring != NULL) && (status == CYN_OK || strstr(error.message, path) != NULL));
  if (keyring != NULL) {
    size_t from = 0;
    demand(cyn_i_keyring_count(keyring) != 0);
    const cyn_i_signing_key *key = cyn_i_keyring_find(keyring, cyn_str("A"), &from);
    demand(key == NULL || (key->access_key.size == 1 && key->secret.size != 0 && key->expires_ms >= INT64_MIN));
    demand(key == NULL || key->account.data == NULL || key->account.size == 12);
  }
  cyn_i_keyring_destroy(keyring);
  cyn_error_clean_up(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  write_file(data + 1, size - 1);
  if ((data[0] & 1) == 0) read_settings();
  else read_keys();
  return 0;
}
