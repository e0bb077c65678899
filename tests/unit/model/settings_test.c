/* Settings of models: the nearer stand over the farther, each by itself; keys and a profile stand for each other. */
#include "model/settings.h"

#include <cynamo/cynamo.h>

#include "test.h"

typedef struct thing {
  const char *id;
} thing;
CYN_MODEL(thing, CYN_TABLE("Thing", .region = "us-east-1", .access_key_id = "a", .secret_access_key = "b", .session_token = "c"), CYN_HASH_KEY(id));

static cyn_i_arena arena;
static cyn_i_settings settings;
static cyn_model_options merged;

static const cyn_model_options *merge(const cyn_model_options *options) {
  if (!cyn_i_settings_put(&settings, &arena, &thing_model, options)) test_failed(__FILE__, __LINE__, "no memory");
  cyn_i_settings_merge(&settings, &thing_model, &merged);
  return &merged;
}

TEST(each_by_itself) {
  cyn_i_arena_init(&arena, 0);
  const cyn_model_options *m = merge(cyn_settings(.table = "T", .prefix = "p-", .host = "memory:", .connect_timeout_seconds = 1,
                                                  .read_timeout_seconds = 2, .max_retry_attempts = 3, .max_pool_connections = 4,
                                                  .retry_mode = "legacy", .extra_headers = "A: b", .read_units = 5, .write_units = 6,
                                                  .stream = CYN_STREAM_VIEW_TYPE_NEW_IMAGE, .tags = "a=b", .deletion_protection = true));
  CHECK_STR(m->table, "T");
  CHECK_STR(m->prefix, "p-");
  CHECK_STR(m->region, "us-east-1");
  CHECK_STR(m->host, "memory:");
  CHECK(m->connect_timeout_seconds == 1 && m->read_timeout_seconds == 2 && m->max_retry_attempts == 3 && m->max_pool_connections == 4);
  CHECK(m->read_units == 5 && m->write_units == 6 && m->deletion_protection);
  CHECK_STR(m->stream, CYN_STREAM_VIEW_TYPE_NEW_IMAGE);
  CHECK_STR(m->tags, "a=b");
  CHECK_STR(m->retry_mode, "legacy");
  CHECK_STR(m->extra_headers, "A: b");
  CHECK_STR(m->access_key_id, "a");
  m = merge(NULL); /* taken back */
  CHECK_STR(m->table, "Thing");
  CHECK(m->prefix == NULL && m->host == NULL && m->read_units == 0 && !m->deletion_protection);
  CHECK(cyn_i_settings_put_prefix(&settings, &arena, "all-"));
  CHECK_STR(merge(NULL)->prefix, "all-");
  CHECK_STR(merge(cyn_settings(.prefix = "own-"))->prefix, "own-");
  CHECK(cyn_i_settings_put_prefix(&settings, &arena, NULL));
  cyn_i_arena_clean_up(&arena);
  settings = (cyn_i_settings){0};
}

TEST(keys_and_profiles) {
  cyn_i_arena_init(&arena, 0);
  const cyn_model_options *m = merge(cyn_settings(.access_key_id = "x", .secret_access_key = "y")); /* a token goes with its keys */
  CHECK(strcmp(m->access_key_id, "x") == 0 && strcmp(m->secret_access_key, "y") == 0 && m->session_token == NULL);
  m = merge(cyn_settings(.profile = "p")); /* over keys that are said farther off */
  CHECK(strcmp(m->profile, "p") == 0 && m->access_key_id == NULL && m->secret_access_key == NULL && m->session_token == NULL);
  m = merge(cyn_settings(.profile = "p", .access_key_id = "x", .secret_access_key = "y", .session_token = "z"));
  CHECK(strcmp(m->profile, "p") == 0 && strcmp(m->access_key_id, "x") == 0 && strcmp(m->session_token, "z") == 0);
  cyn_i_arena_clean_up(&arena);
  settings = (cyn_i_settings){0};
}

typedef struct other {
  const char *id;
} other;
CYN_MODEL(other, CYN_TABLE("Other"), CYN_HASH_KEY(id));

TEST(of_one_model_and_an_older_program) {
  cyn_i_arena_init(&arena, 0);
  cyn_model_options older = {.size = offsetof(cyn_model_options, region), .table = "T", .region = "not looked at"};
  CHECK_STR(merge(&older)->table, "T");
  CHECK_STR(merged.region, "us-east-1");
  CHECK(cyn_i_settings_put(&settings, &arena, &other_model, cyn_settings(.table = "O")));
  cyn_i_settings_merge(&settings, &thing_model, &merged);
  CHECK_STR(merged.table, "T");
  cyn_i_settings_merge(&settings, &other_model, &merged);
  CHECK_STR(merged.table, "O");
  uint64_t before = cyn_i_settings_generation();
  CHECK(cyn_model_set(&other_model, cyn_settings(.table = "Process"), NULL) == CYN_OK && cyn_i_settings_generation() > before);
  cyn_i_settings none = {0};
  cyn_i_settings_merge(&none, &other_model, &merged);
  CHECK_STR(merged.table, "Process");
  CHECK(cyn_model_set(&other_model, NULL, NULL) == CYN_OK);
  cyn_i_arena_clean_up(&arena);
  settings = (cyn_i_settings){0};
}
