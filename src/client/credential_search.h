/* One search for keys: what every source of them is given, and the sources in the order of the chain. */
#ifndef CYN_CLIENT_CREDENTIAL_SEARCH_H
#define CYN_CLIENT_CREDENTIAL_SEARCH_H

#include "client/configuration.h"
#include "client/credentials.h"
#include "client/network.h"

typedef struct cyn_i_credential_search {
  const cyn_i_configuration *configuration;
  cyn_bytes profile;          /* whose keys are looked for */
  bool without_environment;   /* a profile was named by the program: keys and web identity of the environment do not count */
  bool without_network;       /* an endpoint on this machine: files and environment only */
  cyn_bytes region;           /* for STS; absent: none known */
  const cyn_i_clock *clock;
  cyn_i_network *network;
  cyn_i_arena *arena;         /* holds what is found */
} cyn_i_credential_search;

/* A source: CYN_OK and access_key_id.data NULL when it has nothing to say; an error when it is configured and fails, which
 * ends the search. An error never holds a secret. */
typedef cyn_status cyn_i_credential_source(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error);

cyn_i_credential_source cyn_i_credentials_from_environment; /* environment.c */
cyn_i_credential_source cyn_i_credentials_from_role;        /* assume_role.c */
cyn_i_credential_source cyn_i_credentials_from_web_identity;
cyn_i_credential_source cyn_i_credentials_from_sso;
cyn_i_credential_source cyn_i_credentials_from_shared_file; /* key_files.c, and the next three */
cyn_i_credential_source cyn_i_credentials_from_config_file;
cyn_i_credential_source cyn_i_credentials_from_ec2_file;
cyn_i_credential_source cyn_i_credentials_from_boto_file;
cyn_i_credential_source cyn_i_credentials_from_login;
cyn_i_credential_source cyn_i_credentials_from_process;
cyn_i_credential_source cyn_i_credentials_from_container;
cyn_i_credential_source cyn_i_credentials_from_imds;

/* credentials.c: the whole chain, and the part of it that one profile can say. */
cyn_i_credential_source cyn_i_credentials_find;
cyn_i_credential_source cyn_i_credentials_of_profile;

/* Fills the keys from JSON of the usual members (AccessKeyId, SecretAccessKey, `token_name`, Expiration, AccountId).
 * False: not such a document, or a member that must be there is not. */
bool cyn_i_credentials_from_json(cyn_bytes document, const char *token_name, cyn_i_arena *arena,
                                 cyn_i_credentials *out);

#endif
