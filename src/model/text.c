/* See text.h. The reader goes once through the text, token by token. It does not know the grammar, which DynamoDB checks;
 * it knows what a path is, and in which stretch of the text a ? and a path belong together: between AND, OR, NOT, commas
 * and clause keywords, or inside a function's parentheses. The first path of a stretch governs its values. */
#include "model/text.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#define BUCKETS 64
#define TEXTS_MAX 512   /* of a model; texts beyond are made anew each time */
#define BINDS_MAX 256
#define NAMES_MAX 256
#define PARENS_MAX 300

struct cyn_i_texts {
  pthread_mutex_t lock;
  size_t count;
  cyn_i_text *buckets[BUCKETS];
  cyn_i_arena arena;
};

typedef enum token_kind { END, NAME, QUOTED, NUMBER, QUESTION, SYMBOL, BAD } token_kind;
typedef enum paren { GROUP, FUNCTION, LIST } paren;

typedef struct reader {
  const cyn_i_plan *plan;
  cyn_i_expression_kind kind;
  cyn_error *error;
  cyn_bytes source;
  const char *at, *end;
  token_kind token;
  cyn_bytes word;          /* of the token */
  bool is_glued;           /* no space before it */
  cyn_i_arena *arena;
  cyn_i_buf out;
  cyn_string_pair names[NAMES_MAX];
  size_t name_count;
  const cyn_i_field *binds[BINDS_MAX];
  size_t bind_count, bind_first; /* those from bind_first on wait for the stretch's attribute */
  const cyn_i_field *governing;
  bool has_governing;
  bool between;            /* the next AND belongs to a BETWEEN */
  paren parens[PARENS_MAX];
  size_t depth;
  bool at_start;           /* of a clause, where a keyword may stand */
  bool has_or;
  size_t set_end;
} reader;

/* size(path) is a number, attribute_type(path, ?) wants a type's name */
static const cyn_i_field number_field = {.kind = CYN_FIELD_DECIMAL, .type = CYN_TYPE_N, .field = "size"};
static const cyn_i_field type_field = {.kind = CYN_FIELD_STRING, .type = CYN_TYPE_S, .field = "attribute_type"};

static cyn_status fault(const reader *r, const char *rule, cyn_bytes word) {
  return cyn_i_error_setf(r->error, CYN_E_MODEL, "model %s, expression \"%.*s\": %s%s%.*s", r->plan->model->type,
                          (int)(r->source.size < 400 ? r->source.size : 400), r->source.data, rule,
                          word.size != 0 ? " " : "", (int)(word.size < 100 ? word.size : 100), word.data);
}

/* ---- tokens ---- */

static bool is_name_start(char c) { return isalpha((unsigned char)c) || c == '_'; }
static bool is_name_part(char c) { return isalnum((unsigned char)c) || c == '_'; }

static void next(reader *r) {
  const char *before = r->at;
  while (r->at < r->end && isspace((unsigned char)*r->at)) r->at++;
  r->is_glued = r->at == before;
  const char *start = r->at;
  if (r->at == r->end) {
    r->token = END;
  } else if (is_name_start(*r->at)) {
    while (r->at < r->end && is_name_part(*r->at)) r->at++;
    r->token = NAME;
  } else if (*r->at == '"') {
    const char *close = memchr(r->at + 1, '"', (size_t)(r->end - r->at - 1));
    r->token = close != NULL && close > r->at + 1 ? QUOTED : BAD;
    r->at = close != NULL ? close + 1 : r->end;
  } else if (isdigit((unsigned char)*r->at)) {
    while (r->at < r->end && isdigit((unsigned char)*r->at)) r->at++;
    r->token = NUMBER;
  } else {
    bool two = r->end - r->at >= 2 && ((*r->at == '<' && (r->at[1] == '=' || r->at[1] == '>')) || (*r->at == '>' && r->at[1] == '='));
    r->token = *r->at == '?' ? QUESTION : strchr("()[].,=<>+-", *r->at) != NULL && *r->at != '\0' ? SYMBOL : BAD;
    r->at += two ? 2 : 1;
  }
  r->word = (cyn_bytes){start, (size_t)(r->at - start)};
}

static bool is_word(const reader *r, const char *word) {
  return r->token == NAME && strlen(word) == r->word.size && strncasecmp(r->word.data, word, r->word.size) == 0;
}
static bool is_symbol(const reader *r, char c) { return r->token == SYMBOL && r->word.size == 1 && r->word.data[0] == c; }

static bool is_call(const reader *r) {
  const char *p = r->at;
  while (p < r->end && isspace((unsigned char)*p)) p++;
  return p < r->end && *p == '(';
}

/* ---- stretches ---- */

static void end_stretch(reader *r) {
  for (size_t i = r->bind_first; i < r->bind_count; i++) r->binds[i] = r->has_governing ? r->governing : NULL;
  r->bind_first = r->bind_count;
  r->has_governing = false;
  r->governing = NULL;
  r->between = false;
}

static void govern(reader *r, const cyn_i_field *field) {
  if (r->has_governing) return;
  r->has_governing = true;
  r->governing = field;
}

/* ---- output ---- */

static void put_space(reader *r) {
  if (r->out.size != 0 && r->out.data[r->out.size - 1] != '(') cyn_i_buf_byte(&r->out, ' ');
}
static void put(reader *r, cyn_bytes word) { cyn_i_buf_append(&r->out, word.data, word.size); }

static char prefix_of(cyn_i_expression_kind kind) {
  static const char prefixes[] = {'c', 'f', 'k', 'p', 'u'};
  return prefixes[kind];
}

static bool is_plain(cyn_bytes name) {
  if (!isalpha((unsigned char)name.data[0])) return false;
  for (size_t i = 1; i < name.size; i++)
    if (!is_name_part(name.data[i])) return false;
  return !cyn_i_is_reserved_word(name);
}

static cyn_status put_name(reader *r, cyn_bytes name) {
  if (name.size != 0 && is_plain(name)) {
    put(r, name);
    return CYN_OK;
  }
  size_t i = 0;
  while (i < r->name_count && (r->names[i].value.size != name.size || memcmp(r->names[i].value.data, name.data, name.size) != 0))
    i++;
  if (i == NAMES_MAX) return fault(r, "has more than 256 names", (cyn_bytes){"", 0});
  if (i == r->name_count) {
    char *key = cyn_i_arena_printf(r->arena, "#%c%zu", prefix_of(r->kind), i);
    cyn_bytes copy = cyn_i_arena_copy(r->arena, name);
    if (key == NULL || copy.data == NULL) return cyn_i_error_no_memory(r->error);
    r->names[r->name_count++] = (cyn_string_pair){cyn_str(key), copy};
  }
  put(r, r->names[i].key);
  return CYN_OK;
}

/* ---- paths ---- */

typedef struct path_scope {
  const cyn_i_plan *plan;    /* names are looked up here; NULL: any name */
  const cyn_i_field *field;  /* the last one; NULL: unknown */
} path_scope;

static cyn_status enter(reader *r, path_scope *scope, cyn_bytes name, bool is_raw) {
  const cyn_i_field *field = NULL;
  if (scope->plan != NULL) {
    field = is_raw ? cyn_i_plan_attribute(scope->plan, name) : cyn_i_plan_field(scope->plan, name);
    if (field == NULL && !is_raw) field = cyn_i_plan_attribute(scope->plan, name);
    if (field == NULL && !is_raw)
      return cyn_i_error_setf(r->error, CYN_E_MODEL, "model %s, expression \"%.*s\": model %s has no attribute %.*s",
                              r->plan->model->type, (int)(r->source.size < 400 ? r->source.size : 400), r->source.data,
                              scope->plan->model->type, (int)name.size, name.data);
    if (field != NULL) name = field->name;
  }
  scope->field = field;
  scope->plan = NULL;
  if (field != NULL && field->kind >= CYN_FIELD_MAP && field->kind <= CYN_FIELD_MAP_POINTER) {
    cyn_status status = cyn_i_plan_get(field->model, &scope->plan, r->error);
    if (status != CYN_OK) return status;
  }
  return put_name(r, name);
}

static cyn_status index_into(reader *r, path_scope *scope) {
  next(r);
  if (r->token != NUMBER) return fault(r, "a list's index is a number:", r->word);
  cyn_bytes number = r->word;
  next(r);
  if (!is_symbol(r, ']')) return fault(r, "a ] is missing before", r->word);
  cyn_i_buf_byte(&r->out, '[');
  put(r, number);
  cyn_i_buf_byte(&r->out, ']');
  const cyn_i_field *list = scope->field;
  bool is_list = list != NULL && list->kind == CYN_FIELD_LIST;
  if (list != NULL && !is_list && list->type != 0 && list->type != CYN_TYPE_L)
    return cyn_i_error_setf(r->error, CYN_E_MODEL, "model %s, attribute %s: it is %s, an index needs a list",
                            list->type_name, list->field, cyn_i_field_kind_name(list));
  scope->field = is_list ? list->element : NULL;
  scope->plan = NULL;
  if (is_list && list->element->model != NULL) return cyn_i_plan_get(list->element->model, &scope->plan, r->error);
  return CYN_OK;
}

static cyn_bytes unquoted(const reader *r) {
  return r->token == QUOTED ? (cyn_bytes){r->word.data + 1, r->word.size - 2} : r->word;
}

/* The token is the path's first name; afterwards it is the one behind the path. */
static cyn_status read_path(reader *r, const cyn_i_field **last) {
  path_scope scope = {r->plan, NULL};
  put_space(r);
  cyn_status status = enter(r, &scope, unquoted(r), r->token == QUOTED);
  next(r);
  while (status == CYN_OK && (is_symbol(r, '.') || is_symbol(r, '['))) {
    if (is_symbol(r, '[')) {
      status = index_into(r, &scope);
    } else {
      next(r);
      if (r->token != NAME && r->token != QUOTED) return fault(r, "a name is missing behind the dot, before", r->word);
      if (scope.field != NULL && scope.plan == NULL && scope.field->type != 0 && scope.field->kind != CYN_FIELD_ITEM &&
          scope.field->type != CYN_TYPE_M)
        return cyn_i_error_setf(r->error, CYN_E_MODEL, "model %s, attribute %s: it is %s, which has no attribute %.*s",
                                scope.field->type_name, scope.field->field, cyn_i_field_kind_name(scope.field),
                                (int)r->word.size, r->word.data);
      cyn_i_buf_byte(&r->out, '.');
      status = enter(r, &scope, unquoted(r), r->token == QUOTED);
    }
    next(r);
  }
  *last = scope.field;
  return status;
}

/* ---- words ---- */

static bool read_clause(reader *r) {
  static const char *const clauses[] = {"SET", "REMOVE", "ADD", "DELETE"};
  if (r->kind != CYN_EXPRESSION_UPDATE || !r->at_start) return false;
  for (size_t i = 0; i < sizeof clauses / sizeof clauses[0]; i++) {
    if (!is_word(r, clauses[i])) continue;
    end_stretch(r);
    put_space(r);
    cyn_i_buf_text(&r->out, clauses[i]);
    if (i == 0) r->set_end = r->out.size;
    return true;
  }
  return false;
}

static bool read_connective(reader *r) {
  if (r->kind == CYN_EXPRESSION_UPDATE || r->kind == CYN_EXPRESSION_PROJECTION) return false;
  bool is_and = is_word(r, "AND"), is_or = is_word(r, "OR"), is_not = is_word(r, "NOT");
  bool is_between = is_word(r, "BETWEEN"), is_in = is_word(r, "IN");
  if (!is_and && !is_or && !is_not && !is_between && !is_in) return false;
  if (is_and && r->between)
    r->between = false;
  else if (is_and || is_or || is_not)
    end_stretch(r);
  if (is_between) r->between = true;
  if (is_or && r->depth == 0) r->has_or = true;
  put_space(r);
  put(r, r->word);
  return true;
}

/* A function and the path that stands first in it; the rest is read as usual. */
static cyn_status read_call(reader *r) {
  bool is_size = is_word(r, "size"), is_type = is_word(r, "attribute_type"), is_contains = is_word(r, "contains");
  put_space(r);
  put(r, r->word);
  next(r);
  if (r->depth == PARENS_MAX) return fault(r, "is nested too deeply", (cyn_bytes){"", 0});
  r->parens[r->depth++] = FUNCTION;
  cyn_i_buf_byte(&r->out, '(');
  next(r);
  if (r->token != NAME && r->token != QUOTED) return CYN_OK;
  if (r->token == NAME && is_call(r)) return read_call(r);
  const cyn_i_field *field;
  cyn_status status = read_path(r, &field);
  if (status != CYN_OK) return status;
  if (is_size)
    govern(r, &number_field);
  else if (is_type)
    govern(r, &type_field);
  else if (is_contains && (field == NULL || field->type != CYN_TYPE_S))
    govern(r, field != NULL ? field->element : NULL);
  else
    govern(r, field);
  return CYN_OK;
}

static cyn_status read_symbol(reader *r) {
  char c = r->word.data[0];
  bool is_open = c == '(', in_function = r->depth != 0 && r->parens[r->depth - 1] != GROUP;
  if (is_open) {
    if (r->depth == PARENS_MAX) return fault(r, "is nested too deeply", (cyn_bytes){"", 0});
    bool is_list = r->out.size >= 3 && strncasecmp((const char *)r->out.data + r->out.size - 3, " IN", 3) == 0;
    r->parens[r->depth++] = is_list ? LIST : GROUP;
    if (!is_list && r->kind != CYN_EXPRESSION_UPDATE) end_stretch(r);
  } else if (c == ')') {
    if (r->depth == 0) return fault(r, "a ) without its (", (cyn_bytes){"", 0});
    if (r->parens[--r->depth] == GROUP && r->kind != CYN_EXPRESSION_UPDATE) end_stretch(r);
  } else if (c == ',' && !in_function) {
    end_stretch(r);
  }
  if (c != ')' && c != ',') put_space(r);
  put(r, r->word);
  return CYN_OK;
}

static cyn_status read_question(reader *r) {
  if (r->bind_count == BINDS_MAX) return fault(r, "has more than 256 values", (cyn_bytes){"", 0});
  put_space(r);
  cyn_i_buf_printf(&r->out, ":%c%zu", prefix_of(r->kind), r->bind_count);
  r->binds[r->bind_count++] = NULL;
  return CYN_OK;
}

static cyn_status read_all(reader *r) {
  next(r);
  r->at_start = true;
  while (r->token != END) {
    cyn_status status = CYN_OK;
    bool moves = true; /* the token has been read past already */
    bool starts = false;
    if (r->token == BAD)
      return fault(r, "cannot be read at", r->word);
    if (r->token == NAME && read_clause(r)) {
      moves = false;
    } else if (r->token == NAME && read_connective(r)) {
      moves = false;
    } else if (r->token == NAME && is_call(r)) {
      status = read_call(r);
      starts = false;
    } else if (r->token == NAME || r->token == QUOTED) {
      const cyn_i_field *field;
      status = read_path(r, &field);
      if (status == CYN_OK) govern(r, field);
      starts = true;
    } else if (r->token == QUESTION) {
      status = read_question(r);
      moves = false;
      starts = true;
    } else if (r->token == SYMBOL) {
      starts = is_symbol(r, ')');
      status = read_symbol(r);
      moves = false;
    } else {
      return fault(r, "a number cannot stand here; give it as a value:", r->word);
    }
    if (status != CYN_OK) return status;
    r->at_start = starts;
    if (!moves) next(r);
  }
  end_stretch(r);
  return r->out.failed ? cyn_i_error_no_memory(r->error) : CYN_OK;
}

/* ---- the text and its cache ---- */

cyn_i_texts *cyn_i_texts_new(cyn_i_arena *arena) {
  cyn_i_texts *texts = cyn_i_arena_zalloc(arena, 1, sizeof *texts);
  if (texts == NULL) return NULL;
  (void)pthread_mutex_init(&texts->lock, NULL);
  cyn_i_arena_init(&texts->arena, 4096);
  return texts;
}

/* Into the arena; the copy of a text's arrays makes it independent of the reader. */
static bool copy_text(cyn_i_text *text, cyn_i_arena *arena) {
  cyn_bytes names = {(const char *)text->names, text->name_count * sizeof text->names[0]};
  cyn_bytes binds = {(const char *)(const void *)text->binds, text->bind_count * sizeof text->binds[0]};
  text->source = cyn_i_arena_copy(arena, text->source);
  text->text = cyn_i_arena_copy(arena, text->text);
  cyn_string_pair *pairs = (cyn_string_pair *)(void *)(uintptr_t)cyn_i_arena_copy(arena, names).data;
  text->binds = (const cyn_i_field *const *)(const void *)cyn_i_arena_copy(arena, binds).data;
  bool is_whole = text->source.data != NULL && text->text.data != NULL && pairs != NULL && text->binds != NULL;
  for (size_t i = 0; is_whole && i < text->name_count; i++) {
    pairs[i].key = cyn_i_arena_copy(arena, pairs[i].key);
    pairs[i].value = cyn_i_arena_copy(arena, pairs[i].value);
    is_whole = pairs[i].key.data != NULL && pairs[i].value.data != NULL;
  }
  text->names = pairs;
  return is_whole;
}

static cyn_status translate(const cyn_i_plan *plan, cyn_i_expression_kind kind, cyn_bytes source, cyn_i_arena *arena,
                            cyn_i_text *out, cyn_error *error) {
  reader *r = cyn_i_arena_zalloc(arena, 1, sizeof *r);
  if (r == NULL) return cyn_i_error_no_memory(error);
  r->plan = plan;
  r->kind = kind;
  r->error = error;
  r->arena = arena;
  r->source = source;
  r->at = source.data;
  r->end = r->at + source.size;
  cyn_i_buf_init(&r->out, arena);
  cyn_status status = read_all(r);
  if (status != CYN_OK) return status;
  if (r->out.size == 0) return fault(r, "is empty", (cyn_bytes){"", 0});
  *out = (cyn_i_text){NULL, (uint8_t)kind, 0, source, {(const char *)r->out.data, r->out.size}, r->name_count, r->names,
                      r->bind_count, r->binds, r->has_or, r->set_end};
  return CYN_OK;
}

static uint64_t hash_of(cyn_i_expression_kind kind, cyn_bytes source) {
  uint64_t hash = 0x9E3779B97F4A7C15u + (uint64_t)kind + source.size * 31;
  size_t i = 0;
  for (; i + 8 <= source.size; i += 8) {
    uint64_t word;
    memcpy(&word, source.data + i, 8);
    hash = (hash ^ word) * 0xFF51AFD7ED558CCDu;
    hash ^= hash >> 32;
  }
  for (; i < source.size; i++) hash = (hash ^ (uint8_t)source.data[i]) * 0x100000001B3u;
  return hash ^ hash >> 29;
}

static const cyn_i_text *find(const cyn_i_text *text, cyn_i_expression_kind kind, cyn_bytes source, uint64_t hash) {
  for (; text != NULL; text = __atomic_load_n(&text->next, __ATOMIC_ACQUIRE))
    if (text->hash == hash && text->kind == kind && text->source.size == source.size &&
        memcmp(text->source.data, source.data, source.size) == 0)
      return text;
  return NULL;
}

cyn_status cyn_i_text_get(const cyn_i_plan *plan, cyn_i_expression_kind kind, cyn_bytes source, cyn_i_arena *arena,
                          const cyn_i_text **out, cyn_error *error) {
  cyn_i_texts *texts = plan->texts;
  uint64_t hash = hash_of(kind, source);
  cyn_i_text **bucket = &texts->buckets[hash % BUCKETS];
  *out = find(__atomic_load_n(bucket, __ATOMIC_ACQUIRE), kind, source, hash);
  if (*out != NULL) return CYN_OK;
  cyn_i_text *made = cyn_i_arena_alloc(arena, sizeof *made);
  if (made == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = translate(plan, kind, source, arena, made, error);
  if (status != CYN_OK) return status;
  made->hash = hash;
  *out = made;
  (void)pthread_mutex_lock(&texts->lock);
  const cyn_i_text *other = find(*bucket, kind, source, hash);
  cyn_i_text *kept = other == NULL && texts->count < TEXTS_MAX ? cyn_i_arena_alloc(&texts->arena, sizeof *kept) : NULL;
  if (kept != NULL) *kept = *made;
  if (other != NULL) {
    *out = other;
  } else if (kept != NULL && copy_text(kept, &texts->arena)) {
    kept->next = *bucket;
    texts->count++;
    __atomic_store_n(bucket, kept, __ATOMIC_RELEASE);
    *out = kept;
  }
  (void)pthread_mutex_unlock(&texts->lock);
  return CYN_OK;
}
