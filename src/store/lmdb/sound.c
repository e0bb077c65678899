/* What opening looks at before LMDB maps the file: both meta pages, whether the file is as long as they say, and the
 * format record with the pages on the way to it. A few reads, whatever the file's size; damage further in is for
 * `cynamo check`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lmdb/lmdb_private.h"
#include "store/lmdb/page_file.h"

static cyn_status damaged(const char *path, const char *where, const char *reason, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_STORE, "The store %s is damaged, or no Cynamo store: %s: %s.", path, where, reason);
}

/* LMDB writes no page that it takes and gives back in one transaction, so free pages at the end may be missing. */
static cyn_status length_check(const char *path, cyn_i_page_file *file, cyn_error *error) {
  const cyn_i_page_meta *meta = &file->metas[file->newest];
  if (file->size / file->page_size > meta->last_page) return CYN_OK;
  bool is_free;
  cyn_status status = cyn_i_page_tree_tail_is_free(file, meta, &is_free, error);
  if (status != CYN_OK || is_free) return status;
  char reason[120];
  (void)snprintf(reason, sizeof reason, "it has %llu bytes, and its meta page counts %llu",
                 (unsigned long long)file->size, (unsigned long long)((meta->last_page + 1) * file->page_size));
  return damaged(path, "the file is too short", reason, error);
}

static cyn_status format_check(const char *path, cyn_i_page_file *file, cyn_error *error) {
  const cyn_i_page_db *db = &file->metas[file->newest].main;
  uint8_t key[CYN_LMDB_FORMAT_KEY_SIZE];
  cyn_bytes value;
  cyn_error own = CYN_ERROR_INIT;
  if (db->root == CYN_PAGE_NONE) return CYN_OK; /* new, and nothing is in it yet */
  cyn_status status = cyn_i_page_file_get(file, db, cyn_i_lmdb_format_key(key), &value, &own);
  if (status == CYN_E_STORE) status = damaged(path, "the way to its format record", own.message, error);
  else if (status != CYN_OK) status = cyn_i_error_no_memory(error);
  else if (value.data == NULL)
    status = cyn_i_error_setf(error, CYN_E_STORE, "The store %s is no Cynamo store: it has no format record.", path);
  else status = cyn_i_lmdb_format_judge(path, value, error);
  cyn_error_clean_up(&own);
  return status;
}

static cyn_status file_check(const char *path, cyn_i_page_file *file, cyn_error *error) {
  static const char *const places[] = {"meta page 0", "meta page 1", "the meta pages"};
  unsigned page;
  if (!cyn_i_page_file_load(file, &page)) return damaged(path, places[page], file->reason, error);
  cyn_status status = length_check(path, file, error);
  return status == CYN_OK ? format_check(path, file, error) : status;
}

cyn_status cyn_i_lmdb_sound_check(const char *path, cyn_error *error) {
  char name[4096];
  struct stat stat;
  int length = snprintf(name, sizeof name, "%s/data.mdb", path);
  if (length < 0 || (size_t)length >= sizeof name) return CYN_OK; /* opening says it better */
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return CYN_OK; /* new, or not to be read: opening says which */
  cyn_status status = CYN_OK;
  if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode)) { /* an empty one, too: new files are born whole */
    cyn_i_page_file file;
    cyn_i_page_file_init(&file, fd, NULL, (uint64_t)stat.st_size);
    status = file_check(path, &file, error);
    cyn_i_page_file_clean_up(&file);
  }
  (void)close(fd);
  return status;
}
