#include "stand_in.h"

static int token_status = 200, list_status = 200;
static const char *expiration = "2099-01-01T00:00:00Z";

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  char body[512];
  (void)server;
  bool has_token = strstr(request, "x-aws-ec2-metadata-token: the-token\r\n") != NULL;
  (void)snprintf(body, sizeof body, "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"%s\",\"AccountId\":\"1\"}",
                 has_token ? "V2" : "V1", expiration);
  if (strncmp(request, "PUT /x/latest/api/token ", 24) == 0) put_answer(out, out_size, token_status, "the-token");
  else if (strncmp(request, "GET /x/latest/meta-data/iam/security-credentials/ ", 50) == 0) put_answer(out, out_size, list_status, "role\n");
  else if (strncmp(request, "GET /x/latest/meta-data/iam/security-credentials/role ", 54) == 0) put_answer(out, out_size, 200, body);
  else put_answer(out, out_size, 404, "");
}

static void start(surroundings *s, stand_in *server) {
  token_status = list_status = 200;
  expiration = "2099-01-01T00:00:00Z";
  begin(s);
  stand_in_begin(server, answer);
  unsetenv("AWS_EC2_METADATA_DISABLED");
  point_at(server, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "/x");
  CHECK(prepare_search(s, NULL) == CYN_OK);
}

TEST(versions) {
  surroundings s;
  stand_in server;
  start(&s, &server);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "V2") && is(s.keys.account_id, NULL));
  CHECK_STR(s.keys.source, "iam-role");
  token_status = 404;
  REQUIRE(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "V1"));
  setenv("AWS_EC2_METADATA_V1_DISABLED", "true", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_E_CREDENTIALS);
  token_status = 400;
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK && s.keys.access_key_id.data == NULL);
  token_status = 200;
  list_status = 404;
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK && s.keys.access_key_id.data == NULL);
  stand_in_end(&server);
  end(&s);
}

TEST(keys_near_their_end_are_used_on) {
  surroundings s;
  stand_in server;
  start(&s, &server);
  expiration = "2020-01-01T00:00:00Z";
  REQUIRE(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK);
  int64_t left_ms = s.keys.expires_ms - cyn_i_clock_now_ms(&s.clock);
  CHECK(left_ms > 17 * 60 * 1000 - 5000 && left_ms <= 25 * 60 * 1000);
  stand_in_end(&server);
  end(&s);
}

TEST(settings) {
  surroundings s;
  stand_in server;
  start(&s, &server);
  setenv("AWS_EC2_METADATA_DISABLED", "TRUE", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK && s.keys.access_key_id.data == NULL);
  CHECK_INT(server.requests, 0);
  unsetenv("AWS_EC2_METADATA_DISABLED");
  list_status = 500;
  setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_OK && s.keys.access_key_id.data == NULL);
  CHECK_INT(server.requests, 4);
  setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "x", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_E_USAGE);
  setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1", 1);
  setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_E_USAGE);
  setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6", 1);
  setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "foo", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_imds) == CYN_E_USAGE);
  stand_in_end(&server);
  end(&s);
}
