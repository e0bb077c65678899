#include "harness.h"

static harness h;

static int get(const char *path, const char *more) {
  char text[256];
  snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n%s\r\n", path, more);
  (void)harness_exchange(&h, text, strlen(text));
  return harness_status(&h);
}

TEST(health) {
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(get("/_cynamo/health", ""), 200);
  CHECK(strncmp(harness_body(&h), "{\"status\":\"healthy\",\"version\":\"", 31) == 0);
  CHECK(strstr(harness_body(&h), "\"store\":\"memory:\",\"volatile\":true,") != NULL);
  CHECK_INT(get("/_cynamo/nothing", ""), 404);
  harness_stop(&h);
}

TEST(metrics_count_requests_errors_and_latencies) {
  REQUIRE(harness_start(&h, NULL));
  (void)harness_call(&h, "ListTables", "{}");
  (void)harness_call(&h, "DescribeTable", "{\"TableName\":\"Nothing\"}");
  (void)harness_call(&h, "Unknown", "{}");
  CHECK_INT(get("/_cynamo/metrics?x", ""), 200);
  const char *lines[] = {"cynamo_requests_total{operation=\"ListTables\"} 1\n",
                         "cynamo_requests_total{operation=\"unknown\"} 1\n",
                         "cynamo_errors_total{error=\"ResourceNotFoundException\"} 1\n",
                         "cynamo_errors_total{error=\"UnknownOperationException\"} 1\n",
                         "cynamo_request_seconds_bucket{operation=\"ListTables\",le=\"+Inf\"} 1\n",
                         "cynamo_request_seconds_count{operation=\"DescribeTable\"} 1\n",
                         "cynamo_connections_accepted_total 4\n",
                         "# TYPE cynamo_request_seconds histogram\n"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    CHECK(strstr(harness_body(&h), lines[i]) != NULL);
    if (test_current_failed()) fprintf(stderr, "missing: %s", lines[i]);
  }
  harness_stop(&h);
}

TEST(pages_of_browsers_are_kept_out) {
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(get("/_cynamo/metrics", "Origin: http://evil\r\n"), 403);
  CHECK_INT(get("/_cynamo/metrics", "Sec-Fetch-Site: same-origin\r\n"), 403);
  CHECK_INT(get("/_cynamo/metrics", "Sec-Fetch-Site: cross-site\r\n"), 403);
  CHECK_INT(get("/_cynamo/metrics", "Sec-Fetch-Site: none\r\n"), 200);
  harness_stop(&h);
}
