/* cynamo serve as a process: the ready line, the three dialects, signals, what is refused. */
#include "cli/help.c"
#include "cli/options.c"
#include "cli/ping.c"
#include "cli/serve.c"

#include "child.h"
#include "test.h"

const cli_command cli_commands[] = {{.name = "serve", .arguments = "[URL]", .summary = "start"}};
const size_t cli_command_count = 1;

static child c;

static const char *fault(const char *const *arguments) {
  return child_run(&c, cli_serve, arguments) == CLI_USAGE && c.out_text[0] == '\0' ? c.err_text : "(started)";
}

/* Starts, reads the ready line, pings, stops with the signal; the line without its port. */
static const char *ready_line(const char *const *arguments, int stop_signal) {
  static char line[512];
  char url[128] = "", rest[256] = "";
  child_start(&c, cli_serve, arguments);
  child_read_line(c.out, c.out_text, sizeof c.out_text);
  if (sscanf(c.out_text, "Cynamo " CYN_RELEASE " listening on %127s %255[^\n]", url, rest) < 1) {
    kill(c.pid, SIGKILL);
    (void)child_end(&c);
    return c.err_text;
  }
  CHECK_INT(cyn_server_ping(url, 3000, NULL), CYN_OK);
  kill(c.pid, stop_signal);
  CHECK_INT(child_end(&c), 0);
  snprintf(line, sizeof line, "%.*s %s", (int)(strrchr(url, ':') - url), url, rest);
  return line;
}

TEST(ready_lines) {
  CHECK_STR(ready_line(ARGUMENTS("--port", "0", "--quiet"), SIGTERM),
            "http://127.0.0.1 (memory:) (data is lost on exit; file:PATH keeps it)");
  CHECK_STR(c.err_text, "");
  CHECK_STR(ready_line(ARGUMENTS("memory:?region=eu-west-1", "--port=0", "--tls", "--log-format", "json"), SIGINT),
            "https://127.0.0.1 (memory:) (data is lost on exit; file:PATH keeps it)");
  CHECK(strstr(c.err_text, "\"message\":\"started\"") != NULL && strstr(c.err_text, "\"message\":\"stopped\"") != NULL);
}

TEST(dynamodb_local_and_dynalite) {
  char folder[64], expected[128], command[128];
  snprintf(folder, sizeof folder, "/tmp/cynamo-serve-%d", (int)getpid());
  CHECK_STR(ready_line(ARGUMENTS("-Djava.library.path=x", "-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb",
                                 "-port", "0", "-disableTelemetry", "-cors", "*", "-delayTransientStatuses"),
                       SIGTERM),
            "http://127.0.0.1 (memory:) (data is lost on exit; file:PATH keeps it)");
  snprintf(expected, sizeof expected, "http://127.0.0.1 (file:%s)", folder);
  CHECK_STR(ready_line(ARGUMENTS("-dbPath", folder, "-optimizeDbBeforeStartup", "-port", "0"), SIGTERM), expected);
  CHECK_STR(
      ready_line(ARGUMENTS("--path", folder, "--port", "0", "--createTableMs", "5", "--updateTableMs", "5",
                           "--deleteTableMs", "5", "--maxItemSizeKb", "400", "--verbose", "--durability", "relaxed"),
                 SIGTERM),
      expected);
  snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK_INT(system(command), 0);
}

TEST(refused_with_one_line) {
  CHECK_STR(fault(ARGUMENTS("--port", "70000")), "cynamo: port is 70000: give a number from 0 to 65535\n");
  CHECK_STR(fault(ARGUMENTS("--log-format", "xml")), "cynamo: --log-format is text or json, not 'xml'\n");
  CHECK_STR(fault(ARGUMENTS("--max-item-size-kb", "0")), "cynamo: --max-item-size-kb is a number from 1 to 16384\n");
  CHECK_STR(fault(ARGUMENTS("-inMemory", "-dbPath", "x")),
            "cynamo: -inMemory and -dbPath exclude each other: leave one out\n");
  CHECK_STR(fault(ARGUMENTS("memory:", "--path", "x")),
            "cynamo: 'memory:' and x both say where the data lives: leave one out\n");
  CHECK_STR(fault(ARGUMENTS("-optimizeDbBeforeStartup")), "cynamo: -optimizeDbBeforeStartup needs -dbPath\n");
  CHECK_STR(
      fault(ARGUMENTS("--host", "0.0.0.0", "--port", "0")),
      "cynamo: listening on 0.0.0.0 lets others in: give --credentials FILE, or --no-auth to accept any signature\n");
  CHECK(strncmp(fault(ARGUMENTS("nonsense:")), "cynamo: ", 8) == 0);
  char long_path[9000];
  memset(long_path, 'x', sizeof long_path - 1);
  long_path[sizeof long_path - 1] = '\0';
  CHECK_STR(fault(ARGUMENTS("-dbPath", long_path)), "cynamo: the path of the data is too long\n");
}

TEST(a_port_in_use) {
  child first;
  child_start(&first, cli_serve, ARGUMENTS("--port", "0", "--quiet"));
  child_read_line(first.out, first.out_text, sizeof first.out_text);
  unsigned port = 0;
  CHECK_INT(sscanf(first.out_text, "Cynamo " CYN_RELEASE " listening on http://127.0.0.1:%u", &port), 1);
  char text[16], expected[200];
  snprintf(text, sizeof text, "%u", port);
  snprintf(expected, sizeof expected,
           "cynamo: port %u on 127.0.0.1 is in use: stop the other program, or choose another with --port (0 picks a "
           "free one)\n",
           port);
  CHECK_STR(fault(ARGUMENTS("--port", text)), expected);
  kill(first.pid, SIGTERM);
  CHECK_INT(child_end(&first), 0);
}

TEST(paths_are_encoded) {
  serve_options given;
  memset(&given, 0, sizeof given);
  char url[URL_BYTES];
  given.path = "/a b/100%?x#y&z";
  given.durability = "unsafe";
  CHECK_INT(choose_url(&given, NULL, url), CLI_OK);
  CHECK_STR(url, "file:/a b/100%25%3Fx%23y%26z?durability=unsafe");
  given.path = NULL;
  CHECK_INT(choose_url(&given, "memory:?region=r", url), CLI_OK);
  CHECK_STR(url, "memory:?region=r&durability=unsafe");
}
