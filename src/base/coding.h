/* The content codings of HTTP that the service knows: gzip, and deflate, which is zlib's format. */
#ifndef CYN_BASE_CODING_H
#define CYN_BASE_CODING_H

#include <cynamo/value.h>

#include "base/buf.h"

typedef enum cyn_i_coding { CYN_CODING_NONE, CYN_CODING_GZIP, CYN_CODING_DEFLATE } cyn_i_coding;

typedef enum cyn_i_unpacked {
  CYN_UNPACKED,
  CYN_UNPACKED_BAD,       /* no such format, cut short, a checksum that differs, or bytes behind its end */
  CYN_UNPACKED_TOO_LARGE, /* more than size_max bytes would come out */
  CYN_UNPACKED_NO_MEMORY
} cyn_i_unpacked;

/* Appends what `packed` holds. Otherwise `out` holds no more than before. */
cyn_i_unpacked cyn_i_coding_unpack(cyn_i_coding coding, cyn_bytes packed, size_t size_max, cyn_i_buf *out);

/* Appends the bytes in a coding. False, and nothing appended, when there is no memory. */
bool cyn_i_coding_pack(cyn_i_coding coding, cyn_bytes plain, cyn_i_buf *out);

#endif
