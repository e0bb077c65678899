/* The config and the credentials file together, one profile of them in force, under what the environment says. */
#ifndef CYN_CLIENT_CONFIGURATION_H
#define CYN_CLIENT_CONFIGURATION_H

#include "client/config_file.h"

/* A section of the config file under its plain name: "[profile a]" is {PROFILE, "a"}. */
typedef enum cyn_i_config_kind { CYN_CONFIG_PROFILE = 1, CYN_CONFIG_SSO_SESSION, CYN_CONFIG_SERVICES } cyn_i_config_kind;
typedef struct cyn_i_config_named {
  cyn_i_config_kind kind;
  cyn_bytes name;
  uint64_t name_hash;
  const cyn_i_config_section *section;
} cyn_i_config_named;

typedef struct cyn_i_configuration {
  cyn_i_config_file config, credentials;
  const cyn_i_config_named *named;
  size_t named_count;
  cyn_bytes profile;        /* the name in force: of the options, the environment, or "default" */
  bool is_profile_explicit; /* by the options: then keys in the environment do not count */
} cyn_i_configuration;

/* One profile as both files have it; the credentials file wins. */
typedef struct cyn_i_profile {
  const cyn_i_config_section *config, *credentials; /* NULL: not there */
} cyn_i_profile;

/* Reads both files (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE or in ~/.aws). All is in the arena. Errors
 * (CynamoUsageError): a file that cannot be parsed, a profile that was named and does not exist. */
cyn_status cyn_i_configuration_load(cyn_bytes profile, cyn_i_arena *arena, cyn_i_configuration *out, cyn_error *error);
/* False: no such profile; *out is empty then. */
bool cyn_i_configuration_profile(const cyn_i_configuration *configuration, cyn_bytes name, cyn_i_profile *out);
/* The [sso-session NAME] or [services NAME] of the config file, or NULL. */
const cyn_i_config_section *cyn_i_configuration_named(const cyn_i_configuration *configuration, cyn_i_config_kind kind,
                                                      cyn_bytes name);

/* The value of a key; absent when there is none, or when it is a nested section. */
cyn_bytes cyn_i_section_get(const cyn_i_config_section *section, const char *key);
cyn_bytes cyn_i_profile_get(const cyn_i_profile *profile, const char *key);
/* A setting by botocore's order: the environment's variable, else the key of the profile in force. */
cyn_bytes cyn_i_configuration_get(const cyn_i_configuration *configuration, const char *variable, const char *key);

#endif
