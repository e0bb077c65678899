/* Items in files: one record after the other, in one of three formats.
 *
 *   jsonl           a line of plain JSON for each item
 *   dynamodb-json   a line {"Item": {"a": {"S": "…"}}}, as DynamoDB exports to S3; read also without "Item"
 *   csv             a header of names; a cell is the plain JSON that it looks like, else a string; empty: not there.
 *                   Keys, and columns with a type, are read as that. A string that looks like JSON stands in JSON's quotes. */
#ifndef CYN_CLI_RECORDS_H
#define CYN_CLI_RECORDS_H

#include <stdint.h>

#include "cli/run.h"
#include "cli/schema.h"

typedef enum cli_format_kind { CLI_FORMAT_JSONL, CLI_FORMAT_DYNAMODB_JSON, CLI_FORMAT_CSV } cli_format_kind;

/* By --format, else by the end of the file's name. */
int cli_format_of(cli_run *run, const char *file, cli_format_kind *out);
const char *cli_format_name(cli_format_kind kind);

typedef struct cli_records {
  cli_run *run;
  cli_format_kind kind;
  FILE *file;
  uint64_t offset, line; /* behind what was read */
  cli_json *columns;     /* of CSV: names; lives as long as the run */
  const char **types;    /* by column; NULL: by its look */
} cli_records;

typedef enum cli_record_result { CLI_RECORD_ITEM, CLI_RECORD_END, CLI_RECORD_BAD } cli_record_result;

/* Reads the header of a CSV file; the schema types its key columns, --types others. */
int cli_records_begin(cli_records *records, const cli_schema *schema);
/* The next item in DynamoDB JSON, and its text as it stands in the file; or what is wrong with it. In run->memory. */
cli_record_result cli_records_next(cli_records *records, cli_json **item, cyn_bytes *raw, const char **fault);

/* Appends one item, given in DynamoDB JSON. Returns how many of its attributes have no column. */
size_t cli_record_write(const cli_records *records, const cli_json *item, cli_text *out);
/* Appends the header of a CSV file. */
void cli_record_write_header(const cli_records *records, cli_text *out);

#endif
