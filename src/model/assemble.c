/* See assemble.h. Texts of different kinds number their placeholders apart (#c0 and :c0 in conditions, #u0 in updates, …),
 * so that they are put together without another look; #v, :v and #d, :d belong to versions and discriminators. */
#include "model/assemble.h"

#include <stdio.h>
#include <string.h>

#include "value/number.h"
#include "value/utf8.h"

void cyn_i_parts_init(cyn_i_parts *parts, cyn_i_request *request) {
  parts->request = request;
  parts->text_count = 0;
  parts->extra_count = 0;
  cyn_i_buf_init(&parts->values, request->arena);
  parts->writer.count = 0;
}

static void put_name(cyn_i_parts *parts, const char *name, int size) {
  if (parts->values.size == 0) cyn_i_item_begin(&parts->writer, &parts->values);
  cyn_i_item_name(&parts->writer, (cyn_bytes){name, (size_t)size});
}

static cyn_status add_values(cyn_i_parts *parts, const cyn_i_text *text, cyn_expression expression, char prefix) {
  cyn_i_request *request = parts->request;
  if (expression.count - 1 != text->bind_count)
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL,
                             "expression \"%.200s\" has %zu ? and %zu values", expression.binds[0].as.string,
                             text->bind_count, expression.count - 1);
  for (size_t i = 0; i < text->bind_count; i++) {
    char name[16];
    put_name(parts, name, snprintf(name, sizeof name, ":%c%zu", prefix, i));
    cyn_status status = cyn_i_write_bind(&request->codec, text->binds[i], &expression.binds[i + 1], i + 1, &parts->values);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

cyn_status cyn_i_parts_add(cyn_i_parts *parts, cyn_i_expression_kind kind, cyn_expression expression, cyn_bytes *text) {
  static const char prefixes[] = {'c', 'f', 'k', 'p', 'u'};
  *text = (cyn_bytes){NULL, 0};
  if (expression.count == 0) return CYN_OK;
  cyn_i_request *request = parts->request;
  if (expression.binds[0].kind != CYN_BIND_STRING)
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL, "an expression begins with its text");
  const cyn_i_text *found;
  cyn_status status = cyn_i_text_get(request->plan, kind, cyn_str(expression.binds[0].as.string), request->arena, &found,
                                     request->error);
  if (status != CYN_OK) return status;
  parts->texts[parts->text_count++] = found;
  *text = found->text;
  return add_values(parts, found, expression, prefixes[kind]);
}

cyn_status cyn_i_parts_fields(cyn_i_parts *parts, const char *fields, cyn_bytes *text) {
  *text = (cyn_bytes){NULL, 0};
  if (fields == NULL) return CYN_OK;
  cyn_bind bind = cyn_bind_string(fields);
  cyn_expression expression = {&bind, 1};
  return cyn_i_parts_add(parts, CYN_EXPRESSION_PROJECTION, expression, text);
}

/* Joins two conditions; the given one is wrapped only where it must be, since DynamoDB refuses needless parentheses. */
static cyn_status join(cyn_i_parts *parts, cyn_bytes *condition, cyn_i_expression_kind kind, const char *own) {
  if (condition->data == NULL) {
    *condition = cyn_str(own);
    return CYN_OK;
  }
  bool wraps = false;
  for (size_t i = 0; i < parts->text_count; i++) wraps |= parts->texts[i]->kind == kind && parts->texts[i]->has_or;
  const char *joined = cyn_i_arena_printf(parts->request->arena, wraps ? "(%.*s) AND %s" : "%.*s AND %s",
                                          (int)condition->size, condition->data, own);
  *condition = cyn_str(joined);
  return joined != NULL ? CYN_OK : cyn_i_error_no_memory(parts->request->error);
}

static void put_int(cyn_i_parts *parts, const char *name, int64_t value) {
  cyn_i_number number = cyn_i_number_from_int(value);
  put_name(parts, name, (int)strlen(name));
  cyn_i_write_number(&parts->values, number.bytes, number.size);
}

static void need_version_name(cyn_i_parts *parts) {
  for (size_t i = 0; i < parts->extra_count; i++)
    if (parts->extra[i].key.data[1] == 'v') return;
  parts->extra[parts->extra_count++] = (cyn_string_pair){{"#v", 2}, parts->request->plan->version->name};
}

cyn_status cyn_i_parts_version(cyn_i_parts *parts, int64_t version, cyn_bytes *condition) {
  need_version_name(parts);
  if (version == 0) return join(parts, condition, CYN_EXPRESSION_CONDITION, "attribute_not_exists(#v)");
  put_int(parts, ":v", version);
  return join(parts, condition, CYN_EXPRESSION_CONDITION, "#v = :v");
}

cyn_status cyn_i_parts_next_version(cyn_i_parts *parts, int64_t version, cyn_bytes *update) {
  need_version_name(parts);
  put_int(parts, ":w", version + 1);
  size_t set_end = 0;
  for (size_t i = 0; i < parts->text_count; i++)
    if (parts->texts[i]->kind == CYN_EXPRESSION_UPDATE) set_end = parts->texts[i]->set_end;
  cyn_i_arena *arena = parts->request->arena;
  const char *text = set_end != 0 ? cyn_i_arena_printf(arena, "%.*s #v = :w,%.*s", (int)set_end, update->data,
                                                       (int)(update->size - set_end), update->data + set_end)
                                  : cyn_i_arena_printf(arena, "%.*s SET #v = :w", (int)update->size, update->data);
  *update = cyn_str(text);
  return text != NULL ? CYN_OK : cyn_i_error_no_memory(parts->request->error);
}

cyn_status cyn_i_parts_kinds(cyn_i_parts *parts, cyn_bytes *filter) {
  const cyn_i_plan *plan = parts->request->plan;
  if (plan->kind_count == 0) return CYN_OK;
  parts->extra[parts->extra_count++] = (cyn_string_pair){{"#d", 2}, plan->discriminator->name};
  cyn_i_buf text;
  cyn_i_buf_init(&text, parts->request->arena);
  cyn_i_buf_text(&text, plan->kind_count == 1 ? "#d = :d0" : "#d IN (");
  for (size_t i = 0; i < plan->kind_count; i++) {
    char name[16];
    put_name(parts, name, snprintf(name, sizeof name, ":d%zu", i));
    cyn_i_write_string(&parts->values, CYN_TYPE_S, plan->kinds[i]);
    if (plan->kind_count > 1) cyn_i_buf_printf(&text, "%s:d%zu", i != 0 ? ", " : "", i);
  }
  if (plan->kind_count > 1) cyn_i_buf_byte(&text, ')');
  cyn_i_buf_byte(&text, '\0');
  if (text.failed) return cyn_i_error_no_memory(parts->request->error);
  return join(parts, filter, CYN_EXPRESSION_FILTER, (const char *)text.data);
}

cyn_status cyn_i_parts_finish(cyn_i_parts *parts, cyn_string_map *names, cyn_item *values) {
  size_t count = parts->extra_count;
  for (size_t i = 0; i < parts->text_count; i++) count += parts->texts[i]->name_count;
  *names = (cyn_string_map){0, NULL};
  *values = (cyn_item){NULL, 0, NULL};
  if (count != 0) {
    cyn_string_pair *all = cyn_i_arena_alloc(parts->request->arena, count * sizeof *all);
    if (all == NULL) return cyn_i_error_no_memory(parts->request->error);
    *names = (cyn_string_map){count, all};
    for (size_t i = 0; i < parts->text_count; i++) {
      memcpy(all, parts->texts[i]->names, parts->texts[i]->name_count * sizeof *all);
      all += parts->texts[i]->name_count;
    }
    memcpy(all, parts->extra, parts->extra_count * sizeof *all);
  }
  if (parts->values.size == 0) return parts->values.failed ? cyn_i_error_no_memory(parts->request->error) : CYN_OK;
  cyn_i_item_end(&parts->writer);
  if (parts->values.failed) return cyn_i_error_no_memory(parts->request->error);
  *values = (cyn_item){parts->values.data, parts->values.size, NULL};
  return CYN_OK;
}

cyn_status cyn_i_version_of(const cyn_i_request *request, const void *object, int64_t *out) {
  *out = 0;
  const cyn_i_field *field = request->plan->version;
  if (field == NULL) return CYN_OK;
  cyn_i_place place = {NULL, field, 0};
  bool fits = cyn_i_load_int(field->kind, (const char *)object + field->offset, out);
  uint64_t spare;
  if (!fits || *out < 0 || *out == INT64_MAX || !cyn_i_store_int(field->kind, &spare, *out + 1))
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, &place, "the version cannot be counted up");
  return CYN_OK;
}

/* ---- what calls are put together from ---- */

cyn_status cyn_i_write_parts_make(cyn_i_request *request, const void *object, const cyn_expression *update,
                                  const cyn_write_options *options, cyn_i_write_parts *out) {
  const cyn_i_plan *plan = request->plan;
  memset(out, 0, sizeof *out);
  if (options->return_on_failure) out->on_failure = cyn_str(CYN_RETURN_VALUES_ON_CONDITION_CHECK_FAILURE_ALL_OLD);
  if (plan->version == NULL && update == NULL && options->condition.count == 0) return CYN_OK;
  cyn_i_parts parts;
  cyn_i_parts_init(&parts, request);
  cyn_status status = cyn_i_version_of(request, object, &out->version);
  if (status == CYN_OK && update != NULL) status = cyn_i_parts_add(&parts, CYN_EXPRESSION_UPDATE, *update, &out->update);
  if (status == CYN_OK) status = cyn_i_parts_add(&parts, CYN_EXPRESSION_CONDITION, options->condition, &out->condition);
  if (status == CYN_OK && plan->version != NULL && !options->ignore_version)
    status = cyn_i_parts_version(&parts, out->version, &out->condition);
  if (status == CYN_OK && plan->version != NULL && update != NULL)
    status = cyn_i_parts_next_version(&parts, out->version, &out->update);
  return status == CYN_OK ? cyn_i_parts_finish(&parts, &out->names, &out->values) : status;
}

cyn_status cyn_i_projection_make(cyn_i_request *request, const char *fields, cyn_bytes *text, cyn_string_map *names) {
  cyn_i_parts parts;
  cyn_item no_values;
  cyn_i_parts_init(&parts, request);
  cyn_status status = cyn_i_parts_fields(&parts, fields, text);
  return status == CYN_OK ? cyn_i_parts_finish(&parts, names, &no_values) : status;
}

cyn_status cyn_i_object_item(cyn_i_request *request, const void *object, const int64_t *version, cyn_item *out) {
  cyn_i_buf buf = cyn_i_request_buf(request);
  cyn_status status = cyn_i_write_object(&request->codec, request->plan, object, version, &buf);
  *out = (cyn_item){buf.data, buf.size, NULL};
  return status;
}

cyn_status cyn_i_object_key(cyn_i_request *request, const void *object, cyn_item *out) {
  cyn_i_buf buf = cyn_i_request_buf(request);
  cyn_status status = cyn_i_write_key(&request->codec, request->plan, object, &buf);
  *out = (cyn_item){buf.data, buf.size, NULL};
  return status;
}

/* The most frequent keys, texts and integers, where nothing is wrong with them; false leaves them to the general way. */
static bool write_common_keys(const cyn_i_plan *plan, const cyn_bind *binds, uint32_t count, cyn_i_buf *buf) {
  if (buf->failed) return false;
  const cyn_i_field *parts[2] = {plan->hash, plan->range};
  uint8_t *at = buf->data + CYN_ITEM_HEADER_SIZE, *end = buf->data + buf->capacity;
  size_t total = 0; /* as DynamoDB counts */
  for (uint32_t i = 0; i < count; i++) {
    const cyn_i_field *field = parts[i];
    if (field->name.size + 2 * CYN_NUMBER_SIZE_MAX > (size_t)(end - at)) return false;
    memcpy(at, field->name.data - 2, field->name.size + 2);
    at += field->name.size + 2;
    total += field->name.size;
    if (binds[i].kind == CYN_BIND_STRING && field->kind == CYN_FIELD_STRING) {
      cyn_bytes text = cyn_str(binds[i].as.string);
      if (text.size + 5 > (size_t)(end - at) || !cyn_i_utf8_is_valid(text)) return false;
      at[0] = CYN_TYPE_S;
      cyn_i_put_u32(at + 1, (uint32_t)text.size);
      memcpy(at + 5, text.data, text.size);
      at += 5 + text.size;
      total += text.size;
    } else if (binds[i].kind == CYN_BIND_INT && field->kind == CYN_FIELD_INT64) {
      cyn_i_number number = cyn_i_number_from_int(binds[i].as.integer);
      at[0] = CYN_TYPE_N;
      at[1] = number.size;
      memcpy(at + 2, number.bytes, sizeof number.bytes);
      at += 2 + number.size;
      total += cyn_i_number_dynamodb_size(number.bytes, number.size);
    } else {
      return false;
    }
  }
  buf->data[0] = CYN_ITEM_VERSION;
  cyn_i_put_u32(buf->data + 1, (uint32_t)total);
  cyn_i_put_u32(buf->data + 5, count);
  buf->size = (size_t)(at - buf->data);
  return true;
}

cyn_status cyn_i_write_keys(cyn_i_request *request, cyn_expression keys, cyn_item *out) {
  const cyn_i_plan *plan = request->plan;
  size_t wanted = plan->range != NULL ? 2 : 1;
  if (keys.count != wanted + 1)
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL, "its key has %zu values (%s%s%s), %zu are given",
                             wanted, plan->hash->field, wanted == 2 ? ", " : "", wanted == 2 ? plan->range->field : "",
                             keys.count == 0 ? (size_t)0 : keys.count - 1);
  cyn_i_buf buf = cyn_i_request_buf(request);
  if (write_common_keys(plan, keys.binds + 1, (uint32_t)wanted, &buf)) {
    *out = (cyn_item){buf.data, buf.size, NULL};
    return CYN_OK;
  }
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  const cyn_i_field *parts[2] = {plan->hash, plan->range};
  for (size_t i = 0; i < wanted; i++) {
    cyn_i_place place = {NULL, parts[i], 0};
    if (keys.binds[i + 1].kind == CYN_BIND_NULL)
      return cyn_i_model_error(request->error, CYN_E_NULL_VALUE, request->codec.model, &place, "a key must not be absent");
    cyn_i_item_name(&writer, parts[i]->name);
    cyn_status status = cyn_i_write_bind(&request->codec, parts[i], &keys.binds[i + 1], i + 1, &buf);
    if (status != CYN_OK) return status;
  }
  cyn_i_item_end(&writer);
  *out = (cyn_item){buf.data, buf.size, NULL};
  return buf.failed ? cyn_i_error_no_memory(request->error) : CYN_OK;
}
