/* Transactions of writes and of reads. */
#include "mapper.h"

typedef struct account {
  const char *name;
  int64_t cents;
  int version;
} account;
typedef struct entry {
  const char *id;
  int64_t cents;
} entry;
CYN_MODEL(account, CYN_TABLE("Account"), CYN_HASH_KEY(name), CYN_ATTR(cents), CYN_VERSION_ATTR(version));
CYN_MODEL(entry, CYN_TABLE("Entry"), CYN_HASH_KEY(id), CYN_ATTR(cents));

static account a, b;

static void set_up(void) {
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, account, NULL, &error));
  OK(cyn_create_model(db, entry, NULL, &error));
  memory = cyn_memory_new();
  a = (account){"a", 100, 0};
  b = (account){"b", 0, 0};
  OK(cyn_save(db, account, &a, NULL, &error));
  OK(cyn_save(db, account, &b, NULL, &error));
}

TEST(moves_money) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  entry e = {"1", 30};
  double units = 0;
  OK(cyn_transaction_update(t, account, &a, cyn_expr("SET cents = cents - ?", 30), cyn_if("cents >= ?", 30), &error));
  OK(cyn_transaction_update(t, account, &b, cyn_expr("ADD cents ?", 30), NULL, &error));
  OK(cyn_transaction_save(t, entry, &e, cyn_if("attribute_not_exists(id)"), &error));
  OK(cyn_transaction_commit(t, NULL, &units, &error));
  CHECK(a.version == 2 && b.version == 2 && units == 6);
  OK(cyn_refresh(db, account, &a, NULL, memory, &error));
  OK(cyn_refresh(db, account, &b, NULL, memory, &error));
  CHECK(a.cents == 70 && b.cents == 30 && a.version == 2);
  cyn_transaction_destroy(t);
  tear_down();
}

TEST(reasons_in_the_order_of_calls) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  entry e = {"1", 30};
  OK(cyn_save(db, entry, &e, NULL, &error));
  OK(cyn_transaction_save(t, entry, &e, cyn_write(.condition = cyn_expr("attribute_not_exists(id)"), .return_on_failure = true), &error));
  OK(cyn_transaction_update(t, account, &a, cyn_expr("SET cents = cents - ?", 30), cyn_if("cents >= ?", 30), &error));
  OK(cyn_transaction_check(t, account, &b, cyn_if("cents > ?", 1000), &error));
  CHECK(cyn_transaction_commit(t, NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "TransactionCanceledException");
  CHECK_INT(error.reason_count, 3);
  CHECK_STR(error.reasons[0].code, "ConditionalCheckFailed");
  CHECK(error.reasons[0].item != NULL);
  CHECK_STR(error.reasons[1].code, "None");
  CHECK_STR(error.reasons[2].code, "ConditionalCheckFailed");
  CHECK_INT(a.version, 1);
  cyn_transaction_destroy(t);
  tear_down();
}

TEST(versions) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  account stale = a;
  OK(cyn_save(db, account, &a, NULL, &error));
  OK(cyn_transaction_save(t, account, &stale, NULL, &error));
  CHECK(cyn_transaction_commit(t, NULL, NULL, &error) != CYN_OK);
  CHECK_INT(stale.version, 1);
  OK(cyn_transaction_delete(t, account, &a, NULL, &error));
  account fresh = {"c", 1, 0};
  OK(cyn_transaction_save(t, account, &fresh, NULL, &error));
  cyn_transaction_set_token(t, "token-1");
  OK(cyn_transaction_commit(t, NULL, NULL, &error));
  CHECK_INT(fresh.version, 1);
  bool exists;
  OK(cyn_exists(db, account, cyn_keys("a"), NULL, &exists, &error));
  CHECK(!exists);
  OK(cyn_transaction_commit(t, NULL, NULL, &error)); /* empty */
  OK(cyn_transaction_save(t, account, &fresh, NULL, &error));
  cyn_transaction_set_token(t, "0123456789012345678901234567890123456"); /* 37 characters: refused, not cut */
  CHECK(cyn_transaction_commit(t, NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "ValidationException");
  CHECK_INT(fresh.version, 1);
  cyn_transaction_destroy(t);
  tear_down();
}

TEST(reads) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  account x = {.name = "a"};
  entry e = {.id = "none", .cents = 5};
  bool found = false, none = true;
  OK(cyn_transaction_get(t, account, &x, &found, &error));
  OK(cyn_transaction_get(t, entry, &e, &none, &error));
  OK(cyn_transaction_commit(t, memory, NULL, &error));
  CHECK(found && !none && x.cents == 100 && x.version == 1 && e.cents == 5);
  OK(cyn_transaction_get(t, account, &x, NULL, &error));
  CHECK(cyn_transaction_save(t, account, &x, NULL, &error) != CYN_OK);
  CHECK_STR(error.message, "model account: a transaction reads or writes, not both");
  CHECK(cyn_transaction_commit(t, NULL, NULL, &error) != CYN_OK);
  OK(cyn_transaction_update(t, account, &a, cyn_expr("SET cents = ?", 1), NULL, &error));
  CHECK(cyn_transaction_check(t, account, &b, cyn_write(.ignore_version = true), &error) != CYN_OK);
  CHECK_STR(error.message, "model account: a check needs a condition");
  cyn_transaction_destroy(t);
  tear_down();
}

TEST(actions_that_cannot_be) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  account none = {.name = NULL}, counted = {"x", 1, INT32_MAX};
  static const char absent[] = "model account, attribute name: it must not be absent (an attribute that may is .nullable = true)";
#define REFUSED(call, wanted)         \
  do {                                \
    CHECK((call) != CYN_OK);          \
    CHECK_STR(error.message, wanted); \
    cyn_error_clean_up(&error);       \
  } while (0)
  REFUSED(cyn_transaction_save(t, account, &none, NULL, &error), absent);
  REFUSED(cyn_transaction_update(t, account, &none, cyn_expr("SET cents = ?", 1), NULL, &error), absent);
  REFUSED(cyn_transaction_delete(t, account, &none, NULL, &error), absent);
  REFUSED(cyn_transaction_check(t, account, &none, cyn_if("cents = ?", 1), &error), absent);
  REFUSED(cyn_transaction_get(t, account, &none, NULL, &error), absent);
  REFUSED(cyn_transaction_save(t, account, &counted, NULL, &error), "model account, attribute version: the version cannot be counted up");
  counted.version = -1;
  REFUSED(cyn_transaction_save(t, account, &counted, NULL, &error), "model account, attribute version: the version cannot be counted up");
  REFUSED(cyn_transaction_delete(t, account, &a, cyn_if("cents = ?", "x"), &error),
          "model account, attribute cents: value 1 of the expression is a string, it is an integer of 64 bits");
  OK(cyn_transaction_commit(t, NULL, NULL, &error)); /* nothing of it was taken */
  cyn_transaction_destroy(t);
  cyn_transaction_destroy(NULL);
  tear_down();
}

TEST(as_many_as_there_may_be) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  static char names[101][8];
  for (int i = 0; i < 101; i++) {
    (void)snprintf(names[i], sizeof names[i], "e%d", i);
    entry e = {names[i], i};
    if (i < 100) OK(cyn_transaction_save(t, entry, &e, NULL, &error));
    else REFUSED(cyn_transaction_save(t, entry, &e, NULL, &error), "model entry: a transaction has at most 100 actions");
  }
  OK(cyn_transaction_commit(t, NULL, NULL, &error));
  int64_t count;
  OK(cyn_count(db, entry, CYN_NO_EXPRESSION, NULL, &count, &error));
  CHECK_INT(count, 100);
  cyn_transaction_destroy(t);
  tear_down();
}

/* One transaction is of one place; an action that was refused decides nothing. */
TEST(two_databases) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  account none = {.name = NULL};
  entry e = {"far", 1};
  OK(cyn_db_model_set(db, &entry_model, cyn_settings(.host = "memory:elsewhere"), &error));
  OK(cyn_create_model(db, entry, NULL, &error));
  CHECK(cyn_transaction_save(t, account, &none, NULL, &error) != CYN_OK);
  OK(cyn_transaction_save(t, entry, &e, NULL, &error));
  REFUSED(cyn_transaction_save(t, account, &a, NULL, &error), "model account: its table is in another database than the transaction's");
  OK(cyn_transaction_commit(t, NULL, NULL, &error));
  OK(cyn_db_model_set(db, &entry_model, cyn_settings(.region = "eu-west-1"), &error)); /* the same database, another Region */
  OK(cyn_transaction_save(t, account, &a, NULL, &error));
  REFUSED(cyn_transaction_save(t, entry, &e, NULL, &error), "model entry: its table is in another database than the transaction's");
  OK(cyn_db_model_set(db, &entry_model, NULL, &error));
  cyn_transaction_destroy(t);
  tear_down();
}

/* What is stored may be no such object: the error says so, and what was read before stays read. */
TEST(an_item_of_another_shape) {
  set_up();
  cyn_transaction *t = cyn_transaction_new(db);
  account x = {.name = "a"}, odd = {.name = "odd"};
  cyn_bytes answer;
  cyn_result *result = cyn_result_new();
  OK(cyn_call_json(db, "PutItem", cyn_str("{\"TableName\":\"Account\",\"Item\":{\"name\":{\"S\":\"odd\"},\"cents\":{\"S\":\"many\"}}}"), result, &answer, &error));
  OK(cyn_transaction_get(t, account, &x, NULL, &error));
  OK(cyn_transaction_get(t, account, &odd, NULL, &error));
  REFUSED(cyn_transaction_commit(t, memory, NULL, &error),
          "model account, attribute cents: the item's value has type S, and an integer of 64 bits has type N");
  CHECK_INT(x.cents, 100);
  cyn_result_destroy(result);
  cyn_transaction_destroy(t);
  tear_down();
}
