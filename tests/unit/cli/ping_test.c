#include "cli/options.c"
#include "cli/ping.c"

#include "child.h"
#include "test.h"

TEST(nobody_is_a_failure) {
  child c;
  CHECK_INT(child_run(&c, cli_ping, ARGUMENTS("http://127.0.0.1:1", "--timeout-ms", "500")), CLI_FAILED);
  CHECK_STR(c.err_text, "cynamo: http://127.0.0.1:1 does not answer: Connection refused\n");
}

TEST(wrong_use) {
  child c;
  CHECK_INT(child_run(&c, cli_ping, ARGUMENTS("nonsense")), CLI_USAGE);
  CHECK_INT(child_run(&c, cli_ping, ARGUMENTS("--nonsense")), CLI_USAGE);
  CHECK_INT(child_run(&c, cli_ping, ARGUMENTS("--help")), CLI_OK);
}
