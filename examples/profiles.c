/* Profiles of AWS's config and credentials files: which keys sign, and where calls go.   profiles [URL of a server]
 * The files are written here, so that the program runs anywhere; yours are in ~/.aws. */
#include <cynamo/cynamo.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void write_file(const char *folder, const char *name, const char *variable, const char *text, const char *url) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *out = fopen(path, "w");
  if (out == NULL) return;
  fprintf(out, text, url);
  fclose(out);
  setenv(variable, path, 1);
}

/* What the same call makes of one profile. */
static void list_tables(const char *profile, cyn_result *result) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_bytes answer;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.profile = cyn_str(profile);
  options.max_attempts = cyn_int(1);
  cyn_status status = cyn_open("aws:", &options, &db, &error); /* reads the files, sends nothing */
  if (status == CYN_OK) status = cyn_call_json(db, "ListTables", cyn_str("{}"), result, &answer, &error);
  if (status == CYN_OK) printf("%s: %.*s\n", profile, (int)answer.size, answer.data);
  else printf("%s: %s: %s\n", profile, error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_db_close(db);
}

int main(int argc, char **argv) {
  char folder[] = "/tmp/cynamo-profiles-XXXXXX", path[256];
  if (mkdtemp(folder) == NULL) return 1;
  write_file(folder, "config", "AWS_CONFIG_FILE",
             "[profile local]\nregion = eu-central-1\nservices = on-this-machine\n"
             "[services on-this-machine]\ndynamodb =\n  endpoint_url = %s\n"
             "[profile half]\nregion = eu-central-1\n[profile nowhere]\naws_access_key_id = A\naws_secret_access_key = B\n",
             argc > 1 ? argv[1] : "");
  write_file(folder, "credentials", "AWS_SHARED_CREDENTIALS_FILE",
             "[local]\naws_access_key_id = example\naws_secret_access_key = secret\n[half]\naws_access_key_id = A%s\n", "");
  unsetenv("AWS_DEFAULT_REGION");
  cyn_result *result = cyn_result_new();
  if (argc > 1) list_tables("local", result);
  list_tables("half", result);
  list_tables("nowhere", result);
  list_tables("missing", result);
  cyn_result_destroy(result);
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, i == 0 ? "config" : "credentials");
    unlink(path);
  }
  rmdir(folder);
  return 0;
}
