/* README's program: the song is there, with its two keys and its year. */
#include <cynamo/cynamo.h>

#include <stdio.h>

static const char table[] = "{\"TableName\": \"Music\", \"BillingMode\": \"PAY_PER_REQUEST\","
                            " \"KeySchema\": [{\"AttributeName\": \"Artist\", \"KeyType\": \"HASH\"},"
                            "                 {\"AttributeName\": \"Song\", \"KeyType\": \"RANGE\"}],"
                            " \"AttributeDefinitions\": [{\"AttributeName\": \"Artist\", \"AttributeType\": \"S\"},"
                            "                          {\"AttributeName\": \"Song\", \"AttributeType\": \"S\"}]}";
static const char song[] = "{\"TableName\": \"Music\", \"Item\": {\"Artist\": {\"S\": \"Nina Simone\"},"
                           " \"Song\": {\"S\": \"Sinnerman\"}, \"Year\": {\"N\": \"1965\"}}}";

static int fail(const cyn_error *error) {
  printf("%s: %s\n", error->name, error->message);
  return 1;
}

static int snippet(void) {
/* snippet */
  size_t count = output != NULL ? cyn_item_count(output->item) : 0;
  cyn_item_builder_destroy(key);
  cyn_result_destroy(result);
  cyn_db_close(db);
  return count == 3 ? 0 : 1;
}

int main(void) {
  cyn_db *db = NULL;
  cyn_bytes answer;
  cyn_result *result = cyn_result_new();
  if (cyn_open("file:music", NULL, &db, NULL) || cyn_call_json(db, "CreateTable", cyn_str(table), result, &answer, NULL)) return 1;
  if (cyn_call_json(db, "PutItem", cyn_str(song), result, &answer, NULL)) return 1;
  cyn_result_destroy(result);
  cyn_db_close(db);
  return snippet();
}
