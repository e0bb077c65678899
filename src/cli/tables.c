/* cynamo tables: the names of the tables, of one Region or of all. */
#include <stdlib.h>

#include "cli/output.h"
#include "cli/regions.h"
#include "cli/tables.h"

int cli_list_tables(cli_run *run, cli_json *names) {
  cyn_bytes last = {NULL, 0};
  do {
    cli_json *input = cli_json_object(run->memory), *answer = NULL;
    if (last.data != NULL) (void)cli_json_add(input, "ExclusiveStartTableName", cli_json_string(run->memory, last));
    int status = cli_send(run, "ListTables", input, &answer);
    if (status != CLI_OK) return status;
    const cli_json *page = cli_json_get(answer, "TableNames");
    for (const cli_json *name = page != NULL ? page->first : NULL; name != NULL; name = name->next)
      (void)cli_json_push(names, cli_json_copy(run->memory, name));
    last = cli_json_text(answer, "LastEvaluatedTableName");
  } while (last.data != NULL);
  return CLI_OK;
}

typedef struct listing {
  cli_run *run;
  cli_table table;   /* rows of Region and name, or of names */
  cli_json *document;
  bool is_table, is_json;
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

/* One Region; what is refused there (a Region that the account has not enabled) does not end the list. */
static int list_region(listing *l, const char *url, const char *region) {
  cli_run *run = l->run;
  cli_session *before = run->session, one = {0};
  cli_given given = run->given;
  cli_json *names = cli_json_array(run->memory);
  given.region = region;
  given.url = strncmp(url, "aws:", 4) == 0 ? cli_format(run->memory, "aws:%s%s", region, url + 4) : url;
  int status = cli_session_open(&one, &given);
  if (status != CLI_OK) return status;
  run->session = &one;
  status = cli_list_tables(run, names);
  run->session = before;
  cli_session_close(&one);
  if (status == CLI_OK) show(l, region, names);
  else fprintf(stderr, "  in %s\n", region);
  return status;
}

static int list_all(listing *l) {
  cli_run *run = l->run;
  const char *url = without_region(run), *region = NULL;
  const char *home = run->given.region != NULL ? run->given.region : getenv("AWS_REGION");
  if (home == NULL && strncmp(run->session->url, "aws:", 4) == 0 && run->session->url[4] != '\0') home = run->session->url + 4;
  if (strncmp(url, "memory:", 7) == 0) return cli_complain("a %s database has one Region: leave --all-regions out", "memory:");
  int worst = CLI_OK;
  for (size_t i = 0; (region = cli_region(home, i)) != NULL; i++) {
    int status = list_region(l, url, region);
    if (status == CLI_CONNECTION && !run->session->is_aws) return status;
    if (status != CLI_OK) worst = status;
  }
  return worst;
}

int cli_tables(cli_run *run) {
  const char *output = run->given.output;
  listing l = {.run = run, .document = cli_json_object(run->memory)};
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
