/* Cases of item operations, each run over every store: memory, a file (durability unsafe, or strict with ENGINE_STRICT=1)
 * and the test store with a few seeds, which decides twice, conflicts, scribbles and loses answers. ENGINE_SEEDS=n takes n
 * seeds instead of 3.
 *
 * Requests and answers are written with ' for " and take printf's arguments. */
#ifndef CYN_TESTS_ENGINE_ITEMS_H
#define CYN_TESTS_ENGINE_ITEMS_H

#include <stdarg.h>
#include <unistd.h>

#include "catalog/table.h"
#include "service.h"

/* ---- stores ---- */

typedef enum items_store_kind { ITEMS_MEMORY, ITEMS_FILE, ITEMS_FAULTY } items_store_kind;

static inline bool items_remove_folder(const char *folder) {
  static const char *const names[] = {"data.mdb", "lock.mdb", "lock", "owner", "format", "boot"};
  char path[300];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    (void)unlink(path);
  }
  if (rmdir(folder) == 0) return true;
  (void)snprintf(path, sizeof path, "rm -rf '%s'", folder);
  return system(path) == 0;
}

/* `folder` (64 bytes) is empty unless the store is a file. */
static inline bool items_store_open(items_store_kind kind, uint64_t seed, char *folder, cyn_i_store **out) {
  cyn_i_store_options options = {0};
  cyn_i_store *inner;
  folder[0] = '\0';
  if (kind == ITEMS_FILE) {
    (void)snprintf(folder, 64, "/tmp/cynamo-items-XXXXXX");
    if (mkdtemp(folder) == NULL) return false;
    options.path = cyn_str(folder);
    options.durability = getenv("ENGINE_STRICT") != NULL ? CYN_DURABILITY_STRICT : CYN_DURABILITY_UNSAFE;
  }
  if (cyn_i_store_lmdb_open(&options, &inner, NULL) != CYN_OK) return false;
  *out = inner;
  return kind != ITEMS_FAULTY || cyn_i_store_faulty_open(inner, seed, out, NULL) == CYN_OK;
}

static inline int items_seed_count(void) {
  const char *text = getenv("ENGINE_SEEDS");
  return text != NULL ? atoi(text) : 3;
}

/* True: go on with the next store. */
static inline bool items_run_over(items_store_kind kind, uint64_t seed, void (*run)(service *s)) {
  service s;
  char folder[64];
  cyn_i_store *store;
  if (!items_store_open(kind, seed, folder, &store) || !service_open_over(&s, store, NULL)) {
    test_failed(__FILE__, __LINE__, "no store of kind %d", (int)kind);
    return false;
  }
  run(&s);
  service_close(&s);
  if (folder[0] != '\0') (void)items_remove_folder(folder);
  if (test_current_failed())
    test_failed(__FILE__, __LINE__, "  over store kind %d (0 memory, 1 file, 2 faulty), seed %llu", (int)kind,
                (unsigned long long)seed);
  return !test_current_failed();
}

static inline void items_run(void (*run)(service *s)) {
  bool more = items_run_over(ITEMS_MEMORY, 0, run) && items_run_over(ITEMS_FILE, 0, run);
  for (int seed = 1; more && seed <= items_seed_count(); seed++) more = items_run_over(ITEMS_FAULTY, (uint64_t)seed, run);
}

#define ITEM_TEST(name)              \
  static void item_##name(service *s); \
  TEST(name) { items_run(item_##name); } \
  static void item_##name(service *s)

/* ---- text ---- */

typedef struct items_texts {
  char *at[8];
  unsigned turn;
} items_texts;
static _Thread_local items_texts items_own;

/* Before a thread ends. */
static inline void items_texts_free(void) {
  for (int i = 0; i < 8; i++) {
    free(items_own.at[i]);
    items_own.at[i] = NULL;
  }
}

/* printf with ' turned into "; one of eight texts in turn, each valid until eight later. */
__attribute__((format(printf, 1, 0))) static inline const char *items_vtext(const char *format, va_list args) {
  char **text = &items_own.at[items_own.turn++ % 8];
  free(*text);
  *text = NULL;
  if (vasprintf(text, format, args) < 0) return "";
  for (char *p = *text; *p != '\0'; p++)
    if (*p == '\'') *p = '"';
  return *text;
}
__attribute__((format(printf, 1, 2))) static inline const char *items_text(const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *text = items_vtext(format, args);
  va_end(args);
  return text;
}

/* Calls; the answer's JSON or "Exception: message", valid until the next call. */
__attribute__((format(printf, 3, 4))) static inline const char *call(service *s, const char *operation,
                                                                     const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *text = items_vtext(format, args);
  va_end(args);
  return service_call(s, operation, text);
}

static inline void items_compare(const char *file, int line, const char *operation, const char *request,
                                 const char *answer, const char *expected, bool whole) {
  const char *wanted = items_text("%s", expected);
  if (whole ? strcmp(answer, wanted) == 0 : strstr(answer, wanted) != NULL) return;
  test_failed(file, line, "%s %.300s\n    gave %.1500s\n  %s %.1500s", operation, request, answer, whole ? "not" : "without", wanted);
}
/* The whole answer, or a part of it. The format comes last: EXPECT(s, "GetItem", "{…}", "{'TableName':…}", …). */
#define EXPECT(s, operation, whole, ...) \
  items_compare(__FILE__, __LINE__, operation, #__VA_ARGS__, call(s, operation, __VA_ARGS__), whole, true)
#define GIVES(s, operation, part, ...) \
  items_compare(__FILE__, __LINE__, operation, #__VA_ARGS__, call(s, operation, __VA_ARGS__), part, false)

/* A row of a table of requests: operation, request, answer (a part of it). */
typedef struct items_row {
  const char *operation, *request, *answer;
} items_row;
static inline void items_rows(service *s, const char *file, int line, const items_row *rows, size_t count) {
  for (size_t i = 0; i < count; i++)
    items_compare(file, line, rows[i].operation, rows[i].request, service_call(s, rows[i].operation, items_text("%s", rows[i].request)),
                  rows[i].answer, false);
}
#define ROWS(s, rows) items_rows(s, __FILE__, __LINE__, rows, sizeof(rows) / sizeof((rows)[0]))

/* n times a character; valid until two later. */
static inline const char *items_fill(char c, size_t n) {
  static _Thread_local char *texts[2];
  static _Thread_local unsigned turn;
  char **text = &texts[turn++ % 2];
  free(*text);
  *text = malloc(n + 1);
  if (*text == NULL) return "";
  memset(*text, c, n);
  (*text)[n] = '\0';
  return *text;
}

/* How often a part occurs. */
static inline int items_count(const char *text, const char *part) {
  const char *wanted = items_text("%s", part);
  int count = 0;
  for (const char *p = text; (p = strstr(p, wanted)) != NULL; p += strlen(wanted)) count++;
  return count;
}

/* ---- tables ---- */

/* Attribute definitions and key parts from "p S HASH, r N RANGE". */
static inline void items_put_keys(char *definitions, size_t definitions_size, char *schema, size_t size, const char *keys) {
  char name[64], type[4], kind[8];
  int used;
  schema[0] = '\0';
  while (sscanf(keys, " %63[^ ] %3s %7[A-Z]%n", name, type, kind, &used) == 3) {
    char one[200];
    (void)snprintf(one, sizeof one, "{'AttributeName':'%s','AttributeType':'%s'}", name, type);
    if (strstr(definitions, one) == NULL) {
      size_t at = strlen(definitions);
      (void)snprintf(definitions + at, definitions_size - at, "%s%s", at != 0 ? "," : "", one);
    }
    size_t at = strlen(schema);
    (void)snprintf(schema + at, size - at, "%s{'AttributeName':'%s','KeyType':'%s'}", at != 0 ? "," : "", name, kind);
    keys += used;
    if (*keys == ',') keys++;
  }
}

/* An index: "NAME local|global ALL|KEYS_ONLY|INCLUDE a,b: p S HASH, r N RANGE". Ends with NULL. */
static inline void items_table(service *s, const char *name, const char *keys, ...) {
  char definitions[9000] = "", schema[1000], lists[2][12000] = {"", ""}, json[36000];
  items_put_keys(definitions, sizeof definitions, schema, sizeof schema, keys);
  va_list args;
  va_start(args, keys);
  for (const char *text = va_arg(args, const char *); text != NULL; text = va_arg(args, const char *)) {
    char index[64], where[8], kind[12], include[200] = "", index_schema[1000], non_key[400] = "";
    const char *colon = strchr(text, ':');
    if (sscanf(text, "%63s %7s %11[A-Z_] %199[^:]", index, where, kind, include) < 3 || colon == NULL) continue;
    items_put_keys(definitions, sizeof definitions, index_schema, sizeof index_schema, colon + 1);
    for (char *word = strtok(include, ", "); word != NULL; word = strtok(NULL, ", ")) {
      size_t at = strlen(non_key);
      (void)snprintf(non_key + at, sizeof non_key - at, "%s'%s'", at != 0 ? "," : ",'NonKeyAttributes':[", word);
    }
    if (non_key[0] != '\0') strcat(non_key, "]");
    char *list = lists[where[0] == 'g'];
    size_t at = strlen(list);
    (void)snprintf(list + at, sizeof lists[0] - at,
                   "%s{'IndexName':'%s','KeySchema':[%s],'Projection':{'ProjectionType':'%s'%s}}", at != 0 ? "," : "",
                   index, index_schema, kind, non_key);
  }
  va_end(args);
  (void)snprintf(json, sizeof json,
                 "{'TableName':'%s','AttributeDefinitions':[%s],'KeySchema':[%s]%s%s%s%s%s%s,'BillingMode':"
                 "'PAY_PER_REQUEST'}",
                 name, definitions, schema, lists[0][0] != '\0' ? ",'LocalSecondaryIndexes':[" : "", lists[0],
                 lists[0][0] != '\0' ? "]" : "", lists[1][0] != '\0' ? ",'GlobalSecondaryIndexes':[" : "", lists[1],
                 lists[1][0] != '\0' ? "]" : "");
  GIVES(s, "CreateTable", "'TableStatus':'CREATING'", "%s", json);
}

/* ---- looking behind the operations ---- */

/* The table as the catalog has it; the caller releases it. */
static inline cyn_i_table *items_catalog(service *s, const char *name) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_store_key key;
  cyn_i_store_view *view;
  cyn_bytes record;
  cyn_i_table *table = NULL;
  if (cyn_i_catalog_key(s->context.account, s->context.region, cyn_str(name), &arena, &key) &&
      cyn_i_store_view_open(cyn_i_engine_store(s->engine), &view, NULL) == CYN_OK) {
    if (cyn_i_store_view_begin(view, NULL) == CYN_OK) {
      if (cyn_i_store_get(view, &key, &record, NULL) == CYN_OK && record.data != NULL)
        (void)cyn_i_table_parse(s->context.account, s->context.region, cyn_str(name), record, &table, NULL);
      cyn_i_store_view_end(view);
    }
    cyn_i_store_view_close(view);
  }
  cyn_i_arena_clean_up(&arena);
  return table;
}

typedef struct items_tally {
  long count;
  uint64_t bytes;
} items_tally;
static inline bool items_tally_visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  ((items_tally *)user)->count++;
  ((items_tally *)user)->bytes += value.size;
  return true;
}
/* Entries of a space. */
static inline long items_in_space(service *s, uint32_t space) {
  items_tally tally = {0, 0};
  cyn_i_store_view *view;
  cyn_i_store_range range = {.space = space, .hash_high = UINT64_MAX};
  if (cyn_i_store_view_open(cyn_i_engine_store(s->engine), &view, NULL) != CYN_OK) return -1;
  if (cyn_i_store_view_begin(view, NULL) == CYN_OK) {
    (void)cyn_i_store_walk(view, &range, items_tally_visit, &tally, NULL);
    cyn_i_store_view_end(view);
  }
  cyn_i_store_view_close(view);
  return tally.count;
}

/* A counter of a space. */
static inline long long items_counter(service *s, uint32_t space, char kind) {
  uint8_t sort[5];
  int64_t out = -1;
  cyn_i_store_key key = cyn_i_counter_key(space, kind, sort);
  (void)cyn_i_store_counter(cyn_i_engine_store(s->engine), &key, &out, NULL);
  return (long long)out;
}

#endif
