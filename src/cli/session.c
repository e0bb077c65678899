/* See run.h: the database behind a command, its calls and its errors. */
#include <stdlib.h>
#include <strings.h>

#include "cli/run.h"

/* The service itself, by its scheme or by a host of one of its domains; names know no case, and may end in a dot. */
static bool is_service(const char *url) {
  static const char *const ends[] = {".amazonaws.com",  ".amazonaws.com.cn",              ".api.aws",
                                     ".amazonaws.eu",   ".api.amazonwebservices.com.cn",  ".api.amazonwebservices.eu",
                                     ".c2s.ic.gov",     ".sc2s.sgov.gov",                 ".api.aws.ic.gov",
                                     ".api.aws.scloud", ".cloud.adc-e.uk",                ".api.cloud-aws.adc-e.uk",
                                     ".csp.hci.ic.gov", ".api.csp.hci.ic.gov"};
  if (strncmp(url, "aws:", 4) == 0) return true;
  const char *host = strstr(url, "://");
  if (host == NULL) return false;
  host += 3;
  size_t size = strcspn(host, "/:?");
  while (size != 0 && host[size - 1] == '.') size--;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t end = strlen(ends[i]);
    if (size > end && strncasecmp(host + size - end, ends[i], end) == 0) return true;
  }
  return false;
}

void cli_session_name(cli_session *session, const cli_given *given) {
  const char *variable = getenv("CYNAMO_URL");
  bool has_variable = variable != NULL && variable[0] != '\0';
  session->url = given->url != NULL ? given->url : has_variable ? variable : CLI_STANDARD_URL;
  session->region = given->region;
  session->profile = given->profile;
  session->is_aws = is_service(session->url);
}

int cli_session_open(cli_session *session, const cli_given *given) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_error error = CYN_ERROR_INIT;
  cli_session_name(session, given);
  options.region = cyn_str(given->region);
  bool is_remote = session->is_aws || strncmp(session->url, "http", 4) == 0;
  if (is_remote) options.profile = cyn_str(given->profile);
  else if (given->profile != NULL) return cli_complain("--profile is for http: and aws: databases, not %s", session->url);
  if (is_remote && session->is_hurried) {
    options.connect_timeout_ms = cyn_int(300);
    options.read_timeout_ms = cyn_int(1000);
    options.max_attempts = cyn_int(1);
  }
  if (cyn_open(session->url, &options, &session->db, &error) != CYN_OK) return cli_fail_session(session, &error);
  session->result = cyn_result_new();
  if (session->result != NULL) return CLI_OK;
  cli_session_close(session);
  return cli_complain("out of memory");
}

void cli_session_close(cli_session *session) {
  cyn_result_destroy(session->result);
  cyn_db_close(session->db);
  session->result = NULL;
  session->db = NULL;
}

/* ---- errors ---- */

static bool is(const char *name, const char *other) { return strcmp(name, other) == 0; }

static bool is_condition(const cyn_error *error) {
  if (is(error->name, "ConditionalCheckFailedException")) return true;
  for (size_t i = 0; i < error->reason_count; i++)
    if (is(error->reasons[i].code, "ConditionalCheckFailed")) return true;
  return false;
}

static int status_of(const cyn_error *error) {
  static const char *const connections[] = {"CynamoConnectionError", "CynamoTimeout",      "CynamoStoreLocked",
                                            "CynamoStoreError",      "CynamoStoreVersion", "CynamoBadAnswer"};
  if (is_condition(error)) return CLI_CONDITION;
  for (size_t i = 0; i < sizeof connections / sizeof connections[0]; i++)
    if (is(error->name, connections[i])) return CLI_CONNECTION;
  return is(error->name, "CynamoUsageError") || is(error->name, "CynamoNoCredentials") ? CLI_USAGE : CLI_FAILED;
}

/* How a server is started where the URL looks for one; only on this machine, and not with https. */
static const char *start_of(const char *url, char out[64]) {
  static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
  const char *host = url + 7;
  long port = 80;
  for (size_t i = 0; strncmp(url, "http://", 7) == 0 && i < sizeof hosts / sizeof hosts[0]; i++) {
    size_t size = strlen(hosts[i]);
    if (strncmp(host, hosts[i], size) != 0 || (host[size] != '\0' && strchr(":/?", host[size]) == NULL)) continue;
    if (host[size] == ':') port = strtol(host + size + 1, NULL, 10);
    if (port == 8000 || port < 1 || port > 65535) return "`cynamo serve` starts one";
    (void)snprintf(out, 64, "`cynamo serve --port %ld` starts one", port);
    return out;
  }
  return "`cynamo serve` starts one on " CLI_STANDARD_URL;
}

static void say(const cli_session *session, const cyn_error *error) {
  char start[64];
  const char *message = error->message != NULL ? error->message : "";
  if (is(error->name, "CynamoConnectionError") && !session->is_aws)
    (void)cli_complain("%s\nIs a server there? %s; --url or CYNAMO_URL names another database.", message,
                       start_of(session->url, start));
  else if (strncmp(error->name, "Cynamo", 6) == 0) (void)cli_complain("%s", message);
  else (void)cli_complain("%s: %s", error->name, message);
  for (size_t i = 0; i < error->reason_count; i++)
    if (!is(error->reasons[i].code, "None"))
      fprintf(stderr, "  action %zu: %s: %s\n", i + 1, error->reasons[i].code,
              error->reasons[i].message != NULL ? error->reasons[i].message : "");
}

int cli_fail_session(const cli_session *session, cyn_error *error) {
  int status = status_of(error);
  if (!session->is_hurried) say(session, error);
  cyn_error_clean_up(error);
  return status;
}

int cli_fail(cli_run *run, cyn_error *error) { return cli_fail_session(run->session, error); }

/* ---- calls ---- */

cyn_status cli_try(cli_run *run, const char *operation, cyn_bytes input, cyn_bytes *output, cyn_error *error) {
  return cyn_call_json(run->session->db, operation, input, run->session->result, output, error);
}

int cli_send_text(cli_run *run, const char *operation, cyn_bytes input, cli_json **output) {
  cyn_bytes answer = {NULL, 0};
  cyn_error error = CYN_ERROR_INIT;
  const char *fault = NULL;
  if (cli_try(run, operation, input, &answer, &error) != CYN_OK) return cli_fail(run, &error);
  if (output == NULL) return CLI_OK;
  /* the answer is gone with the next call, and the tree borrows from its text */
  cyn_bytes kept = {cli_copy(run->memory, answer.data, answer.size), answer.size};
  *output = cli_json_read(run->memory, kept, NULL, &fault);
  if (*output != NULL) return CLI_OK;
  (void)cli_complain("the answer to %s is no JSON: %s", operation, fault);
  return CLI_CONNECTION;
}

int cli_send(cli_run *run, const char *operation, const cli_json *input, cli_json **output) {
  cli_text text = CLI_TEXT_INIT(run);
  cli_json_write(&text, input, 0);
  return cli_send_text(run, operation, (cyn_bytes){text.data, text.size}, output);
}
