/* CSV as RFC 4180 has it: commas, quotes doubled inside quotes, line ends inside quotes, LF or CRLF. */
#ifndef CYN_CLI_CSV_H
#define CYN_CLI_CSV_H

#include "cli/records.h"

/* The cells of the next record, as an array of strings, and its text. Empty lines are passed over. */
cli_record_result cli_csv_read(cli_records *records, cli_json **cells, cyn_bytes *raw, const char **fault);
void cli_csv_write_cell(cyn_bytes cell, cli_text *out);

#endif
