/* See item.h. Reading and writing; what a value means (equality, sizes) and whether bytes are sound is in
 * item_meaning.c and item_check.c. Appends go through cyn_i_buf, which remembers that it ran out of memory. */
#include "value/item.h"

/* ---- reading ---- */

/* The last byte tells most names of one length apart without a call. */
static const uint8_t *find(cyn_i_pairs pairs, cyn_bytes name) {
  const uint8_t *p = pairs.next;
  if (name.size == 0) return NULL;
  char last = name.data[name.size - 1];
  for (uint32_t left = pairs.left; left != 0; left--) {
    size_t size = cyn_i_get_u16(p);
    const uint8_t *value = p + 2 + size;
    if (size == name.size && (char)value[-1] == last && memcmp(p + 2, name.data, size) == 0) return value;
    p = value + cyn_i_value_size(value);
  }
  return NULL;
}

const uint8_t *cyn_i_item_find(const uint8_t *item, cyn_bytes name) {
  return find(cyn_i_item_pairs(item), name);
}

const uint8_t *cyn_i_map_find(const uint8_t *map_value, cyn_bytes name) {
  return find(cyn_i_map_pairs(map_value), name);
}

const uint8_t *cyn_i_list_at(const uint8_t *list_value, uint32_t index) {
  cyn_i_elements elements = cyn_i_value_elements(list_value);
  const uint8_t *value = NULL;
  if (index >= elements.left) return NULL;
  for (uint32_t i = 0; i <= index; i++) (void)cyn_i_list_next(&elements, &value);
  return value;
}

int cyn_i_content_compare(cyn_bytes a, cyn_bytes b) {
  size_t common = a.size < b.size ? a.size : b.size;
  int order = common != 0 ? memcmp(a.data, b.data, common) : 0;
  if (order != 0) return order;
  return (a.size > b.size) - (a.size < b.size);
}

const char *cyn_i_type_name(cyn_type type) {
  static const char *const names[] = {"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};
  return (unsigned)type < sizeof names / sizeof names[0] ? names[type] : "";
}

/* ---- writing ---- */

void cyn_i_item_begin(cyn_i_item_writer *writer, cyn_i_buf *buf) {
  static const uint8_t header[CYN_ITEM_HEADER_SIZE] = {CYN_ITEM_VERSION};
  writer->buf = buf;
  writer->start = buf->size;
  writer->count = 0;
  cyn_i_buf_append(buf, header, sizeof header);
}

void cyn_i_item_name(cyn_i_item_writer *writer, cyn_bytes name) {
  writer->count++;
  cyn_i_write_name(writer->buf, name);
}

void cyn_i_item_pair(cyn_i_item_writer *writer, cyn_bytes name, const uint8_t *value) {
  cyn_i_item_name(writer, name);
  cyn_i_write_copy(writer->buf, value);
}

void cyn_i_item_end(cyn_i_item_writer *writer) {
  if (writer->buf->failed) return;
  uint8_t *item = writer->buf->data + writer->start;
  cyn_i_put_u32(item + 5, writer->count);
  cyn_i_pairs pairs = cyn_i_item_pairs(item);
  cyn_bytes name;
  const uint8_t *value;
  size_t size = 0;
  while (cyn_i_pairs_next(&pairs, &name, &value)) size += name.size + cyn_i_value_dynamodb_size(value);
  cyn_i_put_u32(item + 1, size < UINT32_MAX ? (uint32_t)size : UINT32_MAX);
}

/* Sizes of 4 GiB and more cannot be written: the buffer fails as it does without memory. */
static bool fits(cyn_i_buf *buf, size_t size) {
  if (size < UINT32_MAX - 16) return true;
  buf->failed = true;
  return false;
}

void cyn_i_write_string(cyn_i_buf *buf, cyn_type type_s_or_b, cyn_bytes content) {
  if (!fits(buf, content.size) || !cyn_i_buf_reserve(buf, 5 + content.size)) return;
  uint8_t *at = buf->data + buf->size;
  at[0] = (uint8_t)type_s_or_b;
  cyn_i_put_u32(at + 1, (uint32_t)content.size);
  if (content.size != 0) memcpy(at + 5, content.data, content.size);
  buf->size += 5 + content.size;
}

void cyn_i_write_number(cyn_i_buf *buf, const uint8_t *digits, size_t size) {
  if (!cyn_i_buf_reserve(buf, 2 + size)) return;
  uint8_t *at = buf->data + buf->size;
  at[0] = CYN_TYPE_N;
  at[1] = (uint8_t)size;
  memcpy(at + 2, digits, size);
  buf->size += 2 + size;
}

void cyn_i_write_bool(cyn_i_buf *buf, bool value) {
  uint8_t bytes[2] = {CYN_TYPE_BOOL, value};
  cyn_i_buf_append(buf, bytes, 2);
}

void cyn_i_write_null(cyn_i_buf *buf) { cyn_i_buf_byte(buf, CYN_TYPE_NULL); }

void cyn_i_write_copy(cyn_i_buf *buf, const uint8_t *value) { cyn_i_buf_append(buf, value, cyn_i_value_size(value)); }

size_t cyn_i_write_open(cyn_i_buf *buf, cyn_type type) {
  uint8_t head[9] = {(uint8_t)type};
  size_t mark = buf->size;
  cyn_i_buf_append(buf, head, sizeof head);
  return mark;
}

void cyn_i_write_name(cyn_i_buf *buf, cyn_bytes name) {
  if (name.size > CYN_NAME_SIZE_MAX) {
    buf->failed = true;
    return;
  }
  if (!cyn_i_buf_reserve(buf, 2 + name.size)) return;
  uint8_t *at = buf->data + buf->size;
  cyn_i_put_u16(at, (uint16_t)name.size);
  if (name.size != 0) memcpy(at + 2, name.data, name.size);
  buf->size += 2 + name.size;
}

void cyn_i_write_set_element(cyn_i_buf *buf, cyn_type set_type, cyn_bytes content) {
  size_t head = set_type == CYN_TYPE_NS ? 1 : 4;
  if (!fits(buf, content.size) || !cyn_i_buf_reserve(buf, head + content.size)) return;
  uint8_t *at = buf->data + buf->size;
  if (head == 1)
    at[0] = (uint8_t)content.size;
  else
    cyn_i_put_u32(at, (uint32_t)content.size);
  if (content.size != 0) memcpy(at + head, content.data, content.size);
  buf->size += head + content.size;
}

void cyn_i_write_close(cyn_i_buf *buf, size_t mark, uint32_t count) {
  if (buf->failed || !fits(buf, buf->size - mark)) return;
  cyn_i_put_u32(buf->data + mark + 1, (uint32_t)(buf->size - mark - 5));
  cyn_i_put_u32(buf->data + mark + 5, count);
}

/* Heap sort: no recursion, no memory, and no input that makes it slow. */
static void sift_down(cyn_bytes *contents, size_t at, size_t count) {
  cyn_bytes moved = contents[at];
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && cyn_i_content_compare(contents[child], contents[child + 1]) < 0) child++;
    if (cyn_i_content_compare(moved, contents[child]) >= 0) break;
    contents[at] = contents[child];
    at = child;
  }
  contents[at] = moved;
}

static void sort(cyn_bytes *contents, size_t count) {
  size_t sorted = 1;
  while (sorted < count && cyn_i_content_compare(contents[sorted - 1], contents[sorted]) <= 0) sorted++;
  if (sorted >= count) return;
  for (size_t i = count / 2; i-- > 0;) sift_down(contents, i, count);
  for (size_t last = count - 1; last > 0; last--) {
    cyn_bytes largest = contents[0];
    contents[0] = contents[last];
    contents[last] = largest;
    sift_down(contents, 0, last);
  }
}

void cyn_i_write_set(cyn_i_buf *buf, cyn_type set_type, cyn_bytes *contents, uint32_t count, bool *unique) {
  sort(contents, count);
  for (uint32_t i = 1; i < count; i++) {
    if (cyn_i_content_compare(contents[i - 1], contents[i]) == 0) {
      *unique = false;
      return;
    }
  }
  *unique = true;
  size_t mark = cyn_i_write_open(buf, set_type);
  for (uint32_t i = 0; i < count; i++) cyn_i_write_set_element(buf, set_type, contents[i]);
  cyn_i_write_close(buf, mark, count);
}
