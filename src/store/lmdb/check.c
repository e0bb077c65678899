/* Opens the file of a store to look at it, and checks how it is built. See store/check.h.
 *
 * A closed store is locked as if it were opened. One in use is read beside its owner: a reader in LMDB's table holds the
 * last commit, so that none of its pages is written to; which of the meta pages is that commit's is told by its
 * transaction number. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "store/lmdb/check_private.h"

#define SHOWN_DEFAULT 1000u
#define META_TRIES 100

/* ---- faults ---- */

void cyn_i_fault(cyn_i_faults *faults, const char *format, ...) {
  faults->count++;
  if (faults->fault == NULL || faults->count > (faults->shown_max != 0 ? faults->shown_max : SHOWN_DEFAULT)) return;
  char text[1024];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  faults->fault(faults->user, text);
}

void cyn_i_remark(cyn_i_faults *faults, const char *format, ...) {
  if (faults->remark == NULL) return;
  char text[1024];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  faults->remark(faults->user, text);
}

const char *cyn_i_fault_bytes(cyn_bytes bytes, char *out, size_t out_size) {
  size_t used = 0;
  for (size_t i = 0; i < bytes.size; i++) {
    unsigned char c = (unsigned char)bytes.data[i];
    bool plain = c >= ' ' && c <= '~' && c != '\\';
    if (out_size - used < 9) { /* room for one more, the dots and the end */
      (void)snprintf(out + used, out_size - used, "...");
      return out;
    }
    used += (size_t)snprintf(out + used, out_size - used, plain ? "%c" : "\\x%02X", c);
  }
  out[used] = '\0';
  return out;
}

/* ---- opening ---- */

static void load(cyn_i_store_check *check) {
  check->is_loaded = cyn_i_page_file_load(&check->file, &check->load_page);
  (void)snprintf(check->load_reason, sizeof check->load_reason, "%s", check->file.reason);
  if (check->is_loaded) check->meta = &check->file.metas[check->file.newest];
}

static bool file_size(cyn_i_store_check *check) {
  struct stat stat;
  if (fstat(check->fd, &stat) != 0) return false;
  check->file.size = (uint64_t)stat.st_size;
  return true;
}

/* The writer may go on by more than a commit between pinning and reading: then the pinned state's meta page is written
 * over already, and a newer state is pinned. */
static cyn_status load_live(cyn_i_store_check *check, cyn_error *error) {
  for (int i = 0; i < META_TRIES; i++) {
    cyn_status status = cyn_i_lmdb_pin_open(check->path, &check->pin, error);
    if (status != CYN_OK) return status;
    check->is_pinned = true;
    if (file_size(check)) load(check);
    for (unsigned k = 0; check->is_loaded && k < 2; k++) {
      if (check->file.metas[k].transaction != check->pin.transaction) continue;
      check->file.newest = k;
      check->file.last_page = check->file.metas[k].last_page;
      check->meta = &check->file.metas[k];
      return CYN_OK;
    }
    cyn_i_lmdb_pin_close(&check->pin);
    check->is_pinned = false;
  }
  check->is_loaded = false;
  return cyn_i_error_setf(error, CYN_E_STORE_LOCKED,
                          "The store %s is written to faster than it can be looked at: %s. Make a backup, and check that.",
                          check->path, check->load_reason[0] != '\0' ? check->load_reason : "no state stays");
}

/* Who it is, out of the text that refuses an opening. */
static void owner_from(cyn_i_store_check *check, const char *message) {
  static const char *const ends[] = {": connect to that instead", "; one process owns a store"};
  const char *by = strstr(message, "in use by ");
  (void)snprintf(check->owner, sizeof check->owner, "%s", by != NULL ? by + strlen("in use by ") : message);
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    char *end = strstr(check->owner, ends[i]);
    if (end != NULL) *end = '\0';
  }
}

static cyn_status lock(cyn_i_store_check *check, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  bool can_write = access(check->path, W_OK) == 0;
  cyn_status status = cyn_i_lmdb_owner_lock(check->path, !can_write, &check->lock_fd, &own);
  if (status == CYN_E_STORE_LOCKED) {
    owner_from(check, own.message);
    check->is_live = true;
    status = CYN_OK;
  }
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  return status;
}

static cyn_status open_file(cyn_i_store_check *check, cyn_error *error) {
  char name[4096];
  struct stat stat_file;
  int length = snprintf(name, sizeof name, "%s/data.mdb", check->path);
  if (length < 0 || (size_t)length >= sizeof name)
    return cyn_i_error_set(error, CYN_E_STORE, "The path of the store is too long.");
  check->fd = open(name, O_RDONLY | O_CLOEXEC);
  if (check->fd < 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: data.mdb: %s.", check->path, strerror(errno));
  if (fstat(check->fd, &stat_file) != 0 || !S_ISREG(stat_file.st_mode))
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot open the store %s: data.mdb is no file.", check->path);
  check->file.fd = check->fd;
  check->file.size = (uint64_t)stat_file.st_size;
  cyn_status status = lock(check, error);
  if (status != CYN_OK) return status;
  if (check->is_live) return load_live(check, error);
  if (!file_size(check)) return cyn_i_error_set(error, CYN_E_STORE, "The size of the store's file cannot be told.");
  load(check);
  return CYN_OK;
}

static cyn_i_store_check *check_new(const void *bytes, size_t size) {
  cyn_i_store_check *check = cyn_i_zalloc(1, sizeof *check);
  if (check == NULL) return NULL;
  cyn_i_page_file_init(&check->file, -1, bytes, size);
  check->fd = check->lock_fd = -1;
  return check;
}

cyn_status cyn_i_store_check_open(cyn_bytes path, cyn_i_store_check **out, cyn_error *error) {
  *out = NULL;
  if (path.size == 0 || memchr(path.data, 0, path.size) != NULL)
    return cyn_i_error_set(error, CYN_E_STORE, "The path of a store may not be empty or hold a zero byte.");
  cyn_i_store_check *check = check_new(NULL, 0);
  if (check == NULL) return cyn_i_error_no_memory(error);
  check->path = cyn_i_zalloc(path.size + 1, 1);
  cyn_status status = check->path != NULL ? CYN_OK : cyn_i_error_no_memory(error);
  if (status == CYN_OK) {
    memcpy(check->path, path.data, path.size);
    status = open_file(check, error);
  }
  if (status != CYN_OK) {
    cyn_i_store_check_close(check);
    return status;
  }
  *out = check;
  return CYN_OK;
}

cyn_status cyn_i_store_check_open_bytes(const void *bytes, size_t size, cyn_i_store_check **out, cyn_error *error) {
  *out = check_new(bytes, size);
  if (*out == NULL) return cyn_i_error_no_memory(error);
  load(*out);
  return CYN_OK;
}

void cyn_i_store_check_close(cyn_i_store_check *check) {
  if (check == NULL) return;
  for (size_t i = 0; i < CYN_LMDB_LEVEL_MAX; i++) {
    if (check->cursors[i] == NULL) continue;
    cyn_i_page_cursor_clean_up(check->cursors[i]);
    cyn_i_free(check->cursors[i]);
  }
  if (check->is_pinned) cyn_i_lmdb_pin_close(&check->pin);
  cyn_i_page_file_clean_up(&check->file);
  cyn_i_lmdb_owner_unlock(check->lock_fd);
  if (check->fd >= 0) (void)close(check->fd);
  cyn_i_free(check->path);
  cyn_i_free(check);
}

/* ---- what can be told ---- */

void cyn_i_store_check_file(const cyn_i_store_check *check, cyn_i_store_file *out) {
  memset(out, 0, sizeof *out);
  out->is_live = check->is_live;
  (void)snprintf(out->owner, sizeof out->owner, "%s", check->owner);
  out->file_bytes = check->file.size;
  if (check->path != NULL) out->is_marked_unsafe = cyn_i_lmdb_boot_marked(check->path, &out->is_mark_of_this_boot);
  if (!check->is_loaded) return;
  const cyn_i_page_meta *meta = check->meta;
  out->page_bytes = check->file.page_size;
  out->transaction = meta->transaction;
  out->page_count = meta->last_page + 1;
  out->used_pages = check->counts.used;
  out->free_pages = check->counts.free;
  out->branch_pages = meta->main.branch_pages;
  out->leaf_pages = meta->main.leaf_pages;
  out->overflow_pages = meta->main.overflow_pages;
  out->entry_count = meta->main.entries;
  out->depth = meta->main.depth;
  uint8_t key[CYN_LMDB_FORMAT_KEY_SIZE];
  cyn_bytes value;
  cyn_status status = cyn_i_check_get_bytes((cyn_i_store_check *)check, cyn_i_lmdb_format_key(key), &value, NULL);
  if (status == CYN_OK && value.data != NULL && !cyn_i_lmdb_format_read(value, &out->format_version, out->writer))
    out->format_version = 0;
  out->is_out_of_memory = status == CYN_E_OUT_OF_MEMORY;
}

cyn_status cyn_i_store_check_clear_mark(cyn_i_store_check *check, cyn_error *error) {
  if (check->path == NULL || check->is_live) return CYN_OK;
  if (fsync(check->fd) != 0) /* what was read may still be in memory alone */
    return cyn_i_error_setf(error, CYN_E_STORE, "Cannot sync the store %s: %s.", check->path, strerror(errno));
  cyn_i_lmdb_boot_unmark(check->path);
  bool of_this_boot;
  if (!cyn_i_lmdb_boot_marked(check->path, &of_this_boot)) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_STORE, "The mark of durability=unsafe in %s cannot be removed.", check->path);
}

/* ---- structure ---- */

static void length_check(cyn_i_store_check *check, cyn_i_faults *faults, bool tail_is_free) {
  uint64_t held = check->file.size / check->file.page_size;
  if (held > check->meta->last_page || tail_is_free) return;
  cyn_i_fault(faults, "the file is too short: it has %llu bytes, and its meta page counts %llu",
              (unsigned long long)check->file.size,
              (unsigned long long)((check->meta->last_page + 1) * check->file.page_size));
}

/* The state before the last commit is what a commit falls back to when the power fails in it. In relaxed mode a power cut
 * may leave it half written over, and so may a commit that failed: that it cannot be read is no damage.
 *
 * When it is in truth newer than the one that is taken for the last, either LMDB took back a commit that failed on the disk
 * (the transaction and the last page are the older ones' again, the roots are not), or the page's transaction is damaged and
 * hides a commit. The last page tells, but where the commit needed no new one: then both look the same, and it is said. */
static cyn_status older_check(cyn_i_store_check *check, cyn_i_faults *faults, cyn_error *error) {
  const cyn_i_page_meta *older = &check->file.metas[1 - check->file.newest];
  cyn_i_faults own = {0};
  cyn_i_page_counts counts = {0};
  cyn_status status = CYN_OK;
  if (check->is_live || older->transaction == 0) return CYN_OK;
  if (cyn_i_page_meta_fault(older) != NULL) own.count++;
  else status = cyn_i_page_tree_check(&check->file, older, &own, &counts, error);
  bool is_whole = counts.too_new != 0 && own.count == counts.too_new; /* all else in it is right */
  bool is_newer = is_whole && counts.last_freeing > check->meta->transaction;
  if (is_newer && older->last_page > check->meta->last_page)
    cyn_i_fault(faults, "the last commit is hidden: meta page %u is of transaction %llu, and says %llu",
                1 - check->file.newest, (unsigned long long)counts.last_freeing, (unsigned long long)older->transaction);
  else if (is_newer)
    cyn_i_remark(faults,
                 "a commit that failed on the disk was taken back; if none did, the last commit is hidden by damage: meta page "
                 "%u is of transaction %llu, and says %llu",
                 1 - check->file.newest, (unsigned long long)counts.last_freeing, (unsigned long long)older->transaction);
  else if (status == CYN_OK && own.count != 0)
    cyn_i_remark(faults, "the state before the last commit cannot be read any more; the last one stands for itself");
  return status;
}

cyn_status cyn_i_store_check_structure(cyn_i_store_check *check, cyn_i_faults *faults, cyn_error *error) {
  static const char *const places[] = {"meta page 0", "meta page 1", "the meta pages"};
  if (!check->is_loaded) {
    cyn_i_fault(faults, "%s: %s", places[check->load_page], check->load_reason);
    return CYN_OK;
  }
  bool tail_is_free = true;
  cyn_status status = CYN_OK;
  if (check->file.size / check->file.page_size <= check->meta->last_page)
    status = cyn_i_page_tree_tail_is_free(&check->file, check->meta, &tail_is_free, error);
  if (status != CYN_OK) return status;
  length_check(check, faults, tail_is_free);
  uint64_t before = faults->count;
  status = cyn_i_page_tree_check(&check->file, check->meta, faults, &check->counts, error);
  if (status == CYN_OK) status = older_check(check, faults, error);
  if (status == CYN_OK && faults->count == before) status = cyn_i_check_records(check, faults, error);
  return status;
}
