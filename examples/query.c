/* Lists the subdivisions of a country from the example table of `make run`:   query file:cynamo-data CH */
#include <cynamo/cynamo.h>

#include <stdio.h>

int main(int argc, char **argv) {
  const char *url = argc > 1 ? argv[1] : "memory:";
  const char *country = argc > 2 ? argv[2] : "CH";
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_result *result = cyn_result_new();
  cyn_item_builder *values = cyn_item_builder_new();

  cyn_query_input input = CYN_QUERY_INPUT_INIT;
  input.table_name = cyn_str("Subdivisions");
  input.key_condition_expression = cyn_str("Country = :country");
  cyn_item_put_string(values, cyn_str(":country"), cyn_str(country));

  const cyn_query_output *output = NULL;
  cyn_status status = cyn_open(url, NULL, &db, &error);
  if (status == CYN_OK) status = cyn_item_builder_finish(values, &input.expression_attribute_values, &error);
  if (status == CYN_OK) status = cyn_query(db, &input, result, &output, &error);

  for (size_t i = 0; status == CYN_OK && i < output->items.count; i++) {
    cyn_bytes code = cyn_value_string(cyn_item_get(output->items.at[i], cyn_str("Code")));
    cyn_bytes name = cyn_value_string(cyn_item_get(output->items.at[i], cyn_str("Name")));
    printf("%.*s  %.*s\n", (int)code.size, code.data, (int)name.size, name.data);
  }
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);

  cyn_item_builder_destroy(values);
  cyn_result_destroy(result);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  return status == CYN_OK ? 0 : 1;
}
