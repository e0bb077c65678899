/* DynamoDB inside the program: makes a table in memory, puts three songs, asks for one artist's.   embed [memory:|file:PATH] */
#include <cynamo/cynamo.h>

#include <stdio.h>

static cyn_status create_table(cyn_db *db, cyn_result *result, cyn_error *error) {
  static const char table[] = "{\"TableName\": \"Songs\", \"BillingMode\": \"PAY_PER_REQUEST\","
                              "\"AttributeDefinitions\": [{\"AttributeName\": \"Artist\", \"AttributeType\": \"S\"},"
                              "                           {\"AttributeName\": \"Title\", \"AttributeType\": \"S\"}],"
                              "\"KeySchema\": [{\"AttributeName\": \"Artist\", \"KeyType\": \"HASH\"},"
                              "                {\"AttributeName\": \"Title\", \"KeyType\": \"RANGE\"}]}";
  cyn_bytes answer; /* any operation can be called with JSON; those below use the structs */
  return cyn_call_json(db, "CreateTable", cyn_str(table), result, &answer, error);
}

static cyn_status put_song(cyn_db *db, const char *artist, const char *title, int year, cyn_result *result, cyn_error *error) {
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  cyn_item_builder *song = cyn_item_builder_new();
  input.table_name = cyn_str("Songs");
  cyn_item_put_string(song, cyn_str("Artist"), cyn_str(artist));
  cyn_item_put_string(song, cyn_str("Title"), cyn_str(title));
  cyn_item_put_int(song, cyn_str("Year"), year);
  cyn_status status = cyn_item_builder_finish(song, &input.item, error);
  if (status == CYN_OK) status = cyn_put_item(db, &input, result, &output, error);
  cyn_item_builder_destroy(song);
  return status;
}

static cyn_status print_songs_of(cyn_db *db, const char *artist, cyn_result *result, cyn_error *error) {
  cyn_query_input input = CYN_QUERY_INPUT_INIT;
  const cyn_query_output *output;
  cyn_item_builder *values = cyn_item_builder_new();
  input.table_name = cyn_str("Songs");
  input.key_condition_expression = cyn_str("Artist = :artist");
  cyn_item_put_string(values, cyn_str(":artist"), cyn_str(artist));
  cyn_status status = cyn_item_builder_finish(values, &input.expression_attribute_values, error);
  if (status == CYN_OK) status = cyn_query(db, &input, result, &output, error);
  for (size_t i = 0; status == CYN_OK && i < output->items.count; i++) {
    char line[500];
    cyn_item_to_json(output->items.at[i], line, sizeof line);
    printf("%s\n", line);
  }
  cyn_item_builder_destroy(values);
  return status;
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_result *result = cyn_result_new(); /* what a call returns lives here until the next call */

  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = create_table(db, result, &error);
  if (status == CYN_OK) status = put_song(db, "Mozart", "Figaro", 1786, result, &error);
  if (status == CYN_OK) status = put_song(db, "Mozart", "Così fan tutte", 1790, result, &error);
  if (status == CYN_OK) status = put_song(db, "Verdi", "Falstaff", 1893, result, &error);
  if (status == CYN_OK) status = print_songs_of(db, "Mozart", result, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);

  cyn_result_destroy(result);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  return status == CYN_OK ? 0 : 1;
}
