/* Cynamo: the default configuration. Each setting has a default, over which stand, in this order: the settings file (named by
 * CYNAMO_CONFIG, else /etc/cynamo/cynamo.conf), the environment, the database's URL and options, the model.
 * docs/default-configuration.md lists them. */
#ifndef CYNAMO_SETTINGS_H
#define CYNAMO_SETTINGS_H

#include <cynamo/db.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One setting in force for a database opened now without options: borrowed for the call. */
typedef struct cyn_setting {
  const char *name;   /* "read_timeout_seconds" */
  const char *value;  /* "" when nothing says it */
  const char *origin; /* "default", "CYNAMO_REGION", "/etc/cynamo/cynamo.conf:3"; cyn_settings_of also "the URL", "options",
                         "profile NAME", "the Region" (an endpoint that follows from it) */
} cyn_setting;

/* Tells each setting. Errors: CynamoUsageError for an unknown or bad one, naming file and line or the variable. */
CYN_API cyn_status cyn_settings_each(void (*tell)(const cyn_setting *setting, void *user), void *user,
                                     cyn_error *error) CYN_MUST_USE;

/* The same for a database that is opened with this URL and these options (may be NULL), and for http: and aws: databases
 * "profile" before them. Nothing is opened or sent. Errors: CynamoUsageError, as cyn_open. */
CYN_API cyn_status cyn_settings_of(const char *url, const cyn_db_options *options,
                                   void (*tell)(const cyn_setting *setting, void *user), void *user,
                                   cyn_error *error) CYN_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
