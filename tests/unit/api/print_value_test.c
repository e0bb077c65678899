/* Values as constraint messages print them; long ones are cut on a character. */
#include "api_cases.h"

#include "api/api_private.h"

static const char *printed(cyn_i_arena *arena, const cyn_i_shape *shape, const void *place) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_print_value(shape, place, &buf);
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

TEST(members_of_every_kind) {
  static const api_case cases[] = {
      {"CreateTable", "{\"KeySchema\":[{\"AttributeName\":\"UUID\",\"KeyType\":\"HASH\"},{}]}",
       "[KeySchemaElement(attributeName=UUID, keyType=HASH), KeySchemaElement(attributeName=null, keyType=null)]"},
      {"CreateTable", "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5}}",
       "ProvisionedThroughput(readCapacityUnits=5, writeCapacityUnits=null)"},
      {"CreateTable", "{\"DeletionProtectionEnabled\":true}", "true"},
      {"GetItem", "{\"AttributesToGet\":[\"a\",\"b\"]}", "[a, b]"},
      {"GetItem", "{\"ExpressionAttributeNames\":{\"#a\":\"b\",\"#c\":\"d\"}}", "{#a=b, #c=d}"},
      {"GetItem", "{\"Key\":{\"a\":{\"S\":\"x\"},\"b\":{\"N\":\"1\"}}}", "{a={\"S\":\"x\"}, b={\"N\":\"1\"}}"},
      {"GetItem", "{\"Key\":{\"a\":{\"N\":\"x\"}}}", "{}"},
      {"ExecuteStatement", "{\"Parameters\":[{\"S\":\"x\"},{\"NULL\":true}]}", "[{\"S\":\"x\"}, {\"NULL\":true}]"},
      {"GetShardIterator", "{\"Timestamp\":1.5}", "1.5"},
  };
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const cyn_i_shape *shape = operation_named(cases[i].operation)->input;
    cyn_error error = CYN_ERROR_INIT;
    void *input = NULL;
    REQUIRE(cyn_i_api_decode(shape, cyn_str(cases[i].body), &arena, &input, &error) == CYN_OK);
    for (uint32_t m = 0; m < shape->member_count; m++) {
      const void *place = (const uint8_t *)input + shape->members[m].offset;
      if (cyn_i_is_present(shape->members[m].shape, place)) {
        CHECK_STR(printed(&arena, shape->members[m].shape, place), cases[i].outcome);
      } else {
        CHECK_STR(printed(&arena, shape->members[m].shape, place), "null");
      }
    }
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(long_values_are_cut) {
  static char text[100001];
  for (size_t i = 0; i + 2 <= 100000; i += 2) memcpy(text + i, "\xc3\xa9", 2);
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_bytes bytes[3] = {{"x", 1}, {text, 100000}, {text, 100000}};
  cyn_string_list list = {3, bytes};
  const cyn_i_shape *shape = cyn_i_operations[CYN_OPERATION_GET_ITEM].input;
  const cyn_i_member *member = cyn_i_shape_member(shape, cyn_str("AttributesToGet"), 0);
  REQUIRE(member != NULL);
  const char *outcome = printed(&arena, member->shape, &list);
  size_t size = strlen(outcome);
  CHECK(size > 16000 && size < 17000);
  CHECK(memcmp(outcome, "[x, \xc3\xa9", 6) == 0);
  CHECK_STR(outcome + size - 3, "\xc3\xa9]");
  cyn_i_arena_clean_up(&arena);
}
