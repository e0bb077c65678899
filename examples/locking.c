/* Optimistic locking: a version attribute refuses who has not seen the last change.   locking [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct page {
  const char *path, *text;
  int version;
} page;

CYN_MODEL(page, CYN_TABLE("Page"), CYN_HASH_KEY(path), CYN_ATTR(text), CYN_VERSION_ATTR(version));

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = cyn_create_model(db, page, cyn_table(.wait = true, .ignore_existing = true), e);
  page mine = {"/index", "first", 0}, yours;
  if (status == CYN_OK) status = cyn_save(db, page, &mine, NULL, e); /* version 1 */
  if (status == CYN_OK) status = cyn_get(db, page, &yours, cyn_keys("/index"), NULL, memory, e);
  mine.text = "second";
  if (status == CYN_OK) status = cyn_save(db, page, &mine, NULL, e); /* version 2 */
  if (status != CYN_OK) return status;

  yours.text = "also second";
  if (cyn_save(db, page, &yours, NULL, e) == CYN_OK) return 1;
  printf("version %d is stale: %s\n", yours.version, e->name);
  cyn_error_clean_up(e);

  /* read again, and do it again */
  if ((status = cyn_refresh(db, page, &yours, NULL, memory, e))) return status;
  yours.text = "third";
  if ((status = cyn_save(db, page, &yours, NULL, e))) return status;
  printf("version %d: %s\n", yours.version, yours.text);
  if ((status = cyn_update(db, page, &yours, cyn_expr("SET text = ?", "fourth"), NULL, memory, e))) return status;
  printf("version %d: %s\n", yours.version, yours.text);
  if (cyn_delete(db, page, &mine, NULL, e) == CYN_OK) return 1;
  cyn_error_clean_up(e);
  if ((status = cyn_delete(db, page, &yours, NULL, e))) return status;
  return cyn_drop_model(db, page, NULL, e);
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
