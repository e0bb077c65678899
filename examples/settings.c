/* Settings of models: table names, prefixes, Regions, hosts and access keys, in the descriptor or at run time, for a model or
 * for one database.   settings [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct event {
  const char *id, *text;
} event;

/* The keys and limits in a model's settings are for those of its calls that go to a server or to AWS. */
CYN_MODEL(event, CYN_TABLE("Event", .access_key_id = "my_access_key_id", .secret_access_key = "my_secret_access_key",
                           .read_timeout_seconds = 5, .max_retry_attempts = 2),
          CYN_HASH_KEY(id), CYN_ATTR(text));

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = cyn_db_set_table_prefix(db, "test-", e);
  if (status != CYN_OK) return status;
  printf("%s\n", cyn_model_table_name(db, &event_model, memory));
  if ((status = cyn_model_set(&event_model, cyn_settings(.table = "Events"), e))) return status;
  printf("%s\n", cyn_model_table_name(db, &event_model, memory));
  if ((status = cyn_db_model_set(db, &event_model, cyn_settings(.table = "Event2", .prefix = ""), e))) return status;
  printf("%s\n", cyn_model_table_name(db, &event_model, memory));

  /* a model that lives elsewhere: any URL that cyn_open takes */
  if ((status = cyn_db_model_set(db, &event_model, cyn_settings(.host = "memory:archive"), e))) return status;
  if ((status = cyn_create_model(db, event, cyn_table(.wait = true), e))) return status;
  event first = {"1", "hello"};
  if ((status = cyn_save(db, event, &first, NULL, e))) return status;
  cyn_db *archive = NULL;
  event copy;
  if ((status = cyn_open("memory:archive", NULL, &archive, e))) return status;
  status = cyn_db_set_table_prefix(archive, "test-", e);
  if (status == CYN_OK) status = cyn_get(archive, event, &copy, cyn_keys("1"), NULL, memory, e);
  if (status == CYN_OK) printf("%s in the archive\n", copy.text);
  cyn_db_close(archive);
  return status;
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
