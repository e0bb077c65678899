/* Between update.c, which walks, and update_value.c, which computes. */
#ifndef CYN_EXPRESSION_UPDATE_PRIVATE_H
#define CYN_EXPRESSION_UPDATE_PRIVATE_H

#include "expression/program_private.h"

/* No new item grows beyond this, whatever item size the caller allows: 4 KB of text can name a value of 16 MB hundreds
 * of times. Far over the service's 400 KB, so its text is the right answer. */
#define CYN_UPDATE_SIZE_MAX ((size_t)64 * 1024 * 1024)
#define CYN_UPDATE_SIZE_TEXT "Item size to update has exceeded the maximum allowed size"

/* A run-time fault's text; NULL: none. */
typedef const char *cyn_i_update_fault;
extern const char cyn_i_update_operand_type[];
/* What AttributeUpdates answers where an expression answers this. */
cyn_i_update_fault cyn_i_update_legacy_fault(cyn_i_update_fault fault);

/* The value of a right side: in the item, among the values or in the arena. */
cyn_status cyn_i_update_right_side(const cyn_i_bound *bound, uint16_t node, const uint8_t *item, cyn_i_arena *arena,
                                   const uint8_t **out, cyn_error *error);
/* Appends old + value (N), their union (sets), or for legacy parameters old with the elements behind it (L). */
cyn_i_update_fault cyn_i_update_add(cyn_i_buf *buf, const uint8_t *old, const uint8_t *value, bool legacy);
/* Appends the set without the members; *left false: nothing is left, nothing was appended. */
cyn_i_update_fault cyn_i_update_delete(cyn_i_buf *buf, const uint8_t *old, const uint8_t *value, bool *left);

#endif
