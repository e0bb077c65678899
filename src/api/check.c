/* The constraints of the table, checked before any handler runs: `2 validation errors detected: …` (validation.md 2).
 *
 * The walk visits only what the generator found can fail (check_order, is_constrained), so a sound request costs a few
 * loads. The path of the value at hand is a stack of steps and becomes text for a message only. Recursion follows the
 * shapes, which do not recurse. */
#include "api/api.h"

#include "api/api_private.h"
#include "base/error.h"

#define ERRORS_MAX 10
#define STEPS_MAX 32
#define MUST_NOT_BE_NULL "Member must not be null"
#define NAME_PATTERN "[a-zA-Z0-9_.-]+"
#define NAME_LENGTH_MIN 3
#define NAME_LENGTH_MAX 255

/* A member (name), a map's entry (key) or a list's element (index). */
typedef struct step {
  const char *name;
  cyn_bytes key;
  size_t index;
} step;

typedef struct checker {
  cyn_i_buf text; /* the errors, joined */
  int count;
  int depth;
  step steps[STEPS_MAX];
} checker;

static void check_structure(checker *c, const cyn_i_shape *shape, const void *structure);
static void check_value(checker *c, const cyn_i_shape *shape, const void *place);

/* ---- messages ---- */

static void write_path(checker *c) {
  for (int i = 0; i < c->depth; i++) {
    const step *at = &c->steps[i];
    if (i > 0) cyn_i_buf_byte(&c->text, '.');
    if (at->name != NULL) {
      cyn_i_buf_text(&c->text, at->name);
    } else if (at->key.data != NULL) {
      cyn_i_buf_append(&c->text, at->key.data, at->key.size);
      cyn_i_buf_text(&c->text, ".member");
    } else {
      cyn_i_buf_printf(&c->text, "%zu.member", at->index + 1);
    }
  }
}

/* The head of one error; the caller adds the constraint unless this is false: ten are enough. `place` NULL: a null. */
static bool begin_error(checker *c, const cyn_i_shape *shape, const void *place) {
  if (c->count >= ERRORS_MAX) return false;
  if (c->count > 0) cyn_i_buf_text(&c->text, "; ");
  c->count++;
  cyn_i_buf_text(&c->text, "Value ");
  if (place == NULL) {
    cyn_i_buf_text(&c->text, "null ");
  } else if (!shape->hides_value) {
    cyn_i_buf_byte(&c->text, '\'');
    cyn_i_print_value(shape, place, &c->text);
    cyn_i_buf_text(&c->text, "' ");
  }
  cyn_i_buf_text(&c->text, "at '");
  write_path(c);
  cyn_i_buf_text(&c->text, "' failed to satisfy constraint: ");
  return true;
}

static void bound_error(checker *c, const cyn_i_shape *shape, const void *place, const char *what, bool is_minimum,
                        int64_t bound) {
  if (!begin_error(c, shape, place)) return;
  cyn_i_buf_printf(&c->text, "Member must have %s %s than or equal to %lld", what, is_minimum ? "greater" : "less",
                   (long long)bound);
}

static void pattern_error(checker *c, const cyn_i_shape *shape, const void *place, const char *pattern) {
  if (begin_error(c, shape, place)) {
    cyn_i_buf_printf(&c->text, "Member must satisfy regular expression pattern: %s", pattern);
  }
}

/* ---- scalars ---- */

/* The length that Java sees: UTF-16 units. */
static size_t text_length(cyn_bytes text) {
  size_t length = 0;
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    length += ((c & 0xC0) != 0x80) + (c >= 0xF0);
  }
  return length;
}

static bool is_arn(cyn_bytes text) { return text.size >= 4 && memcmp(text.data, "arn:", 4) == 0; }

/* Where an ARN is taken too, a name is still held to the rules of names. The empty one meets the model's minimum. */
static bool is_plain_name(const cyn_i_shape *shape, cyn_bytes text) {
  return shape->is_table_name && text.size > 0 && !is_arn(text);
}

typedef struct text_rules {
  const char *pattern;
  bool has_min, has_max;
  int64_t min, max;
} text_rules;

static text_rules rules_of(const cyn_i_shape *shape, cyn_bytes text) {
  if (is_plain_name(shape, text)) return (text_rules){NAME_PATTERN, true, true, NAME_LENGTH_MIN, NAME_LENGTH_MAX};
  return (text_rules){shape->pattern, shape->has_min, shape->has_max, shape->min, shape->max};
}

static void check_string(checker *c, const cyn_i_shape *shape, const cyn_bytes *text) {
  text_rules rules = rules_of(shape, *text);
  if (rules.pattern != NULL && !cyn_i_pattern_matches(rules.pattern, *text)) {
    pattern_error(c, shape, text, rules.pattern);
  }
  int64_t length = (int64_t)text_length(*text);
  if (rules.has_min && length < rules.min) bound_error(c, shape, text, "length", true, rules.min);
  if (rules.has_max && length > rules.max) bound_error(c, shape, text, "length", false, rules.max);
}

static void check_enum(checker *c, const cyn_i_shape *shape, const cyn_bytes *text) {
  for (const char *const *value = shape->enum_values; *value != NULL; value++) {
    if (strlen(*value) == text->size && memcmp(*value, text->data, text->size) == 0) return;
  }
  if (begin_error(c, shape, text)) {
    cyn_i_buf_printf(&c->text, "Member must satisfy enum value set: %s", shape->enum_text);
  }
}

static void check_number(checker *c, const cyn_i_shape *shape, const void *place) {
  int64_t value = ((const cyn_opt_int *)place)->value;
  if (shape->has_min && value < shape->min) bound_error(c, shape, place, "value", true, shape->min);
  if (shape->has_max && value > shape->max) bound_error(c, shape, place, "value", false, shape->max);
}

/* ---- lists and maps ---- */

static void check_count(checker *c, const cyn_i_shape *shape, const cyn_i_sequence *sequence) {
  if (shape->has_min && (int64_t)sequence->count < shape->min) {
    bound_error(c, shape, sequence, "length", true, shape->min);
  }
  if (shape->has_max && (int64_t)sequence->count > shape->max) {
    bound_error(c, shape, sequence, "length", false, shape->max);
  }
}

static bool push(checker *c, step at) {
  if (c->count >= ERRORS_MAX || c->depth == STEPS_MAX) return false;
  c->steps[c->depth++] = at;
  return true;
}

static void check_elements(checker *c, const cyn_i_shape *shape, const cyn_i_sequence *list) {
  if (!shape->element->is_constrained) return;
  size_t slot_size = cyn_i_slot_size(shape->element);
  for (size_t i = 0; i < list->count && push(c, (step){NULL, {NULL, 0}, i}); i++) {
    check_value(c, shape->element, (const uint8_t *)list->at + i * slot_size);
    c->depth--;
  }
}

/* Whether a map's key or value, taken as one thing, keeps the bounds and pattern of its shape. */
static bool keeps_rules(const cyn_i_shape *shape, const void *place) {
  int64_t length;
  text_rules rules = {NULL, shape->has_min, shape->has_max, shape->min, shape->max};
  if (shape->kind == CYN_KIND_STRING) {
    const cyn_bytes *text = place;
    rules = rules_of(shape, *text);
    if (rules.pattern != NULL && !cyn_i_pattern_matches(rules.pattern, *text)) return false;
    length = (int64_t)text_length(*text);
  } else if (shape->kind == CYN_KIND_LIST) {
    length = (int64_t)((const cyn_i_sequence *)place)->count;
  } else {
    return true;
  }
  return !(rules.has_min && length < rules.min) && !(rules.has_max && length > rules.max);
}

static void map_error(checker *c, const cyn_i_shape *map, const void *place, const char *head,
                      const cyn_i_shape *part) {
  if (!begin_error(c, map, place)) return;
  text_rules rules = {part->pattern, part->has_min, part->has_max, part->min, part->max};
  if (part->is_table_name) rules = (text_rules){NAME_PATTERN, true, true, NAME_LENGTH_MIN, NAME_LENGTH_MAX};
  const char *separator = "";
  cyn_i_buf_printf(&c->text, "Map %s must satisfy constraint: [", head);
  if (rules.has_max) {
    cyn_i_buf_printf(&c->text, "Member must have length less than or equal to %lld", (long long)rules.max);
    separator = ", ";
  }
  if (rules.has_min) {
    cyn_i_buf_printf(&c->text, "%sMember must have length greater than or equal to %lld", separator,
                     (long long)rules.min);
    separator = ", ";
  }
  if (rules.pattern != NULL) {
    cyn_i_buf_printf(&c->text, "%sMember must satisfy regular expression pattern: %s", separator, rules.pattern);
  }
  cyn_i_buf_byte(&c->text, ']');
}

static void check_map(checker *c, const cyn_i_shape *shape, const cyn_i_sequence *map) {
  const cyn_i_shape *element = shape->element;
  size_t entry_size = sizeof(cyn_bytes) + cyn_i_slot_size(element);
  const uint8_t *entries = map->at;
  bool good_keys = true, good_values = true;
  for (size_t i = 0; i < map->count; i++) {
    good_keys = good_keys && keeps_rules(shape->key, entries + i * entry_size);
    good_values = good_values && keeps_rules(element, entries + i * entry_size + sizeof(cyn_bytes));
  }
  if (!good_keys) map_error(c, shape, map, "keys", shape->key);
  if (!good_values) map_error(c, shape, map, "value", element);
  if (!element->is_constrained || element->kind == CYN_KIND_STRING) return;
  for (size_t i = 0; i < map->count; i++) {
    const uint8_t *entry = entries + i * entry_size;
    if (!push(c, (step){NULL, *(const cyn_bytes *)(const void *)entry, 0})) return;
    if (element->kind == CYN_KIND_LIST) {
      check_elements(c, element, (const cyn_i_sequence *)(const void *)(entry + sizeof(cyn_bytes)));
    } else {
      check_value(c, element, entry + sizeof(cyn_bytes));
    }
    c->depth--;
  }
}

/* ---- the walk ---- */

/* A C program may leave holes in a list of structures; from JSON none come. */
static void check_pointer(checker *c, const cyn_i_shape *shape, const void *structure) {
  if (structure != NULL) {
    check_structure(c, shape, structure);
  } else if (begin_error(c, shape, NULL)) {
    cyn_i_buf_text(&c->text, MUST_NOT_BE_NULL);
  }
}

static void check_value(checker *c, const cyn_i_shape *shape, const void *place) {
  switch (shape->kind) {
    case CYN_KIND_STRING: check_string(c, shape, place); return;
    case CYN_KIND_ENUM: check_enum(c, shape, place); return;
    case CYN_KIND_INTEGER:
    case CYN_KIND_LONG: check_number(c, shape, place); return;
    case CYN_KIND_STRUCTURE: check_pointer(c, shape, *(const void *const *)place); return;
    case CYN_KIND_LIST:
      check_count(c, shape, place);
      check_elements(c, shape, place);
      return;
    case CYN_KIND_MAP:
      check_count(c, shape, place);
      check_map(c, shape, place);
      return;
    default: return;
  }
}

static void check_structure(checker *c, const cyn_i_shape *shape, const void *structure) {
  for (uint32_t i = 0; i < shape->check_count; i++) {
    const cyn_i_member *member = &shape->members[shape->check_order[i]];
    const void *place = (const uint8_t *)structure + member->offset;
    bool is_present = cyn_i_is_present(member->shape, place);
    if (is_present ? !member->shape->is_constrained : !member->required) continue;
    if (!push(c, (step){member->path_name, {NULL, 0}, 0})) return;
    if (is_present) {
      check_value(c, member->shape, place);
    } else if (begin_error(c, member->shape, NULL)) {
      cyn_i_buf_text(&c->text, MUST_NOT_BE_NULL);
    }
    c->depth--;
  }
}

static cyn_bytes text_member(const cyn_i_shape *input, const void *structure, const char *name) {
  const cyn_i_member *member = cyn_i_shape_member(input, cyn_str(name), 0);
  if (member == NULL) return (cyn_bytes){"", 0};
  return *(const cyn_bytes *)(const void *)((const uint8_t *)structure + member->offset);
}

/* What control and tagging operations look at first, outside of the list (validation.md 2.2 and 3.9). */
static cyn_status check_first(const cyn_i_operation *operation, const void *input, cyn_error *error) {
  if (operation->is_control) {
    cyn_bytes name = text_member(operation->input, input, "TableName");
    if (name.data == NULL) {
      return cyn_i_error_set(error, CYN_E_VALIDATION,
                             "The parameter 'TableName' is required but was not present in the request");
    }
    size_t length = text_length(name);
    if (!is_arn(name) && (length < NAME_LENGTH_MIN || length > NAME_LENGTH_MAX)) {
      return cyn_i_error_set(error, CYN_E_VALIDATION,
                             "TableName must be at least 3 characters long and at most 255 characters long");
    }
  }
  if (operation->is_tagging && text_member(operation->input, input, "ResourceArn").data == NULL) {
    return cyn_i_error_set(error, CYN_E_VALIDATION, "Invalid TableArn");
  }
  return CYN_OK;
}

static cyn_status check(const cyn_i_operation *operation, const void *input, cyn_i_arena *arena, cyn_error *error) {
  cyn_status status = check_first(operation, input, error);
  if (status != CYN_OK) return status;
  checker c;
  c.count = 0;
  c.depth = 0;
  cyn_i_buf_init(&c.text, arena);
  check_structure(&c, operation->input, input);
  if (c.count == 0) return CYN_OK;
  cyn_i_buf message;
  cyn_i_buf_init(&message, arena);
  cyn_i_buf_printf(&message, "%d validation error%s detected: ", c.count, c.count == 1 ? "" : "s");
  cyn_i_buf_append(&message, c.text.data, c.text.size);
  if (c.text.failed || message.failed) return cyn_i_error_no_memory(error);
  return cyn_i_error_set_bytes(error, CYN_E_VALIDATION, (cyn_bytes){(const char *)message.data, message.size});
}

cyn_status cyn_i_api_check(const cyn_i_operation *operation, const void *input, cyn_i_arena *arena, cyn_error *error) {
  cyn_status status = check(operation, input, arena, error);
  if (status != CYN_OK && error != NULL) error->operation = (int)operation->operation + 1;
  return status;
}
