/* What fails on this side of the wire, one thing after another: memory, and each of libcurl's calls that can. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/error.h"
#include "failing_memory.h"
#include "test.h"
#include "transport/transport_private.h"
#include "unruly_server.h"

typedef struct trip {
  stand_in server;
  cyn_i_transport *transport;
  cyn_i_curl curl; /* the transport's, with some calls replaced */
  cyn_error error;
  cyn_i_http_request request;
  atomic_int done;
} trip;

static void on_done(cyn_i_http_request *request) {
  trip *t = request->user;
  t->done++;
}

static void set_out(trip *t) {
  memset(t, 0, sizeof *t);
  stand_in_start(&t->server);
  stand_in_json(&t->server, 200, "X-One: a\r\n", "{\"ok\":true}");
  REQUIRE(cyn_i_transport_new(&(cyn_i_transport_options){.read_timeout_ms = 5000}, &t->transport, NULL) == CYN_OK);
  t->curl = *t->transport->curl;
  t->transport->curl = &t->curl;
  static const cyn_i_http_header headers[] = {{{"X-Amz-Target", 12}, {"T.Op", 4}}};
  t->request = (cyn_i_http_request){.method = "POST", .url = cyn_str(t->server.url), .body = cyn_str("{}"), .headers = headers,
                                    .header_count = 1, .error = &t->error, .done = on_done, .user = t};
  cyn_i_buf_init(&t->request.answer_headers, NULL);
  cyn_i_buf_init(&t->request.answer_body, NULL);
}

static void come_home(trip *t) {
  cyn_i_transport_destroy(t->transport);
  stand_in_stop(&t->server);
  cyn_i_buf_clean_up(&t->request.answer_headers);
  cyn_i_buf_clean_up(&t->request.answer_body);
  cyn_error_clean_up(&t->error);
}

static cyn_status go(trip *t, bool is_submitted) {
  cyn_error_clean_up(&t->error);
  t->done = 0;
  if (!is_submitted) {
    cyn_i_transport_call(t->transport, &t->request);
    return t->request.status;
  }
  cyn_i_transport_submit(t->transport, &t->request);
  for (int i = 0; i < 5000 && t->done == 0; i++) usleep(1000);
  CHECK_INT(t->done, 1);
  return t->request.status;
}

/* In the same way twice: nothing broken is kept. */
static void fails(trip *t, bool is_submitted, cyn_i_error_code code, const char *message) {
  for (int i = 0; i < 2; i++) {
    CHECK_INT(go(t, is_submitted), code);
    if (t->error.message == NULL || strstr(t->error.message, message) == NULL)
      test_failed(__FILE__, __LINE__, "%s", t->error.message != NULL ? t->error.message : "(no text)");
  }
}

TEST(each_allocation_of_a_call) {
  trip t;
  for (int is_submitted = 0; is_submitted < 2; is_submitted++)
    for (int goes_on = 0; goes_on < 2; goes_on++)
      for (long n = 1; n < 100 && !test_current_failed(); n++) {
        set_out(&t);
        failing_begin(n, goes_on != 0);
        cyn_status status = go(&t, is_submitted != 0);
        bool was_hit = failing_end();
        CHECK_INT(status, was_hit ? CYN_E_OUT_OF_MEMORY : CYN_OK);
        t.request.answer_headers.failed = t.request.answer_body.failed = false; /* the buffers are the caller's */
        CHECK_INT(go(&t, is_submitted != 0), CYN_OK);
        CHECK(t.request.answer_body.size == 11);
        come_home(&t);
        if (!was_hit) break;
      }
}

TEST(each_allocation_of_a_transport) {
  const cyn_i_transport_options options = {.proxy = cyn_str("http://127.0.0.1:1"), .ca_bundle = cyn_str("/nowhere")};
  for (long n = 1; n < 10; n++) {
    cyn_i_transport *transport;
    cyn_error error = CYN_ERROR_INIT;
    failing_begin(n, false);
    cyn_status status = cyn_i_transport_new(&options, &transport, &error);
    bool was_hit = failing_end();
    CHECK_INT(status, was_hit ? CYN_E_OUT_OF_MEMORY : CYN_OK);
    CHECK((transport == NULL) == was_hit);
    cyn_i_transport_destroy(transport);
    cyn_error_clean_up(&error);
    if (!was_hit) break;
  }
}

static CURL *no_easy(void) { return NULL; }
static CURLM *no_multi(void) { return NULL; }
static CURLMcode not_added(CURLM *multi, CURL *easy) {
  (void)multi;
  (void)easy;
  return CURLM_OUT_OF_MEMORY;
}
static CURLMcode not_performed(CURLM *multi, int *running) {
  (void)multi;
  *running = 1;
  return CURLM_INTERNAL_ERROR;
}
static CURLMsg *no_message(CURLM *multi, int *left) {
  (void)multi;
  *left = 0;
  return NULL;
}

/* curl_easy_setopt takes its value by "...": only the URL fails, the others are let through one type at a time. */
static CURLcode url_is_not_taken(CURL *easy, CURLoption option, ...) {
  va_list args;
  CURLcode code;
  va_start(args, option);
  const cyn_i_curl *real;
  (void)cyn_i_curl_load(&real, NULL);
  if (option == CURLOPT_URL) code = CURLE_OUT_OF_MEMORY;
  else if (option < CURLOPTTYPE_OBJECTPOINT) code = real->easy_setopt(easy, option, va_arg(args, long));
  else if (option < CURLOPTTYPE_OFF_T) code = real->easy_setopt(easy, option, va_arg(args, void *));
  else code = real->easy_setopt(easy, option, va_arg(args, curl_off_t));
  va_end(args);
  return code;
}

/* A transport of its own for each: its thread reads the table from the first submit on. What works when the cause is gone is
 * seen in blocking calls, which have no thread. */
TEST(each_call_of_libcurl) {
  for (int is_submitted = 0; is_submitted < 2; is_submitted++)
    for (int i = 0; i < 4; i++) {
      trip t;
      set_out(&t);
      const cyn_i_curl good = t.curl;
      if (i == 0) t.curl.easy_init = no_easy;
      if (i == 1) t.curl.multi_init = no_multi;
      if (i == 2) t.curl.easy_setopt = url_is_not_taken;
      if (i == 3) t.curl.multi_add_handle = not_added;
      fails(&t, is_submitted != 0, CYN_E_OUT_OF_MEMORY, "");
      if (!is_submitted) {
        t.curl = good;
        CHECK_INT(go(&t, false), CYN_OK);
        CHECK_INT(t.server.connections, 1);
      }
      come_home(&t);
    }
}

TEST(a_blocking_call_that_libcurl_breaks_off) {
  trip t;
  set_out(&t);
  const cyn_i_curl good = t.curl;
  t.curl.multi_perform = not_performed;
  fails(&t, false, CYN_E_OUT_OF_MEMORY, "");
  t.curl = good;
  t.curl.multi_info_read = no_message;
  fails(&t, false, CYN_E_CONNECTION, "");
  t.curl = good;
  CHECK_INT(go(&t, false), CYN_OK);
  come_home(&t);
}

/* Before the thread runs: there is none to be had. */
TEST(no_multi_for_the_thread) {
  trip t;
  set_out(&t);
  const cyn_i_curl good = t.curl;
  t.curl.multi_init = no_multi;
  fails(&t, true, CYN_E_OUT_OF_MEMORY, "no thread can be started");
  CHECK(!t.transport->loop.is_running);
  t.curl = good;
  CHECK_INT(go(&t, true), CYN_OK);
  come_home(&t);
}

TEST(requests_that_cannot_be_written) {
  static const struct {
    const char *name, *value, *url;
    cyn_i_error_code code;
    const char *message;
  } rows[] = {
      {"", "v", NULL, CYN_E_USAGE, "a header is a name and one line of text"},
      {"A\r\nB", "v", NULL, CYN_E_USAGE, "a header is a name and one line of text"},
      {"A", "v\r\nHost: other", NULL, CYN_E_USAGE, "a header is a name and one line of text"},
      {"A", "v\n", NULL, CYN_E_USAGE, "a header is a name and one line of text"},
      {"A", "v", "http://127.0.0.1:1/\r\nX: y", CYN_E_USAGE, "on one line"},
      {"A", "v", "http://127.0.0.1:70000/", CYN_E_USAGE, ""},
  };
  trip t;
  set_out(&t);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const cyn_i_http_header header = {cyn_str(rows[i].name), cyn_str(rows[i].value)};
    t.request.headers = &header;
    t.request.url = cyn_str(rows[i].url != NULL ? rows[i].url : t.server.url);
    fails(&t, i % 2 != 0, rows[i].code, rows[i].message);
    CHECK(!t.request.was_sent);
  }
  const cyn_i_http_header zero = {{"A", 1}, {"v\0w", 3}};
  t.request.headers = &zero;
  t.request.url = cyn_str(t.server.url);
  fails(&t, false, CYN_E_USAGE, "one line of text");
  char *endless = malloc(5000);
  memset(endless, 'a', 5000);
  memcpy(endless, "http://127.0.0.1:1/", 19);
  t.request.header_count = 0;
  t.request.url = (cyn_bytes){endless, 5000};
  fails(&t, false, CYN_E_USAGE, "at most 2047 characters");
  free(endless);
  CHECK_INT(t.server.connections, 0);
  come_home(&t);
}
