/* <cynamo/store.h>: the care of file: databases. A URL is all that these take, since a damaged database cannot be opened
 * first. */
#include <cynamo/store.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "db/db_private.h"
#include "engine/verify.h"
#include "store/care.h"
#include "store/check.h"

#define FAULTS_DEFAULT 100

/* The folder of a file: URL, in the arena. */
static cyn_status folder_of(const char *url, const char *doing, cyn_i_arena *arena, cyn_bytes *out, cyn_error *error) {
  cyn_i_url parsed;
  cyn_status status = cyn_i_url_parse(cyn_str(url), arena, &parsed, error);
  if (status != CYN_OK) return status;
  if (parsed.scheme != CYN_URL_FILE)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s: cannot %s it: not on this backend; only file:PATH has a file here", url,
                            doing);
  *out = parsed.place;
  return CYN_OK;
}

/* ---- check ---- */

static cyn_status check_run(cyn_i_store_check *check, cyn_i_faults *faults, cyn_check_report *report, cyn_error *error) {
  cyn_i_store_file file;
  cyn_i_verify_report verified = {0};
  cyn_status status = cyn_i_store_check_structure(check, faults, error);
  cyn_i_store_check_file(check, &file);
  if (status == CYN_OK && faults->count == 0) status = cyn_i_verify(check, faults, &verified, error);
  if (status != CYN_OK) return status;
  *report = (cyn_check_report){.faults = faults->count,
                               .pages = file.page_count,
                               .free_pages = file.free_pages,
                               .entries = file.entry_count,
                               .tables = verified.tables,
                               .items = verified.items,
                               .item_bytes = verified.item_bytes,
                               .index_entries = verified.index_entries,
                               .ttl_entries = verified.ttl_entries,
                               .is_live = file.is_live};
  (void)snprintf(report->owner, sizeof report->owner, "%s", file.owner);
  bool is_doubtful = file.is_marked_unsafe && !file.is_mark_of_this_boot && !file.is_live;
  if (!is_doubtful || faults->count != 0) return CYN_OK;
  status = cyn_i_store_check_clear_mark(check, error);
  report->mark_cleared = status == CYN_OK;
  return status;
}

cyn_status cyn_store_check(const char *url, const cyn_check_options *options, cyn_check_report *report,
                           cyn_error *error) {
  cyn_check_options own = CYN_CHECK_OPTIONS_INIT;
  if (options != NULL) memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  memset(report, 0, sizeof *report);
  cyn_i_arena arena;
  cyn_bytes folder;
  cyn_i_arena_init(&arena, 1024);
  cyn_i_faults faults = {.fault = own.fault, .remark = own.remark, .user = own.user};
  faults.shown_max = own.faults_max.is_set && own.faults_max.value > 0 ? (uint64_t)own.faults_max.value : FAULTS_DEFAULT;
  cyn_i_store_check *check = NULL;
  cyn_status status = folder_of(url, "check", &arena, &folder, error);
  if (status == CYN_OK) status = cyn_i_store_check_open(folder, &check, error);
  if (status == CYN_OK) status = check_run(check, &faults, report, error);
  cyn_i_store_check_close(check);
  cyn_i_arena_clean_up(&arena);
  return status;
}

/* ---- info ---- */

typedef struct info_tables {
  void (*visitor)(void *user, const cyn_store_table *table);
  void *user;
} info_tables;

static void visit_table(void *user, const cyn_i_verify_table *found) {
  const info_tables *to = user;
  const cyn_i_table *table = found->table;
  to->visitor(to->user, &(cyn_store_table){table->account, table->region, table->name, found->items, found->bytes,
                                           (int64_t)table->index_count});
}

static cyn_status info_run(cyn_i_store_check *check, const char *url, cyn_store_info *out, info_tables *to,
                           cyn_error *error) {
  cyn_i_store_file file;
  cyn_i_store_check_file(check, &file);
  if (file.is_out_of_memory) return cyn_i_error_no_memory(error);
  if (file.page_bytes == 0 || file.format_version == 0)
    return cyn_i_error_setf(error, CYN_E_STORE, "%s is damaged, or no store of Cynamo's: cynamo check says more", url);
  *out = (cyn_store_info){.format_version = file.format_version,
                          .file_bytes = file.file_bytes,
                          .page_bytes = file.page_bytes,
                          .pages = file.page_count,
                          .used_pages = file.branch_pages + file.leaf_pages + file.overflow_pages,
                          .entries = file.entry_count,
                          .last_commit = file.transaction,
                          .depth = file.depth,
                          .is_live = file.is_live,
                          .is_marked_unsafe = file.is_marked_unsafe};
  (void)snprintf(out->writer, sizeof out->writer, "%s", file.writer);
  (void)snprintf(out->owner, sizeof out->owner, "%s", file.owner);
  return to->visitor != NULL ? cyn_i_verify_tables(check, visit_table, to, error) : CYN_OK;
}

cyn_status cyn_store_info_get(const char *url, cyn_store_info *out, void (*table)(void *user, const cyn_store_table *table),
                              void *user, cyn_error *error) {
  cyn_i_arena arena;
  cyn_bytes folder;
  info_tables to = {table, user};
  cyn_i_store_check *check = NULL;
  memset(out, 0, sizeof *out);
  cyn_i_arena_init(&arena, 1024);
  cyn_status status = folder_of(url, "tell about", &arena, &folder, error);
  if (status == CYN_OK) status = cyn_i_store_check_open(folder, &check, error);
  if (status == CYN_OK) status = info_run(check, url, out, &to, error);
  cyn_i_store_check_close(check);
  cyn_i_arena_clean_up(&arena);
  return status;
}

/* ---- copies, and a smaller or newer file ---- */

cyn_status cyn_store_backup(const char *url, const char *folder, cyn_error *error) {
  cyn_i_arena arena;
  cyn_bytes from;
  cyn_i_arena_init(&arena, 1024);
  cyn_status status = folder_of(url, "copy", &arena, &from, error);
  if (status == CYN_OK) status = cyn_i_store_backup(from, cyn_str(folder), error);
  cyn_i_arena_clean_up(&arena);
  return status;
}

cyn_status cyn_store_compact(const char *url, uint64_t *saved_bytes, cyn_error *error) {
  cyn_i_arena arena;
  cyn_bytes folder;
  uint64_t saved = 0;
  cyn_i_arena_init(&arena, 1024);
  cyn_status status = folder_of(url, "compact", &arena, &folder, error);
  if (status == CYN_OK) status = cyn_i_store_compact(folder, &saved, error);
  if (saved_bytes != NULL) *saved_bytes = saved;
  cyn_i_arena_clean_up(&arena);
  return status;
}

cyn_status cyn_store_upgrade(const char *url, int64_t *from, int64_t *to, cyn_error *error) {
  cyn_i_arena arena;
  cyn_bytes folder;
  uint32_t before = 0, after = 0;
  cyn_i_arena_init(&arena, 1024);
  cyn_status status = folder_of(url, "upgrade", &arena, &folder, error);
  if (status == CYN_OK) status = cyn_i_store_upgrade(folder, &before, &after, error);
  if (from != NULL) *from = before;
  if (to != NULL) *to = after;
  cyn_i_arena_clean_up(&arena);
  return status;
}

cyn_status cyn_db_backup(cyn_db *db, const char *folder, cyn_error *error) {
  if (db->engine == NULL)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s: cannot copy it: not on this backend; only memory: and file:PATH have their data here",
                            db->url);
  return cyn_i_store_copy(cyn_i_engine_store(db->engine), cyn_str(folder), false, error);
}
