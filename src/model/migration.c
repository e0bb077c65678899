/* cyn_migrate, <cynamo/migration.h>: a thread for each segment of the scan, the record of where each has come after each page.
 * A step that was killed is begun again from its record; items of the page that was under way are looked at twice, which is
 * why a change must be idempotent. */
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/migration.h"
#include "model/rate.h"

#define SEGMENTS_DEFAULT 4
#define SEGMENTS_MAX 256
#define PAGE_DEFAULT 100
#define NAP_MS 50

typedef struct run {
  cyn_db *db;
  const cyn_migration *step;
  cyn_migration_options options;
  cyn_i_arena arena;       /* of `where` */
  cyn_i_bound *where;
  cyn_i_migration_record record;
  cyn_bytes key_names[2];
  cyn_i_scan_rate rate;
  bool ends, stops;     /* atomic: after an error, by the user */
  pthread_mutex_t lock; /* of what follows, and for `progress` */
  cyn_migration_report report;
  cyn_status status;
  cyn_error error;
} run;

typedef struct segment {
  run *run;
  int64_t number;
  pthread_t thread;
} segment;

static void add_page(run *r, int64_t scanned, int64_t changed, int64_t conflicts) {
  (void)pthread_mutex_lock(&r->lock);
  r->report.scanned += scanned;
  r->report.changed += changed;
  r->report.conflicts += conflicts;
  if (r->options.progress != NULL) r->options.progress(&r->report, r->options.progress_user);
  (void)pthread_mutex_unlock(&r->lock);
}

/* True when the user wants the end. */
static bool is_stopped(run *r) {
  if (r->options.stops != NULL && r->options.stops(r->options.stops_user)) __atomic_store_n(&r->stops, true, __ATOMIC_RELAXED);
  return __atomic_load_n(&r->stops, __ATOMIC_RELAXED);
}

/* What was consumed is paid for with time; in short naps, so that the end is not waited for. */
static void pay(run *r, double units) {
  int64_t left = cyn_i_scan_rate_take(&r->rate, r->options.rate_limit, units);
  while (left > 0 && !is_stopped(r) && !__atomic_load_n(&r->ends, __ATOMIC_RELAXED)) {
    cyn_i_sleep_ms(left < NAP_MS ? left : NAP_MS);
    left -= NAP_MS;
  }
}

static cyn_status scan_page(run *r, int64_t number, cyn_item start, cyn_result *result, const cyn_scan_output **output,
                            cyn_error *error) {
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  input.table_name = cyn_str(r->step->table);
  input.segment = cyn_int(number);
  input.total_segments = cyn_int(r->record.segments);
  input.limit = cyn_int(r->options.page_size);
  input.consistent_read = cyn_bool(true);
  input.exclusive_start_key = start;
  if (r->options.rate_limit > 0) input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  cyn_status status = cyn_scan(r->db, &input, result, output, error);
  if (status != CYN_OK || (*output)->consumed_capacity == NULL) return status;
  pay(r, (*output)->consumed_capacity->capacity_units.value);
  return CYN_OK;
}

static cyn_status work_page(run *r, cyn_i_migration_worker *worker, int64_t number, const cyn_scan_output *page,
                            cyn_error *error) {
  int64_t changed_count = 0, before = worker->conflicts;
  for (size_t i = 0; i < page->items.count; i++) {
    bool changed;
    cyn_status status = cyn_i_migration_item(worker, page->items.at[i], &changed, error);
    if (status != CYN_OK) return status;
    changed_count += changed;
    if (worker->units > 0) pay(r, worker->units);
  }
  int64_t scanned = (int64_t)page->items.count;
  if (!r->options.dry_run) {
    cyn_status status = cyn_i_migration_record_advance(r->db, r->step, number, page->last_evaluated_key, scanned,
                                                       changed_count, worker->result, error);
    if (status != CYN_OK) return status;
  }
  add_page(r, scanned, changed_count, worker->conflicts - before);
  return CYN_OK;
}

/* Pages are read with two results in turn, since a page's last key is where the next begins. */
static cyn_status work(run *r, cyn_i_migration_worker *worker, int64_t number, cyn_result *pages[2], cyn_item start,
                       cyn_error *error) {
  for (int turn = 0; !is_stopped(r) && !__atomic_load_n(&r->ends, __ATOMIC_RELAXED); turn ^= 1) {
    const cyn_scan_output *page;
    cyn_status status = scan_page(r, number, start, pages[turn], &page, error);
    if (status == CYN_OK) status = work_page(r, worker, number, page, error);
    if (status != CYN_OK) return status;
    start = page->last_evaluated_key;
    if (start.data == NULL) return CYN_OK;
  }
  return CYN_OK;
}

static void *run_segment(void *argument) {
  segment *own = argument;
  run *r = own->run;
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *pages[2] = {cyn_result_new(), cyn_result_new()};
  cyn_item_builder *position = cyn_item_builder_new();
  cyn_i_migration_worker worker = {.db = r->db, .step = r->step, .where = r->where, .dry_run = r->options.dry_run,
                                   .counts_units = r->options.rate_limit > 0};
  memcpy(worker.key_names, r->key_names, sizeof worker.key_names);
  worker.result = cyn_result_new();
  worker.reads = cyn_result_new();
  worker.changed_item = cyn_item_builder_new();
  worker.repeated = cyn_item_builder_new();
  worker.key = cyn_item_builder_new();
  worker.values = cyn_item_builder_new();
  cyn_item start = {NULL, 0, NULL};
  bool is_done = false;
  bool has_results = pages[0] != NULL && pages[1] != NULL && worker.result != NULL && worker.reads != NULL;
  cyn_status status = has_results ? CYN_OK : cyn_i_error_no_memory(&error);
  if (status == CYN_OK) status = cyn_i_migration_record_position(&r->record, own->number, position, &start, &is_done, &error);
  if (status == CYN_OK && !is_done) status = work(r, &worker, own->number, pages, start, &error);
  if (status != CYN_OK) {
    (void)pthread_mutex_lock(&r->lock);
    if (r->status == CYN_OK) {
      r->status = status;
      cyn_i_error_move(&r->error, &error);
    }
    (void)pthread_mutex_unlock(&r->lock);
    __atomic_store_n(&r->ends, true, __ATOMIC_RELAXED);
  }
  cyn_error_clean_up(&error);
  cyn_item_builder_destroy(worker.values);
  cyn_item_builder_destroy(worker.key);
  cyn_item_builder_destroy(worker.repeated);
  cyn_item_builder_destroy(worker.changed_item);
  cyn_result_destroy(worker.reads);
  cyn_result_destroy(worker.result);
  cyn_item_builder_destroy(position);
  cyn_result_destroy(pages[1]);
  cyn_result_destroy(pages[0]);
  return NULL;
}

static cyn_status run_all(run *r) {
  int64_t count = r->record.segments, started = 0;
  segment *segments = cyn_i_zalloc((size_t)count, sizeof *segments);
  if (segments == NULL) return cyn_i_error_no_memory(&r->error);
  for (int64_t i = 0; i < count; i++) segments[i] = (segment){.run = r, .number = i};
  for (; started < count; started++)
    if (pthread_create(&segments[started].thread, NULL, run_segment, &segments[started]) != 0) break;
  for (int64_t i = started; i < count; i++) (void)run_segment(&segments[i]);
  for (int64_t i = 0; i < started; i++) (void)pthread_join(segments[i].thread, NULL);
  cyn_i_free(segments);
  return r->status;
}

static cyn_status read_keys(run *r, cyn_result *result, cyn_error *error) {
  cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
  const cyn_describe_table_output *output;
  input.table_name = cyn_str(r->step->table);
  cyn_status status = cyn_describe_table(r->db, &input, result, &output, error);
  for (size_t i = 0; status == CYN_OK && i < output->table->key_schema.count && i < 2; i++)
    r->key_names[i] = output->table->key_schema.at[i]->attribute_name;
  return status;
}

/* The record, begun when there is none; by two processes at once, one begins it and both go on. */
static cyn_status read_record(run *r, cyn_result *records, cyn_result *writes, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_migration_record_open(r->db, &own);
  if (status == CYN_OK) status = cyn_i_migration_record_read(r->db, r->step, records, &r->record, &own);
  r->report.was_resumed = r->record.exists && !r->record.is_done;
  if (status == CYN_OK && !r->record.exists) {
    status = cyn_i_migration_record_begin(r->db, r->step, r->options.segments, writes, &own);
    r->record.segments = r->options.segments;
    if (status == CYN_E_CONDITIONAL_CHECK_FAILED) status = cyn_i_migration_record_read(r->db, r->step, records, &r->record, &own);
  }
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  return status;
}

/* `keys` and `records` hold what the run points to. */
static cyn_status migrate(run *r, cyn_result *keys, cyn_result *records, cyn_result *writes, cyn_error *error) {
  cyn_status status = read_keys(r, keys, error);
  r->record.segments = r->options.segments;
  if (status == CYN_OK && r->step->where.text != NULL)
    status = cyn_i_migration_bind(CYN_EXPRESSION_CONDITION, &r->step->where, &r->arena, &r->where, error);
  if (status == CYN_OK) status = cyn_i_migration_check_change(r->step->change, r->step->user, 0, &r->arena, error);
  if (status == CYN_OK && !r->options.dry_run) status = read_record(r, records, writes, error);
  if (status != CYN_OK) return status;
  r->report.was_applied = r->record.is_done;
  r->report.scanned = r->record.scanned;
  r->report.changed = r->record.changed;
  if (r->record.is_done) return CYN_OK;
  if (r->record.segments < 1 || r->record.segments > SEGMENTS_MAX)
    return cyn_i_error_setf(error, CYN_E_USAGE, "migration %s: 1 to %d segments", r->step->name, SEGMENTS_MAX);
  status = run_all(r);
  if (status != CYN_OK) {
    cyn_i_error_move(error, &r->error);
    return status;
  }
  r->report.is_stopped = r->stops;
  return r->options.dry_run || r->stops ? CYN_OK : cyn_i_migration_record_end(r->db, r->step, writes, error);
}

static cyn_status check_step(const cyn_migration *step, cyn_error *error) {
  if (step->name == NULL || step->name[0] == '\0' || step->table == NULL || (step->change == NULL && step->into == NULL))
    return cyn_i_error_set(error, CYN_E_USAGE, "a migration needs a name, a table, and a change or another table to copy into");
  if (strlen(step->name) > CYN_MIGRATION_NAME_MAX)
    return cyn_i_error_setf(error, CYN_E_USAGE, "a migration's name has at most %d bytes", CYN_MIGRATION_NAME_MAX);
  if (step->into != NULL && strcmp(step->into, step->table) == 0)
    return cyn_i_error_setf(error, CYN_E_USAGE, "migration %s: it copies a table into itself", step->name);
  return CYN_OK;
}

cyn_status cyn_migrate(cyn_db *db, const cyn_migration *step, const cyn_migration_options *options,
                       cyn_migration_report *report, cyn_error *error) {
  cyn_migration own_step = {0};
  run r = {.db = db, .step = &own_step, .lock = PTHREAD_MUTEX_INITIALIZER};
  memcpy(&own_step, step, step->size < sizeof own_step ? step->size : sizeof own_step);
  if (report != NULL) memset(report, 0, sizeof *report);
  cyn_status status = check_step(&own_step, error);
  if (status != CYN_OK) return status;
  if (options != NULL) memcpy(&r.options, options, options->size < sizeof r.options ? options->size : sizeof r.options);
  if (r.options.segments <= 0) r.options.segments = SEGMENTS_DEFAULT;
  if (r.options.page_size <= 0) r.options.page_size = PAGE_DEFAULT;
  cyn_error own = CYN_ERROR_INIT;
  cyn_result *results[3] = {cyn_result_new(), cyn_result_new(), cyn_result_new()};
  cyn_i_arena_init(&r.arena, 0);
  status = results[0] != NULL && results[1] != NULL && results[2] != NULL
               ? migrate(&r, results[0], results[1], results[2], &own)
               : cyn_i_error_no_memory(&own);
  (void)pthread_mutex_destroy(&r.lock);
  for (int i = 0; i < 3; i++) cyn_result_destroy(results[i]);
  cyn_i_arena_clean_up(&r.arena);
  if (report != NULL) *report = r.report;
  cyn_error_clean_up(&r.error);
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  return status;
}
