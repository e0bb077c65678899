/* cynamo tables: the names of the tables, of one Region or of all. */
#include <cynamo/settings.h>

#include "cli/output.h"
#include "cli/regions.h"
#include "cli/tables.h"

/* One page; *last is where the next begins. The error is the caller's. */
static cyn_status list_page(cli_run *run, cyn_bytes *last, cli_json *names, cyn_error *error) {
  cli_json *input = cli_json_object(run->memory);
  cli_text text = CLI_TEXT_INIT(run);
  cyn_bytes answer = {NULL, 0};
  const char *fault = NULL;
  if (last->data != NULL) (void)cli_json_add(input, "ExclusiveStartTableName", cli_json_string(run->memory, *last));
  cli_json_write(&text, input, 0);
  cyn_status status = cli_try(run, "ListTables", (cyn_bytes){text.data, text.size}, &answer, error);
  if (status != CYN_OK) return status;
  cyn_bytes kept = {cli_copy(run->memory, answer.data, answer.size), answer.size};
  const cli_json *tree = cli_json_read(run->memory, kept, NULL, &fault), *page = cli_json_get(tree, "TableNames");
  for (const cli_json *name = page != NULL ? page->first : NULL; name != NULL; name = name->next)
    (void)cli_json_push(names, cli_json_copy(run->memory, name));
  *last = cli_json_text(tree, "LastEvaluatedTableName");
  return CYN_OK;
}

static cyn_status list(cli_run *run, cli_json *names, cyn_error *error) {
  cyn_bytes last = {NULL, 0};
  cyn_status status;
  do {
    status = list_page(run, &last, names, error);
  } while (status == CYN_OK && last.data != NULL);
  return status;
}

int cli_list_tables(cli_run *run, cli_json *names) {
  cyn_error error = CYN_ERROR_INIT;
  return list(run, names, &error) == CYN_OK ? CLI_OK : cli_fail(run, &error);
}

typedef struct listing {
  cli_run *run;
  cli_table table;   /* rows of Region and name, or of names */
  cli_json *document;
  bool is_table, is_json;
  const char **home;
  cli_text not_enabled; /* Regions that do not know the keys */
  size_t answered;      /* Regions that have */
} listing;

static void show(listing *l, const char *region, cli_json *names) {
  for (const cli_json *name = names->first; name != NULL; name = name->next) {
    if (l->is_table) {
      cyn_bytes *row = cli_table_row(&l->table);
      if (region != NULL) *row++ = cyn_str(region);
      *row = name->text;
    } else if (!l->is_json)
      printf("%s%s%.*s\n", region != NULL ? region : "", region != NULL ? "\t" : "", (int)name->text.size, name->text.data);
  }
  if (l->is_json && region != NULL && names->count != 0) (void)cli_json_add(l->document, region, names);
  else if (l->is_json && region == NULL) l->document = names;
}

static void finish(const listing *l) {
  if (l->is_table) cli_table_print(&l->table);
  else if (l->is_json) cli_print_document(l->run, l->document);
}

/* An aws: URL names its Region: this is the URL without it. Elsewhere the option stands over the URL. */
static const char *without_region(cli_run *run) {
  const char *url = run->session->url, *parameters = strchr(url, '?');
  if (strncmp(url, "aws:", 4) == 0) return cli_format(run->memory, "aws:%s", parameters != NULL ? parameters : "");
  return url;
}

/* A Region that an account has not enabled does not know its keys. */
static bool is_not_enabled(const cyn_error *error) {
  return strcmp(error->name, "UnrecognizedClientException") == 0 || strcmp(error->name, "InvalidSignatureException") == 0;
}

static int fail_region(listing *l, const char *region, cyn_error *error) {
  if (l->run->session->is_aws && is_not_enabled(error)) {
    cli_text_printf(&l->not_enabled, "%s%s", l->not_enabled.size != 0 ? ", " : "", region);
    cyn_error_clean_up(error);
    return CLI_OK;
  }
  int status = cli_fail(l->run, error);
  fprintf(stderr, "  in %s\n", region);
  return status;
}

/* One Region; what is refused there does not end the list. */
static int list_region(listing *l, const char *url, const char *region) {
  cli_run *run = l->run;
  cli_session *before = run->session, one = {0};
  cli_given given = run->given;
  cli_json *names = cli_json_array(run->memory);
  cyn_error error = CYN_ERROR_INIT;
  given.region = region;
  given.profile = before->profile;
  given.url = strncmp(url, "aws:", 4) == 0 ? cli_format(run->memory, "aws:%s%s", region, url + 4) : url;
  int status = cli_session_open(&one, &given);
  if (status != CLI_OK) return status;
  run->session = &one;
  cyn_status listed = list(run, names, &error);
  if (listed != CYN_OK) status = fail_region(l, region, &error);
  else l->answered++;
  run->session = before;
  cli_session_close(&one);
  if (listed == CYN_OK) show(l, region, names);
  return status;
}

static void note_region(const cyn_setting *setting, void *user) {
  const listing *l = user;
  if (strcmp(setting->name, "region") == 0)
    *l->home = cli_copy(l->run->memory, setting->value, strlen(setting->value));
}

/* The Region in force, which says the partition. NULL when nothing says one; all else that is wrong is an error. */
static int find_home(listing *l, const char **out) {
  const cli_session *session = l->run->session;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_error error = CYN_ERROR_INIT;
  *out = NULL;
  l->home = out;
  options.region = cyn_str(session->region);
  options.profile = cyn_str(session->profile);
  if (cyn_settings_of(session->url, &options, note_region, l, &error) == CYN_OK) return CLI_OK;
  bool is_open = strncmp(error.message, "no Region", 9) == 0;
  if (!is_open) return cli_fail(l->run, &error);
  cyn_error_clean_up(&error);
  return CLI_OK;
}

static int list_all(listing *l) {
  cli_run *run = l->run;
  const char *url = without_region(run), *region = NULL, *home = NULL;
  if (strncmp(url, "memory:", 7) == 0) return cli_complain("a %s database has one Region: leave --all-regions out", "memory:");
  int worst = find_home(l, &home);
  if (worst != CLI_OK) return worst;
  for (size_t i = 0; (region = cli_region(home, i)) != NULL; i++) {
    int status = list_region(l, url, region);
    if (status == CLI_CONNECTION && !run->session->is_aws) return status;
    if (status != CLI_OK) worst = status;
  }
  if (l->not_enabled.size == 0) return worst;
  if (l->answered == 0) {
    (void)cli_complain("UnrecognizedClientException: no Region knows these keys");
    return CLI_FAILED;
  }
  if (!run->given.quiet) fprintf(stderr, "not enabled, or not for these keys: %s\n", l->not_enabled.data);
  return worst;
}

int cli_tables(cli_run *run) {
  const char *output = run->given.output;
  listing l = {.run = run, .document = cli_json_object(run->memory), .not_enabled = CLI_TEXT_INIT(run)};
  l.is_table = output != NULL && strcmp(output, "table") == 0;
  l.is_json = output != NULL && !l.is_table;
  bool is_all = run->given.all_regions;
  cli_table_init(&l.table, run, is_all ? 2 : 1);
  cyn_bytes *header = cli_table_row(&l.table);
  if (is_all) *header++ = cyn_str("Region");
  *header = cyn_str("Table");
  cli_json *names = cli_json_array(run->memory);
  int status = is_all ? list_all(&l) : cli_list_tables(run, names);
  if (status == CLI_OK && !is_all) show(&l, NULL, names);
  if (status == CLI_OK || is_all) finish(&l);
  return status;
}
