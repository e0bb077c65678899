/* See endpoint.h. The rules are those of the services' published endpoint rule sets, told shorter: every partition has FIPS
 * and dual-stack names, so what is left is how the host is put together, a row a service. A URL that was configured or
 * given wins over all of them and takes FIPS, dual stack and account names out of force. */
#include "client/endpoint.h"

#include <ctype.h>
#include <strings.h>

#include "base/error.h"
#include "client/partition.h"
#include "client/surroundings.h"

typedef struct service_row {
  const char *key;      /* in a services section */
  const char *variable;
  const char *host, *host_fips, *host_dual_stack, *host_fips_dual_stack;
  const char *account_host, *account_host_fips; /* NULL: there is none */
} service_row;

static const service_row services[] = {
    [CYN_SERVICE_DYNAMODB] = {"dynamodb", "AWS_ENDPOINT_URL_DYNAMODB", "dynamodb", "dynamodb-fips", "dynamodb", "dynamodb-fips",
                              "ddb", NULL},
    [CYN_SERVICE_STREAMS] = {"dynamodb_streams", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "streams.dynamodb",
                             "streams.dynamodb-fips", "streams-dynamodb", "streams-dynamodb-fips", "streams-ddb",
                             "streams-ddb-fips"},
    [CYN_SERVICE_STS] = {"sts", "AWS_ENDPOINT_URL_STS", "sts", "sts-fips", "sts", "sts-fips", NULL, NULL},
    [CYN_SERVICE_SSO] = {"sso", "AWS_ENDPOINT_URL_SSO", "portal.sso", "portal.sso-fips", "portal.sso", "portal.sso-fips", NULL,
                         NULL},
    [CYN_SERVICE_SSO_OIDC] = {"sso_oidc", "AWS_ENDPOINT_URL_SSO_OIDC", "oidc", "oidc-fips", "oidc", "oidc-fips", NULL, NULL},
    [CYN_SERVICE_SIGN_IN] = {"signin", "AWS_ENDPOINT_URL_SIGNIN", "signin", "signin-fips", "signin", "signin-fips", NULL, NULL},
};

/* What is in force for one service. */
typedef struct question {
  const cyn_i_configuration *configuration;
  cyn_i_service service;
  cyn_bytes region;
  const cyn_i_partition *partition;
  bool is_fips, is_dual_stack;
  cyn_i_account_rule account_rule;
  cyn_i_arena *arena;
  cyn_error *error;
} question;

static const cyn_bytes absent = {NULL, 0};

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* ---- configured URLs ---- */

/* The endpoint_url of the profile's services section, if it has one. */
static cyn_status find_in_services(const question *q, cyn_bytes *url) {
  cyn_bytes name = cyn_i_configuration_get(q->configuration, NULL, "services");
  *url = absent;
  if (name.data == NULL) return CYN_OK;
  const cyn_i_config_section *section = cyn_i_configuration_named(q->configuration, CYN_CONFIG_SERVICES, name);
  if (section == NULL)
    return cyn_i_error_setf(q->error, CYN_E_USAGE, "the profile names [services %.*s], which is not in the config file",
                            (int)name.size, name.data);
  const cyn_i_config_entry *entry = cyn_i_config_entry_find(section->entries, section->count, services[q->service].key);
  if (entry == NULL) return CYN_OK;
  if (entry->value.data != NULL)
    return cyn_i_error_setf(q->error, CYN_E_USAGE, "[services %.*s]: %s = begins a nested section", (int)name.size, name.data,
                            services[q->service].key);
  entry = cyn_i_config_entry_find(entry->nested, entry->nested_count, "endpoint_url");
  if (entry != NULL) *url = entry->value;
  return CYN_OK;
}

static cyn_status configured_url(const question *q, cyn_bytes *url) {
  *url = absent;
  if (cyn_i_surroundings_is_true(cyn_i_configuration_get(q->configuration, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                                         "ignore_configured_endpoint_urls")))
    return CYN_OK;
  *url = cyn_i_surroundings_variable(services[q->service].variable);
  if (url->size == 0) *url = cyn_i_surroundings_variable("AWS_ENDPOINT_URL");
  if (url->size != 0) return CYN_OK;
  cyn_status status = find_in_services(q, url);
  if (status == CYN_OK && url->size == 0) *url = cyn_i_configuration_get(q->configuration, NULL, "endpoint_url");
  return status;
}

/* The host and port of a URL; absent when it is not http(s)://HOST. */
static cyn_bytes authority_of(cyn_bytes url) {
  size_t start = 0;
  if (url.size > 7 && strncasecmp(url.data, "http://", 7) == 0) start = 7;
  else if (url.size > 8 && strncasecmp(url.data, "https://", 8) == 0) start = 8;
  else return absent;
  size_t end = start;
  for (; end < url.size && strchr("/?#", url.data[end]) == NULL; end++) {
    unsigned char c = (unsigned char)url.data[end];
    if (!(c < 0x80 && isalnum(c)) && strchr("-._:[]", c) == NULL) return absent; /* no user:password@, no blanks */
  }
  for (size_t i = end; i < url.size; i++)
    if ((unsigned char)url.data[i] <= ' ' || url.data[i] == 0x7f) return absent;
  cyn_bytes authority = {url.data + start, end - start};
  return authority.size != 0 && authority.data[0] != ':' && authority.data[0] != '-' ? authority : absent;
}

static cyn_status take_url(const question *q, cyn_bytes url, cyn_i_endpoint *out) {
  cyn_bytes authority = authority_of(url);
  if (authority.data == NULL)
    return cyn_i_error_set(q->error, CYN_E_USAGE, "an endpoint's URL is http://HOST[:PORT][/PATH] or https://…");
  if (q->service == CYN_SERVICE_DYNAMODB) {
    const char *own = cyn_i_arena_printf(q->arena, "dynamodb.%.*s.%s", (int)q->region.size, q->region.data,
                                         q->partition->dual_stack_suffix);
    if (own == NULL) return cyn_i_error_no_memory(q->error);
    if (is_text(authority, own))
      return cyn_i_error_set(q->error, CYN_E_USAGE,
                             "a dual-stack endpoint is not given as a URL: set use_dualstack_endpoint instead");
  }
  out->url = cyn_i_arena_copy(q->arena, url);
  return out->url.data != NULL ? CYN_OK : cyn_i_error_no_memory(q->error);
}

/* ---- the services' own names ---- */

static bool has_account_names(const question *q) {
  const char *partition = q->partition->name;
  if (q->service == CYN_SERVICE_STREAMS)
    return (strcmp(partition, "aws") == 0 || strcmp(partition, "aws-cn") == 0 || strcmp(partition, "aws-us-gov") == 0) &&
           !is_text(q->region, "me-central-1") && !is_text(q->region, "me-south-1");
  static const char *const others[] = {"us-gov-east-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1"};
  bool is_known = strcmp(partition, "aws") == 0;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) is_known = is_known || is_text(q->region, others[i]);
  return is_known;
}

static cyn_status put_account(const question *q, const char *suffix, cyn_i_endpoint *out) {
  const service_row *service = &services[q->service];
  const char *host = q->is_fips ? service->account_host_fips : service->account_host;
  if (service->account_host == NULL) return CYN_OK;
  if (host == NULL || !has_account_names(q)) {
    if (q->account_rule != CYN_ACCOUNT_REQUIRED) return CYN_OK;
    return cyn_i_error_set(q->error, CYN_E_USAGE,
                           host == NULL ? "account_id_endpoint_mode is required, and FIPS endpoints have no account names"
                                        : "account_id_endpoint_mode is required, and this Region has no account names");
  }
  out->account_rule = q->account_rule;
  if (q->account_rule == CYN_ACCOUNT_NEVER) return CYN_OK;
  const char *text = cyn_i_arena_printf(q->arena, ".%s.%.*s.%s", host, (int)q->region.size, q->region.data, suffix);
  out->account_suffix = cyn_str(text);
  return text != NULL ? CYN_OK : cyn_i_error_no_memory(q->error);
}

static const char *choose_host(const question *q) {
  const service_row *service = &services[q->service];
  if (q->is_fips && q->is_dual_stack) return service->host_fips_dual_stack;
  if (q->is_dual_stack) return service->host_dual_stack;
  /* GovCloud's plain endpoints are FIPS endpoints */
  if (q->is_fips && strcmp(q->partition->name, "aws-us-gov") != 0) return service->host_fips;
  return service->host;
}

/* The Sign-In service puts the Region first. NULL when out of memory. */
static const char *sign_in_url(const question *q) {
  const int size = (int)q->region.size;
  const char *region = q->region.data;
  if (!q->is_fips && !q->is_dual_stack)
    return cyn_i_arena_printf(q->arena, "https://%.*s.signin.%s", size, region, q->partition->sign_in_suffix);
  if (q->is_fips && !q->is_dual_stack && strcmp(q->partition->name, "aws-us-gov") == 0) {
    if (is_text(q->region, "us-gov-west-1")) return "https://signin-fips.amazonaws-us-gov.com";
    return cyn_i_arena_printf(q->arena, "https://%.*s.signin-fips.%s", size, region, q->partition->sign_in_suffix);
  }
  return cyn_i_arena_printf(q->arena, "https://%s.%.*s.%s", q->is_fips ? "signin-fips" : "signin", size, region,
                            q->is_dual_stack ? q->partition->dual_stack_suffix : q->partition->dns_suffix);
}

/* STS once had one endpoint for the world; "legacy" asks for it in the Regions that were there then. */
static bool is_global_sts(const question *q) {
  static const char *const regions[] = {
      "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
      "eu-west-2",      "eu-west-3",  "sa-east-1",      "us-east-1",      "us-east-2",    "us-west-1",    "us-west-2"};
  if (q->service != CYN_SERVICE_STS || q->is_fips || q->is_dual_stack) return false;
  if (is_text(q->region, "aws-global")) return true;
  cyn_bytes mode = cyn_i_configuration_get(q->configuration, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints");
  if (mode.size != 6 || strncasecmp(mode.data, "legacy", 6) != 0) return false;
  for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++)
    if (is_text(q->region, regions[i])) return true;
  return false;
}

static cyn_status resolve_local(const question *q, cyn_i_endpoint *out) {
  if (q->is_fips || q->is_dual_stack)
    return cyn_i_error_set(q->error, CYN_E_USAGE, "the Region local has no FIPS and no dual-stack endpoint");
  out->url = cyn_str("http://localhost:8000");
  out->signing_region = cyn_str("us-east-1");
  return CYN_OK;
}

static cyn_status resolve_own(const question *q, cyn_i_endpoint *out) {
  bool is_database = q->service == CYN_SERVICE_DYNAMODB || q->service == CYN_SERVICE_STREAMS;
  if (is_database && is_text(q->region, "local")) return resolve_local(q, out);
  if (is_global_sts(q)) {
    out->url = cyn_str("https://sts.amazonaws.com");
    out->signing_region = cyn_str("us-east-1");
    return CYN_OK;
  }
  const char *suffix = q->is_dual_stack ? q->partition->dual_stack_suffix : q->partition->dns_suffix;
  const char *url = q->service == CYN_SERVICE_SIGN_IN
                        ? sign_in_url(q)
                        : cyn_i_arena_printf(q->arena, "https://%s.%.*s.%s", choose_host(q), (int)q->region.size,
                                             q->region.data, suffix);
  if (url == NULL) return cyn_i_error_no_memory(q->error);
  out->url = cyn_str(url);
  return put_account(q, suffix, out);
}

/* ---- what is in force ---- */

cyn_bytes cyn_i_endpoint_region(const cyn_i_configuration *configuration, cyn_bytes region) {
  return region.data != NULL ? region : cyn_i_configuration_get(configuration, "AWS_DEFAULT_REGION", "region");
}

/* "fips-us-east-1" and "us-east-1-fips" once were names of FIPS endpoints: the Region without that word. */
static void strip_fips(question *q) {
  static const char *const words[] = {"fips-", "-fips"};
  char *region = (char *)(uintptr_t)q->region.data; /* our own copy, NUL-terminated */
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    for (char *found = strstr(region, words[i]); found != NULL; found = strstr(found, words[i])) {
      memmove(found, found + strlen(words[i]), strlen(found + strlen(words[i])) + 1);
      q->is_fips = true;
    }
  }
  q->region.size = strlen(region);
}

static cyn_status read_account_rule(question *q) {
  static const struct {
    const char *word;
    cyn_i_account_rule rule;
  } words[] = {{"preferred", CYN_ACCOUNT_PREFERRED}, {"disabled", CYN_ACCOUNT_NEVER}, {"required", CYN_ACCOUNT_REQUIRED}};
  cyn_bytes mode = cyn_i_configuration_get(q->configuration, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode");
  q->account_rule = CYN_ACCOUNT_PREFERRED;
  if (mode.data == NULL) return CYN_OK;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    q->account_rule = words[i].rule;
    if (mode.size == strlen(words[i].word) && strncasecmp(mode.data, words[i].word, mode.size) == 0) return CYN_OK;
  }
  return cyn_i_error_setf(q->error, CYN_E_USAGE, "account_id_endpoint_mode is preferred, disabled or required, not \"%.*s\"",
                          (int)mode.size, mode.data);
}

static cyn_status read_region(question *q, cyn_bytes region) {
  q->region = cyn_i_arena_copy(q->arena, region);
  if (q->region.data == NULL) return cyn_i_error_no_memory(q->error);
  strip_fips(q);
  if (!cyn_i_region_is_valid(q->region))
    return cyn_i_error_setf(q->error, CYN_E_USAGE, "\"%.*s\" cannot be the name of a Region", (int)region.size, region.data);
  q->partition = cyn_i_partition_of(q->region);
  return CYN_OK;
}

cyn_status cyn_i_endpoint_of_service(const cyn_i_configuration *configuration, cyn_i_service service, cyn_bytes region,
                                     cyn_bytes explicit_url, cyn_i_arena *arena, cyn_i_endpoint *out, cyn_error *error) {
  question q = {.configuration = configuration, .service = service, .arena = arena, .error = error};
  memset(out, 0, sizeof *out);
  q.is_fips = cyn_i_surroundings_is_true(cyn_i_configuration_get(configuration, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
  q.is_dual_stack = cyn_i_surroundings_is_true(
      cyn_i_configuration_get(configuration, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
  cyn_status status = read_region(&q, region);
  if (status == CYN_OK) status = read_account_rule(&q);
  cyn_bytes url = explicit_url;
  if (status == CYN_OK && url.size == 0) status = configured_url(&q, &url);
  if (status != CYN_OK) return status;
  out->region = out->signing_region = q.region;
  return url.size != 0 ? take_url(&q, url, out) : resolve_own(&q, out);
}

cyn_status cyn_i_endpoint_resolve(const cyn_i_endpoint_options *options, cyn_i_arena *arena, cyn_i_endpoint *out,
                                  cyn_error *error) {
  cyn_i_configuration configuration;
  cyn_status status = cyn_i_configuration_load(options->profile, arena, &configuration, error);
  if (status != CYN_OK) return status;
  cyn_bytes region = cyn_i_endpoint_region(&configuration, options->region);
  /* a server that was named outright needs no Region of AWS's */
  if (region.data == NULL && options->endpoint_url.size != 0) region = cyn_str("us-east-1");
  if (region.data == NULL)
    return cyn_i_error_set(error, CYN_E_USAGE,
                           "no Region: write aws:REGION, set AWS_DEFAULT_REGION, or give the profile a region");
  return cyn_i_endpoint_of_service(&configuration, options->is_streams ? CYN_SERVICE_STREAMS : CYN_SERVICE_DYNAMODB, region,
                                   options->endpoint_url, arena, out, error);
}

cyn_status cyn_i_endpoint_of_account(const cyn_i_endpoint *endpoint, cyn_bytes account_id, cyn_i_arena *arena, cyn_bytes *url,
                                     cyn_error *error) {
  *url = endpoint->url;
  if (endpoint->account_rule == CYN_ACCOUNT_NEVER) return CYN_OK;
  if (account_id.data == NULL) {
    if (endpoint->account_rule != CYN_ACCOUNT_REQUIRED) return CYN_OK;
    return cyn_i_error_set(error, CYN_E_USAGE, "account_id_endpoint_mode is required, and the keys come without an account id");
  }
  bool is_label = account_id.size != 0 && account_id.size <= 63 && account_id.data[0] != '-';
  for (size_t i = 0; is_label && i < account_id.size; i++) {
    unsigned char c = (unsigned char)account_id.data[i];
    is_label = (c < 0x80 && isalnum(c)) || c == '-';
  }
  if (!is_label) return cyn_i_error_set(error, CYN_E_USAGE, "the account id of the keys is not one");
  const char *text = cyn_i_arena_printf(arena, "https://%.*s%.*s", (int)account_id.size, account_id.data,
                                        (int)endpoint->account_suffix.size, endpoint->account_suffix.data);
  if (text == NULL) return cyn_i_error_no_memory(error);
  *url = cyn_str(text);
  return CYN_OK;
}
