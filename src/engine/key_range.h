/* Key conditions against a key schema, and the range of store keys that they select. */
#ifndef CYN_ENGINE_KEY_RANGE_H
#define CYN_ENGINE_KEY_RANGE_H

#include "engine/page.h"

/* Step 13 of validation.md 3.4 for the conditions: each key attribute has what it needs, operators and types fit. With a
 * start key its attributes are checked in the same pass, as the service does. `start_key` may be NULL. */
cyn_status cyn_i_key_range_check(const cyn_i_page *page, const cyn_i_key_condition *conditions, size_t count,
                                 const uint8_t *start_key);
/* Fills page->range (partition and bounds) from checked conditions. */
cyn_status cyn_i_key_range_make(cyn_i_page *page, const cyn_i_key_condition *conditions, size_t count);
/* Step 15: a start key outside what the conditions select. */
cyn_status cyn_i_key_range_check_start(const cyn_i_page *page, const cyn_i_key_condition *conditions, size_t count,
                                       const uint8_t *start_key);
/* The condition on an attribute; NULL: none. */
const cyn_i_key_condition *cyn_i_key_condition_find(const cyn_i_key_condition *conditions, size_t count, cyn_bytes name);

#endif
