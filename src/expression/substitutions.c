/* ExpressionAttributeNames and -Values of a request: checks of the maps, looking up, what was left unused.
 * Few are searched one by one; of many (hostile requests carry thousands) an open-addressed table is made. */
#include "expression/program_private.h"

#include "base/error.h"
#include "base/hash.h"
#include "expression/lexer.h"

#define LINEAR_COUNT_MAX 12

static cyn_status answer(cyn_i_check which, cyn_i_check *check, cyn_error *error, const char *message) {
  if (check != NULL) *check = which;
  if (message == NULL) {
    if (check != NULL) *check = CYN_CHECK_NONE;
    return cyn_i_error_no_memory(error);
  }
  return cyn_i_error_set(error, CYN_E_VALIDATION, message);
}

/* A table of numbers + 1 by key; `key` gives the i-th key. */
static uint32_t *index_new(cyn_i_arena *arena, size_t count, const void *at, size_t stride, uint32_t *mask) {
  size_t size = 16;
  while (size < count * 2) size *= 2;
  uint32_t *index = cyn_i_arena_zalloc(arena, size, sizeof *index);
  if (index == NULL) return NULL;
  *mask = (uint32_t)(size - 1);
  for (size_t i = 0; i < count; i++) {
    const cyn_bytes *key = (const cyn_bytes *)((const char *)at + i * stride);
    size_t slot = (size_t)cyn_i_hash64(*key) & *mask;
    while (index[slot] != 0) slot = (slot + 1) & *mask;
    index[slot] = (uint32_t)(i + 1);
  }
  return index;
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

/* The number of the key, or `count`. Keys are `stride` bytes apart. */
static size_t find(cyn_bytes key, const void *at, size_t stride, size_t count, const uint32_t *index, uint32_t mask) {
  if (index == NULL) {
    for (size_t i = 0; i < count; i++)
      if (same(*(const cyn_bytes *)((const char *)at + i * stride), key)) return i;
    return count;
  }
  for (size_t slot = (size_t)cyn_i_hash64(key) & mask; index[slot] != 0; slot = (slot + 1) & mask) {
    size_t i = index[slot] - 1;
    if (same(*(const cyn_bytes *)((const char *)at + i * stride), key)) return i;
  }
  return count;
}

#define PLACEHOLDER_SIZE_MAX 255

static cyn_status check_names(const cyn_i_substitutions *substitutions, cyn_i_arena *arena, cyn_i_check *check,
                              cyn_error *error) {
  cyn_string_map names = substitutions->names;
  if (names.at != NULL && names.count == 0)
    return answer(CYN_CHECK_NAMES_EMPTY, check, error, "ExpressionAttributeNames must not be empty");
  for (size_t i = 0; i < names.count; i++) {
    if (!cyn_i_is_placeholder(names.at[i].key, '#'))
      return answer(CYN_CHECK_NAMES_KEY, check, error,
                    cyn_i_arena_printf(arena, "ExpressionAttributeNames contains invalid key: Syntax error; key: \"%.*s\"",
                                       CYN_BYTES_FORMAT(names.at[i].key)));
    if (names.at[i].key.size > PLACEHOLDER_SIZE_MAX)
      return answer(CYN_CHECK_NAMES_KEY, check, error,
                    "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too "
                    "long");
    /* items have no attributes without a name: an update would make one */
    if (names.at[i].value.size == 0)
      return answer(CYN_CHECK_NAMES_KEY, check, error,
                    cyn_i_arena_printf(arena,
                                       "ExpressionAttributeNames contains invalid value: Empty attribute name for key %.*s",
                                       CYN_BYTES_FORMAT(names.at[i].key)));
    /* the API's constraint comes first; this keeps a name of other origin out of the item format's 16-bit length */
    if (names.at[i].value.size > CYN_NAME_SIZE_MAX)
      return answer(CYN_CHECK_NAMES_KEY, check, error,
                    cyn_i_arena_printf(arena,
                                       "ExpressionAttributeNames contains invalid value: Attribute name is too large, "
                                       "must be less than 65536 bytes for key %.*s",
                                       CYN_BYTES_FORMAT(names.at[i].key)));
  }
  return CYN_OK;
}

static cyn_status check_values(const cyn_i_substitutions *substitutions, cyn_i_arena *arena, cyn_i_check *check,
                               cyn_error *error) {
  const cyn_fault *fault = substitutions->values.fault;
  if (substitutions->values.data != NULL && substitutions->value_count == 0 && fault == NULL)
    return answer(CYN_CHECK_VALUES_EMPTY, check, error, "ExpressionAttributeValues must not be empty");
  for (size_t i = 0; i < substitutions->value_count; i++) {
    if (!cyn_i_is_placeholder(substitutions->value_key[i], ':'))
      return answer(
          CYN_CHECK_VALUES_KEY, check, error,
          cyn_i_arena_printf(arena, "ExpressionAttributeValues contains invalid key: Syntax error; key: \"%.*s\"",
                             CYN_BYTES_FORMAT(substitutions->value_key[i])));
    if (substitutions->value_key[i].size > PLACEHOLDER_SIZE_MAX)
      return answer(CYN_CHECK_VALUES_KEY, check, error,
                    "ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is "
                    "too long");
  }
  if (fault != NULL)
    return answer(CYN_CHECK_VALUES_VALUE, check, error,
                  cyn_i_arena_printf(arena, "ExpressionAttributeValues contains invalid value: %s for key %.*s",
                                     fault->message, CYN_BYTES_FORMAT(fault->attribute)));
  return CYN_OK;
}

/* Spreads the pairs of the values out into arrays. */
static bool read_values(cyn_i_substitutions *substitutions, cyn_i_arena *arena) {
  size_t count = cyn_i_item_count(substitutions->values.data);
  substitutions->value_count = count;
  if (count == 0) return true;
  substitutions->value_at = cyn_i_arena_alloc(arena, count * sizeof *substitutions->value_at);
  substitutions->value_key = cyn_i_arena_alloc(arena, count * sizeof *substitutions->value_key);
  substitutions->value_used = cyn_i_arena_zalloc(arena, count, 1);
  if (substitutions->value_at == NULL || substitutions->value_key == NULL || substitutions->value_used == NULL)
    return false;
  cyn_i_pairs pairs = cyn_i_item_pairs(substitutions->values.data);
  for (size_t i = 0; i < count; i++)
    if (!cyn_i_pairs_next(&pairs, &substitutions->value_key[i], &substitutions->value_at[i])) break;
  if (count <= LINEAR_COUNT_MAX) return true;
  substitutions->value_index =
      index_new(arena, count, substitutions->value_key, sizeof *substitutions->value_key, &substitutions->value_mask);
  return substitutions->value_index != NULL;
}

static bool read_names(cyn_i_substitutions *substitutions, cyn_i_arena *arena) {
  size_t count = substitutions->names.count;
  if (count == 0) return true;
  substitutions->name_used = cyn_i_arena_zalloc(arena, count, 1);
  if (substitutions->name_used == NULL) return false;
  if (count <= LINEAR_COUNT_MAX) return true;
  substitutions->name_index = index_new(arena, count, &substitutions->names.at[0].key, sizeof(cyn_string_pair),
                                        &substitutions->name_mask);
  return substitutions->name_index != NULL;
}

cyn_status cyn_i_substitutions_init(cyn_i_substitutions *substitutions, cyn_string_map names, cyn_item values,
                                    cyn_i_arena *arena, cyn_i_check *check, cyn_error *error) {
  memset(substitutions, 0, sizeof *substitutions);
  if (check != NULL) *check = CYN_CHECK_NONE;
  substitutions->names = names;
  substitutions->values = values;
  if (names.at == NULL) substitutions->names.count = 0;
  if (!read_names(substitutions, arena) || (values.data != NULL && !read_values(substitutions, arena)))
    return cyn_i_error_no_memory(error);
  cyn_status status = check_names(substitutions, arena, check, error);
  return status == CYN_OK ? check_values(substitutions, arena, check, error) : status;
}

bool cyn_i_substitutions_name(cyn_i_substitutions *substitutions, cyn_bytes placeholder, cyn_bytes *out) {
  size_t count = substitutions->names.count;
  if (count == 0) return false;
  size_t i = find(placeholder, &substitutions->names.at[0].key, sizeof(cyn_string_pair), count,
                  substitutions->name_index, substitutions->name_mask);
  if (i == count) return false;
  substitutions->name_used[i] = 1;
  *out = substitutions->names.at[i].value;
  if (out->data == NULL) out->data = ""; /* a name without data would be taken for a list index */
  return true;
}

const uint8_t *cyn_i_substitutions_value(cyn_i_substitutions *substitutions, cyn_bytes placeholder) {
  size_t count = substitutions->value_count;
  if (count == 0) return NULL;
  size_t i = find(placeholder, substitutions->value_key, sizeof(cyn_bytes), count, substitutions->value_index,
                  substitutions->value_mask);
  if (i == count) return NULL;
  substitutions->value_used[i] = 1;
  return substitutions->value_at[i];
}

static void list_key(cyn_i_buf *buf, bool *any, cyn_bytes key) {
  if (*any) cyn_i_buf_text(buf, ", ");
  *any = true;
  cyn_i_buf_append(buf, key.data, key.size);
}

static cyn_status answer_unused(cyn_i_buf *buf, cyn_i_check which, cyn_i_check *check, cyn_error *error) {
  cyn_i_buf_byte(buf, '}');
  cyn_i_buf_byte(buf, '\0');
  return answer(which, check, error, buf->failed ? NULL : (const char *)buf->data);
}

cyn_status cyn_i_substitutions_check_unused(const cyn_i_substitutions *substitutions, cyn_i_arena *arena,
                                            cyn_i_check *check, cyn_error *error) {
  bool any = false;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  if (check != NULL) *check = CYN_CHECK_NONE;
  for (size_t i = 0; i < substitutions->names.count; i++) {
    if (substitutions->name_used[i]) continue;
    if (!any) cyn_i_buf_text(&buf, "Value provided in ExpressionAttributeNames unused in expressions: keys: {");
    list_key(&buf, &any, substitutions->names.at[i].key);
  }
  if (any) return answer_unused(&buf, CYN_CHECK_NAMES_UNUSED, check, error);
  for (size_t i = 0; i < substitutions->value_count; i++) {
    if (substitutions->value_used[i]) continue;
    if (!any) cyn_i_buf_text(&buf, "Value provided in ExpressionAttributeValues unused in expressions: keys: {");
    list_key(&buf, &any, substitutions->value_key[i]);
  }
  return any ? answer_unused(&buf, CYN_CHECK_VALUES_UNUSED, check, error) : CYN_OK;
}
