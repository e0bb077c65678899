/* What the three parsers share: paths, operands, nodes, syntax errors; and the projection, which is no more than that. */
#include "expression/parser.h"

cyn_status cyn_i_parse_syntax_error(cyn_i_parser *parser) {
  cyn_bytes token, near;
  cyn_i_lexer_describe(&parser->lexer, &token, &near);
  return cyn_i_fault_set(&parser->sink, CYN_CHECK_EXPRESSION_SYNTAX, "Syntax error; token: \"%.*s\", near: \"%.*s\"",
                         CYN_BYTES_FORMAT(token), CYN_BYTES_FORMAT(near));
}

/* The name at the current token becomes the next step. */
static cyn_status parse_step_name(cyn_i_parser *parser) {
  const cyn_i_token *token = &parser->lexer.current;
  if (token->kind != CYN_TOKEN_IDENTIFIER && token->kind != CYN_TOKEN_NAME) return cyn_i_parse_syntax_error(parser);
  cyn_bytes name = cyn_i_token_text(&parser->lexer, token);
  bool is_bare = token->kind == CYN_TOKEN_IDENTIFIER;
  if (is_bare && parser->reserved_word.data == NULL && cyn_i_is_reserved_word(name)) parser->reserved_word = name;
  parser->step_is_name[parser->step_count] = !is_bare;
  parser->steps[parser->step_count++] = (cyn_i_path_step){name, 0};
  cyn_i_lexer_next(&parser->lexer);
  return CYN_OK;
}

static cyn_status parse_step_index(cyn_i_parser *parser) {
  cyn_i_lexer_next(&parser->lexer);
  if (parser->lexer.current.kind != CYN_TOKEN_NUMBER) return cyn_i_parse_syntax_error(parser);
  cyn_bytes digits = cyn_i_token_text(&parser->lexer, &parser->lexer.current);
  uint64_t index = 0;
  for (size_t i = 0; i < digits.size && index <= CYN_LIST_INDEX_MAX; i++)
    index = index * 10 + (uint64_t)(digits.data[i] - '0');
  if (index > CYN_LIST_INDEX_MAX)
    return cyn_i_fault_set(&parser->sink, CYN_CHECK_EXPRESSION_OTHER,
                           "List index is not within the allowable range; index: [%.*s]", CYN_BYTES_FORMAT(digits));
  cyn_i_lexer_next(&parser->lexer);
  if (parser->lexer.current.kind != CYN_TOKEN_BRACKET_CLOSE) return cyn_i_parse_syntax_error(parser);
  parser->step_is_name[parser->step_count] = 0;
  parser->steps[parser->step_count++] = (cyn_i_path_step){{NULL, 0}, (uint32_t)index};
  cyn_i_lexer_next(&parser->lexer);
  return CYN_OK;
}

cyn_status cyn_i_parse_path(cyn_i_parser *parser, uint16_t *path) {
  parser->path_step[parser->path_count] = parser->step_count;
  cyn_status status = parse_step_name(parser);
  while (status == CYN_OK) {
    if (parser->lexer.current.kind == CYN_TOKEN_DOT) {
      cyn_i_lexer_next(&parser->lexer);
      status = parse_step_name(parser);
    } else if (parser->lexer.current.kind == CYN_TOKEN_BRACKET_OPEN) {
      status = parse_step_index(parser);
    } else {
      break;
    }
  }
  if (status != CYN_OK) return status;
  *path = parser->path_count++;
  parser->path_step[parser->path_count] = parser->step_count;
  return CYN_OK;
}

uint16_t cyn_i_parse_node(cyn_i_parser *parser, cyn_i_node_kind kind, uint16_t first, uint16_t count) {
  parser->nodes[parser->node_count] = (cyn_i_node){(uint8_t)kind, 0, count, first, CYN_NODE_NONE};
  if (kind > CYN_NODE_VALUE) parser->operator_count++;
  return parser->node_count++;
}

cyn_status cyn_i_parse_operand(cyn_i_parser *parser, uint16_t *node) {
  if (parser->lexer.current.kind == CYN_TOKEN_VALUE) {
    parser->values[parser->value_count] = cyn_i_token_text(&parser->lexer, &parser->lexer.current);
    *node = cyn_i_parse_node(parser, CYN_NODE_VALUE, parser->value_count++, 0);
    cyn_i_lexer_next(&parser->lexer);
    return CYN_OK;
  }
  uint16_t path;
  cyn_status status = cyn_i_parse_path(parser, &path);
  if (status == CYN_OK) *node = cyn_i_parse_node(parser, CYN_NODE_PATH, path, 0);
  return status;
}

cyn_i_node_kind cyn_i_parse_function(cyn_i_parser *parser, cyn_bytes name) {
  bool is_update = parser->sink.kind == CYN_EXPRESSION_UPDATE;
  int from = is_update ? CYN_NODE_IF_NOT_EXISTS : CYN_NODE_ATTRIBUTE_EXISTS;
  int to = is_update ? CYN_NODE_LIST_APPEND : CYN_NODE_SIZE;
  for (int kind = from; kind <= to; kind++) {
    const char *known = cyn_i_node_name((cyn_i_node_kind)kind);
    if (strlen(known) == name.size && memcmp(known, name.data, name.size) == 0) return (cyn_i_node_kind)kind;
  }
  if (parser->unknown_function.data == NULL) parser->unknown_function = name;
  return CYN_NODE_UNKNOWN_FUNCTION;
}

void cyn_i_parse_misuse(cyn_i_parser *parser, uint16_t node) {
  if (parser->misused_function.data == NULL)
    parser->misused_function = cyn_str(cyn_i_node_name((cyn_i_node_kind)parser->nodes[node].kind));
}

void cyn_i_frame_add(cyn_i_parser *parser, cyn_i_frame *frame, uint16_t node) {
  if (frame->first == CYN_NODE_NONE)
    frame->first = node;
  else
    parser->nodes[frame->last].next = node;
  frame->last = node;
  frame->count++;
}

cyn_status cyn_i_parse_projection(cyn_i_parser *parser) {
  for (;;) {
    uint16_t path;
    cyn_status status = cyn_i_parse_path(parser, &path);
    if (status != CYN_OK) return status;
    if (parser->lexer.current.kind == CYN_TOKEN_END) return CYN_OK;
    if (parser->lexer.current.kind != CYN_TOKEN_COMMA) return cyn_i_parse_syntax_error(parser);
    cyn_i_lexer_next(&parser->lexer);
  }
}
