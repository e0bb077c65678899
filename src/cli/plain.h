/* Plain JSON, as people write it, and DynamoDB JSON, as the API has it. Each plain form says its type, so the way there
 * and back gives the same item:
 *
 *   S "text"   N 12.50 (exact)   BOOL true   NULL null   L [1, "a"]   M {"a": 1}
 *   B {"$binary": "base64"}      SS, NS, BS {"$set": ["a", "b"]}, typed by its elements
 *   {"$map": {…}} is a map that one of these names would make something else; {"$number": "…"} a number that JSON
 *   cannot write */
#ifndef CYN_CLI_PLAIN_H
#define CYN_CLI_PLAIN_H

#include "cli/json.h"

/* One value. NULL on a fault, with *fault in the same memory; nodes of `plain` may be used in the answer. */
cli_json *cli_plain_to_wire(cli_memory *memory, const cli_json *plain, const char **fault);
/* An item or a key: the values of an object. */
cli_json *cli_plain_item(cli_memory *memory, const cli_json *plain, const char **fault);
/* An array of strings, numbers or binaries as a set. */
cli_json *cli_plain_set(cli_memory *memory, const cli_json *array, const char **fault);

/* The way back; what is no DynamoDB JSON comes back as it is. */
cli_json *cli_wire_to_plain(cli_memory *memory, const cli_json *wire);
cli_json *cli_wire_item(cli_memory *memory, const cli_json *wire);

/* {"S": text} and the like. */
cli_json *cli_wire_scalar(cli_memory *memory, const char *type, cyn_bytes text);

#endif
