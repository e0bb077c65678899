/* The JSON codec beside a plain single-pass parser and printer (plain_codec.h): bodies as they come over HTTP, whole, with
 * all that the codec checks and keeps; the plain ones do the least that must be done.
 *
 *   codec_bench [ROUNDS] [NAME]     times of one body; the two alternate in slices of a millisecond; medians of ratios
 *
 * Both sides' results are compared first: the same binary items, the same JSON. */
#include "api/api.h"
#include "plain_codec.h"
#include "support.h"
#include "value/item.h"

#define ROUNDS_MAX 1001
#define SLICE_NS 1e6

static cyn_i_arena arena;
static uint8_t out[1 << 18];

/* ---- bodies ---- */

static char *item_json(char *at, unsigned long i) {
  char pk[32], sk[32];
  key_names(i, pk, sk);
  at += sprintf(at, "{\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"%s\"},\"n\":{\"N\":\"%lu\"}", pk, sk, i * 37 + 1);
  for (int k = 0; k < 7; k++) {
    at += sprintf(at, ",\"attribute%d\":{\"S\":\"", k);
    for (int c = 0; c < 124; c++) *at++ = (char)('a' + (i + (unsigned long)c) % 26);
    at += sprintf(at, "\"}");
  }
  *at++ = '}';
  *at = '\0';
  return at;
}

/* An order with lines, sets, an address and numbers of all kinds. */
static char *nested_json(char *at) {
  at += sprintf(at,
                "{\"pk\":{\"S\":\"customer#00042\"},\"sk\":{\"S\":\"order#2026-11-24T10:15:00Z\"},\"total\":{\"N\":\"1299.95\"},"
                "\"paid\":{\"BOOL\":true},\"coupon\":{\"NULL\":true},\"balance\":{\"N\":\"-17.50\"},\"version\":{\"N\":\"12\"},"
                "\"thumbnail\":{\"B\":\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk\"},"
                "\"tags\":{\"SS\":[\"express\",\"gift\",\"new\",\"vip\"]},\"codes\":{\"NS\":[\"3\",\"17\",\"204\",\"1024.5\"]},"
                "\"address\":{\"M\":{\"street\":{\"S\":\"Lindenstra\u00dfe 12\"},\"city\":{\"S\":\"M\u00fcnchen\"},\"zip\":{\"S\":\"80331\"},"
                "\"geo\":{\"M\":{\"lat\":{\"N\":\"48.137154\"},\"lon\":{\"N\":\"11.576124\"}}}}},\"lines\":{\"L\":[");
  for (int i = 0; i < 8; i++)
    at += sprintf(at,
                  "%s{\"M\":{\"sku\":{\"S\":\"ABC-%05d\"},\"title\":{\"S\":\"A \\\"quoted\\\" title, number %d of its kind\"},\"count\":{\"N\":"
                  "\"%d\"},\"price\":{\"N\":\"%d.%02d\"},\"sizes\":{\"L\":[{\"N\":\"%d\"},{\"N\":\"0.%d5\"},{\"S\":\"XL\"}]}}}",
                  i == 0 ? "" : ",", i * 731, i, i + 1, i * 13 + 9, i * 7 % 100, i * 100, i + 1);
  return at + sprintf(at, "]}}");
}

static char put_body[4096], nested_body[8192], batch_body[64 * 1024], spaced_body[8192];
static size_t put_size, nested_size, batch_size, spaced_size;

/* With a blank behind each colon and comma, as Python's json, and so boto3, writes them. */
static size_t space_out(const char *from, size_t size, char *to) {
  char *at = to;
  bool in_string = false;
  for (size_t i = 0; i < size; i++) {
    *at++ = from[i];
    if (from[i] == '\\') *at++ = from[++i];
    else if (from[i] == '"') in_string = !in_string;
    else if (!in_string && (from[i] == ':' || from[i] == ',')) *at++ = ' ';
  }
  return (size_t)(at - to);
}

static void make_bodies(void) {
  char *at = put_body + sprintf(put_body, "{\"TableName\":\"bench\",\"Item\":");
  at = item_json(at, 4711);
  *at++ = '}';
  put_size = (size_t)(at - put_body);
  at = nested_body + sprintf(nested_body, "{\"TableName\":\"orders\",\"Item\":");
  at = nested_json(at);
  *at++ = '}';
  nested_size = (size_t)(at - nested_body);
  spaced_size = space_out(nested_body, nested_size, spaced_body);
  at = batch_body + sprintf(batch_body, "{\"RequestItems\":{\"bench\":[");
  for (unsigned long i = 0; i < 25; i++) {
    at += sprintf(at, "%s{\"PutRequest\":{\"Item\":", i == 0 ? "" : ",");
    at = item_json(at, i * 997);
    at += sprintf(at, "}}");
  }
  at += sprintf(at, "]}}");
  batch_size = (size_t)(at - batch_body);
}

/* ---- the codec ---- */

static void *decode(cyn_operation operation, const char *body, size_t size) {
  void *input;
  static cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena_reset(&arena, 1 << 20);
  check(cyn_i_api_decode(cyn_i_operations[operation].input, (cyn_bytes){body, size}, &arena, &input, &error), &error);
  return input;
}

static void own_put(void) { (void)decode(CYN_OPERATION_PUT_ITEM, put_body, put_size); }
static void own_nested(void) { (void)decode(CYN_OPERATION_PUT_ITEM, nested_body, nested_size); }
static void own_spaced(void) { (void)decode(CYN_OPERATION_PUT_ITEM, spaced_body, spaced_size); }
static void own_batch(void) { (void)decode(CYN_OPERATION_BATCH_WRITE_ITEM, batch_body, batch_size); }

static cyn_item printed, printed_nested, page[100];

static size_t encode(cyn_operation operation, const void *output) {
  static cyn_i_buf buf;
  buf.size = 0;
  cyn_i_api_encode(cyn_i_operations[operation].output, output, &buf);
  must(!buf.failed, "encode");
  return buf.size;
}

static size_t own_print(cyn_item item) {
  cyn_get_item_output output = CYN_GET_ITEM_OUTPUT_INIT;
  output.item = item;
  return encode(CYN_OPERATION_GET_ITEM, &output);
}
static void own_print_item(void) { (void)own_print(printed); }
static void own_print_nested(void) { (void)own_print(printed_nested); }
static void own_print_page(void) {
  cyn_query_output output = CYN_QUERY_OUTPUT_INIT;
  output.items.count = 100;
  output.items.at = page;
  output.count = cyn_int(100);
  output.scanned_count = cyn_int(100);
  (void)encode(CYN_OPERATION_QUERY, &output);
}

/* ---- the plain ones ---- */

static void plain_put(void) {
  size_t size;
  must(plain_put_parse((const uint8_t *)put_body, put_size, out, sizeof out, &size), "plain_put_parse");
}
static void plain_nested(void) {
  size_t size;
  must(plain_put_parse((const uint8_t *)nested_body, nested_size, out, sizeof out, &size), "plain_put_parse");
}
static void plain_spaced(void) {
  size_t size;
  must(plain_put_parse((const uint8_t *)spaced_body, spaced_size, out, sizeof out, &size), "plain_put_parse");
}
static void plain_batch(void) {
  size_t size;
  must(plain_batch_parse((const uint8_t *)batch_body, batch_size, out, sizeof out, &size), "plain_batch_parse");
}

static size_t plain_print(cyn_item item) {
  uint8_t *at = out;
  memcpy(at, "{\"Item\":", 8);
  at = plain_item_print(item.data, at + 8, sizeof out - 16);
  must(at != NULL, "plain_item_print");
  *at++ = '}';
  return (size_t)(at - out);
}
static void plain_print_item(void) { (void)plain_print(printed); }
static void plain_print_nested(void) { (void)plain_print(printed_nested); }
static void plain_print_page(void) {
  uint8_t *at = out;
  memcpy(at, "{\"Items\":[", 10);
  at += 10;
  for (int i = 0; i < 100; i++) {
    if (i != 0) *at++ = ',';
    at = plain_item_print(page[i].data, at, (size_t)(out + sizeof out - at) - 64);
    must(at != NULL, "plain_item_print");
  }
  at += sprintf((char *)at, "],\"Count\":%d,\"ScannedCount\":%d}", 100, 100);
}

/* ---- both give the same ---- */

static cyn_item copy_item(cyn_item item) {
  uint8_t *copy = malloc(item.size);
  must(copy != NULL, "malloc");
  memcpy(copy, item.data, item.size);
  return (cyn_item){copy, item.size, NULL};
}

/* But for DynamoDB's size in the header, which the plain parser does not know. */
static void same_item(cyn_item own, const uint8_t *plain) {
  must(memcmp(own.data, plain, 1) == 0 && memcmp(own.data + 5, plain + 5, own.size - 5) == 0, "both parsers agree");
}

/* What both must take, and take alike, written in other ways; and what both must refuse. */
static const char *const sound[] = {
    " { \"Item\" : { \"a\" : { \"S\" : \"x\" } , \"b\" :\n{ \"L\" : [ { \"N\" : \"1\" } , { \"M\" : { } } ] } } ,\t\"TableName\" : \"t\" } \r\n",
    "{\"ReturnValues\":\"NONE\",\"Other\":[1,-2.5e3,{\"a\":[null,true,false]},[]],\"TableName\":\"t\",\"Item\":{}}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\uD83D\\uDE00 \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"}}}",
    "{\"\\u0049tem\":{\"ss\":{\"SS\":[\"b\",\"a\",\"ab\"]},\"ns\":{\"NS\":[\"10\",\"-2\",\"0.5\"]},\"bs\":{\"BS\":[\"AQ==\",\"AAA=\"]}},\"TableName\":\"t\"}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"N\":\"+1.50\"},\"b\":{\"N\":\"-0.0\"},\"c\":{\"N\":\"0e999999\"},\"d\":{\"N\":\"1E125\"},\"e\":{\"N\":\"1e-130\"},"
    "\"f\":{\"N\":\"1000000000000000000000000000000000000000000\"},\"g\":{\"N\":\"-12345678901234567890123456789012345678\"},\"h\":{\"N\":\"007\"}}}"};
static const char *const unsound[] = {
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"x\ty\"}}}",           "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"\\uD83D\"}}}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"\xC0\x80\"}}}",      "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"\\x\"}}}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"N\":\"1e\"}}}",             "{\"TableName\":\"t\",\"Item\":{\"a\":{\"N\":\"1e126\"}}}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"SS\":[\"x\",\"x\"]}}}",     "{\"TableName\":\"t\",\"Item\":{\"a\":{\"NS\":[\"1\",\"2\",\"1.0\"]}}}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"B\":\"AB==\"}}}",           "{\"TableName\":\"t\",\"Item\":{\"a\":{\"L\":[{\"S\":\"x\"},]}}}",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"x\"},}}",             "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"x\"}}} x",
    "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"x\"}}",               "{\"TableName\":\"t\",\"Item\":{\"a\":{\"NULL\":false}}}"};

static void compare_others(void) {
  size_t size;
  for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
    cyn_put_item_input *input = decode(CYN_OPERATION_PUT_ITEM, sound[i], strlen(sound[i]));
    must(input->item.fault == NULL && plain_put_parse((const uint8_t *)sound[i], strlen(sound[i]), out, sizeof out, &size) &&
             size == input->item.size,
         sound[i]);
    same_item(input->item, out);
  }
  for (size_t i = 0; i < sizeof unsound / sizeof unsound[0]; i++) {
    void *input;
    cyn_error error = CYN_ERROR_INIT;
    cyn_i_arena_reset(&arena, 1 << 20);
    bool refused = cyn_i_api_decode(cyn_i_operations[CYN_OPERATION_PUT_ITEM].input, cyn_str(unsound[i]), &arena, &input, &error) != CYN_OK;
    must(refused || ((cyn_put_item_input *)input)->item.fault != NULL, unsound[i]);
    must(!plain_put_parse((const uint8_t *)unsound[i], strlen(unsound[i]), out, sizeof out, &size), unsound[i]);
    cyn_error_clean_up(&error);
  }
}

static void compare_both(void) {
  size_t size;
  compare_others();
  cyn_put_item_input *input = decode(CYN_OPERATION_PUT_ITEM, put_body, put_size);
  printed = copy_item(input->item);
  must(plain_put_parse((const uint8_t *)put_body, put_size, out, sizeof out, &size) && size == printed.size, "plain_put_parse");
  same_item(printed, out);
  input = decode(CYN_OPERATION_PUT_ITEM, nested_body, nested_size);
  printed_nested = copy_item(input->item);
  must(plain_put_parse((const uint8_t *)nested_body, nested_size, out, sizeof out, &size) && size == printed_nested.size, "plain_put_parse");
  same_item(printed_nested, out);
  input = decode(CYN_OPERATION_PUT_ITEM, spaced_body, spaced_size);
  same_item(input->item, (const uint8_t *)printed_nested.data);
  must(plain_put_parse((const uint8_t *)spaced_body, spaced_size, out, sizeof out, &size) && size == printed_nested.size, "plain_put_parse");
  same_item(printed_nested, out);
  const cyn_batch_write_item_input *batch = decode(CYN_OPERATION_BATCH_WRITE_ITEM, batch_body, batch_size);
  must(plain_batch_parse((const uint8_t *)batch_body, batch_size, out, sizeof out, &size), "plain_batch_parse");
  const uint8_t *at = out;
  for (size_t i = 0; i < 25; i++) {
    cyn_item item = batch->request_items.at[0].value.at[i]->put_request->item;
    same_item(item, at);
    at += item.size;
    for (size_t k = i; k < 100; k += 25) page[k] = copy_item(item);
  }
  static cyn_item *const items[] = {&printed, &printed_nested};
  for (size_t i = 0; i < 2; i++) {
    static cyn_i_buf buf;
    cyn_get_item_output output = CYN_GET_ITEM_OUTPUT_INIT;
    output.item = *items[i];
    buf.size = 0;
    cyn_i_api_encode(cyn_i_operations[CYN_OPERATION_GET_ITEM].output, &output, &buf);
    must(plain_print(*items[i]) == buf.size && memcmp(out, buf.data, buf.size) == 0, "both printers agree");
  }
}

/* ---- measuring ---- */

static double slice(void (*run)(void), int count) {
  double start = now_ns();
  for (int i = 0; i < count; i++) run();
  return (now_ns() - start) / count;
}

static void measure(const char *name, size_t bytes, void (*own)(void), void (*plain)(void), size_t rounds) {
  static double owns[ROUNDS_MAX], plains[ROUNDS_MAX], ratios[ROUNDS_MAX];
  (void)slice(own, 200);
  (void)slice(plain, 200);
  int count = (int)(SLICE_NS / slice(own, 200)) + 1;
  for (size_t r = 0; r < rounds; r++) {
    plains[r] = slice(plain, count);
    owns[r] = slice(own, count);
    ratios[r] = owns[r] / plains[r];
  }
  printf("%-30s%8zu bytes%10.0f ns%10.0f ns%8.2f   1.2\n", name, bytes, median_of(owns, rounds), median_of(plains, rounds),
         median_of(ratios, rounds));
}

int main(int argc, char **argv) {
  size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 301;
  const char *only = argc > 2 ? argv[2] : "";
  if (rounds < 1 || rounds > ROUNDS_MAX) rounds = 301;
  cyn_i_arena_init(&arena, 0);
  make_bodies();
  compare_both();
  static const struct {
    const char *name;
    size_t *bytes;
    void (*own)(void), (*plain)(void);
  } cases[] = {{"decode PutItem, 10 attributes", &put_size, own_put, plain_put},
               {"decode BatchWrite of 25", &batch_size, own_batch, plain_batch},
               {"decode PutItem, nested", &nested_size, own_nested, plain_nested},
               {"decode PutItem, nested, blanks", &spaced_size, own_spaced, plain_spaced},
               {"encode GetItem", &put_size, own_print_item, plain_print_item},
               {"encode Query of 100", &batch_size, own_print_page, plain_print_page},
               {"encode GetItem, nested", &nested_size, own_print_nested, plain_print_nested}};
  printf("%-30s%14s%13s%13s%8s   at most\n", "", "", "codec", "plain", "ratio");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (strstr(cases[i].name, only) != NULL) measure(cases[i].name, *cases[i].bytes, cases[i].own, cases[i].plain, rounds);
  return 0;
}
