/* Starting and stopping: options with their defaults, sockets, loops. Everything that can be refused is refused before
 * a thread runs; what was opened on the way is closed by the one clean-up at the end. See <cynamo/server.h>. */
#include <cynamo/server.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "server/server_private.h"

/* One row per number: where it stands, its default and its bounds. */
typedef struct number_option {
  const char *name;
  size_t offset;
  int64_t standard, min, max;
} number_option;

#define NUMBER(member, standard, min, max) \
  { #member, offsetof(cyn_server_options, member), standard, min, max }
static const number_option number_options[] = {
    NUMBER(port, 8000, 0, 65535),
    NUMBER(threads, 1, 1, CYN_SERVER_THREADS_MAX),
    NUMBER(poll_us, 0, 0, 1000000),
    NUMBER(header_bytes_max, 32768, 256, 1 << 20),
    NUMBER(body_bytes_max, 16777216, 1, 1 << 28),
    NUMBER(connections_max, 10000, 1, 1000000),
    NUMBER(header_timeout_ms, 20000, 1, 86400000),
    NUMBER(body_timeout_ms, 60000, 1, 86400000),
    NUMBER(idle_timeout_ms, 120000, 1, 86400000),
    NUMBER(send_timeout_ms, 30000, 1, 86400000),
    NUMBER(stop_timeout_ms, 10000, 0, 86400000),
    NUMBER(unsent_bytes_max, 268435456, 1, (int64_t)1 << 40),
    NUMBER(pending_bytes_max, 536870912, 1, (int64_t)1 << 40),
};

static cyn_status number(const cyn_server_options *options, const char *name, int64_t *out, cyn_error *error) {
  for (size_t i = 0; i < sizeof number_options / sizeof number_options[0]; i++) {
    const number_option *row = &number_options[i];
    if (strcmp(row->name, name) != 0) continue;
    cyn_opt_int given;
    memcpy(&given, (const char *)options + row->offset, sizeof given);
    *out = given.is_set ? given.value : row->standard;
    if (*out >= row->min && *out <= row->max) return CYN_OK;
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s is %lld: give a number from %lld to %lld", name, (long long)*out,
                            (long long)row->min, (long long)row->max);
  }
  return cyn_i_error_setf(error, CYN_E_USAGE, "no option %s", name);
}

static cyn_status fill_numbers(cyn_i_settings *to, const cyn_server_options *options, cyn_error *error) {
  int64_t port = 0, threads = 0, poll_us = 0, header_bytes = 0, body_bytes = 0, times[5] = {0};
  const struct {
    const char *name;
    int64_t *into;
  } wanted[] = {
      {"port", &port},
      {"threads", &threads},
      {"poll_us", &poll_us},
      {"header_bytes_max", &header_bytes},
      {"body_bytes_max", &body_bytes},
      {"connections_max", &to->connections_max},
      {"header_timeout_ms", &times[0]},
      {"body_timeout_ms", &times[1]},
      {"idle_timeout_ms", &times[2]},
      {"send_timeout_ms", &times[3]},
      {"stop_timeout_ms", &times[4]},
      {"unsent_bytes_max", &to->unsent_bytes_max},
      {"pending_bytes_max", &to->pending_bytes_max},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    cyn_status status = number(options, wanted[i].name, wanted[i].into, error);
    if (status != CYN_OK) return status;
  }
  to->port = (int)port;
  to->threads = (int)threads;
  to->poll_ns = (uint64_t)poll_us * 1000;
  to->http.header_bytes_max = (uint32_t)header_bytes;
  to->http.body_bytes_max = (uint32_t)body_bytes;
  to->header_timeout_ms = (uint64_t)times[0];
  to->body_timeout_ms = (uint64_t)times[1];
  to->idle_timeout_ms = (uint64_t)times[2];
  to->send_timeout_ms = (uint64_t)times[3];
  to->stop_timeout_ms = (uint64_t)times[4];
  return CYN_OK;
}

static cyn_status copy_text(char *to, size_t room, cyn_bytes from, const char *standard, const char *name,
                            cyn_error *error) {
  if (from.size == 0) from = cyn_str(standard);
  if (from.size >= room || memchr(from.data, '\0', from.size) != NULL)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s is too long", name);
  memcpy(to, from.data, from.size);
  to[from.size] = '\0';
  return CYN_OK;
}

static cyn_status fill_settings(cyn_server *server, const cyn_server_options *options, cyn_error *error) {
  cyn_i_settings *to = &server->settings;
  cyn_bytes region = options->region.size != 0 ? options->region : cyn_i_db_region(server->db);
  cyn_status status = fill_numbers(to, options, error);
  if (status == CYN_OK) status = copy_text(to->host, sizeof to->host, options->host, "127.0.0.1", "host", error);
  if (status == CYN_OK) status = copy_text(to->region, sizeof to->region, region, "us-east-1", "region", error);
  if (status == CYN_OK)
    status = copy_text(to->account, sizeof to->account, cyn_i_db_account(server->db), "000000000000", "account", error);
  if (status != CYN_OK) return status;
  to->no_auth = options->no_auth;
  to->split = options->split;
  to->log_requests = options->log_requests;
  server->log.fd = options->log_fd.is_set ? (int)options->log_fd.value : -1;
  server->log.format = options->log_format;
  server->log.level_min = options->log_debug ? CYN_I_LOG_DEBUG : CYN_I_LOG_INFO;
  if (!cyn_i_origins_init(&server->origins, options->cors_origins)) return cyn_i_error_no_memory(error);
  return CYN_OK;
}

static cyn_status load_credentials(cyn_server *server, cyn_bytes file, cyn_error *error) {
  char path[4096];
  if (file.size == 0) return CYN_OK;
  cyn_status status = copy_text(path, sizeof path, file, "", "credentials file", error);
  return status != CYN_OK ? status : cyn_i_keyring_load(path, &server->credentials, error);
}

/* Whoever reaches the port reaches the data, so that has to be said in so many words. */
static cyn_status check_exposure(cyn_server *server, cyn_error *error) {
  const cyn_i_settings *settings = &server->settings;
  if (server->credentials != NULL || cyn_i_listen_is_loopback(settings->host)) return CYN_OK;
  if (!settings->no_auth)
    return cyn_i_error_setf(
        error, CYN_E_USAGE,
        "listening on %s lets others in: give --credentials FILE, or --no-auth to accept any signature",
        settings->host);
  const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("host", cyn_str(settings->host)), CYN_I_LOG_END};
  cyn_i_log_write(&server->log, CYN_I_LOG_WARN, "any signature is accepted from anyone who reaches this address",
                  fields);
  return CYN_OK;
}

static void make_url(cyn_server *server) {
  const char *host = server->settings.host;
  bool is_v6 = strchr(host, ':') != NULL;
  (void)snprintf(server->url, sizeof server->url, "%s://%s%s%s:%d", server->tls != NULL ? "https" : "http",
                 is_v6 ? "[" : "", host, is_v6 ? "]" : "", server->port);
}

static cyn_status open_loops(cyn_server *server, cyn_error *error) {
  int count = server->settings.threads, addresses = 0;
  int fds[CYN_SERVER_THREADS_MAX * CYN_SERVER_LISTENERS_MAX];
  server->port = server->settings.port;
  cyn_status status = cyn_i_listen(server->settings.host, &server->port, count, fds, &addresses, error);
  if (status != CYN_OK) return status;
  for (int i = 0; i < count && status == CYN_OK; i++) {
    int *own = fds + i * CYN_SERVER_LISTENERS_MAX;
    int used = 0;
    int open_fds[CYN_SERVER_LISTENERS_MAX];
    for (int k = 0; k < addresses; k++)
      if (own[k] >= 0) open_fds[used++] = own[k];
    status = cyn_i_loop_new(server, open_fds, used, &server->loops[i], error);
    if (status != CYN_OK) break;
    for (int k = 0; k < CYN_SERVER_LISTENERS_MAX; k++) own[k] = -1; /* the loop's now */
    server->loop_count++;
  }
  for (int i = 0; i < count * CYN_SERVER_LISTENERS_MAX; i++)
    if (fds[i] >= 0 && status != CYN_OK) close(fds[i]);
  if (status == CYN_OK) make_url(server);
  return status;
}

static void stop_loops(cyn_server *server) {
  atomic_store(&server->stopping, true);
  for (int i = 0; i < server->loop_count; i++)
    if (server->loops[i]->started) cyn_i_loop_wake(server->loops[i]);
  for (int i = 0; i < server->loop_count; i++) cyn_i_loop_join(server->loops[i]);
}

static void destroy(cyn_server *server) {
  stop_loops(server);
  for (int i = 0; i < server->loop_count; i++) cyn_i_loop_destroy(server->loops[i]);
  cyn_i_tls_free(server->tls);
  cyn_i_keyring_destroy(server->credentials);
  cyn_i_origins_clean_up(&server->origins);
  cyn_i_free(server);
}

static void log_start(const cyn_server *server) {
  const cyn_i_log_field fields[] = {
      CYN_I_LOG_TEXT("url", cyn_str(server->url)),
      CYN_I_LOG_TEXT("store", cyn_str(cyn_i_db_url(server->db))),
      CYN_I_LOG_TEXT("version", cyn_str(CYN_RELEASE)),
      CYN_I_LOG_NUMBER("threads", server->loop_count),
      CYN_I_LOG_TEXT("signatures", cyn_str(server->credentials != NULL ? "verified" : "accepted")),
      CYN_I_LOG_END,
  };
  cyn_i_log_write(&server->log, CYN_I_LOG_INFO, "started", fields);
}

static cyn_status start(cyn_server *server, const cyn_server_options *options, cyn_error *error) {
  char directory[4096] = "";
  cyn_status status = fill_settings(server, options, error);
  if (status == CYN_OK) status = load_credentials(server, options->credentials_file, error);
  if (status == CYN_OK) status = cyn_i_tls_context(options, &server->tls, error);
  if (status == CYN_OK)
    status = copy_text(directory, sizeof directory, options->init_directory, "", "init directory", error);
  if (status == CYN_OK) status = check_exposure(server, error);
  if (status == CYN_OK) status = open_loops(server, error);
  if (status == CYN_OK && directory[0] != '\0') status = cyn_i_init_directory(server, directory, options, error);
  if (status == CYN_OK) cyn_i_db_set_owner_url(server->db, cyn_str(server->url));
  for (int i = 0; i < server->loop_count && status == CYN_OK; i++) status = cyn_i_loop_start(server->loops[i], error);
  return status;
}

cyn_status cyn_server_start(cyn_db *db, const cyn_server_options *options, cyn_server **out, cyn_error *error) {
  const cyn_server_options standard = CYN_SERVER_OPTIONS_INIT;
  cyn_server_options given = standard;
  *out = NULL;
  if (db == NULL) return cyn_i_error_set(error, CYN_E_USAGE, "cyn_server_start needs an open database");
  if (cyn_i_db_is_remote(db))
    return cyn_i_error_setf(error, CYN_E_NOT_ON_BACKEND,
                            "a server stands over a memory: or file: database, not over %s", cyn_i_db_url(db));
  if (options != NULL) {
    /* a caller built against an older header gives a smaller struct: the rest keeps its defaults */
    size_t size = options->size < sizeof given ? options->size : sizeof given;
    memcpy(&given, options, size);
  }
  cyn_server *server = cyn_i_zalloc(1, sizeof *server);
  if (server == NULL) return cyn_i_error_no_memory(error);
  server->db = db;
  server->pid = getpid();
  server->start_ns = cyn_i_clock_monotonic_ns();
  cyn_status status = start(server, &given, error);
  if (status != CYN_OK) {
    destroy(server);
    return status;
  }
  log_start(server);
  *out = server;
  return CYN_OK;
}

void cyn_server_stop(cyn_server *server) {
  if (server == NULL || server->pid != getpid()) return; /* a child leaves its parent's server alone */
  cyn_i_log log = server->log;
  const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("url", cyn_str(server->url)), CYN_I_LOG_END};
  cyn_i_log_write(&log, CYN_I_LOG_INFO, "stopping", fields);
  cyn_i_db_set_owner_url(server->db, cyn_str(""));
  destroy(server);
  cyn_i_log_write(&log, CYN_I_LOG_INFO, "stopped", NULL);
}

int cyn_server_port(const cyn_server *server) { return server->port; }

const char *cyn_server_url(const cyn_server *server) { return server->url; }

bool cyn_server_is_volatile(const cyn_server *server) { return cyn_i_db_is_volatile(server->db); }
