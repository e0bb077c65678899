/* What DescribeTable says of the keys of a table and its indexes, and arguments as keys of those types. */
#ifndef CYN_CLI_SCHEMA_H
#define CYN_CLI_SCHEMA_H

#include "cli/plain.h"
#include "cli/run.h"

#define CLI_KEYS_MAX 8 /* an index may have four of each kind */

typedef struct cli_key {
  cyn_bytes name;
  const char *type; /* "S", "N", "B" */
} cli_key;

/* Partition keys first. */
typedef struct cli_schema {
  cli_key keys[CLI_KEYS_MAX];
  size_t hash_count, count;
  cli_json *table; /* DescribeTable's Table */
} cli_schema;

/* Of the table, or with `index` of that index. */
int cli_schema_read(cli_run *run, const char *table, const char *index, cli_schema *out);
/* The indexes of a description, global ones first; NULL behind the last. */
const cli_json *cli_schema_index(const cli_json *table, size_t number);

/* An argument as a value of the key's type. */
int cli_key_value(cli_run *run, const cli_key *key, const char *text, cli_json **out);
/* The key of an item from the arguments behind the table's name; all parts must be there. */
int cli_key_of(cli_run *run, const cli_schema *schema, cli_json **out);

#endif
