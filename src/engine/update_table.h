/* UpdateTable in three files: checks of the request (update_table_checks.c), indexes (update_table_indexes.c), the
 * rest. */
#ifndef CYN_ENGINE_UPDATE_TABLE_H
#define CYN_ENGINE_UPDATE_TABLE_H

#include "engine/table_parts.h"

/* Checks that need no table. */
cyn_status cyn_i_update_table_check(const cyn_update_table_input *input, cyn_error *error);

/* What a change of the table leaves for the answer. */
typedef struct cyn_i_table_update {
  const cyn_update_table_input *input;
  cyn_i_arena *arena;
  int64_t now_ms, delay_ms;
  bool is_on_demand; /* after the change */
  bool was_on_demand;
  bool makes_updating;     /* the table is UPDATING for a while */
  cyn_bytes deleted_index; /* shown as DELETING in the answer though it is gone from the record */
  const cyn_global_secondary_index_description *deleted_description;
} cyn_i_table_update;

/* Index updates against the table as it is: checks, then changes. */
cyn_status cyn_i_update_indexes_check(const cyn_i_table_update *update, const cyn_i_control *control,
                                      const cyn_i_control_change *change, cyn_error *error);
cyn_status cyn_i_update_indexes_apply(cyn_i_table_update *update, cyn_i_control *control, cyn_i_control_change *change,
                                      cyn_error *error);

#endif
