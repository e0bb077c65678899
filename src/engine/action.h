/* Item writes: every one of PutItem, UpdateItem, DeleteItem, BatchWriteItem and TransactWriteItems is a list of actions
 * that one decide carries out, all or none. */
#ifndef CYN_ENGINE_ACTION_H
#define CYN_ENGINE_ACTION_H

#include "engine/engine_private.h"
#include "engine/index.h"

typedef enum cyn_i_action_kind {
  CYN_ACTION_PUT,
  CYN_ACTION_UPDATE,
  CYN_ACTION_DELETE,
  CYN_ACTION_CHECK,      /* ConditionCheck of a transaction */
  CYN_ACTION_TTL_DELETE  /* the sweeper's: only when the item has expired at `now` */
} cyn_i_action_kind;

typedef struct cyn_i_action {
  cyn_i_action_kind kind;
  size_t table;                 /* which of the write's tables */
  cyn_item item;                /* PUT: the item; else the key */
  const cyn_i_bound *condition; /* NULL: none */
  const cyn_i_bound *update;    /* UPDATE; NULL: none, the key alone is stored */
  bool only_removes;            /* UPDATE by legacy DELETE actions alone: a missing item is not created */
  bool return_item_on_failure;  /* ReturnValuesOnConditionCheckFailure ALL_OLD */
  bool keep_old, keep_new;      /* the answer needs the items: copies are left in old_item, new_item */
  bool batch_key_texts;         /* BatchWriteItem: every key fault is a schema mismatch */
  /* prepared from the table */
  cyn_i_store_key key;
  int64_t collection_bytes;     /* of the item collection before the write (tables with local indexes) */
  /* left by decide */
  cyn_i_error_code failure;     /* CYN_E_NONE: carried out */
  const char *failure_message;  /* in the arena or static */
  const uint8_t *failure_item;  /* the stored item, copied; NULL */
  size_t failure_item_size;
  const uint8_t *old_item, *new_item; /* NULL: none (or not kept) */
  size_t old_item_size, new_item_size;
  double table_units;           /* write units, not doubled for transactions */
  double *index_units;          /* one for each index of the table */
} cyn_i_action;

/* A table of the write, as named by the request. */
typedef struct cyn_i_write_table {
  cyn_bytes name;               /* as the request has it (may be an ARN) */
  cyn_i_table *table;           /* retained; released by finish */
} cyn_i_write_table;

typedef struct cyn_i_item_write cyn_i_item_write;
struct cyn_i_item_write {
  cyn_i_pending pending;        /* first */
  cyn_i_write_table *tables;
  size_t table_count;
  cyn_i_action *actions;
  size_t action_count;
  bool is_transaction;          /* failures become cancellation reasons */
  /* idempotency of TransactWriteItems: key in CYN_SPACE_TOKENS; partition.data NULL: none */
  cyn_i_store_key token_key;
  uint8_t token_fingerprint[32];
  bool is_replay;               /* left by decide: the same token and content were seen, nothing was applied */
  /* fills call->output, which is there already; runs when every action was carried out */
  void (*answer)(cyn_i_item_write *write);
};

/* Allocates; NULL: call has failed. Arrays are zeroed. */
cyn_i_item_write *cyn_i_item_write_new(cyn_i_worker *worker, cyn_i_call *call, size_t table_count_max,
                                       size_t action_count);
/* Resolves a table by its name in the request; the index, or -1: call has failed. The same name gives the same index. */
int cyn_i_item_write_table(cyn_i_worker *worker, cyn_i_item_write *write, cyn_bytes name);
/* Checks and makes the keys of all actions; on CYN_OK the write may go to the store. */
cyn_status cyn_i_item_write_prepare(cyn_i_item_write *write, cyn_error *error);
/* Releases the tables of a write that will not go to the store; returns NULL after cyn_i_call_failed. */
cyn_i_pending *cyn_i_item_write_abandon(cyn_i_item_write *write, cyn_status status);
/* Prepares and hands over, or abandons. */
cyn_i_pending *cyn_i_item_write_submit(cyn_i_item_write *write);

/* "Item size has exceeded the maximum allowed size" over 400 KB (or the engine's setting). */
cyn_status cyn_i_check_item_size(const cyn_i_engine *engine, const uint8_t *item, cyn_error *error);

/* For the sweeper: deletes one item if it has expired; blocking. `key` is as kept in the TTL queue. *deleted tells. */
cyn_status cyn_i_action_ttl_delete(cyn_i_engine *engine, cyn_i_table *table, const cyn_i_store_key *key,
                                   cyn_i_arena *arena, bool *deleted, cyn_error *error);

#endif
