/* Fuzz target: a CloudFormation template as `--init` reads it. The input is the file, read into a database in memory that lives
 * on and is made anew every so often. What is refused names the file; nothing is out of memory or an internal error. */
#include <stdio.h>

#include "base/error.h"
#include "fuzz.h"
#include "server/init_private.h"

#define DATABASE_LIFE 500

static struct cyn_server server;
static unsigned inputs;

static void open_database(void) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.ttl_sweep_interval_ms = cyn_int(0);
  cyn_db_close(server.db);
  demand(cyn_open("memory:?size_max=512M", &options, &server.db, NULL) == CYN_OK);
  snprintf(server.settings.region, sizeof server.settings.region, "eu-west-1");
  snprintf(server.settings.account, sizeof server.settings.account, "123456789012");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (inputs++ % DATABASE_LIFE == 0) open_database();
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_init init = {.server = &server, .directory = "init", .file = "t.json", .error = &error};
  cyn_i_arena_init(&init.arena, 0);
  cyn_i_arena_init(&init.lasting, 0);
  char *file = exact_copy(data, size);
  cyn_status status = cyn_i_init_template(&init, (cyn_bytes){file, size});
  demand((status == CYN_OK) == (error.message == NULL));
  demand(status == CYN_OK || strstr(error.message, "t.json") != NULL);
  demand(status != CYN_E_OUT_OF_MEMORY && status != CYN_E_INTERNAL);
  free(file);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&init.arena);
  cyn_i_arena_clean_up(&init.lasting);
  return 0;
}
