#include "server/authorize.h"

#include "base/error.h"
#include "parsed.h"
#include "test.h"

static cyn_i_authorization found;
static cyn_error error;
static parsed request;

static cyn_status authorize(const char *text) {
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&request.arena);
  if (!parse_text(&request, text)) return -1;
  cyn_status status = cyn_i_authorization_parse(&request.http, request.buffer, &request.arena, &found, &error);
  return status;
}
static void end(void) {
  cyn_i_arena_clean_up(&request.arena);
  cyn_error_clean_up(&error);
}

#define CREDENTIAL "AK/20260102/eu-west-1/dynamodb/aws4_request"

TEST(header_form_with_commas_and_blanks) {
  CHECK_INT(
      authorize("POST / HTTP/1.1\r\nX-Amz-Date: 20260102T030405Z\r\nX-Amz-Security-Token: t\r\n"
                "Authorization: AWS4-HMAC-SHA256 Credential=" CREDENTIAL ",SignedHeaders=host;x Signature=abc\r\n\r\n"),
      CYN_OK);
  CHECK(!found.is_query);
  CHECK_STR(text_of(found.algorithm), "AWS4-HMAC-SHA256");
  CHECK_STR(text_of(found.credential), CREDENTIAL);
  CHECK_STR(text_of(found.signed_headers), "host;x");
  CHECK_STR(text_of(found.signature), "abc");
  CHECK_STR(text_of(found.date), "20260102T030405Z");
  CHECK_STR(text_of(found.token), "t");
  CHECK_INT(found.part_count, 5);
  CHECK_STR(text_of(found.access_key), "AK");
  CHECK_STR(text_of(found.region), "eu-west-1");
  CHECK_STR(text_of(found.terminator), "aws4_request");
  end();
}

TEST(date_header_stands_in) {
  CHECK_INT(
      authorize(
          "POST / HTTP/1.1\r\nDate: d\r\nAuthorization: AWS4-X Credential=a/b/, Signature=s, SignedHeaders=h\r\n\r\n"),
      CYN_OK);
  CHECK_STR(text_of(found.date), "d");
  CHECK_INT(found.part_count, 2);
  end();
}

TEST(missing_token) {
  CHECK_INT(authorize("POST / HTTP/1.1\r\n\r\n"), CYN_E_MISSING_AUTHENTICATION_TOKEN);
  CHECK_STR(error.message, "Request is missing Authentication Token");
  CHECK_INT(authorize("POST / HTTP/1.1\r\nAuthorization: Basic abc\r\n\r\n"), CYN_E_MISSING_AUTHENTICATION_TOKEN);
  end();
}

TEST(faults_of_the_header_are_listed) {
  CHECK_INT(authorize("POST / HTTP/1.1\r\nAuthorization: AWS4-\r\n\r\n"), CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_STR(
      error.message,
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
      "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a "
      "'X-Amz-Date' or a 'Date' header. Authorization=AWS4-");
  CHECK_INT(
      authorize("POST / HTTP/1.1\r\nDate: x\r\nAuthorization: AWS4-HMAC-SHA256 Signature=b,  Credential=a\r\n\r\n"),
      CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_STR(error.message,
            "Authorization header requires 'SignedHeaders' parameter. "
            "Authorization=AWS4-HMAC-SHA256 Signature=b,  Credential=a");
  end();
}

TEST(both_forms_at_once) {
  CHECK_INT(authorize("POST /?X-Amz-Algorithm HTTP/1.1\r\nAuthorization: AWS4-\r\n\r\n"), CYN_E_INVALID_SIGNATURE);
  CHECK_STR(error.message, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  end();
}

TEST(query_form) {
  CHECK_INT(
      authorize(
          "POST /?a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F1%2Fr%2Fs%2ft&X-Amz-Signature=s"
          "&X-Amz-SignedHeaders=host%3Bx&X-Amz-Date=d&X-Amz-Expires=60&X-Amz-Security-Token=%41%zz HTTP/1.1\r\n\r\n"),
      CYN_OK);
  CHECK(found.is_query);
  CHECK_STR(text_of(found.credential), "AK/1/r/s/t");
  CHECK_STR(text_of(found.signed_headers), "host;x");
  CHECK_STR(text_of(found.expires), "60");
  CHECK_STR(text_of(found.token), "A%zz");
  CHECK_INT(found.part_count, 5);
  CHECK_INT(authorize("POST /?X-Amz-Algorithm=&X-Amz-Date=b HTTP/1.1\r\n\r\n"), CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_STR(error.message,
            "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include "
            "'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string "
            "parameters must "
            "include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.");
  end();
}

TEST(values_of_a_query) {
  static const struct {
    const char *url, *name, *value; /* NULL: none */
  } rows[] = {{"/?a=1&b=2", "a", "1"},     {"/?a=1&b=2", "b", "2"},      {"/?ab=1", "a", NULL},         {"/?a", "a", ""},
              {"/?a=", "a", ""},           {"/?b&a=%4A%4a", "a", "JJ"},  {"/?a=%", "a", "%"},           {"/?a=%4", "a", "%4"},
              {"/?a=%g1%1g", "a", "%g1%1g"}, {"/?a=%:1%/1%@1%G1", "a", "%:1%/1%@1%G1"}, {"/?", "a", NULL}, {"/", "a", NULL},
              {"", "a", NULL},             {"/?&&a=1", "a", "1"},        {"/?b=1&", "a", NULL},         {"/?a=x=y", "a", "x=y"},
              {"/a=1", "a", NULL},         {"/?%61=1", "a", NULL}};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_bytes value = cyn_i_query_get(cyn_str(rows[i].url), rows[i].name, &arena);
    CHECK_STR(value.data, rows[i].value);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(odd_headers) {
  static const struct {
    const char *authorization;
    int parts; /* of the credential; -1: the header is incomplete */
  } rows[] = {{"AWS4-HMAC-SHA256 ,, \tCredential=a/b/c/d/e/f/g,Signature=s\tSignedHeaders=h", 7},
              {"AWS4-HMAC-SHA256 Credential=////, Signature=s, SignedHeaders=h", 1},
              {"AWS4-HMAC-SHA256 Credential=a, Signature=s, SignedHeaders=h, Other=x, Credentials", 1},
              {"AWS4-HMAC-SHA256 Credential=, Signature=s, SignedHeaders=h", -1},
              {"AWS4-HMAC-SHA256 Credential=a, Signature, SignedHeaders=h", -1},
              {"AWS4-HMAC-SHA256 credential=a, Signature=s, SignedHeaders=h", -1},
              {"AWS4-HMAC-SHA256 Credential=a, Signature=s, SignedHeaders=", -1},
              {"AWS4-HMAC-SHA256 Credential=a, Signature=s, SignedHeader=h", -1}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[300];
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\nX-Amz-Date: d\r\nAuthorization: %s\r\n\r\n", rows[i].authorization);
    CHECK_INT(authorize(text), rows[i].parts < 0 ? CYN_E_INCOMPLETE_SIGNATURE : CYN_OK);
    if (rows[i].parts >= 0) CHECK_INT(found.part_count, rows[i].parts);
  }
  end();
}
