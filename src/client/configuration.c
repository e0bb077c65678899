/* See configuration.h. */
#include "client/configuration.h"

#include "base/error.h"
#include "base/hash.h"
#include "client/shell_words.h"
#include "client/surroundings.h"

static bool is_same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

static bool begins_with(cyn_bytes text, const char *start) {
  size_t size = strlen(start);
  return text.size >= size && memcmp(text.data, start, size) == 0;
}

/* ---- reading ---- */

static cyn_status read_file(const char *variable, const char *usual, cyn_i_arena *arena, cyn_i_config_file *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_bytes chosen = cyn_i_surroundings_variable(variable);
  const char *path = cyn_i_surroundings_path(chosen.data != NULL ? chosen : cyn_str(usual), arena);
  if (path == NULL) return cyn_i_error_no_memory(error);
  cyn_bytes text;
  cyn_error why = CYN_ERROR_INIT;
  cyn_i_file_result result = cyn_i_surroundings_read(path, CYN_CONFIG_FILE_BYTES_MAX, arena, &text, &why);
  if (result == CYN_FILE_MISSING) return CYN_OK;
  if (result == CYN_FILE_OK) return cyn_i_config_file_parse(text, path, arena, out, error);
  cyn_status status = why.status;
  cyn_i_error_move(error, &why);
  return status;
}

/* The name of "[profile NAME]", or absent. `scratch` is overwritten. */
static cyn_bytes plain_name(cyn_bytes section, cyn_i_config_kind *kind, cyn_i_arena *scratch, bool *is_whole) {
  static const struct {
    const char *start;
    cyn_i_config_kind kind;
  } starts[] = {{"profile", CYN_CONFIG_PROFILE}, {"sso-session", CYN_CONFIG_SSO_SESSION}, {"services", CYN_CONFIG_SERVICES}};
  const cyn_bytes none = {NULL, 0};
  size_t at = 0, count = 0;
  while (at < sizeof starts / sizeof starts[0] && !begins_with(section, starts[at].start)) at++;
  *kind = CYN_CONFIG_PROFILE;
  if (at == sizeof starts / sizeof starts[0]) return is_same(section, cyn_str("default")) ? section : none;
  *kind = starts[at].kind;
  char **words = NULL;
  cyn_i_arena_reset(scratch, 64 << 10);
  cyn_i_shell_result result = cyn_i_shell_words_split(section, scratch, &words, &count);
  if (result == CYN_SHELL_NO_MEMORY) *is_whole = false;
  return result == CYN_SHELL_OK && count == 2 ? cyn_str(words[1]) : none;
}

static cyn_status name_sections(cyn_i_configuration *out, cyn_i_arena *arena, cyn_error *error) {
  cyn_i_config_named *named = cyn_i_arena_zalloc(arena, out->config.count + 1, sizeof *named);
  if (named == NULL) return cyn_i_error_no_memory(error);
  cyn_i_arena scratch;
  cyn_i_arena_init(&scratch, 8192);
  size_t count = 0;
  bool is_whole = true;
  for (size_t i = 0; i < out->config.count; i++) {
    const cyn_i_config_section *section = &out->config.sections[i];
    cyn_bytes name = plain_name(section->name, &named[count].kind, &scratch, &is_whole);
    if (name.data == NULL) continue;
    named[count].name = cyn_i_arena_copy(arena, name);
    named[count].name_hash = cyn_i_hash64(name);
    named[count].section = section;
    is_whole = is_whole && named[count].name.data != NULL;
    count++;
  }
  cyn_i_arena_clean_up(&scratch);
  out->named = named;
  out->named_count = count;
  return is_whole ? CYN_OK : cyn_i_error_no_memory(error);
}

static cyn_status choose_profile(cyn_i_configuration *out, cyn_bytes profile, cyn_i_arena *arena, cyn_error *error) {
  cyn_i_profile found;
  out->is_profile_explicit = profile.data != NULL;
  if (profile.data == NULL) profile = cyn_i_surroundings_variable("AWS_DEFAULT_PROFILE");
  if (profile.data == NULL) profile = cyn_i_surroundings_variable("AWS_PROFILE");
  out->profile = cyn_i_arena_copy(arena, profile.data != NULL ? profile : cyn_str("default"));
  if (out->profile.data == NULL) return cyn_i_error_no_memory(error);
  if (profile.data == NULL || cyn_i_configuration_profile(out, profile, &found)) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_USAGE, "the profile \"%.*s\" is in neither the config nor the credentials file",
                          (int)profile.size, profile.data);
}

cyn_status cyn_i_configuration_load(cyn_bytes profile, cyn_i_arena *arena, cyn_i_configuration *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_status status = read_file("AWS_CONFIG_FILE", "~/.aws/config", arena, &out->config, error);
  if (status == CYN_OK)
    status = read_file("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", arena, &out->credentials, error);
  if (status == CYN_OK) status = name_sections(out, arena, error);
  if (status == CYN_OK) status = choose_profile(out, profile, arena, error);
  return status;
}

/* ---- looking things up ---- */

const cyn_i_config_section *cyn_i_configuration_named(const cyn_i_configuration *configuration, cyn_i_config_kind kind,
                                                      cyn_bytes name) {
  uint64_t hash = cyn_i_hash64(name);
  for (size_t i = configuration->named_count; i > 0; i--) {
    const cyn_i_config_named *named = &configuration->named[i - 1];
    if (named->kind == kind && named->name_hash == hash && is_same(named->name, name)) return named->section;
  }
  return NULL;
}

bool cyn_i_configuration_profile(const cyn_i_configuration *configuration, cyn_bytes name, cyn_i_profile *out) {
  out->config = cyn_i_configuration_named(configuration, CYN_CONFIG_PROFILE, name);
  out->credentials = cyn_i_config_file_find(&configuration->credentials, name);
  return out->config != NULL || out->credentials != NULL;
}

static const cyn_i_config_entry *find(const cyn_i_config_section *section, const char *key) {
  return section != NULL ? cyn_i_config_entry_find(section->entries, section->count, key) : NULL;
}

cyn_bytes cyn_i_section_get(const cyn_i_config_section *section, const char *key) {
  const cyn_i_config_entry *entry = find(section, key);
  return entry != NULL ? entry->value : (cyn_bytes){NULL, 0};
}

cyn_bytes cyn_i_profile_get(const cyn_i_profile *profile, const char *key) {
  const cyn_i_config_entry *entry = find(profile->credentials, key);
  if (entry == NULL) entry = find(profile->config, key);
  return entry != NULL ? entry->value : (cyn_bytes){NULL, 0};
}

cyn_bytes cyn_i_configuration_get(const cyn_i_configuration *configuration, const char *variable, const char *key) {
  cyn_bytes value = {NULL, 0};
  if (variable != NULL) value = cyn_i_surroundings_variable(variable);
  if (value.data != NULL || key == NULL) return value;
  cyn_i_profile profile;
  if (!cyn_i_configuration_profile(configuration, configuration->profile, &profile)) return value;
  return cyn_i_profile_get(&profile, key);
}
