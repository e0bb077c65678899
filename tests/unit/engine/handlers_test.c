/* src/api/handled.txt names the operations that have a handler, and no other. */
#include "engine/engine_private.h"

#include "service.h"

static bool is_listed(const char *name) {
  FILE *file = fopen(CYN_SOURCE_DIR "/src/api/handled.txt", "r");
  char line[200];
  bool found = false;
  while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    found = strcmp(line, name) == 0;
  }
  if (file != NULL) (void)fclose(file);
  return found;
}

TEST(the_list_is_true) {
  for (size_t i = 0; i < CYN_OPERATION_COUNT; i++)
    if ((cyn_i_handlers[i] != NULL) != is_listed(cyn_i_operations[i].name))
      test_failed(__FILE__, __LINE__, "%s", cyn_i_operations[i].name);
}

TEST(others_say_so) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "ListBackups", "{}", "NotImplementedException: Cynamo does not have the operation ListBackups yet");
  service_close(&s);
}
