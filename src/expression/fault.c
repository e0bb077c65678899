/* The making of every fault of this folder, and the names that messages print. */
#include "expression/program_private.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

const char *cyn_i_expression_kind_name(cyn_i_expression_kind kind) {
  switch (kind) {
    case CYN_EXPRESSION_CONDITION: return "ConditionExpression";
    case CYN_EXPRESSION_FILTER: return "FilterExpression";
    case CYN_EXPRESSION_KEY_CONDITION: return "KeyConditionExpression";
    case CYN_EXPRESSION_PROJECTION: return "ProjectionExpression";
    case CYN_EXPRESSION_UPDATE: return "UpdateExpression";
  }
  return "";
}

const char *cyn_i_node_name(cyn_i_node_kind kind) {
  static const char *const names[] = {
      [CYN_NODE_ATTRIBUTE_EXISTS] = "attribute_exists",
      [CYN_NODE_ATTRIBUTE_NOT_EXISTS] = "attribute_not_exists",
      [CYN_NODE_ATTRIBUTE_TYPE] = "attribute_type",
      [CYN_NODE_BEGINS_WITH] = "begins_with",
      [CYN_NODE_CONTAINS] = "contains",
      [CYN_NODE_SIZE] = "size",
      [CYN_NODE_IF_NOT_EXISTS] = "if_not_exists",
      [CYN_NODE_LIST_APPEND] = "list_append",
      [CYN_NODE_EQ] = "=",
      [CYN_NODE_NE] = "<>",
      [CYN_NODE_LT] = "<",
      [CYN_NODE_LE] = "<=",
      [CYN_NODE_GT] = ">",
      [CYN_NODE_GE] = ">=",
      [CYN_NODE_BETWEEN] = "BETWEEN",
      [CYN_NODE_IN] = "IN",
      [CYN_NODE_AND] = "AND",
      [CYN_NODE_OR] = "OR",
      [CYN_NODE_NOT] = "NOT",
      [CYN_NODE_PLUS] = "+",
      [CYN_NODE_MINUS] = "-",
  };
  const char *name = (size_t)kind < sizeof names / sizeof *names ? names[kind] : NULL;
  return name != NULL ? name : "";
}

static cyn_status fault_answer(const cyn_i_fault_sink *sink, cyn_i_check check, cyn_i_buf *buf) {
  if (buf->failed) {
    if (sink->check != NULL) *sink->check = CYN_CHECK_NONE;
    return cyn_i_error_no_memory(sink->error);
  }
  if (sink->check != NULL) *sink->check = check;
  return cyn_i_error_set_bytes(sink->error, CYN_E_VALIDATION, (cyn_bytes){(const char *)buf->data, buf->size});
}

cyn_status cyn_i_fault_set(const cyn_i_fault_sink *sink, cyn_i_check check, const char *format, ...) {
  char stack[512];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(stack, sizeof stack, format, args);
  va_end(args);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, sink->arena);
  cyn_i_buf_printf(&buf, "Invalid %s: ", cyn_i_expression_kind_name(sink->kind));
  if (length >= 0 && (size_t)length < sizeof stack) {
    cyn_i_buf_append(&buf, stack, (size_t)length);
  } else if (length > 0 && cyn_i_buf_reserve(&buf, (size_t)length + 1)) {
    va_start(args, format);
    (void)vsnprintf((char *)buf.data + buf.size, (size_t)length + 1, format, args);
    va_end(args);
    buf.size += (size_t)length;
  }
  return fault_answer(sink, check, &buf);
}

static void append_path(cyn_i_buf *buf, const char *head, cyn_i_path path) {
  cyn_i_buf_text(buf, head);
  cyn_i_buf_byte(buf, '[');
  cyn_i_path_print(buf, path);
  cyn_i_buf_byte(buf, ']');
}

cyn_status cyn_i_fault_set_paths(const cyn_i_fault_sink *sink, cyn_i_check check, const char *head, cyn_i_path first,
                                 const char *second_head, const cyn_i_path *second) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, sink->arena);
  cyn_i_buf_printf(&buf, "Invalid %s: ", cyn_i_expression_kind_name(sink->kind));
  append_path(&buf, head, first);
  if (second != NULL) append_path(&buf, second_head, *second);
  return fault_answer(sink, check, &buf);
}
