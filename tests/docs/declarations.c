/* A model that a page declares: its table can be made. */
/* snippet */
int main(void) {
  cyn_db *db = NULL;
  bool exists = false;
  if (cyn_open("memory:", NULL, &db, NULL) || cyn_create_model(db, thread, NULL, NULL)) return 1;
  if (cyn_model_table_exists(db, &thread_model, &exists, NULL)) return 1;
  cyn_db_close(db);
  return exists ? 0 : 1;
}
