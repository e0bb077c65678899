/* A transfer from an account to the books: both are done. */
#include <cynamo/cynamo.h>

typedef struct account {
  const char *name;
  int64_t cents;
} account;
typedef struct transfer {
  const char *id;
  int64_t cents;
} transfer;

CYN_MODEL(account, CYN_TABLE("Account"), CYN_HASH_KEY(name), CYN_ATTR(cents));
CYN_MODEL(transfer, CYN_TABLE("Transfer"), CYN_HASH_KEY(id), CYN_ATTR(cents));

static int snippet(cyn_db *db, cyn_memory *memory, account from, transfer record, int n) {
  cyn_error e = CYN_ERROR_INIT;
/* snippet */
  return 0;
}

int main(void) {
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  account ann = {"ann", 100};
  transfer first = {"1", 30};
  if (cyn_open("memory:", NULL, &db, NULL) || cyn_create_model(db, account, NULL, NULL)) return 1;
  if (cyn_create_model(db, transfer, NULL, NULL) || cyn_save(db, account, &ann, NULL, NULL)) return 1;
  int status = snippet(db, memory, ann, first, 30) || cyn_refresh(db, account, &ann, NULL, memory, NULL) || ann.cents != 70 ||
               cyn_get(db, transfer, &first, cyn_keys("1"), NULL, memory, NULL);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status;
}
