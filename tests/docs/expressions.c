/* An update and a condition on a struct that has what they name. */
#include <cynamo/cynamo.h>

typedef struct address {
  const char *city;
} address;
typedef struct person {
  const char *id, *work;
  int views;
  cyn_string_set tags;
  CYN_LIST_OF(const char *) names;
  address home;
} person;

CYN_STRUCT(address, CYN_ATTR(city));
CYN_MODEL(person, CYN_TABLE("Person"), CYN_HASH_KEY(id), CYN_ATTR(work, .nullable = true), CYN_ATTR(views), CYN_ATTR(tags),
          CYN_LIST(names), CYN_MAP(home, address));

static int snippet(cyn_db *db, cyn_memory *memory, person *p, cyn_string_set more_tags) {
/* snippet */
  return cyn_update(db, person, p, update, cyn_write(.condition = condition), memory, NULL);
}

int main(void) {
  static const char *const tags[] = {"c", "db"};
  static const char *names[] = {"Ann"};
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  person p = {.id = "1", .work = "Basel", .views = 3, .home = {"Basel"}};
  p.names.at = names;
  p.names.count = 1;
  if (cyn_open("memory:", NULL, &db, NULL) || cyn_create_model(db, person, NULL, NULL)) return 1;
  if (cyn_save(db, person, &p, NULL, NULL) || snippet(db, memory, &p, (cyn_string_set){tags, 2})) return 1;
  bool is_as_said = p.views == 4 && p.work == NULL && p.tags.count == 2 && p.home.city[1] == 'e';
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return is_as_said ? 0 : 1;
}
