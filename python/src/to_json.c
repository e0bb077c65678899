/* An item as DynamoDB JSON, for the few that the builder cannot express (to_item.c). Types were checked before; whatever has
 * changed since (another thread) ends up as null. */
#include "core.h"

#define DEPTH_MAX 40

typedef struct text {
  char *data;
  size_t size, capacity;
  bool failed;
} text;

static void append(text *out, const char *data, size_t size) {
  if (out->failed) return;
  if (size > out->capacity - out->size) {
    size_t wanted = out->capacity * 2 + size + 256;
    char *grown = PyMem_RawRealloc(out->data, wanted);
    if (grown == NULL) {
      out->failed = true;
      return;
    }
    out->data = grown;
    out->capacity = wanted;
  }
  if (size != 0) memcpy(out->data + out->size, data, size);
  out->size += size;
}

static void append_str(text *out, const char *word) { append(out, word, strlen(word)); }

static void append_quoted(text *out, cyn_bytes value) {
  append(out, "\"", 1);
  for (size_t i = 0; i < value.size; i++) {
    unsigned char byte = (unsigned char)value.data[i];
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      append(out, value.data + i, 1);
      continue;
    }
    static const char digits[] = "0123456789abcdef";
    const char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    append(out, escape, sizeof escape);
  }
  append(out, "\"", 1);
}

static void append_base64(text *out, cyn_bytes value) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  append(out, "\"", 1);
  for (size_t i = 0; i < value.size; i += 3) {
    size_t left = value.size - i;
    uint32_t bits = (uint32_t)(unsigned char)value.data[i] << 16;
    if (left > 1) bits |= (uint32_t)(unsigned char)value.data[i + 1] << 8;
    if (left > 2) bits |= (uint32_t)(unsigned char)value.data[i + 2];
    const char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63], left > 1 ? digits[bits >> 6 & 63] : '=',
                           left > 2 ? digits[bits & 63] : '='};
    append(out, group, sizeof group);
  }
  append(out, "\"", 1);
}

static void append_text(text *out, PyObject *value) {
  cyn_bytes content;
  if (PyUnicode_Check(value) && cyn_py_utf8(value, &content)) {
    append_quoted(out, content);
    return;
  }
  PyErr_Clear();
  append_str(out, "null");
}

static bool append_blob(cyn_py_call *call, text *out, PyObject *value) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  cyn_bytes content = {"", 0};
  if (!cyn_py_to_blob(call, &root, value, &content)) return false;
  append_base64(out, content);
  return true;
}

static bool append_pairs(cyn_py_call *call, text *out, PyObject *dict, int depth);

static bool append_sequence(cyn_py_call *call, text *out, PyObject *value, int type, int depth) {
  bool fine = true;
  append(out, "[", 1);
  for (Py_ssize_t i = 0; fine && (PyList_Check(value) || PyTuple_Check(value)); i++) {
    PyObject *element = cyn_py_element(value, i);
    if (element == NULL) break;
    if (i != 0) append(out, ",", 1);
    if (type == CYN_TYPE_BS) fine = append_blob(call, out, element);
    else if (type != CYN_TYPE_L) append_text(out, element);
    else if (PyDict_Check(element)) fine = append_pairs(call, out, element, -depth);
    else append_str(out, "null");
    Py_DECREF(element);
  }
  append(out, "]", 1);
  return fine;
}

static bool append_content(cyn_py_call *call, text *out, PyObject *value, int type, int depth) {
  switch (type) {
    case CYN_TYPE_B: return append_blob(call, out, value);
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS:
    case CYN_TYPE_L: return append_sequence(call, out, value, type, depth);
    case CYN_TYPE_M:
      if (PyDict_Check(value)) return append_pairs(call, out, value, depth);
      append_str(out, "null");
      return true;
    case CYN_TYPE_BOOL:
    case CYN_TYPE_NULL: append_str(out, value == Py_True ? "true" : "false"); return true;
    default: append_text(out, value); return true;
  }
}

/* A positive depth: names and their values. A negative one: the members of one value at that depth. */
static bool append_pairs(cyn_py_call *call, text *out, PyObject *dict, int depth) {
  bool is_value = depth < 0, fine = true, is_first = true;
  int level = is_value ? -depth : depth;
  if (level > DEPTH_MAX) {
    append_str(out, "null");
    return true;
  }
  cyn_py_pairs pairs;
  if (!cyn_py_pairs_begin(&pairs, dict)) return false;
  append(out, "{", 1);
  while (fine && cyn_py_pairs_next(&pairs)) {
    if (!is_first) append(out, ",", 1);
    is_first = false;
    if (PyUnicode_Check(pairs.key)) append_text(out, pairs.key);
    else append_str(out, "\"\"");
    append(out, ":", 1);
    if (is_value) fine = append_content(call, out, pairs.value, cyn_py_type_of(call->state, pairs.key), level + 1);
    else if (PyDict_Check(pairs.value)) fine = append_pairs(call, out, pairs.value, -level);
    else append_str(out, "null");
  }
  append(out, "}", 1);
  cyn_py_pairs_end(&pairs);
  return fine;
}

bool cyn_py_item_to_json(cyn_py_call *call, PyObject *item, cyn_bytes *out) {
  text json = {NULL, 0, 0, false};
  bool fine = append_pairs(call, &json, item, 1);
  if (fine && json.failed) fine = PyErr_NoMemory() != NULL;
  if (fine) {
    *out = cyn_py_copy(call, json.data, json.size);
    fine = out->data != NULL;
  }
  PyMem_RawFree(json.data);
  return fine;
}
