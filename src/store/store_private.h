/* What a store implements: a cyn_i_store starts with its table of functions. */
#ifndef CYN_STORE_STORE_PRIVATE_H
#define CYN_STORE_STORE_PRIVATE_H

#include "store/store.h"

typedef struct cyn_i_store_vtable {
  const char *name;
  cyn_status (*view_open)(cyn_i_store *, cyn_i_store_view **, cyn_error *);
  void (*view_close)(cyn_i_store_view *);
  cyn_status (*view_begin)(cyn_i_store_view *, cyn_error *);
  void (*view_end)(cyn_i_store_view *);
  cyn_status (*get)(cyn_i_store_view *, const cyn_i_store_key *, cyn_bytes *, cyn_error *);
  cyn_status (*walk)(cyn_i_store_view *, const cyn_i_store_range *, cyn_i_store_visitor, void *, cyn_error *);
  cyn_status (*write_now)(cyn_i_store *, cyn_i_store_write *);
  void (*write_batch)(cyn_i_store *, cyn_i_store_write *const *, size_t);
  void (*write_later)(cyn_i_store *, cyn_i_store_write *);
  bool (*commits_block)(const cyn_i_store *);
  uint64_t (*guard)(const cyn_i_store *);
  cyn_status (*counter)(cyn_i_store *, const cyn_i_store_key *, int64_t *, cyn_error *);
  cyn_status (*view_counter)(cyn_i_store_view *, const cyn_i_store_key *, int64_t *, cyn_error *);
  cyn_status (*reclaim)(cyn_i_store *, uint32_t, unsigned, bool *, cyn_error *);
  cyn_status (*log_read)(cyn_i_store_view *, uint32_t, uint64_t, cyn_i_store_visitor, void *, cyn_error *);
  cyn_status (*log_last)(cyn_i_store_view *, uint32_t, uint64_t *, cyn_error *);
  cyn_status (*log_trim)(cyn_i_store *, uint32_t, uint64_t, cyn_error *);
  cyn_status (*stat)(cyn_i_store *, cyn_i_store_stat *, cyn_error *);
  cyn_status (*copy)(cyn_i_store *, cyn_bytes, bool, cyn_error *);
  cyn_status (*sync)(cyn_i_store *, cyn_error *);
  void (*serve)(cyn_i_store *); /* NULL: nobody can ask */
  void (*set_owner_url)(cyn_i_store *, cyn_bytes);
  void (*close)(cyn_i_store *);
} cyn_i_store_vtable;

struct cyn_i_store {
  const cyn_i_store_vtable *vtable;
};
struct cyn_i_store_view {
  cyn_i_store *store;
};

#endif
