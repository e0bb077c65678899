/* Between structs and item bytes, in one pass each way. */
#ifndef CYN_MODEL_CODEC_H
#define CYN_MODEL_CODEC_H

#include "base/buf.h"
#include "model/memory.h"
#include "model/plan.h"

/* Where in a struct the work is, for messages: "comments[2].author". */
typedef struct cyn_i_place {
  const struct cyn_i_place *parent;
  const cyn_i_field *field; /* NULL: an element of the parent's list */
  size_t index;
} cyn_i_place;

/* Errors name the model and the dotted path, and say the rule. Each returns its status. */
cyn_status cyn_i_model_error(cyn_error *error, cyn_i_error_code code, const cyn_model *model, const cyn_i_place *place,
                             const char *format, ...) __attribute__((format(printf, 5, 6)));

typedef struct cyn_i_codec {
  const cyn_model *model;  /* the outermost, for messages */
  cyn_memory *memory;      /* writing: what custom types and conversions need for a while; reading: where results live */
  cyn_error *error;
  unsigned depth;
} cyn_i_codec;

/* ---- writing: append to `buf` ---- */

/* A whole item of all attributes. `version`: NULL, or the number to write for the version attribute. */
cyn_status cyn_i_write_object(cyn_i_codec *codec, const cyn_i_plan *plan, const void *object, const int64_t *version,
                              cyn_i_buf *buf);
/* The key of an object, as an item. */
cyn_status cyn_i_write_key(cyn_i_codec *codec, const cyn_i_plan *plan, const void *object, cyn_i_buf *buf);
/* One field's value; *absent is set, and nothing is written, where there is none. */
cyn_status cyn_i_write_field(cyn_i_codec *codec, const cyn_i_field *field, const void *at, const cyn_i_place *place,
                             cyn_i_buf *buf, bool *absent);
/* A struct as an M. */
cyn_status cyn_i_write_map(cyn_i_codec *codec, const cyn_model *model, const void *object, const cyn_i_place *place,
                           cyn_i_buf *buf);
/* The value of an expression's ?, checked against the attribute that governs it (NULL: any). */
cyn_status cyn_i_write_bind(cyn_i_codec *codec, const cyn_i_field *field, const cyn_bind *bind, size_t number,
                            cyn_i_buf *buf);
/* As write_bind without a model's rules: the bind's own type. *absent where it is NULL. */
cyn_status cyn_i_write_plain(cyn_i_codec *codec, const cyn_bind *bind, const cyn_i_place *place, cyn_i_buf *buf,
                             bool *absent);
/* That the text is one JSON value and nothing else. */
cyn_status cyn_i_check_json(const cyn_i_codec *codec, cyn_i_error_code code, cyn_bytes text, const cyn_i_place *place);
/* The integer of a field of the kinds INT8 to UINT64, as a signed one; false for one above INT64_MAX. */
bool cyn_i_load_int(unsigned kind, const void *at, int64_t *out);
/* False when the field's type has no such value. */
bool cyn_i_store_int(unsigned kind, void *at, int64_t value);

/* ---- reading ---- */

/* What a reading call says that was given no memory. */
static inline cyn_status cyn_i_need_memory(const cyn_memory *memory, const cyn_model *model, cyn_error *error) {
  return memory != NULL ? CYN_OK : cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "this call needs a cyn_memory");
}

/* Fills all attributes' fields of *object; the others are left alone. */
cyn_status cyn_i_read_object(cyn_i_codec *codec, const cyn_i_plan *plan, const uint8_t *item, void *object);
/* As the model of the family that the item's discriminator names, into a new struct in the codec's memory. */
cyn_status cyn_i_read_any(cyn_i_codec *codec, const cyn_i_plan *plan, cyn_item item, void **object, const cyn_model **model);
cyn_status cyn_i_read_field(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, const cyn_i_place *place,
                            void *at);
/* Sets the field to its default, else to zero. */
cyn_status cyn_i_read_absent(cyn_i_codec *codec, const cyn_i_field *field, void *at);

#endif
