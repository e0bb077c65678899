/* A client's request may hold what no request can say: a number that is none has no bytes to send, and the zero that
 * stands for it would be stored. So the fault is answered here, with the service's own words, and nothing is sent. */
#include "api/api.h"
#include "api/api_private.h"
#include "base/error.h"

static const cyn_fault *fault_in(const cyn_i_shape *shape, const void *place);

static const cyn_fault *fault_in_entries(const cyn_i_shape *shape, const cyn_i_sequence *entries, size_t key_size) {
  size_t entry_size = key_size + cyn_i_slot_size(shape->element);
  const cyn_fault *found = NULL;
  for (size_t i = 0; found == NULL && i < entries->count; i++)
    found = fault_in(shape->element, (const uint8_t *)entries->at + i * entry_size + key_size);
  return found;
}

static const cyn_fault *fault_in_structure(const cyn_i_shape *shape, const void *structure, const cyn_i_member **member) {
  for (uint32_t i = 0; i < shape->member_count; i++) {
    if (shape->members[i].shape->kind < CYN_KIND_VALUE) continue;
    const cyn_fault *found = fault_in(shape->members[i].shape, (const uint8_t *)structure + shape->members[i].offset);
    if (found == NULL) continue;
    *member = &shape->members[i];
    return found;
  }
  return NULL;
}

/* Strings and numbers have no faults, nor have lists of them. Recursion follows the shapes, which do not recurse. */
static const cyn_fault *fault_in(const cyn_i_shape *shape, const void *place) {
  const cyn_i_member *member;
  if (!cyn_i_is_present(shape, place)) return NULL;
  switch (shape->kind) {
    case CYN_KIND_VALUE: return ((const cyn_value *)place)->fault;
    case CYN_KIND_ITEM: return ((const cyn_item *)place)->fault;
    case CYN_KIND_STRUCTURE: return fault_in_structure(shape, *(const void *const *)place, &member);
    case CYN_KIND_LIST:
      return shape->element->kind < CYN_KIND_VALUE ? NULL : fault_in_entries(shape, place, 0);
    case CYN_KIND_MAP:
      return shape->element->kind < CYN_KIND_VALUE ? NULL : fault_in_entries(shape, place, sizeof(cyn_bytes));
    default: return NULL;
  }
}

cyn_status cyn_i_api_check_faults(const cyn_i_operation *operation, const void *input, cyn_error *error) {
  const cyn_i_member *member = NULL;
  const cyn_fault *fault = fault_in_structure(operation->input, input, &member);
  if (fault == NULL) return CYN_OK;
  const char *prefix = cyn_i_operation_prefixes_checks(operation->operation) ? CYN_CHECK_PREFIX : "";
  bool says_which = strcmp(member->name, "ExpressionAttributeValues") == 0 && fault->attribute.data != NULL &&
                    operation->operation != CYN_OPERATION_UPDATE_ITEM;
  if (!says_which) return cyn_i_error_setf(error, CYN_E_VALIDATION, "%s%s", prefix, fault->message);
  return cyn_i_error_setf(error, CYN_E_VALIDATION, "%sExpressionAttributeValues contains invalid value: %s for key %.*s", prefix,
                          fault->message, (int)fault->attribute.size, fault->attribute.data);
}
