/* A record with everything in it. */
#ifndef CYN_TESTS_CATALOG_SAMPLE_H
#define CYN_TESTS_CATALOG_SAMPLE_H

#include "api/api.h"
#include "base/error.h"
#include "catalog/table.h"
#include "test.h"

#define SAMPLE_DESCRIPTION                                                                                            \
  "{\"Table\":{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"B\"},"    \
  "{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{\"AttributeName\":\"r\",\"AttributeType\":\"N\"}],"             \
  "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}],"   \
  "\"CreationDateTime\":1790000000.123,\"LocalSecondaryIndexes\":[{\"IndexName\":\"lsi\",\"KeySchema\":["             \
  "{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"a\",\"KeyType\":\"RANGE\"}],\"Projection\":"   \
  "{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\",\"y\"]}}],\"GlobalSecondaryIndexes\":[{\"IndexName\":" \
  "\"gsi\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"r\",\"KeyType\":"       \
  "\"HASH\"},"                                                                                                        \
  "{\"AttributeName\":\"p\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}]}}"

/* Filled into *out; everything is in the arena. */
static inline bool sample_record(cyn_i_arena *arena, cyn_i_table_record *out) {
  static const uint32_t spaces[2] = {65, 66};
  static const uint8_t states[2] = {CYN_INDEX_ACTIVE, CYN_INDEX_CREATING};
  void *description = NULL, *tags = NULL;
  if (cyn_i_api_decode(cyn_i_operations[CYN_OPERATION_DESCRIBE_TABLE].output, cyn_str(SAMPLE_DESCRIPTION), arena,
                       &description, NULL) != CYN_OK ||
      cyn_i_api_decode(cyn_i_operations[CYN_OPERATION_LIST_TAGS_OF_RESOURCE].output,
                       cyn_str("{\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}"), arena, &tags, NULL) != CYN_OK)
    return false;
  *out = (cyn_i_table_record){.space = 64,
                              .ttl_space = 67,
                              .ttl_attribute = cyn_str("due"),
                              .ttl_changed_ms = INT64_C(1790000000001),
                              .stored_state = CYN_TABLE_UPDATING,
                              .state_until_ms = INT64_C(1790000000999),
                              .index_spaces = spaces,
                              .index_states = states,
                              .index_count = 2,
                              .description = ((const cyn_describe_table_output *)description)->table,
                              .tags = tags};
  return true;
}

#endif
