/* Files damaged on purpose, each in one place: the check crashes on none and misses none.
 *
 * A file is one of a full database (store_sample.h) with a page, some words or its length changed. Where the check tells no
 * fault, the change must not matter: LMDB itself, in a process of its own, must then read every key and value of the file
 * as they were, walking through it and one by one. (Words in the unused room of a page, in free pages, in the state before
 * the last commit, in a separator that still separates and in the keys of deleted tables are such.) So what is damage is not judged by the check's own
 * code.
 *
 * DAMAGE_FILES=N (1,000), DAMAGE_SEED=N (1) to repeat: the file of number K is made from seed + K alone. A file that fails
 * is kept as /tmp/cynamo-damage-K. */
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cynamo/store.h>

#include "store_sample.h"

enum { META, BRANCH, LEAF, BIG, BIG_REST, FREE_TREE, FREE_PAGE, KINDS };
static const char *const kind_names[KINDS] = {"meta", "branch", "leaf", "overflow", "overflow, further", "free list", "free"};

typedef struct world {
  uint8_t *bytes, *damaged;
  size_t size;
  uint32_t page_size;
  uint8_t *kinds;              /* of each page */
  uint32_t *pages[KINDS];
  size_t counts[KINDS], page_count;
  uint64_t content;            /* hash of all keys and values */
  char folder[64], file[96], url[96];
} world;

static unsigned long current; /* for the handler of a crash */

static void on_crash(int number) {
  char text[80];
  int size = snprintf(text, sizeof text, "\nthe check crashed on file %lu (signal %d)\n", current, number);
  if (write(2, text, (size_t)size) < 0) _exit(3);
  (void)signal(number, SIG_DFL);
  (void)raise(number);
}

static uint64_t next_random(uint64_t *state) {
  uint64_t x = *state += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

static uint16_t u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t u32(const uint8_t *p) { return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16; }
static uint64_t u64(const uint8_t *p) { return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32; }

/* ---- which page is what: a short reading of a file that is known to be sound ---- */

static void note(world *w, uint64_t page, unsigned kind) { w->kinds[page] = (uint8_t)kind; }

static void note_tree(world *w, uint64_t number, bool is_free_tree, unsigned depth) {
  const uint8_t *page = w->bytes + number * w->page_size;
  bool is_leaf = (u16(page + 10) & 2) != 0;
  note(w, number, is_free_tree ? FREE_TREE : is_leaf ? LEAF : BRANCH);
  for (unsigned i = 0; i < (u16(page + 12) - 16u) / 2u; i++) {
    const uint8_t *node = page + u16(page + 16 + 2 * i);
    if (!is_leaf) {
      if (depth < 32) note_tree(w, (uint64_t)u32(node) | (uint64_t)u16(node + 4) << 32, is_free_tree, depth + 1);
    } else if ((u16(node + 4) & 1) != 0) {
      uint64_t first = u64(node + 8 + u16(node + 6));
      uint32_t count = u32(w->bytes + first * w->page_size + 12);
      for (uint32_t k = 0; k < count; k++) note(w, first + k, is_free_tree ? FREE_TREE : k == 0 ? BIG : BIG_REST);
    }
  }
}

static bool sort_pages(world *w) {
  const uint8_t *meta = w->bytes;
  w->page_size = u32(meta + 40);
  if (u64(w->bytes + w->page_size + 144) > u64(meta + 144)) meta += w->page_size;
  w->page_count = w->size / w->page_size;
  w->kinds = calloc(w->page_count, 1);
  memset(w->kinds, FREE_PAGE, w->page_count);
  w->kinds[0] = w->kinds[1] = META;
  if (u64(meta + 40 + 40) != UINT64_MAX) note_tree(w, u64(meta + 40 + 40), true, 0);
  note_tree(w, u64(meta + 88 + 40), false, 0);
  for (unsigned kind = 0; kind < KINDS; kind++) w->pages[kind] = calloc(w->page_count, sizeof(uint32_t));
  for (size_t i = 0; i < w->page_count; i++) w->pages[w->kinds[i]][w->counts[w->kinds[i]]++] = (uint32_t)i;
  for (unsigned kind = 0; kind < KINDS; kind++)
    if (w->counts[kind] == 0) test_failed(__FILE__, __LINE__, "the file has no page of the kind %s", kind_names[kind]);
  return !test_current_failed();
}

/* ---- damage ---- */

static size_t pick_place(const world *w, uint64_t *seed, size_t page) {
  const uint8_t *bytes = w->bytes + page * w->page_size;
  unsigned kind = w->kinds[page];
  uint64_t how = next_random(seed) % 8;
  bool has_nodes = kind == BRANCH || kind == LEAF || kind == FREE_TREE;
  unsigned count = has_nodes && (u16(bytes + 10) & 3) != 0 ? (u16(bytes + 12) - 16u) / 2u : 0;
  if (kind == META && how < 6) return (size_t)(next_random(seed) % 152);
  if (how < 2) return (size_t)(next_random(seed) % 16);
  if (count == 0 || how == 2) return (size_t)(next_random(seed) % w->page_size);
  if (how == 3) return 16 + (size_t)(next_random(seed) % (2 * count));
  size_t node = u16(bytes + 16 + 2 * (next_random(seed) % count));
  if (how == 4) return node + (size_t)(next_random(seed) % 8);
  size_t room = w->page_size - node - 8;
  size_t key = u16(bytes + node + 6);
  if (how == 5 && key != 0 && key <= room) return node + 8 + (size_t)(next_random(seed) % key);
  return room != 0 ? node + 8 + (size_t)(next_random(seed) % (room < 200 ? room : 200)) : node;
}

static void change_word(const world *w, uint64_t *seed, size_t at) {
  static const size_t sizes[] = {1, 2, 4, 8};
  size_t size = sizes[next_random(seed) % 4];
  if (at > w->size - size) at = w->size - size;
  uint64_t word = 0;
  memcpy(&word, w->damaged + at, size);
  switch (next_random(seed) % 6) {
    case 0: word = next_random(seed); break;
    case 1: word ^= (uint64_t)1 << next_random(seed) % (8 * size); break;
    case 2: word = 0; break;
    case 3: word = UINT64_MAX; break;
    case 4: word++; break;
    default: word--; break;
  }
  memcpy(w->damaged + at, &word, size);
}

static void change_page(const world *w, uint64_t *seed, size_t page) {
  uint8_t *bytes = w->damaged + page * w->page_size;
  size_t other = next_random(seed) % w->page_count, half = 512 * (1 + next_random(seed) % 7);
  if (half > w->page_size) half = w->page_size / 2;
  switch (next_random(seed) % 6) {
    case 0: memset(bytes, 0, w->page_size); break;
    case 1: for (size_t i = 0; i < w->page_size; i++) bytes[i] = (uint8_t)next_random(seed); break;
    case 2: memcpy(bytes, w->bytes + other * w->page_size, w->page_size); break; /* a write that went astray */
    case 3: memcpy(bytes + half, w->bytes + other * w->page_size + half, w->page_size - half); break; /* torn */
    case 4: memset(bytes + half, 0, w->page_size - half); break;
    default:
      memcpy(bytes, w->bytes + other * w->page_size, w->page_size);
      memcpy(w->damaged + other * w->page_size, w->bytes + page * w->page_size, w->page_size);
      memcpy(bytes, w->bytes + page * w->page_size, 8); /* each with the number of its place */
      memcpy(w->damaged + other * w->page_size, w->bytes + other * w->page_size, 8);
      break;
  }
}

/* Returns the size of the damaged file; the kind of page where it was damaged. */
static size_t damage(const world *w, uint64_t *seed, unsigned *kind) {
  memcpy(w->damaged, w->bytes, w->size);
  *kind = (unsigned)(next_random(seed) % KINDS);
  size_t page = w->pages[*kind][next_random(seed) % w->counts[*kind]];
  uint64_t how = next_random(seed) % 20;
  if (how == 0) {
    *kind = META;
    size_t size = next_random(seed) % w->size;
    return next_random(seed) % 2 == 0 ? size : size / w->page_size * w->page_size;
  }
  if (how == 1) { /* the last commit is taken for an older one */
    *kind = META;
    uint8_t *meta = u64(w->damaged + 144) > u64(w->damaged + w->page_size + 144) ? w->damaged : w->damaged + w->page_size;
    meta[144] = (uint8_t)(meta[144] - 2);
    return w->size;
  }
  if (how < 5) change_page(w, seed, page);
  else
    for (unsigned i = 0; i < 1 + (how == 19); i++) change_word(w, seed, page * w->page_size + pick_place(w, seed, page));
  return w->size;
}

static bool write_file(const world *w, const uint8_t *bytes, size_t size) {
  int fd = open(w->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  bool written = fd >= 0 && write(fd, bytes, size) == (ssize_t)size;
  if (fd >= 0) close(fd);
  return written;
}

/* ---- what LMDB reads ---- */

static uint64_t hash_more(uint64_t hash, const void *bytes, size_t size) {
  const uint8_t *p = bytes;
  hash = (hash ^ size) * 0x100000001B3u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ p[i]) * 0x100000001B3u;
  return hash;
}

/* Deleted tables whose items are still being taken away: keys of these spaces name nothing any more. */
static uint32_t deleted_spaces[8];
static size_t deleted_count;

static bool is_deleted(const uint8_t *key, size_t size) {
  for (size_t i = 0; i < deleted_count; i++) {
    uint32_t space = __builtin_bswap32(deleted_spaces[i]);
    if (size >= 4 && memcmp(key, &space, 4) == 0) return true;
  }
  return false;
}

static void note_deleted(const uint8_t *key, size_t size) {
  static const uint8_t head[13] = {0, 0, 0, 19};
  if (size != sizeof head + 4 || memcmp(key, head, sizeof head) != 0 || deleted_count == 8) return;
  deleted_spaces[deleted_count++] = __builtin_bswap32(u32(key + sizeof head));
}

/* `first`: of the sound file. */
static uint64_t content_of(const char *folder, bool first) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_cursor *cursor;
  MDB_val key, value, again;
  uint64_t hash = 0xCBF29CE484222325u;
  if (mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, (size_t)256 << 20) != 0 ||
      mdb_env_open(env, folder, MDB_RDONLY | MDB_NOLOCK, 0600) != 0 || mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0 ||
      mdb_dbi_open(txn, NULL, 0, &dbi) != 0 || mdb_cursor_open(txn, dbi, &cursor) != 0)
    return 1;
  int code;
  while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
    if (first) note_deleted(key.mv_data, key.mv_size);
    if (is_deleted(key.mv_data, key.mv_size)) hash = hash_more(hash, "", 0);
    else hash = hash_more(hash_more(hash, key.mv_data, key.mv_size), value.mv_data, value.mv_size);
    if (mdb_get(txn, dbi, &key, &again) != 0 || again.mv_data != value.mv_data) return 2;
  }
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  return code == MDB_NOTFOUND ? hash : 3;
}

/* In a process of its own, since LMDB may crash. */
static bool content_is_whole(const world *w) {
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) test_child_exit(content_of(w->folder, false) == w->content ? 0 : 1);
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- the test ---- */

typedef struct told {
  char first[1024];
} told;

static void on_fault(void *user, const char *text) {
  told *t = user;
  if (t->first[0] == '\0') (void)snprintf(t->first, sizeof t->first, "%s", text);
}

/* A change of a meta page's transaction that cannot be told from a commit that failed: said, but not as a fault. */
static void on_remark(void *user, const char *text) {
  told *t = user;
  if (strstr(text, "the last commit is hidden") != NULL) (void)snprintf(t->first, sizeof t->first, "%s", text);
}

static bool world_make(world *w, unsigned items) {
  char name[128];
  struct stat stat_file;
  memset(w, 0, sizeof *w);
  /* a thousand files of a megabyte: not on a disk, where there is a choice */
  (void)snprintf(w->folder, sizeof w->folder, "%s/cynamo-damage-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  if (mkdtemp(w->folder) == NULL) return false;
  (void)snprintf(name, sizeof name, "file:%s/sound?durability=unsafe", w->folder);
  if (!sample_fill(name, items)) return false;
  (void)snprintf(name, sizeof name, "%s/sound/data.mdb", w->folder);
  (void)snprintf(w->file, sizeof w->file, "%s/data.mdb", w->folder);
  (void)snprintf(w->url, sizeof w->url, "file:%s", w->folder);
  int fd = open(name, O_RDONLY);
  if (fd < 0 || fstat(fd, &stat_file) != 0) return false;
  w->size = (size_t)stat_file.st_size;
  w->bytes = malloc(w->size);
  w->damaged = malloc(w->size);
  bool is_read = read(fd, w->bytes, w->size) == (ssize_t)w->size;
  close(fd);
  if (!is_read || !write_file(w, w->bytes, w->size)) return false;
  w->content = content_of(w->folder, true);
  return w->content > 3 && sort_pages(w);
}

static void world_clean_up(world *w) {
  char command[96];
  (void)snprintf(command, sizeof command, "rm -rf %s", w->folder);
  CHECK_INT(system(command), 0);
  for (unsigned kind = 0; kind < KINDS; kind++) free(w->pages[kind]);
  free(w->kinds);
  free(w->bytes);
  free(w->damaged);
}

static void keep(const world *w, unsigned long number) {
  char command[200];
  (void)snprintf(command, sizeof command, "mkdir -p /tmp/cynamo-damage-%lu && cp %s /tmp/cynamo-damage-%lu/", number, w->file, number);
  if (system(command) != 0) printf("could not keep file %lu\n", number);
}

static unsigned long number_from(const char *name, unsigned long standard) {
  const char *text = getenv(name);
  return text != NULL ? strtoul(text, NULL, 10) : standard;
}

/* A file whose meta pages or length are at fault is not opened either. */
static bool open_refuses(const world *w, const char *fault) {
  if (strncmp(fault, "meta page ", 10) != 0 && strncmp(fault, "the meta pages", 14) != 0 && strncmp(fault, "the file is too short", 21) != 0)
    return true;
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  bool refused = cyn_open(w->url, NULL, &db, &error) != CYN_OK;
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  return refused;
}

static bool damage_one(const world *w, unsigned long number, unsigned *kind, bool *is_told) {
  uint64_t seed = number;
  told t = {{0}};
  cyn_check_report report;
  cyn_error error = CYN_ERROR_INIT;
  cyn_check_options options = CYN_CHECK_OPTIONS_INIT;
  options.fault = on_fault;
  options.remark = on_remark;
  options.user = &t;
  if (!write_file(w, w->damaged, damage(w, &seed, kind))) return false;
  cyn_status status = cyn_store_check(w->url, &options, &report, &error);
  *is_told = status != CYN_OK || t.first[0] != '\0';
  bool good = status == CYN_OK;
  if (!good) test_failed(__FILE__, __LINE__, "file %lu: %s", number, error.message);
  if (good && *is_told) good = open_refuses(w, t.first);
  if (!good) test_failed(__FILE__, __LINE__, "file %lu is opened although: %s", number, t.first);
  if (good && !*is_told) {
    good = content_is_whole(w);
    if (!good) test_failed(__FILE__, __LINE__, "file %lu: a change of a page (%s) was missed", number, kind_names[*kind]);
  }
  cyn_error_clean_up(&error);
  return good;
}

TEST(no_damage_is_missed_and_none_crashes) {
  world w;
  REQUIRE(world_make(&w, 220));
#ifdef __SANITIZE_THREAD__
  const unsigned long standard = 50; /* there are no threads to watch */
#else
  const unsigned long standard = 1000;
#endif
  unsigned long files = number_from("DAMAGE_FILES", standard), first = number_from("DAMAGE_SEED", 1), failed = 0;
  unsigned long made[KINDS] = {0}, told_of[KINDS] = {0};
  static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE};
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) (void)signal(signals[i], on_crash);
  for (unsigned long number = first; number < first + files && failed < 10; number++) {
    unsigned kind;
    bool is_told = false;
    current = number;
    if (!damage_one(&w, number, &kind, &is_told)) {
      keep(&w, number);
      failed++;
    }
    made[kind]++;
    told_of[kind] += is_told;
  }
  for (unsigned kind = 0; kind < KINDS; kind++)
    printf("%-18s %6lu damaged, %6lu told of; the others hold what they held\n", kind_names[kind], made[kind], told_of[kind]);
  /* the test itself: damage in what counts is mostly told */
  if (files >= 500)
    for (unsigned kind = META; kind <= LEAF; kind++) CHECK(told_of[kind] * 2 > made[kind]);
  world_clean_up(&w);
}
