/* The commands that look after what is on disk: check, info, backup, compact, upgrade. They open no database. */
#ifndef CYN_CLI_CARE_H
#define CYN_CLI_CARE_H

#include <cynamo/store.h>

#include "cli/cli.h"

#define CLI_CARE_URL_BYTES 4400

/* The database of an argument: a URL, or the path of its folder; NULL: CYNAMO_URL. */
int cli_care_url(const char *argument, char out[CLI_CARE_URL_BYTES]);
/* Says what the error is; cleans it up; the exit status that fits. */
int cli_care_fail(cyn_error *error);
/* Parses what these commands have in common. *done: help was printed. */
int cli_care_parse(const char *name, int argc, char **argv, const cli_option *options, size_t option_count,
                   const char **positional, size_t positional_max, size_t *positional_count, bool *done);
/* "1,234,567" */
const char *cli_care_number(unsigned long long number, char out[32]);

int cli_check(int argc, char **argv);
int cli_info(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_compact(int argc, char **argv);
int cli_upgrade(int argc, char **argv);

#endif
