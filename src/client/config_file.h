/* The AWS config and credentials files: an INI dialect as botocore reads it. */
#ifndef CYN_CLIENT_CONFIG_FILE_H
#define CYN_CLIENT_CONFIG_FILE_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"

#define CYN_CONFIG_FILE_BYTES_MAX ((size_t)4 << 20)
#define CYN_CONFIG_SECTIONS_MAX 16384
#define CYN_CONFIG_ENTRIES_MAX 1024 /* of one section */

typedef struct cyn_i_config_entry cyn_i_config_entry;
struct cyn_i_config_entry {
  cyn_bytes key;   /* lower case at the top level, as written in a nested section */
  cyn_bytes value; /* lines joined by '\n'; absent for a nested section */
  const cyn_i_config_entry *nested; /* "key =" with indented "name = value" lines under it; may be empty, then of 0 entries */
  size_t nested_count;
};

typedef struct cyn_i_config_section {
  cyn_bytes name; /* what stands between the brackets, as written */
  uint64_t name_hash;
  const cyn_i_config_entry *entries;
  size_t count;
} cyn_i_config_section;

typedef struct cyn_i_config_file {
  const cyn_i_config_section *sections; /* in the order of the file */
  size_t count;
} cyn_i_config_file;

/* Parses `text`, which the result borrows from along with the arena. `path` is for the errors, which name the line and
 * never show its text. CynamoUsageError. */
cyn_status cyn_i_config_file_parse(cyn_bytes text, const char *path, cyn_i_arena *arena, cyn_i_config_file *out,
                                   cyn_error *error);
/* The section of exactly this name, or NULL. */
const cyn_i_config_section *cyn_i_config_file_find(const cyn_i_config_file *file, cyn_bytes name);
/* The last entry of the key, or NULL. */
const cyn_i_config_entry *cyn_i_config_entry_find(const cyn_i_config_entry *entries, size_t count, const char *key);

#endif
