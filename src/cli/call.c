/* cynamo call OPERATION [JSON|@FILE|-]: the body of a request, and the answer as it is. */
#include <ctype.h>
#include <strings.h>

#include <cynamo/operations.h>

#include "cli/output.h"

/* GetItem, get-item and get_item are one. */
static bool is_same(const char *a, const char *b) {
  for (;; a++, b++) {
    while (*a == '-' || *a == '_') a++;
    while (*b == '-' || *b == '_') b++;
    if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
    if (*a == '\0') return true;
  }
}

static const char *name_of(const void *names, size_t index) {
  (void)names;
  return cyn_operation_name((cyn_operation)index);
}

static const char *find(const char *name) {
  for (int i = 0; i < CYN_OPERATION_COUNT; i++)
    if (is_same(name, cyn_operation_name((cyn_operation)i))) return cyn_operation_name((cyn_operation)i);
  return NULL;
}

static int no_operation(const char *name) {
  const char *nearest = cli_nearest(name, strlen(name), name_of, NULL, CYN_OPERATION_COUNT);
  if (nearest != NULL) return cli_complain("no operation '%s': did you mean %s?", name, nearest);
  return cli_complain("no operation '%s': docs/operations.md lists them", name);
}

static bool begins(const char *name, const char *word) { return strncmp(name, word, strlen(word)) == 0; }

/* PartiQL reads with SELECT only. */
static bool reads(const char *operation, const cli_json *body) {
  static const char *const words[] = {"Describe", "List", "Get", "Query", "Scan", "BatchGet", "TransactGet", "Search"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (begins(operation, words[i])) return true;
  cyn_bytes statement = cli_json_text(body, "Statement");
  return strcmp(operation, "ExecuteStatement") == 0 && statement.size > 6 && strncasecmp(statement.data, "select", 6) == 0;
}

static int confirm(cli_run *run, const char *operation, cyn_bytes body) {
  const char *fault = NULL;
  const cli_json *tree = cli_json_read(run->memory, body, NULL, &fault);
  if (begins(operation, "Delete")) return cli_confirm(run, cli_format(run->memory, "%s at %s", operation, run->session->url));
  return reads(operation, tree) ? CLI_OK : cli_confirm_write(run, operation);
}

int cli_call(cli_run *run) {
  const char *operation = find(run->arguments[0]), *source = NULL;
  cyn_bytes body = cyn_str("{}");
  cli_json *answer = NULL;
  if (operation == NULL) return no_operation(run->arguments[0]);
  int status = run->argument_count > 1 ? cli_read_argument(run, run->arguments[1], &body, &source) : CLI_OK;
  if (status == CLI_OK) status = confirm(run, operation, body);
  if (status == CLI_OK) status = cli_send_text(run, operation, body, &answer);
  if (status == CLI_OK) cli_print_document(run, answer);
  return status;
}
