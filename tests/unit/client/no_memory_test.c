/* Every source of keys, with each allocation failing in turn: the keys come, or the error is that memory is out; never
 * "no credentials", for which a caller would ask somebody else, and never half a set of keys. */
#include "dpop_key.h"
#include "failing_memory.h"
#include "stand_in.h"

#include "client/client.h"
#include "client/surroundings.h"
#include "client/timestamp.h"
#include "client/token_cache.h"
#include "value/json.h"

#define ROLE "arn:aws:iam::123456789012:role/r"

/* What all of AWS's services and the endpoints of machines answer, by the path that is asked for. */
static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  static const struct {
    const char *start, *body;
  } rows[] = {
      {"PUT /latest/api/token ", "the-token"},
      {"GET /latest/meta-data/iam/security-credentials/ ", "role\n"},
      {"GET /latest/meta-data/iam/security-credentials/role ",
       "{\"AccessKeyId\":\"K\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"},
      {"GET /container ", "{\"AccessKeyId\":\"K\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"},
      {"POST /token ", "{\"accessToken\":\"new\",\"expiresIn\":3600,\"refreshToken\":\"next\"}"},
      {"POST /v1/token ",
       "{\"accessToken\":{\"accessKeyId\":\"K\",\"secretAccessKey\":\"S\",\"sessionToken\":\"T\"},\"expiresIn\":900,\"refreshToken\":\"next\"}"},
      {"GET /federation/credentials",
       "{\"roleCredentials\":{\"accessKeyId\":\"K\",\"secretAccessKey\":\"S\",\"sessionToken\":\"T\",\"expiration\":4070908800000}}"},
      {"POST / ",
       "<R><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>K</AccessKeyId>"
       "<SecretAccessKey>S</SecretAccessKey><SessionToken>T&amp;T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strncmp(request, rows[i].start, strlen(rows[i].start)) == 0) {
      put_answer(out, out_size, 200, rows[i].body);
      return;
    }
  put_answer(out, out_size, 404, "");
}

static void put_cache(surroundings *s, const char *folder, const char *name, bool is_sha256, cyn_bytes text) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  CHECK(cyn_i_surroundings_write(cyn_i_token_cache_path(folder, cyn_str(name), is_sha256, &arena), text, &arena));
  cyn_i_arena_clean_up(&arena);
  (void)s;
}

/* An SSO token that is over and can be refreshed. */
static void prepare_sso(surroundings *s) {
  put_cache(s, "~/.aws/sso/cache", "s", false,
            cyn_str("{\"accessToken\":\"old\",\"expiresAt\":\"2020-01-01T00:00:00Z\",\"clientId\":\"ci\",\"clientSecret\":\"cs\","
                    "\"refreshToken\":\"rt\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\"}"));
}

static void prepare_login(surroundings *s) {
  cyn_i_buf text;
  cyn_i_buf_init(&text, NULL);
  cyn_i_buf_text(&text, "{\"other\":[1],\"accessToken\":{\"accessKeyId\":\"L\",\"secretAccessKey\":\"LS\",\"sessionToken\":\"LT\","
                        "\"accountId\":\"1\",\"expiresAt\":\"2020-01-01T00:00:00Z\"},\"clientId\":\"ci\",\"refreshToken\":\"rt\",\"dpopKey\":");
  cyn_i_json_write_string(&text, cyn_str(DPOP_KEY));
  cyn_i_buf_byte(&text, '}');
  put_cache(s, "~/.aws/login/cache", "me", true, (cyn_bytes){(const char *)text.data, text.size});
  cyn_i_buf_clean_up(&text);
}

static void prepare_web_identity(surroundings *s) {
  char path[128];
  write_file(s, "token", "the web's token");
  (void)snprintf(path, sizeof path, "%s/token", s->home);
  setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
  setenv("AWS_ROLE_ARN", ROLE, 1);
}

static void prepare_environment(surroundings *s) {
  (void)s;
  setenv("AWS_ACCESS_KEY_ID", "K", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
  setenv("AWS_SESSION_TOKEN", "T", 1);
  setenv("AWS_ACCOUNT_ID", "1", 1);
}

static void prepare_ec2_file(surroundings *s) {
  write_file(s, "ec2", "AWSAccessKeyId = K\nAWSSecretKey = S\n");
  setenv("AWS_CREDENTIAL_FILE", "~/ec2", 1);
}

static void prepare_boto_file(surroundings *s) {
  write_file(s, ".boto", "[Credentials]\naws_access_key_id = K\naws_secret_access_key = S\n");
}

static void prepare_container(surroundings *s) {
  char path[128];
  write_file(s, "authorization", "Basic abc");
  (void)snprintf(path, sizeof path, "%s/authorization", s->home);
  setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
}

static void prepare_imds(surroundings *s) {
  (void)s;
  unsetenv("AWS_EC2_METADATA_DISABLED");
}

static const struct scene {
  const char *name, *config;
  void (*prepare)(surroundings *);
  const char *endpoint; /* a variable, with the path that it gets */
  const char *path;
} scenes[] = {
    {"environment", "", prepare_environment, NULL, NULL},
    {"config file", "[default]\naws_access_key_id = K\naws_secret_access_key = S\naws_session_token = T\naws_account_id = 1\ns3 =\n  a = b\n", NULL, NULL, NULL},
    {"assumed role",
     "[default]\nrole_arn = " ROLE "\nsource_profile = m\nexternal_id = outside\n[profile m]\nrole_arn = " ROLE
     "\nsource_profile = k\nrole_session_name = name\n[profile k]\naws_access_key_id = a\naws_secret_access_key = b\n",
     NULL, "AWS_ENDPOINT_URL_STS", ""},
    {"web identity", "", prepare_web_identity, "AWS_ENDPOINT_URL_STS", "/"},
    {"sso", "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R R\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = u\n",
     prepare_sso, "AWS_ENDPOINT_URL", ""},
    {"login", "[default]\nlogin_session = me\n", prepare_login, "AWS_ENDPOINT_URL_SIGNIN", "/"},
    {"process", "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"K\",\"SecretAccessKey\":\"S\"}'\n", NULL, NULL, NULL},
    {"EC2 file", "", prepare_ec2_file, NULL, NULL},
    {"boto file", "", prepare_boto_file, NULL, NULL},
    {"container", "", prepare_container, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/container"},
    {"instance", "", prepare_imds, "AWS_EC2_METADATA_SERVICE_ENDPOINT", ""},
};

/* A provider of its own that is asked once; the error is `s`'s. */
static cyn_status ask(surroundings *s) {
  const cyn_i_credentials_options options = {.region = cyn_str("eu-west-1"), .clock = &s->clock};
  cyn_i_credentials_provider *provider = NULL;
  cyn_error_clean_up(&s->error);
  cyn_i_arena_clean_up(&s->arena);
  cyn_i_arena_init(&s->arena, 64);
  cyn_status status = cyn_i_credentials_provider_new(&options, &provider, &s->error);
  if (status == CYN_OK) status = cyn_i_credentials_get(provider, &s->arena, &s->keys, &s->error);
  cyn_i_credentials_provider_destroy(provider);
  return status;
}

static void sweep(const struct scene *scene, bool goes_on) {
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  write_file(&s, ".aws/config", scene->config);
  if (scene->endpoint != NULL) point_at(&server, scene->endpoint, scene->path);
  for (long n = 1; n < 2000 && !test_current_failed(); n++) {
    if (scene->prepare != NULL) scene->prepare(&s);
    failing_begin(n, goes_on);
    cyn_status status = ask(&s);
    bool was_hit = failing_end();
    if (status == CYN_OK ? !is(s.keys.access_key_id, "K") || !is(s.keys.secret_access_key, "S") : !was_hit || status != CYN_E_OUT_OF_MEMORY)
      test_failed(__FILE__, __LINE__, "%s, allocation %ld%s: status %d, %s", scene->name, n, goes_on ? " on" : "", (int)status,
                  s.error.message != NULL ? s.error.message : "");
    if (status != CYN_OK && s.error.message != NULL) CHECK_STR(s.error.message, "out of memory");
    if (!was_hit) break;
  }
  stand_in_end(&server);
  end(&s);
}

TEST(one_allocation_fails) {
  for (size_t i = 0; i < sizeof scenes / sizeof scenes[0] && !test_current_failed(); i++) sweep(&scenes[i], false);
}
TEST(all_from_one_on_fail) {
  for (size_t i = 0; i < sizeof scenes / sizeof scenes[0] && !test_current_failed(); i++) sweep(&scenes[i], true);
}

/* ---- whole calls ---- */

static int answer_status;
static const char *answer_body;

static void answer_calls(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  (void)request;
  put_answer(out, out_size, answer_status, answer_body);
}

static _Atomic int done;
static void on_done(cyn_i_call *call) {
  (void)call;
  done = 1;
}

static cyn_status call_once(const cyn_i_client_options *options, cyn_operation operation, const void *input, bool is_submitted,
                            cyn_i_arena *arena, cyn_error *error) {
  cyn_i_client *client = NULL;
  cyn_status status = cyn_i_client_new(options, &client, error);
  if (status != CYN_OK) return status;
  cyn_i_call call = {.operation = &cyn_i_operations[operation], .input = input, .arena = arena, .error = error, .done = on_done};
  done = 0;
  if (is_submitted) {
    cyn_i_client_submit(client, &call);
    for (int i = 0; i < 5000 && done == 0; i++) usleep(1000);
    CHECK_INT(done, 1);
  } else {
    cyn_i_client_call(client, &call);
  }
  cyn_i_client_destroy(client);
  return call.status;
}

/* `expected` with memory enough. */
static void call_with_each_failing(cyn_operation operation, const void *input, cyn_i_error_code expected, bool is_submitted) {
  static const cyn_string_pair pairs[] = {{{"X-Amz-Trace", 11}, {"t", 1}}, {{"X-Other", 7}, {"o", 1}}};
  surroundings s;
  stand_in server;
  char url[64];
  begin(&s);
  stand_in_begin(&server, answer_calls);
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/x", server.port);
  const cyn_i_client_options options = {.endpoint_url = cyn_str(url), .access_key_id = cyn_str("K"), .secret_access_key = cyn_str("S"),
                                        .session_token = cyn_str("T"), .region = cyn_str("eu-west-1"), .attempts_max = 1,
                                        .extra_headers = {2, pairs}, .user_agent_extra = cyn_str("a/1")};
  for (long n = 1; n < 500 && !test_current_failed(); n++) {
    cyn_i_arena_clean_up(&s.arena);
    cyn_i_arena_init(&s.arena, 64);
    failing_begin(n, false);
    cyn_status status = call_once(&options, operation, input, is_submitted, &s.arena, &s.error);
    bool was_hit = failing_end();
    /* an error's own parts may be missing where memory is: then it is the plain error of its HTTP status */
    bool is_plain = was_hit && expected != CYN_E_NONE && status == CYN_E_SERVICE;
    if (status != (cyn_status)expected && !is_plain && (!was_hit || status != CYN_E_OUT_OF_MEMORY))
      test_failed(__FILE__, __LINE__, "allocation %ld: status %d, %s", n, (int)status, s.error.message != NULL ? s.error.message : "");
    cyn_error_clean_up(&s.error);
    if (!was_hit) break;
  }
  stand_in_end(&server);
  end(&s);
}

TEST(each_allocation_of_a_call) {
  cyn_get_item_input get = CYN_GET_ITEM_INPUT_INIT;
  cyn_transact_write_items_input transact = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  get.table_name = cyn_str("Thread");
  for (int is_submitted = 0; is_submitted < 2; is_submitted++) {
    answer_status = 200;
    answer_body = "{\"Item\":{\"pk\":{\"S\":\"a\"}}}";
    call_with_each_failing(CYN_OPERATION_GET_ITEM, &get, CYN_E_NONE, is_submitted != 0);
    answer_status = 400;
    answer_body = "{\"__type\":\"x#TransactionCanceledException\",\"message\":\"m\",\"CancellationReasons\":[{\"Code\":\"A\",\"Message\":\"b\","
                  "\"Item\":{\"pk\":{\"S\":\"a\"}}}]}";
    call_with_each_failing(CYN_OPERATION_TRANSACT_WRITE_ITEMS, &transact, CYN_E_TRANSACTION_CANCELED, is_submitted != 0);
  }
}
