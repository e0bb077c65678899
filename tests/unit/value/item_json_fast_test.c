/* The fast way of reading items beside the general one: the same bytes, faults and texts, for texts of all kinds, cut and
 * changed at every byte; and that it takes what it is there for. */
#include "value/item_json_fast.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "test.h"
#include "value/item.h"
#include "value/item_json.h"

static cyn_i_arena arena;

typedef struct decoded {
  bool is_read;
  size_t used; /* of the text */
  const char *serialization;
  cyn_item item;
} decoded;

/* Inside of `depth` arrays; at CYN_ITEM_JSON_DEPTH_MAX of them the fast way is shut. The text is copied to the end of a heap
 * block, so that the sanitizer sees a byte read too far. */
static decoded decode(const uint8_t *text, size_t size, size_t depth) {
  decoded out = {0};
  cyn_i_json json;
  cyn_i_json_fault fault = {NULL};
  uint8_t *body = malloc(depth + size);
  if (body == NULL) return out;
  memset(body, '[', depth);
  memcpy(body + depth, text, size);
  cyn_i_json_init(&json, body, depth + size, &arena);
  for (size_t i = 0; i < depth; i++) (void)cyn_i_json_next(&json);
  out.is_read = cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN && cyn_i_item_from_json(&json, &out.item, &fault);
  out.used = size - (size_t)(json.end - json.next);
  out.serialization = fault.message;
  free(body);
  return out;
}

static bool same_text(const char *a, const char *b) { return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0; }

static bool same_fault(const cyn_fault *a, const cyn_fault *b) {
  if (a == NULL || b == NULL) return a == b;
  return same_text(a->message, b->message) && a->attribute.size == b->attribute.size &&
         (a->attribute.size == 0 || memcmp(a->attribute.data, b->attribute.data, a->attribute.size) == 0);
}

static bool both_agree(const uint8_t *text, size_t size) {
  cyn_i_arena_reset(&arena, 1 << 20);
  decoded fast = decode(text, size, 0), general = decode(text, size, CYN_ITEM_JSON_DEPTH_MAX);
  if (fast.is_read != general.is_read || !same_text(fast.serialization, general.serialization)) return false;
  if (!fast.is_read || fast.serialization != NULL) return true;
  return fast.used == general.used && fast.item.size == general.item.size && same_fault(fast.item.fault, general.item.fault) &&
         memcmp(fast.item.data, general.item.data, fast.item.size) == 0;
}

static const char *const texts[] = {
    "{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"12\"},\"attribute\":{\"S\":\"more than sixteen bytes of text in here, and forty\"}}",
    "{\"pk\": {\"S\": \"a\"}, \"sk\": {\"N\": \"-12.50\"}, \"b\": {\"B\": \"AQID\"}, \"t\": {\"BOOL\": true}, \"n\": {\"NULL\": true}}",
    "{\"t\":{\"BOOL\":false},\"n\":{\"NULL\":true},\"b\":{\"B\":\"\"},\"c\":{\"B\":\"AA==\"},\"l\":{\"L\":[]},\"m\":{\"M\":{}},\"s\":{\"S\":\"\"}}",
    "{\"l\":{\"L\":[{\"S\":\"x\"},{\"N\":\"1\"},{\"L\":[{\"M\":{\"a\":{\"S\":\"y\"},\"b\":{\"N\":\"0.15\"}}}]},{\"BOOL\":true},{\"NULL\":true}]}}",
    "{\"ss\":{\"SS\":[\"a\",\"ab\",\"b\"]},\"ns\":{\"NS\":[\"-3\",\"0\",\"1\",\"17.5\"]},\"bs\":{\"BS\":[\"AA==\",\"AQ==\"]}}",
    "{\"ss\":{\"SS\":[\"b\",\"a\"]},\"ns\":{\"NS\": [\"2\", \"1\"]},\"bs\":{\"BS\":[\"AQ==\",\"AA==\"]},\"z\":{\"S\":\"behind\"}}",
    "{\"a\":{\"S\":\"1\"},\"b\":{\"S\":\"2\"},\"a\":{\"S\":\"3\"},\"c\":{\"M\":{\"x\":{\"S\":\"1\"},\"x\":{\"N\":\"2\"}}},\"d\":{\"S\":\"4\"}}",
    "{\"e\":{\"S\":\"A \\\"quoted\\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9\\u20AC\\uD83D\\uDE00 end\"},\"\\u0061\":{\"S\":\"x\"},\"f\":{\"N\":\"\\u0031\"}}",
    "{\"Stra\xC3\x9F""e\":{\"S\":\"M\xC3\xBCnchen, \xE2\x82\xAC 3, \xF0\x9F\x98\x80\"},\"x\":{\"S\":\"\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\"}}",
    "{\"a\":{\"N\":\"123456789012345\"},\"b\":{\"N\":\"1234567890123456\"},\"c\":{\"N\":\"12345678901234567890123456789012345678\"}}",
    "{\"a\":{\"N\":\"0.5\"},\"b\":{\"N\":\"0.05\"},\"c\":{\"N\":\"0.0005\"},\"d\":{\"N\":\"100\"},\"e\":{\"N\":\"1200.00\"},\"f\":{\"N\":\"0\"},\"g\":{\"N\":\"-0.0\"}}",
    "{\"a\":{\"N\":\"1.\"},\"b\":{\"N\":\".5\"},\"c\":{\"N\":\"-\"}}",
    "{\"a\":{\"N\":\"1e5\"},\"b\":{\"N\":\"+7\"},\"c\":{\"N\":\"007\"},\"d\":{\"N\":\"-9999999999999999999999999999999999999\"},\"e\":{\"N\":\"1E-130\"}}",
    "{\"a\":{\"N\":\"x\"},\"b\":{\"S\":\"y\"}}",
    "{\"a\":{\"NULL\":false},\"b\":{\"BOOL\":\"yes\"},\"c\":{\"S\":1}}",
    "{\"a\":null,\"b\":{\"S\":null},\"c\":{\"S\":\"x\",\"N\":null},\"d\":{\"S\":\"x\",\"N\":\"1\"},\"e\":{}}",
    "{\"a\":{\"S\":\"x\",\"S\":\"y\"},\"b\":{\"Other\":1,\"S\":\"z\"},\"c\":{\"B\":\"A\"},\"d\":{\"SS\":[]},\"\":{\"S\":\"x\"}}",
    " {\t\"a\" :\n{ \"S\" : \"x\" } ,\r\"b\":  {\"L\" :[ {\"N\":\"1\" } , { \"SS\" :[ \"p\" , \"q\" ] } ] } } ",
    "{\"a\":{\"SS\":[\"x\",\"x\"]},\"b\":{\"L\":[{\"NS\":[\"1\",\"1.0\"]}]},\"c\":{\"BS\":[\"AA==\",\"AA==\"]}}",
    "{\"a\":{\"L\":[null,{\"S\":\"x\"},]},\"b\":{\"M\":{\"c\":null}}}",
    "{\"a\":{\"L\":[{\"S\":\"x\"}],},\"b\":{\"M\":[]},\"c\":{\"L\":{}}}",
};
#define TEXT_COUNT (sizeof texts / sizeof texts[0])

static void check_agree(const uint8_t *text, size_t size) {
  if (!both_agree(text, size)) test_failed(__FILE__, __LINE__, "the two ways differ: %.*s", (int)size, (const char *)text);
}

TEST(whole_texts) {
  for (size_t i = 0; i < TEXT_COUNT; i++) check_agree((const uint8_t *)texts[i], strlen(texts[i]));
}

TEST(cut_at_every_byte) {
  for (size_t i = 0; i < TEXT_COUNT; i++)
    for (size_t size = 0; size < strlen(texts[i]); size++) check_agree((const uint8_t *)texts[i], size);
}

TEST(changed_at_every_byte) {
  static const uint8_t others[] = {' ', '"', '\\', '{', '}', '[', ']', ':', ',', '0', '9', '.', '-', 'S', 'N', 'x', '\n', 0, 0x1F, 0x7F, 0x80, 0xC3, 0xFF};
  uint8_t text[256];
  for (size_t i = 0; i < TEXT_COUNT; i++) {
    size_t size = strlen(texts[i]);
    REQUIRE(size <= sizeof text);
    memcpy(text, texts[i], size);
    for (size_t at = 0; at < size; at++) {
      for (size_t k = 0; k < sizeof others; k++) {
        text[at] = others[k];
        check_agree(text, size);
      }
      text[at] = (uint8_t)texts[i][at];
      if (test_current_failed()) return;
    }
  }
}

/* Without one byte, and with one twice. */
TEST(a_byte_more_or_less) {
  uint8_t text[257];
  for (size_t i = 0; i < TEXT_COUNT; i++) {
    size_t size = strlen(texts[i]);
    for (size_t at = 0; at < size; at++) {
      memcpy(text, texts[i], at);
      memcpy(text + at, texts[i] + at + 1, size - at - 1);
      check_agree(text, size - 1);
      memcpy(text + at, texts[i] + at, 1);
      memcpy(text + at + 1, texts[i] + at, size - at);
      check_agree(text, size + 1);
    }
  }
}

/* Reads with the fast way alone; true when it took all pairs. */
static bool is_taken(const char *text) {
  cyn_i_buf buf;
  cyn_i_item_names names;
  cyn_i_pairs_read read = {0};
  size_t size = strlen(text);
  uint8_t *body = malloc(size);
  if (body == NULL) return false;
  memcpy(body, text, size);
  cyn_i_arena_reset(&arena, 1 << 20);
  cyn_i_buf_init(&buf, &arena);
  cyn_i_item_names_init(&names, &arena, 0);
  const uint8_t *stop = cyn_i_item_json_pairs(&buf, body + 1, body + size, &names, &read);
  bool is_whole = read.is_closed && stop == body + size;
  free(body);
  return is_whole;
}

TEST(common_forms_are_taken) {
  for (size_t i = 0; i < 5; i++)
    if (!is_taken(texts[i])) test_failed(__FILE__, __LINE__, "left to the general way: %s", texts[i]);
  CHECK(is_taken(texts[8]) && is_taken(texts[9]) && is_taken(texts[10]));
  CHECK(is_taken("{\"e\":{\"S\":\"A \\\"quoted\\\" \\u00e9 end of it all, and more\"}}"));
  CHECK(!is_taken(texts[5]) && !is_taken(texts[13]) && !is_taken(texts[17]));
}

/* Nothing of a pair that is left to the general way is counted or kept. */
TEST(stops_in_front_of_a_pair) {
  static const char text[] = "{\"a\":{\"S\":\"xyz\"},\"b\":{\"L\":[{\"N\":\"1\"},{\"N\":\"x\"}]},\"c\":{\"S\":\"y\"}}";
  cyn_i_buf buf;
  cyn_i_item_names names;
  cyn_i_pairs_read read = {0};
  const uint8_t *body = (const uint8_t *)text;
  cyn_i_arena_reset(&arena, 1 << 20);
  cyn_i_buf_init(&buf, &arena);
  cyn_i_item_names_init(&names, &arena, 0);
  const uint8_t *stop = cyn_i_item_json_pairs(&buf, body + 1, body + sizeof text - 1, &names, &read);
  CHECK(!read.is_closed);
  CHECK_INT(stop - body, 17);
  CHECK_INT(read.count, 1);
  CHECK_INT(read.size, 4);
  CHECK_INT(buf.size, 2 + 1 + 5 + 3);
  CHECK_INT(names.count, 1);
}

/* Strings of each length around the blocks in which they are copied, so that the buffer grows at all places. */
TEST(lengths) {
  static char text[40000];
  for (size_t length = 0; length < 700; length++) {
    char *at = text + sprintf(text, "{\"a\":{\"L\":[");
    for (int i = 0; i < 12; i++) {
      at += sprintf(at, "%s{\"S\":\"", i == 0 ? "" : ",");
      memset(at, 'a' + i, length);
      at += length;
      at += sprintf(at, "\"},{\"SS\":[\"x\",\"y\"]},{\"N\":\"%zu.%zu\"}", length * 100000, length + 1);
    }
    at += sprintf(at, "]},\"z\":{\"B\":\"%.*s\"}}", (int)(length / 4 * 4), text + 17);
    check_agree((const uint8_t *)text, (size_t)(at - text));
    if (test_current_failed()) return;
  }
  memset(text, 'x', sizeof text);
  memcpy(text, "{\"a\":{\"S\":\"", 11);
  for (size_t at = 11; at + 20 < sizeof text; at += 997) memcpy(text + at, "\\u20AC", 6);
  memcpy(text + sizeof text - 4, "\"}}", 4);
  check_agree((const uint8_t *)text, sizeof text - 1);
}

TEST(many_names) {
  static char text[60000];
  for (int count = 1; count < 200; count += 7) {
    char *at = text;
    for (int i = 0; i < count; i++) at += sprintf(at, "%c\"name%d\":{\"N\":\"%d\"}", i == 0 ? '{' : ',', i % 190 * 3 % 91, i);
    at += sprintf(at, ",\"m\":{\"M\":");
    for (int i = 0; i < count; i++) at += sprintf(at, "%c\"%d\":{\"S\":\"\"}", i == 0 ? '{' : ',', i % 60);
    at += sprintf(at, "}}}");
    check_agree((const uint8_t *)text, (size_t)(at - text));
  }
}

TEST(levels) {
  char text[2000];
  for (int level = 28; level < 36; level++) {
    char *at = text;
    for (int i = 0; i < level; i++) at += sprintf(at, i == 0 ? "{\"a\":{\"L\":[" : "{\"L\":[");
    at += sprintf(at, "{\"S\":\"x\"}");
    for (int i = 0; i < level; i++) at += sprintf(at, "]}");
    at += sprintf(at, "}");
    cyn_i_arena_reset(&arena, 1 << 20);
    decoded found = decode((const uint8_t *)text, (size_t)(at - text), 0);
    CHECK(found.is_read && (found.item.fault == NULL) == (level <= CYN_ITEM_DEPTH_WRITTEN_MAX));
    if (level <= 33) check_agree((const uint8_t *)text, (size_t)(at - text)); /* more is too deep for JSON inside of arrays */
  }
}

static int refuse_after;
static int refuse(size_t size) {
  (void)size;
  return refuse_after-- <= 0;
}

TEST(without_memory) {
  static char text[20000];
  char *at = text + sprintf(text, "{\"a\":{\"S\":\"");
  memset(at, 'x', 9000);
  at += 9000;
  at += sprintf(at, "\"},\"b\":{\"B\":\"");
  memset(at, 'A', 9000);
  at += 9000;
  at += sprintf(at, "\"}}");
  bool is_read = false;
  for (int i = 0; i < 20 && !is_read; i++) {
    cyn_i_arena_clean_up(&arena);
    cyn_i_arena_init(&arena, 0);
    refuse_after = i;
    cyn_i_alloc_hook = refuse;
    cyn_i_json json;
    cyn_item item;
    cyn_i_json_fault fault = {NULL};
    cyn_i_json_init(&json, (const uint8_t *)text, (size_t)(at - text), &arena);
    (void)cyn_i_json_next(&json);
    is_read = cyn_i_item_from_json(&json, &item, &fault);
    cyn_i_alloc_hook = NULL;
    CHECK(is_read || json.no_memory);
    CHECK(is_read == (item.data != NULL));
  }
  CHECK(is_read && refuse_after < 18);
  cyn_i_arena_clean_up(&arena);
}
