/* Prints, as one line of JSON, which keys, Region and endpoint Cynamo's client takes from the files and the environment it
 * is run in: what test_config.py compares with botocore.
 *   resolve [profile=…] [region=…] [access_key=…] [secret_key=…] [token=…] [account=…] [endpoint_url=…]
 *           [service=dynamodbstreams|sts|sso|sso-oidc|signin] [container_base=…] [local=1] */
#include <stdio.h>

#include "client/container.h"
#include "client/credentials.h"
#include "client/endpoint.h"
#include "value/json.h"

static cyn_bytes absent;

static cyn_bytes option(int argc, char **argv, const char *name) {
  size_t size = strlen(name);
  for (int i = 1; i < argc; i++)
    if (strncmp(argv[i], name, size) == 0 && argv[i][size] == '=') return cyn_str(argv[i] + size + 1);
  return absent;
}

static void put(cyn_i_buf *out, const char *name, cyn_bytes value) {
  if (out->data[out->size - 1] != '{') cyn_i_buf_byte(out, ',');
  cyn_i_json_write_string(out, cyn_str(name));
  cyn_i_buf_byte(out, ':');
  if (value.data == NULL) cyn_i_buf_text(out, "null");
  else cyn_i_json_write_string(out, value);
}

static void put_error(cyn_i_buf *out, cyn_error *error) {
  put(out, "error", cyn_str(error->name));
  put(out, "text", cyn_str(error->message));
  cyn_error_clean_up(error);
}

static cyn_bytes put_credentials(int argc, char **argv, cyn_i_arena *arena, cyn_i_buf *out) {
  cyn_i_credentials_options options = {option(argc, argv, "access_key"), option(argc, argv, "secret_key"),
                                       option(argc, argv, "token"), option(argc, argv, "profile"), cyn_str("us-east-1"), NULL,
                                       option(argc, argv, "local").data != NULL, option(argc, argv, "account")};
  cyn_i_credentials_provider *provider;
  cyn_i_credentials keys = {0};
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_credentials_provider_new(&options, &provider, &error);
  if (status == CYN_OK) status = cyn_i_credentials_get(provider, arena, &keys, &error);
  if (status != CYN_OK) {
    put_error(out, &error);
  } else {
    put(out, "access_key", keys.access_key_id);
    put(out, "secret_key", keys.secret_access_key);
    put(out, "token", keys.session_token);
    put(out, "account", keys.account_id);
    put(out, "method", cyn_str(keys.source));
    cyn_i_buf_printf(out, ",\"expires_ms\":%lld", (long long)keys.expires_ms);
  }
  cyn_i_credentials_provider_destroy(provider);
  return status == CYN_OK ? keys.account_id : absent;
}

static int service_of(cyn_bytes name) {
  static const struct {
    const char *name;
    cyn_i_service service;
  } services[] = {{"dynamodbstreams", CYN_SERVICE_STREAMS}, {"sts", CYN_SERVICE_STS}, {"sso", CYN_SERVICE_SSO},
                  {"sso-oidc", CYN_SERVICE_SSO_OIDC}, {"signin", CYN_SERVICE_SIGN_IN}};
  for (size_t i = 0; name.data != NULL && i < sizeof services / sizeof services[0]; i++)
    if (strcmp(name.data, services[i].name) == 0) return (int)services[i].service;
  return CYN_SERVICE_DYNAMODB;
}

static cyn_status resolve(int argc, char **argv, cyn_i_arena *arena, cyn_i_endpoint *out, cyn_error *error) {
  int service = service_of(option(argc, argv, "service"));
  const cyn_i_endpoint_options options = {option(argc, argv, "region"), option(argc, argv, "profile"),
                                          option(argc, argv, "endpoint_url"), service == CYN_SERVICE_STREAMS};
  if (service <= CYN_SERVICE_STREAMS) return cyn_i_endpoint_resolve(&options, arena, out, error);
  cyn_i_configuration configuration;
  cyn_status status = cyn_i_configuration_load(options.profile, arena, &configuration, error);
  if (status != CYN_OK) return status;
  return cyn_i_endpoint_of_service(&configuration, (cyn_i_service)service, options.region, absent, arena, out, error);
}

static void put_endpoint(int argc, char **argv, cyn_bytes account, cyn_i_arena *arena, cyn_i_buf *out) {
  cyn_bytes url = absent;
  cyn_i_endpoint endpoint;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = resolve(argc, argv, arena, &endpoint, &error);
  if (status == CYN_OK) status = cyn_i_endpoint_of_account(&endpoint, account, arena, &url, &error);
  if (status != CYN_OK) {
    put_error(out, &error);
    return;
  }
  put(out, "url", url);
  put(out, "region", endpoint.region);
  put(out, "signing_region", endpoint.signing_region);
}

int main(int argc, char **argv) {
  cyn_i_arena arena;
  cyn_i_buf out;
  cyn_i_arena_init(&arena, 0);
  cyn_i_buf_init(&out, &arena);
  cyn_bytes container = option(argc, argv, "container_base");
  if (container.data != NULL) cyn_i_container_base = container.data;
  cyn_i_buf_text(&out, "{\"credentials\":{");
  cyn_bytes account = put_credentials(argc, argv, &arena, &out);
  cyn_i_buf_text(&out, "},\"endpoint\":{");
  put_endpoint(argc, argv, account, &arena, &out);
  cyn_i_buf_text(&out, "}}");
  printf("%.*s\n", (int)out.size, (const char *)out.data);
  cyn_i_arena_clean_up(&arena);
  return 0;
}
