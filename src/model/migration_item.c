/* One item of a migration. In place, only the attributes that differ are written, under the condition that each is as it was
 * seen; who writes other attributes meanwhile loses nothing. When the condition fails the item is read and changed again. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/migration.h"

#define TRIES_MAX 20
#define KEY_TEXT_MAX 300

typedef struct difference {
  cyn_i_arena arena;
  cyn_i_buf set, removed, condition;
  cyn_string_pair *names;
  size_t count;
  cyn_item_builder *values;
} difference;

static void add(difference *d, cyn_bytes name, cyn_value old, cyn_value new) {
  size_t i = d->count;
  char key[24], value_key[24];
  d->names[i] = (cyn_string_pair){cyn_str(cyn_i_arena_printf(&d->arena, "#n%zu", i)), name};
  d->count++;
  cyn_i_buf *out = new.data != NULL ? &d->set : &d->removed;
  cyn_i_buf_printf(out, "%s#n%zu", out->size != 0 ? ", " : new.data != NULL ? "SET " : " REMOVE ", i);
  if (new.data != NULL) {
    cyn_i_buf_printf(out, " = :s%zu", i);
    (void)snprintf(value_key, sizeof value_key, ":s%zu", i);
    cyn_item_put_value(d->values, cyn_str(value_key), new);
  }
  const char *and = d->condition.size != 0 ? " AND " : "";
  if (old.data == NULL) {
    cyn_i_buf_printf(&d->condition, "%sattribute_not_exists(#n%zu)", and, i);
    return;
  }
  cyn_i_buf_printf(&d->condition, "%s#n%zu = :o%zu", and, i, i);
  (void)snprintf(key, sizeof key, ":o%zu", i);
  cyn_item_put_value(d->values, cyn_str(key), old);
}

static void compare(difference *d, cyn_item old, cyn_item new) {
  cyn_bytes name;
  cyn_value value;
  cyn_pairs pairs = cyn_item_pairs(new);
  while (cyn_pairs_next(&pairs, &name, &value)) {
    cyn_value before = cyn_item_get(old, name);
    if (before.data == NULL || !cyn_value_equal(before, value)) add(d, name, before, value);
  }
  pairs = cyn_item_pairs(old);
  while (cyn_pairs_next(&pairs, &name, &value))
    if (cyn_item_get(new, name).data == NULL) add(d, name, value, (cyn_value){NULL, 0, NULL});
}

static cyn_status key_of(cyn_i_migration_worker *worker, cyn_item item, cyn_item *out, cyn_error *error) {
  cyn_item_builder_reset(worker->key);
  for (int i = 0; i < 2 && worker->key_names[i].data != NULL; i++)
    cyn_item_put_value(worker->key, worker->key_names[i], cyn_item_get(item, worker->key_names[i]));
  return cyn_item_builder_finish(worker->key, out, error);
}

/* Without it, what is only added would make an item anew that is deleted meanwhile. */
static void require_item(const cyn_i_migration_worker *worker, difference *d) {
  size_t i = d->count++;
  d->names[i] = (cyn_string_pair){cyn_str(cyn_i_arena_printf(&d->arena, "#n%zu", i)), worker->key_names[0]};
  cyn_i_buf_printf(&d->condition, " AND attribute_exists(#n%zu)", i);
}

static cyn_status write_difference(cyn_i_migration_worker *worker, cyn_item old, cyn_item new, difference *d,
                                   cyn_error *error) {
  size_t room = cyn_item_count(old) + cyn_item_count(new) + 2;
  d->names = cyn_i_arena_zalloc(&d->arena, room, sizeof *d->names);
  if (d->names == NULL) return cyn_i_error_no_memory(error);
  compare(d, old, new);
  if (d->count == 0) return CYN_OK;
  require_item(worker, d);
  cyn_i_buf_append(&d->set, d->removed.data, d->removed.size);
  if (d->set.failed || d->removed.failed || d->condition.failed) return cyn_i_error_no_memory(error);
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  const cyn_update_item_output *output;
  input.table_name = cyn_str(worker->step->table);
  input.update_expression = (cyn_bytes){(const char *)d->set.data, d->set.size};
  input.condition_expression = (cyn_bytes){(const char *)d->condition.data, d->condition.size};
  input.expression_attribute_names = (cyn_string_map){d->count, d->names};
  cyn_status status = key_of(worker, old, &input.key, error);
  if (status == CYN_OK) status = cyn_item_builder_finish(d->values, &input.expression_attribute_values, error);
  if (status != CYN_OK) return status;
  if (cyn_item_count(input.expression_attribute_values) == 0) input.expression_attribute_values = (cyn_item){NULL, 0, NULL};
  if (worker->counts_units) input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  status = cyn_update_item(worker->db, &input, worker->result, &output, error);
  if (status == CYN_OK && output->consumed_capacity != NULL) worker->units += output->consumed_capacity->capacity_units.value;
  return status;
}

static cyn_status in_place(cyn_i_migration_worker *worker, cyn_item old, cyn_item new, cyn_error *error) {
  difference d = {.values = worker->values};
  cyn_item_builder_reset(worker->values);
  cyn_i_arena_init(&d.arena, 2048);
  cyn_i_buf_init(&d.set, &d.arena);
  cyn_i_buf_init(&d.removed, &d.arena);
  cyn_i_buf_init(&d.condition, &d.arena);
  cyn_status status = write_difference(worker, old, new, &d, error);
  cyn_i_arena_clean_up(&d.arena);
  return status;
}

static cyn_status copy_into(cyn_i_migration_worker *worker, cyn_item item, cyn_error *error) {
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  input.table_name = cyn_str(worker->step->into);
  input.item = item;
  if (worker->counts_units) input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  cyn_status status = cyn_put_item(worker->db, &input, worker->result, &output, error);
  if (status == CYN_OK && output->consumed_capacity != NULL) worker->units += output->consumed_capacity->capacity_units.value;
  return status;
}

/* What the item is now; absent when it is gone. It lives in the worker's reads. */
static cyn_status read_again(cyn_i_migration_worker *worker, cyn_item *item, cyn_error *error) {
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  input.table_name = cyn_str(worker->step->table);
  input.consistent_read = cyn_bool(true);
  cyn_status status = key_of(worker, *item, &input.key, error);
  if (status == CYN_OK) status = cyn_get_item(worker->db, &input, worker->reads, &output, error);
  if (status == CYN_OK) *item = output->item;
  return status;
}

/* ---- the change, before anything is written ---- */

static bool is_meant(const cyn_i_migration_worker *worker, cyn_item item) {
  return worker->where == NULL || cyn_i_condition_evaluate(worker->where, item.data);
}

static cyn_status change(const cyn_migration *step, cyn_item item, cyn_item_builder *builder, cyn_item *new, bool *changed,
                         cyn_error *error) {
  *new = item;
  *changed = false;
  if (step->change == NULL) return CYN_OK;
  cyn_item_builder_reset(builder);
  cyn_status status = step->change(item, builder, changed, step->user, error);
  if (status == CYN_OK && *changed) status = cyn_item_builder_finish(builder, new, error);
  if (status == CYN_OK && new->fault != NULL) status = cyn_i_error_set(error, CYN_E_VALIDATION, new->fault->message);
  return status;
}

/* What may stand in place of the old item: the same key, and nothing that would be changed once more. */
static cyn_status check_in_place(cyn_i_migration_worker *worker, cyn_item old, cyn_item new, cyn_error *error) {
  const cyn_migration *step = worker->step;
  cyn_item again;
  bool is_changed;
  for (int i = 0; i < 2 && worker->key_names[i].data != NULL; i++)
    if (!cyn_value_equal(cyn_item_get(old, worker->key_names[i]), cyn_item_get(new, worker->key_names[i])))
      return cyn_i_error_setf(error, CYN_E_USAGE, "migration %s: it changes the key in place; copy into another table", step->name);
  if (!is_meant(worker, new)) return CYN_OK;
  cyn_status status = change(step, new, worker->repeated, &again, &is_changed, error);
  if (status != CYN_OK || !is_changed || cyn_i_migration_same(new, again)) return status;
  return cyn_i_error_setf(error, CYN_E_USAGE,
                          "migration %s: it would change again what it has changed; say which items with a condition that they no "
                          "longer meet then", step->name);
}

static cyn_status work(cyn_i_migration_worker *worker, cyn_item item, bool *changed, cyn_error *error) {
  const cyn_migration *step = worker->step;
  for (int tries = 0;; tries++) {
    cyn_item new;
    *changed = false;
    if (!is_meant(worker, item)) return CYN_OK;
    cyn_status status = change(step, item, worker->changed_item, &new, changed, error);
    if (status == CYN_OK && *changed && step->into == NULL) status = check_in_place(worker, item, new, error);
    if (step->into != NULL) *changed = true;
    if (status != CYN_OK || worker->dry_run || !*changed) return status;
    if (step->into != NULL) return copy_into(worker, new, error);
    status = in_place(worker, item, new, error);
    if (status != CYN_E_CONDITIONAL_CHECK_FAILED || tries == TRIES_MAX) return status;
    cyn_error_clean_up(error);
    worker->conflicts++;
    status = read_again(worker, &item, error);
    if (status != CYN_OK || item.data == NULL) {
      *changed = false;
      return status;
    }
  }
}

/* What is wrong with one item of many says which. */
static cyn_status name_item(cyn_i_migration_worker *worker, cyn_item item, cyn_status status, cyn_error *error) {
  cyn_item key;
  char json[KEY_TEXT_MAX];
  cyn_i_arena arena;
  if (error == NULL || (status != CYN_E_VALIDATION && status != CYN_E_USAGE) || key_of(worker, item, &key, NULL) != CYN_OK)
    return status;
  size_t size = cyn_item_to_json(key, json, sizeof json);
  cyn_i_arena_init(&arena, 1024);
  const char *message = cyn_i_arena_printf(&arena, "%s (the item %s%s)", error->message, json, size < sizeof json ? "" : "…");
  if (message != NULL && size != 0) status = cyn_i_error_set(error, (cyn_i_error_code)status, message);
  cyn_i_arena_clean_up(&arena);
  return status;
}

cyn_status cyn_i_migration_item(cyn_i_migration_worker *worker, cyn_item item, bool *changed, cyn_error *error) {
  worker->units = 0;
  cyn_status status = work(worker, item, changed, error);
  return status == CYN_OK ? CYN_OK : name_item(worker, item, status, error);
}
