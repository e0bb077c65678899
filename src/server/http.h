/* One HTTP/1.1 request, parsed in place: the bytes of head and body stay in one growing buffer and are named by
 * offsets, so the buffer may move between two reads. Pure: no sockets, no allocation. */
#ifndef CYN_SERVER_HTTP_H
#define CYN_SERVER_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <llhttp.h>

#include <cynamo/value.h>

#define CYN_HTTP_HEADERS_MAX 96

typedef struct cyn_i_span {
  uint32_t offset;
  uint32_t size;
} cyn_i_span;

/* Headers that the server itself reads. */
typedef enum cyn_i_http_known {
  CYN_HTTP_HOST,
  CYN_HTTP_DATE,
  CYN_HTTP_ORIGIN,
  CYN_HTTP_EXPECT,
  CYN_HTTP_X_AMZ_DATE,
  CYN_HTTP_CONTENT_TYPE,
  CYN_HTTP_X_AMZ_TARGET,
  CYN_HTTP_AUTHORIZATION,
  CYN_HTTP_SEC_FETCH_SITE,
  CYN_HTTP_ACCEPT_ENCODING,
  CYN_HTTP_CONTENT_ENCODING,
  CYN_HTTP_X_AMZ_SECURITY_TOKEN,
  CYN_HTTP_REQUEST_METHOD,  /* Access-Control-Request-Method */
  CYN_HTTP_REQUEST_HEADERS, /* Access-Control-Request-Headers */
  CYN_HTTP_KNOWN_COUNT
} cyn_i_http_known;

typedef struct cyn_i_http_header {
  cyn_i_span name;
  cyn_i_span value;
} cyn_i_http_header;

typedef struct cyn_i_http_limits {
  uint32_t header_bytes_max;
  uint32_t body_bytes_max;
} cyn_i_http_limits;

typedef enum cyn_i_http_result {
  CYN_HTTP_MORE,     /* everything given was consumed; the request goes on */
  CYN_HTTP_COMPLETE, /* the request ends at `end`; bytes behind it belong to the next one */
  CYN_HTTP_FAULT     /* `fault_status` is the answer; the connection cannot be used any further */
} cyn_i_http_result;

typedef struct cyn_i_http {
  llhttp_t parser;
  const cyn_i_http_limits *limits;
  const char *base; /* the buffer, during a feed */
  uint32_t start;   /* where the request begins in the buffer */
  uint32_t end;     /* where it ends, when complete */
  uint32_t content_length;
  uint64_t raw_body_bytes; /* chunk framing included: bounds never-ending chunks */
  cyn_i_span url;
  cyn_i_span body; /* contiguous: chunked bodies are closed up in place */
  uint16_t header_count;
  uint16_t fault_status;
  uint8_t known_index[CYN_HTTP_KNOWN_COUNT]; /* index in headers + 1; 0: absent */
  bool headers_complete;
  bool plain_head; /* taken without llhttp; what is missing is body, `end` says how much */
  bool complete;
  bool keep_alive;
  bool chunked;
  bool wants_continue; /* Expect: 100-continue, not answered yet */
  cyn_i_http_header headers[CYN_HTTP_HEADERS_MAX];
} cyn_i_http;

/* Begins a request at `start` of the buffer. `limits` are borrowed. */
void cyn_i_http_begin(cyn_i_http *http, const cyn_i_http_limits *limits, uint32_t start);

/* Parses buffer[from, *size). For chunked bodies the buffer is closed up and *size made smaller. */
cyn_i_http_result cyn_i_http_feed(cyn_i_http *http, char *buffer, uint32_t from, uint32_t *size);

static inline cyn_bytes cyn_i_http_bytes(const char *buffer, cyn_i_span span) {
  cyn_bytes out = {buffer + span.offset, span.size};
  return out;
}

/* A header's value without blanks around it; absent when the header is. The first of several counts. */
static inline cyn_bytes cyn_i_http_get(const cyn_i_http *http, const char *buffer, cyn_i_http_known known) {
  cyn_bytes out = {NULL, 0};
  if (http->known_index[known] != 0) out = cyn_i_http_bytes(buffer, http->headers[http->known_index[known] - 1].value);
  return out;
}

#endif
