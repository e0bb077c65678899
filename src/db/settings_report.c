/* cyn_settings_each and cyn_settings_of: what is in force and who says it. The layers are those of cyn_open, each over the one
 * before: defaults, the AWS profile, file and environment (settings.c), the URL, the options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/endpoint.h"
#include "db/settings.h"

typedef struct report {
  cyn_i_arena *arena;
  cyn_i_url url;
  const cyn_db_options *options;
  cyn_i_setting_values values;
  cyn_i_configuration configuration;
  const char *profile_origin;
  bool no_memory; /* a text could not be made */
} report;

static void say(report *r, cyn_i_setting_id id, const char *value, const char *origin) {
  r->values.value[id] = value;
  r->values.origin[id] = origin;
}

static const char *made(report *r, const char *text) {
  if (text == NULL) r->no_memory = true;
  return text != NULL ? text : "";
}

static const char *text_of(report *r, cyn_bytes text) { return made(r, cyn_i_arena_copy(r->arena, text).data); }

static const char *print_seconds(report *r, int64_t ms) {
  char *text = cyn_i_arena_printf(r->arena, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
  if (text == NULL) return made(r, NULL);
  char *end = text + strlen(text);
  while (end[-1] == '0') *--end = '\0';
  if (end[-1] == '.') end[-1] = '\0';
  return text;
}

static const char *print_count(report *r, int64_t count) {
  return made(r, cyn_i_arena_printf(r->arena, "%lld", (long long)count));
}

/* ---- the AWS profile, below file and environment ---- */

/* As "profile NAME", where nothing of ours and no variable says more. */
static cyn_bytes of_profile(report *r, const char *key, const char **origin) {
  cyn_bytes value = cyn_i_configuration_get(&r->configuration, NULL, key);
  *origin = made(r, cyn_i_arena_printf(r->arena, "profile %.*s", (int)r->configuration.profile.size, r->configuration.profile.data));
  return value;
}

static void say_of_profile(report *r, cyn_i_setting_id id, const char *key) {
  const char *origin;
  if (r->values.value[id] != NULL) return;
  cyn_bytes value = of_profile(r, key, &origin);
  if (value.size != 0) say(r, id, text_of(r, value), origin);
}

/* AWS counts the first attempt too. */
static void say_attempts(report *r) {
  const char *origin = "AWS_MAX_ATTEMPTS", *text = getenv(origin);
  if (r->values.is_ours[CYN_SETTING_RETRIES]) return;
  cyn_bytes value = cyn_str(text);
  if (value.size == 0) value = of_profile(r, "max_attempts", &origin);
  if (value.size == 0) return;
  int64_t attempts = strtoll(text_of(r, value), NULL, 10);
  say(r, CYN_SETTING_RETRIES, print_count(r, attempts > 0 ? attempts - 1 : 0), origin);
}

static cyn_status read_profile(report *r, cyn_error *error) {
  cyn_bytes profile = r->options->profile.data != NULL ? r->options->profile : r->url.profile;
  r->profile_origin = r->options->profile.data != NULL        ? "options"
                      : r->url.profile.data != NULL           ? "the URL"
                      : getenv("AWS_DEFAULT_PROFILE") != NULL ? "AWS_DEFAULT_PROFILE"
                      : getenv("AWS_PROFILE") != NULL         ? "AWS_PROFILE"
                                                              : "default";
  cyn_status status = cyn_i_configuration_load(profile, r->arena, &r->configuration, error);
  if (status != CYN_OK) return status;
  say_of_profile(r, CYN_SETTING_REGION, "region");
  say_of_profile(r, CYN_SETTING_RETRY_MODE, "retry_mode");
  say_attempts(r);
  return CYN_OK;
}

/* ---- the URL and the options, above ---- */

static void say_number(report *r, cyn_i_setting_id id, int64_t of_url, cyn_opt_int option, int64_t less) {
  bool is_time = id == CYN_SETTING_CONNECT_TIMEOUT || id == CYN_SETTING_READ_TIMEOUT;
  int64_t value = option.is_set ? option.value : of_url;
  if (value == 0) return;
  say(r, id, is_time ? print_seconds(r, value) : print_count(r, value - less), option.is_set ? "options" : "the URL");
}

static void say_headers(report *r) {
  cyn_string_map headers = r->options->extra_headers;
  const char *text = "";
  if (headers.at == NULL) return;
  for (size_t i = 0; i < headers.count; i++)
    text = made(r, cyn_i_arena_printf(r->arena, "%s%s%.*s: %.*s", text, i != 0 ? ", " : "", (int)headers.at[i].key.size,
                                      headers.at[i].key.data, (int)headers.at[i].value.size, headers.at[i].value.data));
  say(r, CYN_SETTING_EXTRA_HEADERS, text, "options");
}

static void read_url_and_options(report *r) {
  static const char *const modes[] = {"", "standard", "legacy", "adaptive"};
  const cyn_db_options *options = r->options;
  if (r->url.scheme == CYN_URL_AWS && r->url.place.size != 0) say(r, CYN_SETTING_REGION, text_of(r, r->url.place), "the URL");
  if (r->url.region.data != NULL) say(r, CYN_SETTING_REGION, text_of(r, r->url.region), "the URL");
  if (options->region.data != NULL) say(r, CYN_SETTING_REGION, text_of(r, options->region), "options");
  say_number(r, CYN_SETTING_CONNECT_TIMEOUT, r->url.connect_timeout_ms, options->connect_timeout_ms, 0);
  say_number(r, CYN_SETTING_READ_TIMEOUT, r->url.read_timeout_ms, options->read_timeout_ms, 0);
  say_number(r, CYN_SETTING_RETRIES, r->url.attempts_max, options->max_attempts, 1);
  say_number(r, CYN_SETTING_CONNECTIONS, r->url.connections_max, options->max_connections, 0);
  if (r->url.retry_mode != 0) say(r, CYN_SETTING_RETRY_MODE, modes[r->url.retry_mode], "the URL");
  if (options->retry_mode.data != NULL) say(r, CYN_SETTING_RETRY_MODE, text_of(r, options->retry_mode), "options");
  const char *mode = r->values.value[CYN_SETTING_RETRY_MODE];
  if (mode != NULL && strcmp(mode, "legacy") == 0 && r->values.value[CYN_SETTING_RETRIES] == NULL)
    say(r, CYN_SETTING_RETRIES, "9", "default");
  say_headers(r);
}

static cyn_status check_mode(const report *r, cyn_error *error) {
  cyn_i_retry_mode unused;
  const char *mode = r->values.value[CYN_SETTING_RETRY_MODE];
  if (mode == NULL || cyn_i_retry_mode_parse(cyn_str(mode), &unused)) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_USAGE, "%s: retry_mode is standard, legacy or adaptive, not \"%.100s\"",
                          r->values.origin[CYN_SETTING_RETRY_MODE], mode);
}

/* ---- where calls go ---- */

static const char *origin_of(report *r, cyn_bytes url) {
  static const char *const variables[] = {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"};
  const char *origin;
  for (size_t i = 0; i < 2; i++) {
    const char *value = getenv(variables[i]);
    if (value != NULL && value[0] != '\0') return strcmp(value, text_of(r, url)) == 0 ? variables[i] : "the Region";
  }
  cyn_bytes own = of_profile(r, "endpoint_url", &origin), services = cyn_i_configuration_get(&r->configuration, NULL, "services");
  if (own.size == url.size && own.size != 0 && memcmp(own.data, url.data, url.size) == 0) return origin;
  const cyn_i_config_section *section =
      services.data != NULL ? cyn_i_configuration_named(&r->configuration, CYN_CONFIG_SERVICES, services) : NULL;
  const cyn_i_config_entry *entry =
      section != NULL ? cyn_i_config_entry_find(section->entries, section->count, "dynamodb") : NULL;
  if (entry != NULL) entry = cyn_i_config_entry_find(entry->nested, entry->nested_count, "endpoint_url");
  bool is_of_services = entry != NULL && entry->value.size == url.size && memcmp(entry->value.data, url.data, url.size) == 0;
  return is_of_services ? made(r, cyn_i_arena_printf(r->arena, "services %.*s", (int)services.size, services.data)) : "the Region";
}

static cyn_status say_endpoint(report *r, cyn_error *error) {
  cyn_i_endpoint endpoint;
  bool is_given = r->url.scheme == CYN_URL_HTTP;
  if (is_given) {
    say(r, CYN_SETTING_ENDPOINT, text_of(r, r->url.place), "the URL");
    return CYN_OK;
  }
  if (r->values.is_ours[CYN_SETTING_ENDPOINT]) return CYN_OK;
  const cyn_i_endpoint_options options = {.region = cyn_str(r->values.value[CYN_SETTING_REGION]),
                                          .profile = r->options->profile.data != NULL ? r->options->profile : r->url.profile};
  cyn_status status = cyn_i_endpoint_resolve(&options, r->arena, &endpoint, error);
  if (status == CYN_OK) say(r, CYN_SETTING_ENDPOINT, text_of(r, endpoint.url), origin_of(r, endpoint.url));
  return status;
}

/* ---- telling ---- */

static void tell_all(const report *r, void (*tell)(const cyn_setting *setting, void *user), void *user) {
  for (int id = 0; id < CYN_SETTING_COUNT; id++) {
    bool is_said = r->values.value[id] != NULL;
    cyn_setting setting = {cyn_i_setting_name((cyn_i_setting_id)id),
                           is_said ? r->values.value[id] : cyn_i_setting_default((cyn_i_setting_id)id),
                           is_said ? r->values.origin[id] : "default"};
    tell(&setting, user);
  }
}

cyn_status cyn_settings_each(void (*tell)(const cyn_setting *setting, void *user), void *user, cyn_error *error) {
  report r = {0};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_status status = cyn_i_settings_read(&r.values, false, &arena, error);
  if (status == CYN_OK) tell_all(&r, tell, user);
  cyn_i_arena_clean_up(&arena);
  return status;
}

static cyn_status make(report *r, const char *url, cyn_error *error) {
  cyn_status status = cyn_i_url_parse(cyn_str(url), r->arena, &r->url, error);
  bool is_remote = status == CYN_OK && cyn_i_url_is_remote(&r->url);
  if (status == CYN_OK) status = cyn_i_settings_read(&r->values, is_remote, r->arena, error);
  if (status == CYN_OK && is_remote) status = read_profile(r, error);
  if (status != CYN_OK) return status;
  read_url_and_options(r);
  if (r->no_memory) return cyn_i_error_no_memory(error); /* before a text that is none is taken for a value */
  if (is_remote) status = check_mode(r, error);
  if (status == CYN_OK && is_remote) status = say_endpoint(r, error);
  return status == CYN_OK && r->no_memory ? cyn_i_error_no_memory(error) : status;
}

cyn_status cyn_settings_of(const char *url, const cyn_db_options *options, void (*tell)(const cyn_setting *setting, void *user),
                           void *user, cyn_error *error) {
  static const cyn_db_options defaults = CYN_DB_OPTIONS_INIT;
  cyn_db_options own = defaults;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  if (options != NULL) memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  report r = {.arena = &arena, .options = &own};
  cyn_status status = make(&r, url, error);
  if (status == CYN_OK && r.profile_origin != NULL) {
    const cyn_setting profile = {"profile", text_of(&r, r.configuration.profile), r.profile_origin};
    tell(&profile, user);
  }
  if (status == CYN_OK) tell_all(&r, tell, user);
  cyn_i_arena_clean_up(&arena);
  return status;
}
