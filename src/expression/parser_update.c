/* Update expressions: clauses, and the right sides of SET with a stack of what is still open (see parser_condition.c).
 * A right side is one term, or two with + or - between them; parentheses may stand round a term or round the whole, so
 * each finished part is a TERM or a SUM, and a SUM takes no further operator. */
#include "expression/parser.h"

typedef enum frame_kind { FRAME_GROUP, FRAME_TERM_GROUP, FRAME_BINARY, FRAME_ARGUMENTS } frame_kind;

typedef struct part {
  uint16_t node;
  bool is_sum;
} part;

/* Up to the end of the next path or value: opening parentheses and functions push frames. */
static cyn_status read_term(cyn_i_parser *parser, part *finished) {
  cyn_i_lexer *lexer = &parser->lexer;
  for (;;) {
    bool wants_value = parser->frame_count == 0 || parser->frames[parser->frame_count - 1].kind == FRAME_GROUP;
    cyn_i_token_kind token = lexer->current.kind;
    if (token == CYN_TOKEN_OPEN) {
      cyn_i_frame_push(parser, wants_value ? FRAME_GROUP : FRAME_TERM_GROUP, CYN_NODE_PATH);
    } else if (token == CYN_TOKEN_IDENTIFIER && cyn_i_lexer_peek(lexer).kind == CYN_TOKEN_OPEN) {
      cyn_bytes name = cyn_i_token_text(lexer, &lexer->current);
      cyn_i_frame_push(parser, FRAME_ARGUMENTS, cyn_i_parse_function(parser, name));
      cyn_i_lexer_next(lexer);
    } else if (token == CYN_TOKEN_IDENTIFIER || token == CYN_TOKEN_NAME || token == CYN_TOKEN_VALUE) {
      finished->is_sum = false;
      return cyn_i_parse_operand(parser, &finished->node);
    } else {
      return cyn_i_parse_syntax_error(parser);
    }
    cyn_i_lexer_next(lexer);
  }
}

static part reduce(cyn_i_parser *parser, bool is_sum) {
  cyn_i_frame frame = parser->frames[--parser->frame_count];
  return (part){cyn_i_parse_node(parser, (cyn_i_node_kind)frame.node_kind, frame.first, frame.count), is_sum};
}

typedef enum step_result { STEP_AGAIN, STEP_WANT, STEP_ERROR, STEP_DONE } step_result;

/* Inside a function's arguments or a group. */
static step_result step_nested(cyn_i_parser *parser, part *finished, cyn_i_frame *top) {
  cyn_i_token_kind token = parser->lexer.current.kind;
  if (top->kind == FRAME_ARGUMENTS) {
    if (token != CYN_TOKEN_COMMA && token != CYN_TOKEN_CLOSE) return STEP_ERROR;
    cyn_i_frame_add(parser, top, finished->node);
    cyn_i_lexer_next(&parser->lexer);
    if (token == CYN_TOKEN_COMMA) return STEP_WANT;
    *finished = reduce(parser, false);
    return STEP_AGAIN;
  }
  if (token != CYN_TOKEN_CLOSE) return STEP_ERROR;
  parser->frame_count--;
  cyn_i_lexer_next(&parser->lexer);
  return STEP_AGAIN;
}

static step_result step(cyn_i_parser *parser, part *finished) {
  cyn_i_frame *top = parser->frame_count != 0 ? &parser->frames[parser->frame_count - 1] : NULL;
  cyn_i_token_kind token = parser->lexer.current.kind;
  if (top != NULL && top->kind == FRAME_BINARY) {
    cyn_i_frame_add(parser, top, finished->node);
    *finished = reduce(parser, true);
    return STEP_AGAIN;
  }
  bool wants_value = top == NULL || top->kind == FRAME_GROUP;
  if (wants_value && !finished->is_sum && (token == CYN_TOKEN_PLUS || token == CYN_TOKEN_MINUS)) {
    cyn_i_frame *frame =
        cyn_i_frame_push(parser, FRAME_BINARY, token == CYN_TOKEN_PLUS ? CYN_NODE_PLUS : CYN_NODE_MINUS);
    cyn_i_frame_add(parser, frame, finished->node);
    cyn_i_lexer_next(&parser->lexer);
    return STEP_WANT;
  }
  return top == NULL ? STEP_DONE : step_nested(parser, finished, top);
}

/* The right side of SET; stops at the first token that cannot be part of it. */
static cyn_status parse_right_side(cyn_i_parser *parser, uint16_t *node) {
  for (;;) {
    part finished;
    cyn_status status = read_term(parser, &finished);
    if (status != CYN_OK) return status;
    step_result result;
    do {
      result = step(parser, &finished);
    } while (result == STEP_AGAIN);
    if (result == STEP_ERROR) return cyn_i_parse_syntax_error(parser);
    if (result == STEP_DONE) {
      *node = finished.node;
      return CYN_OK;
    }
  }
}

static cyn_status parse_action(cyn_i_parser *parser, cyn_i_update_action action) {
  cyn_i_target target = {0, CYN_NODE_NONE, (uint8_t)action};
  cyn_status status = cyn_i_parse_path(parser, &target.path);
  if (status != CYN_OK) return status;
  if (action == CYN_UPDATE_SET) {
    if (parser->lexer.current.kind != CYN_TOKEN_EQ) return cyn_i_parse_syntax_error(parser);
    cyn_i_lexer_next(&parser->lexer);
    status = parse_right_side(parser, &target.value);
  } else if (action != CYN_UPDATE_REMOVE) {
    if (parser->lexer.current.kind != CYN_TOKEN_VALUE) return cyn_i_parse_syntax_error(parser);
    status = cyn_i_parse_operand(parser, &target.value);
  }
  if (status == CYN_OK) parser->targets[parser->target_count++] = target;
  return status;
}

cyn_status cyn_i_parse_update(cyn_i_parser *parser) {
  static const char *const sections[] = {"SET", "REMOVE", "ADD", "DELETE"};
  unsigned seen = 0;
  do {
    cyn_i_token_kind token = parser->lexer.current.kind;
    if (token < CYN_TOKEN_SET || token > CYN_TOKEN_DELETE) return cyn_i_parse_syntax_error(parser);
    unsigned action = token - CYN_TOKEN_SET;
    if ((seen & (1u << action)) != 0 && parser->section_twice == NULL) parser->section_twice = sections[action];
    seen |= 1u << action;
    do {
      cyn_i_lexer_next(&parser->lexer);
      cyn_status status = parse_action(parser, (cyn_i_update_action)action);
      if (status != CYN_OK) return status;
    } while (parser->lexer.current.kind == CYN_TOKEN_COMMA);
  } while (parser->lexer.current.kind != CYN_TOKEN_END);
  return CYN_OK;
}
