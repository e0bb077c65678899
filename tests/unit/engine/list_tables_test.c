/* ListTables: byte order, a start that need not exist, LastEvaluatedTableName only when more remain. */
#include "service.h"

TEST(pages_in_byte_order) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  service_simple_table(&s, "bbb");
  service_simple_table(&s, "Zzz");
  service_simple_table(&s, "bbb.1");
  service_simple_table(&s, "aaa");
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[\"Zzz\",\"aaa\",\"bbb\",\"bbb.1\"]}");
  ANSWERS(&s, "ListTables", "{\"Limit\":4}", "{\"TableNames\":[\"Zzz\",\"aaa\",\"bbb\",\"bbb.1\"]}");
  ANSWERS(&s, "ListTables", "{\"Limit\":2}", "{\"TableNames\":[\"Zzz\",\"aaa\"],\"LastEvaluatedTableName\":\"aaa\"}");
  ANSWERS(&s, "ListTables", "{\"ExclusiveStartTableName\":\"aaa\"}", "{\"TableNames\":[\"bbb\",\"bbb.1\"]}");
  ANSWERS(&s, "ListTables", "{\"ExclusiveStartTableName\":\"aab\",\"Limit\":1}",
          "{\"TableNames\":[\"bbb\"],\"LastEvaluatedTableName\":\"bbb\"}");
  service_close(&s);
}

TEST(regions_and_accounts_are_apart) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  s.context.region = cyn_str("eu-west-1");
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  s.context.region = cyn_str("us-east-1");
  s.context.account = cyn_str("111111111111");
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  service_close(&s);
}

TEST(tables_whose_deletion_is_over_are_gone) {
  service s;
  cyn_i_engine_options options = {.delete_table_delay_ms = 500};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[\"abc\"]}");
  service_later(&s, 500);
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  service_close(&s);
}
