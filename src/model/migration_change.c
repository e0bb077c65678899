/* The changes of <cynamo/migration.h> that are ready. Each copies the item but for one attribute. */
#include <cynamo/migration.h>

#include <string.h>

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
