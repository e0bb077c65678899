/* Models: a struct, its table, an object saved, read, changed and deleted.   models [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct address {
  const char *city;
  int zip;
} address;

typedef enum level { GUEST, MEMBER, ADMIN } level;
static const char *const level_names[] = {"guest", "member", "admin"};

typedef struct user {
  const char *mail;
  const char *name;
  int logins;
  level level;
  bool active;
  cyn_decimal balance;
  cyn_time joined;
  cyn_string_set tags;
  address home;
  CYN_LIST_OF(const char *) phones;
} user;

CYN_STRUCT(address, CYN_ATTR(city), CYN_ATTR(zip));
CYN_MODEL(user, CYN_TABLE("User"),
          CYN_HASH_KEY(mail),
          CYN_ATTR(name),
          CYN_ATTR(logins, .default_text = "0"),
          CYN_ENUM(level, level_names, .name = "Level"),
          CYN_ATTR(active, .default_for_new = "true"),
          CYN_ATTR(balance, .nullable = true),
          CYN_ATTR(joined, .nullable = true),
          CYN_ATTR(tags),
          CYN_MAP(home, address),
          CYN_LIST(phones, .nullable = true));

/* All the work; the first error ends it. */
static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status;
  if ((status = cyn_create_model(db, user, cyn_table(.wait = true, .ignore_existing = true), e))) return status;

  user ann;
  if ((status = cyn_init(user, &ann, e))) return status; /* zero, then the defaults */
  static const char *const tags[] = {"early", "c"};
  static const char *phones[] = {"+41 31 000 00 00"};
  ann.mail = "ann@example.org";
  ann.name = "Ann";
  ann.level = MEMBER;
  ann.balance = cyn_decimal_of("99.95");
  (void)cyn_time_parse("2026-11-24T09:41:10Z", &ann.joined);
  ann.tags = (cyn_string_set){tags, 2};
  ann.home = (address){"Bern", 3000};
  ann.phones.at = phones;
  ann.phones.count = 1;
  if ((status = cyn_save(db, user, &ann, NULL, e))) return status;

  /* a second save with this condition would overwrite, and is refused */
  if (cyn_save(db, user, &ann, cyn_if("attribute_not_exists(mail)"), e) == CYN_OK) return 1;
  printf("not twice: %s\n", e->name);
  cyn_error_clean_up(e);

  user u;
  if ((status = cyn_get(db, user, &u, cyn_keys("ann@example.org"), cyn_read(.consistent = true), memory, e))) return status;
  printf("%s, %s in %d %s, since %lld, %s, %zu tags\n", u.name, level_names[u.level], u.home.zip, u.home.city,
         (long long)cyn_time_seconds(u.joined), u.balance.text, u.tags.count);

  /* what is stored then comes back into the struct */
  if ((status = cyn_update(db, user, &u, cyn_expr("SET logins = logins + ?, level = ? REMOVE phones", 1, ADMIN),
                           cyn_if("logins < ? AND home.city = ?", 100, "Bern"), memory, e)))
    return status;
  printf("%d login, %s, %zu phones\n", u.logins, level_names[u.level], u.phones.count);

  const char *json;
  if ((status = cyn_to_json(user, &u, &json, memory, e))) return status;
  printf("%s\n", json);

  bool exists;
  if ((status = cyn_delete(db, user, &u, NULL, e))) return status;
  if ((status = cyn_exists(db, user, cyn_keys("ann@example.org"), NULL, &exists, e))) return status;
  printf("%s\n", exists ? "still there" : "gone");
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
