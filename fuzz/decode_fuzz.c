/* Fuzz target: a body through decoder, checks and encoder of any operation. What was decoded and encoded must decode to
 * the same again. The first two bytes choose operation and side. */
#include "api/api.h"
#include "base/error.h"
#include "fuzz.h"

static bool recode(const cyn_i_shape *shape, cyn_bytes body, cyn_i_arena *arena, void **structure, cyn_i_buf *out) {
  cyn_error error = CYN_ERROR_INIT;
  bool is_sound = cyn_i_api_decode(shape, body, arena, structure, &error) == CYN_OK;
  cyn_i_buf_init(out, arena);
  if (is_sound) {
    cyn_i_api_encode(shape, *structure, out);
  } else {
    cyn_i_api_encode_error(&error, out);
  }
  cyn_error_clean_up(&error);
  return is_sound;
}

/* Items with faults have no bytes to encode: an engine refuses them before. */
static bool is_faultless(const cyn_i_shape *shape, const void *place) {
  if (shape->kind == CYN_KIND_VALUE) return ((const cyn_value *)place)->fault == NULL;
  if (shape->kind == CYN_KIND_ITEM) return ((const cyn_item *)place)->fault == NULL;
  if (shape->kind == CYN_KIND_STRUCTURE) {
    const uint8_t *structure = *(const uint8_t *const *)place;
    for (uint32_t i = 0; structure != NULL && i < shape->member_count; i++) {
      if (!is_faultless(shape->members[i].shape, structure + shape->members[i].offset)) return false;
    }
  }
  if (shape->kind == CYN_KIND_LIST || shape->kind == CYN_KIND_MAP) {
    size_t head = shape->kind == CYN_KIND_MAP ? sizeof(cyn_bytes) : 0;
    size_t step = head + (shape->element->kind == CYN_KIND_STRUCTURE ? sizeof(void *) : shape->element->size);
    size_t count = *(const size_t *)place;
    const uint8_t *at = ((const cyn_string_list *)place)->at != NULL ? (const void *)((const cyn_string_list *)place)->at : NULL;
    for (size_t i = 0; i < count; i++) {
      if (!is_faultless(shape->element, at + i * step + head)) return false;
    }
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  const cyn_i_operation *operation = &cyn_i_operations[data[0] % CYN_OPERATION_COUNT];
  bool is_output = data[1] & 1;
  const cyn_i_shape *shape = is_output ? operation->output : operation->input;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_buf first, second;
  void *structure = NULL;
  cyn_bytes body = {(const char *)data + 2, size - 2};
  if (recode(shape, body, &arena, &structure, &first)) {
    cyn_error error = CYN_ERROR_INIT;
    if (!is_output) (void)!cyn_i_api_check(operation, structure, &arena, &error);
    cyn_error_clean_up(&error);
    const void *root = structure;
    if (is_faultless(shape, &root)) {
      void *again = NULL;
      if (!recode(shape, (cyn_bytes){(const char *)first.data, first.size}, &arena, &again, &second)) abort();
      if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0) abort();
    }
  }
  cyn_i_arena_clean_up(&arena);
  return 0;
}
