#include "cli/options.c"

#include "child.h"
#include "test.h"

static bool flag, on;
static const char *text;
static cyn_opt_int number;
static const char *positional[2];
static size_t positional_count;

static const cli_option options[] = {
    {"--flag", CLI_FLAG, &flag, NULL, "a flag"},   {"--switch", CLI_SWITCH, &on, NULL, NULL},
    {"--text", CLI_TEXT, &text, "FILE", "a text"}, {"-number", CLI_NUMBER, &number, "N", "a number"},
    {"-jar", CLI_IGNORED_TEXT, NULL, NULL, NULL},  {"-nothing", CLI_IGNORED, NULL, NULL, NULL},
};

static int parse(int argc, char **argv) {
  flag = on = false;
  text = NULL;
  number = (cyn_opt_int){false, 0};
  return cli_parse(argc, argv, options, sizeof options / sizeof options[0], positional, 2, &positional_count);
}

static int parse_list(const char *const *list) {
  int count = 0;
  while (list[count] != NULL) count++;
  return parse(count, (char **)(uintptr_t)list);
}

static const char *complaint(const char *const *list) {
  static child c;
  return child_run(&c, parse, list) == CLI_USAGE ? c.err_text : "(taken)";
}

TEST(all_kinds) {
  CHECK_INT(parse_list(ARGUMENTS("--flag", "a", "--text", "--odd", "-number=-5", "-jar", "x.jar", "-nothing", "-Dx.y=z",
                                 "-Dz", "b")),
            CLI_OK);
  CHECK(flag);
  CHECK_STR(text, "--odd");
  CHECK(number.is_set && number.value == -5);
  CHECK_INT(positional_count, 2);
  CHECK_STR(positional[1], "b");
  CHECK_INT(parse_list(ARGUMENTS("--switch", "--text=")), CLI_OK);
  CHECK(on);
  CHECK_STR(text, "");
  CHECK_INT(parse_list(ARGUMENTS("--switch=false", "--", "--flag")), CLI_OK);
  CHECK(!on && !flag);
  CHECK_STR(positional[0], "--flag");
}

TEST(complaints_are_one_line_with_a_remedy) {
  CHECK_STR(complaint(ARGUMENTS("--flug")),
            "cynamo: unknown option --flug: did you mean --flag? (cynamo help serve lists them)\n");
  CHECK_STR(complaint(ARGUMENTS("--something-else")),
            "cynamo: unknown option --something-else: cynamo help serve lists them\n");
  CHECK_STR(complaint(ARGUMENTS("--text")), "cynamo: --text needs a value\n");
  CHECK_STR(complaint(ARGUMENTS("-number", "1x")), "cynamo: -number needs a number, not '1x'\n");
  CHECK_STR(complaint(ARGUMENTS("-number", "99999999999999999999")),
            "cynamo: -number needs a number, not '99999999999999999999'\n");
  CHECK_STR(complaint(ARGUMENTS("--flag=x")), "cynamo: --flag takes no value\n");
  CHECK_STR(complaint(ARGUMENTS("--switch=maybe")), "cynamo: --switch is true or false, not 'maybe'\n");
  CHECK_STR(complaint(ARGUMENTS("a", "b", "c")), "cynamo: 'c' is one argument too many\n");
}
