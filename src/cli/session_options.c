/* The one table of options of the commands over a database. A command names those it takes (commands.c); parsing, help and
 * completion all come from these rows. */
#include <string.h>

#include "cli/run.h"

#define GENERAL " url region profile output dynamodb-json yes quiet help "

typedef struct row {
  cli_option option; /* `into` is filled when the command is known */
  size_t offset;
} row;

#define ROW(name, kind, member, value_name, help) {{"--" name, kind, NULL, value_name, help}, offsetof(cli_given, member)}

static const row rows[] = {
    /* what a command does */
    ROW("where", CLI_LIST, where, "CONDITION", "only what meets it, as 'views > 3 and begins_with(title, \"S\")'"),
    ROW("index", CLI_TEXT, index, "NAME", "read this index"),
    ROW("begins-with", CLI_TEXT, begins_with, "TEXT", "sort keys that begin so"),
    ROW("from", CLI_TEXT, from, "VALUE", "sort keys from this one on"),
    ROW("to", CLI_TEXT, to, "VALUE", "sort keys up to this one"),
    ROW("after", CLI_TEXT, after, "VALUE", "sort keys behind this one"),
    ROW("before", CLI_TEXT, before, "VALUE", "sort keys before this one"),
    ROW("limit", CLI_NUMBER, limit, "N", "at most N items"),
    ROW("page-size", CLI_NUMBER, page_size, "N", "look at N items a request (as many as fit into a megabyte; migrate: 100)"),
    ROW("reverse", CLI_FLAG, reverse, NULL, "from the highest sort key down"),
    ROW("select", CLI_TEXT, select, "PATHS", "only these attributes, as 'title, tags[0], author.name'"),
    ROW("start", CLI_TEXT, start, "KEY", "go on behind this key (the JSON that the end of the output before names)"),
    ROW("consistent", CLI_FLAG, consistent, NULL, "read what was written last"),
    ROW("set", CLI_LIST, set, "ASSIGNMENT", "as 'views = views + 1' or 'a.b = \"text\"'; may be given often"),
    ROW("add", CLI_LIST, add, "ADDITION", "to a number or a set, as 'views 1' or 'tags [\"new\"]'"),
    ROW("remove", CLI_LIST, remove, "PATHS", "drop attributes, as 'title, tags[0]'"),
    ROW("delete-from", CLI_LIST, delete_from, "DELETION", "take elements out of a set, as 'tags [\"old\"]'"),
    ROW("if-new", CLI_FLAG, if_new, NULL, "only when there is no such item"),
    ROW("old", CLI_FLAG, old, NULL, "print the item as it was"),
    ROW("global-index", CLI_LIST, global_indexes, "INDEX", "NAME=KEY[:TYPE][,SORT[:TYPE]][/all|keys|A+B]"),
    ROW("local-index", CLI_LIST, local_indexes, "INDEX", "NAME=SORT[:TYPE][/all|keys|A+B]"),
    ROW("read-units", CLI_NUMBER, read_units, "N", "provisioned, with --write-units; else on demand"),
    ROW("write-units", CLI_NUMBER, write_units, "N", "provisioned, with --read-units"),
    ROW("ttl", CLI_TEXT, ttl, "ATTRIBUTE", "items expire at the time it holds, in seconds since 1970"),
    ROW("stream", CLI_TEXT, stream, "VIEW", "keys, new, old or both: a stream of what changes"),
    ROW("tag", CLI_LIST, tags, "NAME=VALUE", "a tag; may be given often"),
    ROW("no-wait", CLI_FLAG, no_wait, NULL, "do not wait until it is done"),
    ROW("all-regions", CLI_FLAG, all_regions, NULL, "of every Region, with its name before each"),
    ROW("format", CLI_TEXT, format, "FORMAT", "jsonl, dynamodb-json or csv (by the file's name, else jsonl)"),
    ROW("columns", CLI_TEXT, columns, "NAMES", "the columns of a CSV file, as a,b,c (what the items have)"),
    ROW("types", CLI_TEXT, types, "TYPES", "of CSV columns, as zip=S,views=N (each cell by its look)"),
    ROW("strings", CLI_FLAG, strings, NULL, "CSV cells without a type are strings"),
    ROW("state", CLI_TEXT, state, "FILE", "where to note how far it came (FILE.state beside the file)"),
    ROW("restart", CLI_FLAG, restart, NULL, "begin anew although a state file is there"),
    ROW("errors", CLI_TEXT, errors, "FILE", "write lines that are refused there, and go on"),
    ROW("dry-run", CLI_FLAG, dry_run, NULL, "count what would change, write nothing"),
    ROW("status", CLI_FLAG, status, NULL, "print what is recorded of the file's migrations, or of all"),
    ROW("rate", CLI_NUMBER, rate, "N", "at most N capacity units a second, read and written (no limit)"),
    ROW("segments", CLI_NUMBER, segments, "N", "scan with N threads (4)"),
    /* what all have */
    ROW("url", CLI_TEXT, url, "URL", "the database (CYNAMO_URL, else " CLI_STANDARD_URL ")"),
    ROW("region", CLI_TEXT, region, "REGION", "over the URL's and the environment's"),
    ROW("profile", CLI_TEXT, profile, "NAME", "of the AWS config files, over AWS_PROFILE"),
    ROW("output", CLI_TEXT, output, "json|table", "how to print (json)"),
    ROW("dynamodb-json", CLI_FLAG, dynamodb_json, NULL, "items in and out as the API writes them: {\"S\": \"…\"}"),
    ROW("yes", CLI_FLAG, yes, NULL, "do not ask before deleting, or writing to AWS"),
    ROW("quiet", CLI_FLAG, quiet, NULL, "no progress, no remarks"),
    ROW("help", CLI_FLAG, help, NULL, "print this"),
    {{"-h", CLI_FLAG, NULL, NULL, NULL}, offsetof(cli_given, help)},
};

static bool lists(const char *names, const char *name) {
  size_t size = strlen(name);
  for (const char *at = names; (at = strstr(at, name)) != NULL; at += size)
    if ((at == names || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0')) return true;
  return false;
}

size_t cli_session_options(const cli_command *command, cli_given *into, cli_option *out, size_t room) {
  size_t count = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && count < room; i++) {
    const char *name = rows[i].option.name + 2;
    bool is_short = rows[i].option.name[1] == 'h';
    if (!is_short && !lists(GENERAL, name) && !lists(command->options, name)) continue;
    out[count] = rows[i].option;
    out[count++].into = (char *)into + rows[i].offset;
  }
  return count;
}
