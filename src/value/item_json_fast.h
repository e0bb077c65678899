/* The form in which nearly all items come, read without a fault's bookkeeping; item_json.c has the rest and the rules. */
#ifndef CYN_VALUE_ITEM_JSON_FAST_H
#define CYN_VALUE_ITEM_JSON_FAST_H

#include "base/buf.h"
#include "value/item_names.h"

/* Room that must be free in the buffer when reading begins. */
#define CYN_ITEM_JSON_ROOM 256

/* Levels of JSON that may be open above a pair: what is read here opens at most two for each of an item's levels. */
#define CYN_ITEM_JSON_DEPTH_MAX 60

typedef struct cyn_i_pairs_read {
  uint32_t count;
  size_t size;       /* names and values, as DynamoDB counts them */
  bool is_closed;    /* the object's closing brace has been read */
} cyn_i_pairs_read;

/* Reads pairs of an item (its first level) from p, at a name, and appends them to the buffer. Stops behind the object's
 * closing brace, or at the name of the first pair that it leaves to the general way: nothing of that pair is in the
 * buffer. `count` and `size` are added to. Without memory buf->failed is set. */
const uint8_t *cyn_i_item_json_pairs(cyn_i_buf *buf, const uint8_t *p, const uint8_t *end, cyn_i_item_names *names,
                                     cyn_i_pairs_read *read);

#endif
