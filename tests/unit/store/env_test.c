/* Opening LMDB under limits of address space and file size, and what is left in temporary folders. */
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "conformance.h"

static int entries_of(const char *folder) {
  DIR *open = opendir(folder);
  int count = 0;
  if (open == NULL) return -1;
  while (readdir(open) != NULL) count++;
  closedir(open);
  return count - 2;
}

TEST(memory_leaves_nothing_in_the_temporary_folder) {
  char folder[] = "/tmp/cynamo-env-test.XXXXXX";
  REQUIRE(mkdtemp(folder) != NULL);
  const char *old = getenv("TMPDIR");
  char kept[256];
  (void)snprintf(kept, sizeof kept, "%s", old != NULL ? old : "");
  CHECK(setenv("TMPDIR", folder, 1) == 0);
  fixture f;
  if (fixture_open(&f, MEMORY)) {
    CHECK_INT(entries_of(folder), 0);
    CHECK_INT(put_text(&f, key_of(1, "p", ""), "v"), CYN_OK);
    fixture_close(&f);
  }
  CHECK_INT(entries_of(folder), 0);
  CHECK(setenv("TMPDIR", "/nowhere/at/all", 1) == 0); /* the next one is tried */
  if (fixture_open(&f, MEMORY)) {
    CHECK_INT(put_text(&f, key_of(1, "p", ""), "v"), CYN_OK);
    fixture_close(&f);
  }
  CHECK(kept[0] != '\0' ? setenv("TMPDIR", kept, 1) == 0 : unsetenv("TMPDIR") == 0);
  CHECK(rmdir(folder) == 0);
}

/* The core file of a process with a store in memory would be 64 GB. */
TEST(memory_stays_out_of_core_files) {
  fixture f;
  if (!fixture_open(&f, MEMORY)) return;
  char line[512];
  bool is_map = false;
  int maps = 0, kept_out = 0;
  FILE *smaps = fopen("/proc/self/smaps", "r");
  REQUIRE(smaps != NULL);
  while (fgets(line, sizeof line, smaps) != NULL) {
    unsigned long begin, end;
    if (sscanf(line, "%lx-%lx ", &begin, &end) == 2) is_map = strstr(line, "memfd:cynamo") != NULL;
    if (!is_map || strncmp(line, "VmFlags:", 8) != 0) continue;
    maps++;
    kept_out += strstr(line, " dd") != NULL;
  }
  (void)fclose(smaps);
  CHECK_INT(maps, 1);
  CHECK_INT(kept_out, 1);
  fixture_close(&f);
}

/* Sanitizers need the address space themselves. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAN_LIMIT_ADDRESSES 1
#else
#define CAN_LIMIT_ADDRESSES 0
#endif

static void open_under_limit(kind which, int resource, rlim_t bytes) {
  pid_t child = fork();
  if (child == 0) {
    struct rlimit limit = {bytes, bytes};
    if (setrlimit(resource, &limit) != 0) test_child_exit(0);
    fixture f;
    if (!fixture_open(&f, which)) test_child_exit(1);
    cyn_i_store_stat stat;
    if (put_text(&f, key_of(1, "p", ""), "v") != CYN_OK) test_child_exit(2);
    if (cyn_i_store_stat_get(f.store, &stat, NULL) != CYN_OK) test_child_exit(3);
    if (resource == RLIMIT_AS && stat.map_bytes > bytes) test_child_exit(4);
    fixture_close(&f);
    test_child_exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
}

TEST(a_small_address_space_gets_a_small_map) {
  if (!CAN_LIMIT_ADDRESSES) return;
  open_under_limit(MEMORY, RLIMIT_AS, (rlim_t)512 << 20);
  open_under_limit(STRICT, RLIMIT_AS, (rlim_t)512 << 20);
}
TEST(a_limit_on_files_holds_for_memory_too) { open_under_limit(MEMORY, RLIMIT_FSIZE, (rlim_t)64 << 20); }

TEST(map_sizes_are_taken_as_given) {
  static const uint64_t sizes[] = {1, 1 << 20, (uint64_t)100 << 20, (uint64_t)1 << 33};
  for (size_t i = 0; i < 4; i++)
    for (kind which = MEMORY; which <= STRICT; which++) {
      fixture f;
      if (!fixture_open(&f, which)) return;
      fixture_close_store(&f);
      cyn_i_store_options options = fixture_options(&f);
      options.map_size_max = sizes[i];
      REQUIRE(fixture_open_with(&f, &options));
      cyn_i_store_stat stat;
      CHECK_INT(cyn_i_store_stat_get(f.store, &stat, &f.error), CYN_OK);
      CHECK(stat.map_bytes == (sizes[i] < (1 << 20) ? 1 << 20 : sizes[i]));
      fixture_close(&f);
    }
}

/* VmFlags of the first map of a file of this name, "" where the kernel does not tell. */
static void map_flags(const char *name, char out[256]) {
  char line[512];
  int is_ours = 0;
  out[0] = '\0';
  FILE *maps = fopen("/proc/self/smaps", "r");
  if (maps == NULL) return;
  while (out[0] == '\0' && fgets(line, sizeof line, maps) != NULL) {
    if (strstr(line, name) != NULL) is_ours = 1;
    else if (is_ours && strncmp(line, "VmFlags:", 8) == 0) (void)snprintf(out, 256, "%.250s", line + 8);
  }
  (void)fclose(maps);
}

/* With the kernel's read-ahead a get from a file larger than the memory reads megabytes, and drops as many that are in use. */
TEST(a_file_is_read_by_the_page) {
  for (kind which = STRICT; which <= UNSAFE; which++) {
    fixture f;
    if (!fixture_open(&f, which)) return;
    char flags[256];
    map_flags("/data.mdb", flags);
    CHECK(flags[0] == '\0' || strstr(flags, " rr") != NULL);
    fixture_close(&f);
  }
}
