/* Fuzz target: what people type. The first byte chooses: a line of the shell; a condition, an assignment or paths; plain JSON.
 * A line is split into words that fit into it; what is translated is an expression whose placeholders are all bound; plain
 * JSON goes to DynamoDB's JSON and back to the same text. */
#include <stdio.h>

#include "cli/expression.h"
#include "cli/plain.h"
#include "cli/words.h"
#include "program.h"

static void read_words(cli_memory *memory, const char *line) {
  cli_words words = cli_split(memory, line);
  size_t total = 0;
  for (size_t i = 0; i < words.count; i++) total += strlen(words.at[i]);
  demand(words.at[words.count] == NULL && total <= strlen(line));
}

static void read_expression(cli_run *run, cli_syntax syntax, const char *text) {
  cli_bindings bindings = {run, NULL, NULL};
  cli_text out = CLI_TEXT_INIT(run);
  if (cli_translate(&bindings, "--where", syntax, text, &out) != CLI_OK) return;
  demand(out.size != 0 && out.data[out.size] == '\0');
  for (const char *at = out.data; *at != '\0'; at++) {
    const cli_json *bound = *at == '#' ? bindings.names : bindings.values;
    if (*at != '#' && *at != ':') continue;
    size_t size = strspn(at + 1, "nv0123456789");
    demand(cli_json_get_bytes(bound, (cyn_bytes){at, size + 1}) != NULL);
  }
}

static cyn_bytes written(cli_memory *memory, const cli_json *node, unsigned style) {
  cli_text text = {memory, NULL, 0, 0};
  cli_json_write(&text, node, style);
  return (cyn_bytes){text.data, text.size};
}

static void read_json(cli_memory *memory, cyn_bytes text) {
  const char *fault = NULL;
  cli_json *read = cli_json_read(memory, text, NULL, &fault);
  demand(read != NULL || fault != NULL);
  if (read == NULL) return;
  cyn_bytes first = written(memory, read, 0), indented = written(memory, read, CLI_JSON_INDENTED);
  cli_json *again = cli_json_read(memory, indented, NULL, &fault);
  demand(again != NULL);
  cyn_bytes second = written(memory, again, 0);
  demand(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
  cli_json *wire = cli_plain_to_wire(memory, again, &fault);
  if (wire == NULL) return;
  cyn_bytes sent = written(memory, wire, 0);
  cli_json *back = cli_wire_to_plain(memory, wire);
  cli_json *there = cli_plain_to_wire(memory, back, &fault);
  demand(there != NULL);
  cyn_bytes resent = written(memory, there, 0);
  demand(sent.size == resent.size && memcmp(sent.data, resent.data, sent.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  cli_run run = program_run();
  const char *text = cli_copy(run.memory, (const char *)data + 1, size - 1);
  switch (data[0] % 5) {
    case 0: read_words(run.memory, text); break;
    case 1: read_expression(&run, CLI_SYNTAX_CONDITION, text); break;
    case 2: read_expression(&run, CLI_SYNTAX_PAIR, text); break;
    case 3: read_expression(&run, CLI_SYNTAX_PATHS, text); break;
    default: read_json(run.memory, (cyn_bytes){text, size - 1}); break;
  }
  cli_memory_destroy(run.memory);
  return 0;
}
