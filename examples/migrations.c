/* Migrations: a step over all items of a table, once, beside those who use it.   migrations [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct user {
  const char *mail, *name;
  bool active;
} user;

CYN_MODEL(user, CYN_TABLE("User"), CYN_HASH_KEY(mail), CYN_ATTR(name, .nullable = true), CYN_ATTR(active, .default_text = "true"));

/* Names in capitals: an item that has been changed already is left alone. */
static cyn_status shout(cyn_item item, cyn_item_builder *out, bool *changed, void *unused, cyn_error *error) {
  (void)unused, (void)error;
  char name[100];
  cyn_bytes old = cyn_value_string(cyn_item_get(item, cyn_str("name")));
  *changed = false;
  if (old.size >= sizeof name) return CYN_OK;
  for (size_t i = 0; i < old.size; i++) {
    name[i] = (char)(old.data[i] >= 'a' && old.data[i] <= 'z' ? old.data[i] - 'a' + 'A' : old.data[i]);
    *changed |= name[i] != old.data[i];
  }
  if (!*changed) return CYN_OK;
  cyn_pairs pairs = cyn_item_pairs(item);
  cyn_bytes attribute;
  cyn_value value;
  while (cyn_pairs_next(&pairs, &attribute, &value))
    if (attribute.size != 4 || attribute.data[0] != 'n') cyn_item_put_value(out, attribute, value);
  cyn_item_put_string(out, cyn_str("name"), (cyn_bytes){name, old.size});
  return CYN_OK;
}

static cyn_status run(cyn_db *db, const char *name, cyn_migration_change change, void *argument, cyn_error *e) {
  cyn_migration step = CYN_MIGRATION_INIT;
  cyn_migration_report report;
  step.name = name;
  step.version = 1;
  step.table = "User";
  step.change = change;
  step.user = argument;
  cyn_status status = cyn_migrate(db, &step, NULL, &report, e);
  if (status == CYN_OK)
    printf("%s: %lld of %lld%s\n", name, (long long)report.changed, (long long)report.scanned,
           report.was_applied ? ", some time ago" : "");
  return status;
}

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = cyn_create_model(db, user, cyn_table(.wait = true, .ignore_existing = true), e);
  static const char *const names[] = {"ann", "bob", "CID"};
  for (int i = 0; status == CYN_OK && i < 3; i++) {
    char mail[40];
    (void)snprintf(mail, sizeof mail, "%s@example.org", names[i]);
    user u = {mail, names[i], true};
    status = cyn_save(db, user, &u, NULL, e);
  }
  if (status == CYN_OK) status = run(db, "shout", shout, NULL, e);
  if (status == CYN_OK) status = run(db, "shout", shout, NULL, e);
  cyn_change_rename rename = {"active", "is_active"};
  if (status == CYN_OK) status = run(db, "rename", cyn_change_by_rename, &rename, e);
  user u;
  if (status == CYN_OK) status = cyn_get(db, user, &u, cyn_keys("bob@example.org"), NULL, memory, e);
  if (status != CYN_OK) return status;
  printf("%s\n", u.name);
  return cyn_drop_model(db, user, NULL, e);
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = work(db, memory, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
