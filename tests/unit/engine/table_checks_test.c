/* Checks that are hard to reach through the operations, or many. */
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
