/* Reading one item from a view, and paths that a key attribute cannot have. */
#include "engine/read.h"

#include "engine/item_key.h"
#include "items.h"

ITEM_TEST(sizes_and_copies) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'x':{'S':'four'}}}");
  cyn_i_table *table = items_catalog(s, "tab");
  cyn_i_worker *worker = cyn_i_worker_take(s->engine, NULL);
  REQUIRE(table != NULL && worker != NULL);
  cyn_i_store_key key;
  cyn_bytes a = cyn_str("a"), b = cyn_str("b");
  cyn_item item;
  uint32_t size = 9;
  CHECK(cyn_i_partition_key(table->space, &a, 1, &s->arena, &key));
  CHECK_INT(cyn_i_store_view_begin(worker->view, NULL), CYN_OK);
  CHECK_INT(cyn_i_read_item(worker, &key, NULL, &s->arena, &item, &size, NULL), CYN_OK);
  cyn_i_store_view_end(worker->view);
  CHECK_INT(size, 7);
  CHECK(item.data != NULL && cyn_i_item_is_valid(item.data, item.size)); /* outlives the view */
  CHECK(cyn_i_partition_key(table->space, &b, 1, &s->arena, &key));
  CHECK_INT(cyn_i_store_view_begin(worker->view, NULL), CYN_OK);
  CHECK_INT(cyn_i_read_item(worker, &key, NULL, &s->arena, &item, &size, NULL), CYN_OK);
  cyn_i_store_view_end(worker->view);
  CHECK(item.data == NULL && size == 0);
  CHECK_INT(cyn_i_check_key_paths(table, NULL, NULL), CYN_OK);
  cyn_i_worker_give(worker);
  cyn_i_table_release(table);
}
