/* A GetItem of a server that has the table and the item. */
#include "thread.h"

static int snippet(cyn_item key) {
/* snippet */
  bool is_there = output != NULL && cyn_item_count(output->item) > 0;
  cyn_result_destroy(result);
  cyn_db_close(db);
  return is_there ? 0 : 1;
}

int main(void) {
  cyn_db *db = NULL;
  cyn_item key;
  thread t = {.forum = "Cynamo", .subject = "Signals"};
  cyn_item_builder *builder = cyn_item_builder_new();
  cyn_item_put_string(builder, cyn_str("forum"), cyn_str(t.forum));
  cyn_item_put_string(builder, cyn_str("subject"), cyn_str(t.subject));
  if (cyn_open("http://127.0.0.1:8000", NULL, &db, NULL) || cyn_create_model(db, thread, NULL, NULL)) return 1;
  if (cyn_save(db, thread, &t, NULL, NULL) || cyn_item_builder_finish(builder, &key, NULL)) return 1;
  cyn_db_close(db);
  int status = snippet(key);
  cyn_item_builder_destroy(builder);
  return status;
}
