/* See utf8.h. ASCII is passed over eight bytes at a time. */
#include "value/utf8.h"

#include <string.h>

bool cyn_i_utf8_is_valid(cyn_bytes text) {
  const uint8_t *p = (const uint8_t *)text.data, *end = p + text.size;
  while (p < end) {
    uint64_t word;
    while (end - p >= 8 && (memcpy(&word, p, 8), (word & 0x8080808080808080u) == 0)) p += 8;
    while (p < end && *p < 0x80) p++;
    while (p < end && *p >= 0x80) {
      size_t length = cyn_i_utf8_length(p, end);
      if (length == 0) return false;
      p += length;
    }
  }
  return true;
}
