/* The default configuration inside: read at each open. */
#ifndef CYN_DB_SETTINGS_H
#define CYN_DB_SETTINGS_H

#include <cynamo/db.h>
#include <cynamo/settings.h>

#include "db/url.h"

typedef enum cyn_i_setting_id {
  CYN_SETTING_CONNECT_TIMEOUT,
  CYN_SETTING_READ_TIMEOUT,
  CYN_SETTING_RETRIES,
  CYN_SETTING_CONNECTIONS,
  CYN_SETTING_REGION,
  CYN_SETTING_EXTRA_HEADERS,
  CYN_SETTING_RETRY_MODE,
  CYN_SETTING_ENDPOINT,
  CYN_SETTING_TABLE_PREFIX,
  CYN_SETTING_COUNT
} cyn_i_setting_id;

/* What file and environment say. */
typedef struct cyn_i_setting_values {
  const char *value[CYN_SETTING_COUNT];  /* NULL: nothing says it */
  const char *origin[CYN_SETTING_COUNT];
  bool is_ours[CYN_SETTING_COUNT];       /* from the file or a CYNAMO_ variable */
} cyn_i_setting_values;

/* For remote databases AWS_REGION is not looked at, as botocore does not. */
cyn_status cyn_i_settings_read(cyn_i_setting_values *out, bool is_remote, cyn_i_arena *arena, cyn_error *error);
const char *cyn_i_setting_name(cyn_i_setting_id id);
const char *cyn_i_setting_default(cyn_i_setting_id id);

/* Reads file and environment, and puts what they say where neither options nor URL say anything. Strings live in the arena. */
cyn_status cyn_i_settings_apply(cyn_db_options *options, cyn_i_url *url, cyn_i_arena *arena, cyn_error *error);

/* Reads "Name: value, Name: value"; what it makes points into the text. Errors: CynamoUsageError. */
cyn_status cyn_i_settings_headers(const char *text, cyn_string_map *out, cyn_i_arena *arena, cyn_error *error);

#endif
