/* See coding.h. Both libraries work from buffer to buffer, so how much comes out is found by trying: four times the room
 * until it fits. The library is the one that base/hash.c takes crc32 from; its state is large and lives for the call. */
#include "base/coding.h"

#include "base/alloc.h"

#define ROOM_MIN 4096

typedef enum outcome { DONE, BAD, NO_ROOM, NO_MEMORY } outcome;

#ifdef CYN_HAVE_ISAL
#include <isa-l/igzip_lib.h>

static outcome unpack_once(cyn_i_coding coding, cyn_bytes packed, uint8_t *out, size_t room, size_t *size) {
  struct inflate_state *state = cyn_i_alloc(sizeof *state);
  if (state == NULL) return NO_MEMORY;
  isal_inflate_init(state);
  state->crc_flag = coding == CYN_CODING_GZIP ? ISAL_GZIP : ISAL_ZLIB;
  state->next_in = (uint8_t *)(uintptr_t)packed.data; /* not written to */
  state->avail_in = (uint32_t)packed.size;
  state->next_out = out;
  state->avail_out = (uint32_t)room;
  int result = isal_inflate(state);
  bool is_whole = state->block_state == ISAL_BLOCK_FINISH, is_full = state->avail_out == 0;
  *size = state->total_out;
  outcome found = DONE;
  if (result < 0 || (is_whole && state->avail_in != 0) || (!is_whole && !is_full)) found = BAD;
  else if (!is_whole) found = NO_ROOM;
  cyn_i_free(state);
  return found;
}

static size_t pack_once(cyn_i_coding coding, cyn_bytes plain, uint8_t *out, size_t room) {
  struct isal_zstream *stream = cyn_i_zalloc(1, sizeof *stream); /* its init leaves members that it looks at */
  if (stream == NULL) return 0;
  isal_deflate_stateless_init(stream);
  stream->gzip_flag = coding == CYN_CODING_GZIP ? IGZIP_GZIP : IGZIP_ZLIB;
  stream->end_of_stream = 1;
  stream->flush = NO_FLUSH;
  stream->next_in = (uint8_t *)(uintptr_t)plain.data;
  stream->avail_in = (uint32_t)plain.size;
  stream->next_out = out;
  stream->avail_out = (uint32_t)room;
  size_t size = isal_deflate_stateless(stream) == COMP_OK ? stream->total_out : 0;
  cyn_i_free(stream);
  return size;
}
#else
#include <libdeflate.h>

static outcome unpack_once(cyn_i_coding coding, cyn_bytes packed, uint8_t *out, size_t room, size_t *size) {
  struct libdeflate_decompressor *state = libdeflate_alloc_decompressor();
  if (state == NULL) return NO_MEMORY;
  size_t taken = 0;
  enum libdeflate_result result =
      coding == CYN_CODING_GZIP
          ? libdeflate_gzip_decompress_ex(state, packed.data, packed.size, out, room, &taken, size)
          : libdeflate_zlib_decompress_ex(state, packed.data, packed.size, out, room, &taken, size);
  libdeflate_free_decompressor(state);
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return NO_ROOM;
  return result == LIBDEFLATE_SUCCESS && taken == packed.size ? DONE : BAD;
}

static size_t pack_once(cyn_i_coding coding, cyn_bytes plain, uint8_t *out, size_t room) {
  struct libdeflate_compressor *state = libdeflate_alloc_compressor(1);
  if (state == NULL) return 0;
  size_t size = coding == CYN_CODING_GZIP ? libdeflate_gzip_compress(state, plain.data, plain.size, out, room)
                                          : libdeflate_zlib_compress(state, plain.data, plain.size, out, room);
  libdeflate_free_compressor(state);
  return size;
}
#endif

cyn_i_unpacked cyn_i_coding_unpack(cyn_i_coding coding, cyn_bytes packed, size_t size_max, cyn_i_buf *out) {
  if (packed.size > UINT32_MAX / 8 || size_max > UINT32_MAX / 8) return CYN_UNPACKED_TOO_LARGE;
  size_t most = size_max + 1; /* a byte too many is how one that does not fit is told */
  for (size_t room = 4 * packed.size + ROOM_MIN;; room *= 4) {
    if (room > most) room = most;
    size_t size = 0;
    if (!cyn_i_buf_reserve(out, room)) return CYN_UNPACKED_NO_MEMORY;
    outcome found = unpack_once(coding, packed, out->data + out->size, room, &size);
    if (found == NO_MEMORY) return CYN_UNPACKED_NO_MEMORY;
    if (found == BAD) return CYN_UNPACKED_BAD;
    if (size > size_max || (found == NO_ROOM && room == most)) return CYN_UNPACKED_TOO_LARGE;
    if (found == NO_ROOM) continue;
    out->size += size;
    return CYN_UNPACKED;
  }
}

/* What does not get smaller is stored in blocks of 65,535 bytes with five bytes more each; 64 for head and tail. */
bool cyn_i_coding_pack(cyn_i_coding coding, cyn_bytes plain, cyn_i_buf *out) {
  if (plain.size > UINT32_MAX / 2) return false;
  size_t room = plain.size + plain.size / 4096 + 320;
  if (!cyn_i_buf_reserve(out, room)) return false;
  size_t size = pack_once(coding, plain, out->data + out->size, room);
  out->size += size;
  return size != 0;
}
