/* See table_checks.h. Keys and definitions first, then projections, throughput, streams, encryption and tags. */
#include "engine/table_checks.h"

#include <string.h>

#include "base/buf.h"

#define INVALID "One or more parameter values were invalid: "
#define UNITS_MAX INT64_C(1000000000000)
#define ON_DEMAND_READ_UNITS 12000
#define ON_DEMAND_WRITE_UNITS 4000
#define TAG_KEY_SIZE_MAX 128
#define TAG_VALUE_SIZE_MAX 256

static cyn_status invalid(cyn_error *error, const char *text) {
  return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "%s", text);
}

/* ---- names as texts ---- */

static void append_name(cyn_i_buf *buf, cyn_bytes name) {
  if (buf->size != 0) cyn_i_buf_text(buf, ", ");
  cyn_i_buf_append(buf, name.data, name.size);
}

static cyn_bytes text_of(cyn_i_buf *buf) {
  if (buf->failed) return (cyn_bytes){NULL, 0};
  return buf->data != NULL ? (cyn_bytes){(const char *)buf->data, buf->size} : (cyn_bytes){"", 0};
}

static cyn_bytes names_of_definitions(const cyn_attribute_definitions *definitions, cyn_i_arena *arena) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  for (size_t i = 0; i < definitions->count; i++) append_name(&buf, definitions->at[i]->attribute_name);
  return text_of(&buf);
}

static cyn_bytes names_of_keys(const cyn_key_schema *keys, cyn_i_arena *arena) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  for (size_t i = 0; i < keys->count; i++) append_name(&buf, keys->at[i]->attribute_name);
  return text_of(&buf);
}

/* ---- definitions ---- */

const cyn_attribute_definition *cyn_i_definition_find(const cyn_attribute_definitions *definitions, cyn_bytes name) {
  for (size_t i = 0; i < definitions->count; i++)
    if (cyn_i_same(definitions->at[i]->attribute_name, name)) return definitions->at[i];
  return NULL;
}

static bool has_key(const cyn_key_schema *keys, cyn_bytes name) {
  for (size_t i = 0; i < keys->count; i++)
    if (cyn_i_same(keys->at[i]->attribute_name, name)) return true;
  return false;
}

static bool is_used(const cyn_table_description *description, cyn_bytes name) {
  if (has_key(&description->key_schema, name)) return true;
  for (size_t i = 0; i < description->local_secondary_indexes.count; i++)
    if (has_key(&description->local_secondary_indexes.at[i]->key_schema, name)) return true;
  for (size_t i = 0; i < description->global_secondary_indexes.count; i++)
    if (has_key(&description->global_secondary_indexes.at[i]->key_schema, name)) return true;
  return false;
}

bool cyn_i_definitions_prune(cyn_table_description *description, cyn_i_arena *arena) {
  cyn_attribute_definitions *definitions = &description->attribute_definitions;
  const cyn_attribute_definition **left = cyn_i_arena_alloc(arena, (definitions->count + 1) * sizeof *left);
  if (left == NULL) return false;
  size_t count = 0;
  for (size_t i = 0; i < definitions->count; i++)
    if (is_used(description, definitions->at[i]->attribute_name)) left[count++] = definitions->at[i];
  *definitions = (cyn_attribute_definitions){count, left};
  return true;
}

/* ---- key schemas ---- */

static bool is_hash(const cyn_key_schema_element *element) {
  return cyn_i_is_text(element->key_type, CYN_KEY_TYPE_HASH);
}

static cyn_status check_defined(const cyn_attribute_definitions *definitions, const cyn_key_schema *keys,
                                cyn_i_arena *arena, cyn_error *error) {
  bool all = true;
  for (size_t i = 0; i < keys->count; i++)
    if (cyn_i_definition_find(definitions, keys->at[i]->attribute_name) == NULL) all = false;
  if (all) return CYN_OK;
  cyn_bytes key_names = names_of_keys(keys, arena), defined = names_of_definitions(definitions, arena);
  if (key_names.data == NULL || defined.data == NULL) return cyn_i_error_no_memory(error);
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID
                          "Some index key attributes are not defined in AttributeDefinitions. Keys: [%.*s], "
                          "AttributeDefinitions: [%.*s]",
                          CYN_PRINT(key_names), CYN_PRINT(defined));
}

static cyn_status check_too_many_elements(const cyn_key_schema *keys, const char *path, cyn_i_arena *arena,
                                          cyn_error *error) {
  if (keys->count <= 2) return CYN_OK;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  for (size_t i = 0; i < keys->count; i++)
    cyn_i_buf_printf(&buf, "%sKeySchemaElement(attributeName=%.*s, keyType=%.*s)", i != 0 ? ", " : "",
                     CYN_PRINT(keys->at[i]->attribute_name), CYN_PRINT(keys->at[i]->key_type));
  if (buf.failed) return cyn_i_error_no_memory(error);
  return cyn_i_error_setf(
      error, CYN_E_VALIDATION,
      "1 validation error detected: Value '[%.*s]' at '%s' failed to satisfy constraint: Member must "
      "have length less than or equal to 2",
      (int)buf.size, (const char *)buf.data, path);
}

/* The shape that tables, local indexes and old global ones have: a HASH, then maybe a RANGE. */
static cyn_status check_hash_range(const cyn_key_schema *keys, cyn_error *error) {
  if (keys->count > 1 && cyn_i_same(keys->at[0]->attribute_name, keys->at[1]->attribute_name))
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  if (keys->count == 0 || !is_hash(keys->at[0]))
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (keys->count > 1 && is_hash(keys->at[1]))
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  return CYN_OK;
}

/* Global indexes: one to four HASH attributes, then none to four RANGE ones. */
static cyn_status check_multi_attribute(const cyn_key_schema *keys, cyn_error *error) {
  if (keys->count == 0 || !is_hash(keys->at[0]))
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  size_t hash_count = 0, range_count = 0;
  for (size_t i = 0; i < keys->count; i++) {
    if (is_hash(keys->at[i]) && range_count != 0)
      return invalid(error, "All HASH key attributes must precede RANGE key attributes in the KeySchema");
    if (is_hash(keys->at[i]))
      hash_count++;
    else
      range_count++;
  }
  if (hash_count > CYN_INDEX_KEY_PARTS_MAX)
    return invalid(error, "The KeySchema exceeds the maximum allowed number of HASH key attributes");
  if (range_count > CYN_INDEX_KEY_PARTS_MAX)
    return invalid(error, "The KeySchema exceeds the maximum allowed number of RANGE key attributes");
  for (size_t i = 1; i < keys->count; i++)
    for (size_t j = 0; j < i; j++)
      if (cyn_i_same(keys->at[i]->attribute_name, keys->at[j]->attribute_name))
        return cyn_i_error_set(error, CYN_E_VALIDATION,
                               "The KeySchema contains multiple key attributes with the same name");
  return CYN_OK;
}

cyn_status cyn_i_check_table_keys(const cyn_attribute_definitions *definitions, const cyn_key_schema *keys,
                                  bool has_index_lists, cyn_i_arena *arena, cyn_error *error) {
  cyn_status status = check_too_many_elements(keys, "keySchema", arena, error);
  if (status != CYN_OK) return status;
  if (keys->count > definitions->count)
    return cyn_i_error_set(error, CYN_E_VALIDATION, "Invalid KeySchema: Some index key attribute have no definition");
  status = check_defined(definitions, keys, arena, error);
  if (status == CYN_OK) status = check_hash_range(keys, error);
  if (status != CYN_OK) return status;
  for (size_t i = 1; i < definitions->count; i++)
    for (size_t j = 0; j < i; j++)
      if (cyn_i_same(definitions->at[i]->attribute_name, definitions->at[j]->attribute_name))
        return cyn_i_error_setf(error, CYN_E_VALIDATION, "Attribute Name is duplicated: %.*s",
                                CYN_PRINT(definitions->at[i]->attribute_name));
  if (!has_index_lists && keys->count != definitions->count)
    return invalid(error,
                   "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                   "AttributeDefinitions");
  return CYN_OK;
}

static cyn_status check_local_keys(const cyn_i_index_request *index, const cyn_key_schema *table_keys,
                                   cyn_error *error) {
  if (index->keys->count < 2)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID "Index KeySchema does not have a range key for index: %.*s",
                            CYN_PRINT(index->name));
  cyn_bytes own = index->keys->at[0]->attribute_name, of_table = table_keys->at[0]->attribute_name;
  if (cyn_i_same(own, of_table)) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID
                          "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
                          "%.*s. index hash key: %.*s, table hash key: %.*s",
                          CYN_PRINT(index->name), CYN_PRINT(own), CYN_PRINT(of_table));
}

cyn_status cyn_i_check_index_keys_of(const cyn_i_index_request *index, const cyn_attribute_definitions *definitions,
                                     const cyn_key_schema *table_keys, cyn_i_arena *arena, cyn_error *error) {
  cyn_status status = CYN_OK;
  if (!index->is_global) {
    const char *path = cyn_i_arena_printf(arena, "localSecondaryIndexes.%zu.member.keySchema", index->number);
    status = check_too_many_elements(index->keys, path != NULL ? path : "keySchema", arena, error);
  }
  if (status == CYN_OK) status = check_defined(definitions, index->keys, arena, error);
  if (status != CYN_OK) return status;
  /* two HASH attributes are a global index's key of today, not a wrong one of old */
  bool is_old_shape =
      !index->is_global || (index->keys->count <= 2 && (index->keys->count < 2 || !is_hash(index->keys->at[1])));
  status = is_old_shape ? check_hash_range(index->keys, error) : check_multi_attribute(index->keys, error);
  if (status == CYN_OK && !index->is_global) status = check_local_keys(index, table_keys, error);
  return status;
}

cyn_status cyn_i_check_projection(const cyn_projection *projection, cyn_error *error) {
  if (projection == NULL || projection->projection_type.data == NULL)
    return invalid(error, "Unknown ProjectionType: null");
  cyn_string_list names = projection->non_key_attributes;
  bool is_include = cyn_i_is_text(projection->projection_type, CYN_PROJECTION_TYPE_INCLUDE);
  if (!is_include && names.at != NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID "ProjectionType is %.*s, but NonKeyAttributes is specified",
                            CYN_PRINT(projection->projection_type));
  if (is_include && names.at == NULL)
    return invalid(error, "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  for (size_t i = 1; i < names.count; i++)
    for (size_t j = 0; j < i; j++)
      if (cyn_i_same(names.at[i], names.at[j]))
        return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "Duplicate element in NonKeyAttributes: %.*s",
                                CYN_PRINT(names.at[i]));
  return CYN_OK;
}

/* ---- throughput ---- */

bool cyn_i_units_exceed(const cyn_provisioned_throughput *throughput) {
  return throughput != NULL &&
         (throughput->read_capacity_units.value > UNITS_MAX || throughput->write_capacity_units.value > UNITS_MAX);
}

cyn_status cyn_i_check_units(const cyn_provisioned_throughput *throughput, cyn_error *error) {
  if (throughput == NULL) return CYN_OK;
  if (throughput->read_capacity_units.value > UNITS_MAX)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "Given value %lld for ReadCapacityUnits is out of bounds",
                            (long long)throughput->read_capacity_units.value);
  if (throughput->write_capacity_units.value > UNITS_MAX)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "Given value %lld for WriteCapacityUnits is out of bounds",
                            (long long)throughput->write_capacity_units.value);
  return CYN_OK;
}

static cyn_status check_on_demand_value(cyn_opt_int value, const char *member, cyn_bytes index, bool is_provisioned,
                                        bool is_update, cyn_error *error) {
  if (!value.is_set) return CYN_OK;
  if (is_provisioned && index.data == NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID
                            "%s for OnDemandThroughput cannot be specified when %stable BillingMode is "
                            "PROVISIONED%s",
                            member, is_update ? "the " : "", is_update ? "" : ".");
  if (is_provisioned)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID
                            "%s for OnDemandThroughput for index%s: %.*s cannot be specified when %stable "
                            "BillingMode is PROVISIONED%s",
                            member, is_update ? " " : "", CYN_PRINT(index), is_update ? "the " : "",
                            is_update ? "" : ".");
  if (value.value >= 1 || (is_update && value.value == -1)) return CYN_OK;
  if (index.data == NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID "Requested %s for OnDemandThroughput for table is outside of valid range", member);
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID "Requested %s for OnDemandThroughput for index : %.*s is outside of valid range",
                          member, CYN_PRINT(index));
}

cyn_status cyn_i_check_on_demand(const cyn_on_demand_throughput *on_demand, cyn_bytes index, bool is_provisioned,
                                 bool is_update, cyn_error *error) {
  if (on_demand == NULL) return CYN_OK;
  cyn_status status = check_on_demand_value(on_demand->max_read_request_units, "MaxReadRequestUnits", index,
                                            is_provisioned, is_update, error);
  if (status != CYN_OK) return status;
  return check_on_demand_value(on_demand->max_write_request_units, "MaxWriteRequestUnits", index, is_provisioned,
                               is_update, error);
}

static cyn_status check_warm_value(cyn_opt_int value, const char *kind, cyn_bytes index, int64_t base,
                                   bool is_provisioned, cyn_error *error) {
  if (!value.is_set || value.value >= base) return CYN_OK;
  const char *than = !is_provisioned  ? "initial throughput for OnDemand"
                     : kind[0] == 'R' ? "ReadCapacityUnits of ProvisionedThroughput"
                                      : "WriteCapacityUnits of ProvisionedThroughput";
  if (index.data == NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID "Requested %sUnitsPerSecond for WarmThroughput for table is lower than %s", kind,
                            than);
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID "Requested %sUnitsPerSecond for WarmThroughput for index %.*s is lower than %s", kind,
                          CYN_PRINT(index), than);
}

cyn_status cyn_i_check_warm(const cyn_warm_throughput *warm, cyn_bytes index,
                            const cyn_provisioned_throughput *throughput, cyn_error *error) {
  if (warm == NULL) return CYN_OK;
  int64_t read = throughput != NULL ? throughput->read_capacity_units.value : ON_DEMAND_READ_UNITS;
  int64_t write = throughput != NULL ? throughput->write_capacity_units.value : ON_DEMAND_WRITE_UNITS;
  cyn_status status = check_warm_value(warm->read_units_per_second, "Read", index, read, throughput != NULL, error);
  if (status != CYN_OK) return status;
  return check_warm_value(warm->write_units_per_second, "Write", index, write, throughput != NULL, error);
}

/* ---- streams, encryption, tags ---- */

cyn_status cyn_i_check_stream(const cyn_stream_specification *stream, bool is_update, cyn_error *error) {
  if (stream == NULL) return CYN_OK;
  bool has_view = stream->stream_view_type.data != NULL;
  if (stream->stream_enabled.value && !has_view)
    return invalid(error, is_update ? "If stream is being enabled then UpdateViewType is required"
                                    : "Table is being created with a stream enabled, UpdateViewType is required");
  if (!stream->stream_enabled.value && has_view)
    return invalid(error,
                   is_update ? "If stream is being disabled, then UpdateViewType must not be specified"
                             : "Table is being created with a stream disabled, UpdateViewType should not be specified");
  return CYN_OK;
}

cyn_status cyn_i_check_sse(const cyn_sse_specification *sse, cyn_error *error) {
  if (sse == NULL) return CYN_OK;
  bool is_off = sse->enabled.is_set && !sse->enabled.value;
  if (is_off && sse->sse_type.data != NULL) return invalid(error, "SSEType can not be specified if Enabled is false");
  if (is_off && sse->kms_master_key_id.data != NULL)
    return invalid(error, "KMSMasterKeyId can not be specified if Enabled is false");
  if (cyn_i_is_text(sse->sse_type, CYN_SSE_TYPE_AES256)) return invalid(error, "SSEType AES256 is not supported");
  if (sse->kms_master_key_id.data != NULL && sse->sse_type.data == NULL)
    return invalid(error, "SSEType KMS is required if KMSMasterKeyId is specified");
  return CYN_OK;
}

cyn_status cyn_i_check_tag_key(cyn_bytes key, cyn_error *error) {
  if (key.size == 0 || key.size > 4 * TAG_KEY_SIZE_MAX) /* 128 characters of up to four bytes */
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "The Tag Key provided is invalid, Key: %.*s", CYN_PRINT(key));
  if (key.size >= 4 && memcmp(key.data, "aws:", 4) == 0)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "Tag Key cannot be prefixed with aws:, Key: %.*s", CYN_PRINT(key));
  return CYN_OK;
}

cyn_status cyn_i_check_tags(const cyn_tag_list *tags, cyn_error *error) {
  for (size_t i = 0; i < tags->count; i++) {
    const cyn_tag *tag = tags->at[i];
    cyn_status status = cyn_i_check_tag_key(tag->key, error);
    if (status != CYN_OK) return status;
    if (tag->value.size > 4 * TAG_VALUE_SIZE_MAX)
      return cyn_i_error_setf(error, CYN_E_VALIDATION, "The Tag Value provided is invalid, Value: %.*s",
                              CYN_PRINT(tag->value));
    for (size_t j = 0; j < i; j++)
      if (cyn_i_same(tag->key, tags->at[j]->key))
        return cyn_i_error_setf(error, CYN_E_VALIDATION,
                                "Duplicate Tag Keys provided as input: Duplicate Tag Key found %.*s",
                                CYN_PRINT(tag->key));
  }
  if (tags->count > CYN_TAGS_MAX)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Number of Tags exceed the current limit for the provided ResourceArn");
  return CYN_OK;
}
