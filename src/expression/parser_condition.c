/* Conditions, filters and key conditions: an operator-precedence parser with a stack of what is still open.
 *
 * A parenthesis may open a condition or an operand, and a function may be either, so each finished part has a class:
 * OPERAND, CONDITION, or EITHER for a function call. The frame on top of the stack says what may follow:
 *   condition context (nothing, NOT, AND, OR, GROUP): a comparator after an operand, else AND, OR or a close;
 *   operand context (COMPARE, BETWEEN…, IN, ARGUMENTS, OPERAND_GROUP): what that frame waits for. */
#include "expression/parser.h"

typedef enum frame_kind {
  FRAME_NONE,
  FRAME_NOT,
  FRAME_AND,
  FRAME_OR,
  FRAME_GROUP,
  FRAME_COMPARE,
  FRAME_BETWEEN_LOW,
  FRAME_BETWEEN_HIGH,
  FRAME_IN,
  FRAME_ARGUMENTS,
  FRAME_OPERAND_GROUP
} frame_kind;

typedef enum part_class { PART_OPERAND, PART_CONDITION, PART_EITHER } part_class;

/* What has just been finished. */
typedef struct part {
  uint16_t node;
  part_class class_;
} part;

static cyn_i_frame *top_frame(cyn_i_parser *parser) {
  return parser->frame_count != 0 ? &parser->frames[parser->frame_count - 1] : NULL;
}
static frame_kind top_kind(cyn_i_parser *parser) {
  cyn_i_frame *top = top_frame(parser);
  return top != NULL ? (frame_kind)top->kind : FRAME_NONE;
}

/* Puts a finished operand under the top frame. Of the functions only size gives a value. */
static void add_operand(cyn_i_parser *parser, part finished) {
  uint8_t kind = parser->nodes[finished.node].kind;
  if (kind >= CYN_NODE_ATTRIBUTE_EXISTS && kind < CYN_NODE_SIZE) cyn_i_parse_misuse(parser, finished.node);
  cyn_i_frame_add(parser, top_frame(parser), finished.node);
}

/* Puts a finished condition under the top frame, where size alone is no condition. */
static void add_condition(cyn_i_parser *parser, part finished) {
  if (parser->nodes[finished.node].kind == CYN_NODE_SIZE) cyn_i_parse_misuse(parser, finished.node);
  if (parser->frame_count != 0) cyn_i_frame_add(parser, top_frame(parser), finished.node);
}

/* The top frame has all its children: it becomes a node. */
static part reduce(cyn_i_parser *parser) {
  cyn_i_frame frame = parser->frames[--parser->frame_count];
  uint16_t node = cyn_i_parse_node(parser, (cyn_i_node_kind)frame.node_kind, frame.first, frame.count);
  return (part){node, frame.kind == FRAME_ARGUMENTS ? PART_EITHER : PART_CONDITION};
}

/* A group closes: nothing but parentheses inside parentheses is redundant. */
static void close_group(cyn_i_parser *parser, part finished) {
  parser->frame_count--;
  cyn_i_node *node = &parser->nodes[finished.node];
  if (node->parenthesised) parser->redundant_parentheses = true;
  node->parenthesised = 1;
  cyn_i_lexer_next(&parser->lexer);
}

/* Reads up to the end of the next operand that is no group: NOTs, opening parentheses, then path, value or function. A
 * function with its open parenthesis pushes a frame, and the loop goes on with its first argument. */
static cyn_status read_start(cyn_i_parser *parser, part *finished) {
  cyn_i_lexer *lexer = &parser->lexer;
  for (;;) {
    bool wants_operand = top_kind(parser) >= FRAME_COMPARE;
    switch (lexer->current.kind) {
      case CYN_TOKEN_NOT:
        if (wants_operand) return cyn_i_parse_syntax_error(parser);
        cyn_i_frame_push(parser, FRAME_NOT, CYN_NODE_NOT);
        break;
      case CYN_TOKEN_OPEN:
        cyn_i_frame_push(parser, wants_operand ? FRAME_OPERAND_GROUP : FRAME_GROUP, CYN_NODE_PATH);
        break;
      case CYN_TOKEN_IDENTIFIER:
        if (cyn_i_lexer_peek(lexer).kind == CYN_TOKEN_OPEN) {
          cyn_bytes name = cyn_i_token_text(lexer, &lexer->current);
          cyn_i_frame_push(parser, FRAME_ARGUMENTS, cyn_i_parse_function(parser, name));
          cyn_i_lexer_next(lexer);
          break;
        }
        /* fall through */
      case CYN_TOKEN_NAME:
      case CYN_TOKEN_VALUE: finished->class_ = PART_OPERAND; return cyn_i_parse_operand(parser, &finished->node);
      default: return cyn_i_parse_syntax_error(parser);
    }
    cyn_i_lexer_next(lexer);
  }
}

typedef enum step_result { STEP_AGAIN, STEP_WANT, STEP_ERROR, STEP_DONE } step_result;

/* A comma goes on with the list, a close parenthesis ends it. */
static step_result step_list(cyn_i_parser *parser, part *finished) {
  cyn_i_token_kind token = parser->lexer.current.kind;
  if (token != CYN_TOKEN_COMMA && token != CYN_TOKEN_CLOSE) return STEP_ERROR;
  add_operand(parser, *finished);
  cyn_i_lexer_next(&parser->lexer);
  if (token == CYN_TOKEN_COMMA) return STEP_WANT;
  *finished = reduce(parser);
  return STEP_AGAIN;
}

static step_result step_operand(cyn_i_parser *parser, part *finished, frame_kind top) {
  cyn_i_token_kind token = parser->lexer.current.kind;
  switch (top) {
    case FRAME_BETWEEN_LOW:
      if (token != CYN_TOKEN_AND) return STEP_ERROR;
      add_operand(parser, *finished);
      top_frame(parser)->kind = FRAME_BETWEEN_HIGH;
      cyn_i_lexer_next(&parser->lexer);
      return STEP_WANT;
    case FRAME_COMPARE:
    case FRAME_BETWEEN_HIGH:
      add_operand(parser, *finished);
      *finished = reduce(parser);
      return STEP_AGAIN;
    case FRAME_OPERAND_GROUP:
      if (token != CYN_TOKEN_CLOSE) return STEP_ERROR;
      close_group(parser, *finished);
      return STEP_AGAIN;
    default: return step_list(parser, finished);
  }
}

/* Comparator, BETWEEN or IN behind an operand. */
static step_result step_comparator(cyn_i_parser *parser, part *finished) {
  cyn_i_token_kind token = parser->lexer.current.kind;
  cyn_i_lexer_next(&parser->lexer);
  if (token == CYN_TOKEN_IN && parser->lexer.current.kind != CYN_TOKEN_OPEN) return STEP_ERROR;
  if (token == CYN_TOKEN_IN) {
    cyn_i_lexer_next(&parser->lexer);
    cyn_i_frame_push(parser, FRAME_IN, CYN_NODE_IN);
  } else if (token == CYN_TOKEN_BETWEEN) {
    cyn_i_frame_push(parser, FRAME_BETWEEN_LOW, CYN_NODE_BETWEEN);
  } else {
    cyn_i_frame_push(parser, FRAME_COMPARE, (cyn_i_node_kind)(CYN_NODE_EQ + (token - CYN_TOKEN_EQ)));
  }
  add_operand(parser, *finished);
  return STEP_WANT;
}
_Static_assert(CYN_NODE_GE - CYN_NODE_EQ == CYN_TOKEN_GE - CYN_TOKEN_EQ, "comparators in the same order");

/* AND, OR, a close or the end behind a condition. */
static step_result step_condition(cyn_i_parser *parser, part *finished, frame_kind top) {
  cyn_i_token_kind token = parser->lexer.current.kind;
  bool is_operator = token == CYN_TOKEN_AND || token == CYN_TOKEN_OR;
  if (!is_operator && token != CYN_TOKEN_CLOSE && token != CYN_TOKEN_END) return STEP_ERROR;
  if (top == FRAME_GROUP && token == CYN_TOKEN_END) return STEP_ERROR;
  if (top == FRAME_NOT || top == FRAME_AND || (top == FRAME_OR && token != CYN_TOKEN_AND)) {
    add_condition(parser, *finished);
    *finished = reduce(parser);
    return STEP_AGAIN;
  }
  if (is_operator) {
    bool is_and = token == CYN_TOKEN_AND;
    cyn_i_frame_push(parser, is_and ? FRAME_AND : FRAME_OR, is_and ? CYN_NODE_AND : CYN_NODE_OR);
    add_condition(parser, *finished);
    cyn_i_lexer_next(&parser->lexer);
    return STEP_WANT;
  }
  if (token == CYN_TOKEN_CLOSE) {
    if (top != FRAME_GROUP) return STEP_ERROR;
    close_group(parser, *finished);
    return STEP_AGAIN;
  }
  add_condition(parser, *finished);
  return STEP_DONE;
}

static step_result step(cyn_i_parser *parser, part *finished) {
  frame_kind top = top_kind(parser);
  if (top >= FRAME_COMPARE) return step_operand(parser, finished, top);
  cyn_i_token_kind token = parser->lexer.current.kind;
  bool is_comparator =
      (token >= CYN_TOKEN_EQ && token <= CYN_TOKEN_GE) || token == CYN_TOKEN_BETWEEN || token == CYN_TOKEN_IN;
  if (finished->class_ != PART_CONDITION && is_comparator) return step_comparator(parser, finished);
  if (finished->class_ == PART_OPERAND) {
    if (top != FRAME_GROUP || token != CYN_TOKEN_CLOSE) return STEP_ERROR;
    close_group(parser, *finished);
    return STEP_AGAIN;
  }
  return step_condition(parser, finished, top);
}

cyn_status cyn_i_parse_condition(cyn_i_parser *parser) {
  for (;;) {
    part finished;
    cyn_status status = read_start(parser, &finished);
    if (status != CYN_OK) return status;
    step_result result;
    do {
      result = step(parser, &finished);
    } while (result == STEP_AGAIN);
    if (result == STEP_ERROR) return cyn_i_parse_syntax_error(parser);
    if (result == STEP_DONE) {
      parser->root = finished.node;
      return CYN_OK;
    }
  }
}
