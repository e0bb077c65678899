/* Deciding, applying and committing. Whoever holds `writer` owns the write transaction, the counters and the guard.
 *
 * Several writes share a transaction. Where one cannot be applied (the map or the disk is full, no memory), the whole
 * transaction is given up and each of its writes is decided and applied again in one of its own, so that nobody pays for
 * another. A write that bumps the guard ends its transaction: the next ones may have to prepare again, and read the
 * committed catalog for it.
 *
 * After a commit that failed on the disk the environment is closed and opened again, since LMDB's view of the file and
 * the kernel's can differ then. Whether the commit took place is told by LMDB's own transaction number, which nobody else
 * can have advanced. */
#include <errno.h>

#include "store/lmdb/lmdb_private.h"

#define ROUNDS_MAX 3 /* answers of MORE */
#define VALUES_FEW 8

#ifdef CYN_LMDB_TSAN
pthread_mutex_t cyn_i_lmdb_pages_mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static cyn_status write_internal(cyn_i_store_write *write, const char *message) {
  write->status = cyn_i_error_set(write->error, CYN_E_INTERNAL, message);
  return write->status;
}

static int values_read(cyn_i_lmdb_store *store, MDB_txn *txn, const cyn_i_store_write *write, cyn_bytes *values) {
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  for (size_t i = 0; i < write->key_count; i++) {
    values[i] = (cyn_bytes){NULL, 0};
    if (!cyn_i_lmdb_key_valid(&write->keys[i])) continue;
    size_t size = cyn_i_lmdb_key_encode(&write->keys[i], bytes);
    MDB_val found;
    int code = cyn_i_lmdb_get(txn, store->dbi, (cyn_bytes){(const char *)bytes, size}, &found);
    if (code == 0)
      values[i] = (cyn_bytes){found.mv_data, found.mv_size};
    else if (code != MDB_NOTFOUND)
      return code;
  }
  return 0;
}

/* Sets write->status where the write itself is at fault; a code otherwise. */
static int write_decide(cyn_i_lmdb_store *store, MDB_txn *txn, cyn_i_store_write *write, cyn_i_store_effects *effects,
                        cyn_i_decision *decision) {
  const uint64_t guard = atomic_load_explicit(&store->guard, memory_order_relaxed);
  for (int round = 0; round <= ROUNDS_MAX; round++) {
    bool changed = write->guard != 0 && write->guard != guard;
    cyn_bytes few[VALUES_FEW], *values = NULL;
    if (!changed) {
      values = few;
      if (write->key_count > VALUES_FEW) values = cyn_i_arena_alloc(write->arena, write->key_count * sizeof *values);
      if (values == NULL) return ENOMEM;
      int code = values_read(store, txn, write, values);
      if (code != 0) return code;
    }
    memset(effects, 0, sizeof *effects);
    *decision = write->decide(write, values, changed, effects);
    if (*decision != CYN_DECISION_MORE) return 0;
  }
  *decision = CYN_DECISION_REFUSE;
  (void)write_internal(write, "A write asked for more keys too often.");
  return 0;
}

static bool effects_valid(const cyn_i_store_effects *effects) {
  for (size_t i = 0; i < effects->put_count; i++)
    if (!cyn_i_lmdb_key_valid(&effects->puts[i].key) || effects->puts[i].value.size > UINT32_MAX / 2) return false;
  for (size_t i = 0; i < effects->add_count; i++)
    if (!cyn_i_lmdb_key_valid(&effects->adds[i].key)) return false;
  return true;
}

static int put_apply(cyn_i_lmdb_store *store, MDB_txn *txn, const cyn_i_store_put *put) {
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  cyn_bytes key = {(const char *)bytes, cyn_i_lmdb_key_encode(&put->key, bytes)};
  if (put->value.data != NULL) return cyn_i_lmdb_put(txn, store->dbi, key, put->value);
  int code = cyn_i_lmdb_delete(txn, store->dbi, key);
  return code == MDB_NOTFOUND ? 0 : code;
}

static int add_apply(cyn_i_lmdb_store *store, MDB_txn *txn, const cyn_i_store_add *add) {
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  int64_t sum;
  cyn_i_lmdb_store_u32(bytes, CYN_LMDB_SPACE_COUNTER);
  size_t size = CYN_LMDB_COUNTER_HEAD + cyn_i_lmdb_key_encode(&add->key, bytes + CYN_LMDB_COUNTER_HEAD);
  return cyn_i_lmdb_counters_add(&store->counters, txn, store->dbi, (cyn_bytes){(const char *)bytes, size}, add->delta,
                                 &sum);
}

static int effects_apply(cyn_i_lmdb_store *store, MDB_txn *txn, const cyn_i_store_effects *effects) {
  for (size_t i = 0; i < effects->put_count; i++) {
    int code = put_apply(store, txn, &effects->puts[i]);
    if (code != 0) return code;
  }
  for (size_t i = 0; i < effects->add_count; i++) {
    int code = add_apply(store, txn, &effects->adds[i]);
    if (code != 0) return code;
  }
  for (size_t i = 0; i < effects->log_record_count; i++) {
    int code = cyn_i_lmdb_log_append(store, txn, effects->log_records[i].log, effects->log_records[i].record);
    if (code != 0) return code;
  }
  return 0;
}

static int used_bytes(cyn_i_lmdb_store *store, MDB_txn *txn, uint64_t *out) {
  MDB_stat stat;
  int code = mdb_stat(txn, store->dbi, &stat);
  if (code == 0) *out = (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * (uint64_t)stat.ms_psize;
  return code;
}

/* A full store takes what makes it smaller, or no larger. */
static int effects_apply_bounded(cyn_i_lmdb_store *store, MDB_txn *txn, const cyn_i_store_effects *effects) {
  if (store->size_max == 0) return effects_apply(store, txn, effects);
  uint64_t before, after;
  int code = used_bytes(store, txn, &before);
  if (code == 0) code = effects_apply(store, txn, effects);
  if (code == 0) code = used_bytes(store, txn, &after);
  if (code == 0 && after > store->size_max && after > before) code = CYN_LMDB_SIZE_MAX;
  return code;
}

/* A code means that the transaction holds half a write and must be given up. */
static int write_run(cyn_i_lmdb_store *store, MDB_txn *txn, cyn_i_store_write *write, bool *applied, bool *bumped) {
  cyn_i_store_effects effects;
  cyn_i_decision decision;
  if (write->status != CYN_OK) cyn_error_clean_up(write->error); /* from a run that was given up */
  write->status = CYN_OK;
  int code = write_decide(store, txn, write, &effects, &decision);
  if (code != 0 || decision != CYN_DECISION_APPLY) return code;
  if (!effects_valid(&effects)) {
    (void)write_internal(write, "A write named a key that no store can hold.");
    return 0;
  }
  CYN_LMDB_PAGES_LOCK();
  code = effects_apply_bounded(store, txn, &effects);
  CYN_LMDB_PAGES_UNLOCK();
  if (code != 0) return code;
  *applied = *applied || effects.put_count + effects.add_count + effects.log_record_count != 0 || effects.bump_guard;
  *bumped = *bumped || effects.bump_guard;
  return 0;
}

bool cyn_i_lmdb_env_reopen(cyn_i_lmdb_store *store) {
  store->broken = true;
  if (cyn_i_lmdb_views_pause(store)) {
    cyn_i_lmdb_env_close(store);
    store->broken = cyn_i_lmdb_env_open(store, NULL) != CYN_OK;
  }
  cyn_i_lmdb_views_resume(store);
  return !store->broken;
}

static int txn_begin(cyn_i_lmdb_store *store, MDB_txn **txn) {
  if (store->read_only) return CYN_LMDB_READ_ONLY;
  if (store->broken && !cyn_i_lmdb_env_reopen(store)) return MDB_PANIC;
  int code = mdb_txn_begin(store->env, NULL, 0, txn);
  if (code == MDB_PANIC && cyn_i_lmdb_env_reopen(store)) code = mdb_txn_begin(store->env, NULL, 0, txn);
  if (code == 0) CYN_LMDB_ACQUIRE(store);
  return code;
}

/* Nothing was written to the meta page, which alone makes a commit. */
static bool failed_before_meta(cyn_i_lmdb_store *store, int code) {
  if (store->is_memory) return true;
  if (code == MDB_MAP_FULL || code == ENOMEM || code == MDB_TXN_FULL || code == MDB_BAD_TXN) return true;
  if (code != ENOSPC && code != EDQUOT && code != EFBIG) return false;
  MDB_txn *txn;
  if (mdb_txn_begin(store->env, NULL, 0, &txn) != 0) return false; /* LMDB gives up after a failed meta page */
  mdb_txn_abort(txn);
  return true;
}

/* 0 where the commit has taken place after all. */
static int commit_failed(cyn_i_lmdb_store *store, size_t txn_id, int code) {
  if (failed_before_meta(store, code)) return code;
  store->meta_left = true;
  if (!cyn_i_lmdb_env_reopen(store)) return CYN_LMDB_UNKNOWN;
  MDB_envinfo info;
  if (mdb_env_info(store->env, &info) != 0) return CYN_LMDB_UNKNOWN;
  if (info.me_last_txnid < txn_id) return code;
  store->meta_left = false;
  return mdb_env_sync(store->env, 1) == 0 ? 0 : CYN_LMDB_UNKNOWN;
}

static int txn_commit(cyn_i_lmdb_store *store, MDB_txn *txn, bool bumped) {
  size_t id = mdb_txn_id(txn);
  CYN_LMDB_PAGES_LOCK();
  int code = cyn_i_lmdb_counters_write(&store->counters, txn, store->dbi);
  bool tried = code == 0;
  if (tried) {
    CYN_LMDB_RELEASE(store);
    code = mdb_txn_commit(txn);
    if (code == 0) store->meta_left = false;
  } else {
    mdb_txn_abort(txn);
  }
  CYN_LMDB_PAGES_UNLOCK();
  if (__builtin_expect(tried && code != 0, 0)) code = commit_failed(store, id, code);
  cyn_i_lmdb_counters_settle(&store->counters, code == 0);
  if (code == 0 && bumped) atomic_fetch_add(&store->guard, 1);
  return code;
}

/* The format record as it is, once more. */
static int same_again(cyn_i_lmdb_store *store, MDB_txn *txn, void *user) {
  uint8_t bytes[CYN_LMDB_FORMAT_KEY_SIZE];
  char copy[128];
  MDB_val found;
  (void)user;
  cyn_bytes key = cyn_i_lmdb_format_key(bytes);
  int code = cyn_i_lmdb_get(txn, store->dbi, key, &found);
  if (code != 0) return code;
  if (found.mv_size > sizeof copy) return 0;
  memcpy(copy, found.mv_data, found.mv_size);
  return cyn_i_lmdb_put(txn, store->dbi, key, (cyn_bytes){copy, found.mv_size});
}

void cyn_i_lmdb_meta_settle(cyn_i_lmdb_store *store) {
  if (store->meta_left && !cyn_i_lmdb_forked(store)) (void)cyn_i_lmdb_commit_work(store, same_again, NULL, NULL);
}

/* Runs the writes before `end` in one transaction, up to the first that bumps the guard. `*stop` is the first that it did
 * not look at; a code means that none before it was applied. */
static int shared_run(cyn_i_lmdb_store *store, cyn_i_store_write *first, const cyn_i_store_write *end,
                      cyn_i_store_write **stop) {
  MDB_txn *txn;
  bool applied = false, bumped = false;
  *stop = first->next;
  int code = txn_begin(store, &txn);
  if (code != 0) return code;
  cyn_i_store_write *write = first;
  while (write != end && !bumped && code == 0) {
    code = write_run(store, txn, write, &applied, &bumped);
    write = write->next;
  }
  *stop = write;
  if (code == 0 && applied) return txn_commit(store, txn, bumped);
  mdb_txn_abort(txn);
  cyn_i_lmdb_counters_settle(&store->counters, false);
  return code;
}

static void alone_run(cyn_i_lmdb_store *store, cyn_i_store_write *write) {
  cyn_i_store_write *stop;
  int code = shared_run(store, write, write->next, &stop);
  if (code != 0) write->status = cyn_i_lmdb_error(store, code, "write to", write->error);
}

void cyn_i_lmdb_commit(cyn_i_lmdb_store *store, cyn_i_store_write *first) {
  for (cyn_i_store_write *write = first; write != NULL; write = write->next) write->status = CYN_OK;
  pthread_mutex_lock(&store->writer);
  while (first != NULL) {
    cyn_i_store_write *stop;
    int code = shared_run(store, first, NULL, &stop);
    if (__builtin_expect(code != 0, 0)) {
      if (stop == first->next || code == CYN_LMDB_UNKNOWN) /* it was alone, or must not be decided again */
        for (cyn_i_store_write *write = first; write != stop; write = write->next)
          write->status = cyn_i_lmdb_error(store, code, "write to", write->error);
      else
        for (cyn_i_store_write *write = first; write != stop; write = write->next) alone_run(store, write);
    }
    first = stop;
  }
  pthread_mutex_unlock(&store->writer);
}

int cyn_i_lmdb_commit_locked(cyn_i_lmdb_store *store, cyn_i_lmdb_work work, void *user) {
  MDB_txn *txn;
  int code = txn_begin(store, &txn);
  if (code != 0) return code;
  CYN_LMDB_PAGES_LOCK();
  code = work(store, txn, user);
  CYN_LMDB_PAGES_UNLOCK();
  if (code == 0) return txn_commit(store, txn, false);
  mdb_txn_abort(txn);
  return code;
}

cyn_status cyn_i_lmdb_commit_work(cyn_i_lmdb_store *store, cyn_i_lmdb_work work, void *user, cyn_error *error) {
  pthread_mutex_lock(&store->writer);
  int code = cyn_i_lmdb_commit_locked(store, work, user);
  pthread_mutex_unlock(&store->writer);
  return code == 0 ? CYN_OK : cyn_i_lmdb_error(store, code, "write to", error);
}
