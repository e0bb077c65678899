/* What one call needs: a result, a builder, memory for the structs of its input, the names of attributes lately seen. It is
 * made once and kept in a pool of the module, so a call allocates nothing of its own. */
#include "core.h"

#define BLOCK_BYTES ((size_t)8 * 1024)
#define KEEP_BYTES_MAX ((size_t)64 * 1024) /* a larger block is freed with its call */

typedef struct cyn_py_arena_block {
  struct cyn_py_arena_block *previous;
  size_t size;
} arena_block;

static void arena_clear(cyn_py_arena *arena, bool keeps_one) {
  arena_block *block = arena->blocks, *kept = NULL;
  while (block != NULL) {
    arena_block *previous = block->previous;
    if (keeps_one && kept == NULL && block->size <= KEEP_BYTES_MAX) kept = block;
    else PyMem_RawFree(block);
    block = previous;
  }
  arena->blocks = kept;
  arena->next = kept != NULL ? (char *)(kept + 1) : NULL;
  arena->end = kept != NULL ? (char *)kept + kept->size : NULL;
  if (kept != NULL) kept->previous = NULL;
}

void *cyn_py_alloc(cyn_py_call *call, size_t size) {
  cyn_py_arena *arena = &call->arena;
  if (size > SIZE_MAX / 2) return PyErr_NoMemory();
  size = (size + 7) & ~(size_t)7;
  if (size > (size_t)(arena->end - arena->next)) {
    size_t whole = sizeof(arena_block) + (size > BLOCK_BYTES / 2 ? size : 0) + BLOCK_BYTES;
    arena_block *block = PyMem_RawMalloc(whole);
    if (block == NULL) return PyErr_NoMemory();
    block->previous = arena->blocks;
    block->size = whole;
    arena->blocks = block;
    arena->next = (char *)(block + 1);
    arena->end = (char *)block + whole;
  }
  void *out = arena->next;
  arena->next += size;
  return memset(out, 0, size);
}

cyn_bytes cyn_py_copy(cyn_py_call *call, const char *data, size_t size) {
  char *copy = cyn_py_alloc(call, size + 1);
  if (copy == NULL) return (cyn_bytes){NULL, 0};
  if (size != 0) memcpy(copy, data, size);
  return (cyn_bytes){copy, size};
}

/* ---- the pool ---- */

static void call_free(cyn_py_call *call) {
  if (call == NULL) return;
  cyn_result_destroy(call->result);
  cyn_item_builder_destroy(call->builder);
  arena_clear(&call->arena, false);
  for (size_t i = 0; i < CYN_PY_MEMO_SIZE; i++) Py_CLEAR(call->memo[i]);
  Py_CLEAR(call->problems);
  PyMem_RawFree(call);
}

static cyn_py_call *call_new(cyn_py_state *state) {
  cyn_py_call *call = PyMem_RawCalloc(1, sizeof *call);
  if (call != NULL) {
    call->state = state;
    call->result = cyn_result_new();
    call->builder = cyn_item_builder_new();
  }
  if (call == NULL || call->result == NULL || call->builder == NULL) {
    call_free(call);
    PyErr_NoMemory();
    return NULL;
  }
  return call;
}

/* Only a free-threaded build needs the lock: else the GIL is held here. */
#ifdef Py_GIL_DISABLED
#define POOL_LOCK(state) PyThread_acquire_lock((state)->lock, WAIT_LOCK)
#define POOL_UNLOCK(state) PyThread_release_lock((state)->lock)
#else
#define POOL_LOCK(state) (void)(state)
#define POOL_UNLOCK(state) (void)(state)
#endif

cyn_py_call *cyn_py_call_take(cyn_py_state *state) {
  POOL_LOCK(state);
  cyn_py_call *call = state->pool;
  if (call != NULL) {
    state->pool = call->next;
    state->pool_count--;
  }
  POOL_UNLOCK(state);
  return call != NULL ? call : call_new(state);
}

void cyn_py_call_give_back(cyn_py_call *call) {
  cyn_py_state *state = call->state;
  if (call->is_lent) return;
  arena_clear(&call->arena, true);
  Py_CLEAR(call->problems);
  call->is_odd = call->is_too_deep = false;
  POOL_LOCK(state);
  bool has_room = state->pool_count < CYN_PY_POOL_MAX;
  if (has_room) {
    call->next = state->pool;
    state->pool = call;
    state->pool_count++;
  }
  POOL_UNLOCK(state);
  if (!has_room) call_free(call);
}

void cyn_py_pool_clear(cyn_py_state *state) {
  while (state->pool != NULL) {
    cyn_py_call *call = state->pool;
    state->pool = call->next;
    call_free(call);
  }
  state->pool_count = 0;
}

/* ---- names ---- */

/* Names are shared but not interned: Python 3.12 never lets go of what is interned, and names come from outside.
 * Not every byte is looked at: names of one item differ early, late or in length. */
static size_t name_slot(cyn_bytes name) {
  const unsigned char *at = (const unsigned char *)name.data;
  size_t size = name.size;
  uint32_t key = (uint32_t)at[0] | (uint32_t)at[size / 2] << 8 | (uint32_t)at[size - 1] << 16 | (uint32_t)(size & 255) << 24;
  return (key * 2654435761u) >> 24;
}

PyObject *cyn_py_name(cyn_py_call *call, cyn_bytes name) {
  if (name.size == 0 || name.size > 64) return PyUnicode_DecodeUTF8(name.data, (Py_ssize_t)name.size, NULL);
  PyObject **slot = &call->memo[name_slot(name) & (CYN_PY_MEMO_SIZE - 1)];
  if (*slot != NULL) {
    Py_ssize_t size;
    const char *known = PyUnicode_AsUTF8AndSize(*slot, &size); /* kept in the str: no work, cannot fail */
    if (known != NULL && (size_t)size == name.size && memcmp(known, name.data, name.size) == 0) {
      Py_INCREF(*slot);
      return *slot;
    }
    PyErr_Clear();
  }
  PyObject *text = PyUnicode_DecodeUTF8(name.data, (Py_ssize_t)name.size, NULL);
  if (text == NULL) return NULL;
  Py_INCREF(text);
  Py_XSETREF(*slot, text);
  return text;
}
