/* The two actions of the Security Token Service that give keys. */
#ifndef CYN_CLIENT_STS_H
#define CYN_CLIENT_STS_H

#include "client/credential_search.h"

typedef struct cyn_i_sts_role {
  cyn_bytes role_arn;
  cyn_bytes session_name;        /* absent: one is made */
  cyn_bytes external_id, duration_seconds; /* absent: not sent */
  cyn_bytes web_identity_token;  /* present: AssumeRoleWithWebIdentity, which nobody signs */
  const cyn_i_credentials *signer;
} cyn_i_sts_role;

/* The role's keys; `out->source` is the caller's to set. */
cyn_status cyn_i_sts_assume(const cyn_i_credential_search *search, const cyn_i_sts_role *role, cyn_i_credentials *out,
                            cyn_error *error);
/* The text of the first <name> in an answer, unescaped in the arena; absent when there is none. */
cyn_bytes cyn_i_sts_text(cyn_bytes xml, const char *name, cyn_i_arena *arena);

#endif
