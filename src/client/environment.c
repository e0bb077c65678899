/* Keys in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SECURITY_TOKEN or AWS_SESSION_TOKEN,
 * AWS_CREDENTIAL_EXPIRATION, AWS_ACCOUNT_ID. A key without its secret is an error and no reason to look elsewhere: what would
 * be found there are other keys than those that were meant. */
#include "base/error.h"
#include "client/credential_search.h"
#include "client/surroundings.h"
#include "client/timestamp.h"

cyn_status cyn_i_credentials_from_environment(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_bytes id = cyn_i_surroundings_variable("AWS_ACCESS_KEY_ID");
  if (id.size == 0) return CYN_OK;
  cyn_bytes secret = cyn_i_surroundings_variable("AWS_SECRET_ACCESS_KEY");
  if (secret.size == 0)
    return cyn_i_error_set(error, CYN_E_CREDENTIALS, "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not");
  cyn_bytes token = cyn_i_surroundings_variable("AWS_SECURITY_TOKEN");
  if (token.size == 0) token = cyn_i_surroundings_variable("AWS_SESSION_TOKEN");
  cyn_bytes account = cyn_i_surroundings_variable("AWS_ACCOUNT_ID");
  cyn_bytes expires = cyn_i_surroundings_variable("AWS_CREDENTIAL_EXPIRATION");
  if (expires.size != 0 && !cyn_i_timestamp_parse(expires, &out->expires_ms))
    return cyn_i_error_set(error, CYN_E_CREDENTIALS, "AWS_CREDENTIAL_EXPIRATION is no time such as 2026-01-31T12:00:00Z");
  out->access_key_id = cyn_i_arena_copy(search->arena, id);
  out->secret_access_key = cyn_i_arena_copy(search->arena, secret);
  if (token.size != 0) out->session_token = cyn_i_arena_copy(search->arena, token);
  if (account.size != 0) out->account_id = cyn_i_arena_copy(search->arena, account);
  out->source = "env";
  bool is_whole = out->access_key_id.data != NULL && out->secret_access_key.data != NULL &&
                  (token.size == 0 || out->session_token.data != NULL) && (account.size == 0 || out->account_id.data != NULL);
  return is_whole ? CYN_OK : cyn_i_error_no_memory(error);
}
