/* A file of pages: reading with a cache, walking a tree in key order, and the check of how its pages hang together.
 * store/lmdb/page.h says what one page is. */
#ifndef CYN_STORE_LMDB_PAGE_FILE_H
#define CYN_STORE_LMDB_PAGE_FILE_H

#include "store/check.h"
#include "store/lmdb/page.h"

#define CYN_PAGE_VALUE_MAX ((uint32_t)64 << 20) /* no value of Cynamo's comes near it */

typedef struct cyn_i_page_slot {
  uint64_t number; /* 0: empty, as page 0 is a meta page */
  uint8_t *bytes;
} cyn_i_page_slot;

typedef struct cyn_i_page_file {
  int fd;               /* -1: `memory` */
  const uint8_t *memory;
  uint64_t size;        /* bytes */
  uint32_t page_size;
  cyn_i_page_meta metas[2];
  unsigned newest;
  uint64_t last_page;   /* of the state that is read */
  cyn_i_page_slot *slots;
  size_t slot_count;
  uint8_t *value;       /* the last overflow value that was got */
  size_t value_room;
  char reason[160];     /* why the last read was refused */
} cyn_i_page_file;

/* The file's bytes are borrowed by the handle; page size and metas are unknown until metas_load. */
void cyn_i_page_file_init(cyn_i_page_file *file, int fd, const void *memory, uint64_t size);
void cyn_i_page_file_clean_up(cyn_i_page_file *file);
/* Reads both meta pages and the file's length. False: why is in file->reason; *page is the meta page it is about, or 2
 * when it is about both. */
bool cyn_i_page_file_load(cyn_i_page_file *file, unsigned *page);

/* False: nothing is there (beyond the end, or the disk's error). */
bool cyn_i_page_file_bytes(cyn_i_page_file *file, uint64_t offset, size_t size, void *out);
/* A page of a tree, checked, borrowed until another page is read. NULL: file->reason, or out of memory where that is
 * empty. */
const uint8_t *cyn_i_page_file_page(cyn_i_page_file *file, uint64_t number, unsigned expected, cyn_i_page_order order);

/* An overflow value into *buffer, which grows. The status tells damage (CYN_E_STORE, file->reason) from no memory. */
cyn_status cyn_i_page_file_big(cyn_i_page_file *file, const uint8_t *node, uint8_t **buffer, size_t *room,
                               cyn_bytes *value, cyn_error *error);

/* ---- walking (page_walk.c) ---- */

/* A place in a tree. Each level has its own copy of its page, so what it points to stays while others are read. */
typedef struct cyn_i_page_cursor {
  cyn_i_page_file *file;
  const cyn_i_page_db *db;
  cyn_i_page_order order;
  unsigned depth;                       /* levels in use; 0: at the end */
  unsigned index[CYN_PAGE_DEPTH_MAX];
  uint8_t *pages[CYN_PAGE_DEPTH_MAX];   /* allocated as needed */
  uint8_t *value;
  size_t value_room;
} cyn_i_page_cursor;

void cyn_i_page_cursor_init(cyn_i_page_cursor *cursor, cyn_i_page_file *file, const cyn_i_page_db *db,
                            cyn_i_page_order order);
void cyn_i_page_cursor_clean_up(cyn_i_page_cursor *cursor);
/* To the first key that is not less; *found tells that there is one. */
cyn_status cyn_i_page_cursor_seek(cyn_i_page_cursor *cursor, cyn_bytes key, bool *found, cyn_error *error);
cyn_status cyn_i_page_cursor_next(cyn_i_page_cursor *cursor, bool *found, cyn_error *error);
cyn_bytes cyn_i_page_cursor_key(const cyn_i_page_cursor *cursor);
/* Borrowed until the cursor moves or goes. */
cyn_status cyn_i_page_cursor_value(cyn_i_page_cursor *cursor, cyn_bytes *value, cyn_error *error);

/* One key, through the cache; data NULL: absent. Borrowed until the next page is read. */
cyn_status cyn_i_page_file_get(cyn_i_page_file *file, const cyn_i_page_db *db, cyn_bytes key, cyn_bytes *value,
                               cyn_error *error);

/* ---- structure (page_tree.c) ---- */

typedef struct cyn_i_page_counts {
  uint64_t used, free;
  uint64_t last_freeing; /* the last transaction that the list of free pages knows of */
  uint64_t too_new;      /* faults of transactions there that were not yet */
} cyn_i_page_counts;
/* Both trees of one state and its list of free pages: every page from 2 to the last is used once or free once. Faults go
 * to `faults`; an error is no memory. */
cyn_status cyn_i_page_tree_check(cyn_i_page_file *file, const cyn_i_page_meta *meta, cyn_i_faults *faults,
                                 cyn_i_page_counts *counts, cyn_error *error);
/* True when the pages that the file is too short for are all free, as LMDB may leave it. */
cyn_status cyn_i_page_tree_tail_is_free(cyn_i_page_file *file, const cyn_i_page_meta *meta, bool *is_free,
                                        cyn_error *error);

#endif
