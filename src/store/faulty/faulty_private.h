/* What the files of the test store share. */
#ifndef CYN_STORE_FAULTY_PRIVATE_H
#define CYN_STORE_FAULTY_PRIVATE_H

#include <stdatomic.h>

#include "store/store_private.h"

#define CYN_FAULTY_SPACE 0x7FFFFFFFu /* of the wrapped store: where the commit ids stand */

typedef struct cyn_i_faulty_store {
  cyn_i_store base;
  cyn_i_store *inner;
  uint64_t seed;
  _Atomic uint64_t drawn; /* numbers drawn so far: one thread's run repeats by its seed */
  _Atomic uint64_t last_commit_id;
} cyn_i_faulty_store;

/* True once in `one_in` times. */
bool cyn_i_faulty_chance(cyn_i_faulty_store *store, unsigned one_in);
void cyn_i_faulty_delay(cyn_i_faulty_store *store);
/* A heap copy of exactly the bytes, so that a sanitizer sees a read beyond them; absent stays absent. False: no memory. */
bool cyn_i_faulty_copy(cyn_bytes bytes, cyn_bytes *out);
/* Scribbles over the copy, then frees it. */
void cyn_i_faulty_spoil(cyn_bytes copy);

cyn_status cyn_i_faulty_write_now(cyn_i_store *store, cyn_i_store_write *write);
void cyn_i_faulty_write_batch(cyn_i_store *store, cyn_i_store_write *const *writes, size_t count);
void cyn_i_faulty_write_later(cyn_i_store *store, cyn_i_store_write *write);

#endif
