/* A request parsed from text, for tests of what looks at requests. */
#ifndef CYN_TESTS_SERVER_PARSED_H
#define CYN_TESTS_SERVER_PARSED_H

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "server/http.h"

typedef struct parsed {
  cyn_i_http http;
  cyn_i_arena arena;
  char buffer[4096];
} parsed;

static inline bool parse_text(parsed *out, const char *text) {
  static const cyn_i_http_limits limits = {65536, 1 << 20};
  uint32_t size = (uint32_t)strlen(text);
  cyn_i_arena_init(&out->arena, 0);
  if (size > sizeof out->buffer) return false;
  memcpy(out->buffer, text, size);
  cyn_i_http_begin(&out->http, &limits, 0);
  return cyn_i_http_feed(&out->http, out->buffer, 0, &size) == CYN_HTTP_COMPLETE;
}

static inline const char *text_of(cyn_bytes bytes) {
  static char texts[8][512];
  static int next;
  char *text = texts[next++ % 8];
  snprintf(text, 512, "%.*s", bytes.data != NULL ? (int)bytes.size : 1, bytes.data != NULL ? bytes.data : "-");
  return text;
}

#endif
