/* See care.h. */
#include "cli/care.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"

#define OPTIONS_MAX 12

/* What has a scheme before its first slash is a URL. */
static bool has_scheme(const char *text) {
  size_t size = strcspn(text, ":/");
  return text[size] == ':';
}

/* A path as it stands in a URL. */
static bool put_path(char *out, size_t room, const char *path) {
  size_t size = (size_t)snprintf(out, room, "file:");
  for (const char *at = path; *at != '\0'; at++) {
    bool is_special = *at == '?' || *at == '%' || *at == '#';
    if (room - size < 4) return false;
    size += (size_t)snprintf(out + size, room - size, is_special ? "%%%02X" : "%c", (unsigned char)*at);
  }
  return true;
}

int cli_care_url(const char *argument, char out[CLI_CARE_URL_BYTES]) {
  const char *text = argument != NULL ? argument : getenv("CYNAMO_URL");
  if (text == NULL || text[0] == '\0')
    return cli_complain("which database? cynamo %s file:PATH, or CYNAMO_URL", cli_command_name);
  bool fits = has_scheme(text) ? snprintf(out, CLI_CARE_URL_BYTES, "%s", text) < CLI_CARE_URL_BYTES
                               : put_path(out, CLI_CARE_URL_BYTES, text);
  return fits ? CLI_OK : cli_complain("the path of the database is too long");
}

int cli_care_fail(cyn_error *error) {
  bool is_usage = strcmp(error->name, "CynamoUsageError") == 0;
  (void)cli_complain("%s", error->message);
  cyn_error_clean_up(error);
  return is_usage ? CLI_USAGE : CLI_CONNECTION;
}

int cli_care_parse(const char *name, int argc, char **argv, const cli_option *options, size_t option_count,
                   const char **positional, size_t positional_max, size_t *positional_count, bool *done) {
  cli_option all[OPTIONS_MAX];
  bool help = false;
  *done = false;
  cli_command_name = name;
  memcpy(all, options, option_count * sizeof *all);
  all[option_count] = (cli_option){"--help", CLI_FLAG, &help, NULL, "print this"};
  all[option_count + 1] = (cli_option){"-h", CLI_FLAG, &help, NULL, NULL};
  int status = cli_parse(argc, argv, all, option_count + 2, positional, positional_max, positional_count);
  if (status != CLI_OK || !help) return status;
  *done = true;
  cli_command_help(stdout, cli_find_command(name));
  return CLI_OK;
}

const char *cli_care_number(unsigned long long number, char out[32]) {
  char digits[24];
  int size = snprintf(digits, sizeof digits, "%llu", number), used = 0;
  for (int i = 0; i < size; i++) {
    if (i != 0 && (size - i) % 3 == 0) out[used++] = ',';
    out[used++] = digits[i];
  }
  out[used] = '\0';
  return out;
}
