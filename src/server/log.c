/* See log.h. A line is built on the stack and written at once, so lines of several threads never mix. */
#include "server/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 2048
#define TEXT_MAX_BYTES 512

typedef struct line {
  char data[LINE_MAX_BYTES];
  size_t size;
} line;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static void put(line *out, const char *text, size_t size) {
  size_t room = sizeof out->data - 4 - out->size; /* the end of the line always fits */
  if (size > room) size = room;
  memcpy(out->data + out->size, text, size);
  out->size += size;
}

static void put_text(line *out, const char *text) { put(out, text, strlen(text)); }

static void put_escaped(line *out, cyn_bytes text, bool json) {
  size_t size = text.size < TEXT_MAX_BYTES ? text.size : TEXT_MAX_BYTES;
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    char escaped[8];
    if (c == '"' || c == '\\') {
      put(out, (char[]){'\\', (char)c}, 2);
    } else if (c < 0x20 || c == 0x7f || (json && c >= 0x80)) {
      int length = snprintf(escaped, sizeof escaped, json ? "\\u%04x" : "\\x%02x", c);
      put(out, escaped, (size_t)length);
    } else {
      put(out, text.data + i, 1);
    }
  }
}

static bool is_plain(cyn_bytes text) {
  if (text.size == 0) return false;
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7f) return false;
  }
  return true;
}

static void put_quoted(line *out, cyn_bytes text, bool json) {
  if (!json && is_plain(text)) {
    put_escaped(out, text, false);
    return;
  }
  put(out, "\"", 1);
  put_escaped(out, text, json);
  put(out, "\"", 1);
}

static void put_time(line *out) {
  int64_t now_ms = cyn_i_clock_now_ms(NULL);
  time_t seconds = (time_t)(now_ms / 1000);
  struct tm parts;
  char text[40];
  if (gmtime_r(&seconds, &parts) == NULL) return;
  size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  int more = snprintf(text + length, sizeof text - length, ".%03dZ", (int)(now_ms % 1000));
  put(out, text, length + (more > 0 ? (size_t)more : 0));
}

static void put_field(line *out, const cyn_i_log_field *field, bool json) {
  put_text(out, json ? ",\"" : " ");
  put_text(out, field->key);
  put_text(out, json ? "\":" : "=");
  if (field->text.data != NULL) {
    put_quoted(out, field->text, json);
  } else {
    char number[24];
    int length = snprintf(number, sizeof number, "%lld", (long long)field->number);
    put(out, number, (size_t)length);
  }
}

void cyn_i_log_write(const cyn_i_log *log, cyn_i_log_level level, const char *message, const cyn_i_log_field *fields) {
  if (!cyn_i_log_wants(log, level)) return;
  bool json = log->format == CYN_LOG_JSON;
  line out;
  out.size = 0;
  if (json) {
    put_text(&out, "{\"time\":\"");
    put_time(&out);
    put_text(&out, "\",\"level\":\"");
    put_text(&out, level_names[level]);
    put_text(&out, "\",\"message\":");
    put_quoted(&out, cyn_str(message), true);
  } else {
    put_time(&out);
    put_text(&out, " ");
    put_text(&out, level_names[level]);
    put_text(&out, " ");
    put_escaped(&out, cyn_str(message), false);
  }
  for (; fields != NULL && fields->key != NULL; fields++) {
    if (out.size + strlen(fields->key) + 2 * TEXT_MAX_BYTES > sizeof out.data) break;
    put_field(&out, fields, json);
  }
  if (json) out.data[out.size++] = '}';
  out.data[out.size++] = '\n';
  ssize_t written = write(log->fd, out.data, out.size);
  (void)written; /* a log that cannot be written must not stop the server */
}
