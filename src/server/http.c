/* See http.h. llhttp finds the parts, this file notes where they stand.
 *
 * Invariants: spans never overlap and lie inside [start, end of buffer); a chunked body's bytes are moved towards the
 * front, never past the parse position; what is ambiguous about framing (two lengths, length and chunked, two hosts) is
 * refused, by llhttp or here, since a proxy in front may read it the other way. */
#include "server/http_private.h"

#include <string.h>

static cyn_i_http *of(llhttp_t *parser) { return parser->data; }

static int fault(cyn_i_http *http, uint16_t status) {
  http->fault_status = status;
  return HPE_USER;
}

/* Pieces of one span follow one another; false when there is a gap, as in a header value folded over several lines. */
static bool extend(cyn_i_http *http, cyn_i_span *span, const char *at, size_t size) {
  uint32_t offset = (uint32_t)(at - http->base);
  if (span->size == 0) span->offset = offset;
  if (span->offset + span->size != offset) return false;
  span->size += (uint32_t)size;
  return true;
}

static int on_url(llhttp_t *parser, const char *at, size_t size) {
  cyn_i_http *http = of(parser);
  return extend(http, &http->url, at, size) ? 0 : fault(http, 400);
}

static int on_header_field(llhttp_t *parser, const char *at, size_t size) {
  cyn_i_http *http = of(parser);
  if (http->headers_complete) return 0; /* trailers are read over */
  uint32_t offset = (uint32_t)(at - http->base);
  if (http->header_count != 0) {
    cyn_i_http_header *last = &http->headers[http->header_count - 1];
    if (last->value.size == 0 && last->name.offset + last->name.size == offset) { /* cut by the end of a read */
      last->name.size += (uint32_t)size;
      return 0;
    }
  }
  if (http->header_count == CYN_HTTP_HEADERS_MAX) return fault(http, 431);
  cyn_i_http_header *header = &http->headers[http->header_count++];
  header->name = (cyn_i_span){offset, (uint32_t)size};
  header->value = (cyn_i_span){0, 0};
  return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t size) {
  cyn_i_http *http = of(parser);
  if (http->headers_complete || http->header_count == 0) return 0;
  return extend(http, &http->headers[http->header_count - 1].value, at, size) ? 0 : fault(http, 400);
}

/* In the order of their sizes: a header is compared with those of its own size only. */
static const struct {
  const char *name;
  uint8_t size;
  uint8_t known;
} known_names[] = {
#define KNOWN(text, known) \
  { text, sizeof text - 1, known }
    KNOWN("host", CYN_HTTP_HOST),
    KNOWN("date", CYN_HTTP_DATE),
    KNOWN("origin", CYN_HTTP_ORIGIN),
    KNOWN("expect", CYN_HTTP_EXPECT),
    KNOWN("x-amz-date", CYN_HTTP_X_AMZ_DATE),
    KNOWN("content-type", CYN_HTTP_CONTENT_TYPE),
    KNOWN("x-amz-target", CYN_HTTP_X_AMZ_TARGET),
    KNOWN("authorization", CYN_HTTP_AUTHORIZATION),
    KNOWN("sec-fetch-site", CYN_HTTP_SEC_FETCH_SITE),
    KNOWN("accept-encoding", CYN_HTTP_ACCEPT_ENCODING),
    KNOWN("content-encoding", CYN_HTTP_CONTENT_ENCODING),
    KNOWN("x-amz-security-token", CYN_HTTP_X_AMZ_SECURITY_TOKEN),
    KNOWN("access-control-request-method", CYN_HTTP_REQUEST_METHOD),
    KNOWN("access-control-request-headers", CYN_HTTP_REQUEST_HEADERS),
#undef KNOWN
};
#define KNOWN_SIZE_MAX 30
/* Index + 1 of the first known name of a size. */
static const uint8_t first_of_size[KNOWN_SIZE_MAX + 1] = {
    [4] = 1,  [6] = 3,   [10] = 5,  [12] = 6,  [13] = 8, [14] = 9,
    [15] = 10, [16] = 11, [20] = 12, [29] = 13, [30] = 14};

bool cyn_i_http_same_name(const char *text, const char *lower, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    char c = text[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
    if (c != lower[i]) return false;
  }
  return true;
}

int cyn_i_http_note_known(cyn_i_http *http, uint32_t index) {
  const cyn_i_http_header *header = &http->headers[index];
  size_t first = header->name.size <= KNOWN_SIZE_MAX ? first_of_size[header->name.size] : 0;
  if (first == 0) return 0;
  const char *name = http->base + header->name.offset;
  for (size_t i = first - 1; i < CYN_HTTP_KNOWN_COUNT && known_names[i].size == header->name.size; i++) {
    if (!cyn_i_http_same_name(name, known_names[i].name, header->name.size)) continue;
    uint8_t known = known_names[i].known;
    if (http->known_index[known] == 0) {
      http->known_index[known] = (uint8_t)(index + 1);
    } else if (known == CYN_HTTP_HOST) {
      return fault(http, 400);
    }
    break;
  }
  return 0;
}

/* A name that holds a blank is what a proxy may read as another name. */
int cyn_i_http_note_header(cyn_i_http *http, uint32_t index) {
  cyn_i_http_header *header = &http->headers[index];
  const char *value = http->base + header->value.offset;
  while (header->value.size != 0 && (value[header->value.size - 1] == ' ' || value[header->value.size - 1] == '\t'))
    header->value.size--;
  if (header->value.size == 0) header->value.offset = header->name.offset + header->name.size;
  const char *name = http->base + header->name.offset;
  if (header->name.size == 0 || memchr(name, ' ', header->name.size) != NULL) return fault(http, 400);
  return cyn_i_http_note_known(http, index);
}

/* "chunked" and nothing else: a body in another coding would be taken for JSON. */
static int check_chunked(cyn_i_http *http) {
  static const char name[] = "transfer-encoding", value[] = "chunked";
  unsigned count = 0;
  for (uint32_t i = 0; i < http->header_count; i++) {
    const cyn_i_http_header *header = &http->headers[i];
    if (header->name.size != sizeof name - 1 ||
        !cyn_i_http_same_name(http->base + header->name.offset, name, sizeof name - 1))
      continue;
    bool fits = header->value.size == sizeof value - 1 &&
                cyn_i_http_same_name(http->base + header->value.offset, value, sizeof value - 1);
    if (!fits || ++count > 1) return fault(http, 501);
  }
  return http->parser.http_minor == 0 ? fault(http, 400) : 0;
}

static int on_headers_complete(llhttp_t *parser) {
  cyn_i_http *http = of(parser);
  http->headers_complete = true;
  for (uint32_t i = 0; i < http->header_count; i++) {
    int refused = cyn_i_http_note_header(http, i);
    if (refused != 0) return refused;
  }
  http->keep_alive = llhttp_should_keep_alive(parser) != 0 && parser->method != HTTP_CONNECT;
  http->chunked = (parser->flags & F_CHUNKED) != 0;
  if (parser->http_major != 1) return fault(http, 505);
  if (!http->chunked && (parser->flags & F_TRANSFER_ENCODING) != 0) return fault(http, 501);
  if (http->chunked) {
    int refused = check_chunked(http);
    if (refused != 0) return refused;
  }
  if (!http->chunked && (parser->flags & F_CONTENT_LENGTH) != 0) {
    if (parser->content_length > http->limits->body_bytes_max) return fault(http, 413);
    http->content_length = (uint32_t)parser->content_length;
  }
  cyn_bytes expect = cyn_i_http_get(http, http->base, CYN_HTTP_EXPECT);
  if (expect.data != NULL) {
    if (expect.size != 12 || !cyn_i_http_same_name(expect.data, "100-continue", 12)) return fault(http, 417);
    http->wants_continue = parser->http_minor >= 1 && (http->chunked || http->content_length != 0);
  }
  return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t size) {
  cyn_i_http *http = of(parser);
  if (http->body.size + size > http->limits->body_bytes_max) return fault(http, 413);
  uint32_t offset = (uint32_t)(at - http->base);
  if (http->body.size == 0) http->body.offset = offset;
  uint32_t target = http->body.offset + http->body.size;
  /* `base` is the caller's writable buffer */
  if (target != offset) memmove((char *)(uintptr_t)http->base + target, at, size);
  http->body.size += (uint32_t)size;
  return 0;
}

static int on_message_complete(llhttp_t *parser) {
  of(parser)->complete = true;
  return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void cyn_i_http_begin(cyn_i_http *http, const cyn_i_http_limits *limits, uint32_t start) {
  memset(http, 0, offsetof(cyn_i_http, headers));
  llhttp_init(&http->parser, HTTP_REQUEST, &settings);
  http->parser.data = http;
  http->limits = limits;
  http->start = start;
}

static cyn_i_http_result fault_result(cyn_i_http *http, uint16_t status) {
  if (http->fault_status == 0) http->fault_status = status;
  http->keep_alive = false;
  return CYN_HTTP_FAULT;
}

/* Bytes of the head so far; once it is complete, up to the end of its last header. */
static uint32_t head_size(const cyn_i_http *http, uint32_t size) {
  if (!http->headers_complete) return size - http->start;
  cyn_i_span last = http->header_count != 0 ? http->headers[http->header_count - 1].value : http->url;
  return last.offset + last.size - http->start;
}

cyn_i_http_result cyn_i_http_feed(cyn_i_http *http, char *buffer, uint32_t from, uint32_t *size) {
  http->base = buffer;
  if (http->plain_head) cyn_i_http_plain_body(http, *size);
  if (http->plain_head || (from == http->start && cyn_i_http_parse_plain(http, *size)))
    return http->complete ? CYN_HTTP_COMPLETE : CYN_HTTP_MORE;
  bool was_in_body = http->headers_complete;
  llhttp_errno_t outcome = llhttp_execute(&http->parser, buffer + from, *size - from);
  if (http->fault_status != 0) return fault_result(http, 400);
  if (head_size(http, *size) > http->limits->header_bytes_max) return fault_result(http, 431);
  if (http->complete) {
    const char *stop = llhttp_get_error_pos(&http->parser);
    if (stop < buffer + from || stop > buffer + *size) return fault_result(http, 400);
    http->end = (uint32_t)(stop - buffer);
    if (http->body.size == 0) http->body.offset = http->end;
    return CYN_HTTP_COMPLETE;
  }
  if (outcome != HPE_OK) return fault_result(http, 400);
  if (http->headers_complete && http->chunked) {
    if (was_in_body) http->raw_body_bytes += *size - from;
    if (http->raw_body_bytes > 8 * (uint64_t)http->limits->body_bytes_max + 65536) return fault_result(http, 413);
    /* framing that has been read is dropped; a chunk line cut in half lives on in llhttp's state */
    if (http->body.size != 0) *size = http->body.offset + http->body.size;
    if (http->body.size == 0 && was_in_body) *size = from;
  }
  return CYN_HTTP_MORE;
}
