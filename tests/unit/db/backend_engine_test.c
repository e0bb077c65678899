/* Databases in this process. */
#include "base/error.h"
#include "both.h"

TEST(a_file_keeps_its_data) {
  char folder[] = "/tmp/cynamo-engine-XXXXXX", url[64], command[64];
  REQUIRE(mkdtemp(folder) != NULL);
  snprintf(url, sizeof url, "file:%s/data", folder);
  both b = {.result = cyn_result_new()};
  REQUIRE(cyn_open(url, NULL, &b.db, &b.error) == CYN_OK);
  both_table(&b);
  both_fill(&b, 3);
  cyn_db_close(b.db);
  REQUIRE(cyn_open(url, NULL, &b.db, &b.error) == CYN_OK);
  CHECK(strstr(both_call(&b, "Scan", "{\"TableName\":\"Thread\",\"Select\":\"COUNT\"}"), "\"Count\":3") != NULL);
  both_stop(&b);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  CHECK_INT(system(command), 0);
}

TEST(a_folder_that_cannot_be) {
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  CHECK(cyn_open("file:/proc/nowhere/data", NULL, &db, &error) != CYN_OK);
  CHECK(db == NULL && error.message != NULL);
  cyn_error_clean_up(&error);
}
