/* Makes the record for tests/crash/power_cut_test.py, and reads what a cut has left.
 *
 *   power_cut record FOLDER DURABILITY SECONDS LOG    some threads write; what reaches data.mdb goes to LOG, in its order
 *   power_cut state FOLDER                            opens strictly, prints what is there, a line a fact
 *
 * The functions by which LMDB writes and syncs stand here in place of the C library's: each notes what it did while it holds
 * a lock, so that LOG has the order in which the disk was asked. Marks in between say what was begun and acknowledged.
 *
 * LOG: records of {u8 kind, u64 offset, u32 size} and `size` bytes, in the machine's order. Kinds: W written, D written
 * through to the disk (O_DSYNC), S all written before is synced, T cut to `offset` bytes, N the new file gets its name, F the
 * folder is synced, M a mark. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cynamo/cynamo.h>

#define THREADS 4
#define KEYS 6 /* of each thread */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
#define WRITTEN_MAX (24 << 20) /* bytes: what a test can go through hundreds of times */
static _Atomic long written;
static _Atomic bool is_failing;

static ssize_t real_pwrite(int fd, const void *data, size_t size, off_t offset) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "pwrite");
  return next(fd, data, size, offset);
}

static ssize_t real_write(int fd, const void *data, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "write");
  return next(fd, data, size);
}

static void log_add(char kind, uint64_t offset, const void *data, uint32_t size) {
  char head[13];
  head[0] = kind;
  memcpy(head + 1, &offset, 8);
  memcpy(head + 9, &size, 4);
  if (real_write(log_fd, head, sizeof head) != (ssize_t)sizeof head || (size != 0 && real_write(log_fd, data, size) != (ssize_t)size))
    is_failing = true;
}

static const char *record_folder;

static bool ends_in(const char *path, size_t size, const char *name) {
  size_t length = strlen(name);
  return size > length && memcmp(path + size - length, name, length) == 0;
}

/* What a descriptor is: 'd' the store's file, 'f' its folder, 0 another. */
static char what_is(int fd) {
  if (log_fd < 0) return 0;
  char link[64], path[4096];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t got = readlink(link, path, sizeof path);
  size_t size = got > 0 ? (size_t)got : 0;
  if (ends_in(path, size, "/data.mdb")) return 'd';
  return size == strlen(record_folder) && memcmp(path, record_folder, size) == 0 ? 'f' : 0;
}

static bool is_data(int fd) { return what_is(fd) == 'd'; }

static void note_write(int fd, const void *data, ssize_t size, off_t offset) {
  if (size <= 0) return;
  written += size;
  bool is_through = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
  log_add(is_through ? 'D' : 'W', (uint64_t)offset, data, (uint32_t)size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  if (!is_data(fd)) return real_pwrite(fd, data, size, offset);
  pthread_mutex_lock(&log_lock);
  ssize_t done = real_pwrite(fd, data, size, offset);
  note_write(fd, data, done, offset);
  pthread_mutex_unlock(&log_lock);
  return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset) { return pwrite(fd, data, size, offset); }

ssize_t write(int fd, const void *data, size_t size) {
  if (!is_data(fd)) return real_write(fd, data, size);
  return pwrite(fd, data, size, lseek(fd, 0, SEEK_CUR)) == (ssize_t)size && lseek(fd, (off_t)size, SEEK_CUR) >= 0 ? (ssize_t)size : -1;
}

/* One after the other: what LMDB asks for is the same, however many calls it takes. */
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  ssize_t sum = 0;
  for (int i = 0; i < count; i++) {
    ssize_t done = pwrite(fd, parts[i].iov_base, parts[i].iov_len, offset + sum);
    if (done < 0) return sum > 0 ? sum : done;
    sum += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return sum;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev(fd, parts, count, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t sum = 0;
  for (int i = 0; i < count; i++) {
    ssize_t done = write(fd, parts[i].iov_base, parts[i].iov_len);
    if (done < 0) return sum > 0 ? sum : done;
    sum += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return sum;
}

static int sync_noting(const char *name, int fd) {
  int (*next)(int);
  *(void **)&next = dlsym(RTLD_NEXT, name);
  char what = what_is(fd);
  if (what == 0) return next(fd);
  /* The sync itself is left out, as nobody will pull this machine's plug; its time is what lets writes share a commit. */
  (void)nanosleep(&(struct timespec){0, 300000}, NULL);
  pthread_mutex_lock(&log_lock);
  log_add(what == 'd' ? 'S' : 'F', 0, NULL, 0);
  pthread_mutex_unlock(&log_lock);
  return 0;
}

int fdatasync(int fd) { return sync_noting("fdatasync", fd); }
int fsync(int fd) { return sync_noting("fsync", fd); }

int ftruncate(int fd, off_t size) {
  static int (*next)(int, off_t);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "ftruncate");
  if (!is_data(fd)) return next(fd, size);
  pthread_mutex_lock(&log_lock);
  int status = next(fd, size);
  if (status == 0) log_add('T', (uint64_t)size, NULL, 0);
  pthread_mutex_unlock(&log_lock);
  return status;
}

int rename(const char *from, const char *to) {
  static int (*next)(const char *, const char *);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "rename");
  pthread_mutex_lock(&log_lock);
  int status = next(from, to);
  if (status == 0 && log_fd >= 0 && ends_in(to, strlen(to), "/data.mdb")) log_add('N', 0, NULL, 0);
  pthread_mutex_unlock(&log_lock);
  return status;
}

int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

/* ---- what is written ---- */

static void mark(const char *what, const char *key, long sequence) {
  char line[100];
  int size = snprintf(line, sizeof line, "%s %s %ld", what, key, sequence);
  pthread_mutex_lock(&log_lock);
  log_add('M', 0, line, (uint32_t)size);
  pthread_mutex_unlock(&log_lock);
}

static bool call(cyn_db *db, cyn_result *result, const char *operation, const char *body, cyn_bytes *answer) {
  cyn_error error = CYN_ERROR_INIT;
  bool fine = cyn_call_json(db, operation, cyn_str(body), result, answer, &error) == CYN_OK;
  if (!fine) fprintf(stderr, "%s: %s: %s\n", operation, error.name, error.message);
  cyn_error_clean_up(&error);
  return fine;
}

static void make_tables(cyn_db *db, cyn_result *result) {
  static const char *const names[] = {"left", "right"};
  cyn_bytes answer;
  for (int i = 0; i < 2; i++) {
    char body[1000];
    (void)snprintf(body, sizeof body,
                   "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{\"StreamEnabled\":true,"
                   "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"},\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":"
                   "\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"k\","
                   "\"AttributeType\":\"S\"},{\"AttributeName\":\"s\",\"AttributeType\":\"S\"},{\"AttributeName\":\"n\","
                   "\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"by_n\",\"KeySchema\":[{\"AttributeName\":"
                   "\"n\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}]}",
                   names[i]);
    if (!call(db, result, "CreateTable", body, &answer)) is_failing = true;
  }
  mark("acked", "tables", 1);
}

typedef struct worker {
  cyn_db *db;
  int number;
  time_t end;
} worker;

/* A key: thread, and which of its keys; its sort key is longer than LMDB's keys for some. */
static void key_text(char *out, size_t size, int thread, int which) {
  (void)snprintf(out, size, "t%dk%d", thread, which);
}

static char *body_new(void) { return malloc(40000); }

static void fill(char *out, int size) {
  memset(out, 'x', (size_t)size);
  out[size] = '\0';
}

/* Puts, counters and transactions over two tables, each of one thread alone: so what must be there is known. */
static void *work(void *argument) {
  worker *w = argument;
  cyn_result *result = cyn_result_new();
  char *body = body_new(), *filler = malloc(9000), *sort = malloc(800);
  unsigned seed = 77u + (unsigned)w->number;
  for (long sequence = 1; time(NULL) < w->end && written < WRITTEN_MAX && !is_failing; sequence++) {
    char key[20];
    int which = rand_r(&seed) % KEYS;
    key_text(key, sizeof key, w->number, which);
    fill(filler, which == 1 ? 8000 : rand_r(&seed) % 300);
    fill(sort, which == 2 ? 700 : 1);
    cyn_bytes answer;
    const char *operation = "PutItem";
    if (which == 0) {
      operation = "TransactWriteItems";
      (void)snprintf(body, 40000,
                     "{\"TransactItems\":[{\"Put\":{\"TableName\":\"left\",\"Item\":{\"k\":{\"S\":\"%s\"},\"s\":{\"S\":\"x\"},\"n\":"
                     "{\"N\":\"%ld\"},\"f\":{\"S\":\"%s\"}}}},{\"Put\":{\"TableName\":\"right\",\"Item\":{\"k\":{\"S\":\"%s\"},"
                     "\"s\":{\"S\":\"x\"},\"n\":{\"N\":\"%ld\"}}}}]}",
                     key, sequence, filler, key, sequence);
    } else if (which == 3) {
      operation = "UpdateItem";
      (void)snprintf(body, 40000,
                     "{\"TableName\":\"left\",\"Key\":{\"k\":{\"S\":\"%s\"},\"s\":{\"S\":\"x\"}},\"UpdateExpression\":\"SET n = :n ADD c :one\","
                     "\"ExpressionAttributeValues\":{\":n\":{\"N\":\"%ld\"},\":one\":{\"N\":\"1\"}}}",
                     key, sequence);
    } else {
      (void)snprintf(body, 40000,
                     "{\"TableName\":\"left\",\"Item\":{\"k\":{\"S\":\"%s\"},\"s\":{\"S\":\"%s\"},\"n\":{\"N\":\"%ld\"},\"f\":{\"S\":\"%s\"}}}",
                     key, sort, sequence, filler);
    }
    mark("begun", key, sequence);
    if (!call(w->db, result, operation, body, &answer)) is_failing = true;
    else mark("acked", key, sequence);
  }
  cyn_result_destroy(result);
  free(sort);
  free(filler);
  free(body);
  return NULL;
}

static int record(const char *folder, const char *durability, int seconds, const char *log_path) {
  char url[4200];
  (void)snprintf(url, sizeof url, "file:%s?durability=%s", folder, durability);
  record_folder = folder;
  log_fd = open(log_path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  if (log_fd < 0 || cyn_open(url, NULL, &db, &error) != CYN_OK) {
    fprintf(stderr, "cannot open: %s\n", error.message != NULL ? error.message : strerror(errno));
    return 1;
  }
  cyn_result *result = cyn_result_new();
  make_tables(db, result);
  pthread_t threads[THREADS];
  worker workers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    workers[i] = (worker){db, i, time(NULL) + seconds};
    if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) abort();
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  mark("end", "all", 0);
  cyn_result_destroy(result);
  cyn_db_close(db);
  return is_failing ? 1 : 0;
}

/* ---- what is there ---- */

static void print_item(const char *table, cyn_item item) {
  char number[CYN_NUMBER_TEXT_SIZE];
  cyn_bytes key = cyn_value_string(cyn_item_get(item, cyn_str("k")));
  size_t size = cyn_value_number_text(cyn_item_get(item, cyn_str("n")), number);
  printf("%s %.*s %.*s\n", table, (int)key.size, key.data, (int)size, number);
}

static bool print_table(cyn_db *db, const char *table, const char *index) {
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  input.table_name = cyn_str(table);
  input.index_name = cyn_str(index);
  cyn_error error = CYN_ERROR_INIT;
  cyn_paginator *pages = NULL;
  const void *page = NULL;
  cyn_status status = cyn_paginator_new(db, CYN_OPERATION_SCAN, &input, &pages, &error);
  while (status == CYN_OK && cyn_paginator_has_more(pages)) {
    status = cyn_paginator_next(pages, &page, &error);
    const cyn_scan_output *output = page;
    for (size_t i = 0; status == CYN_OK && output != NULL && i < output->items.count; i++)
      print_item(index != NULL ? "index" : table, output->items.at[i]);
  }
  bool is_missing = status != CYN_OK && error.name != NULL && strcmp(error.name, "ResourceNotFoundException") == 0;
  if (is_missing) printf("missing %s\n", table);
  if (status != CYN_OK && !is_missing) fprintf(stderr, "scan %s: %s\n", table, error.message);
  cyn_error_clean_up(&error);
  cyn_paginator_destroy(pages);
  return status == CYN_OK || is_missing;
}

static int state(const char *folder) {
  char url[4200];
  (void)snprintf(url, sizeof url, "file:%s", folder);
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_open(url, NULL, &db, &error) != CYN_OK) {
    printf("refused %s\n", error.message);
    cyn_error_clean_up(&error);
    return 3;
  }
  bool fine = print_table(db, "left", NULL) && print_table(db, "right", NULL) && print_table(db, "left", "by_n");
  cyn_db_close(db);
  return fine ? 0 : 1;
}

int main(int count, char **arguments) {
  if (count == 6 && strcmp(arguments[1], "record") == 0)
    return record(arguments[2], arguments[3], atoi(arguments[4]), arguments[5]);
  if (count == 3 && strcmp(arguments[1], "state") == 0) return state(arguments[2]);
  fputs("power_cut record FOLDER DURABILITY SECONDS LOG | power_cut state FOLDER\n", stderr);
  return 2;
}
