/* cynamo serve: opens the database, starts the server, prints the ready line, waits for a signal.
 *
 * Three dialects end in the same two option structs: ours, DynamoDB Local's (one dash) and dynalite's. DynamoDB Local
 * splits its data by access key and Region unless -sharedDb is given, and so do we when one of its options is seen. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cynamo/db.h>
#include <cynamo/server.h>

#include "cli/cli.h"

#define DELAY_MS 1000 /* of -delayTransientStatuses */

typedef struct serve_options {
  cyn_server_options server;
  cyn_db_options db;
  const char *host, *region, *credentials, *cors, *certificate, *key, *ca, *init, *log_format, *durability;
  const char *path; /* dynalite's --path, DynamoDB Local's -dbPath */
  cyn_opt_int local_port, max_item_size_kb, create_ms, update_ms, delete_ms;
  const char *local_path, *local_cors;
  bool in_memory, shared_db, delay_statuses, optimize, split_by_key, no_auth, quiet, verbose, help, version;
} serve_options;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
/* One row per option. Those without help text belong to a dialect and are listed in words. */
#define SERVE_OPTIONS(o) \
  {"--port", CLI_NUMBER, &(o)->server.port, "N", "port to listen on (8000); 0 picks a free one"}, \
  {"--host", CLI_TEXT, &(o)->host, "ADDRESS", "address to listen on (127.0.0.1)"}, \
  {"--threads", CLI_NUMBER, &(o)->server.threads, "N", "event loops (1)"}, \
  {"--region", CLI_TEXT, &(o)->region, "REGION", "Region of requests that name none (AWS_REGION, else us-east-1)"}, \
  {"--durability", CLI_TEXT, &(o)->durability, "MODE", "of file: strict, relaxed or unsafe (strict)"}, \
  {"--init", CLI_TEXT, &(o)->init, "DIR", "create the tables and load the items of its JSON files first"}, \
  {"--credentials", CLI_TEXT, &(o)->credentials, "FILE", "verify signatures with the keys of this AWS credentials file"}, \
  {"--no-auth", CLI_FLAG, &(o)->no_auth, NULL, "listen beyond loopback although any signature is accepted"}, \
  {"--split-by-access-key", CLI_FLAG, &(o)->split_by_key, NULL, "each access key sees tables of its own"}, \
  {"--cors", CLI_TEXT, &(o)->cors, "ORIGINS", "let web pages of these origins in; * for all"}, \
  {"--tls", CLI_SWITCH, &(o)->server.tls, NULL, "serve https, with a self-signed certificate unless --cert is given"}, \
  {"--cert", CLI_TEXT, &(o)->certificate, "FILE", "TLS certificate (PEM, chain behind it)"}, \
  {"--key", CLI_TEXT, &(o)->key, "FILE", "TLS key (PEM)"}, \
  {"--ca", CLI_TEXT, &(o)->ca, "FILE", "certificates to send after it (PEM)"}, \
  {"--create-table-ms", CLI_NUMBER, &(o)->create_ms, "N", "time that tables stay in CREATING (0)"}, \
  {"--update-table-ms", CLI_NUMBER, &(o)->update_ms, "N", "time that tables stay in UPDATING (0)"}, \
  {"--delete-table-ms", CLI_NUMBER, &(o)->delete_ms, "N", "time that tables stay in DELETING (0)"}, \
  {"--max-item-size-kb", CLI_NUMBER, &(o)->max_item_size_kb, "N", "largest item (400)"}, \
  {"--poll-us", CLI_NUMBER, &(o)->server.poll_us, "N", "poll so long before sleeping: lower latency for CPU (0)"}, \
  {"--header-bytes-max", CLI_NUMBER, &(o)->server.header_bytes_max, "N", "of a request (32768)"}, \
  {"--body-bytes-max", CLI_NUMBER, &(o)->server.body_bytes_max, "N", "of a request (16777216)"}, \
  {"--connections-max", CLI_NUMBER, &(o)->server.connections_max, "N", "open at once (10000)"}, \
  {"--header-timeout-ms", CLI_NUMBER, &(o)->server.header_timeout_ms, "N", "for the headers of a request (20000)"}, \
  {"--body-timeout-ms", CLI_NUMBER, &(o)->server.body_timeout_ms, "N", "for its body (60000)"}, \
  {"--idle-timeout-ms", CLI_NUMBER, &(o)->server.idle_timeout_ms, "N", "between requests (120000)"}, \
  {"--send-timeout-ms", CLI_NUMBER, &(o)->server.send_timeout_ms, "N", "for an answer that is not read (30000)"}, \
  {"--stop-timeout-ms", CLI_NUMBER, &(o)->server.stop_timeout_ms, "N", "for running requests when stopped (10000)"}, \
  {"--unsent-bytes-max", CLI_NUMBER, &(o)->server.unsent_bytes_max, "N", "of waiting answers, all together (268435456)"}, \
  {"--pending-bytes-max", CLI_NUMBER, &(o)->server.pending_bytes_max, "N", "of arriving requests (536870912)"}, \
  {"--log-format", CLI_TEXT, &(o)->log_format, "FORMAT", "text or json (text)"}, \
  {"--log-requests", CLI_FLAG, &(o)->server.log_requests, NULL, "one line per request"}, \
  {"--quiet", CLI_FLAG, &(o)->quiet, NULL, "no log, only the ready line"}, \
  {"--help", CLI_FLAG, &(o)->help, NULL, "print this"}, \
  {"--version", CLI_FLAG, &(o)->version, NULL, "print the version"}, \
  {"-h", CLI_FLAG, &(o)->help, NULL, NULL}, \
  /* dynalite */ \
  {"--path", CLI_TEXT, &(o)->path, NULL, NULL}, \
  {"--ssl", CLI_SWITCH, &(o)->server.tls, NULL, NULL}, \
  {"--createTableMs", CLI_NUMBER, &(o)->create_ms, NULL, NULL}, \
  {"--updateTableMs", CLI_NUMBER, &(o)->update_ms, NULL, NULL}, \
  {"--deleteTableMs", CLI_NUMBER, &(o)->delete_ms, NULL, NULL}, \
  {"--maxItemSizeKb", CLI_NUMBER, &(o)->max_item_size_kb, NULL, NULL}, \
  {"--verbose", CLI_SWITCH, &(o)->verbose, NULL, NULL}, \
  {"-v", CLI_FLAG, &(o)->verbose, NULL, NULL}, \
  {"--debug", CLI_SWITCH, &(o)->verbose, NULL, NULL}, \
  {"-d", CLI_FLAG, &(o)->verbose, NULL, NULL}, \
  /* DynamoDB Local */ \
  {"-port", CLI_NUMBER, &(o)->local_port, NULL, NULL}, \
  {"-inMemory", CLI_SWITCH, &(o)->in_memory, NULL, NULL}, \
  {"-dbPath", CLI_TEXT, &(o)->local_path, NULL, NULL}, \
  {"-sharedDb", CLI_SWITCH, &(o)->shared_db, NULL, NULL}, \
  {"-delayTransientStatuses", CLI_SWITCH, &(o)->delay_statuses, NULL, NULL}, \
  {"-optimizeDbBeforeStartup", CLI_SWITCH, &(o)->optimize, NULL, NULL}, \
  {"-cors", CLI_TEXT, &(o)->local_cors, NULL, NULL}, \
  {"-disableTelemetry", CLI_IGNORED, NULL, NULL, NULL}, \
  {"-jar", CLI_IGNORED_TEXT, NULL, NULL, NULL}, \
  {"-version", CLI_FLAG, &(o)->version, NULL, NULL}, \
  {"-help", CLI_FLAG, &(o)->help, NULL, NULL}
/* clang-format on */

void cli_serve_help(FILE *to) {
  serve_options unused;
  const cli_option options[] = {SERVE_OPTIONS(&unused)};
  fprintf(to,
          "cynamo serve [URL] [options]\n\n"
          "URL is memory: (the default: data is lost on exit), or file:PATH for a folder that keeps it;\n"
          "behind it may stand ?region=REGION &durability=strict|relaxed|unsafe &size_max=BYTES.\n\n");
  cli_print_options(to, options, COUNT(options));
  fprintf(to,
          "\nAlso taken, as they are: DynamoDB Local's -port -inMemory -dbPath -sharedDb -delayTransientStatuses\n"
          "-optimizeDbBeforeStartup -cors -disableTelemetry (-D… and -jar NAME are ignored), and dynalite's --path\n"
          "--ssl --createTableMs --updateTableMs --deleteTableMs --maxItemSizeKb --verbose --debug.\n");
}

static cyn_bytes text(const char *given) { return cyn_str(given); }

/* ---- where the data lives ---- */

#define URL_BYTES 8192

/* A path as it stands in a URL: what the grammar would read otherwise is percent-encoded. */
static bool put_path(char out[URL_BYTES], const char *path) {
  int size = snprintf(out, URL_BYTES, "file:");
  for (; *path != '\0' && size < URL_BYTES - 4; path++) {
    bool plain = strchr("%?#&", *path) == NULL;
    size += snprintf(out + size, (size_t)(URL_BYTES - size), plain ? "%c" : "%%%02X", (unsigned char)*path);
  }
  return *path == '\0';
}

static int choose_url(const serve_options *given, const char *positional, char out[URL_BYTES]) {
  const char *path = given->path != NULL ? given->path : given->local_path;
  if (given->in_memory && path != NULL) return cli_complain("-inMemory and -dbPath exclude each other: leave one out");
  if (positional != NULL && (path != NULL || given->in_memory))
    return cli_complain("'%s' and %s both say where the data lives: leave one out", positional,
                        path != NULL ? path : "-inMemory");
  if (given->optimize && path == NULL) return cli_complain("-optimizeDbBeforeStartup needs -dbPath");
  const char *url = positional != NULL ? positional : "memory:";
  bool fits = path != NULL ? put_path(out, path) : snprintf(out, URL_BYTES, "%s", url) < URL_BYTES;
  size_t size = strlen(out);
  if (given->durability != NULL && fits)
    fits = snprintf(out + size, URL_BYTES - size, "%cdurability=%s", strchr(out, '?') != NULL ? '&' : '?',
                    given->durability) < (int)(URL_BYTES - size);
  return fits ? CLI_OK : cli_complain("the path of the data is too long");
}

/* ---- from the command line to the two structs ---- */

static bool speaks_dynamodb_local(const serve_options *given) {
  return given->local_port.is_set || given->in_memory || given->shared_db || given->local_path != NULL ||
         given->delay_statuses || given->optimize || given->local_cors != NULL;
}

static cyn_opt_int delay(const serve_options *given, cyn_opt_int own) {
  return !own.is_set && given->delay_statuses ? cyn_int(DELAY_MS) : own;
}

static int fill_options(serve_options *given) {
  cyn_server_options *server = &given->server;
  if (given->log_format != NULL && strcmp(given->log_format, "text") != 0 && strcmp(given->log_format, "json") != 0)
    return cli_complain("--log-format is text or json, not '%s'", given->log_format);
  if (given->max_item_size_kb.is_set && (given->max_item_size_kb.value < 1 || given->max_item_size_kb.value > 16384))
    return cli_complain("--max-item-size-kb is a number from 1 to 16384");
  if (given->local_port.is_set) server->port = given->local_port;
  server->host = text(given->host);
  server->region = text(given->region);
  server->credentials_file = text(given->credentials);
  server->cors_origins = text(given->cors != NULL ? given->cors : given->local_cors);
  server->tls_certificate_file = text(given->certificate);
  server->tls_key_file = text(given->key);
  server->tls_ca_file = text(given->ca);
  server->init_directory = text(given->init);
  server->no_auth = given->no_auth;
  server->log_format =
      given->log_format != NULL && strcmp(given->log_format, "json") == 0 ? CYN_LOG_JSON : CYN_LOG_TEXT;
  server->log_requests = server->log_requests || given->verbose;
  server->log_debug = given->verbose;
  if (!given->quiet) server->log_fd = cyn_int(STDERR_FILENO);
  if (given->split_by_key)
    server->split = CYN_SPLIT_REGION_AND_ACCESS_KEY;
  else if (given->shared_db)
    server->split = CYN_SPLIT_NONE;
  else if (speaks_dynamodb_local(given))
    server->split = CYN_SPLIT_REGION_AND_ACCESS_KEY;
  given->db.region = text(given->region);
  given->db.create_table_delay_ms = delay(given, given->create_ms);
  given->db.update_table_delay_ms = delay(given, given->update_ms);
  given->db.delete_table_delay_ms = delay(given, given->delete_ms);
  if (given->max_item_size_kb.is_set) given->db.item_size_max_bytes = cyn_int(given->max_item_size_kb.value * 1024);
  return CLI_OK;
}

/* ---- running ---- */

#define BAR_CELLS 40

/* A bar on the terminal while --init loads a file; each file keeps its finished line. */
static void draw_progress(void *user, const char *file, uint64_t done_bytes, uint64_t total_bytes) {
  int *drawn = user; /* per cent, so that the terminal is written to at most a hundred times */
  int percent = total_bytes != 0 ? (int)(done_bytes * 100 / total_bytes) : 100;
  if (percent == *drawn) return;
  *drawn = percent == 100 ? -1 : percent;
  char bar[BAR_CELLS + 1];
  int full = percent * BAR_CELLS / 100;
  for (int i = 0; i < BAR_CELLS; i++) bar[i] = i < full ? '#' : '.';
  bar[BAR_CELLS] = '\0';
  (void)fprintf(stderr, "\rloading %s [%s] %3d %%%s", file, bar, percent, percent == 100 ? "\n" : "");
}

/* Each connection is a descriptor: take as many as the system gives. */
static void raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int complain_of(cyn_error *error) {
  (void)cli_complain("%s", error->message);
  cyn_error_clean_up(error);
  return CLI_USAGE;
}

/* The store's own name in the ready line, without what only a program needs to know. */
static void print_ready(const cyn_server *server, const char *url) {
  printf("Cynamo %s listening on %s (%.*s)%s\n", CYN_RELEASE, cyn_server_url(server), (int)strcspn(url, "?"), url,
         cyn_server_is_volatile(server) ? " (data is lost on exit; file:PATH keeps it)" : "");
  (void)fflush(stdout);
}

static int serve(const serve_options *given, const char *url) {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGHUP);
  /* before any thread exists, so that only sigwait below takes them */
  (void)pthread_sigmask(SIG_BLOCK, &stop_signals, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
  raise_descriptors();
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_server *server = NULL;
  if (cyn_open(url, &given->db, &db, &error) != CYN_OK) return complain_of(&error);
  cyn_server_options options = given->server;
  int drawn = -1;
  if (!given->quiet && isatty(STDERR_FILENO) == 1) {
    options.init_progress = draw_progress;
    options.init_progress_user = &drawn;
  }
  if (cyn_server_start(db, &options, &server, &error) != CYN_OK) {
    cyn_db_close(db);
    return complain_of(&error);
  }
  print_ready(server, url);
  int taken = 0;
  (void)sigwait(&stop_signals, &taken);
  /* a second signal ends the process at once */
  (void)pthread_sigmask(SIG_UNBLOCK, &stop_signals, NULL);
  cyn_server_stop(server);
  cyn_db_close(db);
  return CLI_OK;
}

int cli_serve(int argc, char **argv) {
  const cyn_server_options server_standard = CYN_SERVER_OPTIONS_INIT;
  const cyn_db_options db_standard = CYN_DB_OPTIONS_INIT;
  serve_options given;
  memset(&given, 0, sizeof given);
  given.server = server_standard;
  given.db = db_standard;
  const cli_option options[] = {SERVE_OPTIONS(&given)};
  const char *positional = NULL;
  size_t count = 0;
  int status = cli_parse(argc, argv, options, COUNT(options), &positional, 1, &count);
  if (status != CLI_OK) return status;
  if (given.help) {
    cli_serve_help(stdout);
    return CLI_OK;
  }
  if (given.version) return cli_version(0, NULL);
  status = fill_options(&given);
  if (status != CLI_OK) return status;
  char url[URL_BYTES];
  status = choose_url(&given, positional, url);
  return status != CLI_OK ? status : serve(&given, url);
}
