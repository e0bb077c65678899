/* Expression texts of the mapper, made into DynamoDB's: field names become attribute names (behind #… where DynamoDB does
 * not take them plainly), each ? becomes a :… that knows the attribute which governs it. Done once for a text. */
#ifndef CYN_MODEL_TEXT_H
#define CYN_MODEL_TEXT_H

#include "expression/expression.h"
#include "model/codec.h"

typedef struct cyn_i_text {
  struct cyn_i_text *next;   /* in its bucket */
  uint8_t kind;              /* cyn_i_expression_kind */
  uint64_t hash;
  cyn_bytes source;
  cyn_bytes text;            /* DynamoDB's */
  size_t name_count;
  const cyn_string_pair *names;
  size_t bind_count;
  const cyn_i_field *const *binds; /* the attribute of each ?; NULL: any value */
  bool has_or;               /* outside parentheses: what is joined by AND must wrap it */
  size_t set_end;            /* offset behind the keyword SET; 0: no SET */
} cyn_i_text;

typedef struct cyn_i_texts cyn_i_texts;
cyn_i_texts *cyn_i_texts_new(cyn_i_arena *arena);

/* Errors: CynamoModelError (no such attribute, a text that cannot be read), naming the place. `arena`: where a text lives
 * that finds no room in the cache. */
cyn_status cyn_i_text_get(const cyn_i_plan *plan, cyn_i_expression_kind kind, cyn_bytes source, cyn_i_arena *arena,
                          const cyn_i_text **out, cyn_error *error);

#endif
