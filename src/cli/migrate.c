/* cynamo migrate FILE [NAME …]: the steps of a file, one after the other, each on the table that it names; --status: what the
 * database has recorded of them. A step that was interrupted goes on when the command is called again. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/migration_file.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/schema.h"

#define SEGMENTS_MAX 256

/* One line of what is printed. */
typedef struct row {
  cyn_bytes table, name;
  int64_t version;
  const char *state;
  int64_t changed, scanned;
  cyn_bytes begun_at, applied_at, definition;
} row;

typedef struct migrate {
  cli_run *run;
  cli_steps steps;
  row *records; /* what the database has */
  size_t record_count, record_room;
  row *rows;
  size_t row_count;
  cli_progress progress;
  uint64_t item_count; /* of the table, as DescribeTable has it */
} migrate;

/* ---- the records ---- */

static cyn_bytes keep(cli_run *run, cyn_bytes text) {
  return text.data != NULL ? (cyn_bytes){cli_copy(run->memory, text.data, text.size), text.size} : text;
}

static void note(const cyn_migration_record *record, void *user) {
  migrate *m = user;
  if (m->record_count == m->record_room) {
    row *larger = cli_alloc(m->run->memory, (m->record_room * 2 + 16) * sizeof *larger);
    if (m->record_count != 0) memcpy(larger, m->records, m->record_count * sizeof *larger);
    m->records = larger;
    m->record_room = m->record_room * 2 + 16;
  }
  m->records[m->record_count++] = (row){keep(m->run, record->table), keep(m->run, record->name), record->version,
                                        record->is_applied ? "applied" : "under way", record->changed, record->scanned,
                                        keep(m->run, record->begun_at), keep(m->run, record->applied_at),
                                        keep(m->run, record->definition)};
}

static int read_records(migrate *m) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_migration_each(m->run->session->db, note, m, &error);
  return status == CYN_OK ? CLI_OK : cli_fail(m->run, &error);
}

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static const row *record_of(const migrate *m, const cyn_migration *step) {
  for (size_t i = 0; i < m->record_count; i++)
    if (m->records[i].version == step->version && is(m->records[i].name, step->name) && is(m->records[i].table, step->table))
      return &m->records[i];
  return NULL;
}

/* ---- printing ---- */

static cli_json *number(cli_memory *memory, int64_t value) {
  return cli_json_number(memory, cyn_str(cli_format(memory, "%" PRId64, value)));
}

static void print_json(cli_run *run, const row *one) {
  cli_memory *memory = run->memory;
  cli_json *out = cli_json_object(memory);
  cli_text text = CLI_TEXT_INIT(run);
  (void)cli_json_add(out, "table", cli_json_string(memory, one->table));
  (void)cli_json_add(out, "name", cli_json_string(memory, one->name));
  (void)cli_json_add(out, "version", number(memory, one->version));
  (void)cli_json_add(out, "state", cli_json_string(memory, cyn_str(one->state)));
  (void)cli_json_add(out, "changed", number(memory, one->changed));
  (void)cli_json_add(out, "scanned", number(memory, one->scanned));
  if (one->begun_at.data != NULL) (void)cli_json_add(out, "begun_at", cli_json_string(memory, one->begun_at));
  if (one->applied_at.data != NULL) (void)cli_json_add(out, "applied_at", cli_json_string(memory, one->applied_at));
  cli_json_write(&text, out, cli_is_coloured(stdout) ? CLI_JSON_COLOURED : 0);
  printf("%s\n", text.data);
}

/* "2026-11-24 12:00:00" of "2026-11-24T12:00:00.000000+0000". */
static cyn_bytes short_time(cli_run *run, cyn_bytes time) {
  if (time.size < 19) return (cyn_bytes){NULL, 0};
  char *copy = cli_copy(run->memory, time.data, 19);
  copy[10] = ' ';
  return (cyn_bytes){copy, 19};
}

static void print_table(cli_run *run, const row *rows, size_t count) {
  static const char *const titles[] = {"Table", "Migration", "Version", "State", "Changed", "Scanned", "Applied (UTC)"};
  cli_table table;
  cli_table_init(&table, run, 7);
  cyn_bytes *cells = cli_table_row(&table);
  for (size_t i = 0; i < 7; i++) cells[i] = cyn_str(titles[i]);
  for (size_t i = 0; i < count; i++) {
    cells = cli_table_row(&table);
    cells[0] = rows[i].table;
    cells[1] = rows[i].name;
    cells[2] = cyn_str(cli_format(run->memory, "%" PRId64, rows[i].version));
    cells[3] = cyn_str(rows[i].state);
    cells[4] = cyn_str(cli_format(run->memory, "%" PRId64, rows[i].changed));
    cells[5] = cyn_str(cli_format(run->memory, "%" PRId64, rows[i].scanned));
    cells[6] = short_time(run, rows[i].applied_at);
  }
  for (size_t i = 4; i < 6; i++) table.is_right[i] = true;
  table.is_right[2] = true;
  cli_table_print(&table);
}

static bool is_json(const cli_run *run) { return run->given.output != NULL && strcmp(run->given.output, "json") == 0; }

static void print(cli_run *run, const row *rows, size_t count) {
  if (!is_json(run)) print_table(run, rows, count);
  else
    for (size_t i = 0; i < count; i++) print_json(run, &rows[i]);
}

/* ---- which steps ---- */

static const char *step_name(const void *names, size_t index) { return ((const cli_step *)names)[index].step.name; }

static bool is_wanted(const migrate *m, const cyn_migration *step) {
  for (size_t i = 1; i < m->run->argument_count; i++)
    if (strcmp(m->run->arguments[i], step->name) == 0) return true;
  return m->run->argument_count == 1;
}

static int check_names(const migrate *m) {
  for (size_t i = 1; i < m->run->argument_count; i++) {
    const char *name = m->run->arguments[i];
    size_t j = 0;
    while (j < m->steps.count && strcmp(m->steps.at[j].step.name, name) != 0) j++;
    if (j < m->steps.count) continue;
    const char *nearest = cli_nearest(name, strlen(name), step_name, m->steps.at, m->steps.count);
    return cli_complain("%s has no migration '%s'%s%s%s", m->run->arguments[0], name, nearest != NULL ? ": did you mean " : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
  }
  return CLI_OK;
}

static row row_of(const cyn_migration *step) {
  return (row){.table = cyn_str(step->table), .name = cyn_str(step->name), .version = step->version};
}

/* ---- --status ---- */

static int print_status(migrate *m) {
  cli_run *run = m->run;
  int status = read_records(m);
  if (status != CLI_OK) return status;
  if (m->steps.count == 0) {
    print(run, m->records, m->record_count);
    return CLI_OK;
  }
  row *rows = cli_alloc(run->memory, m->steps.count * sizeof *rows);
  size_t count = 0;
  for (size_t i = 0; i < m->steps.count; i++) {
    const cyn_migration *step = &m->steps.at[i].step;
    const row *record = record_of(m, step);
    if (!is_wanted(m, step)) continue;
    rows[count] = record != NULL ? *record : row_of(step);
    if (record == NULL) rows[count].state = "to do";
    else if (record->definition.data != NULL && !is(record->definition, step->definition)) rows[count].state = "other definition";
    count++;
  }
  print(run, rows, count);
  return CLI_OK;
}

/* ---- running ---- */

static void paint(const cyn_migration_report *report, void *user) {
  migrate *m = user;
  cli_progress_paint(&m->progress, (uint64_t)report->scanned, (uint64_t)report->scanned, m->item_count);
}

static bool stops(void *user) {
  (void)user;
  return cli_is_interrupted();
}

static int begin_step(migrate *m, const cyn_migration *step) {
  cli_run *run = m->run;
  const row *record = record_of(m, step);
  cli_schema schema;
  int status = cli_schema_read(run, step->table, NULL, &schema);
  if (status != CLI_OK) return status;
  const cli_json *count = cli_json_get(schema.table, "ItemCount");
  m->item_count = count != NULL && count->kind == CLI_JSON_NUMBER ? strtoull(count->text.data, NULL, 10) : 0;
  bool goes_on = record != NULL && record->applied_at.data == NULL && !run->given.dry_run && strcmp(record->state, "applied") != 0;
  if (goes_on && !run->given.quiet) fprintf(stderr, "%s: going on behind item %" PRId64 "\n", step->name, record->scanned);
  cli_progress_begin(&m->progress, run, step->name, goes_on ? (uint64_t)record->scanned : 0);
  return CLI_OK;
}

static int run_step(migrate *m, const cyn_migration *step) {
  const cli_given *given = &m->run->given;
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  cyn_migration_report report = {0};
  cyn_error error = CYN_ERROR_INIT;
  const row *record = record_of(m, step);
  bool is_applied = record != NULL && strcmp(record->state, "applied") == 0;
  int status = begin_step(m, step);
  if (status != CLI_OK) return status;
  options.segments = given->segments.value;
  options.page_size = given->page_size.value;
  options.rate_limit = (double)given->rate.value;
  options.dry_run = given->dry_run && !is_applied; /* a step that is applied writes nothing either, and says so */
  options.progress = paint;
  options.stops = stops;
  options.progress_user = m;
  cyn_status done = cyn_migrate(m->run->session->db, step, &options, &report, &error);
  cli_progress_end(&m->progress);
  bool goes_on = !options.dry_run && report.scanned != 0 && (done != CYN_OK || report.is_stopped);
  if (done != CYN_OK) {
    status = cli_fail(m->run, &error);
    fprintf(stderr, "  in %s/%" PRId64 " of %s\n", step->name, step->version, step->table);
  } else if (report.is_stopped) status = CLI_INTERRUPTED;
  if (goes_on) fprintf(stderr, "%s stopped behind item %" PRId64 ": the same command goes on from there\n", step->name, report.scanned);
  if (status != CLI_OK) return status;
  row *out = &m->rows[m->row_count++];
  *out = row_of(step);
  out->state = report.was_applied ? "applied before" : options.dry_run ? "dry run" : "applied";
  out->changed = report.changed;
  out->scanned = report.scanned;
  if (record != NULL) out->applied_at = record->applied_at;
  return CLI_OK;
}

/* Line by line, as they end; a table at the end. */
static void tell(const migrate *m) {
  const row *one = &m->rows[m->row_count - 1];
  if (m->run->given.output != NULL) return;
  printf("%.*s/%" PRId64 " of %.*s: %s, %" PRId64 " of %" PRId64 " items changed\n", (int)one->name.size, one->name.data, one->version,
         (int)one->table.size, one->table.data, one->state, one->changed, one->scanned);
  (void)fflush(stdout);
}

static int confirm(const migrate *m) {
  cli_text tables = CLI_TEXT_INIT(m->run);
  if (m->run->given.dry_run) return CLI_OK;
  for (size_t i = 0; i < m->steps.count; i++) {
    const cyn_migration *step = &m->steps.at[i].step;
    if (is_wanted(m, step)) cli_text_printf(&tables, "%s%s", tables.size != 0 ? ", " : "", step->into != NULL ? step->into : step->table);
  }
  return cli_confirm_write(m->run, cli_format(m->run->memory, "Migrate %s", tables.data));
}

static int run_steps(migrate *m) {
  int status = confirm(m);
  if (status == CLI_OK) status = read_records(m);
  m->rows = cli_alloc(m->run->memory, m->steps.count * sizeof *m->rows);
  cli_interrupts_begin();
  for (size_t i = 0; i < m->steps.count && status == CLI_OK; i++) {
    if (!is_wanted(m, &m->steps.at[i].step)) continue;
    status = cli_is_interrupted() ? CLI_INTERRUPTED : run_step(m, &m->steps.at[i].step);
    if (status == CLI_OK) tell(m);
  }
  cli_interrupts_end();
  if (m->run->given.output != NULL && m->row_count != 0) print(m->run, m->rows, m->row_count);
  return status;
}

static int check_options(const cli_given *given) {
  if (given->rate.is_set && given->rate.value < 1) return cli_complain("--rate is a number of capacity units from 1");
  if (given->segments.is_set && (given->segments.value < 1 || given->segments.value > SEGMENTS_MAX))
    return cli_complain("--segments is a number from 1 to %d", SEGMENTS_MAX);
  return CLI_OK;
}

int cli_migrate(cli_run *run) {
  migrate m = {.run = run};
  int status = check_options(&run->given);
  if (status == CLI_OK && run->argument_count == 0 && !run->given.status)
    status = cli_complain("something is missing: cynamo migrate FILE [NAME ...], or cynamo migrate --status");
  if (status == CLI_OK && run->argument_count != 0) status = cli_steps_read(run, run->arguments[0], &m.steps);
  if (status == CLI_OK && run->argument_count != 0) status = check_names(&m);
  if (status == CLI_OK) status = run->given.status ? print_status(&m) : run_steps(&m);
  cli_steps_clean_up(&m.steps);
  return status;
}
