/* What is in force and who says it: defaults, profile, file, environment, URL, options. */
#include <cynamo/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static char folder[] = "/tmp/cynamo-report-XXXXXX";
static char text[4000];
static cyn_error error;

static void write_file(const char *name, const char *variable, const char *content) {
  char path[200];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  CHECK(file != NULL && fputs(content, file) >= 0 && fclose(file) == 0);
  CHECK_INT(setenv(variable, path, 1), 0);
}

static void set_up(void) {
  static const char *const names[] = {"CYNAMO_REGION", "CYNAMO_RETRY_MODE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE",
                                      "AWS_DEFAULT_PROFILE", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_ENDPOINT_URL",
                                      "AWS_ENDPOINT_URL_DYNAMODB"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) (void)unsetenv(names[i]);
  (void)memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
  CHECK(mkdtemp(folder) != NULL);
  write_file("cynamo.conf", "CYNAMO_CONFIG", "# ours\n");
  write_file("config", "AWS_CONFIG_FILE",
             "[default]\nretry_mode = legacy\n[profile dev]\nregion = eu-west-1\nmax_attempts = 7\n"
             "[profile here]\nregion = eu-west-2\nendpoint_url = http://here:1\n"
             "[profile there]\nregion = eu-west-3\nservices = s\n[services s]\ndynamodb =\n  endpoint_url = http://there:2\n"
             "[profile odd]\nretry_mode = eager\n");
  write_file("credentials", "AWS_SHARED_CREDENTIALS_FILE", "");
}

static void tear_down(void) {
  static const char *const names[] = {"cynamo.conf", "config", "credentials"};
  for (size_t i = 0; i < 3; i++) {
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    (void)unlink(path);
  }
  (void)rmdir(folder);
  cyn_error_clean_up(&error);
}

static void gather(const cyn_setting *setting, void *user) {
  size_t size = strlen(text);
  (void)user;
  (void)snprintf(text + size, sizeof text - size, "%s=%s (%s)\n", setting->name, setting->value, setting->origin);
}

static void report(const char *url, const cyn_db_options *options) {
  text[0] = '\0';
  cyn_status status = cyn_settings_of(url, options, gather, NULL, &error);
  if (status != CYN_OK) (void)snprintf(text, sizeof text, "%s: %s", error.name, error.message);
}

#define SAYS(line) CHECK(strstr(text, line) != NULL)

TEST(each) {
  set_up();
  write_file("cynamo.conf", "CYNAMO_CONFIG", "region = eu-north-1\ntable_prefix = t-\n");
  CHECK_INT(setenv("AWS_MAX_ATTEMPTS", "9", 1), 0);
  text[0] = '\0';
  CHECK(cyn_settings_each(gather, NULL, &error) == CYN_OK);
  SAYS("/cynamo.conf:2)\n");
  SAYS("table_prefix=t- (");
  SAYS("read_timeout_seconds=60 (default)\n");
  SAYS("max_retry_attempts=9 (AWS_MAX_ATTEMPTS");
  tear_down();
}

TEST(defaults) {
  set_up();
  report("http://127.0.0.1:8000", NULL);
  CHECK_STR(text, "profile=default (default)\nconnect_timeout_seconds=60 (default)\nread_timeout_seconds=60 (default)\n"
                  "max_retry_attempts=9 (default)\nmax_pool_connections=10 (default)\nregion=us-east-1 (default)\n"
                  "extra_headers= (default)\nretry_mode=legacy (profile default)\nendpoint=http://127.0.0.1:8000 (the URL)\n"
                  "table_prefix= (default)\n");
  report("memory:", NULL);
  CHECK(strncmp(text, "connect_timeout_seconds=", 24) == 0);
  SAYS("retry_mode=standard (default)\n");
  report("aws:", NULL);
  SAYS("CynamoUsageError: no Region");
  tear_down();
}

TEST(layers) {
  set_up();
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  CHECK_INT(setenv("AWS_PROFILE", "dev", 1), 0);
  report("aws:", NULL);
  SAYS("profile=dev (AWS_PROFILE)\n");
  SAYS("region=eu-west-1 (profile dev)\n");
  SAYS("max_retry_attempts=6 (profile dev)\n");
  SAYS("endpoint=https://dynamodb.eu-west-1.amazonaws.com (the Region)\n");
  write_file("cynamo.conf", "CYNAMO_CONFIG", "region = eu-north-1\nread_timeout_seconds = 2.50\n");
  CHECK_INT(setenv("AWS_REGION", "sa-east-1", 1), 0); /* not for remote databases */
  report("aws:", NULL);
  SAYS("region=eu-north-1 (/");
  SAYS("read_timeout_seconds=2.50 (/");
  report("memory:", NULL);
  SAYS("region=sa-east-1 (AWS_REGION)\n");
  CHECK_INT(setenv("AWS_DEFAULT_REGION", "sa-east-2", 1), 0);
  report("aws:", NULL);
  SAYS("region=sa-east-2 (AWS_DEFAULT_REGION)\n");
  CHECK_INT(setenv("AWS_MAX_ATTEMPTS", "3", 1), 0);
  report("aws:us-west-2?read_timeout_ms=1500&retry_mode=adaptive&max_connections=4", NULL);
  SAYS("region=us-west-2 (the URL)\n");
  SAYS("read_timeout_seconds=1.5 (the URL)\n");
  SAYS("max_retry_attempts=2 (AWS_MAX_ATTEMPTS)\n");
  SAYS("retry_mode=adaptive (the URL)\n");
  SAYS("max_pool_connections=4 (the URL)\n");
  static const cyn_string_pair headers[] = {{{"A", 1}, {"b", 1}}, {{"C", 1}, {"d", 1}}};
  options.region = cyn_str("ca-central-1");
  options.max_attempts = cyn_int(1);
  options.connect_timeout_ms = cyn_int(20000);
  options.extra_headers = (cyn_string_map){2, headers};
  options.profile = cyn_str("default");
  report("aws:us-west-2", &options);
  SAYS("profile=default (options)\n");
  SAYS("region=ca-central-1 (options)\n");
  SAYS("max_retry_attempts=0 (options)\n");
  SAYS("connect_timeout_seconds=20 (options)\n");
  SAYS("extra_headers=A: b, C: d (options)\n");
  SAYS("endpoint=https://dynamodb.ca-central-1.amazonaws.com (the Region)\n");
  tear_down();
}

TEST(endpoints) {
  set_up();
  report("aws:?profile=here", NULL);
  SAYS("profile=here (the URL)\n");
  SAYS("endpoint=http://here:1 (profile here)\n");
  report("aws:?profile=there", NULL);
  SAYS("endpoint=http://there:2 (services s)\n");
  CHECK_INT(setenv("AWS_ENDPOINT_URL", "http://anywhere:3", 1), 0);
  report("aws:?profile=there", NULL);
  SAYS("endpoint=http://anywhere:3 (AWS_ENDPOINT_URL)\n");
  write_file("cynamo.conf", "CYNAMO_CONFIG", "endpoint = http://ours:4\n");
  (void)unsetenv("AWS_ENDPOINT_URL");
  report("aws:eu-west-1", NULL);
  SAYS("endpoint=http://ours:4 (/");
  tear_down();
}

TEST(faults) {
  set_up();
  report("aws:eu-west-1?profile=nobody", NULL);
  SAYS("CynamoUsageError: the profile \"nobody\"");
  report("aws:eu-west-1?profile=odd", NULL);
  SAYS("profile odd: retry_mode is standard, legacy or adaptive, not \"eager\"");
  report("nonsense:", NULL);
  SAYS("CynamoUsageError: nonsense: is no database URL");
  write_file("cynamo.conf", "CYNAMO_CONFIG", "\nregoin = x\n");
  report("memory:", NULL);
  SAYS("/cynamo.conf:2: there is no setting regoin");
  tear_down();
}
