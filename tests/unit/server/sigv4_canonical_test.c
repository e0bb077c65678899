#include "server/sigv4_private.h"

#include "parsed.h"
#include "test.h"

static parsed request;

/* The canonical request without the body's digest. */
static const char *canonical(const char *text, const char *signed_headers, bool presigned) {
  static char out[2048];
  cyn_i_authorization from;
  memset(&from, 0, sizeof from);
  from.signed_headers = cyn_str(signed_headers);
  from.is_query = presigned;
  if (!parse_text(&request, text)) return "";
  cyn_i_sigv4_request signed_request = {&request.http, request.buffer, cyn_str("POST"), &from, 0, &request.arena};
  cyn_bytes bytes = cyn_i_sigv4_canonical(&signed_request);
  snprintf(out, sizeof out, "%.*s", bytes.size > 64 ? (int)bytes.size - 64 : 0, bytes.data != NULL ? bytes.data : "");
  cyn_i_arena_clean_up(&request.arena);
  return out;
}

static const char *path(const char *path_text) {
  static char text[512];
  snprintf(text, sizeof text, "POST %s HTTP/1.1\r\nHost: h\r\n\r\n", path_text);
  return canonical(text, "host", false);
}

TEST(paths) {
  CHECK_STR(path("/"), "POST\n/\n\nhost:h\n\nhost\n");
  CHECK_STR(path("/a//b/./c/../d"), "POST\n/a/b/d\n\nhost:h\n\nhost\n");
  CHECK_STR(path("/a/"), "POST\n/a/\n\nhost:h\n\nhost\n");
  CHECK_STR(path("/../.."), "POST\n/\n\nhost:h\n\nhost\n");
  CHECK_STR(path("/a%20b"), "POST\n/a%2520b\n\nhost:h\n\nhost\n");
}

TEST(queries) {
  CHECK_STR(path("/?b=2&a=%20&a=1&c&&=x&d=%7e+"), "POST\n/\na=%20&a=1&b=2&c=&d=~%2B\nhost:h\n\nhost\n");
  CHECK_STR(canonical("POST /?X-Amz-Signature=s&a=1 HTTP/1.1\r\nHost: h\r\n\r\n", "host", true),
            "POST\n/\na=1\nhost:h\n\nhost\n");
  CHECK_STR(canonical("POST /?X-Amz-Signature=s HTTP/1.1\r\nHost: h\r\n\r\n", "host", false),
            "POST\n/\nX-Amz-Signature=s\nhost:h\n\nhost\n");
}

TEST(headers) {
  CHECK_STR(canonical("POST / HTTP/1.1\r\nHOST:  h  \r\nX-a: one   two\r\nx-A: three\r\nOther: o\r\n\r\n",
                      "host;x-a;x-missing", false),
            "POST\n/\n\nhost:h\nx-a:one two,three\nx-missing:\n\nhost;x-a;x-missing\n");
}

TEST(digest) {
  char hex[65] = "";
  cyn_i_sigv4_digest(cyn_str(""), hex);
  CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  cyn_i_sigv4_digest(cyn_str("abc"), hex);
  CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
