/* Batches: many writes in few requests, many reads likewise.   batches [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct reading {
  const char *sensor;
  int minute;
  double value;
} reading;

typedef struct sensor {
  const char *name, *room;
} sensor;

CYN_MODEL(reading, CYN_TABLE("Reading"), CYN_HASH_KEY(sensor), CYN_RANGE_KEY(minute), CYN_ATTR(value));
CYN_MODEL(sensor, CYN_TABLE("Sensor"), CYN_HASH_KEY(name), CYN_ATTR(room));

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = cyn_create_model(db, reading, cyn_table(.wait = true, .ignore_existing = true), e);
  if (status == CYN_OK) status = cyn_create_model(db, sensor, cyn_table(.wait = true, .ignore_existing = true), e);
  if (status != CYN_OK) return status;

  /* 25 a request, sent as they come together; what the service leaves unprocessed is sent again with back-off */
  cyn_batch *batch = cyn_batch_open(db, NULL);
  for (int i = 0; status == CYN_OK && i < 240; i++) {
    reading r = {"kitchen", i, 20 + i / 100.0};
    status = cyn_batch_save(batch, reading, &r, e);
  }
  sensor kitchen = {"kitchen", "12"};
  if (status == CYN_OK) status = cyn_batch_save(batch, sensor, &kitchen, e); /* of any models */
  if (status != CYN_OK) {
    cyn_batch_destroy(batch); /* sends nothing more */
    return status;
  }
  if ((status = cyn_batch_close(batch, e))) return status;
  int64_t count;
  if ((status = cyn_count(db, reading, cyn_expr("sensor = ?", "kitchen"), NULL, &count, e))) return status;
  printf("%lld written\n", (long long)count);

  /* the keys stand in the structs, which are filled */
  reading wanted[3] = {{.sensor = "kitchen", .minute = 5}, {.sensor = "kitchen", .minute = 999}, {.sensor = "kitchen", .minute = 60}};
  bool found[3];
  if ((status = cyn_get_many(db, reading, wanted, 3, found, NULL, memory, e))) return status;
  for (int i = 0; i < 3; i++)
    if (found[i]) printf("minute %d: %.2f\n", wanted[i].minute, wanted[i].value);
    else printf("minute %d: none\n", wanted[i].minute);

  /* of several tables in one request */
  sensor asked = {.name = "kitchen"};
  cyn_wanted both[] = {cyn_want(reading, wanted, 3, found), cyn_want(sensor, &asked, 1, NULL)};
  if ((status = cyn_get_wanted(db, both, 2, NULL, memory, e))) return status;
  printf("room %s: %.2f\n", asked.room, wanted[0].value);

  /* without auto-commit, and with deletes */
  batch = cyn_batch_open(db, cyn_batch_with(.manual = true));
  for (int i = 0; status == CYN_OK && i < 100; i++) {
    reading r = {.sensor = "kitchen", .minute = i};
    status = cyn_batch_delete(batch, reading, &r, e);
  }
  if (status == CYN_OK) status = cyn_batch_commit(batch, e);
  if (status != CYN_OK) printf("%zu are not done\n", cyn_batch_left(batch));
  cyn_batch_destroy(batch);
  if (status != CYN_OK) return status;
  if ((status = cyn_count(db, reading, CYN_NO_EXPRESSION, NULL, &count, e))) return status;
  printf("%lld left\n", (long long)count);
  if ((status = cyn_drop_model(db, sensor, NULL, e))) return status;
  return cyn_drop_model(db, reading, NULL, e);
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
