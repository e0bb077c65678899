/* The parsers fill one of these from a text. They keep their own stack of frames instead of recursing: a text of 4 KB
 * that is all parentheses costs 4,096 frames of 8 bytes, and every syntax error is found where it stands. */
#ifndef CYN_EXPRESSION_PARSER_H
#define CYN_EXPRESSION_PARSER_H

#include "expression/lexer.h"
#include "expression/program_private.h"

typedef struct cyn_i_frame {
  uint8_t kind; /* of the parser's own enumeration */
  uint8_t node_kind;
  uint16_t first; /* children so far */
  uint16_t last;
  uint16_t count;
} cyn_i_frame;

typedef struct cyn_i_parser {
  cyn_i_lexer lexer;
  cyn_i_fault_sink sink;
  /* room for as many of each as the text has tokens, which nothing below can exceed */
  cyn_i_node *nodes;
  cyn_i_frame *frames;
  uint16_t *path_step; /* first step of each path; path_step[path_count] is step_count */
  cyn_i_path_step *steps;
  uint8_t *step_is_name;
  cyn_bytes *values;
  cyn_i_target *targets;
  uint16_t node_count, frame_count, path_count, step_count, value_count, target_count;
  uint16_t root;
  uint16_t operator_count;
  /* the first of each kind of fault, reported after the whole text has been read, in the service's order */
  bool redundant_parentheses;
  cyn_bytes unknown_function, misused_function, reserved_word;
  const char *section_twice;
} cyn_i_parser;

/* Each returns CYN_OK or a syntax error (or a list index out of range) already answered. */
cyn_status cyn_i_parse_condition(cyn_i_parser *parser);
cyn_status cyn_i_parse_update(cyn_i_parser *parser);
cyn_status cyn_i_parse_projection(cyn_i_parser *parser);

cyn_status cyn_i_parse_syntax_error(cyn_i_parser *parser);
/* The current token starts a path; reads it. */
cyn_status cyn_i_parse_path(cyn_i_parser *parser, uint16_t *path);
/* Path or value as an operand node; the current token is IDENTIFIER, NAME or VALUE. */
cyn_status cyn_i_parse_operand(cyn_i_parser *parser, uint16_t *node);
uint16_t cyn_i_parse_node(cyn_i_parser *parser, cyn_i_node_kind kind, uint16_t first, uint16_t count);
/* The function of this name in this kind of expression; an unknown one is noted. */
cyn_i_node_kind cyn_i_parse_function(cyn_i_parser *parser, cyn_bytes name);
void cyn_i_parse_misuse(cyn_i_parser *parser, uint16_t node);
/* Links `node` behind the frame's children. */
void cyn_i_frame_add(cyn_i_parser *parser, cyn_i_frame *frame, uint16_t node);
static inline cyn_i_frame *cyn_i_frame_push(cyn_i_parser *parser, uint8_t kind, cyn_i_node_kind node_kind) {
  cyn_i_frame *frame = &parser->frames[parser->frame_count++];
  *frame = (cyn_i_frame){kind, (uint8_t)node_kind, CYN_NODE_NONE, CYN_NODE_NONE, 0};
  return frame;
}

#endif
