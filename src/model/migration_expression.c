/* Expressions of migrations: conditions and updates, evaluated here on the items that the scan has read. */
#include "base/error.h"
#include "model/migration.h"

cyn_status cyn_i_migration_bind(cyn_i_expression_kind kind, const cyn_migration_expression *expression, cyn_i_arena *arena,
                                cyn_i_bound **out, cyn_error *error) {
  const cyn_i_program *program;
  cyn_i_substitutions substitutions;
  cyn_i_check check = CYN_CHECK_NONE;
  cyn_status status = cyn_i_program_compile(kind, cyn_str(expression->text), arena, &program, &check, error);
  if (status == CYN_OK)
    status = cyn_i_substitutions_init(&substitutions, expression->names, expression->values, arena, &check, error);
  if (status == CYN_OK) status = cyn_i_program_bind(program, &substitutions, arena, out, &check, error);
  return status;
}

bool cyn_i_migration_same(cyn_item a, cyn_item b) {
  cyn_pairs pairs = cyn_item_pairs(a);
  cyn_bytes name;
  cyn_value value;
  if (cyn_item_count(a) != cyn_item_count(b)) return false;
  while (cyn_pairs_next(&pairs, &name, &value))
    if (!cyn_value_equal(value, cyn_item_get(b, name))) return false;
  return true;
}
