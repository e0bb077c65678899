/* AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (ECS) or …_FULL_URI (EKS and others), with the token of
 * AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN. The file is read for each refresh. */
#include "client/container.h"

#include <arpa/inet.h>
#include <strings.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "client/surroundings.h"

#define TRIES 3
#define TIMEOUT_MS 2000
#define TOKEN_BYTES_MAX ((size_t)64 << 10)

const char *cyn_i_container_base = "http://169.254.170.2";

/* ---- who may be asked ---- */

/* The host of http(s)://[user@]HOST[:port]/…, without the brackets of an IPv6 address; false when there is none. */
static bool host_of(cyn_bytes url, char *host, size_t host_size) {
  size_t start = 0, end;
  if (url.size > 7 && strncasecmp(url.data, "http://", 7) == 0) start = 7;
  else if (url.size > 8 && strncasecmp(url.data, "https://", 8) == 0) start = 8;
  else return false;
  for (end = start; end < url.size && strchr("/?#\\", url.data[end]) == NULL; end++)
    if (url.data[end] == '@') return false; /* what is before it is made to look like a host */
  if (start < end && url.data[start] == '[') {
    const char *close = memchr(url.data + start, ']', end - start);
    if (close == NULL) return false;
    start++;
    end = (size_t)(close - url.data);
  } else {
    const char *colon = memchr(url.data + start, ':', end - start);
    if (colon != NULL) end = (size_t)(colon - url.data);
  }
  if (end == start || end - start >= host_size) return false;
  memcpy(host, url.data + start, end - start);
  host[end - start] = '\0';
  return true;
}

bool cyn_i_container_host_is_allowed(cyn_bytes url) {
  static const char *const fixed[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"};
  char host[128];
  struct in_addr v4;
  struct in6_addr v6;
  if (!host_of(url, host, sizeof host)) return false;
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (strcasecmp(host, fixed[i]) == 0) return true;
  if (inet_pton(AF_INET, host, &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_one_line(cyn_bytes text) {
  for (size_t i = 0; i < text.size; i++)
    if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f) return false;
  return true;
}

/* ---- asking ---- */

/* The address; absent when no container is spoken of. */
static cyn_status find_url(const cyn_i_credential_search *search, cyn_bytes *url, cyn_error *error) {
  cyn_bytes relative = cyn_i_surroundings_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  *url = cyn_i_surroundings_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.data != NULL) {
    *url = cyn_str(cyn_i_arena_printf(search->arena, "%s%s", cyn_i_container_base, relative.data));
    if (url->data == NULL) return cyn_i_error_no_memory(error);
    if ((relative.size == 0 || relative.data[0] == '/') && is_one_line(*url)) return CYN_OK;
    return cyn_i_error_set(error, CYN_E_CREDENTIALS, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path from '/'");
  }
  if (url->data == NULL) return CYN_OK;
  if (is_one_line(*url) && cyn_i_container_host_is_allowed(*url)) return CYN_OK;
  return cyn_i_error_set(error, CYN_E_CREDENTIALS,
                         "AWS_CONTAINER_CREDENTIALS_FULL_URI may only name this machine, 169.254.170.2, 169.254.170.23 or "
                         "[fd00:ec2::23]");
}

static cyn_status find_token(const cyn_i_credential_search *search, cyn_bytes *token, cyn_error *error) {
  const char *path = cyn_i_surroundings_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").data;
  *token = cyn_i_surroundings_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (path != NULL) {
    cyn_i_file_result result = cyn_i_surroundings_read(path, TOKEN_BYTES_MAX, search->arena, token, error);
    if (result == CYN_FILE_FAILED) return CYN_E_CREDENTIALS;
    if (result == CYN_FILE_MISSING)
      return cyn_i_error_set(error, CYN_E_CREDENTIALS, "the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is not there");
  }
  if (is_one_line(*token)) return CYN_OK;
  return cyn_i_error_set(error, CYN_E_CREDENTIALS, "the container's authorization token is more than one line of text");
}

cyn_status cyn_i_credentials_from_container(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  cyn_bytes url, token, body;
  cyn_i_http_header headers[2] = {{cyn_str("Accept"), cyn_str("application/json")}};
  memset(out, 0, sizeof *out);
  cyn_status status = find_url(search, &url, error);
  if (status != CYN_OK || url.data == NULL) return status;
  status = find_token(search, &token, error);
  if (status != CYN_OK) return status;
  headers[1] = (cyn_i_http_header){cyn_str("Authorization"), token};
  const cyn_i_network_call call = {"GET", url, headers, token.data != NULL ? 2 : 1, {NULL, 0}, TIMEOUT_MS, true};
  for (int attempt = 1; attempt <= TRIES; attempt++) {
    long http_status;
    status = cyn_i_network_send(search->network, &call, search->arena, &http_status, &body, error);
    if (status == CYN_OK && http_status == 200 && cyn_i_credentials_from_json(body, "Token", search->arena, out)) {
      out->source = "container-role";
      return CYN_OK;
    }
    if (status != CYN_OK && status != CYN_E_CONNECTION && status != CYN_E_TIMEOUT) return status;
    if (status == CYN_OK)
      (void)cyn_i_error_setf(error, CYN_E_CREDENTIALS, "the container's endpoint has answered without keys (HTTP %ld)", http_status);
  }
  return status != CYN_OK ? status : (cyn_status)CYN_E_CREDENTIALS;
}
