/* For tests of the client: a home folder and an environment of one's own, and an HTTP server of a few lines. */
#ifndef CYN_TESTS_CLIENT_STAND_IN_H
#define CYN_TESTS_CLIENT_STAND_IN_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "test.h"

extern char **environ;

/* ---- surroundings ---- */

typedef struct surroundings {
  char home[64];
  cyn_i_arena arena;
  cyn_i_configuration configuration;
  cyn_i_network network;
  cyn_i_clock clock;
  cyn_i_credential_search search;
  cyn_i_credentials keys;
  cyn_error error;
} surroundings;

/* A new HOME, and none of the variables that AWS's tools look at. */
__attribute__((unused)) static void begin(surroundings *s) {
  memset(s, 0, sizeof *s);
  for (char **at = environ; *at != NULL;) {
    char name[128];
    size_t size = strcspn(*at, "=");
    bool is_ours = strncmp(*at, "AWS_", 4) == 0 || strncmp(*at, "BOTO_", 5) == 0 || strstr(*at, "_proxy=") != NULL ||
                   strstr(*at, "_PROXY=") != NULL;
    if (is_ours && size < sizeof name) {
      memcpy(name, *at, size);
      name[size] = '\0';
      unsetenv(name);
      at = environ;
    } else {
      at++;
    }
  }
  (void)snprintf(s->home, sizeof s->home, "/tmp/cynamo-client-XXXXXX");
  if (mkdtemp(s->home) == NULL) test_failed(__FILE__, __LINE__, "no folder in /tmp");
  setenv("HOME", s->home, 1);
  setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  cyn_i_arena_init(&s->arena, 0);
}

__attribute__((unused)) static void write_file(const surroundings *s, const char *name, const char *text) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/%s", s->home, name);
  for (char *slash = strchr(path + strlen(s->home) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
  }
  FILE *out = fopen(path, "w");
  if (out == NULL) {
    test_failed(__FILE__, __LINE__, "cannot write %s", path);
    return;
  }
  (void)fputs(text, out);
  (void)fclose(out);
}

/* Loads the files that have been written and sets up a search of the profile (NULL: the one in force). */
__attribute__((unused)) static cyn_status prepare_search(surroundings *s, const char *profile) {
  cyn_status status = cyn_i_configuration_load(cyn_str(profile), &s->arena, &s->configuration, &s->error);
  s->search = (cyn_i_credential_search){.configuration = &s->configuration,
                                        .profile = s->configuration.profile,
                                        .without_environment = profile != NULL,
                                        .region = cyn_str("eu-west-1"),
                                        .clock = &s->clock,
                                        .network = &s->network,
                                        .arena = &s->arena};
  return status;
}

__attribute__((unused)) static cyn_status find_keys(surroundings *s, cyn_i_credential_source *source) {
  cyn_error_clean_up(&s->error);
  return source(&s->search, &s->keys, &s->error);
}

__attribute__((unused)) static void end(surroundings *s) {
  char command[128];
  cyn_i_network_clean_up(&s->network);
  cyn_error_clean_up(&s->error);
  cyn_i_arena_clean_up(&s->arena);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", s->home);
  if (strncmp(s->home, "/tmp/cynamo-client-", 19) == 0 && system(command) != 0) test_failed(__FILE__, __LINE__, "%s", command);
}

__attribute__((unused)) static bool is(cyn_bytes bytes, const char *text) {
  if (text == NULL || bytes.data == NULL) return text == NULL && bytes.data == NULL;
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* ---- a server ---- */

typedef struct stand_in stand_in;
struct stand_in {
  /* Writes the whole answer of a request (its text, NUL-terminated) to `out`. */
  void (*answer)(stand_in *server, const char *request, char *out, size_t out_size);
  int listener, port;
  pthread_t thread;
  _Atomic int requests;
  char last[8192]; /* the last request; read it when no call is under way */
};

__attribute__((unused)) static void put_answer(char *out, size_t out_size, int status, const char *body) {
  (void)snprintf(out, out_size, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, strlen(body), body);
}

/* True when the request has all of its body. */
static bool is_whole(const char *text) {
  const char *end_of_head = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\ncontent-length:");
  if (end_of_head == NULL) return false;
  return length == NULL || length > end_of_head || strlen(end_of_head + 4) >= (size_t)atoi(length + 17);
}

static void serve_one(stand_in *server, int peer) {
  char out[8192];
  size_t size = 0;
  server->last[0] = '\0';
  while (size < sizeof server->last - 1 && !is_whole(server->last)) {
    ssize_t got = read(peer, server->last + size, sizeof server->last - 1 - size);
    if (got <= 0) break;
    size += (size_t)got;
    server->last[size] = '\0';
  }
  if (!is_whole(server->last)) return;
  server->requests++;
  out[0] = '\0';
  server->answer(server, server->last, out, sizeof out);
  (void)!write(peer, out, strlen(out));
}

static void *serve(void *user) {
  stand_in *server = user;
  for (;;) {
    int peer = accept(server->listener, NULL, NULL);
    if (peer < 0) return NULL;
    serve_one(server, peer);
    (void)close(peer);
  }
}

__attribute__((unused)) static void stand_in_begin(stand_in *server,
                                                   void (*answer)(stand_in *, const char *, char *, size_t)) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  memset(server, 0, sizeof *server);
  server->answer = answer;
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(server->listener, 64) != 0 ||
      getsockname(server->listener, (struct sockaddr *)&address, &size) != 0)
    test_failed(__FILE__, __LINE__, "no listener");
  server->port = ntohs(address.sin_port);
  (void)pthread_create(&server->thread, NULL, serve, server);
}

__attribute__((unused)) static void stand_in_end(stand_in *server) {
  (void)shutdown(server->listener, SHUT_RDWR);
  (void)pthread_join(server->thread, NULL);
  (void)close(server->listener);
}

/* Sets a variable to the server's URL with a path behind it. */
__attribute__((unused)) static void point_at(const stand_in *server, const char *variable, const char *path) {
  char url[128];
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server->port, path);
  setenv(variable, url, 1);
}

#define STS_ANSWER                                                                                                       \
  "<R><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials>"             \
  "<AccessKeyId>RK</AccessKeyId><SecretAccessKey>RS</SecretAccessKey><SessionToken>RT</SessionToken>"                    \
  "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>"

#endif
