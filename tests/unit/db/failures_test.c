/* Every failure in turn: each allocation, each call of the store, each write, sync, read and new name of a file is made to
 * fail, one after another, through a scripted day. A step that fails answers an error; the database is as it was before, or
 * as it should be after, never half; nothing acknowledged is gone; the check finds nothing; and the same database does the
 * step once the cause is gone. AddressSanitizer finds what leaks.
 *
 * A step is tried from the same file for the first, second, third … event that fails, until none fails any more; that last
 * run makes the file for the next step. FAILURES_STRIDE=1 (`make soak`) takes every event, otherwise one in a few. The heart of
 * it is run_fault. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cynamo/cynamo.h>

#include "api/api.h"
#include "base/clock.h"
#include "engine/engine.h"
#include "failing_store.h"
#include "jobs/jobs.h"
#include "test.h"

#define START_MS INT64_C(1790000000123)
#define EVENTS_MAX 20000

/* ---- what fails ---- */

typedef enum source { NOTHING, ALLOCATIONS, STORE_CALLS, FILE_CALLS, LIBRARY_ALLOCATIONS } source;
typedef enum file_call { WRITES = 1, SYNCS = 2, NAMES = 4, READS = 8 } file_call; /* NAMES: open to write, mkdir, rename */

/* A kind of failure. */
static const struct fault {
  const char *name;
  source from;
  bool stays; /* all after the first fail too, until the cause is gone */
  int code;
  unsigned calls;
  bool cuts; /* the first write is cut short: half of it is written */
} faults[] = {
    {"one allocation", ALLOCATIONS, false, 0, 0, false},
    {"all allocations from one on", ALLOCATIONS, true, 0, 0, false},
    {"one allocation of LMDB, too", LIBRARY_ALLOCATIONS, false, 0, 0, false},
    {"all allocations of LMDB from one on", LIBRARY_ALLOCATIONS, true, 0, 0, false},
    {"one store call", STORE_CALLS, false, 0, 0, false},
    {"all store calls from one on", STORE_CALLS, true, 0, 0, false},
    {"one I/O error", FILE_CALLS, false, EIO, WRITES | SYNCS | NAMES | READS, false},
    {"I/O errors from one on", FILE_CALLS, true, EIO, WRITES | SYNCS, false},
    {"disk full", FILE_CALLS, true, ENOSPC, WRITES | NAMES, false},
    {"disk full in the midst of a write", FILE_CALLS, true, ENOSPC, WRITES, true},
    {"quota used up", FILE_CALLS, true, EDQUOT, WRITES, false},
    {"limit of the file's size", FILE_CALLS, false, EFBIG, WRITES, false},
    {"read-only", FILE_CALLS, true, EROFS, NAMES | WRITES, false},
};
#define FAULT_COUNT (sizeof faults / sizeof faults[0])

static const struct fault *_Atomic armed;
static _Atomic long events; /* since it was armed */
static _Atomic long failing_from;
static _Atomic long failed_events;
static char home[64];

static bool turn_of(source from, unsigned call) {
  const struct fault *now = armed;
  if (now == NULL || now->from != from || (from == FILE_CALLS && (now->calls & call) == 0)) return false;
  long event = ++events;
  bool fails = now->stays ? event >= failing_from : event == failing_from;
  failed_events += fails;
  return fails;
}

static bool failing_store_turn(void) { return turn_of(STORE_CALLS, 0); }
static int allocation_turn(size_t size) {
  (void)size;
  return turn_of(ALLOCATIONS, 0);
}

static void arm(const struct fault *fault, long from) {
  events = 0;
  failed_events = 0;
  failing_from = from;
  armed = fault;
  if (fault->from == ALLOCATIONS) cyn_i_alloc_hook = allocation_turn;
}
static void disarm(void) {
  cyn_i_alloc_hook = NULL;
  armed = NULL;
}

/* The system's calls, in front of the C library's, also for LMDB. */
#define IN_FRONT __attribute__((visibility("default")))

static bool is_ours(const char *path) { return strncmp(path, home, strlen(home)) == 0; }
static bool fd_is_ours(int fd) {
  char link[40], path[300];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return is_ours(path);
}
static bool file_turn(int fd, unsigned call) {
  const struct fault *now = armed;
  if (now == NULL || now->from != FILE_CALLS || !fd_is_ours(fd) || !turn_of(FILE_CALLS, call)) return false;
  errno = now->code;
  return true;
}
static bool name_turn(const char *path) {
  const struct fault *now = armed;
  if (now == NULL || now->from != FILE_CALLS || !is_ours(path) || !turn_of(FILE_CALLS, NAMES)) return false;
  errno = now->code;
  return true;
}
static size_t cut_of(size_t size) {
  const struct fault *now = armed;
  return now != NULL && now->cuts && failed_events == 1 ? size / 2 : 0;
}

IN_FRONT int fdatasync(int fd) { return file_turn(fd, SYNCS) ? -1 : fd_is_ours(fd) ? 0 : (int)syscall(SYS_fdatasync, fd); }
IN_FRONT int fsync(int fd) { return file_turn(fd, SYNCS) ? -1 : fd_is_ours(fd) ? 0 : (int)syscall(SYS_fsync, fd); }
IN_FRONT ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  if (!file_turn(fd, WRITES)) return syscall(SYS_pwrite64, fd, data, size, offset);
  return cut_of(size) != 0 ? syscall(SYS_pwrite64, fd, data, cut_of(size), offset) : -1;
}
IN_FRONT ssize_t write(int fd, const void *data, size_t size) {
  if (!file_turn(fd, WRITES)) return syscall(SYS_write, fd, data, size);
  return cut_of(size) != 0 ? syscall(SYS_write, fd, data, cut_of(size)) : -1;
}
IN_FRONT ssize_t writev(int fd, const struct iovec *vectors, int count) {
  if (!file_turn(fd, WRITES)) return syscall(SYS_writev, fd, vectors, count);
  return cut_of(2) != 0 ? syscall(SYS_write, fd, vectors[0].iov_base, vectors[0].iov_len / 2) : -1;
}
IN_FRONT ssize_t pread(int fd, void *data, size_t size, off_t offset) {
  return file_turn(fd, READS) ? -1 : syscall(SYS_pread64, fd, data, size, offset);
}
IN_FRONT int ftruncate(int fd, off_t size) { return file_turn(fd, WRITES) ? -1 : (int)syscall(SYS_ftruncate, fd, size); }
IN_FRONT int mkdir(const char *path, mode_t mode) {
  return name_turn(path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
IN_FRONT int rename(const char *from, const char *to) { return name_turn(to) ? -1 : (int)syscall(SYS_rename, from, to); }
IN_FRONT int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  int mode = (flags & O_CREAT) != 0 ? va_arg(list, int) : 0;
  va_end(list);
  if ((flags & O_ACCMODE) != O_RDONLY && name_turn(path)) return -1;
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* ---- the database ---- */

typedef struct place {
  cyn_i_engine *engine;
  cyn_i_jobs *jobs;
  cyn_i_clock clock;
} place;

/* Also the allocations of LMDB and the C library; a sanitizer has malloc for itself. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HAS_OWN_MALLOC 1
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
static bool library_turn(void) {
  if (armed == NULL || !turn_of(LIBRARY_ALLOCATIONS, 0)) return false;
  errno = ENOMEM;
  return true;
}
IN_FRONT void *malloc(size_t size) { return library_turn() ? NULL : __libc_malloc(size); }
IN_FRONT void *calloc(size_t count, size_t size) { return library_turn() ? NULL : __libc_calloc(count, size); }
IN_FRONT void *realloc(void *old, size_t size) { return library_turn() ? NULL : __libc_realloc(old, size); }
IN_FRONT int posix_memalign(void **out, size_t alignment, size_t size) {
  if (library_turn()) return ENOMEM;
  *out = __libc_memalign(alignment, size);
  return *out == NULL ? ENOMEM : 0;
}
#else
#define HAS_OWN_MALLOC 0
#endif

static cyn_i_durability durability;
static char data_path[80], saved_path[80], copy_path[80];

static cyn_status place_open(place *p, int64_t now_ms, cyn_error *error) {
  cyn_i_store_options options = {.path = cyn_str(data_path), .durability = durability, .map_size_max = 64u << 20};
  cyn_i_engine_options engine_options = {0};
  cyn_i_store *inner, *store;
  memset(p, 0, sizeof *p);
  atomic_store(&p->clock.fixed_ms, now_ms);
  engine_options.clock = &p->clock;
  cyn_status status = cyn_i_store_lmdb_open(&options, &inner, error);
  if (status != CYN_OK) return status;
  store = failing_store_new(inner);
  if (store == NULL) {
    cyn_i_store_close(inner);
    return cyn_i_error_no_memory(error);
  }
  status = cyn_i_engine_new(store, &engine_options, &p->engine, error);
  if (status != CYN_OK) {
    cyn_i_store_close(store);
    return status;
  }
  status = cyn_i_jobs_start(p->engine, -1, &p->jobs, error);
  if (status != CYN_OK) {
    cyn_i_engine_destroy(p->engine);
    p->engine = NULL;
  }
  return status;
}

static void place_close(place *p) {
  if (p->engine == NULL) return;
  cyn_i_jobs_stop(p->jobs);
  cyn_i_engine_destroy(p->engine);
  p->engine = NULL;
}

/* The answer as JSON, the caller's to free; of an error NULL. */
static cyn_status call(place *p, const char *name, const char *json, char **answer, cyn_error *error) {
  static const cyn_i_context context = {.account = {"000000000000", 12}, .region = {"us-east-1", 9}};
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str(name), false);
  if (operation == NULL) operation = cyn_i_operation_find(cyn_str(name), true);
  cyn_i_arena arena;
  cyn_i_buf buf;
  void *input = NULL;
  *answer = NULL;
  cyn_i_arena_init(&arena, 256);
  cyn_i_buf_init(&buf, &arena);
  cyn_status status = cyn_i_api_decode(operation->input, cyn_str(json), &arena, &input, error);
  if (status == CYN_OK) status = cyn_i_api_check(operation, input, &arena, error);
  cyn_i_call c = {.operation = operation, .context = &context, .input = input, .arena = &arena, .error = error};
  if (status == CYN_OK) {
    cyn_i_engine_call(p->engine, &c);
    status = c.status;
  }
  if (status == CYN_OK) {
    cyn_i_api_encode(operation->output, c.output, &buf);
    cyn_i_buf_byte(&buf, '\0');
    const struct fault *kept = armed;
    armed = NULL; /* the copy is the test's own */
    if (buf.failed) status = cyn_i_error_no_memory(error);
    else *answer = strdup((const char *)buf.data);
    armed = kept;
  }
  cyn_i_arena_clean_up(&arena);
  return status;
}

static cyn_status run_jobs(place *p, cyn_error *error) {
  bool more = true;
  cyn_status status = CYN_OK;
  for (int runs = 0; more && status == CYN_OK && runs < 20; runs++) status = cyn_i_jobs_run_once(p->jobs, &more, error);
  return status;
}

/* Ids that are drawn anew at each creation are no difference. */
static void blank_ids(char *text) {
  for (char *at = text; (at = strstr(at, "\"TableId\":\"")) != NULL; at += 47) memset(at + 11, '-', 36);
}

static char *state_of(place *p) {
  static const char *const views[][2] = {
      {"ListTables", "{}"},
      {"Scan", "{\"TableName\":\"tab\"}"},
      {"Scan", "{\"TableName\":\"tab\",\"IndexName\":\"gsi\"}"},
      {"Scan", "{\"TableName\":\"tab\",\"IndexName\":\"lsi\",\"Select\":\"ALL_ATTRIBUTES\"}"},
      {"Scan", "{\"TableName\":\"tab\",\"IndexName\":\"late\"}"},
      {"Scan", "{\"TableName\":\"two\"}"},
      {"DescribeTable", "{\"TableName\":\"tab\"}"},
      {"DescribeTable", "{\"TableName\":\"two\"}"},
      {"DescribeTimeToLive", "{\"TableName\":\"tab\"}"},
  };
  char *text = strdup(""), *longer, *answer;
  for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    (void)call(p, views[i][0], views[i][1], &answer, &error);
    if (asprintf(&longer, "%s%s\n", text, answer != NULL ? answer : error.message) < 0) abort();
    cyn_error_clean_up(&error);
    free(answer);
    free(text);
    text = longer;
  }
  blank_ids(text);
  return text;
}

/* ---- the day ---- */

typedef enum action { OPEN, CALL, JOBS, BACKUP, COMPACT, REOPEN } action;

#define TAB_KEY(r) "\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"r\":{\"S\":\"" r "\"}}"
#define TAB_ITEM(p, r, n) \
  "{\"p\":{\"S\":\"" p "\"},\"r\":{\"S\":\"" r "\"},\"g\":{\"S\":\"x\"},\"n\":{\"N\":\"" n "\"},\"l\":{\"N\":\"" n "\"}}"
/* A sort key longer than LMDB's keys. */
#define X100 "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#define LONG X100 X100 X100 X100 X100 X100 X100
#define VALUES(v) "\"ExpressionAttributeValues\":{" v "}"

static const struct step {
  const char *name; /* the operation */
  action what;
  const char *json;
  int64_t later_ms;    /* time that passes before */
  bool in_parts;       /* several writes: some may be there without the others */
  const char *refused; /* a part of the error of a step that is refused on a sunny day, too */
} day[] = {
    {"open a new one", OPEN, NULL, 0, false, NULL},
    {"CreateTable", CALL, "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"},\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{\"AttributeName\":\"r\",\"AttributeType\":\"S\"},{\"AttributeName\":\"g\",\"AttributeType\":\"S\"},{\"AttributeName\":\"n\",\"AttributeType\":\"N\"},{\"AttributeName\":\"l\",\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\"]}}],\"LocalSecondaryIndexes\":[{\"IndexName\":\"lsi\",\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"l\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}]}", 0, false, NULL},
    {"CreateTable", CALL, "{\"TableName\":\"two\",\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"},\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}]}", 0, false, NULL},
    {"UpdateTimeToLive", CALL, "{\"TableName\":\"tab\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}", 0, false, NULL},
    {"PutItem", CALL, "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"r\":{\"S\":\"1\"},\"g\":{\"S\":\"x\"},\"n\":{\"N\":\"1\"},\"l\":{\"N\":\"5\"},\"due\":{\"N\":\"1790000100\"},\"x\":{\"M\":{\"y\":{\"L\":[{\"N\":\"1\"},{\"SS\":[\"a\",\"b\"]}]}}}},\"ReturnConsumedCapacity\":\"INDEXES\",\"ReturnItemCollectionMetrics\":\"SIZE\",\"ReturnValues\":\"ALL_OLD\"}", 0, false, NULL},
    {"PutItem", CALL, "{\"TableName\":\"tab\",\"Item\":" TAB_ITEM("a", "2", "2") ",\"ConditionExpression\":\"attribute_not_exists(p)\"}", 0, false, NULL},
    {"PutItem", CALL, "{\"TableName\":\"tab\",\"Item\":" TAB_ITEM("a", "2", "9") ",\"ConditionExpression\":\"attribute_not_exists(p)\",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}", 0, false, "conditional request failed"},
    {"UpdateItem", CALL, "{" TAB_KEY("2") ",\"UpdateExpression\":\"SET g = :g, n = n + :one ADD c :one\",\"ConditionExpression\":\"n = :two\"," VALUES("\":g\":{\"S\":\"y\"},\":one\":{\"N\":\"1\"},\":two\":{\"N\":\"2\"}") ",\"ReturnValues\":\"ALL_NEW\"}", 0, false, NULL},
    {"BatchWriteItem", CALL, "{\"RequestItems\":{\"tab\":[{\"PutRequest\":{\"Item\":" TAB_ITEM("b", "1", "7") "}},{\"PutRequest\":{\"Item\":" TAB_ITEM("b", "2", "8") "}},{\"PutRequest\":{\"Item\":" TAB_ITEM("c", LONG "1", "9") "}},{\"PutRequest\":{\"Item\":" TAB_ITEM("c", LONG "2", "9") "}}],\"two\":[{\"PutRequest\":{\"Item\":{\"p\":{\"S\":\"q\"}}}}]},\"ReturnConsumedCapacity\":\"TOTAL\"}", 0, true, NULL},
    {"TransactWriteItems", CALL, "{\"ClientRequestToken\":\"t\",\"TransactItems\":[{\"Put\":{\"TableName\":\"two\",\"Item\":{\"p\":{\"S\":\"a\"}}}},{\"Update\":{" TAB_KEY("1") ",\"UpdateExpression\":\"ADD c :n\"," VALUES("\":n\":{\"N\":\"1\"}") "}},{\"Delete\":{" TAB_KEY("2") "}},{\"ConditionCheck\":{\"TableName\":\"two\",\"Key\":{\"p\":{\"S\":\"z\"}},\"ConditionExpression\":\"attribute_not_exists(p)\"}}]}", 0, false, NULL},
    {"TransactWriteItems", CALL, "{\"TransactItems\":[{\"Put\":{\"TableName\":\"two\",\"Item\":{\"p\":{\"S\":\"b\"}}}},{\"Put\":{\"TableName\":\"two\",\"Item\":{\"p\":{\"S\":\"a\"}},\"ConditionExpression\":\"attribute_not_exists(p)\"}}]}", 0, false, "[None, ConditionalCheckFailed]"},
    {"GetItem", CALL, "{" TAB_KEY("1") ",\"ConsistentRead\":true,\"ProjectionExpression\":\"x.y[0], c\"}", 0, false, NULL},
    {"Query", CALL, "{\"TableName\":\"tab\",\"KeyConditionExpression\":\"p = :p AND r >= :r\",\"FilterExpression\":\"n > :n\"," VALUES("\":p\":{\"S\":\"b\"},\":r\":{\"S\":\"1\"},\":n\":{\"N\":\"2\"}") ",\"Limit\":5}", 0, false, NULL},
    {"Query", CALL, "{\"TableName\":\"tab\",\"KeyConditionExpression\":\"p = :p AND begins_with(r, :r)\"," VALUES("\":p\":{\"S\":\"c\"},\":r\":{\"S\":\"" LONG "\"}") "}", 0, false, NULL},
    {"Query", CALL, "{\"TableName\":\"tab\",\"IndexName\":\"gsi\",\"KeyConditionExpression\":\"g = :g\",\"ScanIndexForward\":false," VALUES("\":g\":{\"S\":\"x\"}") "}", 0, false, NULL},
    {"Scan", CALL, "{\"TableName\":\"tab\",\"Limit\":3,\"ReturnConsumedCapacity\":\"TOTAL\"}", 0, false, NULL},
    {"BatchGetItem", CALL, "{\"RequestItems\":{\"tab\":{\"Keys\":[{\"p\":{\"S\":\"a\"},\"r\":{\"S\":\"1\"}},{\"p\":{\"S\":\"b\"},\"r\":{\"S\":\"1\"}}]},\"two\":{\"Keys\":[{\"p\":{\"S\":\"q\"}}]}}}", 0, false, NULL},
    {"TransactGetItems", CALL, "{\"TransactItems\":[{\"Get\":{" TAB_KEY("1") "}},{\"Get\":{\"TableName\":\"two\",\"Key\":{\"p\":{\"S\":\"q\"}}}}]}", 0, false, NULL},
    {"UpdateTable", CALL, "{\"TableName\":\"tab\",\"AttributeDefinitions\":[{\"AttributeName\":\"n\",\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"late\",\"KeySchema\":[{\"AttributeName\":\"n\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}", 0, false, NULL},
    {"the index is filled", JOBS, NULL, 1000, true, NULL},
    {"open again", REOPEN, NULL, 0, true, NULL},
    {"expired items go", JOBS, NULL, 200000, true, NULL},
    {"DeleteItem", CALL, "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"b\"},\"r\":{\"S\":\"2\"}},\"ReturnValues\":\"ALL_OLD\"}", 0, false, NULL},
    {"DeleteItem", CALL, "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"c\"},\"r\":{\"S\":\"" LONG "1\"}}}", 0, false, NULL},
    {"DeleteTable", CALL, "{\"TableName\":\"none\"}", 0, false, "not found"},
    {"TagResource", CALL, "{\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/two\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}", 0, false, NULL},
    {"backup", BACKUP, NULL, 0, false, NULL},
    {"UpdateTable", CALL, "{\"TableName\":\"tab\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"gsi\"}}]}", 0, false, NULL},
    {"ListStreams", CALL, "{\"Limit\":1}", 0, false, NULL},
    {"UpdateTable", CALL, "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":false}}", 0, false, NULL},
    {"DeleteTable", CALL, "{\"TableName\":\"two\"}", 0, false, NULL},
    {"the spaces are emptied", JOBS, NULL, 1000, true, NULL},
    {"tokens are forgotten", JOBS, NULL, 24 * 3600000, true, NULL},
    {"compact", COMPACT, NULL, 0, false, NULL},
};
#define STEP_COUNT (sizeof day / sizeof day[0])

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...) {
  char command[400];
  va_list list;
  va_start(list, format);
  (void)vsnprintf(command, sizeof command, format, list);
  va_end(list);
  if (system(command) != 0) test_failed(__FILE__, __LINE__, "%s", command);
}

static void copy_file(const char *from, const char *to) {
  static char block[1 << 16];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (ssize_t size; (size = read(in, block, sizeof block)) > 0;)
    if (write(out, block, (size_t)size) != size) break;
  (void)close(in);
  (void)close(out);
}

/* Everything in the folder goes, then the saved file comes. */
static void folder_clear(const char *folder) {
  static const char *const names[] = {"data.mdb", "lock.mdb", "lock", "owner", "boot", "data.mdb.new", "compact.request"};
  char path[160];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    (void)unlink(path);
  }
  if (rmdir(folder) != 0 && errno != ENOENT) shell("rm -rf '%s'", folder);
}
static void folder_restore(void) {
  char from[100], to[100];
  folder_clear(data_path);
  folder_clear(copy_path);
  (void)snprintf(from, sizeof from, "%s/data.mdb", saved_path);
  (void)snprintf(to, sizeof to, "%s/data.mdb", data_path);
  if (access(from, F_OK) != 0) return; /* the first step has none */
  (void)mkdir(data_path, 0700);
  copy_file(from, to);
}
static void folder_save(void) {
  char from[100], to[100];
  (void)snprintf(from, sizeof from, "%s/data.mdb", data_path);
  (void)snprintf(to, sizeof to, "%s/data.mdb", saved_path);
  (void)mkdir(saved_path, 0700);
  copy_file(from, to);
}

static char first_fault[400];
static void on_fault(void *user, const char *text) {
  (void)user;
  if (first_fault[0] == '\0') (void)snprintf(first_fault, sizeof first_fault, "%s", text);
}
static bool is_sound(const char *path) {
  char url[100];
  cyn_check_report report;
  cyn_check_options options = CYN_CHECK_OPTIONS_INIT;
  cyn_error error = CYN_ERROR_INIT;
  options.fault = on_fault;
  first_fault[0] = '\0';
  (void)snprintf(url, sizeof url, "file:%s", path);
  if (cyn_store_check(url, &options, &report, &error) != CYN_OK)
    (void)snprintf(first_fault, sizeof first_fault, "check: %s", error.message);
  cyn_error_clean_up(&error);
  return first_fault[0] == '\0';
}

/* ---- a step with a failure ---- */

typedef struct trial {
  const struct step *step;
  const struct fault *fault;
  int64_t now_ms; /* of the step */
  char *before, *after, *answer; /* on a sunny day */
  long n;
  place p;
} trial;

static void wrong(const trial *t, const char *what, const char *more) {
  test_failed(__FILE__, __LINE__, "step %d, %s; %s, event %ld: %s %s", (int)(t->step - day), t->step->name,
              t->fault != NULL ? t->fault->name : "no fault", t->n, what, more != NULL ? more : "");
}

/* Does the step. */
static cyn_status step_do(trial *t, char **answer, cyn_error *error) {
  char url[100];
  place *p = &t->p;
  *answer = NULL;
  switch (t->step->what) {
    case OPEN: return place_open(p, t->now_ms, error);
    case REOPEN:
      place_close(p);
      return place_open(p, t->now_ms, error);
    case CALL: return call(p, t->step->name, t->step->json, answer, error);
    case JOBS: return run_jobs(p, error);
    case BACKUP: return cyn_i_store_copy(cyn_i_engine_store(p->engine), cyn_str(copy_path), false, error);
    case COMPACT:
      place_close(p);
      (void)snprintf(url, sizeof url, "file:%s", data_path);
      return cyn_store_compact(url, NULL, error);
  }
  return CYN_OK;
}

/* Opens what is not open, without failures. */
static bool be_open(trial *t) {
  cyn_error error = CYN_ERROR_INIT;
  if (t->p.engine != NULL) return true;
  if (place_open(&t->p, t->now_ms, &error) != CYN_OK) wrong(t, "does not open again:", error.message);
  cyn_error_clean_up(&error);
  return t->p.engine != NULL;
}

static void prepare(trial *t) {
  folder_restore();
  memset(&t->p, 0, sizeof t->p);
  if (t->step->what != OPEN) (void)be_open(t);
}

static bool is_refused(const struct step *step, const cyn_error *error) {
  return step->refused != NULL && error->message != NULL && strstr(error->message, step->refused) != NULL;
}

static bool is_expected_error(const struct fault *fault, cyn_status status) {
  switch (fault->from) {
    case ALLOCATIONS: return status == CYN_E_OUT_OF_MEMORY;
    case LIBRARY_ALLOCATIONS: return status == CYN_E_OUT_OF_MEMORY || status == CYN_E_STORE || status == CYN_E_INTERNAL;
    case STORE_CALLS: return status == CYN_E_STORE;
    default: return status == CYN_E_STORE || status == CYN_E_STORE_FULL || status == CYN_E_INTERNAL;
  }
}

/* The cause is gone: the step is done again where it was not done. */
static void try_again(trial *t, bool is_done) {
  cyn_error error = CYN_ERROR_INIT;
  char *answer = NULL;
  if (!is_done && access(copy_path, F_OK) == 0) wrong(t, "leaves a part of a copy", NULL);
  if (!is_done) {
    cyn_status status = step_do(t, &answer, &error);
    if (status != CYN_OK && !is_refused(t->step, &error)) wrong(t, "fails when the cause is gone:", error.message);
    if (answer != NULL) blank_ids(answer);
    if (status == CYN_OK && !t->step->in_parts && t->answer != NULL && strcmp(answer, t->answer) != 0)
      wrong(t, "answers otherwise when the cause is gone:", answer);
  }
  free(answer);
  cyn_error_clean_up(&error);
}

static void check_after(trial *t) {
  if (!be_open(t)) return;
  char *state = state_of(&t->p);
  if (strcmp(state, t->after) != 0) wrong(t, "leaves another state:", state);
  free(state);
  place_close(&t->p);
  if (!is_sound(data_path)) wrong(t, "is damaged:", first_fault);
  if (t->step->what == BACKUP && !is_sound(copy_path)) wrong(t, "the copy is damaged:", first_fault);
}

/* What the failure has left; true: the step was done. */
static bool check_failed(trial *t) {
  if (!be_open(t)) return false;
  char *state = state_of(&t->p);
  bool is_done = strcmp(state, t->after) == 0, is_before = strcmp(state, t->before) == 0;
  if (!is_done && !is_before && !t->step->in_parts) wrong(t, "is half done:", state);
  free(state);
  return is_done && !is_before;
}

/* One failure. False: there was none, as the step has fewer events. */
static bool run_fault(trial *t) {
  cyn_error error = CYN_ERROR_INIT;
  char *answer;
  prepare(t);
  arm(t->fault, t->n);
  cyn_status status = step_do(t, &answer, &error);
  long failed = failed_events;
  disarm();
  if (answer != NULL) blank_ids(answer);
  bool is_done = status == CYN_OK;
  if (status == CYN_OK) {
    if (t->step->refused != NULL) wrong(t, "succeeds", NULL);
    if (t->answer != NULL && strcmp(answer, t->answer) != 0 && strstr(answer, "Unprocessed") == NULL)
      wrong(t, "answers otherwise:", answer);
    if (answer != NULL && strstr(answer, "\"Unprocessed") != NULL && strcmp(answer, t->answer) != 0) is_done = false;
  } else if (!is_refused(t->step, &error)) {
    if (failed == 0 || !is_expected_error(t->fault, status))
      test_failed(__FILE__, __LINE__, "%s: %s (%ld failed)", error.name, error.message, failed);
    if (test_current_failed()) wrong(t, "answers this error", NULL);
    is_done = check_failed(t);
  }
  free(answer);
  cyn_error_clean_up(&error);
  if (is_done && t->step->what == BACKUP && status != CYN_OK) is_done = false;
  try_again(t, is_done);
  check_after(t);
  return failed != 0;
}

/* The step without a failure: what is there before and after, and the answer. */
static void sunny(trial *t) {
  cyn_error error = CYN_ERROR_INIT;
  t->fault = NULL;
  prepare(t);
  t->before = t->p.engine != NULL ? state_of(&t->p) : strdup("");
  if (step_do(t, &t->answer, &error) != CYN_OK && !is_refused(t->step, &error)) wrong(t, "fails:", error.message);
  cyn_error_clean_up(&error);
  if (t->answer != NULL) blank_ids(t->answer);
  if (be_open(t)) {
    t->after = state_of(&t->p);
    place_close(&t->p);
    folder_save();
  } else {
    t->after = strdup("");
  }
}

static long run_day(size_t first_fault_kind, size_t end, long stride) {
  int64_t now_ms = START_MS;
  long tried = 0;
  for (size_t i = 0; i < STEP_COUNT && !test_current_failed(); i++) {
    trial t = {.step = &day[i]};
    now_ms += day[i].later_ms;
    t.now_ms = now_ms;
    char kept[100];
    (void)snprintf(kept, sizeof kept, "%s.before", saved_path);
    folder_clear(kept);
    if (i != 0) shell("cp -r '%s' '%s'", saved_path, kept);
    sunny(&t);
    shell("mv '%s' '%s.next'", saved_path, saved_path);
    if (i != 0) shell("mv '%s' '%s'", kept, saved_path);
    for (size_t k = first_fault_kind; k < end && !test_current_failed(); k++) {
      t.fault = &faults[k];
      t.n = 1 + (long)(i + k) % stride;
      for (; t.n < EVENTS_MAX && run_fault(&t) && !test_current_failed(); t.n += stride) tried++;
    }
    shell("rm -rf '%s' && mv '%s.next' '%s'", saved_path, saved_path, saved_path);
    free(t.before);
    free(t.after);
    free(t.answer);
  }
  return tried;
}

static bool home_make(cyn_i_durability mode) {
  durability = mode;
  (void)snprintf(home, sizeof home, "/tmp/cynamo-failures-XXXXXX");
  if (mkdtemp(home) == NULL) return false;
  (void)snprintf(data_path, sizeof data_path, "%s/data", home);
  (void)snprintf(saved_path, sizeof saved_path, "%s/saved", home);
  (void)snprintf(copy_path, sizeof copy_path, "%s/copy", home);
  return true;
}

static void days(const char *name, size_t first, size_t end, cyn_i_durability mode, long stride) {
  const char *wish = getenv("FAILURES_STRIDE");
  if (wish != NULL) stride = strtol(wish, NULL, 10);
  REQUIRE(home_make(mode));
  long tried = run_day(first, end, stride > 0 ? stride : 1);
  printf("    %s: %ld failures\n", name, tried);
  shell("rm -rf '%s'", home);
}

TEST(one_allocation) { days("one allocation", 0, 1, CYN_DURABILITY_STRICT, 5); }
TEST(all_allocations) { days("all allocations from one on", 1, 2, CYN_DURABILITY_STRICT, 7); }
TEST(library_allocations) {
  if (HAS_OWN_MALLOC) days("allocations of LMDB, too", 2, 4, CYN_DURABILITY_STRICT, 13);
}
TEST(store_calls) { days("store calls", 4, 6, CYN_DURABILITY_STRICT, 5); }
TEST(file_calls_strict) { days("file calls, strict", 6, FAULT_COUNT, CYN_DURABILITY_STRICT, 5); }
TEST(file_calls_relaxed) { days("file calls, relaxed", 6, FAULT_COUNT, CYN_DURABILITY_RELAXED, 9); }
TEST(file_calls_unsafe) { days("file calls, unsafe", 6, FAULT_COUNT, CYN_DURABILITY_UNSAFE, 9); }

/* ---- as a program does it: cyn_open with its background thread, calls in JSON, the care of files ---- */

static char last_error[300];

static cyn_status open_and_call(const char *url, cyn_db **db) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output;
  cyn_status status = cyn_open(url, NULL, db, &error);
  cyn_result *result = status == CYN_OK ? cyn_result_new() : NULL;
  if (status == CYN_OK && result == NULL) status = CYN_E_OUT_OF_MEMORY;
  for (size_t i = 1; i < 5 && status == CYN_OK; i++)
    status = cyn_call_json(*db, day[i].name, cyn_str(day[i].json), result, &output, &error);
  CHECK(status == CYN_OK || (error.status == status && error.message != NULL) || result == NULL);
  (void)snprintf(last_error, sizeof last_error, "%s", error.message != NULL ? error.message : "");
  cyn_result_destroy(result);
  cyn_error_clean_up(&error);
  return status;
}

static cyn_status care(const char *url) {
  cyn_check_report report;
  cyn_store_info info;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_store_check(url, NULL, &report, &error);
  /* what cannot be read is a fault that it tells */
  CHECK(status != CYN_OK || report.faults == 0 || (failed_events != 0 && armed->from == FILE_CALLS));
  if (status == CYN_OK) status = cyn_store_info_get(url, &info, NULL, NULL, &error);
  if (status == CYN_OK) status = cyn_store_backup(url, copy_path, &error);
  if (status == CYN_OK) status = cyn_store_compact(url, NULL, &error);
  CHECK(error.status == status);
  (void)snprintf(last_error, sizeof last_error, "%s", error.message != NULL ? error.message : "");
  cyn_error_clean_up(&error);
  return status;
}

static void public_trials(const struct fault *fault, long stride) {
  char url[100];
  (void)snprintf(url, sizeof url, "file:%s", data_path);
  for (long n = 1; n < EVENTS_MAX && !test_current_failed(); n += stride) {
    cyn_db *db = NULL;
    folder_clear(copy_path);
    folder_clear(data_path);
    arm(fault, n);
    cyn_status status = open_and_call(url, &db);
    armed = NULL; /* the hook stays: the background thread may be about to call it */
    cyn_db_close(db);
    armed = fault;
    if (status == CYN_OK) status = care(url);
    bool was_hit = failed_events != 0;
    disarm();
    if (status != CYN_OK && !(was_hit && is_expected_error(fault, status)))
      test_failed(__FILE__, __LINE__, "%s, event %ld: %s", fault->name, n, last_error);
    if (access(data_path, F_OK) == 0 && db != NULL && !is_sound(data_path)) test_failed(__FILE__, __LINE__, "%s, event %ld: %s", fault->name, n, first_fault);
    if (!was_hit) break;
  }
}

TEST(as_a_program_does_it) {
  const char *wish = getenv("FAILURES_STRIDE");
  long stride = wish != NULL ? strtol(wish, NULL, 10) : 7;
  for (size_t k = 0; k < FAULT_COUNT; k++) {
    if (faults[k].from == STORE_CALLS || faults[k].from == LIBRARY_ALLOCATIONS) continue;
    REQUIRE(home_make(CYN_DURABILITY_STRICT));
    public_trials(&faults[k], stride > 0 ? stride : 1);
    shell("rm -rf '%s'", home);
  }
}
