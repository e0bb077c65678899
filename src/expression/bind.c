/* Binding: placeholders become names and values, then the checks of the kind. This is on the way of every request, so
 * the good case is a few look-ups and one pass of checks; a program without name placeholders lends its paths as they
 * are. */
#include "expression/program_private.h"

#include "base/error.h"

/* Copies the steps with their names filled in. An undefined one keeps its "#name". */
static bool bind_paths(cyn_i_binding *binding, cyn_i_bound *bound, cyn_i_arena *arena) {
  const cyn_i_program *program = binding->program;
  bound->paths = program->paths;
  if (!program->has_names) return true;
  cyn_i_path_step *steps = cyn_i_arena_alloc(arena, program->step_count * sizeof *steps);
  cyn_i_path *paths = cyn_i_arena_alloc(arena, program->path_count * sizeof *paths);
  if (steps == NULL || paths == NULL) return false;
  memcpy(steps, program->steps, program->step_count * sizeof *steps);
  for (uint16_t i = 0; i < program->step_count; i++) {
    if (!program->step_is_name[i]) continue;
    if (!cyn_i_substitutions_name(binding->substitutions, steps[i].name, &steps[i].name)) binding->names_missing = true;
  }
  for (uint16_t i = 0; i < program->path_count; i++)
    paths[i] = (cyn_i_path){steps + (program->paths[i].steps - program->steps), program->paths[i].count};
  bound->paths = paths;
  return true;
}

static bool bind_values(cyn_i_binding *binding, cyn_i_bound *bound, cyn_i_arena *arena) {
  const cyn_i_program *program = binding->program;
  if (program->value_count == 0) return true;
  const uint8_t **values = cyn_i_arena_alloc(arena, program->value_count * sizeof *values);
  if (values == NULL) return false;
  for (uint16_t i = 0; i < program->value_count; i++) {
    values[i] = cyn_i_substitutions_value(binding->substitutions, program->values[i]);
    if (values[i] == NULL) binding->values_missing = true;
  }
  bound->values = values;
  return true;
}

cyn_status cyn_i_check_path_defined(const cyn_i_binding *binding, uint16_t path) {
  if (!binding->names_missing) return CYN_OK;
  const cyn_i_program *program = binding->program;
  const cyn_i_path *unbound = &program->paths[path];
  for (size_t i = 0; i < unbound->count; i++) {
    cyn_bytes ignored;
    if (!program->step_is_name[unbound->steps - program->steps + (ptrdiff_t)i] ||
        cyn_i_substitutions_name(binding->substitutions, unbound->steps[i].name, &ignored))
      continue;
    return cyn_i_fault_set(
        &binding->sink, CYN_CHECK_EXPRESSION_OTHER,
        "An expression attribute name used in the document path is not defined; attribute name: %.*s",
        CYN_BYTES_FORMAT(unbound->steps[i].name));
  }
  return CYN_OK;
}

cyn_status cyn_i_check_value_defined(const cyn_i_binding *binding, uint16_t value) {
  if (!binding->values_missing || binding->bound->values[value] != NULL) return CYN_OK;
  return cyn_i_fault_set(&binding->sink, CYN_CHECK_EXPRESSION_OTHER,
                         "An expression attribute value used in expression is not defined; attribute value: %.*s",
                         CYN_BYTES_FORMAT(binding->program->values[value]));
}

/* Undefined names then values of a whole update or projection. */
static cyn_status check_all_defined(const cyn_i_binding *binding) {
  cyn_status status = CYN_OK;
  for (uint16_t i = 0; status == CYN_OK && binding->names_missing && i < binding->program->path_count; i++)
    status = cyn_i_check_path_defined(binding, i);
  for (uint16_t i = 0; status == CYN_OK && binding->values_missing && i < binding->program->value_count; i++)
    status = cyn_i_check_value_defined(binding, i);
  return status;
}

static cyn_status bind_targets(cyn_i_binding *binding, cyn_i_bound *bound, cyn_i_arena *arena) {
  cyn_status status = check_all_defined(binding);
  if (status != CYN_OK) return status;
  if (!cyn_i_bound_sort(bound, arena)) return cyn_i_error_no_memory(binding->sink.error);
  status = cyn_i_check_paths(binding);
  if (status == CYN_OK && binding->program->kind == CYN_EXPRESSION_UPDATE) status = cyn_i_check_update(binding);
  return status;
}

cyn_status cyn_i_program_bind(const cyn_i_program *program, cyn_i_substitutions *substitutions, cyn_i_arena *arena,
                              cyn_i_bound **out, cyn_i_check *check, cyn_error *error) {
  *out = NULL;
  if (check != NULL) *check = CYN_CHECK_NONE;
  cyn_i_bound *bound = cyn_i_arena_alloc(arena, sizeof *bound);
  cyn_i_binding binding = {program, bound, substitutions, {program->kind, arena, check, error}, false, false};
  if (bound == NULL) return cyn_i_error_no_memory(error);
  *bound = (cyn_i_bound){program, NULL, NULL, NULL};
  if (!bind_paths(&binding, bound, arena) || !bind_values(&binding, bound, arena)) return cyn_i_error_no_memory(error);
  cyn_status status = program->kind <= CYN_EXPRESSION_KEY_CONDITION ? cyn_i_check_condition(&binding)
                                                                    : bind_targets(&binding, bound, arena);
  if (status == CYN_OK) *out = bound;
  return status;
}

size_t cyn_i_bound_path_count(const cyn_i_bound *bound) { return bound->program->path_count; }

cyn_i_path cyn_i_bound_path(const cyn_i_bound *bound, size_t i) { return bound->paths[i]; }
