/* Consumed capacity as it is answered (validation.md section 5; DynamoDB page CapacityUnitCalculations). */
#include "engine/parameters.h"

cyn_i_capacity_wanted cyn_i_capacity_wanted_from(cyn_bytes value) {
  if (cyn_i_is(value, CYN_RETURN_CONSUMED_CAPACITY_TOTAL)) return CYN_CAPACITY_TOTAL;
  if (cyn_i_is(value, CYN_RETURN_CONSUMED_CAPACITY_INDEXES)) return CYN_CAPACITY_INDEXES;
  return CYN_CAPACITY_NONE;
}

double cyn_i_read_units(uint64_t bytes, bool consistent) {
  uint64_t steps = bytes <= 4096 ? 1 : (bytes + 4095) / 4096;
  return consistent ? (double)steps : (double)steps * 0.5;
}

static void set_units(cyn_opt_double *all, cyn_opt_double *read, cyn_opt_double *write, const cyn_i_capacity *capacity,
                      double units) {
  *all = cyn_double(units);
  if (capacity->is_transaction) *(capacity->is_write ? write : read) = cyn_double(units);
}

static const cyn_capacity *new_capacity(cyn_i_call *call, const cyn_i_capacity *capacity, double units) {
  cyn_capacity *out = cyn_i_arena_zalloc(call->arena, 1, sizeof *out);
  if (out == NULL) return NULL;
  out->struct_size = sizeof *out;
  set_units(&out->capacity_units, &out->read_capacity_units, &out->write_capacity_units, capacity, units);
  return out;
}

static bool index_capacities(cyn_i_call *call, const cyn_i_capacity *capacity, bool global,
                             cyn_secondary_indexes_capacity_map *out) {
  size_t count = 0;
  for (size_t i = 0; i < capacity->table->index_count; i++)
    count += capacity->table->indexes[i].is_global == global && capacity->index_units[i] != 0;
  if (count == 0) return true;
  cyn_secondary_indexes_capacity_map_entry *entries = cyn_i_arena_zalloc(call->arena, count, sizeof *entries);
  if (entries == NULL) return false;
  size_t at = 0;
  for (size_t i = 0; i < capacity->table->index_count; i++) {
    const cyn_i_index *index = &capacity->table->indexes[i];
    if (index->is_global != global || capacity->index_units[i] == 0) continue;
    entries[at].key = cyn_i_arena_copy(call->arena, index->name);
    entries[at].value = new_capacity(call, capacity, capacity->index_units[i]);
    if (entries[at].key.data == NULL || entries[at].value == NULL) return false;
    at++;
  }
  out->count = count;
  out->at = entries;
  return true;
}

const cyn_consumed_capacity *cyn_i_capacity_answer(cyn_i_call *call, cyn_i_capacity_wanted wanted,
                                                   const cyn_i_capacity *capacity) {
  if (wanted == CYN_CAPACITY_NONE) return NULL;
  cyn_consumed_capacity *out = cyn_i_arena_zalloc(call->arena, 1, sizeof *out);
  bool ok = out != NULL;
  if (ok) {
    out->struct_size = sizeof *out;
    out->table_name = capacity->table_name;
    double total = capacity->table_units;
    for (size_t i = 0; capacity->index_units != NULL && i < capacity->table->index_count; i++)
      total += capacity->index_units[i];
    set_units(&out->capacity_units, &out->read_capacity_units, &out->write_capacity_units, capacity, total);
    if (wanted == CYN_CAPACITY_INDEXES) {
      out->table = new_capacity(call, capacity, capacity->table_units);
      ok = out->table != NULL;
      if (ok && capacity->index_units != NULL)
        ok = index_capacities(call, capacity, false, &out->local_secondary_indexes) &&
             index_capacities(call, capacity, true, &out->global_secondary_indexes);
    }
  }
  if (ok) return out;
  call->status = cyn_i_error_no_memory(call->error);
  return NULL;
}
