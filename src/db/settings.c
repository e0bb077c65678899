/* See settings.h. One table of settings; a value is checked where it is read, so that the message can name the file's line or
 * the variable. AWS's own variables stand above the file and below Cynamo's; what they say is applied by the client, which
 * knows their rules, and only told here. */
#include "db/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_DEFAULT "/etc/cynamo/cynamo.conf"
#define FILE_SIZE_MAX 65536

typedef enum value_kind { SECONDS, COUNT, TEXT, HEADERS, MODE, ENDPOINT } value_kind;

static const struct {
  const char *name, *variable, *aws[2], *default_value;
  value_kind kind;
} rows[CYN_SETTING_COUNT] = {
    [CYN_SETTING_CONNECT_TIMEOUT] = {"connect_timeout_seconds", "CYNAMO_CONNECT_TIMEOUT_SECONDS", {NULL, NULL}, "60", SECONDS},
    [CYN_SETTING_READ_TIMEOUT] = {"read_timeout_seconds", "CYNAMO_READ_TIMEOUT_SECONDS", {NULL, NULL}, "60", SECONDS},
    [CYN_SETTING_RETRIES] = {"max_retry_attempts", "CYNAMO_MAX_RETRY_ATTEMPTS", {NULL, NULL}, "3", COUNT},
    [CYN_SETTING_CONNECTIONS] = {"max_pool_connections", "CYNAMO_MAX_POOL_CONNECTIONS", {NULL, NULL}, "10", COUNT},
    [CYN_SETTING_REGION] = {"region", "CYNAMO_REGION", {"AWS_REGION", "AWS_DEFAULT_REGION"}, "us-east-1", TEXT},
    [CYN_SETTING_EXTRA_HEADERS] = {"extra_headers", "CYNAMO_EXTRA_HEADERS", {NULL, NULL}, "", HEADERS},
    [CYN_SETTING_RETRY_MODE] = {"retry_mode", "CYNAMO_RETRY_MODE", {"AWS_RETRY_MODE", NULL}, "standard", MODE},
    [CYN_SETTING_ENDPOINT] = {"endpoint", "CYNAMO_ENDPOINT", {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"}, "", ENDPOINT},
    [CYN_SETTING_TABLE_PREFIX] = {"table_prefix", "CYNAMO_TABLE_PREFIX", {NULL, NULL}, "", TEXT},
};

/* ---- checking ---- */

/* Milliseconds of "15" or "0.25"; -1 when it is no such number. */
static int64_t milliseconds(const char *text) {
  int64_t ms = 0, unit = 100;
  size_t digits = 0;
  for (; *text >= '0' && *text <= '9' && digits < 7; text++, digits++) ms = ms * 10 + (*text - '0');
  ms *= 1000;
  if (*text == '.')
    for (text++; *text >= '0' && *text <= '9' && unit > 0; text++, unit /= 10) ms += (*text - '0') * unit;
  return *text == '\0' && digits != 0 ? ms : -1;
}

/* -1 when it is no number below a million. */
static int64_t count_of(const char *text) {
  int64_t count = 0;
  size_t digits = 0;
  for (; text[digits] >= '0' && text[digits] <= '9' && digits < 6; digits++) count = count * 10 + (text[digits] - '0');
  return text[digits] == '\0' && digits != 0 ? count : -1;
}

/* The next "Name: value" of a list by commas; false at the end. *is_bad is set for one without a colon. */
static bool next_header(const char **at, cyn_string_pair *out, bool *is_bad) {
  while (**at == ',' || **at == ' ') (*at)++;
  if (**at == '\0') return false;
  const char *start = *at, *end = strchr(start, ',');
  if (end == NULL) end = start + strlen(start);
  *at = end;
  const char *colon = memchr(start, ':', (size_t)(end - start));
  *is_bad = colon == NULL || colon == start;
  if (*is_bad) return false;
  out->key = (cyn_bytes){start, (size_t)(colon - start)};
  for (colon++; colon < end && *colon == ' ';) colon++;
  out->value = (cyn_bytes){colon, (size_t)(end - colon)};
  return true;
}

static const char *rule_of(value_kind kind) {
  static const char *const rules[] = {"a number of seconds above 0",          "a number",
                                      "a text",                               "Name: value, Name: value",
                                      "standard, legacy or adaptive",         "a URL that begins with http:// or https://"};
  return rules[kind];
}

static bool is_good(cyn_i_setting_id id, const char *value) {
  cyn_i_retry_mode mode;
  cyn_string_pair header;
  bool is_bad = false;
  switch (rows[id].kind) {
    case SECONDS: return milliseconds(value) > 0;
    case COUNT: return count_of(value) >= (id == CYN_SETTING_CONNECTIONS ? 1 : 0);
    case HEADERS:
      while (next_header(&value, &header, &is_bad)) {
      }
      return !is_bad;
    case MODE: return cyn_i_retry_mode_parse(cyn_str(value), &mode);
    case ENDPOINT: return strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0;
    default: return true;
  }
}

static cyn_status take(cyn_i_setting_values *out, cyn_i_setting_id id, const char *value, const char *origin,
                       cyn_error *error) {
  if (!is_good(id, value))
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s: %s is %s, not \"%.100s\"", origin, rows[id].name, rule_of(rows[id].kind),
                            value);
  out->value[id] = value;
  out->origin[id] = origin;
  out->is_ours[id] = true;
  return CYN_OK;
}

/* ---- the file ---- */

static char *trim(char *text) {
  while (*text == ' ' || *text == '\t') text++;
  char *end = text + strlen(text);
  while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
  *end = '\0';
  return text;
}

static cyn_status read_line(cyn_i_setting_values *out, char *line, const char *path, int number, cyn_i_arena *arena,
                            cyn_error *error) {
  line = trim(line);
  if (line[0] == '\0' || line[0] == '#') return CYN_OK;
  char *equals = strchr(line, '=');
  if (equals == NULL)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s:%d: a line is name = value, not \"%.100s\"", path, number, line);
  *equals = '\0';
  const char *name = trim(line), *value = trim(equals + 1);
  const char *origin = cyn_i_arena_printf(arena, "%s:%d", path, number);
  if (origin == NULL) return cyn_i_error_no_memory(error);
  for (int id = 0; id < CYN_SETTING_COUNT; id++)
    if (strcmp(rows[id].name, name) == 0) return take(out, (cyn_i_setting_id)id, value, origin, error);
  return cyn_i_error_setf(error, CYN_E_USAGE, "%s: there is no setting %.100s", origin, name);
}

static cyn_status read_file(cyn_i_setting_values *out, cyn_i_arena *arena, cyn_error *error) {
  const char *named = getenv("CYNAMO_CONFIG"), *path = named != NULL && named[0] != '\0' ? named : FILE_DEFAULT;
  FILE *file = fopen(path, "re");
  if (file == NULL && path != named) return CYN_OK;
  if (file == NULL) return cyn_i_error_setf(error, CYN_E_USAGE, "%s (CYNAMO_CONFIG): the file cannot be read", path);
  char *text = cyn_i_arena_alloc(arena, FILE_SIZE_MAX + 1);
  size_t size = text != NULL ? fread(text, 1, FILE_SIZE_MAX + 1, file) : 0;
  (void)fclose(file);
  if (text == NULL) return cyn_i_error_no_memory(error);
  if (size > FILE_SIZE_MAX || memchr(text, '\0', size) != NULL)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s: this is no settings file", path);
  text[size] = '\0';
  cyn_status status = CYN_OK;
  int number = 1;
  for (char *line = text; status == CYN_OK && line != NULL; number++) {
    char *end = strchr(line, '\n');
    if (end != NULL) *end++ = '\0';
    status = read_line(out, line, path, number, arena, error);
    line = end;
  }
  return status;
}

/* ---- the environment ---- */

static const char *variable(const char *name) {
  const char *value = name != NULL ? getenv(name) : NULL;
  return value != NULL && value[0] != '\0' ? value : NULL;
}

static cyn_status read_environment(cyn_i_setting_values *out, bool is_remote, cyn_error *error) {
  for (int id = 0; id < CYN_SETTING_COUNT; id++) {
    const char *value = variable(rows[id].variable);
    if (value != NULL) {
      cyn_status status = take(out, (cyn_i_setting_id)id, value, rows[id].variable, error);
      if (status != CYN_OK) return status;
      continue;
    }
    for (int i = 0; i < 2; i++) {
      if ((value = variable(rows[id].aws[i])) == NULL || (is_remote && strcmp(rows[id].aws[i], "AWS_REGION") == 0)) continue;
      out->value[id] = value;
      out->origin[id] = rows[id].aws[i];
      out->is_ours[id] = false;
      break;
    }
  }
  if (variable("AWS_MAX_ATTEMPTS") != NULL && variable(rows[CYN_SETTING_RETRIES].variable) == NULL) {
    out->value[CYN_SETTING_RETRIES] = variable("AWS_MAX_ATTEMPTS");
    out->origin[CYN_SETTING_RETRIES] = "AWS_MAX_ATTEMPTS (the first attempt counted)";
    out->is_ours[CYN_SETTING_RETRIES] = false;
  }
  return CYN_OK;
}

cyn_status cyn_i_settings_read(cyn_i_setting_values *out, bool is_remote, cyn_i_arena *arena, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_status status = read_file(out, arena, error);
  return status == CYN_OK ? read_environment(out, is_remote, error) : status;
}

const char *cyn_i_setting_name(cyn_i_setting_id id) { return rows[id].name; }
const char *cyn_i_setting_default(cyn_i_setting_id id) { return rows[id].default_value; }

/* ---- applying ---- */

static void apply_number(const cyn_i_setting_values *v, cyn_i_setting_id id, cyn_opt_int *option, int64_t from_url) {
  if (!v->is_ours[id] || option->is_set || from_url != 0) return;
  const char *text = v->value[id];
  *option = cyn_int(rows[id].kind == SECONDS ? milliseconds(text) : count_of(text));
  if (id == CYN_SETTING_RETRIES) option->value++; /* attempts count the first one, too */
}

cyn_status cyn_i_settings_headers(const char *text, cyn_string_map *out, cyn_i_arena *arena, cyn_error *error) {
  size_t room = 1;
  for (const char *p = text; *p != '\0'; p++) room += *p == ',';
  cyn_string_pair *pairs = cyn_i_arena_zalloc(arena, room, sizeof *pairs);
  if (pairs == NULL) return cyn_i_error_no_memory(error);
  bool is_bad = false;
  *out = (cyn_string_map){0, pairs};
  while (next_header(&text, &pairs[out->count], &is_bad)) out->count++;
  return is_bad ? cyn_i_error_set(error, CYN_E_USAGE, "extra_headers are written \"Name: value, Name: value\"") : CYN_OK;
}

/* An endpoint in the settings is where an aws: database goes; its Region stays. */
static void apply_endpoint(const cyn_i_setting_values *v, cyn_db_options *options, cyn_i_url *url) {
  if (!v->is_ours[CYN_SETTING_ENDPOINT] || url->scheme != CYN_URL_AWS) return;
  if (options->region.data == NULL && url->region.data == NULL && url->place.size != 0) url->region = url->place;
  url->scheme = CYN_URL_HTTP;
  url->place = cyn_str(v->value[CYN_SETTING_ENDPOINT]);
}

cyn_status cyn_i_settings_apply(cyn_db_options *options, cyn_i_url *url, cyn_i_arena *arena, cyn_error *error) {
  cyn_i_setting_values v;
  cyn_status status = cyn_i_settings_read(&v, cyn_i_url_is_remote(url), arena, error);
  if (status != CYN_OK) return status;
  apply_number(&v, CYN_SETTING_CONNECT_TIMEOUT, &options->connect_timeout_ms, url->connect_timeout_ms);
  apply_number(&v, CYN_SETTING_READ_TIMEOUT, &options->read_timeout_ms, url->read_timeout_ms);
  apply_number(&v, CYN_SETTING_RETRIES, &options->max_attempts, url->attempts_max);
  apply_number(&v, CYN_SETTING_CONNECTIONS, &options->max_connections, url->connections_max);
  apply_endpoint(&v, options, url);
  bool has_region = options->region.data != NULL || url->region.data != NULL || (url->scheme == CYN_URL_AWS && url->place.size != 0);
  if (v.is_ours[CYN_SETTING_REGION] && !has_region) options->region = cyn_str(v.value[CYN_SETTING_REGION]);
  if (v.is_ours[CYN_SETTING_RETRY_MODE] && options->retry_mode.data == NULL && url->retry_mode == 0)
    options->retry_mode = cyn_str(v.value[CYN_SETTING_RETRY_MODE]);
  if (v.is_ours[CYN_SETTING_TABLE_PREFIX]) url->table_prefix = cyn_str(v.value[CYN_SETTING_TABLE_PREFIX]);
  if (v.is_ours[CYN_SETTING_EXTRA_HEADERS] && options->extra_headers.at == NULL)
    return cyn_i_settings_headers(v.value[CYN_SETTING_EXTRA_HEADERS], &options->extra_headers, arena, error);
  return CYN_OK;
}
