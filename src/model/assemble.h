/* The expressions of one call, put together: texts, names and values. */
#ifndef CYN_MODEL_ASSEMBLE_H
#define CYN_MODEL_ASSEMBLE_H

#include "model/session.h"
#include "model/text.h"
#include "value/item.h"

#define CYN_I_PARTS_MAX 4

typedef struct cyn_i_parts {
  cyn_i_request *request;
  cyn_i_buf values;
  cyn_i_item_writer writer;
  const cyn_i_text *texts[CYN_I_PARTS_MAX];
  size_t text_count;
  cyn_string_pair extra[4]; /* names of the mapper's own conditions */
  size_t extra_count;
} cyn_i_parts;

void cyn_i_parts_init(cyn_i_parts *parts, cyn_i_request *request);
/* Adds an expression and its values; absent ones are left out, *text is absent then. */
cyn_status cyn_i_parts_add(cyn_i_parts *parts, cyn_i_expression_kind kind, cyn_expression expression, cyn_bytes *text);
/* A projection of fields. */
cyn_status cyn_i_parts_fields(cyn_i_parts *parts, const char *fields, cyn_bytes *text);
/* The condition that the object's version is the stored one, joined to *condition by AND. */
cyn_status cyn_i_parts_version(cyn_i_parts *parts, int64_t version, cyn_bytes *condition);
/* For UpdateItem: the assignment of the version that follows, added to *update. */
cyn_status cyn_i_parts_next_version(cyn_i_parts *parts, int64_t version, cyn_bytes *update);
/* The filter for a model's discriminator values, joined to *filter by AND. */
cyn_status cyn_i_parts_kinds(cyn_i_parts *parts, cyn_bytes *filter);
/* All names and values; absent where there are none. */
cyn_status cyn_i_parts_finish(cyn_i_parts *parts, cyn_string_map *names, cyn_item *values);

/* What all calls that write by an expression have. */
typedef struct cyn_i_write_parts {
  cyn_bytes update, condition; /* absent where there are none */
  cyn_string_map names;
  cyn_item values;
  cyn_bytes on_failure;        /* ReturnValuesOnConditionCheckFailure */
  int64_t version;             /* of the object; 0 where the model has none */
} cyn_i_write_parts;

/* From the options' condition, the object's version and, where it is one (not NULL), the update. */
cyn_status cyn_i_write_parts_make(cyn_i_request *request, const void *object, const cyn_expression *update,
                                  const cyn_write_options *options, cyn_i_write_parts *out);
/* The projection of fields alone, and its names; absent for NULL. */
cyn_status cyn_i_projection_make(cyn_i_request *request, const char *fields, cyn_bytes *text, cyn_string_map *names);
/* The object as an item (`version`: see codec.h), and its key as one. */
cyn_status cyn_i_object_item(cyn_i_request *request, const void *object, const int64_t *version, cyn_item *out);
cyn_status cyn_i_object_key(cyn_i_request *request, const void *object, cyn_item *out);

/* The version of an object; 0 where the model has none. */
cyn_status cyn_i_version_of(const cyn_i_request *request, const void *object, int64_t *out);
/* The key that cyn_keys gives, as an item. */
cyn_status cyn_i_write_keys(cyn_i_request *request, cyn_expression keys, cyn_item *out);

#endif
