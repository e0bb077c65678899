/* Walks over the catalog, for logs and metrics. */
#include "items.h"

ITEM_TEST(tables_elsewhere) {
  char text[64] = "x";
  CHECK(!cyn_i_engine_table_elsewhere(s->engine, &s->context, cyn_str("tab"), text));
  CHECK_STR(text, "");
  CHECK_INT(cyn_i_engine_table_count(s->engine), 0);
  items_table(s, "tab", "p S HASH", NULL);
  CHECK(!cyn_i_engine_table_elsewhere(s->engine, &s->context, cyn_str("tab"), text));
  cyn_i_context here = s->context;
  s->context.region = cyn_str("eu-central-1");
  items_table(s, "far", "p S HASH", NULL);
  s->context = here;
  CHECK(cyn_i_engine_table_elsewhere(s->engine, &s->context, cyn_str("far"), text));
  CHECK_STR(text, "eu-central-1");
  s->context.account = cyn_str("123456789012");
  CHECK(cyn_i_engine_table_elsewhere(s->engine, &s->context, cyn_str("far"), text));
  CHECK_STR(text, "eu-central-1 (account 000000000000)");
  CHECK(!cyn_i_engine_table_elsewhere(s->engine, &s->context, cyn_str("none"), text));
  CHECK_INT(cyn_i_engine_table_count(s->engine), 2);
}
