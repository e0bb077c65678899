/* A cursor inside. */
#ifndef CYN_MODEL_CURSOR_H
#define CYN_MODEL_CURSOR_H

#include "model/assemble.h"
#include "model/rate.h"

struct cyn_cursor {
  cyn_i_request request;   /* its scratch holds the inputs' bytes while the cursor lives */
  bool has_request;
  bool is_query, has_filter, is_last_page;
  cyn_query_input query;
  cyn_scan_input scan;
  const cyn_i_plan_index *index;
  int64_t limit, page_size, given, found, scanned;
  double rate, consumed;
  double *consumed_out;
  cyn_i_scan_rate own_rate, *shared_rate;
  uint64_t asked_at_ns;    /* with a rate: when the page's request began */
  cyn_memory *memory;      /* the program's; NULL: step */
  cyn_memory *page, *step;
  cyn_i_buf start;         /* the key where the next page begins */
  cyn_item_list items;
  size_t next;             /* of the items */
  cyn_item last;           /* given last */
  cyn_status status;
  cyn_error error;
};

/* NULL only without memory (then error says so); other errors are in cursor->status. `rate` NULL: its own. */
cyn_cursor *cyn_i_cursor_open(cyn_db *db, const cyn_model *model, cyn_expression key_condition,
                              const cyn_read_options *options, cyn_i_scan_rate *rate, cyn_error *error);

#endif
