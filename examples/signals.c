/* Signals: receivers that are told before and after each call.   signals [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>
#include <string.h>

typedef struct visit {
  const char *page;
  int64_t count;
} visit;

CYN_MODEL(visit, CYN_TABLE("Visit"), CYN_HASH_KEY(page), CYN_ATTR(count));

static cyn_status record(const cyn_signal_event *event, void *user, cyn_error *error) {
  (void)error;
  bool is_before = event->signal == CYN_SIGNAL_PRE_SEND;
  if (is_before) memcpy(user, event->req_uuid, 37);
  printf("%s %s on %.*s by %s%s\n", is_before ? "before" : "after", event->operation_name, (int)event->table_name.size,
         event->table_name.data, event->sender, !is_before && strcmp(user, event->req_uuid) == 0 ? ", the same call" : "");
  return CYN_OK;
}

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  char uuid[37];
  cyn_signal_connection before, after;
  cyn_status status = cyn_create_model(db, visit, cyn_table(.wait = true, .ignore_existing = true), e);
  if (status == CYN_OK) status = cyn_signal_connect(CYN_SIGNAL_PRE_SEND, db, "visit", record, uuid, &before, e);
  if (status == CYN_OK) status = cyn_signal_connect(CYN_SIGNAL_POST_SEND, db, "visit", record, uuid, &after, e);
  if (status != CYN_OK) return status;
  visit v = {"/index", 1};
  status = cyn_save(db, visit, &v, NULL, e);
  if (status == CYN_OK) status = cyn_update(db, visit, &v, cyn_expr("ADD count ?", 1), NULL, memory, e);
  cyn_signal_disconnect(before);
  cyn_signal_disconnect(after);
  if (status != CYN_OK) return status;
  printf("%lld\n", (long long)v.count);
  return cyn_drop_model(db, visit, NULL, e);
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
