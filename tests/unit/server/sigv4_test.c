/* Signatures made by botocore at a fixed time; then each way of being wrong, in the service's order of checks. */
#include "server/sigv4.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "parsed.h"
#include "test.h"

#define NOW_MS INT64_C(1767323045000) /* 2026-01-02T03:04:05Z */
#define SIGNATURE "4f6294791c1c7688a2af30b62d6cb95cf78fbd6cc232095f1eaf151fa5549916"
#define SIGNED "content-type;host;x-amz-date;x-amz-target"
#define SCOPE "AKIDEXAMPLE/20260102/us-east-1/dynamodb/aws4_request"
#define BODY "{\"TableName\":\"Music\"}"

static cyn_error error;
static const char *account;

static cyn_i_keyring *load(void) {
  char path[64];
  cyn_i_keyring *out = NULL;
  snprintf(path, sizeof path, "/tmp/cynamo-sigv4-%d", (int)getpid());
  FILE *file = fopen(path, "w");
  if (file == NULL) return NULL;
  fputs(
      "[a]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n"
      "[b]\naws_access_key_id=ASIASESSION\naws_secret_access_key=sessionsecret\naws_session_token=other\n"
      "[c]\naws_access_key_id=ASIASESSION\naws_secret_access_key=sessionsecret\naws_session_token=the/token==\n"
      "aws_account_id=123456789012\naws_expiration=2026-01-02T04:00:00Z\n",
      file);
  fclose(file);
  if (cyn_i_keyring_load(path, &out, &error) != CYN_OK) out = NULL;
  unlink(path);
  return out;
}

static cyn_status verify_at(const char *text, int64_t now_ms) {
  cyn_error_clean_up(&error);
  static parsed request;
  cyn_i_authorization from;
  cyn_i_keyring *credentials = load();
  cyn_i_sigv4_cache *cache = cyn_i_sigv4_cache_new();
  const cyn_i_signing_key *by = NULL;
  if (!parse_text(&request, text) || credentials == NULL || cache == NULL) return -1;
  cyn_status status = cyn_i_authorization_parse(&request.http, request.buffer, &request.arena, &from, &error);
  cyn_i_sigv4_request signed_request = {&request.http, request.buffer, cyn_str("POST"), &from, now_ms, &request.arena};
  for (int round = 0; round < 2 && status == CYN_OK; round++) /* the second finds its key in the cache */
    status = cyn_i_sigv4_verify(cache, credentials, &signed_request, &by, &error);
  account = by != NULL && by->account.data != NULL ? "123456789012" : "";
  cyn_i_sigv4_cache_destroy(cache);
  cyn_i_keyring_destroy(credentials);
  cyn_i_arena_clean_up(&request.arena);
  return status;
}
static cyn_status verify(const char *text) { return verify_at(text, NOW_MS); }

#define REQUEST(path, algorithm, scope, headers, signature, date, body, more)                                 \
  "POST " path                                                                                                \
  " HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: "           \
  "DynamoDB_20120810.DescribeTable\r\nX-Amz-Date: " date "\r\nAuthorization: " algorithm " Credential=" scope \
  ", SignedHeaders=" headers ", Signature=" signature "\r\nContent-Length: 21\r\n" more "\r\n" body
#define GOOD(scope, headers, signature, date) \
  REQUEST("/", "AWS4-HMAC-SHA256", scope, headers, signature, date, BODY, "")

static const char mismatch[] =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and "
    "signing method. Consult the service documentation for details.";

TEST(good_signatures) {
  CHECK_INT(verify(GOOD(SCOPE, SIGNED, SIGNATURE, "20260102T030405Z")), CYN_OK);
  CHECK_INT(verify(REQUEST("/a%20b//c/../d%20e/?b=2&a=1&a=%20x&c", "AWS4-HMAC-SHA256", SCOPE, SIGNED ";x-foo",
                           "8f583d0380c9d33525ee3f4d15e32c0e752fc6ff396f988aec680edf1e4bf452", "20260102T030405Z", BODY,
                           "X-Foo:  a   b  c \r\n")),
            CYN_OK);
  CHECK_STR(account, "");
}

#define SESSION(token)                                                                                  \
  REQUEST("/", "AWS4-HMAC-SHA256", "ASIASESSION/20260102/us-east-1/dynamodb/aws4_request",              \
          "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",                             \
          "85a1936777110a0fb30ec88cd66b6a616fc9c36943aed7680483e61e7202f23e", "20260102T030405Z", BODY, \
          "X-Amz-Security-Token: " token "\r\n")

TEST(session_tokens) {
  CHECK_INT(verify(SESSION("the/token==")), CYN_OK);
  CHECK_STR(account, "123456789012");
  CHECK_INT(verify_at(SESSION("the/token=="), NOW_MS + 14 * 60000), CYN_OK);
  CHECK_INT(verify(SESSION("changed")), CYN_E_INVALID_SIGNATURE);
}

TEST(dates) {
  CHECK_INT(verify(GOOD(SCOPE, SIGNED, SIGNATURE, "Fri, 02 Jan 2026")), CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_STR(error.message,
            "Date must be in ISO-8601 'basic format'. Got 'Fri, 02 Jan 2026'. See "
            "http://en.wikipedia.org/wiki/ISO_8601");
  CHECK_INT(verify(GOOD(SCOPE, SIGNED, SIGNATURE, "20261302T030405Z")), CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_INT(verify_at(GOOD(SCOPE, SIGNED, SIGNATURE, "20260102T030405Z"), NOW_MS + 16 * 60000),
            CYN_E_INVALID_SIGNATURE);
  CHECK_STR(error.message,
            "Signature expired: 20260102T030405Z is now earlier than 20260102T030505Z (20260102T032005Z - 15 min.)");
  CHECK_INT(verify_at(GOOD(SCOPE, SIGNED, SIGNATURE, "20260102T030405Z"), NOW_MS - 16 * 60000),
            CYN_E_INVALID_SIGNATURE);
  CHECK_STR(
      error.message,
      "Signature not yet current: 20260102T030405Z is still later than 20260102T030305Z (20260102T024805Z + 15 min.)");
}

TEST(dates_that_are_none) {
  static const char *const dates[] = {"20260002T030405Z", "20261302T030405Z", "20260100T030405Z", "20260132T030405Z", "20260102T240405Z",
                                      "20260102T036005Z", "20260102T030461Z", "2026/102T030405Z", "2026010:T030405Z", "20260102t030405Z",
                                      "20260102T030405z", "20260102T030405", "20260102T030405Z "};
  for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
    char text[900];
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: localhost:8000\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" SCOPE
             ", SignedHeaders=" SIGNED ", Signature=" SIGNATURE "\r\nX-Amz-Date: %s\r\nContent-Length: 21\r\n\r\n" BODY, dates[i]);
    bool is_trimmed = dates[i][strlen(dates[i]) - 1] == ' '; /* blanks at a header's end are none of its value */
    CHECK_INT(verify(text), is_trimmed ? CYN_E_INVALID_SIGNATURE : CYN_E_INCOMPLETE_SIGNATURE);
  }
}

TEST(forms) {
  CHECK_INT(verify(GOOD(SCOPE, "content-type;x-amz-date", SIGNATURE, "20260102T030405Z")), CYN_E_INVALID_SIGNATURE);
  CHECK_STR(error.message, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  CHECK_INT(verify(REQUEST("/", "AWS4-HMAC-SHA1", SCOPE, SIGNED, SIGNATURE, "20260102T030405Z", BODY, "")),
            CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_STR(error.message, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ");
  CHECK_INT(verify(GOOD("a/b/c/d", SIGNED, SIGNATURE, "20260102T030405Z")), CYN_E_INCOMPLETE_SIGNATURE);
  CHECK_STR(error.message,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
            "'a/b/c/d'");
  CHECK_INT(verify(GOOD("a/b/c/d/e", SIGNED, SIGNATURE, "20260102T030405Z")), CYN_E_INVALID_SIGNATURE);
  CHECK_STR(
      error.message,
      "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: "
      "'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential "
      "scope "
      "does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20260102', from '20260102T030405Z'.");
}

TEST(wrong_signatures) {
  CHECK_INT(verify(GOOD("AKIDOTHER/20260102/us-east-1/dynamodb/aws4_request", SIGNED, SIGNATURE, "20260102T030405Z")),
            CYN_E_UNRECOGNIZED_CLIENT);
  CHECK_STR(error.message, "The security token included in the request is invalid.");
  CHECK_INT(verify(GOOD(SCOPE, SIGNED, "4f62", "20260102T030405Z")), CYN_E_INVALID_SIGNATURE);
  CHECK_STR(error.message, mismatch);
  CHECK_INT(verify(REQUEST("/", "AWS4-HMAC-SHA256", SCOPE, SIGNED, SIGNATURE, "20260102T030405Z",
                           "{\"TableName\":\"Musik\"}", "")),
            CYN_E_INVALID_SIGNATURE);
  CHECK_INT(verify(REQUEST("/other", "AWS4-HMAC-SHA256", SCOPE, SIGNED, SIGNATURE, "20260102T030405Z", BODY, "")),
            CYN_E_INVALID_SIGNATURE);
  CHECK_INT(verify(GOOD("AKIDEXAMPLE/20260102/eu-west-1/dynamodb/aws4_request", SIGNED, SIGNATURE, "20260102T030405Z")),
            CYN_E_INVALID_SIGNATURE);
  cyn_error_clean_up(&error);
}
