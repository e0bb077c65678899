/* Control writes: what CreateTable, UpdateTable, DeleteTable, TTL and tags have in common.
 *
 * Each is one write that declares the table's catalog record and the sequence of space numbers. Its decide reads the
 * record from the values that it is given and lets the operation change it; so an operation is judged against the
 * table as it is when it is applied, whatever was true before. Spaces that no record names any more go under
 * CYN_SPACE_RECLAIM in the same commit. */
#ifndef CYN_ENGINE_CONTROL_H
#define CYN_ENGINE_CONTROL_H

#include "engine/engine_private.h"

#define CYN_PRINT(bytes) (int)(bytes).size, (bytes).data /* for "%.*s" */

/* Old and new indexes, the table and its TTL queue. */
#define CYN_CONTROL_RECLAIM_MAX (2 * CYN_TABLE_INDEXES_MAX + 4)

typedef struct cyn_i_control cyn_i_control;

/* What the operation sees and changes in decide. Everything is in the call's arena. */
typedef struct cyn_i_control_change {
  bool found;                         /* there is a table (GONE ones are not there) */
  cyn_i_table_state state;            /* at control->pending.now_ms; GONE when not found */
  cyn_i_table_record record;          /* zero when not found */
  cyn_table_description *description; /* record.description, to be changed; NULL when not found */
  uint32_t *index_spaces;             /* room for CYN_TABLE_INDEXES_MAX; record.index_spaces */
  uint8_t *index_states;              /* likewise */
  bool remove;                        /* the record is deleted, not written */
  bool keep;                          /* nothing is written */
  uint32_t next_space;
  int64_t last_stream_ms; /* the newest label of all streams that ever were; the next one's is later */
  bool took_space;
  uint32_t reclaim[CYN_CONTROL_RECLAIM_MAX];
  size_t reclaim_count;
  bool ttl_backfill; /* TTL was switched on: existing items need queue entries */
  bool ttl_filled;   /* they have them now */
  bool settled;      /* time alone has taken indexes out of the record */
} cyn_i_control_change;

struct cyn_i_control {
  cyn_i_pending pending;           /* first */
  cyn_bytes account, region, name; /* of the table */
  cyn_i_store_key keys[2];         /* the record, the sequence */
  /* Checks and changes. A status other than CYN_OK (the error is set) refuses. May be called again: it starts from
   * `change` alone. */
  cyn_status (*decide)(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error);
  /* Makes the answer from `change` as decide left it. */
  void (*answer)(cyn_i_control *control);
  cyn_i_control_change change;
  cyn_status refused;
  const void *extra; /* the operation's own */
};

/* For the table of a name or ARN; NULL: call has failed. Hand &control->pending to the store. */
cyn_i_control *cyn_i_control_new(cyn_i_worker *worker, cyn_i_call *call, cyn_bytes name_or_arn,
                                 cyn_status (*decide)(cyn_i_control *, cyn_i_control_change *, cyn_error *),
                                 void (*answer)(cyn_i_control *));

/* A space number that was never used before; 0: they have run out (the error is set). */
uint32_t cyn_i_control_take_space(cyn_i_control_change *change, cyn_error *error);
/* Gives the table a stream with a log of its own: record.stream_log and stream_created_ms, which is its label. The
 * description is the caller's part. A stream is closed by setting record.stream_log to 0; its record follows. */
cyn_status cyn_i_control_open_stream(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error);
/* The space is no longer named by the record: it will be emptied. 0 is ignored. */
void cyn_i_control_reclaim(cyn_i_control_change *change, uint32_t space);
/* All of a record's spaces. */
void cyn_i_control_reclaim_all(cyn_i_control_change *change, const cyn_i_table_record *record);
/* Takes global index `position` (among the global ones) out of the record; its space is reclaimed, definitions that no
 * key uses any more go. False: out of memory. */
bool cyn_i_control_drop_index(cyn_i_control *control, cyn_i_control_change *change, size_t position);

/* "Requested resource not found: Table: T not found" */
cyn_status cyn_i_table_not_found(cyn_bytes name, cyn_error *error);
/* ResourceInUseException for a table that is being created, updated or deleted; CYN_OK when ACTIVE. */
cyn_status cyn_i_table_busy(cyn_i_table_state state, cyn_bytes name, cyn_error *error);
/* cyn_i_engine_table_any for control reads: a missing table is the error above. */
cyn_status cyn_i_control_table(cyn_i_worker *worker, cyn_i_call *call, cyn_bytes name_or_arn, cyn_i_table **out);

static inline bool cyn_i_same(cyn_bytes a, cyn_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
static inline bool cyn_i_is_text(cyn_bytes bytes, const char *text) {
  return bytes.data != NULL && cyn_i_same(bytes, cyn_str(text));
}
static inline double cyn_i_seconds(int64_t ms) { return (double)ms / 1000.0; }

#endif
