/* cynamo settings: what is in force for the database that the command line names, and who says it. */
#include <stdlib.h>

#include <cynamo/settings.h>

#include "cli/output.h"

typedef struct listing {
  cli_run *run;
  cli_table table;
  cli_json *document;
} listing;

static void put(listing *l, const char *name, const char *value, const char *origin) {
  cli_memory *memory = l->run->memory;
  cyn_bytes *row = cli_table_row(&l->table);
  const char *const cells[] = {name, value, origin};
  for (size_t i = 0; i < 3; i++) row[i] = (cyn_bytes){cli_copy(memory, cells[i], strlen(cells[i])), strlen(cells[i])};
  cli_json *setting = cli_json_add_bytes(l->document, row[0], cli_json_object(memory));
  (void)cli_json_add(setting, "value", cli_json_string(memory, row[1]));
  (void)cli_json_add(setting, "origin", cli_json_string(memory, row[2]));
}

/* An option of the database is one of the command line here. */
static void tell(const cyn_setting *setting, void *user) {
  listing *l = user;
  bool is_option = strcmp(setting->origin, "options") == 0;
  put(l, setting->name, setting->value, is_option ? cli_format(l->run->memory, "--%s", setting->name) : setting->origin);
}

int cli_settings(cli_run *run) {
  listing l = {.run = run, .document = cli_json_object(run->memory)};
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_error error = CYN_ERROR_INIT;
  const char *output = run->given.output, *variable = getenv("CYNAMO_URL");
  const char *origin = run->given.url != NULL                     ? "--url"
                       : run->session->is_shell                     ? "the shell"
                       : variable != NULL && variable[0] != '\0' ? "CYNAMO_URL"
                                                                    : "default";
  bool is_remote = run->session->is_aws || strncmp(run->session->url, "http", 4) == 0;
  if (run->session->profile != NULL && !is_remote)
    return cli_complain("--profile is for http: and aws: databases, not %s", run->session->url);
  options.region = cyn_str(run->session->region);
  options.profile = cyn_str(run->session->profile);
  cli_table_init(&l.table, run, 3);
  cyn_bytes *header = cli_table_row(&l.table);
  header[0] = cyn_str("Setting");
  header[1] = cyn_str("Value");
  header[2] = cyn_str("From");
  put(&l, "url", run->session->url, origin);
  if (cyn_settings_of(run->session->url, &options, tell, &l, &error) != CYN_OK) return cli_fail(run, &error);
  if (output != NULL && strcmp(output, "json") == 0) cli_print_document(run, l.document);
  else cli_table_print(&l.table);
  return CLI_OK;
}
