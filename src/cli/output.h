/* Printing: documents, items one a line or as a table. */
#ifndef CYN_CLI_OUTPUT_H
#define CYN_CLI_OUTPUT_H

#include "cli/run.h"
#include "cli/schema.h"

/* Colours are for terminals, unless NO_COLOR is set. */
bool cli_is_coloured(FILE *to);
/* Columns of the terminal; 80 where it does not say. */
size_t cli_terminal_columns(int fd);

/* A document, indented. */
void cli_print_document(cli_run *run, const cli_json *document);
/* One item, given in DynamoDB JSON: indented, or a table of one line. */
void cli_print_item(cli_run *run, const cli_schema *schema, const cli_json *wire);
/* Items that are found one page after the other. */
void cli_print_items(cli_run *run, const cli_schema *schema, const cli_json *wire_items);

/* Rows of text as a table; cells are strings, an absent one is empty. The first row is the header. */
typedef struct cli_table {
  cli_run *run;
  size_t columns, rows, room;
  cyn_bytes *cells;
  bool *is_right; /* by column */
} cli_table;
void cli_table_init(cli_table *table, cli_run *run, size_t columns);
cyn_bytes *cli_table_row(cli_table *table);
void cli_table_print(const cli_table *table);

#endif
