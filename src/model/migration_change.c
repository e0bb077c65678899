/* The changes of <cynamo/migration.h> that are ready. Each copies the item but for one attribute; an update is applied by the
 * same evaluator as the engine's, so that a dry run, a copy and a change in place all mean the same. */
#include <string.h>

#include "base/error.h"
#include "model/migration.h"
#include "value/json.h"
#include "value/number.h"

#define PARTS_DEPTH_MAX 8

static bool is(cyn_bytes name, const char *text) { return name.size == strlen(text) && memcmp(name.data, text, name.size) == 0; }

/* All attributes but `without`. */
static void copy(cyn_item item, cyn_item_builder *out, const char *without) {
  cyn_pairs pairs = cyn_item_pairs(item);
  cyn_bytes name;
  cyn_value value;
  while (cyn_pairs_next(&pairs, &name, &value))
    if (!is(name, without)) cyn_item_put_value(out, name, value);
}

cyn_status cyn_change_by_rename(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const cyn_change_rename *rename = user;
  cyn_value value = cyn_item_get(item, cyn_str(rename->from));
  (void)error;
  *changed = value.data != NULL;
  if (!*changed) return CYN_OK;
  copy(item, out, rename->from);
  if (cyn_item_get(item, cyn_str(rename->to)).data == NULL) cyn_item_put_value(out, cyn_str(rename->to), value);
  return CYN_OK;
}

cyn_status cyn_change_by_backfill(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const cyn_change_backfill *backfill = user;
  (void)error;
  *changed = cyn_item_get(item, cyn_str(backfill->name)).data == NULL;
  if (!*changed) return CYN_OK;
  copy(item, out, "");
  cyn_item_put_value(out, cyn_str(backfill->name), backfill->value);
  return CYN_OK;
}

cyn_status cyn_change_by_remove(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const char *name = user;
  (void)error;
  *changed = cyn_item_get(item, cyn_str(name)).data != NULL;
  if (*changed) copy(item, out, name);
  return CYN_OK;
}

/* ---- updates ---- */

static cyn_status apply(const cyn_migration_expression *update, cyn_item item, cyn_i_arena *arena, cyn_item *out,
                        cyn_error *error) {
  cyn_i_bound *bound;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_status status = cyn_i_migration_bind(CYN_EXPRESSION_UPDATE, update, arena, &bound, error);
  if (status == CYN_OK) status = cyn_i_update_apply(bound, item.data, arena, &buf, error);
  if (status == CYN_OK && buf.failed) status = cyn_i_error_no_memory(error);
  if (status == CYN_OK) *out = (cyn_item){buf.data, buf.size, NULL};
  return status;
}

cyn_status cyn_change_by_update(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  cyn_i_arena arena;
  cyn_item new = {NULL, 0, NULL};
  cyn_i_arena_init(&arena, 4096);
  cyn_status status = apply(user, item, &arena, &new, error);
  *changed = status == CYN_OK && !cyn_i_migration_same(item, new);
  if (*changed) copy(new, out, "");
  cyn_i_arena_clean_up(&arena);
  return status;
}

/* ---- several ---- */

/* The parts read and write two builders in turn. */
static cyn_status apply_parts(const cyn_change_parts *parts, cyn_item *item, cyn_item_builder *builders[2], bool *changed,
                              cyn_error *error) {
  size_t turn = 0;
  for (size_t i = 0; i < parts->count; i++) {
    bool is_changed = false;
    cyn_item_builder_reset(builders[turn]);
    cyn_status status = parts->at[i].change(*item, builders[turn], &is_changed, parts->at[i].user, error);
    if (status == CYN_OK && is_changed) status = cyn_item_builder_finish(builders[turn], item, error);
    if (status == CYN_OK && item->fault != NULL) status = cyn_i_error_set(error, CYN_E_VALIDATION, item->fault->message);
    if (status != CYN_OK) return status;
    if (!is_changed) continue;
    *changed = true;
    turn ^= 1;
  }
  return CYN_OK;
}

cyn_status cyn_change_by_parts(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  cyn_item_builder *builders[2] = {cyn_item_builder_new(), cyn_item_builder_new()};
  *changed = false;
  cyn_status status = builders[0] != NULL && builders[1] != NULL ? apply_parts(user, &item, builders, changed, error)
                                                                 : cyn_i_error_no_memory(error);
  if (status == CYN_OK && *changed) copy(item, out, "");
  cyn_item_builder_destroy(builders[0]);
  cyn_item_builder_destroy(builders[1]);
  return status;
}

cyn_status cyn_i_migration_check_change(cyn_migration_change change, void *user, unsigned depth, cyn_i_arena *arena,
                                        cyn_error *error) {
  cyn_i_bound *unused;
  const cyn_change_parts *parts = user;
  if (change == cyn_change_by_update) return cyn_i_migration_bind(CYN_EXPRESSION_UPDATE, user, arena, &unused, error);
  if (change != cyn_change_by_parts) return CYN_OK;
  if (depth == PARTS_DEPTH_MAX) return cyn_i_error_set(error, CYN_E_USAGE, "a migration's parts are nested too deeply");
  for (size_t i = 0; i < parts->count; i++) {
    cyn_status status = cyn_i_migration_check_change(parts->at[i].change, parts->at[i].user, depth + 1, arena, error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

/* ---- encodings ---- */

cyn_status cyn_change_by_boolean(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const char *name = user;
  int64_t number;
  (void)error;
  *changed = cyn_value_int(cyn_item_get(item, cyn_str(name)), &number) && (number == 0 || number == 1);
  if (!*changed) return CYN_OK;
  copy(item, out, name);
  cyn_item_put_bool(out, cyn_str(name), number == 1);
  return CYN_OK;
}

/* The text of a JSON string that is all of `text`; absent when it is none. */
static cyn_bytes unquoted(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_json json;
  cyn_bytes none = {NULL, 0};
  if (text.size < 2 || text.data[0] != '"') return none;
  cyn_i_json_init(&json, (const uint8_t *)text.data, text.size, arena);
  if (cyn_i_json_next(&json) != CYN_JSON_STRING) return none;
  cyn_bytes found = json.text;
  return cyn_i_json_next(&json) == CYN_JSON_END ? found : none;
}

/* All elements, or false. */
static bool unquote_all(cyn_value set, cyn_bytes *out, cyn_i_arena *arena) {
  cyn_elements elements = cyn_value_elements(set);
  cyn_bytes element;
  for (size_t i = 0; cyn_elements_next_string(&elements, &element); i++)
    if ((out[i] = unquoted(element, arena)).data == NULL) return false;
  return true;
}

cyn_status cyn_change_by_unicode_set(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const char *name = user;
  cyn_value set = cyn_item_get(item, cyn_str(name));
  size_t count = cyn_value_count(set);
  cyn_i_arena arena;
  *changed = false;
  if (cyn_value_type(set) != CYN_TYPE_SS || count == 0) return CYN_OK;
  cyn_i_arena_init(&arena, 4096);
  cyn_bytes *elements = cyn_i_arena_zalloc(&arena, count, sizeof *elements);
  *changed = elements != NULL && unquote_all(set, elements, &arena);
  if (*changed) {
    copy(item, out, name);
    cyn_item_put_string_set(out, cyn_str(name), elements, count);
  }
  cyn_i_arena_clean_up(&arena);
  return elements != NULL ? CYN_OK : cyn_i_error_no_memory(error);
}

cyn_status cyn_change_by_number(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const char *name = user;
  cyn_i_number number;
  cyn_value value = cyn_item_get(item, cyn_str(name));
  (void)error;
  *changed = cyn_value_type(value) == CYN_TYPE_S && cyn_i_number_parse(cyn_value_string(value), &number) == CYN_NUMBER_OK;
  if (!*changed) return CYN_OK;
  copy(item, out, name);
  cyn_item_put_number(out, cyn_str(name), cyn_value_string(value));
  return CYN_OK;
}

cyn_status cyn_change_by_string(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  const char *name = user;
  char text[CYN_NUMBER_TEXT_SIZE];
  size_t size = cyn_value_number_text(cyn_item_get(item, cyn_str(name)), text);
  (void)error;
  *changed = size != 0;
  if (!*changed) return CYN_OK;
  copy(item, out, name);
  cyn_item_put_string(out, cyn_str(name), (cyn_bytes){text, size});
  return CYN_OK;
}
