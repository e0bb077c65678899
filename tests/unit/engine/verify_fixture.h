/* A closed file with two tables, changed past the engine in one place, and what the verification tells. */
#ifndef CYN_TESTS_ENGINE_VERIFY_FIXTURE_H
#define CYN_TESTS_ENGINE_VERIFY_FIXTURE_H

#include "engine/service.h"
#include "engine/verify.h"
#include "store/raw_file.h"

typedef struct verified {
  service s;
  char folder[64], path[80];
  told t;
  cyn_i_verify_report report;
} verified;

/* Table abc: p S, r N; global index g (ALL), local index l (KEYS_ONLY), TTL on until. Table simple: p S. */
static inline bool verified_open(verified *v) {
  memset(v, 0, sizeof *v);
  (void)snprintf(v->folder, sizeof v->folder, "/tmp/cynamo-verify-XXXXXX");
  if (mkdtemp(v->folder) == NULL) return false;
  (void)snprintf(v->path, sizeof v->path, "%s/data", v->folder);
  cyn_i_store_options options = {.path = cyn_str(v->path), .durability = CYN_DURABILITY_UNSAFE};
  cyn_i_store *store;
  return cyn_i_store_lmdb_open(&options, &store, NULL) == CYN_OK && service_open_over(&v->s, store, NULL);
}

static inline void verified_call(verified *v, const char *operation, const char *quoted) {
  char json[4000];
  size_t i = 0;
  for (; quoted[i] != '\0' && i + 1 < sizeof json; i++) json[i] = quoted[i] == '\'' ? '"' : quoted[i];
  json[i] = '\0';
  const char *answer = service_call(&v->s, operation, json);
  if (answer[0] != '{') test_failed(__FILE__, __LINE__, "%s: %s", operation, answer);
}

static inline void verified_fill(verified *v) {
  verified_call(v, "CreateTable",
                "{'TableName':'abc','BillingMode':'PAY_PER_REQUEST','KeySchema':[{'AttributeName':'p','KeyType':'HASH'},"
                "{'AttributeName':'r','KeyType':'RANGE'}],'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'},"
                "{'AttributeName':'r','AttributeType':'N'},{'AttributeName':'g','AttributeType':'S'},{'AttributeName':'l',"
                "'AttributeType':'B'}],'GlobalSecondaryIndexes':[{'IndexName':'byG','KeySchema':[{'AttributeName':'g','KeyType':"
                "'HASH'}],'Projection':{'ProjectionType':'ALL'}}],'LocalSecondaryIndexes':[{'IndexName':'byL','KeySchema':["
                "{'AttributeName':'p','KeyType':'HASH'},{'AttributeName':'l','KeyType':'RANGE'}],'Projection':{'ProjectionType':"
                "'KEYS_ONLY'}}]}");
  verified_call(v, "UpdateTimeToLive",
                "{'TableName':'abc','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'until'}}");
  verified_call(v, "CreateTable",
                "{'TableName':'simple','BillingMode':'PAY_PER_REQUEST','KeySchema':[{'AttributeName':'p','KeyType':'HASH'}],"
                "'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}]}");
  for (int i = 0; i < 6; i++) {
    char json[400];
    (void)snprintf(json, sizeof json,
                   "{'TableName':'abc','Item':{'p':{'S':'part%d'},'r':{'N':'%d'},'g':{'S':'group%d'},'l':{'B':'AAE='},"
                   "'until':{'N':'%d'},'text':{'S':'some text'}}}",
                   i % 2, i, i % 3, 1900000000 + i);
    verified_call(v, "PutItem", json);
    (void)snprintf(json, sizeof json, "{'TableName':'simple','Item':{'p':{'S':'s%d'},'n':{'N':'%d'}}}", i, i);
    verified_call(v, "PutItem", json);
  }
  verified_call(v, "TransactWriteItems",
                "{'ClientRequestToken':'token','TransactItems':[{'Put':{'TableName':'simple','Item':{'p':{'S':'t'}}}}]}");
}

/* The file as the engine leaves it. */
static inline bool verified_make(verified *v) {
  if (!verified_open(v)) return false;
  verified_fill(v);
  service_close(&v->s);
  return !test_current_failed();
}

static inline void verified_run(verified *v) {
  cyn_i_store_check *check;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_faults faults = told_faults(&v->t);
  cyn_status status = cyn_i_store_check_open(cyn_str(v->path), &check, &error);
  if (status == CYN_OK) {
    status = cyn_i_store_check_structure(check, &faults, &error);
    if (status == CYN_OK && faults.count == 0) status = cyn_i_verify(check, &faults, &v->report, &error);
    cyn_i_store_check_close(check);
  }
  if (status != CYN_OK) test_failed(__FILE__, __LINE__, "check: %s", error.message);
  v->t.count = faults.count;
  cyn_error_clean_up(&error);
}

static inline void verified_remove(verified *v) {
  char command[100];
  (void)snprintf(command, sizeof command, "rm -rf %s", v->folder);
  CHECK_INT(system(command), 0);
}

/* ---- changes: of the n-th key that begins so ---- */

typedef struct raw_pair {
  uint8_t key[600], value[4000];
  size_t key_size, value_size;
} raw_pair;

static inline bool raw_find(const char *path, const void *head, size_t head_size, unsigned nth, raw_pair *out) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_cursor *cursor;
  MDB_val key = {head_size, (void *)(uintptr_t)head}, value;
  bool found = false;
  CHECK(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)1 << 28) == 0);
  CHECK(mdb_env_open(env, path, MDB_RDONLY, 0600) == 0 && mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0);
  CHECK(mdb_dbi_open(txn, NULL, 0, &dbi) == 0 && mdb_cursor_open(txn, dbi, &cursor) == 0);
  int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
  while (code == 0 && nth-- != 0) code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  if (code == 0 && key.mv_size >= head_size && memcmp(key.mv_data, head, head_size) == 0 && key.mv_size <= sizeof out->key &&
      value.mv_size <= sizeof out->value) {
    memcpy(out->key, key.mv_data, out->key_size = key.mv_size);
    memcpy(out->value, value.mv_data, out->value_size = value.mv_size);
    found = true;
  }
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  if (!found) test_failed(__FILE__, __LINE__, "there is no such key");
  return found;
}

static inline bool space_find(const verified *v, uint32_t space, unsigned nth, raw_pair *out) {
  uint8_t head[4] = {(uint8_t)(space >> 24), (uint8_t)(space >> 16), (uint8_t)(space >> 8), (uint8_t)space};
  return raw_find(v->path, head, sizeof head, nth, out);
}
static inline void pair_put(const verified *v, const raw_pair *pair) {
  raw_put(v->path, pair->key, pair->key_size, pair->value, pair->value_size);
}
static inline void pair_delete(const verified *v, const raw_pair *pair) { raw_put(v->path, pair->key, pair->key_size, NULL, 0); }

#endif
