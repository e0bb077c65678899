/* A table's description as it is answered: what the record keeps, and what follows from the clock and the counters. */
#ifndef CYN_ENGINE_TABLE_DESCRIBE_H
#define CYN_ENGINE_TABLE_DESCRIBE_H

#include "engine/engine_private.h"

typedef enum cyn_i_describe_kind {
  CYN_DESCRIBE_TABLE,
  CYN_DESCRIBE_CREATED, /* CreateTable's answer */
  CYN_DESCRIBE_UPDATED, /* UpdateTable's: the status is the caller's */
  CYN_DESCRIBE_DELETED  /* DeleteTable's: the short form */
} cyn_i_describe_kind;

/* In the arena; borrows from the record. NULL: the error is set. The caller may change it. */
cyn_table_description *cyn_i_table_describe(cyn_i_engine *engine, const cyn_i_table_record *record,
                                            cyn_i_describe_kind kind, int64_t now_ms, cyn_i_arena *arena,
                                            cyn_error *error);

#endif
