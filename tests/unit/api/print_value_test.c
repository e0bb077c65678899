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
      {"CreateTable", "{\"DeletionProtectionEnabled\":false}", "false"},
      {"ExecuteStatement", "{\"Parameters\":[{\"N\":\"no number\"},{\"S\":\"x\"}]}", "[, {\"S\":\"x\"}]"},
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

static const char *printed_member(cyn_i_arena *arena, int operation, const char *name, const void *place) {
  const cyn_i_member *member = cyn_i_shape_member(cyn_i_operations[operation].input, cyn_str(name), 0);
  return member != NULL ? printed(arena, member->shape, place) : "no such member";
}

/* Whatever holds the text, a message stays short, and ends as it should. */
TEST(long_parts_are_cut) {
  static char body[200000];
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_i_shape *shape = cyn_i_operations[CYN_OPERATION_GET_ITEM].input;
  void *input = NULL;
  size_t at = (size_t)snprintf(body, sizeof body, "{\"Key\":{\"long\":{\"S\":\"");
  memset(body + at, 'x', 20000);
  at += 20000;
  at += (size_t)snprintf(body + at, sizeof body - at, "\"},\"short\":{\"N\":\"1\"}},\"ExpressionAttributeNames\":{");
  for (int i = 0; i < 5000; i++) at += (size_t)snprintf(body + at, sizeof body - at, "%s\"#%d\":\"a name\"", i != 0 ? "," : "", i);
  (void)snprintf(body + at, sizeof body - at, "}}");
  REQUIRE(cyn_i_api_decode(shape, cyn_str(body), &arena, &input, NULL) == CYN_OK);
  const cyn_get_item_input *get = input;
  CHECK_STR(printed_member(&arena, CYN_OPERATION_GET_ITEM, "Key", &get->key), "{long=..., short={\"N\":\"1\"}}");
  const char *names = printed_member(&arena, CYN_OPERATION_GET_ITEM, "ExpressionAttributeNames", &get->expression_attribute_names);
  size_t size = strlen(names);
  CHECK(size > 16000 && size < 17000 && names[size - 1] == '}');
  CHECK(strncmp(names, "{#0=a name, #1=a name, ", 23) == 0);
  at = (size_t)snprintf(body, sizeof body, "{\"Key\":{");
  for (int i = 0; i < 5000; i++) at += (size_t)snprintf(body + at, sizeof body - at, "%s\"k%d\":{\"N\":\"1\"}", i != 0 ? "," : "", i);
  (void)snprintf(body + at, sizeof body - at, "}}");
  REQUIRE(cyn_i_api_decode(shape, cyn_str(body), &arena, &input, NULL) == CYN_OK);
  const char *key = printed_member(&arena, CYN_OPERATION_GET_ITEM, "Key", &((const cyn_get_item_input *)input)->key);
  size = strlen(key);
  CHECK(size > 16000 && size < 17000 && strcmp(key + size - 2, "}}") == 0);
  cyn_i_arena_clean_up(&arena);
}

/* The limit falls between a key and its value, and within the only character of a text. */
TEST(the_limit_between_two_parts) {
  static char text[16384];
  memset(text, 'x', sizeof text);
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_bytes list[2] = {{text, 16382}, {"\xc3\xa9", 2}};
  cyn_string_list names = {2, list};
  const char *outcome = printed_member(&arena, CYN_OPERATION_GET_ITEM, "AttributesToGet", &names);
  CHECK_INT(strlen(outcome), 16386); /* with the comma the limit is reached, and the second has no room */
  CHECK_STR(outcome + 16380, "xxx, ]");
  list[0].size = 16380; /* room for one byte of the second, which has two */
  outcome = printed_member(&arena, CYN_OPERATION_GET_ITEM, "AttributesToGet", &names);
  CHECK_STR(outcome + 16380, "x, ]");
  cyn_i_arena_clean_up(&arena);
}
