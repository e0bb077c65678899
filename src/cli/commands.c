/* The table of commands: help, completion and main read it. */
#include <string.h>

#include "cli/care.h"
#include "cli/cli.h"
#include "cli/run.h"

#define KEYS "A key is converted to the type that the table says: text, a number, or base64 for a binary.\n"
#define ITEMS                                                                                                         \
  "Items are plain JSON: {\"$binary\": \"base64\"} is a binary, {\"$set\": [...]} a set; numbers stay exact.\n"
#define FILES                                                                                                         \
  "FILE may be - for standard input or output. What was interrupted goes on where it stopped when it is called\n"    \
  "again: FILE.state says where that is.\n"
#define MIGRATIONS                                                                                                    \
  "FILE holds an array of steps: {\"name\": ..., \"version\": 1, \"table\": ...} with where, into, rename, encode, backfill,\n" \
  "set, add, remove, delete-from (docs/command-line.md). Each is applied once, while the table is in use; what was\n"            \
  "interrupted or killed goes on where it stopped when it is called again. With names only those steps are run.\n"
#define CARE "The database is file:PATH, or the path of its folder; else CYNAMO_URL. docs/durability.md says more.\n"

const cli_command cli_commands[] = {
    {"serve", "[URL] [options]", "start the server", cli_serve, NULL, NULL, 0, 0, NULL},
    {"ping", "[URL]", "ask a server for its health", cli_ping, NULL, NULL, 0, 0, NULL},
    {"tables", "", "list the tables", NULL, cli_tables, "all-regions", 0, 0, NULL},
    {"describe", "TABLE", "show a table", NULL, cli_describe, "", 1, 1, NULL},
    {"create-table", "TABLE KEY[:TYPE] [SORT[:TYPE]]", "create a table", NULL, cli_create_table,
     "global-index local-index read-units write-units ttl stream tag no-wait", 2, 3,
     "TYPE is S (string, the standard), N (number) or B (binary).\n"},
    {"delete-table", "TABLE", "delete a table and its items", NULL, cli_delete_table, "no-wait", 1, 1, NULL},
    {"get", "TABLE KEY [SORT]", "print an item", NULL, cli_get, "select consistent", 2, 8, KEYS},
    {"put", "TABLE JSON|@FILE|-", "store an item, or an array of them", NULL, cli_put, "where if-new old", 2, 2, ITEMS},
    {"update", "TABLE KEY [SORT]", "change an item, and print it", NULL, cli_update,
     "set add remove delete-from where old", 2, 8, KEYS},
    {"delete", "TABLE KEY [SORT]", "delete an item", NULL, cli_delete, "where old", 2, 8, KEYS},
    {"query", "TABLE KEY [SORT]", "print the items of a partition key, one a line", NULL, cli_query,
     "index begins-with from to after before where limit page-size reverse select start consistent", 2, 9, KEYS},
    {"scan", "TABLE", "print all items, one a line", NULL, cli_scan, "index where limit page-size select start consistent", 1, 1,
     NULL},
    {"count", "TABLE [KEY [SORT]]", "count items", NULL, cli_count,
     "index begins-with from to after before where consistent", 1, 9, KEYS},
    {"call", "OPERATION [JSON|@FILE|-]", "any operation of the API", NULL, cli_call, "", 1, 2,
     "The JSON is the body of the request, as DynamoDB documents it; {} when it is left out.\n"},
    {"import", "TABLE FILE", "store the items of a file", NULL, cli_import, "format types strings state restart errors", 2, 2,
     FILES},
    {"export", "TABLE FILE", "write all items to a file", NULL, cli_export,
     "format columns index where select consistent page-size state restart", 2, 2, FILES},
    {"migrate", "[FILE [NAME ...]]", "apply migrations to tables", NULL, cli_migrate, "dry-run status rate segments page-size", 0,
     CLI_ARGUMENTS_MAX, MIGRATIONS},
    {"settings", "", "print each setting in force and where it comes from", NULL, cli_settings, "", 0, 0,
     "Nothing is opened or sent. docs/default-configuration.md lists the settings.\n"},
    {"check", "[file:PATH]", "look for damage in a file, to its last value", cli_check, NULL, NULL, 0, 0,
     CARE "Exits with 0 when it is sound, with 1 when it is damaged. One that is in use is looked at as of its last commit.\n"
          "  --max N       tell at most N faults (100)\n"
          "  --quiet       only faults\n"},
    {"info", "[file:PATH]", "tell about a file and its tables", cli_info, NULL, NULL, 0, 0, CARE},
    {"backup", "[file:PATH] FOLDER", "copy a database, in use or not, and check the copy", cli_backup, NULL, NULL, 0, 0,
     CARE "FOLDER must not exist yet; it is a database like any other.\n"
          "  --no-check    do not look at the copy\n"
          "  --quiet       no remarks\n"},
    {"compact", "[file:PATH]", "give the room of deleted items back to the disk", cli_compact, NULL, NULL, 0, 0,
     CARE "  --quiet       no remarks\n"},
    {"upgrade", "[file:PATH]", "bring a file to the format of this Cynamo", cli_upgrade, NULL, NULL, 0, 0, CARE},
    {"shell", "", "commands by prompt, with history and completion", NULL, cli_shell, "", 0, 0,
     "Commands are those of the command line, without the word cynamo. JSON needs no quotes around it.\n"},
    {"completion", "bash|zsh|fish", "print the completion script of a shell", cli_completion, NULL, NULL, 0, 0, NULL},
    {"complete", "", "what the completion scripts ask", cli_complete, NULL, NULL, 0, 0, NULL},
    {"version", "", "print the version", cli_version, NULL, NULL, 0, 0, NULL},
    {"help", "[COMMAND]", "print this, or the help of a command", cli_help, NULL, NULL, 0, 0, NULL},
};
const size_t cli_command_count = sizeof cli_commands / sizeof cli_commands[0];
