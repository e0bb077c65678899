/* https: databases: the certificate is checked against the bundle that the program names. */
#include <stdlib.h>

#include "base/error.h"
#include "both.h"

static char folder[] = "/tmp/cynamo-tls-XXXXXX";
static char certificate[64];

/* A certificate for 127.0.0.1, by the openssl program. */
static bool make_certificate(void) {
  char command[512];
  if (certificate[0] != '\0') return true;
  if (mkdtemp(folder) == NULL) return false;
  snprintf(command, sizeof command,
           "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cynamo "
           "-addext subjectAltName=IP:127.0.0.1 -keyout %s/both.pem -out %s/only.pem 2>/dev/null && "
           "cat %s/only.pem >>%s/both.pem",
           folder, folder, folder, folder);
  snprintf(certificate, sizeof certificate, "%s/both.pem", folder);
  return system(command) == 0;
}

static cyn_status list_tables(const char *url, const char *ca_bundle, cyn_error *error) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  if (ca_bundle != NULL) options.ca_bundle = cyn_str(ca_bundle);
  options.max_attempts = cyn_int(1);
  cyn_db *db = NULL;
  cyn_status status = cyn_open(url, &options, &db, error);
  cyn_result *result = cyn_result_new();
  for (int i = 0; i < 3 && status == CYN_OK; i++) {
    cyn_bytes output;
    status = cyn_call_json(db, "ListTables", cyn_str("{}"), result, &output, error);
  }
  cyn_result_destroy(result);
  cyn_db_close(db);
  return status;
}

TEST(a_bundle_of_our_own) {
  REQUIRE(make_certificate());
  both b;
  REQUIRE(both_start(&b, BOTH_MEMORY));
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  options.port = cyn_int(0);
  options.tls_certificate_file = cyn_str(certificate);
  REQUIRE(cyn_server_start(b.db, &options, &b.server, &b.error) == CYN_OK);
  const char *url = cyn_server_url(b.server);
  char only[64], command[128];
  snprintf(only, sizeof only, "%s/only.pem", folder);
  CHECK(strncmp(url, "https://", 8) == 0);
  CHECK_INT(list_tables(url, only, &b.error), CYN_OK);
  CHECK_INT(list_tables(url, NULL, &b.error), CYN_E_CONNECTION); /* nobody vouches for it */
  CHECK(strstr(b.error.message, "certificate") != NULL);
  CHECK_INT(list_tables(url, "/nowhere.pem", &b.error), CYN_E_USAGE);
  setenv("AWS_CA_BUNDLE", only, 1);
  CHECK_INT(list_tables(url, NULL, &b.error), CYN_OK);
  unsetenv("AWS_CA_BUNDLE");
  cyn_server_stop(b.server);
  b.server = NULL;
  both_stop(&b);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  CHECK_INT(system(command), 0);
}
