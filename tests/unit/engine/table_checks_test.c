/* Checks that are hard to reach through the operations, or many. */
#include <stdlib.h>

#include "engine/table_checks.h"
#include "test.h"

typedef struct keys {
  cyn_key_schema_element elements[10];
  const cyn_key_schema_element *at[10];
  cyn_attribute_definition definitions[10];
  const cyn_attribute_definition *definitions_at[10];
  cyn_key_schema schema;
  cyn_attribute_definitions defined;
} keys;

/* "HHR": HASH a, HASH b, RANGE c; all are defined. */
static void keys_make(keys *k, const char *kinds) {
  static const char *const names[10] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  memset(k, 0, sizeof *k);
  for (size_t i = 0; kinds[i] != '\0'; i++) {
    k->elements[i] = (cyn_key_schema_element)CYN_KEY_SCHEMA_ELEMENT_INIT;
    k->elements[i].attribute_name = cyn_str(names[i]);
    k->elements[i].key_type = cyn_str(kinds[i] == 'H' ? "HASH" : "RANGE");
    k->definitions[i] = (cyn_attribute_definition)CYN_ATTRIBUTE_DEFINITION_INIT;
    k->definitions[i].attribute_name = cyn_str(names[i]);
    k->definitions[i].attribute_type = cyn_str("S");
    k->at[i] = &k->elements[i];
    k->definitions_at[i] = &k->definitions[i];
    k->schema.count = k->defined.count = i + 1;
  }
  k->schema.at = k->at;
  k->defined.at = k->definitions_at;
}

static void check_global(const char *kinds, const char *expected) {
  keys k;
  keys_make(&k, kinds);
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_index_request index = {.name = cyn_str("gsi"), .keys = &k.schema, .is_global = true};
  cyn_status status = cyn_i_check_index_keys_of(&index, &k.defined, &k.schema, &arena, &error);
  if (expected == NULL)
    CHECK_INT(status, CYN_OK);
  else
    CHECK_STR(error.message, expected);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

#define INVALID "One or more parameter values were invalid: "

TEST(global_keys_of_many_attributes) {
  check_global("H", NULL);
  check_global("HR", NULL);
  check_global("HH", NULL);
  check_global("HRR", NULL);
  check_global("HHHHRRRR", NULL);
  check_global("HHHHH", INVALID "The KeySchema exceeds the maximum allowed number of HASH key attributes");
  check_global("HRRRRR", INVALID "The KeySchema exceeds the maximum allowed number of RANGE key attributes");
  check_global("HRH", INVALID "All HASH key attributes must precede RANGE key attributes in the KeySchema");
  check_global("RH", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  check_global("R", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
}

TEST(names_twice_in_a_key) {
  keys k;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  keys_make(&k, "HHR");
  k.elements[2].attribute_name = cyn_str("a");
  cyn_i_index_request index = {.name = cyn_str("gsi"), .keys = &k.schema, .is_global = true};
  CHECK_INT(cyn_i_check_index_keys_of(&index, &k.defined, &k.schema, &arena, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, "The KeySchema contains multiple key attributes with the same name");
  keys_make(&k, ""); /* a request cannot be without; the check stands by itself */
  CHECK_INT(cyn_i_check_index_keys_of(&index, &k.defined, &k.schema, &arena, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

/* Capacity of an on-demand table, by table and by index: what each of the texts says. */
TEST(limits_on_demand) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_on_demand_throughput limits = CYN_ON_DEMAND_THROUGHPUT_INIT;
  cyn_bytes none = {NULL, 0}, gsi = cyn_str("gsi");
  static const struct {
    bool is_index, is_provisioned, is_update;
    int64_t read, write;
    const char *expected;
  } rows[] = {
      {false, true, false, 5, 0, INVALID "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."},
      {false, true, true, 5, 0, INVALID "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"},
      {true, true, false, 5, 0, INVALID "MaxReadRequestUnits for OnDemandThroughput for index: gsi cannot be specified when table BillingMode is PROVISIONED."},
      {true, true, true, 5, 0, INVALID "MaxReadRequestUnits for OnDemandThroughput for index : gsi cannot be specified when the table BillingMode is PROVISIONED"},
      {false, false, false, -1, 5, INVALID "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"},
      {false, false, true, -1, 5, NULL},
      {false, false, true, -1, -1, NULL},
      {true, false, true, 5, -3, INVALID "Requested MaxWriteRequestUnits for OnDemandThroughput for index : gsi is outside of valid range"},
      {true, false, false, 1, 1, NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    limits.max_read_request_units = cyn_int(rows[i].read);
    limits.max_write_request_units = cyn_int(rows[i].write);
    cyn_status status = cyn_i_check_on_demand(&limits, rows[i].is_index ? gsi : none, rows[i].is_provisioned, rows[i].is_update, &error);
    CHECK_INT(status, rows[i].expected == NULL ? CYN_OK : CYN_E_VALIDATION);
    if (rows[i].expected != NULL) CHECK_STR(error.message, rows[i].expected);
    cyn_error_clean_up(&error);
  }
}

TEST(projections) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_projection projection = CYN_PROJECTION_INIT;
  CHECK_INT(cyn_i_check_projection(NULL, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, INVALID "Unknown ProjectionType: null");
  CHECK_INT(cyn_i_check_projection(&projection, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, INVALID "Unknown ProjectionType: null");
  cyn_bytes names[3] = {cyn_str("x"), cyn_str("y"), cyn_str("x")};
  projection.projection_type = cyn_str("INCLUDE");
  projection.non_key_attributes = (cyn_string_list){3, names};
  CHECK_INT(cyn_i_check_projection(&projection, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, INVALID "Duplicate element in NonKeyAttributes: x");
  projection.non_key_attributes.count = 2;
  CHECK_INT(cyn_i_check_projection(&projection, NULL), CYN_OK);
  cyn_error_clean_up(&error);
}

TEST(streams) {
  cyn_stream_specification stream = CYN_STREAM_SPECIFICATION_INIT;
  stream.stream_enabled = cyn_bool(true);
  CHECK_INT(cyn_i_check_stream(&stream, true, NULL), CYN_E_VALIDATION);
  stream.stream_view_type = cyn_str("KEYS_ONLY");
  CHECK_INT(cyn_i_check_stream(&stream, true, NULL), CYN_OK);
  stream.stream_enabled = cyn_bool(false);
  CHECK_INT(cyn_i_check_stream(&stream, false, NULL), CYN_E_VALIDATION);
  CHECK_INT(cyn_i_check_stream(NULL, false, NULL), CYN_OK);
}

TEST(encryption) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_sse_specification sse = CYN_SSE_SPECIFICATION_INIT;
  CHECK_INT(cyn_i_check_sse(&sse, NULL), CYN_OK);
  sse.kms_master_key_id = cyn_str("k");
  CHECK_INT(cyn_i_check_sse(&sse, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, INVALID "SSEType KMS is required if KMSMasterKeyId is specified");
  sse.enabled = cyn_bool(false);
  (void)cyn_i_check_sse(&sse, &error);
  CHECK_STR(error.message, INVALID "KMSMasterKeyId can not be specified if Enabled is false");
  sse.sse_type = cyn_str("KMS");
  (void)cyn_i_check_sse(&sse, &error);
  CHECK_STR(error.message, INVALID "SSEType can not be specified if Enabled is false");
  cyn_error_clean_up(&error);
}

TEST(tag_keys) {
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(cyn_i_check_tag_key(cyn_str("fine"), NULL), CYN_OK);
  CHECK_INT(cyn_i_check_tag_key(cyn_str("aws:foo"), &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, "Tag Key cannot be prefixed with aws:, Key: aws:foo");
  CHECK_INT(cyn_i_check_tag_key((cyn_bytes){"", 0}, &error), CYN_E_VALIDATION);
  cyn_error_clean_up(&error);
}

TEST(tags) {
  char *long_value = malloc(4 * 256 + 1), *long_key = malloc(4 * 128 + 1);
  REQUIRE(long_value != NULL && long_key != NULL);
  memset(long_value, 'v', 4 * 256 + 1);
  memset(long_key, 'k', 4 * 128 + 1);
  cyn_error error = CYN_ERROR_INIT;
  cyn_tag tags[51];
  const cyn_tag *at[51];
  char names[51][8];
  for (int i = 0; i < 51; i++) {
    (void)snprintf(names[i], sizeof names[i], "k%d", i);
    tags[i] = (cyn_tag)CYN_TAG_INIT;
    tags[i].key = cyn_str(names[i]);
    tags[i].value = cyn_str("v");
    at[i] = &tags[i];
  }
  CHECK_INT(cyn_i_check_tags(&(cyn_tag_list){50, at}, NULL), CYN_OK);
  CHECK_INT(cyn_i_check_tags(&(cyn_tag_list){51, at}, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, "Number of Tags exceed the current limit for the provided ResourceArn");
  tags[3].key = cyn_str("k1");
  CHECK_INT(cyn_i_check_tags(&(cyn_tag_list){5, at}, &error), CYN_E_VALIDATION);
  CHECK_STR(error.message, "Duplicate Tag Keys provided as input: Duplicate Tag Key found k1");
  tags[3].key = (cyn_bytes){long_key, 4 * 128 + 1};
  CHECK_INT(cyn_i_check_tags(&(cyn_tag_list){5, at}, &error), CYN_E_VALIDATION);
  CHECK(strncmp(error.message, "The Tag Key provided is invalid, Key: kkk", 41) == 0);
  tags[3].key = cyn_str("k3");
  tags[4].value = (cyn_bytes){long_value, 4 * 256 + 1};
  CHECK_INT(cyn_i_check_tags(&(cyn_tag_list){5, at}, &error), CYN_E_VALIDATION);
  CHECK(strncmp(error.message, "The Tag Value provided is invalid, Value: vvv", 45) == 0);
  cyn_error_clean_up(&error);
  free(long_value);
  free(long_key);
}
