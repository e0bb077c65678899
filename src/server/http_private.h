/* What http.c and http_plain.c share. */
#ifndef CYN_SERVER_HTTP_PRIVATE_H
#define CYN_SERVER_HTTP_PRIVATE_H

#include "server/http.h"

/* Trims the value of headers[index] and notes the header if it is one of the known ones; 0, or what a callback of
 * llhttp returns to stop it. */
int cyn_i_http_note_header(cyn_i_http *http, uint32_t index);
/* The second half of it, for a header whose name and value are known to be plain. */
int cyn_i_http_note_known(cyn_i_http *http, uint32_t index);

/* `text` equals `lower` in any case. */
bool cyn_i_http_same_name(const char *text, const char *lower, uint32_t size);

/* The request that clients send a thousand times a second: POST /, a length, nothing unusual. True when buffer[start,
 * size) begins with such a one, its head whole, and then it is parsed exactly as llhttp would: `complete`, or what is
 * missing is body (many clients send head and body apart). False leaves `http` as it was begun. */
bool cyn_i_http_parse_plain(cyn_i_http *http, uint32_t size);
/* More of such a body has arrived. */
void cyn_i_http_plain_body(cyn_i_http *http, uint32_t size);

#endif
