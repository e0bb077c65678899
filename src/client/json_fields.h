/* A few members of a small JSON object: cached tokens and what the endpoints of credentials answer. */
#ifndef CYN_CLIENT_JSON_FIELDS_H
#define CYN_CLIENT_JSON_FIELDS_H

#include <cynamo/value.h>

#include "base/arena.h"

#define CYN_JSON_FIELDS_BYTES_MAX ((size_t)1 << 20)

typedef struct cyn_i_json_field {
  const char *name;
  cyn_bytes text;   /* of a string or a number, borrowed from the document or in the arena; absent: no such member, or null */
  bool is_number;
} cyn_i_json_field;

/* Fills the fields from the members of the document's object, or of the object `within` it (NULL: the document itself; a
 * document without it is sound and has no fields). Of equal names the last counts. False: not a JSON object, or no memory. */
bool cyn_i_json_fields_read(cyn_bytes document, const char *within, cyn_i_arena *arena, cyn_i_json_field *fields, size_t count);

#endif
