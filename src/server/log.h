/* Structured log lines, text or JSON, one write(2) each. No line ever holds a secret: callers pass names, not headers.
 */
#ifndef CYN_SERVER_LOG_H
#define CYN_SERVER_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <cynamo/server.h>

typedef enum cyn_i_log_level { CYN_I_LOG_DEBUG, CYN_I_LOG_INFO, CYN_I_LOG_WARN, CYN_I_LOG_ERROR } cyn_i_log_level;

typedef struct cyn_i_log {
  int fd; /* -1: nothing is logged */
  cyn_log_format format;
  cyn_i_log_level level_min;
} cyn_i_log;

typedef struct cyn_i_log_field {
  const char *key; /* NULL ends an array of fields */
  cyn_bytes text;  /* absent: `number` is printed */
  int64_t number;
} cyn_i_log_field;

#define CYN_I_LOG_TEXT(key, value) \
  { (key), (value), 0 }
#define CYN_I_LOG_NUMBER(key, value) \
  { (key), {NULL, 0}, (int64_t)(value) }
#define CYN_I_LOG_END \
  { NULL, {NULL, 0}, 0 }

static inline bool cyn_i_log_wants(const cyn_i_log *log, cyn_i_log_level level) {
  return log->fd >= 0 && level >= log->level_min;
}

/* `fields` may be NULL. Long texts are cut; control characters are escaped, so one call is one line. Any thread. */
void cyn_i_log_write(const cyn_i_log *log, cyn_i_log_level level, const char *message, const cyn_i_log_field *fields);

#endif
