/* Fuzz target: the whole search for keys in a made-up world. The input is documents, each behind a line "=== N": the config
 * file, the credentials file, then what each further file holds and each endpoint (instance metadata, container, STS, SSO,
 * Sign-In) answers, in the order in which they are asked for, N being the HTTP status (0: the file is not there, nobody
 * answers). The linker puts this file's functions in the place of those that would reach out (cmake/fuzz.cmake). Keys that
 * are found are whole; an error has a text. */
#include <strings.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "client/surroundings.h"
#include "fuzz.h"

#define CALLS_MAX 200

cyn_i_file_result __wrap_cyn_i_surroundings_read(const char *path, size_t bytes_max, cyn_i_arena *arena, cyn_bytes *out,
                                                 cyn_error *error);
bool __wrap_cyn_i_surroundings_write(const char *path, cyn_bytes text, cyn_i_arena *arena);
cyn_bytes __wrap_cyn_i_surroundings_variable(const char *name);
cyn_status __wrap_cyn_i_network_send(cyn_i_network *network, const cyn_i_network_call *call, cyn_i_arena *arena,
                                     long *http_status, cyn_bytes *body, cyn_error *error);
cyn_status __wrap_cyn_i_service_send(cyn_i_network *network, const cyn_i_service_call *call, cyn_i_arena *arena,
                                     long *http_status, cyn_bytes *body, cyn_error *error);
cyn_status __wrap_cyn_i_credentials_from_process(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error);

static struct {
  cyn_bytes left;
  unsigned calls;
  uint8_t variables; /* which sources the environment speaks of */
} world;

/* ---- the world ---- */

/* The next document and its number; 0 and nothing when there is no more. */
static long next_document(cyn_bytes *out) {
  static const char mark[] = "=== ";
  long number = 0;
  *out = (cyn_bytes){"", 0};
  if (++world.calls > CALLS_MAX || world.left.size == 0) return 0;
  const char *at = memmem(world.left.data, world.left.size, mark, sizeof mark - 1);
  if (at == NULL) {
    world.left.size = 0;
    return 0;
  }
  const char *end = world.left.data + world.left.size;
  for (at += sizeof mark - 1; at < end && *at >= '0' && *at <= '9' && number < 1000; at++) number = number * 10 + (*at - '0');
  if (at < end) at++;
  const char *stop = at < end ? memmem(at, (size_t)(end - at), mark, sizeof mark - 1) : NULL;
  if (stop == NULL) stop = end;
  *out = (cyn_bytes){at, (size_t)(stop - at)};
  world.left = (cyn_bytes){stop, (size_t)(end - stop)};
  return number;
}

/* The next document in a block of its own size, so that ASan sees a byte too far. */
static long take(cyn_i_arena *arena, cyn_bytes *out) {
  cyn_bytes document;
  long number = next_document(&document);
  *out = cyn_i_arena_copy(arena, document);
  demand(out->data != NULL);
  return number;
}

cyn_i_file_result __wrap_cyn_i_surroundings_read(const char *path, size_t bytes_max, cyn_i_arena *arena, cyn_bytes *out,
                                                 cyn_error *error) {
  demand(path != NULL && strlen(path) < SIZE_MAX);
  long number = take(arena, out);
  if (number == 0) return CYN_FILE_MISSING;
  if (out->size <= bytes_max) return CYN_FILE_OK;
  (void)cyn_i_error_set(error, CYN_E_USAGE, "too large");
  return CYN_FILE_FAILED;
}

bool __wrap_cyn_i_surroundings_write(const char *path, cyn_bytes text, cyn_i_arena *arena) {
  (void)arena;
  demand(path != NULL && text.size >= 2 && text.data[0] == '{');
  return world.calls % 2 == 0;
}

cyn_bytes __wrap_cyn_i_surroundings_variable(const char *name) {
  static const struct {
    const char *name, *value;
    unsigned bit;
  } rows[] = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/keys", 1},
              {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/keys", 2},
              {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token", 4},
              {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token", 8},
              {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r", 8},
              {"AWS_PROFILE", "a", 16},
              {"AWS_EC2_METADATA_V1_DISABLED", "true", 32}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strcmp(name, rows[i].name) == 0 && (world.variables & rows[i].bit) != 0) return cyn_str(rows[i].value);
  return (cyn_bytes){NULL, 0};
}

static cyn_status answer(cyn_i_arena *arena, long *http_status, cyn_bytes *body, cyn_error *error) {
  *http_status = take(arena, body);
  if (error != NULL) cyn_error_clean_up(error); /* as the real one: what an earlier try has left is gone */
  if (*http_status != 0) return CYN_OK;
  return cyn_i_error_set(error, world.calls % 3 == 0 ? CYN_E_TIMEOUT : CYN_E_CONNECTION, "nobody answers");
}

cyn_status __wrap_cyn_i_network_send(cyn_i_network *network, const cyn_i_network_call *call, cyn_i_arena *arena,
                                     long *http_status, cyn_bytes *body, cyn_error *error) {
  (void)network;
  demand(call->url.size > 7 && strncasecmp(call->url.data, "http", 4) == 0); /* a scheme has no case */
  for (size_t i = 0; i < call->url.size; i++) demand((unsigned char)call->url.data[i] > ' ');
  return answer(arena, http_status, body, error);
}

cyn_status __wrap_cyn_i_service_send(cyn_i_network *network, const cyn_i_service_call *call, cyn_i_arena *arena,
                                     long *http_status, cyn_bytes *body, cyn_error *error) {
  cyn_i_endpoint endpoint;
  (void)network;
  demand(call->path[0] == '/');
  cyn_status status = cyn_i_endpoint_of_service(call->configuration, call->service, call->region, (cyn_bytes){NULL, 0}, arena,
                                                &endpoint, error);
  return status == CYN_OK ? answer(arena, http_status, body, error) : status;
}

/* It would run what the input says. */
cyn_status __wrap_cyn_i_credentials_from_process(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  (void)search;
  (void)error;
  memset(out, 0, sizeof *out);
  return CYN_OK;
}

/* ---- the search ---- */

static void search_keys(cyn_i_arena *arena) {
  cyn_i_configuration configuration;
  cyn_i_network network = {NULL, NULL};
  cyn_i_credentials keys;
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes profile = (world.variables & 64) != 0 ? cyn_str("b") : (cyn_bytes){NULL, 0};
  cyn_status status = cyn_i_configuration_load(profile, arena, &configuration, &error);
  demand((status == CYN_OK) == (error.message == NULL));
  if (status == CYN_OK) {
    const cyn_i_credential_search search = {.configuration = &configuration, .profile = configuration.profile,
                                            .without_environment = configuration.is_profile_explicit,
                                            .without_network = (world.variables & 128) != 0,
                                            .region = cyn_str("eu-west-1"), .clock = NULL, .network = &network,
                                            .arena = arena};
    status = cyn_i_credentials_find(&search, &keys, &error);
    demand((status == CYN_OK) == (error.message == NULL));
    demand(status != CYN_OK || (keys.access_key_id.data != NULL && keys.secret_access_key.data != NULL && keys.source != NULL));
  }
  cyn_error_clean_up(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_arena arena;
  if (size == 0) return 0;
  cyn_i_arena_init(&arena, 0);
  world.variables = data[0];
  world.left = (cyn_bytes){(const char *)data + 1, size - 1};
  world.calls = 0;
  search_keys(&arena);
  cyn_i_arena_clean_up(&arena);
  return 0;
}
