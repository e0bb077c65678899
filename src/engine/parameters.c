/* See parameters.h. */
#include "engine/parameters.h"

#include "base/buf.h"

static bool any_expression(const cyn_i_parameters *parameters) {
  for (size_t i = 0; i < parameters->expression_count; i++)
    if (parameters->expressions[i].text.data != NULL) return true;
  return false;
}

static void append_name(cyn_i_buf *text, bool *first, const char *separator, const char *name) {
  if (!*first) cyn_i_buf_text(text, separator);
  *first = false;
  cyn_i_buf_text(text, name);
}

static cyn_status fail_with(cyn_i_call *call, const cyn_i_buf *text) {
  if (text->failed) return cyn_i_error_no_memory(call->error);
  return cyn_i_error_set_bytes(call->error, CYN_E_VALIDATION, (cyn_bytes){(const char *)text->data, text->size});
}

static cyn_status check_mixed(const cyn_i_parameters *parameters, cyn_i_call *call) {
  cyn_i_buf text;
  cyn_i_buf_init(&text, call->arena);
  cyn_i_buf_text(&text,
                 "Can not use both expression and non-expression parameters in the same request: Non-expression "
                 "parameters: {");
  bool first = true;
  for (size_t i = 0; i < parameters->legacy_count; i++)
    if (parameters->legacy[i].is_given) append_name(&text, &first, ", ", parameters->legacy[i].name);
  if (first) return CYN_OK;
  cyn_i_buf_text(&text, "} Expression parameters: {");
  first = true;
  for (size_t i = 0; i < parameters->expression_count; i++) {
    size_t at = parameters->print_order != NULL ? parameters->print_order[i] : i;
    if (parameters->expressions[at].text.data != NULL)
      append_name(&text, &first, ", ", parameters->expressions[at].name);
  }
  cyn_i_buf_byte(&text, '}');
  return fail_with(call, &text);
}

/* "FilterExpression and KeyConditionExpression are null": those that could use values, in the printed order. */
static cyn_status check_values_alone(const cyn_i_parameters *parameters, cyn_i_call *call) {
  cyn_i_buf text;
  cyn_i_buf_init(&text, call->arena);
  cyn_i_buf_text(&text, "ExpressionAttributeValues can only be specified when using expressions: ");
  bool first = true, several = false;
  for (size_t i = 0; i < parameters->expression_count; i++) {
    size_t at = parameters->print_order != NULL ? parameters->print_order[i] : i;
    const cyn_i_expression_parameter *expression = &parameters->expressions[at];
    if (expression->kind == CYN_EXPRESSION_PROJECTION) continue;
    if (expression->text.data != NULL) return CYN_OK;
    several = !first;
    append_name(&text, &first, " and ", expression->name);
  }
  cyn_i_buf_text(&text, several ? " are null" : " is null");
  return fail_with(call, &text);
}

cyn_status cyn_i_parameters_check(const cyn_i_parameters *parameters, cyn_i_call *call) {
  bool any = any_expression(parameters);
  if (any && parameters->legacy_count != 0) {
    cyn_status status = check_mixed(parameters, call);
    if (status != CYN_OK) return status;
  }
  if (parameters->names.at != NULL && !any)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "ExpressionAttributeNames can only be specified when using expressions");
  if (parameters->takes_values && parameters->values.data != NULL) return check_values_alone(parameters, call);
  return CYN_OK;
}

cyn_status cyn_i_parameters_bind(cyn_i_worker *worker, cyn_i_parameters *parameters, cyn_i_call *call) {
  if (!any_expression(parameters)) return CYN_OK;
  cyn_i_substitutions substitutions;
  cyn_i_check check = CYN_CHECK_NONE;
  cyn_status status = cyn_i_substitutions_init(&substitutions, parameters->names, parameters->values, call->arena, &check,
                                               call->error);
  /* UpdateItem answers with the fault alone (seen in 2026), the others say in which value it is */
  if (status != CYN_OK && check == CYN_CHECK_VALUES_VALUE && call->operation->operation == CYN_OPERATION_UPDATE_ITEM)
    return cyn_i_check_fault(call, parameters->values.fault);
  for (size_t i = 0; status == CYN_OK && i < parameters->expression_count; i++) {
    cyn_i_expression_parameter *expression = &parameters->expressions[i];
    if (expression->text.data == NULL) continue;
    const cyn_i_program *program;
    status = cyn_i_expression_cache_get(worker->expressions, expression->kind, expression->text, &program, &check,
                                        call->error);
    if (status == CYN_OK)
      status = cyn_i_program_bind(program, &substitutions, call->arena, &expression->bound, &check, call->error);
  }
  if (status == CYN_OK) status = cyn_i_substitutions_check_unused(&substitutions, call->arena, &check, call->error);
  return status;
}

cyn_status cyn_i_check_fault(cyn_i_call *call, const cyn_fault *fault) {
  if (fault == NULL) return CYN_OK;
  return cyn_i_error_set(call->error, CYN_E_VALIDATION, fault->message);
}

void cyn_i_prefix_error(cyn_i_call *call) {
  if (call->error->status != CYN_E_VALIDATION) return;
  cyn_i_buf text;
  cyn_i_buf_init(&text, call->arena);
  cyn_i_buf_text(&text, CYN_CHECK_PREFIX);
  cyn_i_buf_text(&text, call->error->message);
  (void)fail_with(call, &text);
}

cyn_i_pending *cyn_i_call_refused(cyn_i_call *call, cyn_status status) {
  if (status == CYN_E_VALIDATION && cyn_i_operation_prefixes_checks(call->operation->operation)) cyn_i_prefix_error(call);
  call->status = call->error->status;
  return NULL;
}
