/* Building items, <cynamo/item.h>. A level is the item itself, a list or a map; each level of names knows the names it
 * has (item_names.h). What cannot be written (a bad name, the 33rd level) is left out and noted as the item's fault:
 * the bytes stay sound whatever happens. */
#include <cynamo/item.h>

#include "base/alloc.h"
#include "base/error.h"
#include "value/base64.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/item_names.h"
#include "value/number.h"
#include "value/utf8.h"

#define INVALID "One or more parameter values were invalid: "

typedef struct level {
  bool has_names;
  size_t mark;   /* of the container; not used by the item itself */
  uint32_t count;
  cyn_i_item_names names;
} level;

struct cyn_item_builder {
  cyn_i_arena arena;  /* name tables, fault texts, items from JSON */
  cyn_i_buf buf;
  cyn_i_item_writer writer;
  cyn_bytes attribute; /* top-level name of what is being put; borrowed for the call or a copy while a level is open */
  cyn_fault fault;     /* message NULL: none */
  cyn_fault reported;  /* what a finished item points to */
  bool is_finished;
  const char *misuse;
  unsigned depth;      /* open lists and maps */
  unsigned left_out;   /* open ones that are not written */
  level levels[CYN_ITEM_DEPTH_WRITTEN_MAX + 1];
};

/* ---- life cycle ---- */

static void begin(cyn_item_builder *b) {
  b->buf.size = 0;
  b->buf.failed = false;
  b->attribute = (cyn_bytes){NULL, 0};
  b->fault = (cyn_fault){{NULL, 0}, NULL};
  b->is_finished = false;
  b->misuse = NULL;
  b->depth = 0;
  b->left_out = 0;
  cyn_i_item_begin(&b->writer, &b->buf);
  b->levels[0].has_names = true;
  b->levels[0].count = 0;
  cyn_i_item_names_init(&b->levels[0].names, &b->arena, b->buf.size);
}

cyn_item_builder *cyn_item_builder_new(void) {
  cyn_item_builder *b = cyn_i_zalloc(1, sizeof *b);
  if (b == NULL) return NULL;
  cyn_i_arena_init(&b->arena, 1024);
  cyn_i_buf_init(&b->buf, NULL);
  begin(b);
  return b;
}

void cyn_item_builder_destroy(cyn_item_builder *b) {
  if (b == NULL) return;
  cyn_i_buf_clean_up(&b->buf);
  cyn_i_arena_clean_up(&b->arena);
  cyn_i_free(b);
}

void cyn_item_builder_reset(cyn_item_builder *b) {
  if (b == NULL) return;
  cyn_i_arena_reset(&b->arena, (size_t)1024 * 1024);
  begin(b);
}

/* ---- faults ---- */

static void note_fault(cyn_item_builder *b, const char *message) {
  if (b->fault.message != NULL || b->buf.failed) return;
  b->fault.message = message;
  b->fault.attribute = cyn_i_arena_copy(&b->arena, b->attribute);
  if (message == NULL || (b->attribute.data != NULL && b->fault.attribute.data == NULL)) b->buf.failed = true;
}

/* `head`, then a text of any bytes, as a fault; the message ends at a NUL in the text. */
static void note_fault_text(cyn_item_builder *b, const char *head, cyn_bytes text) {
  if (b->fault.message != NULL || b->buf.failed) return;
  cyn_i_buf message;
  cyn_i_buf_init(&message, &b->arena);
  cyn_i_buf_text(&message, head);
  cyn_i_buf_append(&message, text.data, text.size);
  cyn_i_buf_byte(&message, '\0');
  note_fault(b, message.failed ? NULL : (const char *)message.data);
}

static void note_number_fault(cyn_item_builder *b, cyn_i_number_fault fault, cyn_bytes text) {
  const char *head = cyn_i_number_fault_text(fault);
  if (fault == CYN_NUMBER_SYNTAX)
    note_fault_text(b, head, text);
  else
    note_fault(b, head);
}

/* ---- putting ---- */

static bool name_is_sound(cyn_item_builder *b, cyn_bytes name) {
  const char *fault = name.size == 0                  ? INVALID "An attribute name may not be empty"
                      : name.size > CYN_NAME_SIZE_MAX ? "Attribute name is too large, must be less than 65536 bytes"
                      : !cyn_i_utf8_is_valid(name)    ? INVALID "An attribute name is not valid UTF-8"
                                                      : NULL;
  if (fault != NULL) note_fault(b, fault);
  return fault == NULL;
}

/* Writes the name where one belongs; false when the value is to be left out. */
static bool begin_value(cyn_item_builder *b, cyn_bytes name) {
  if (b == NULL || b->buf.failed || b->left_out != 0) return false;
  if (b->is_finished) {
    b->misuse = "the item is finished: reset the builder before putting more";
    return false;
  }
  level *at = &b->levels[b->depth];
  if (b->depth == 0) b->attribute = name;
  if (!at->has_names) {
    at->count++;
    return true;
  }
  if (!name_is_sound(b, name)) return false;
  bool was_overwritten = at->names.overwritten;
  size_t name_at = b->buf.size;
  cyn_i_write_name(&b->buf, name);
  cyn_i_item_names_add(&at->names, &b->buf, name_at);
  if (at->names.overwritten && !was_overwritten) note_fault_text(b, INVALID "Duplicate attribute name: ", name);
  at->count++;
  return !b->buf.failed;
}

void cyn_item_put_string(cyn_item_builder *b, cyn_bytes name, cyn_bytes value) {
  if (!begin_value(b, name)) return;
  if (!cyn_i_utf8_is_valid(value)) {
    note_fault(b, INVALID "A string is not valid UTF-8");
    value.size = 0;
  }
  cyn_i_write_string(&b->buf, CYN_TYPE_S, value);
}

void cyn_item_put_binary(cyn_item_builder *b, cyn_bytes name, cyn_bytes value) {
  if (begin_value(b, name)) cyn_i_write_string(&b->buf, CYN_TYPE_B, value);
}

void cyn_item_put_number(cyn_item_builder *b, cyn_bytes name, cyn_bytes text) {
  if (!begin_value(b, name)) return;
  cyn_i_number number = {1, {0x80}};
  cyn_i_number_fault fault = cyn_i_number_parse(text, &number);
  if (fault != CYN_NUMBER_OK) note_number_fault(b, fault, text);
  cyn_i_write_number(&b->buf, number.bytes, number.size);
}

void cyn_item_put_int(cyn_item_builder *b, cyn_bytes name, int64_t value) {
  if (!begin_value(b, name)) return;
  cyn_i_number number = cyn_i_number_from_int(value);
  cyn_i_write_number(&b->buf, number.bytes, number.size);
}

void cyn_item_put_bool(cyn_item_builder *b, cyn_bytes name, bool value) {
  if (begin_value(b, name)) cyn_i_write_bool(&b->buf, value);
}

void cyn_item_put_null(cyn_item_builder *b, cyn_bytes name) {
  if (begin_value(b, name)) cyn_i_write_null(&b->buf);
}

void cyn_item_put_value(cyn_item_builder *b, cyn_bytes name, cyn_value value) {
  if (value.data == NULL || !begin_value(b, name)) return;
  if (value.fault != NULL) note_fault_text(b, value.fault->message, (cyn_bytes){NULL, 0});
  if (b->depth + cyn_i_value_depth(value.data) > CYN_ITEM_DEPTH_WRITTEN_MAX) {
    note_fault(b, CYN_ITEM_TOO_DEEP);
    cyn_i_write_null(&b->buf);
    return;
  }
  cyn_i_write_copy(&b->buf, value.data);
}

/* ---- sets ---- */

/* The set's elements have been brought into `contents`, which may be reordered. */
static void write_set(cyn_item_builder *b, cyn_type type, cyn_bytes *contents, const cyn_bytes *given, size_t count) {
  bool unique;
  size_t start = b->buf.size;
  cyn_i_write_set(&b->buf, type, contents, (uint32_t)count, &unique);
  if (unique) return;
  b->buf.size = start;
  cyn_i_write_null(&b->buf);
  if (type == CYN_TYPE_NS) {
    note_fault(b, "Input collection contains duplicates");
    return;
  }
  cyn_i_buf text;
  cyn_i_buf_init(&text, &b->arena);
  cyn_i_buf_text(&text, INVALID "Input collection [");
  for (size_t i = 0; i < count; i++) {
    if (i != 0) cyn_i_buf_text(&text, ", ");
    if (type == CYN_TYPE_BS)
      cyn_i_base64_encode(&text, given[i]);
    else
      cyn_i_buf_append(&text, given[i].data, given[i].size);
  }
  cyn_i_buf_text(&text, type == CYN_TYPE_BS ? "]of type BS contains duplicates." : "] contains duplicates.");
  cyn_i_buf_byte(&text, '\0');
  note_fault(b, text.failed ? NULL : (const char *)text.data);
}

static bool numbers_encode(cyn_item_builder *b, cyn_bytes *contents, cyn_i_number *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cyn_i_number_fault fault = cyn_i_number_parse(contents[i], &numbers[i]);
    if (fault != CYN_NUMBER_OK) {
      note_number_fault(b, fault, contents[i]);
      return false;
    }
    contents[i] = (cyn_bytes){(const char *)numbers[i].bytes, numbers[i].size};
  }
  return true;
}

static bool strings_are_sound(cyn_item_builder *b, const cyn_bytes *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (cyn_i_utf8_is_valid(values[i])) continue;
    note_fault(b, INVALID "A string is not valid UTF-8");
    return false;
  }
  return true;
}

static void put_set(cyn_item_builder *b, cyn_bytes name, cyn_type type, const cyn_bytes *values, size_t count) {
  static const char *const empty[] = {INVALID "An string set  may not be empty", INVALID "An number set  may not be empty",
                                      INVALID "Binary sets should not be empty"};
  if (!begin_value(b, name)) return;
  if (count == 0) {
    note_fault(b, empty[type - CYN_TYPE_SS]);
    cyn_i_write_null(&b->buf);
    return;
  }
  cyn_bytes *contents = count < UINT32_MAX ? cyn_i_arena_zalloc(&b->arena, count, sizeof *contents) : NULL;
  cyn_i_number *numbers = NULL;
  if (contents != NULL && type == CYN_TYPE_NS) numbers = cyn_i_arena_zalloc(&b->arena, count, sizeof *numbers);
  if (contents == NULL || (type == CYN_TYPE_NS && numbers == NULL)) {
    b->buf.failed = true;
    return;
  }
  memcpy(contents, values, count * sizeof *contents);
  bool sound = type == CYN_TYPE_NS   ? numbers_encode(b, contents, numbers, count)
               : type == CYN_TYPE_SS ? strings_are_sound(b, values, count)
                                     : true;
  if (sound)
    write_set(b, type, contents, values, count);
  else
    cyn_i_write_null(&b->buf);
}

void cyn_item_put_string_set(cyn_item_builder *b, cyn_bytes name, const cyn_bytes *values, size_t count) {
  put_set(b, name, CYN_TYPE_SS, values, count);
}
void cyn_item_put_number_set(cyn_item_builder *b, cyn_bytes name, const cyn_bytes *texts, size_t count) {
  put_set(b, name, CYN_TYPE_NS, texts, count);
}
void cyn_item_put_binary_set(cyn_item_builder *b, cyn_bytes name, const cyn_bytes *values, size_t count) {
  put_set(b, name, CYN_TYPE_BS, values, count);
}

/* ---- levels ---- */

static void open_level(cyn_item_builder *b, cyn_bytes name, bool has_names) {
  if (b == NULL || b->buf.failed) return;
  if (b->left_out == 0 && b->depth == CYN_ITEM_DEPTH_WRITTEN_MAX)
    note_fault(b, CYN_ITEM_TOO_DEEP);
  if (b->left_out != 0 || b->depth == CYN_ITEM_DEPTH_WRITTEN_MAX || !begin_value(b, name)) {
    b->left_out++;
    return;
  }
  if (b->depth == 0) { /* faults inside are this attribute's, after the caller's bytes are gone */
    b->attribute = cyn_i_arena_copy(&b->arena, name);
    if (b->attribute.data == NULL) b->buf.failed = true;
  }
  level *inner = &b->levels[++b->depth];
  inner->has_names = has_names;
  inner->count = 0;
  inner->mark = cyn_i_write_open(&b->buf, has_names ? CYN_TYPE_M : CYN_TYPE_L);
  cyn_i_item_names_init(&inner->names, &b->arena, b->buf.size);
}

void cyn_item_open_list(cyn_item_builder *b, cyn_bytes name) { open_level(b, name, false); }
void cyn_item_open_map(cyn_item_builder *b, cyn_bytes name) { open_level(b, name, true); }

static void settle_names(cyn_item_builder *b, level *at) {
  if (at->has_names && at->names.overwritten) (void)cyn_i_item_names_compact(&at->names, &b->buf, &at->count);
}

void cyn_item_close(cyn_item_builder *b) {
  if (b == NULL || b->buf.failed) return;
  if (b->left_out != 0) {
    b->left_out--;
    return;
  }
  if (b->depth == 0) {
    b->misuse = "close without an open list or map";
    return;
  }
  level *inner = &b->levels[b->depth--];
  settle_names(b, inner);
  cyn_i_write_close(&b->buf, inner->mark, inner->count);
}

/* ---- results ---- */

cyn_status cyn_item_builder_finish(cyn_item_builder *b, cyn_item *out, cyn_error *error) {
  *out = (cyn_item){NULL, 0, NULL};
  if (b == NULL || b->buf.failed) return cyn_i_error_no_memory(error);
  if (b->misuse == NULL && b->is_finished) b->misuse = "the item is finished already";
  if (b->misuse == NULL && b->depth + b->left_out != 0) b->misuse = "a list or map is still open";
  if (b->misuse != NULL) return cyn_i_error_set(error, CYN_E_USAGE, b->misuse);
  settle_names(b, &b->levels[0]);
  b->writer.count = b->levels[0].count;
  cyn_i_item_end(&b->writer);
  b->is_finished = true;
  b->reported = b->fault;
  *out = (cyn_item){b->buf.data, b->buf.size, b->fault.message != NULL ? &b->reported : NULL};
  return CYN_OK;
}

cyn_status cyn_item_from_json(cyn_item_builder *b, cyn_bytes json, cyn_item *out, cyn_error *error) {
  *out = (cyn_item){NULL, 0, NULL};
  if (b == NULL) return cyn_i_error_no_memory(error);
  cyn_item_builder_reset(b);
  b->is_finished = true;
  cyn_i_json reader;
  cyn_i_json_fault fault = {NULL};
  cyn_i_json_init(&reader, (const uint8_t *)json.data, json.size, &b->arena);
  cyn_i_json_token token = cyn_i_json_next(&reader);
  bool read = token == CYN_JSON_OBJECT_BEGIN && cyn_i_item_from_json(&reader, out, &fault) &&
              cyn_i_json_next(&reader) == CYN_JSON_END;
  if (read && fault.message == NULL) return CYN_OK;
  *out = (cyn_item){NULL, 0, NULL};
  if (reader.no_memory) return cyn_i_error_no_memory(error);
  return cyn_i_error_set(error, CYN_E_SERIALIZATION, fault.message != NULL ? fault.message : "");
}
