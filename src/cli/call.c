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

static bool is_statement(const cli_json *object, const char *word) {
  cyn_bytes statement = cli_json_text(object, "Statement");
  while (statement.size != 0 && isspace((unsigned char)statement.data[0])) statement.data++, statement.size--;
  size_t size = strlen(word);
  return statement.size > size && strncasecmp(statement.data, word, size) == 0;
}

static const cli_json *first_of(const cli_json *node) {
  return node != NULL && (node->kind == CLI_JSON_ARRAY || node->kind == CLI_JSON_OBJECT) ? node->first : NULL;
}

/* PartiQL reads with SELECT only. */
static bool reads(const char *operation, const cli_json *body) {
  static const char *const words[] = {"Describe", "List", "Get", "Query", "Scan", "BatchGet", "TransactGet", "Search"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (begins(operation, words[i])) return true;
  return strcmp(operation, "ExecuteStatement") == 0 && is_statement(body, "select");
}

/* Also inside a batch, a transaction, a statement. */
static bool deletes(const char *operation, const cli_json *body) {
  if (begins(operation, "Delete") || is_statement(body, "delete")) return true;
  const char *actions = strcmp(operation, "TransactWriteItems") == 0 ? "TransactItems"
                        : strcmp(operation, "ExecuteTransaction") == 0 ? "TransactStatements" : "Statements";
  for (const cli_json *one = first_of(cli_json_get(body, actions)); one != NULL; one = one->next)
    if (cli_json_get(one, "Delete") != NULL || is_statement(one, "delete")) return true;
  for (const cli_json *table = first_of(cli_json_get(body, "RequestItems")); table != NULL; table = table->next)
    for (const cli_json *one = first_of(table); one != NULL; one = one->next)
      if (cli_json_get(one, "DeleteRequest") != NULL) return true;
  return false;
}

static int confirm(cli_run *run, const char *operation, cyn_bytes body) {
  const char *fault = NULL;
  const cli_json *tree = cli_json_read(run->memory, body, NULL, &fault);
  if (deletes(operation, tree)) return cli_confirm(run, cli_format(run->memory, "%s at %s", operation, run->session->url));
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
