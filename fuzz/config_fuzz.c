/* Fuzz target: what a client reads of files and of endpoints that give keys. The first byte chooses the reader. A config
 * file that is taken has sections and keys that are found again; whatever comes, errors have a text. */
#include "base/error.h"
#include "client/config_file.h"
#include "client/container.h"
#include "client/credential_search.h"
#include "client/json_fields.h"
#include "client/process.h"
#include "client/shell_words.h"
#include "client/sts.h"
#include "client/timestamp.h"
#include "fuzz.h"

static void read_config(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_config_file file;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_i_config_file_parse(text, "file", arena, &file, &error) != CYN_OK) {
    demand(error.message != NULL && strncmp(error.message, "file:", 5) == 0);
    cyn_error_clean_up(&error);
    return;
  }
  for (size_t i = 0; i < file.count; i++) {
    const cyn_i_config_section *section = &file.sections[i];
    demand(section->name.size != 0 && cyn_i_config_file_find(&file, section->name) == section);
    for (size_t j = 0; j < section->count; j++) {
      const cyn_i_config_entry *entry = &section->entries[j];
      demand(entry->key.size != 0);
      if (memchr(entry->key.data, 0, entry->key.size) == NULL)
        demand(cyn_i_config_entry_find(section->entries, section->count, entry->key.data) == entry);
      demand(entry->value.data != NULL || entry->nested != NULL || entry->nested_count == 0);
    }
  }
}

static void read_keys(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_credentials keys;
  cyn_i_json_field fields[] = {{"accessToken", {NULL, 0}, false}, {"expiresAt", {NULL, 0}, false}};
  if (cyn_i_credentials_from_json(text, "Token", arena, &keys))
    demand(keys.access_key_id.data != NULL && keys.secret_access_key.data != NULL && keys.session_token.data != NULL);
  (void)cyn_i_json_fields_read(text, NULL, arena, fields, 2);
  (void)cyn_i_json_fields_read(text, "roleCredentials", arena, fields, 2);
  cyn_error error = CYN_ERROR_INIT;
  memset(&keys, 0, sizeof keys);
  cyn_status status = cyn_i_process_answer(text, arena, &keys, &error);
  demand((status == CYN_OK) == (keys.access_key_id.data != NULL) && (status == CYN_OK || error.message != NULL));
  cyn_error_clean_up(&error);
}

static void read_moment(cyn_bytes text) {
  int64_t ms, again;
  char out[21];
  if (!cyn_i_timestamp_parse(text, &ms)) return;
  if (ms < INT64_C(-62135596800000) || ms > INT64_C(253402300799999)) return; /* a zone may lead out of the years 1 to 9999 */
  cyn_i_timestamp_format(ms, out);
  demand(cyn_i_timestamp_parse(cyn_str(out), &again) && again <= ms && ms - again < 1000);
}

static void read_words(cyn_bytes text, cyn_i_arena *arena) {
  char **words = NULL;
  size_t count = 0;
  if (cyn_i_shell_words_split(text, arena, &words, &count) != CYN_SHELL_OK) return;
  size_t total = 0;
  for (size_t i = 0; i < count; i++) total += strlen(words[i]);
  demand(words[count] == NULL && total <= text.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_arena arena;
  if (size == 0) return 0;
  cyn_i_arena_init(&arena, 0);
  cyn_bytes text = {(const char *)data + 1, size - 1};
  switch (data[0] % 6) {
    case 0: read_config(text, &arena); break;
    case 1: read_keys(text, &arena); break;
    case 2: read_moment(text); break;
    case 3: read_words(text, &arena); break;
    case 4: (void)cyn_i_container_host_is_allowed(text); break;
    default: (void)cyn_i_sts_text(text, "AccessKeyId", &arena); break;
  }
  cyn_i_arena_clean_up(&arena);
  return 0;
}
