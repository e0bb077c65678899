/* Conditions, assignments and paths as people write them, turned into DynamoDB's expressions: names become #n0, #n1, …
 * (so reserved words need no care), literals become :v0, :v1, ….
 *
 *   path     title   author.name   tags[0]   `a name with anything in it`
 *   literal  12.5   -3   "text" (as JSON)   'text' ('' is a quote)   true   false   null   [1, "a"]   {"a": 1}
 *            {"$set": ["a"]}   {"$binary": "AAEC"}
 *   other    = <> < <= > >= != == + - ( ) , and or not between in, functions as DynamoDB names them */
#ifndef CYN_CLI_EXPRESSION_H
#define CYN_CLI_EXPRESSION_H

#include "cli/run.h"

typedef struct cli_bindings {
  cli_run *run;
  cli_json *names, *values; /* ExpressionAttributeNames and -Values; NULL while there are none */
} cli_bindings;

typedef enum cli_syntax {
  CLI_SYNTAX_CONDITION, /* also an assignment of SET */
  CLI_SYNTAX_PAIR,      /* path and literal, of ADD and DELETE: an array is a set, a minus belongs to its number */
  CLI_SYNTAX_PATHS      /* paths with commas */
} cli_syntax;

/* Appends the translation of `text` to *out; `option` is named in complaints. */
int cli_translate(cli_bindings *bindings, const char *option, cli_syntax syntax, const char *text, cli_text *out);
/* All conditions of --where, joined by AND; *out stays empty without any. */
int cli_translate_where(cli_bindings *bindings, cli_text *out);
/* The placeholder of a name, of a value. */
const char *cli_bind_name(cli_bindings *bindings, cyn_bytes name);
const char *cli_bind_value(cli_bindings *bindings, cli_json *wire);
/* Adds what was bound to a request. */
void cli_add_bindings(const cli_bindings *bindings, cli_json *input);
/* Adds an expression that is not empty. */
void cli_add_text(cli_run *run, cli_json *input, const char *name, const cli_text *text);

#endif
