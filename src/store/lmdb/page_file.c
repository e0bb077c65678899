/* Reading pages from a file or from memory. A page goes through cyn_i_page_check when it is read, and stands in a cache
 * of bounded size then; nobody sees the bytes of one that was refused. */
#include <errno.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "store/lmdb/page_file.h"

#define CACHE_BYTES ((size_t)8 << 20)
#define ENTRY_BYTES_MIN 12u /* of a leaf: an offset, a node's head, a key of one byte */

void cyn_i_page_file_init(cyn_i_page_file *file, int fd, const void *memory, uint64_t size) {
  memset(file, 0, sizeof *file);
  file->fd = fd;
  file->memory = memory;
  file->size = size;
}

void cyn_i_page_file_clean_up(cyn_i_page_file *file) {
  for (size_t i = 0; i < file->slot_count; i++) cyn_i_free(file->slots[i].bytes);
  cyn_i_free(file->slots);
  cyn_i_free(file->value);
  file->slots = NULL;
  file->value = NULL;
  file->slot_count = 0;
}

bool cyn_i_page_file_bytes(cyn_i_page_file *file, uint64_t offset, size_t size, void *out) {
  if (offset > file->size || size > file->size - offset) {
    (void)snprintf(file->reason, sizeof file->reason, "it lies behind the end of the file");
    return false;
  }
  if (file->fd < 0) {
    memcpy(out, file->memory + offset, size);
    return true;
  }
  for (size_t done = 0; done < size;) {
    ssize_t got = pread(file->fd, (uint8_t *)out + done, size - done, (off_t)(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      (void)snprintf(file->reason, sizeof file->reason, "it cannot be read: %.100s", got < 0 ? strerror(errno) : "the file ends");
      return false;
    }
    done += (size_t)got;
  }
  return true;
}

static bool refuse(cyn_i_page_file *file, const char *reason) {
  (void)snprintf(file->reason, sizeof file->reason, "%s", reason);
  return false;
}

bool cyn_i_page_file_load(cyn_i_page_file *file, unsigned *page) {
  uint8_t bytes[CYN_PAGE_META_SIZE];
  *page = 0;
  if (file->size < CYN_PAGE_META_SIZE) return refuse(file, "the file is shorter than a meta page");
  if (!cyn_i_page_file_bytes(file, 0, sizeof bytes, bytes)) return false;
  const char *reason = cyn_i_page_meta_read(bytes, 0, &file->metas[0]);
  if (reason != NULL) return refuse(file, reason);
  *page = 1;
  file->page_size = file->metas[0].free.pad;
  if (!cyn_i_page_file_bytes(file, file->page_size, sizeof bytes, bytes)) return false;
  reason = cyn_i_page_meta_read(bytes, 1, &file->metas[1]);
  if (reason != NULL) return refuse(file, reason);
  *page = 2;
  reason = cyn_i_page_metas_fit(file->metas, &file->newest);
  if (reason != NULL) return refuse(file, reason);
  const cyn_i_page_meta *meta = &file->metas[file->newest];
  reason = cyn_i_page_meta_fault(meta);
  if (reason != NULL) {
    *page = file->newest;
    return refuse(file, reason);
  }
  file->last_page = meta->last_page;
  uint64_t held = file->size / file->page_size;
  if (meta->main.leaf_pages > held || meta->main.entries > file->size / ENTRY_BYTES_MIN) {
    *page = file->newest;
    return refuse(file, "the file is too short for what it counts");
  }
  return true;
}

static bool slots_make(cyn_i_page_file *file) {
  size_t count = CACHE_BYTES / file->page_size;
  if (count > file->size / file->page_size) count = (size_t)(file->size / file->page_size) + 1;
  file->slots = cyn_i_zalloc(count, sizeof *file->slots);
  if (file->slots != NULL) file->slot_count = count;
  return file->slots != NULL;
}

const uint8_t *cyn_i_page_file_page(cyn_i_page_file *file, uint64_t number, unsigned expected, cyn_i_page_order order) {
  file->reason[0] = '\0';
  if (file->slots == NULL && !slots_make(file)) return NULL;
  if (number < 2 || number > file->last_page) {
    (void)refuse(file, "there is no such page");
    return NULL;
  }
  cyn_i_page_slot *slot = &file->slots[number % file->slot_count];
  bool held = slot->number == number && (cyn_i_page_flags(slot->bytes) & expected) != 0 && order == CYN_PAGE_ORDER_BYTES;
  if (held) return slot->bytes;
  slot->number = 0;
  if (slot->bytes == NULL) slot->bytes = cyn_i_alloc(file->page_size);
  if (slot->bytes == NULL) return NULL;
  if (!cyn_i_page_file_bytes(file, number * file->page_size, file->page_size, slot->bytes)) return NULL;
  const char *reason = cyn_i_page_check(slot->bytes, file->page_size, number, expected, order);
  if (reason != NULL) {
    (void)refuse(file, reason);
    return NULL;
  }
  if (order == CYN_PAGE_ORDER_BYTES) slot->number = number;
  return slot->bytes;
}

static cyn_status damaged(cyn_i_page_file *file, uint64_t number, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_STORE, "page %llu: %s", (unsigned long long)number, file->reason);
}

cyn_status cyn_i_page_file_big(cyn_i_page_file *file, const uint8_t *node, uint8_t **buffer, size_t *room,
                               cyn_bytes *value, cyn_error *error) {
  uint8_t head[CYN_PAGE_HEAD];
  const uint64_t number = cyn_i_page_value_page(node);
  const uint32_t size = cyn_i_page_value_size(node);
  uint64_t pages;
  bool inside = number >= 2 && number <= file->last_page && size <= CYN_PAGE_VALUE_MAX;
  if (!inside) (void)refuse(file, size > CYN_PAGE_VALUE_MAX ? "its value is larger than any that Cynamo writes" : "there is no such page");
  if (!inside || !cyn_i_page_file_bytes(file, number * file->page_size, sizeof head, head)) return damaged(file, number, error);
  const char *reason = cyn_i_page_check_overflow(head, file->page_size, number, size, &pages);
  if (reason == NULL && pages > file->last_page - number + 1) reason = "it counts more pages than there are";
  if (reason != NULL) {
    (void)refuse(file, reason);
    return damaged(file, number, error);
  }
  if (*room <= size) { /* a value of no bytes has a place too: LMDB shortens values where they are */
    cyn_i_free(*buffer);
    *room = 0;
    *buffer = cyn_i_alloc((size_t)size + 1);
    if (*buffer == NULL) return cyn_i_error_no_memory(error);
    *room = (size_t)size + 1;
  }
  if (!cyn_i_page_file_bytes(file, number * file->page_size + CYN_PAGE_HEAD, size, *buffer)) return damaged(file, number, error);
  *value = (cyn_bytes){(const char *)*buffer, size};
  return CYN_OK;
}
