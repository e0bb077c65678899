/* Whether a core dump would hold what stands at an address. */
#ifndef CYN_TESTS_DUMPS_H
#define CYN_TESTS_DUMPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True when the kernel's flags of the mapping that holds the address have "dd": not to be dumped. */
static inline bool is_left_out_of_dumps(const void *address) {
  FILE *maps = fopen("/proc/self/smaps", "r");
  char line[512];
  bool is_inside = false, found = false;
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    char *end;
    unsigned long long from = strtoull(line, &end, 16);
    if (*end == '-') {
      unsigned long long to = strtoull(end + 1, NULL, 16);
      is_inside = from <= (uintptr_t)address && (uintptr_t)address < to;
    } else if (is_inside && strncmp(line, "VmFlags:", 8) == 0) {
      found = strstr(line, " dd") != NULL;
    }
  }
  if (maps != NULL) (void)fclose(maps);
  return found;
}

#endif
