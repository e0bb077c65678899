/* Compiling a text: size, syntax and the checks that need no names and values, in the order of expressions.md section 5;
 * then the program is copied out of the parser's working arrays into one allocation of the exact size. */
#include "expression/program_private.h"

#include "base/error.h"
#include "expression/parser.h"

static size_t count_tokens(cyn_bytes text) {
  cyn_i_lexer lexer;
  cyn_i_lexer_init(&lexer, text, CYN_KEYWORDS_NONE);
  size_t count = 0;
  for (; lexer.current.kind != CYN_TOKEN_END; count++) cyn_i_lexer_next(&lexer);
  return count;
}

static bool parser_init(cyn_i_parser *parser, cyn_bytes text, cyn_i_arena *scratch) {
  size_t room = count_tokens(text) + 1; /* at most 4,097 */
  parser->nodes = cyn_i_arena_alloc(scratch, room * sizeof *parser->nodes);
  parser->frames = cyn_i_arena_alloc(scratch, room * sizeof *parser->frames);
  parser->path_step = cyn_i_arena_alloc(scratch, (room + 1) * sizeof *parser->path_step);
  parser->steps = cyn_i_arena_alloc(scratch, room * sizeof *parser->steps);
  parser->step_is_name = cyn_i_arena_alloc(scratch, room * sizeof *parser->step_is_name);
  parser->values = cyn_i_arena_alloc(scratch, room * sizeof *parser->values);
  parser->targets = cyn_i_arena_alloc(scratch, room * sizeof *parser->targets);
  if (parser->nodes == NULL || parser->frames == NULL || parser->path_step == NULL || parser->steps == NULL ||
      parser->step_is_name == NULL || parser->values == NULL || parser->targets == NULL)
    return false;
  cyn_i_expression_kind kind = parser->sink.kind;
  cyn_i_lexer_init(&parser->lexer, text,
                   kind == CYN_EXPRESSION_UPDATE       ? CYN_KEYWORDS_UPDATE
                   : kind == CYN_EXPRESSION_PROJECTION ? CYN_KEYWORDS_NONE
                                                       : CYN_KEYWORDS_CONDITION);
  parser->root = CYN_NODE_NONE;
  return true;
}

static cyn_status parse(cyn_i_parser *parser) {
  switch (parser->sink.kind) {
    case CYN_EXPRESSION_UPDATE: return cyn_i_parse_update(parser);
    case CYN_EXPRESSION_PROJECTION: return cyn_i_parse_projection(parser);
    default: return cyn_i_parse_condition(parser);
  }
}

static cyn_status report_reserved(const cyn_i_parser *parser) {
  if (parser->reserved_word.data == NULL) return CYN_OK;
  return cyn_i_fault_set(&parser->sink, CYN_CHECK_EXPRESSION_OTHER,
                         "Attribute name is a reserved keyword; reserved keyword: %.*s",
                         CYN_BYTES_FORMAT(parser->reserved_word));
}

/* Whether a name that the expression's own kind does not know is a function of the other kind; if so, the article and name
 * of the own one. Nothing is known of key conditions here. */
static const char *wrong_kind(cyn_i_expression_kind kind, cyn_bytes name) {
  static const char *const update[] = {"if_not_exists", "list_append"};
  static const char *const condition[] = {"attribute_exists", "attribute_not_exists", "attribute_type",
                                          "begins_with",      "contains",             "size"};
  if (kind == CYN_EXPRESSION_KEY_CONDITION) return NULL;
  bool is_update = kind == CYN_EXPRESSION_UPDATE;
  const char *const *others = is_update ? condition : update;
  size_t count = is_update ? sizeof condition / sizeof condition[0] : sizeof update / sizeof update[0];
  for (size_t i = 0; i < count; i++)
    if (strlen(others[i]) == name.size && memcmp(others[i], name.data, name.size) == 0)
      return is_update ? "an update" : "a condition";
  return NULL;
}

static cyn_status report_functions(const cyn_i_parser *parser) {
  const char *kind =
      parser->unknown_function.data != NULL ? wrong_kind(parser->sink.kind, parser->unknown_function) : NULL;
  if (kind != NULL)
    return cyn_i_fault_set(&parser->sink, CYN_CHECK_EXPRESSION_OTHER,
                           "The function is not allowed in %s expression; function: %.*s", kind,
                           CYN_BYTES_FORMAT(parser->unknown_function));
  if (parser->unknown_function.data != NULL)
    return cyn_i_fault_set(&parser->sink, CYN_CHECK_EXPRESSION_OTHER, "Invalid function name; function: %.*s",
                           CYN_BYTES_FORMAT(parser->unknown_function));
  if (parser->misused_function.data != NULL)
    return cyn_i_fault_set(&parser->sink, CYN_CHECK_EXPRESSION_OTHER,
                           "The function is not allowed to be used this way in an expression; function: %.*s",
                           CYN_BYTES_FORMAT(parser->misused_function));
  return CYN_OK;
}

/* The faults that the parser noted, in the service's order. The reference does not know the place of the operator count;
 * it stands directly behind the syntax, with the other limits, so that whatever walks the tree later is bounded. */
static cyn_status report_noted(const cyn_i_parser *parser) {
  const cyn_i_fault_sink *sink = &parser->sink;
  if (parser->operator_count > CYN_OPERATOR_COUNT_MAX)
    return cyn_i_fault_set(sink, CYN_CHECK_EXPRESSION_OPERATORS,
                           "The expression contains too many operators; operator count: %u",
                           (unsigned)parser->operator_count);
  if (parser->redundant_parentheses)
    return cyn_i_fault_set(sink, CYN_CHECK_EXPRESSION_OTHER, "The expression has redundant parentheses;");
  bool is_condition = sink->kind <= CYN_EXPRESSION_KEY_CONDITION;
  cyn_status status = is_condition ? report_functions(parser) : report_reserved(parser);
  if (status == CYN_OK) status = is_condition ? report_reserved(parser) : report_functions(parser);
  if (status == CYN_OK && parser->section_twice != NULL)
    status = cyn_i_fault_set(sink, CYN_CHECK_SECTION_TWICE,
                             "The \"%s\" section can only be used once in an update expression;", parser->section_twice);
  return status;
}

/* Cuts the next array out of one allocation; every element type here needs at most 8-byte alignment. */
static void *take(uint8_t **next, size_t count, size_t size) {
  void *out = *next;
  *next += (count * size + 7) & ~(size_t)7;
  return out;
}
static size_t need(size_t count, size_t size) { return (count * size + 7) & ~(size_t)7; }

/* A name in the parser's text, in the program's copy of it. */
static cyn_bytes moved(cyn_bytes name, const char *from, const char *to) {
  return (cyn_bytes){to + (name.data - from), name.size};
}

static void copy_paths(const cyn_i_parser *parser, cyn_i_program *program, uint8_t **next, const char *text) {
  cyn_i_path_step *steps = take(next, parser->step_count, sizeof *steps);
  uint8_t *step_is_name = take(next, parser->step_count, 1);
  cyn_i_path *paths = take(next, parser->path_count, sizeof *paths);
  for (uint16_t i = 0; i < parser->step_count; i++) {
    steps[i] = parser->steps[i];
    step_is_name[i] = parser->step_is_name[i];
    if (!cyn_i_step_is_index(&steps[i])) steps[i].name = moved(steps[i].name, parser->lexer.text.data, text);
    if (step_is_name[i]) program->has_names = true;
  }
  for (uint16_t i = 0; i < parser->path_count; i++)
    paths[i] = (cyn_i_path){steps + parser->path_step[i], (size_t)(parser->path_step[i + 1] - parser->path_step[i])};
  program->steps = steps;
  program->step_is_name = step_is_name;
  program->paths = paths;
}

static cyn_i_program *program_new(const cyn_i_parser *parser, cyn_i_arena *arena) {
  cyn_bytes text = parser->lexer.text;
  size_t size = need(1, sizeof(cyn_i_program)) + need(parser->node_count, sizeof(cyn_i_node)) +
                need(parser->step_count, sizeof(cyn_i_path_step)) + need(parser->step_count, 1) +
                need(parser->path_count, sizeof(cyn_i_path)) + need(parser->value_count, sizeof(cyn_bytes)) +
                need(parser->target_count, sizeof(cyn_i_target)) + need(text.size, 1);
  uint8_t *next = cyn_i_arena_alloc(arena, size);
  if (next == NULL) return NULL;
  cyn_i_program *program = take(&next, 1, sizeof *program);
  cyn_i_node *nodes = take(&next, parser->node_count, sizeof *nodes);
  memset(program, 0, sizeof *program);
  program->kind = parser->sink.kind;
  program->root = parser->root;
  program->node_count = parser->node_count;
  program->step_count = parser->step_count;
  program->path_count = parser->path_count;
  program->value_count = parser->value_count;
  program->target_count = parser->target_count;
  memcpy(nodes, parser->nodes, parser->node_count * sizeof *nodes);
  program->nodes = nodes;
  cyn_bytes *values = take(&next, parser->value_count, sizeof *values);
  cyn_i_target *targets = take(&next, parser->target_count, sizeof *targets);
  memcpy(targets, parser->targets, parser->target_count * sizeof *targets);
  program->targets = targets;
  char *copy = take(&next, text.size, 1);
  memcpy(copy, text.data, text.size);
  for (uint16_t i = 0; i < parser->value_count; i++) values[i] = moved(parser->values[i], text.data, copy);
  program->values = values;
  copy_paths(parser, program, &next, copy);
  return program;
}

cyn_status cyn_i_program_compile_in(cyn_i_expression_kind kind, cyn_bytes text, cyn_i_arena *scratch,
                                    cyn_i_arena *arena, const cyn_i_program **out, cyn_i_check *check,
                                    cyn_error *error) {
  cyn_i_parser parser;
  memset(&parser, 0, sizeof parser);
  parser.sink = (cyn_i_fault_sink){kind, scratch, check, error};
  *out = NULL;
  if (check != NULL) *check = CYN_CHECK_NONE;
  if (text.size == 0)
    return cyn_i_fault_set(&parser.sink, CYN_CHECK_EXPRESSION_EMPTY, "The expression can not be empty;");
  if (text.size > CYN_EXPRESSION_SIZE_MAX)
    return cyn_i_fault_set(&parser.sink, CYN_CHECK_EXPRESSION_SIZE,
                           "Expression size has exceeded the maximum allowed size; expression size: %zu", text.size);
  if (!parser_init(&parser, text, scratch)) return cyn_i_error_no_memory(error);
  cyn_status status = parse(&parser);
  if (status == CYN_OK) status = report_noted(&parser);
  if (status != CYN_OK) return status;
  *out = program_new(&parser, arena);
  return *out != NULL ? CYN_OK : cyn_i_error_no_memory(error);
}

cyn_status cyn_i_program_compile(cyn_i_expression_kind kind, cyn_bytes text, cyn_i_arena *arena,
                                 const cyn_i_program **out, cyn_i_check *check, cyn_error *error) {
  return cyn_i_program_compile_in(kind, text, arena, arena, out, check, error);
}
