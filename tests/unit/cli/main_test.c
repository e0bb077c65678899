#define main cynamo_main
int main(int argc, char **argv);
#include "cli/main.c"
#undef main
#include "cli/help.c"
#include "cli/options.c"
#include "cli/ping.c"
#include "cli/serve.c"

#include "child.h"
#include "test.h"

TEST(commands_and_what_is_none) {
  child c;
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "version")), CLI_OK);
  CHECK_STR(c.out_text, "cynamo " CYN_RELEASE "\n");
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "--version")), CLI_OK);
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "--help")), CLI_OK);
  CHECK(strstr(c.out_text, "cynamo ping [URL]") != NULL);
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "frob")), CLI_USAGE);
  CHECK_STR(c.err_text, "cynamo: no command 'frob': cynamo help lists them\n");
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "qery")), CLI_USAGE);
  CHECK_STR(c.err_text, "cynamo: no command 'qery': did you mean query? (cynamo help lists them)\n");
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo")), CLI_USAGE);
}

TEST(options_alone_are_serve) {
  child c;
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "-version", "-inMemory")), CLI_OK);
  CHECK_STR(c.out_text, "cynamo " CYN_RELEASE "\n");
  CHECK_INT(child_run(&c, cynamo_main, ARGUMENTS("cynamo", "-help", "-port", "1")), CLI_OK);
  CHECK(strstr(c.out_text, "cynamo serve [URL] [options]") != NULL);
}
