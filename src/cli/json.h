/* JSON as a tree, for what the program reads from people and servers. Numbers stay the text that they were: nothing is
 * rounded. Nodes and decoded strings live in the memory that is given; strings without escapes borrow the text. */
#ifndef CYN_CLI_JSON_H
#define CYN_CLI_JSON_H

#include "cli/memory.h"

typedef enum cli_json_kind {
  CLI_JSON_NULL,
  CLI_JSON_BOOL,
  CLI_JSON_NUMBER,
  CLI_JSON_STRING,
  CLI_JSON_ARRAY,
  CLI_JSON_OBJECT
} cli_json_kind;

typedef struct cli_json {
  cli_json_kind kind;
  bool truth;     /* of a BOOL */
  cyn_bytes text; /* of a NUMBER or STRING */
  cyn_bytes name; /* in an object */
  size_t count;   /* of members or elements */
  struct cli_json *first, *last, *next;
} cli_json;

/* Reads one value. With `end` NULL only space may follow it; else *end is where it ended. NULL on a fault: `*fault`
 * says what and where ("character 12: …"), in the same memory. */
cli_json *cli_json_read(cli_memory *memory, cyn_bytes text, size_t *end, const char **fault);

/* True when all of the text is a number as JSON writes it. */
bool cli_json_is_number(cyn_bytes text);

cli_json *cli_json_object(cli_memory *memory);
cli_json *cli_json_array(cli_memory *memory);
cli_json *cli_json_string(cli_memory *memory, cyn_bytes content); /* borrows */
cli_json *cli_json_number(cli_memory *memory, cyn_bytes text);    /* borrows */
cli_json *cli_json_bool(cli_memory *memory, bool truth);
cli_json *cli_json_null(cli_memory *memory);

/* Adds a node that is in no other container; the name is borrowed. Returns the node. */
cli_json *cli_json_add(cli_json *object, const char *name, cli_json *node);
cli_json *cli_json_add_bytes(cli_json *object, cyn_bytes name, cli_json *node);
cli_json *cli_json_push(cli_json *array, cli_json *node);

/* The same node under no name and in no container: to be put elsewhere. Children are shared. */
cli_json *cli_json_copy(cli_memory *memory, const cli_json *node);

/* The member of that name; NULL when there is none, or no object. */
cli_json *cli_json_get(const cli_json *object, const char *name);
cli_json *cli_json_get_bytes(const cli_json *object, cyn_bytes name);
/* The text of a string member; absent when there is none. */
cyn_bytes cli_json_text(const cli_json *object, const char *name);

#define CLI_JSON_INDENTED 1u
#define CLI_JSON_COLOURED 2u
void cli_json_write(cli_text *out, const cli_json *node, unsigned style);

#endif
