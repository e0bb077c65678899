/* Answers: head and body in one buffer, so one write sends them. The body is encoded first, behind room for the head;
 * then its length and crc32 are known and the head is put right in front of it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/hash.h"
#include "server/server_private.h"

void cyn_i_response_date(char out[32]) {
  time_t seconds = (time_t)(cyn_i_clock_now_ms(NULL) / 1000);
  struct tm parts;
  if (gmtime_r(&seconds, &parts) == NULL || strftime(out, 32, "%a, %d %b %Y %H:%M:%S GMT", &parts) == 0) out[0] = '\0';
}

static const char *reason(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Answer";
  }
}

/* ---- the head: constant texts and three numbers, written without printf ---- */

static char *put(char *at, const char *text, size_t size) {
  memcpy(at, text, size);
  return at + size;
}
#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

static char *put_number(char *at, uint64_t value) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) *at++ = digits[--count];
  return at;
}

static char *put_status(char *at, unsigned status) {
  if (status == 200) return PUT(at, "HTTP/1.1 200 OK\r\n");
  at = PUT(at, "HTTP/1.1 ");
  at = put_number(at, status);
  *at++ = ' ';
  const char *text = reason(status);
  at = put(at, text, strlen(text));
  return PUT(at, "\r\n");
}

static char *put_common(char *at, const cyn_i_request *request) {
  at = PUT(at, "Server: Cynamo\r\nDate: ");
  at = put(at, request->loop->date, strlen(request->loop->date));
  return PUT(at, "\r\n");
}

static char *put_connection(char *at, const cyn_i_request *request) {
  if (request->close_after) return PUT(at, "Connection: close\r\n");
  if (request->http_1_0) return PUT(at, "Connection: keep-alive\r\n");
  return at;
}

void cyn_i_response_begin(cyn_i_request *request) {
  cyn_i_buf *out = &request->out;
  out->failed = false;
  out->size = 0;
  if (cyn_i_buf_reserve(out, CYN_RESPONSE_HEAD_MAX + 1024)) out->size = CYN_RESPONSE_HEAD_MAX;
}

/* Small answers are sent as they are, as the service does: packing costs more than it saves. */
#define PACKED_BYTES_MIN 4096

/* The body in the coding that the client takes; what has no room for that stays as it is. */
static cyn_i_coding pack_body(cyn_i_request *request) {
  cyn_i_buf *out = &request->out, packed;
  size_t size = out->size - CYN_RESPONSE_HEAD_MAX;
  cyn_i_coding coding = size >= PACKED_BYTES_MIN ? cyn_i_request_coding_accepted(request) : CYN_CODING_NONE;
  if (coding == CYN_CODING_NONE) return CYN_CODING_NONE;
  cyn_i_buf_init(&packed, &request->arena);
  cyn_bytes plain = {(const char *)out->data + CYN_RESPONSE_HEAD_MAX, size};
  if (!cyn_i_coding_pack(coding, plain, &packed) || packed.size >= size) return CYN_CODING_NONE;
  memcpy(out->data + CYN_RESPONSE_HEAD_MAX, packed.data, packed.size);
  out->size = CYN_RESPONSE_HEAD_MAX + packed.size;
  return coding;
}

void cyn_i_response_end(cyn_i_request *request, unsigned status) {
  cyn_i_buf *out = &request->out;
  request->status = (uint16_t)status;
  if (out->failed) {
    cyn_i_response_fault(request, 500);
    return;
  }
  cyn_i_coding coding = pack_body(request);
  size_t body_size = out->size - CYN_RESPONSE_HEAD_MAX;
  uint32_t crc = cyn_i_crc32(out->data + CYN_RESPONSE_HEAD_MAX, body_size);
  char head[CYN_RESPONSE_HEAD_MAX];
  char *at = put_status(head, status);
  at = put_common(at, request);
  at = request->json_1_0 ? PUT(at, "Content-Type: application/x-amz-json-1.0\r\nContent-Length: ")
                         : PUT(at, "Content-Type: application/json\r\nContent-Length: ");
  at = put_number(at, body_size);
  at = PUT(at, "\r\nx-amzn-RequestId: ");
  at = put(at, request->request_id, 52);
  at = PUT(at, "\r\nx-amz-crc32: ");
  at = put_number(at, crc);
  at = PUT(at, "\r\n");
  if (request->has_origin) at = PUT(at, "Access-Control-Allow-Origin: *\r\n");
  if (coding == CYN_CODING_GZIP) at = PUT(at, "Content-Encoding: gzip\r\n");
  if (coding == CYN_CODING_DEFLATE) at = PUT(at, "Content-Encoding: deflate\r\n");
  at = put_connection(at, request);
  at = PUT(at, "\r\n");
  size_t head_size = (size_t)(at - head);
  request->out_sent = CYN_RESPONSE_HEAD_MAX - head_size;
  memcpy(out->data + request->out_sent, head, head_size);
}

void cyn_i_response_error(cyn_i_request *request, const cyn_error *error, unsigned status) {
  cyn_i_response_begin(request);
  cyn_i_api_encode_error(error, &request->out);
  cyn_i_response_end(request, status);
}

void cyn_i_response_plain(cyn_i_request *request, unsigned status, const char *headers, cyn_bytes body) {
  cyn_i_buf *out = &request->out;
  request->status = (uint16_t)status;
  out->failed = false;
  out->size = 0;
  request->out_sent = 0;
  char head[CYN_RESPONSE_HEAD_MAX];
  char *at = put_status(head, status);
  at = put_common(at, request);
  at = PUT(at, "Content-Length: ");
  at = put_number(at, body.size);
  at = PUT(at, "\r\nx-amzn-RequestId: ");
  at = put(at, request->request_id, 52);
  at = PUT(at, "\r\n");
  if (request->has_origin) at = PUT(at, "Access-Control-Allow-Origin: *\r\n");
  at = put_connection(at, request);
  cyn_i_buf_append(out, head, (size_t)(at - head));
  cyn_i_buf_text(out, headers);
  cyn_i_buf_text(out, "\r\n");
  if (!request->is_head) cyn_i_buf_append(out, body.data, body.size);
  if (out->failed) cyn_i_response_fault(request, 500);
}

/* Too large answers as the service does: an empty chunked body and no request id. */
void cyn_i_response_fault(cyn_i_request *request, unsigned status) {
  cyn_i_buf *out = &request->out;
  request->status = (uint16_t)status;
  request->close_after = true;
  request->out_sent = 0;
  out->failed = false;
  out->size = 0;
  char head[CYN_RESPONSE_HEAD_MAX];
  char *at = put_status(head, status);
  at = put_common(at, request);
  at = PUT(at, "Connection: close\r\n");
  at = status == 413 ? PUT(at, "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") : PUT(at, "Content-Length: 0\r\n\r\n");
  cyn_i_buf_append(out, head, (size_t)(at - head)); /* without memory the connection just closes */
}
