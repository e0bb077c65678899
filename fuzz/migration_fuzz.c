/* Fuzz target: the file of `cynamo migrate`. The input is the file; what is taken has a name, a table and a change or a table
 * to copy into, and its change can be carried out on an item: the item that comes out is a sound one. */
#include <stdio.h>

#include "cli/migration_file.h"
#include "program.h"

static const char sample[] =
    "{\"a\":{\"S\":\"x\"},\"n\":{\"N\":\"1\"},\"b\":{\"BOOL\":true},\"s\":{\"SS\":[\"\\\"p\\\"\",\"q\"]},\"z\":{\"N\":\"0\"},"
    "\"m\":{\"M\":{\"k\":{\"L\":[{\"N\":\"2\"},{\"S\":\"12\"}]}}},\"t\":{\"S\":\"12.5\"},\"u\":{\"NULL\":true}}";

static void change(const cyn_migration *step) {
  cyn_item_builder *before = cyn_item_builder_new(), *after = cyn_item_builder_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_item item = {NULL, 0, NULL}, made;
  bool is_changed = false;
  demand(before != NULL && after != NULL && cyn_item_from_json(before, cyn_str(sample), &item, NULL) == CYN_OK);
  cyn_status status = step->change(item, after, &is_changed, step->user, &error);
  demand((status == CYN_OK) == (error.message == NULL));
  if (status == CYN_OK && is_changed && cyn_item_builder_finish(after, &made, &error) == CYN_OK)
    demand(cyn_item_is_valid((cyn_bytes){(const char *)made.data, made.size}));
  cyn_error_clean_up(&error);
  cyn_item_builder_destroy(before);
  cyn_item_builder_destroy(after);
}

static void read_file(cli_run *run) {
  cli_steps steps = {NULL, 0};
  if (cli_steps_read(run, "-", &steps) == CLI_OK) {
    demand(steps.count != 0);
    for (size_t i = 0; i < steps.count; i++) {
      const cyn_migration *step = &steps.at[i].step;
      demand(step->name[0] != '\0' && step->table[0] != '\0' && step->definition != NULL);
      demand(step->change != NULL || step->into != NULL);
      if (step->change != NULL) change(step);
    }
  }
  cli_steps_clean_up(&steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  cli_run run = program_run();
  run.given.dynamodb_json = (data[0] & 1) != 0;
  stdin = program_file(data + 1, size - 1);
  read_file(&run);
  fclose(stdin);
  cli_memory_destroy(run.memory);
  return 0;
}
