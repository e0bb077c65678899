/* Transactions: all or nothing, with the reason of each action; reads of one moment.   transactions [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct account {
  const char *name;
  int64_t cents;
} account;
typedef struct transfer {
  const char *id, *from, *to;
  int64_t cents;
} transfer;

CYN_MODEL(account, CYN_TABLE("Account"), CYN_HASH_KEY(name), CYN_ATTR(cents));
CYN_MODEL(transfer, CYN_TABLE("Transfer"), CYN_HASH_KEY(id), CYN_ATTR(from), CYN_ATTR(to), CYN_ATTR(cents));

static cyn_status move_money(cyn_db *db, const char *id, account *from, account *to, int64_t cents, cyn_error *e) {
  cyn_transaction *t = cyn_transaction_new(db);
  transfer record = {id, from->name, to->name, cents};
  cyn_status status =
      cyn_transaction_update(t, account, from, cyn_expr("SET cents = cents - ?", cents), cyn_if("cents >= ?", cents), e);
  if (status == CYN_OK)
    status = cyn_transaction_update(t, account, to, cyn_expr("SET cents = cents + ?", cents), cyn_if("attribute_exists(name)"), e);
  if (status == CYN_OK) status = cyn_transaction_save(t, transfer, &record, cyn_if("attribute_not_exists(id)"), e);
  if (status == CYN_OK) status = cyn_transaction_commit(t, NULL, NULL, e);
  cyn_transaction_destroy(t);
  return status;
}

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = cyn_create_model(db, account, cyn_table(.wait = true, .ignore_existing = true), e);
  if (status == CYN_OK) status = cyn_create_model(db, transfer, cyn_table(.wait = true, .ignore_existing = true), e);
  account ann = {"ann", 1000}, bob = {"bob", 0};
  if (status == CYN_OK) status = cyn_save(db, account, &ann, NULL, e);
  if (status == CYN_OK) status = cyn_save(db, account, &bob, NULL, e);
  if (status == CYN_OK) status = move_money(db, "t1", &ann, &bob, 300, e);
  if (status != CYN_OK) return status;

  if (move_money(db, "t1", &ann, &bob, 5000, e) == CYN_OK) return 1;
  for (size_t i = 0; i < e->reason_count; i++) printf("action %zu: %s\n", i + 1, e->reasons[i].code);
  cyn_error_clean_up(e);

  cyn_transaction *t = cyn_transaction_new(db);
  transfer first = {.id = "t1"};
  status = cyn_transaction_get(t, account, &ann, NULL, e);
  if (status == CYN_OK) status = cyn_transaction_get(t, account, &bob, NULL, e);
  if (status == CYN_OK) status = cyn_transaction_get(t, transfer, &first, NULL, e);
  if (status == CYN_OK) status = cyn_transaction_commit(t, memory, NULL, e);
  cyn_transaction_destroy(t);
  if (status != CYN_OK) return status;
  printf("ann %lld, bob %lld, %s: %lld from %s to %s\n", (long long)ann.cents, (long long)bob.cents, first.id,
         (long long)first.cents, first.from, first.to);
  if ((status = cyn_drop_model(db, transfer, NULL, e))) return status;
  return cyn_drop_model(db, account, NULL, e);
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = work(db, memory, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
