/* <cynamo/store.h> over a database with everything in it. */
#include <cynamo/store.h>

#include <unistd.h>

#include "store_sample.h"

typedef struct told {
  char first[1024];
  uint64_t faults, remarks, tables;
  int64_t items;
} told;

static void on_fault(void *user, const char *text) {
  told *t = user;
  if (t->faults++ == 0) (void)snprintf(t->first, sizeof t->first, "%s", text);
}
static void on_remark(void *user, const char *text) {
  (void)text;
  ((told *)user)->remarks++;
}
static void on_table(void *user, const cyn_store_table *table) {
  ((told *)user)->tables++;
  ((told *)user)->items += table->items;
}

static cyn_check_report check_sound(const char *url) {
  told t = {{0}, 0, 0, 0, 0};
  cyn_error error = CYN_ERROR_INIT;
  cyn_check_report report;
  cyn_check_options options = CYN_CHECK_OPTIONS_INIT;
  options.fault = on_fault;
  options.remark = on_remark;
  options.user = &t;
  if (cyn_store_check(url, &options, &report, &error) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", error.message);
  else if (report.faults != 0) test_failed(__FILE__, __LINE__, "%llu faults: %s", (unsigned long long)report.faults, t.first);
  CHECK_INT(t.remarks, 0);
  cyn_error_clean_up(&error);
  return report;
}

typedef struct home {
  char folder[64], url[96], command[160];
} home;

static bool home_make(home *h) {
  (void)snprintf(h->folder, sizeof h->folder, "/tmp/cynamo-care-XXXXXX");
  if (mkdtemp(h->folder) == NULL) return false;
  (void)snprintf(h->url, sizeof h->url, "file:%s/data", h->folder);
  return true;
}
static void home_remove(home *h) {
  (void)snprintf(h->command, sizeof h->command, "rm -rf %s", h->folder);
  CHECK_INT(system(h->command), 0);
}

TEST(a_full_database_is_sound) {
  home h;
  REQUIRE(home_make(&h));
  REQUIRE(sample_fill(h.url, 300));
  cyn_check_report report = check_sound(h.url);
  CHECK_INT(report.tables, 2);
  CHECK_INT(report.items, 600);
  CHECK(report.index_entries > 600 && report.ttl_entries == 60 && !report.is_live);
  home_remove(&h);
}
