/* Finding an operation by its wire name, and the members of a structure likewise; both by the generated perfect hash. */
#include "api/api.h"

#include "api/api_private.h"

const cyn_i_operation *cyn_i_operation_find(cyn_bytes name, bool is_streams) {
  if (name.size == 0) return NULL;
  uint8_t slot = cyn_i_name_slot(&cyn_i_operation_hash, name);
  if (slot == 255) return NULL;
  const cyn_i_operation *found = &cyn_i_operations[slot];
  if (strlen(found->name) != name.size || memcmp(found->name, name.data, name.size) != 0) return NULL;
  return found->is_streams == is_streams ? found : NULL;
}

static bool has_name(const cyn_i_member *member, cyn_bytes name) {
  return member->name_size == name.size && memcmp(member->name, name.data, name.size) == 0;
}

const cyn_i_member *cyn_i_shape_member(const cyn_i_shape *shape, cyn_bytes name, uint32_t guess) {
  if (guess < shape->member_count && has_name(&shape->members[guess], name)) return &shape->members[guess];
  if (name.size == 0) return NULL;
  if (shape->hash.slots != NULL) {
    uint8_t slot = cyn_i_name_slot(&shape->hash, name);
    return slot != 255 && has_name(&shape->members[slot], name) ? &shape->members[slot] : NULL;
  }
  for (uint32_t i = 0; i < shape->member_count; i++) {
    if (has_name(&shape->members[i], name)) return &shape->members[i];
  }
  return NULL;
}

void *cyn_i_api_new(cyn_i_arena *arena, size_t struct_size) {
  void *out = cyn_i_arena_zalloc(arena, 1, struct_size);
  if (out != NULL) memcpy(out, &struct_size, sizeof struct_size);
  return out;
}
