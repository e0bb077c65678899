/* The care of a folder that holds a store: hot copies, making it small, bringing it to a newer format. The store may be
 * closed, or open in this process or (to copy it) in another. */
#ifndef CYN_STORE_CARE_H
#define CYN_STORE_CARE_H

#include "store/store.h"

/* A synced copy, as of the last commit, in a folder that is made here. What failed is taken away. */
cyn_status cyn_i_store_backup(cyn_bytes path, cyn_bytes folder, cyn_error *error);
/* Writes the file anew without free pages and puts it in the old one's place; another process that has it open is asked to
 * do it. STORE_LOCKED: that one does not answer; STORE: it is damaged, and was left as it is. */
cyn_status cyn_i_store_compact(cyn_bytes path, uint64_t *saved_bytes, cyn_error *error);
/* To the format version of this Cynamo. */
cyn_status cyn_i_store_upgrade(cyn_bytes path, uint32_t *from, uint32_t *to, cyn_error *error);

#endif
