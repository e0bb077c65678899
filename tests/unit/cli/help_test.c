#include "cli/help.c"
#include "cli/options.c"
#include "cli/ping.c"
#include "cli/serve.c"

#include "child.h"
#include "test.h"

const cli_command cli_commands[] = {{.name = "serve", .arguments = "[URL]", .summary = "start"},
                                     {.name = "ping", .arguments = "", .summary = "ask"}};
const size_t cli_command_count = 2;

TEST(version) {
  child c;
  CHECK_INT(child_run(&c, cli_version, ARGUMENTS(NULL)), CLI_OK);
  CHECK_STR(c.out_text, "cynamo " CYN_RELEASE "\n");
}

TEST(help_of_all_and_of_each) {
  child c;
  CHECK_INT(child_run(&c, cli_help, ARGUMENTS(NULL)), CLI_OK);
  CHECK(strstr(c.out_text, "\n  cynamo serve [URL]                                 start\n") != NULL);
  CHECK(strstr(c.out_text, "Not affiliated with Amazon") != NULL);
  CHECK_INT(child_run(&c, cli_help, ARGUMENTS("serve")), CLI_OK);
  CHECK(strstr(c.out_text, "\n  --port N                       port to listen on (8000); 0 picks a free one\n") !=
        NULL);
  CHECK(strstr(c.out_text, "-sharedDb") != NULL);
  CHECK_INT(child_run(&c, cli_help, ARGUMENTS("ping")), CLI_OK);
  CHECK(strstr(c.out_text, "--timeout-ms N") != NULL);
}
