/* Writes down what many callers of one engine did and saw, for the checker beside it (check.go).
 *
 *   history memory|file|faulty SEED THREADS OPERATIONS FILE
 *
 * Items stand in groups of three; a call reads or changes one item of a group, or several in a transaction. A line a call:
 *   caller call_ns return_ns group operation key1 old1 key2 old2 new status seen0 seen1 seen2
 * Values are numbers above 0 that nobody writes twice, but for what ADD makes of them; 0 is an item that is not there.
 * Status: 0 done, 1 its condition failed, 2 not known, 3 refused without a look. */
#include <sched.h>

#include "engine/crowd.h"

#define GROUP_KEYS 3
#define ERA 4000  /* operations in which the same few groups are used: what the checker takes as one history stays short */
#define ERA_GROUPS 6

typedef enum op { GET, PUT, CAS, DELETE, ADD, READ_ALL, TRANSACT, OP_COUNT } op;

static FILE *out;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic long next_value = 1;
static _Atomic long calls_begun;
static long calls_wanted;
static bool has_failed;

/* The unit tests' headers say what they dislike to this. */
void test_failed(const char *file, int line, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "%s:%d: ", file, line);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  has_failed = true;
}
bool test_current_failed(void) { return has_failed; }
void test_register(const char *name, test_function function) {
  (void)name;
  (void)function;
}

static int64_t now_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

typedef struct entry {
  long group, new_value;
  op kind;
  int key[2];
  long old[2];
  int status;
  long seen[GROUP_KEYS];
} entry;

/* The number behind the next "v", or 0. */
static long value_in(const char *text) {
  const char *found = strstr(text, "\"v\":{\"N\":\"");
  return found != NULL ? atol(found + 10) : 0;
}

/* The end of the JSON object that begins at `text`. */
static const char *object_end(const char *text) {
  int depth = 0;
  for (; *text != '\0'; text++) {
    if (*text == '{') depth++;
    if (*text == '}' && --depth == 0) return text + 1;
  }
  return text;
}

static void values_in_responses(const char *answer, long seen[GROUP_KEYS]) {
  const char *at = strchr(answer, '[');
  for (int i = 0; at != NULL && i < GROUP_KEYS; i++) {
    at = strchr(at, '{');
    if (at == NULL) return;
    const char *end = object_end(at);
    char one[200];
    (void)snprintf(one, sizeof one, "%.*s", (int)(end - at), at);
    seen[i] = value_in(one);
    at = end;
  }
}

static const char *condition(long old, int which) {
  return old == 0 ? "attribute_not_exists(v)" : which == 0 ? "v = :a" : "v = :b";
}

/* {':n':…, ':a':…}: only what is used may be there. */
static const char *values_text(const entry *e, int which) {
  if (e->old[which] == 0) return items_text("{':n':{'N':'%ld'}}", e->new_value);
  return items_text("{':n':{'N':'%ld'},':%c':{'N':'%ld'}}", e->new_value, which == 0 ? 'a' : 'b', e->old[which]);
}

#define KEY "{'p':{'S':'g%ldk%d'}}"

static const char *transact(service *s, const entry *e) {
  const char *first = values_text(e, 0), *second = values_text(e, 1);
  return call(s, "TransactWriteItems",
              "{'TransactItems':[{'Update':{'TableName':'history','Key':" KEY ",'UpdateExpression':'SET v = :n','ConditionExpression':'%s',"
              "'ExpressionAttributeValues':%s}},{'Update':{'TableName':'history','Key':" KEY ",'UpdateExpression':'SET v = :n',"
              "'ConditionExpression':'%s','ExpressionAttributeValues':%s}}]}",
              e->group, e->key[0], condition(e->old[0], 0), first, e->group, e->key[1], condition(e->old[1], 1), second);
}

static const char *make(service *s, const entry *e) {
  switch (e->kind) {
    case GET: return call(s, "GetItem", "{'TableName':'history','ConsistentRead':true,'Key':" KEY "}", e->group, e->key[0]);
    case PUT:
      return call(s, "PutItem", "{'TableName':'history','ReturnValues':'ALL_OLD','Item':{'p':{'S':'g%ldk%d'},'v':{'N':'%ld'}}}", e->group,
                  e->key[0], e->new_value);
    case CAS:
      return call(s, "UpdateItem",
                  "{'TableName':'history','Key':" KEY ",'UpdateExpression':'SET v = :n','ConditionExpression':'%s','ExpressionAttributeValues':%s}",
                  e->group, e->key[0], condition(e->old[0], 0), values_text(e, 0));
    case DELETE: return call(s, "DeleteItem", "{'TableName':'history','ReturnValues':'ALL_OLD','Key':" KEY "}", e->group, e->key[0]);
    case ADD:
      return call(s, "UpdateItem",
                  "{'TableName':'history','ReturnValues':'UPDATED_NEW','Key':" KEY ",'UpdateExpression':'ADD v :n',"
                  "'ExpressionAttributeValues':{':n':{'N':'1'}}}",
                  e->group, e->key[0]);
    case READ_ALL:
      return call(s, "TransactGetItems",
                  "{'TransactItems':[{'Get':{'TableName':'history','Key':" KEY "}},{'Get':{'TableName':'history','Key':" KEY "}},"
                  "{'Get':{'TableName':'history','Key':" KEY "}}]}",
                  e->group, 0, e->group, 1, e->group, 2);
    default: return transact(s, e);
  }
}

static int status_of(const char *answer) {
  if (answer[0] == '{') return 0;
  if (strstr(answer, "ConditionalCheckFailed") != NULL) return 1;
  if (strncmp(answer, "InternalServerError", 19) == 0) return 2;
  if (strstr(answer, "TransactionConflict") != NULL || strstr(answer, "TransactionInProgress") != NULL) return 3;
  test_failed(__FILE__, __LINE__, "%s", answer);
  return 2;
}

static void choose(crowd_member *m, long turn, long known[ERA_GROUPS][GROUP_KEYS], entry *e) {
  int slot = (int)crowd_draw(m, ERA_GROUPS);
  memset(e, 0, sizeof *e);
  e->group = turn / ERA * ERA_GROUPS + slot;
  e->kind = (op)crowd_draw(m, OP_COUNT);
  e->key[0] = (int)crowd_draw(m, GROUP_KEYS);
  e->key[1] = (e->key[0] + 1 + (int)crowd_draw(m, GROUP_KEYS - 1)) % GROUP_KEYS;
  for (int i = 0; i < 2; i++) e->old[i] = known[slot][e->key[i]];
  e->new_value = atomic_fetch_add(&next_value, 1) * 1000; /* room for what ADD makes of it */
}

static void learn(long known[ERA_GROUPS][GROUP_KEYS], const entry *e) {
  long *here = known[e->group % ERA_GROUPS];
  if (e->status != 0) return;
  if (e->kind == READ_ALL) memcpy(here, e->seen, sizeof e->seen);
  if (e->kind == GET || e->kind == ADD) here[e->key[0]] = e->seen[0];
  if (e->kind == PUT || e->kind == CAS || e->kind == TRANSACT) here[e->key[0]] = e->new_value;
  if (e->kind == TRANSACT) here[e->key[1]] = e->new_value;
  if (e->kind == DELETE) here[e->key[0]] = 0;
}

static void act(crowd_member *m) {
  long known[ERA_GROUPS][GROUP_KEYS] = {{0}}, turn, era = 0;
  while ((turn = atomic_fetch_add(&calls_begun, 1)) < calls_wanted) {
    entry e;
    if (turn / ERA != era) memset(known, 0, sizeof known);
    era = turn / ERA;
    choose(m, turn, known, &e);
    if (crowd_draw(m, 2) == 0) (void)sched_yield(); /* so that others come in between on few processors too */
    int64_t begin = now_ns();
    const char *answer = make(&m->s, &e);
    int64_t end = now_ns();
    e.status = status_of(answer);
    if (e.kind == READ_ALL && e.status == 0) values_in_responses(answer, e.seen);
    else e.seen[0] = value_in(answer);
    learn(known, &e);
    pthread_mutex_lock(&out_lock);
    fprintf(out, "%d %lld %lld %ld %d %d %ld %d %ld %ld %d %ld %ld %ld\n", m->number, (long long)begin, (long long)end, e.group, (int)e.kind,
            e.key[0], e.old[0], e.key[1], e.old[1], e.new_value, e.status, e.seen[0], e.seen[1], e.seen[2]);
    pthread_mutex_unlock(&out_lock);
  }
}

int main(int count, char **arguments) {
  if (count != 6) {
    fputs("history memory|file|faulty SEED THREADS OPERATIONS FILE\n", stderr);
    return 2;
  }
  items_store_kind kind = strcmp(arguments[1], "faulty") == 0 ? ITEMS_FAULTY : strcmp(arguments[1], "file") == 0 ? ITEMS_FILE : ITEMS_MEMORY;
  int threads = atoi(arguments[3]);
  char folder[64];
  cyn_i_store *store;
  service s;
  calls_wanted = atol(arguments[4]);
  out = fopen(arguments[5], "w");
  if (out == NULL || threads < 1 || threads > CROWD_MAX ||
      !items_store_open(kind, strtoull(arguments[2], NULL, 10), folder, &store) || !service_open_over(&s, store, NULL))
    return 2;
  items_table(&s, "history", "p S HASH", NULL);
  (void)crowd_run(&s, 1, threads, act, 0, NULL);
  service_close(&s);
  if (folder[0] != '\0') (void)items_remove_folder(folder);
  return fclose(out) != 0 || has_failed ? 1 : 0;
}
