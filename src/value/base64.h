/* Base64 of RFC 4648, standard alphabet, padded. */
#ifndef CYN_VALUE_BASE64_H
#define CYN_VALUE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

void cyn_i_base64_encode(cyn_i_buf *buf, cyn_bytes bytes);
/* Strict. False on a bad length or character; appends nothing then. */
bool cyn_i_base64_decode(cyn_i_buf *buf, cyn_bytes text);

#endif
