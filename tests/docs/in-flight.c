/* Many gets in flight: each callback is called once. */
#include "thread.h"

enum { MANY = 20 };

static void on_item(void *user, cyn_status status, const void *output, cyn_error *error) {
  (void)error;
  *(int *)user += status == CYN_OK && cyn_item_count(((const cyn_get_item_output *)output)->item) == 0;
}

static int snippet(cyn_db *db, int n, cyn_get_item_input *input, cyn_result **result, int *state) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = CYN_OK;
/* snippet */
  return status;
}

int main(void) {
  static cyn_get_item_input input[MANY];
  static cyn_result *result[MANY];
  static int state[MANY];
  cyn_db *db = open_threads();
  cyn_item key;
  int calls = 0;
  cyn_item_builder *builder = cyn_item_builder_new();
  cyn_item_put_string(builder, cyn_str("forum"), cyn_str("a"));
  cyn_item_put_string(builder, cyn_str("subject"), cyn_str("b"));
  if (db == NULL || cyn_item_builder_finish(builder, &key, NULL)) return 1;
  for (int i = 0; i < MANY; i++) {
    input[i] = (cyn_get_item_input)CYN_GET_ITEM_INPUT_INIT;
    input[i].table_name = cyn_str("Thread");
    input[i].key = key;
    result[i] = cyn_result_new();
  }
  int status = snippet(db, MANY, input, result, state);
  for (int i = 0; i < MANY; i++) {
    calls += state[i];
    cyn_result_destroy(result[i]);
  }
  cyn_item_builder_destroy(builder);
  cyn_db_close(db);
  return status == 0 && calls == MANY ? 0 : 1;
}
