/* See http_private.h. llhttp steps through a request byte by byte; the requests of the SDKs are so plain that searching
 * for line ends finds the same in a quarter of the time. Only what cannot be read in two ways is taken here: the least
 * doubt (a byte outside printable ASCII, a header about framing other than one length of digits) leaves the request to
 * llhttp. fuzz/http_fuzz.c holds the two to the same results. */
#include <string.h>

#include "server/http_private.h"

#define LENGTH_DIGITS_MAX 8

/* What may stand in a name here: letters, digits, hyphen, underscore. */
static const uint8_t in_name[256] = {
#define FOUR(c) [c] = 1, [(c) + 1] = 1, [(c) + 2] = 1, [(c) + 3] = 1
    FOUR('A'), FOUR('E'), FOUR('I'), FOUR('M'), FOUR('Q'), FOUR('U'), ['Y'] = 1, ['Z'] = 1,
    FOUR('a'), FOUR('e'), FOUR('i'), FOUR('m'), FOUR('q'), FOUR('u'), ['y'] = 1, ['z'] = 1,
    FOUR('0'), FOUR('4'), ['8'] = 1, ['9'] = 1, ['-'] = 1, ['_'] = 1,
#undef FOUR
};

static bool is_plain_name(const char *name, size_t size) {
  uint8_t all = 1;
  for (size_t i = 0; i < size; i++) all &= in_name[(uint8_t)name[i]];
  return size != 0 && all == 1;
}

static bool is_plain_value(const char *value, size_t size) {
  uint8_t odd = 0;
  for (size_t i = 0; i < size; i++) odd |= (uint8_t)((uint8_t)value[i] - 0x20) > 0x7e - 0x20;
  return odd == 0;
}

/* Headers that say where the request ends or what becomes of the connection: only the plainest values are taken. */
static bool take_framing(cyn_i_http *http, const char *name, uint32_t name_size, cyn_bytes value, bool *has_length) {
  switch (name_size) {
    case 6: return !cyn_i_http_same_name(name, "expect", 6);
    case 7: return !cyn_i_http_same_name(name, "upgrade", 7);
    case 10:
      if (!cyn_i_http_same_name(name, "connection", 10)) return true;
      return value.size == 10 && cyn_i_http_same_name(value.data, "keep-alive", 10);
    case 14:
      if (!cyn_i_http_same_name(name, "content-length", 14)) return true;
      if (*has_length || value.size == 0 || value.size > LENGTH_DIGITS_MAX) return false;
      *has_length = true;
      for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') return false;
        http->content_length = http->content_length * 10 + (uint32_t)(value.data[i] - '0');
      }
      return true;
    case 16: return !cyn_i_http_same_name(name, "proxy-connection", 16);
    case 17: return !cyn_i_http_same_name(name, "transfer-encoding", 17);
    default: return true;
  }
}

/* One line "name: value"; `line` ends before its CR. */
static bool take_header(cyn_i_http *http, const char *line, const char *line_end, bool *has_length) {
  const char *colon = memchr(line, ':', (size_t)(line_end - line));
  if (colon == NULL || http->header_count == CYN_HTTP_HEADERS_MAX) return false;
  const char *value = colon + 1;
  while (value < line_end && *value == ' ') value++;
  uint32_t name_size = (uint32_t)(colon - line), value_size = (uint32_t)(line_end - value);
  if (!is_plain_name(line, name_size) || !is_plain_value(value, value_size)) return false;
  if (!take_framing(http, line, name_size, (cyn_bytes){value, value_size}, has_length)) return false;
  while (value_size != 0 && value[value_size - 1] == ' ') value_size--;
  cyn_i_http_header *header = &http->headers[http->header_count];
  header->name = (cyn_i_span){(uint32_t)(line - http->base), name_size};
  header->value = (cyn_i_span){(uint32_t)((value_size != 0 ? value : colon) - http->base), value_size};
  return cyn_i_http_note_known(http, http->header_count++) == 0;
}

/* All headers; where the body begins, or NULL. */
static const char *take_headers(cyn_i_http *http, const char *line, const char *end, bool *has_length) {
  for (;;) {
    const char *line_end = memchr(line, '\r', (size_t)(end - line));
    if (line_end == NULL || line_end + 1 >= end || line_end[1] != '\n') return NULL;
    if (line_end == line) return line + 2;
    if (!take_header(http, line, line_end, has_length)) return NULL;
    line = line_end + 2;
  }
}

static bool parse(cyn_i_http *http, uint32_t size) {
  static const char first_line[] = "POST / HTTP/1.1\r\n";
  const char *begin = http->base + http->start, *end = http->base + size;
  size_t first_size = sizeof first_line - 1;
  if ((size_t)(end - begin) < first_size || memcmp(begin, first_line, first_size) != 0) return false;
  bool has_length = false;
  const char *body = take_headers(http, begin + first_size, end, &has_length);
  if (body == NULL || !has_length) return false;
  if ((size_t)(body - begin) > http->limits->header_bytes_max || http->content_length > http->limits->body_bytes_max)
    return false;
  http->url = (cyn_i_span){http->start + 5, 1};
  http->body.offset = (uint32_t)(body - http->base);
  http->headers_complete = true;
  http->plain_head = true;
  http->keep_alive = true;
  http->parser.method = HTTP_POST;
  http->parser.http_major = 1;
  http->parser.http_minor = 1;
  cyn_i_http_plain_body(http, size);
  return true;
}

void cyn_i_http_plain_body(cyn_i_http *http, uint32_t size) {
  uint32_t arrived = size - http->body.offset;
  http->complete = arrived >= http->content_length;
  http->body.size = http->complete ? http->content_length : arrived;
  http->end = http->body.offset + http->body.size;
}

bool cyn_i_http_parse_plain(cyn_i_http *http, uint32_t size) {
  if (parse(http, size)) return true;
  http->header_count = 0;
  http->content_length = 0;
  http->fault_status = 0;
  memset(http->known_index, 0, sizeof http->known_index);
  return false;
}
