/* TagResource, UntagResource, ListTagsOfResource (validation.md 3.9). DynamoDB pages: API_TagResource,
 * API_UntagResource, API_ListTagsOfResource. At most 50 tags, all in one answer: the service gives no NextToken at 50
 * either. */
#include "engine/control.h"
#include "engine/table_checks.h"

#include <string.h>

#define TABLE_NAME_SIZE_MIN 3
#define ARN_COLONS 5

/* ---- the resource ---- */

/* "a:b:c:d:e:f/g", whatever the parts are. */
static bool looks_like_arn(cyn_bytes arn) {
  size_t colons = 0;
  for (size_t i = 0; i < arn.size; i++) {
    if (arn.data[i] == ':') colons++;
    if (arn.data[i] == '/' && colons >= ARN_COLONS) return true;
  }
  return false;
}

/* Checks in two halves: what stands before the constraints on the lists, and what comes after. */
static cyn_status check_shape(cyn_i_call *call, cyn_bytes arn) {
  if (arn.data == NULL) return cyn_i_error_set(call->error, CYN_E_VALIDATION, "Invalid TableArn");
  if (looks_like_arn(arn)) return CYN_OK;
  return cyn_i_error_setf(call->error, CYN_E_ACCESS_DENIED,
                          "User: arn:aws:iam::%.*s:root is not authorized to perform: dynamodb:%s on resource: %.*s",
                          CYN_PRINT(call->context->account), call->operation->name, CYN_PRINT(arn));
}

static cyn_status check_is_table(cyn_i_call *call, cyn_bytes arn) {
  cyn_bytes name, region, account;
  bool is_arn = arn.size > 4 && memcmp(arn.data, "arn:", 4) == 0;
  if (is_arn && cyn_i_table_name_split(arn, &name, &region, &account) && name.size >= TABLE_NAME_SIZE_MIN &&
      name.data != arn.data)
    return CYN_OK;
  return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "Invalid TableArn: Invalid ResourceArn provided as input %.*s",
                          CYN_PRINT(arn));
}

static cyn_status not_found(cyn_bytes arn, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: ResourcArn: %.*s not found",
                          CYN_PRINT(arn));
}

/* ---- changes ---- */

static cyn_tag_list tags_of(const cyn_i_table_record *record) {
  return record->tags != NULL ? record->tags->tags : (cyn_tag_list){0, NULL};
}

static size_t tag_find(cyn_tag_list tags, cyn_bytes key) {
  size_t i = 0;
  while (i < tags.count && !cyn_i_same(tags.at[i]->key, key)) i++;
  return i;
}

static cyn_status keep_tags(cyn_i_control *control, cyn_i_control_change *change, const cyn_tag **list, size_t count,
                            cyn_error *error) {
  cyn_list_tags_of_resource_output *tags = cyn_i_arena_alloc(control->pending.call->arena, sizeof *tags);
  if (tags == NULL) return cyn_i_error_no_memory(error);
  *tags = (cyn_list_tags_of_resource_output)CYN_LIST_TAGS_OF_RESOURCE_OUTPUT_INIT;
  tags->tags = (cyn_tag_list){count, list};
  change->record.tags = count != 0 ? tags : NULL;
  return CYN_OK;
}

static cyn_status decide_tag(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  const cyn_tag_resource_input *input = control->pending.call->input;
  if (!change->found || change->state == CYN_TABLE_CREATING) return not_found(input->resource_arn, error);
  cyn_tag_list old = tags_of(&change->record);
  const cyn_tag **list =
      cyn_i_arena_alloc(control->pending.call->arena, (old.count + input->tags.count) * sizeof *list);
  if (list == NULL) return cyn_i_error_no_memory(error);
  size_t count = 0;
  for (; count < old.count; count++) list[count] = old.at[count];
  for (size_t i = 0; i < input->tags.count; i++) {
    size_t slot = tag_find((cyn_tag_list){count, list}, input->tags.at[i]->key);
    list[slot] = input->tags.at[i];
    if (slot == count) count++;
  }
  if (count > CYN_TAGS_MAX)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Number of Tags exceed the current limit for the provided ResourceArn");
  return keep_tags(control, change, list, count, error);
}

static cyn_status decide_untag(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  const cyn_untag_resource_input *input = control->pending.call->input;
  if (!change->found || change->state == CYN_TABLE_CREATING)
    return cyn_i_error_set(error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found");
  cyn_tag_list old = tags_of(&change->record);
  const cyn_tag **list = cyn_i_arena_alloc(control->pending.call->arena, (old.count + 1) * sizeof *list);
  if (list == NULL) return cyn_i_error_no_memory(error);
  size_t count = 0;
  for (size_t i = 0; i < old.count; i++) {
    bool goes = false;
    for (size_t j = 0; j < input->tag_keys.count; j++) goes = goes || cyn_i_same(old.at[i]->key, input->tag_keys.at[j]);
    if (!goes) list[count++] = old.at[i];
  }
  return keep_tags(control, change, list, count, error);
}

static void answer(cyn_i_control *control) { (void)cyn_i_call_output(control->pending.call); }

cyn_i_pending *cyn_i_tag_resource(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_tag_resource_input *input = call->input;
  cyn_status status = check_shape(call, input->resource_arn);
  if (status == CYN_OK) status = check_is_table(call, input->resource_arn);
  if (status == CYN_OK && input->tags.count == 0)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION, "Atleast one Tag needs to be provided as Input.");
  if (status == CYN_OK) status = cyn_i_check_tags(&input->tags, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_i_control *control = cyn_i_control_new(worker, call, input->resource_arn, decide_tag, answer);
  return control != NULL ? &control->pending : NULL;
}

static cyn_status check_tag_keys(cyn_string_list keys, cyn_error *error) {
  if (keys.count == 0)
    return cyn_i_error_set(error, CYN_E_VALIDATION, "Atleast one Tag Key needs to be provided as Input.");
  if (keys.count > CYN_TAGS_MAX)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Number of Tags exceed the current limit for the provided ResourceArn");
  for (size_t i = 0; i < keys.count; i++) {
    cyn_status status = cyn_i_check_tag_key(keys.at[i], error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

cyn_i_pending *cyn_i_untag_resource(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_untag_resource_input *input = call->input;
  cyn_status status = check_shape(call, input->resource_arn);
  if (status == CYN_OK) status = check_is_table(call, input->resource_arn);
  if (status == CYN_OK)
    status = check_tag_keys((cyn_string_list){input->tag_keys.count, input->tag_keys.at}, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_i_control *control = cyn_i_control_new(worker, call, input->resource_arn, decide_untag, answer);
  return control != NULL ? &control->pending : NULL;
}

/* ---- listing ---- */

static cyn_status copy_tags(cyn_tag_list tags, cyn_i_arena *arena, cyn_tag_list *out, cyn_error *error) {
  const cyn_tag **list = cyn_i_arena_alloc(arena, (tags.count + 1) * sizeof *list);
  if (list == NULL) return cyn_i_error_no_memory(error);
  for (size_t i = 0; i < tags.count; i++) {
    cyn_tag *tag = cyn_i_arena_alloc(arena, sizeof *tag);
    if (tag == NULL) return cyn_i_error_no_memory(error);
    *tag = (cyn_tag)CYN_TAG_INIT;
    tag->key = cyn_i_arena_copy(arena, tags.at[i]->key);
    tag->value = cyn_i_arena_copy(arena, tags.at[i]->value);
    if (tag->key.data == NULL || tag->value.data == NULL) return cyn_i_error_no_memory(error);
    list[i] = tag;
  }
  *out = (cyn_tag_list){tags.count, list};
  return CYN_OK;
}

cyn_i_pending *cyn_i_list_tags_of_resource(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_list_tags_of_resource_input *input = call->input;
  cyn_status status = check_shape(call, input->resource_arn);
  if (status == CYN_OK) status = check_is_table(call, input->resource_arn);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_i_table *table;
  uint64_t guard;
  status = cyn_i_engine_table_any(worker, call->context, input->resource_arn, &table, &guard, call->error);
  if (status == CYN_OK && table == NULL) status = not_found(input->resource_arn, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_tag_list copied = {0, NULL};
  cyn_tag_list tags = table->tags != NULL ? table->tags->tags : (cyn_tag_list){0, NULL};
  status = copy_tags(tags, call->arena, &copied, call->error);
  cyn_i_table_release(table);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_list_tags_of_resource_output *output = cyn_i_call_output(call);
  if (output != NULL) output->tags = copied;
  return NULL;
}
