#include "client/sts.h"

#include "stand_in.h"

static int status_of_answer;
static const char *text_of_answer;

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  (void)request;
  put_answer(out, out_size, status_of_answer, text_of_answer);
}

static cyn_status assume(surroundings *s, const cyn_i_sts_role *role) {
  cyn_error_clean_up(&s->error);
  return cyn_i_sts_assume(&s->search, role, &s->keys, &s->error);
}

TEST(what_is_asked_and_answered) {
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_STS", "/x/");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  const cyn_i_credentials signer = {cyn_str("A"), cyn_str("S"), cyn_str("T"), 0, "env", {NULL, 0}};
  cyn_i_sts_role role = {.role_arn = cyn_str("arn:aws:iam::1:role/abcdef"), .session_name = cyn_str("me&you"), .signer = &signer};
  status_of_answer = 200;
  text_of_answer = STS_ANSWER;
  REQUIRE(assume(&s, &role) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "RK") && is(s.keys.secret_access_key, "RS") && is(s.keys.session_token, "RT"));
  CHECK(is(s.keys.account_id, "123456789012"));
  CHECK_INT(s.keys.expires_ms, 4070908800000);
  CHECK(strncmp(server.last, "POST /x/ HTTP/1.1\r\n", 19) == 0);
  CHECK(strstr(server.last, "Credential=A/") != NULL && strstr(server.last, "/eu-west-1/sts/aws4_request") != NULL);
  CHECK(strstr(server.last, "X-Amz-Security-Token: T\r\n") != NULL);
  CHECK(strstr(server.last, "\r\n\r\nAction=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fabcdef&RoleSessionName=me%26you") != NULL);
  text_of_answer = "<R><AccessKeyId>RK</AccessKeyId></R>";
  CHECK(assume(&s, &role) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "STS has answered without keys");
  status_of_answer = 403;
  text_of_answer = "<Error><Code>AccessDenied</Code><Message>a &lt; b</Message></Error>";
  CHECK(assume(&s, &role) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "STS does not give the role arn:aws:iam::1:role/abcdef: HTTP 403 AccessDenied: a < b");
  role.role_arn = cyn_str("short");
  CHECK(assume(&s, &role) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "the role's ARN has from 20 to 2048 characters");
  stand_in_end(&server);
  end(&s);
}

TEST(text_of_elements) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  CHECK(is(cyn_i_sts_text(cyn_str("<a><b> x &amp;&amp; &quot;y&#39; &nope; </b><b>z</b></a>"), "b", &arena), "x && \"y' &nope;"));
  CHECK(is(cyn_i_sts_text(cyn_str("<b></b>"), "b", &arena), ""));
  CHECK(is(cyn_i_sts_text(cyn_str("<b>"), "b", &arena), NULL));
  CHECK(is(cyn_i_sts_text(cyn_str("</b><b"), "b", &arena), NULL));
  CHECK(is(cyn_i_sts_text(cyn_str(""), "b", &arena), NULL));
  cyn_i_arena_clean_up(&arena);
}

#define KEYS_WITH(arn, more)                                                                                                           \
  "<R><Arn>" arn "</Arn><AccessKeyId>K</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>" more "</R>"
#define LATER "<Expiration>2099-01-01T00:00:00Z</Expiration>"

TEST(answers_of_other_shapes) {
  static const struct {
    int status;
    const char *text, *account, *message;
  } rows[] = {
      {200, KEYS_WITH("arn:aws:sts::1:x", LATER), "1", NULL},
      {200, KEYS_WITH("arn:aws:sts", LATER), NULL, NULL},
      {200, KEYS_WITH("arn:aws:sts::", LATER), NULL, NULL},
      {200, KEYS_WITH("arn:aws:sts::1", LATER), NULL, NULL},
      {200, KEYS_WITH("arn:aws:sts:::x", LATER), NULL, NULL},
      {200, KEYS_WITH("", LATER), NULL, NULL},
      {200, KEYS_WITH("", ""), NULL, "STS has answered without keys"},
      {200, KEYS_WITH("", "<Expiration>soon</Expiration>"), NULL, "STS has answered without keys"},
      {200, "<AccessKeyId>K</AccessKeyId><SecretAccessKey>S</SecretAccessKey>" LATER, NULL, "STS has answered without keys"},
      {200, "<AccessKeyId>K</AccessKeyId><SessionToken>T</SessionToken>" LATER, NULL, "STS has answered without keys"},
      {200, "", NULL, "STS has answered without keys"},
      {400, "", NULL, "STS does not give the role arn:aws:iam::1:role/abcdef: HTTP 400 : "},
      {400, "<Code>A</Code>", NULL, "STS does not give the role arn:aws:iam::1:role/abcdef: HTTP 400 A: "},
  };
  const cyn_i_credentials signer = {cyn_str("A"), cyn_str("S"), {NULL, 0}, 0, "env", {NULL, 0}};
  const cyn_i_sts_role role = {.role_arn = cyn_str("arn:aws:iam::1:role/abcdef"), .signer = &signer};
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_STS", "");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    status_of_answer = rows[i].status;
    text_of_answer = rows[i].text;
    CHECK_INT(assume(&s, &role), rows[i].message == NULL ? CYN_OK : CYN_E_CREDENTIALS);
    if (rows[i].message != NULL) CHECK_STR(s.error.message, rows[i].message);
    else CHECK(is(s.keys.account_id, rows[i].account) && is(s.keys.access_key_id, "K"));
  }
  CHECK(strstr(server.last, "RoleSessionName=cynamo-") != NULL && strstr(server.last, "X-Amz-Security-Token") == NULL);
  s.search.region = (cyn_bytes){NULL, 0};
  CHECK_INT(assume(&s, &role), CYN_E_USAGE);
  stand_in_end(&server);
  end(&s);
}

/* What STS would refuse for its length is not sent. */
TEST(lengths) {
  static char endless[30000];
  memset(endless, 'a', sizeof endless - 1);
  const cyn_bytes long_text = cyn_str(endless), arn = cyn_str("arn:aws:iam::1:role/abcdef");
  const cyn_i_sts_role rows[] = {
      {.role_arn = long_text}, {.role_arn = arn, .session_name = cyn_str("a")}, {.role_arn = arn, .session_name = long_text},
      {.role_arn = arn, .external_id = cyn_str("a")}, {.role_arn = arn, .external_id = long_text},
      {.role_arn = arn, .web_identity_token = cyn_str("abc")}, {.role_arn = arn, .web_identity_token = long_text},
      {.role_arn = arn, .duration_seconds = cyn_str("5")}, {.role_arn = arn, .duration_seconds = cyn_str("")},
      {.role_arn = arn, .duration_seconds = cyn_str("899")}};
  surroundings s;
  begin(&s);
  setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1", 1);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    CHECK_INT(assume(&s, &rows[i]), CYN_E_CREDENTIALS);
    CHECK(strstr(s.error.message, rows[i].duration_seconds.data != NULL ? "at least 900" : " characters") != NULL);
  }
  end(&s);
}
