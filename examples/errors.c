/* Errors: values with a name, a message and their place in a hierarchy.   errors [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct song {
  const char *artist, *title;
  int year;
} song;

CYN_MODEL(song, CYN_TABLE("Song"), CYN_HASH_KEY(artist), CYN_RANGE_KEY(title), CYN_ATTR(year));

static void show(const cyn_error *e) {
  char path[100];
  (void)cyn_error_path(e, path, sizeof path);
  printf("%s in %s%s%s\n", cyn_exception_text(cyn_error_what(e)),
         cyn_error_operation(e) != NULL ? cyn_error_operation(e) : "no call", path[0] != '\0' ? ", attribute " : "", path);
}

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  song s = {"Mozart", "Figaro", 1786};
  if (cyn_save(db, song, &s, NULL, e) == CYN_OK) return 1;
  if (cyn_error_is(e, CYN_EXCEPTION_PUT) && cyn_error_is(e, CYN_EXCEPTION_TABLE_DOES_NOT_EXIST)) show(e);
  cyn_status status = cyn_create_model(db, song, cyn_table(.wait = true), e);
  if (status == CYN_OK) status = cyn_save(db, song, &s, NULL, e);
  if (status != CYN_OK) return status;

  if (cyn_get(db, song, &s, cyn_keys("Verdi", "Falstaff"), NULL, memory, e)) show(e);
  if (cyn_save(db, song, &s, cyn_if("attribute_not_exists(artist)"), e)) show(e);
  s.title = NULL;
  if (cyn_save(db, song, &s, NULL, e)) show(e);
  s.title = "Figaro";
  if (cyn_save(db, song, &s, cyn_if("yaer = ?", 1786), e)) printf("%s\n", e->message);
  if (cyn_save(db, song, &s, cyn_if("year = ?", "1786"), e)) printf("%s\n", e->message);
  cyn_error_clean_up(e);
  return cyn_drop_model(db, song, NULL, e);
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
