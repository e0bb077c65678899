/* Inside the check of a store's file: the handle, and what its three files share. */
#ifndef CYN_STORE_LMDB_CHECK_PRIVATE_H
#define CYN_STORE_LMDB_CHECK_PRIVATE_H

#include "store/lmdb/page_file.h"
#include "store/lmdb/pin.h"

struct cyn_i_store_check {
  cyn_i_page_file file;
  char *path;                  /* NULL: bytes in memory */
  int fd, lock_fd;
  bool is_live, is_pinned;
  cyn_i_lmdb_pin pin;
  char owner[320];
  bool is_loaded;              /* the meta pages could be read */
  unsigned load_page;          /* else which could not */
  char load_reason[160];
  const cyn_i_page_meta *meta; /* the state that is read */
  cyn_i_page_counts counts;
  cyn_i_page_cursor *cursors[CYN_LMDB_LEVEL_MAX]; /* of the walk, one a level of long keys */
};

/* Walks the raw bytes of whole keys whose first four bytes are a number from low to high. False from the visitor stops. */
typedef bool (*cyn_i_check_visitor)(void *user, cyn_bytes key, cyn_bytes value);
cyn_status cyn_i_check_walk_bytes(cyn_i_store_check *check, uint32_t low, uint32_t high, cyn_i_check_visitor visitor,
                                  void *user, cyn_error *error);
cyn_status cyn_i_check_get_bytes(cyn_i_store_check *check, cyn_bytes key, cyn_bytes *value, cyn_error *error);
/* The store's own records, key by key as they stand in the tree. */
cyn_status cyn_i_check_records(cyn_i_store_check *check, cyn_i_faults *faults, cyn_error *error);

#endif
