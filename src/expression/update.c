/* Applying an update: the right sides first, all from the old item, in text order; then one walk over the old item that
 * copies what stays (in runs as long as possible) and writes what changes. Each level looks its names up in the run of
 * sorted targets that share the parents, as in projection.c. Recursion is bounded by the item's nesting. */
#include "expression/program_private.h"

#include "base/error.h"
#include "expression/update_private.h"

typedef struct update_walk {
  const cyn_i_bound *bound;
  const uint8_t *const *results; /* by target: value of the right side; NULL for REMOVE */
  uint8_t *seen;                 /* by sorted position of a group's first member: found in the old pairs of the level
                                    at hand; a deeper level works on its part first, the level marks it afterwards */
  cyn_i_buf *buf;
  cyn_i_arena *arena;
  size_t size; /* DynamoDB's size of the new item: the old one's, with the touched top-level pairs exchanged */
  cyn_error *error;
  cyn_status status;
} update_walk;

static const char *const invalid_path = "The document path provided in the update expression is invalid for update";

static void fail(update_walk *apply, const char *text) {
  if (apply->status == CYN_OK) apply->status = cyn_i_error_set(apply->error, CYN_E_VALIDATION, text);
}

static const cyn_i_target *target_of(const update_walk *apply, cyn_i_group group) {
  return &apply->bound->program->targets[apply->bound->order[group.low]];
}
static cyn_i_path path_of(const update_walk *apply, cyn_i_group group) {
  return apply->bound->paths[target_of(apply, group)->path];
}

static bool write_value(update_walk *apply, cyn_i_group group, unsigned depth, const uint8_t *old);

/* ---- leaves ---- */

/* The value that the action leaves there is appended; false: nothing is left. */
static bool write_leaf(update_walk *apply, cyn_i_group group, unsigned depth, const uint8_t *old) {
  const cyn_i_target *target = target_of(apply, group);
  const uint8_t *value = apply->results[target - apply->bound->program->targets];
  if (target->action == CYN_UPDATE_REMOVE) return false;
  if (target->action == CYN_UPDATE_SET || (target->action == CYN_UPDATE_ADD && old == NULL)) {
    bool is_container = value[0] == CYN_TYPE_M || value[0] == CYN_TYPE_L;
    if (depth > 1 && is_container && depth - 1 + cyn_i_value_depth(value) > CYN_ITEM_DEPTH_WRITTEN_MAX)
      fail(apply, CYN_ITEM_TOO_DEEP);
    cyn_i_write_copy(apply->buf, value);
    return true;
  }
  if (old == NULL) return false;
  bool left = true;
  cyn_i_update_fault fault =
      target->action == CYN_UPDATE_ADD
          ? cyn_i_update_add(apply->buf, old, value, apply->bound->program->legacy)
          : cyn_i_update_delete(apply->buf, old, value, &left);
  if (fault != NULL) fail(apply, apply->bound->program->legacy ? cyn_i_update_legacy_fault(fault) : fault);
  return left;
}

/* ---- maps ---- */

static bool write_pair(update_walk *apply, cyn_i_group group, unsigned depth, cyn_bytes name, const uint8_t *old) {
  size_t mark = apply->buf->size;
  if (depth == 1 && old != NULL) apply->size -= name.size + cyn_i_value_dynamodb_size(old);
  cyn_i_write_name(apply->buf, name);
  bool left = write_value(apply, group, depth, old);
  if (apply->buf->failed || apply->status != CYN_OK) return left; /* nobody will read it */
  if (!left)
    apply->buf->size = mark;
  else if (depth == 1)
    apply->size += name.size + cyn_i_value_dynamodb_size(apply->buf->data + mark + 2 + name.size);
  return left;
}

/* Targets that the old pairs did not hold. */
static uint32_t write_new_pairs(update_walk *apply, cyn_i_group group, unsigned depth) {
  uint32_t count = 0;
  while (group.low < group.high) {
    cyn_i_group next = cyn_i_group_first(apply->bound, group, depth);
    if (!apply->seen[next.low])
      count += write_pair(apply, next, depth + 1, path_of(apply, next).steps[depth].name, NULL);
    group.low = next.high;
  }
  return count;
}

static uint32_t write_pairs(update_walk *apply, cyn_i_group group, unsigned depth, cyn_i_pairs pairs) {
  uint32_t count = pairs.left;
  uint16_t left = (uint16_t)(group.high - group.low); /* targets still to be met */
  const uint8_t *run = pairs.next;                    /* start of what stays and is not copied yet */
  cyn_bytes name;
  const uint8_t *value;
  memset(apply->seen + group.low, 0, left);
  while (left != 0 && cyn_i_pairs_next(&pairs, &name, &value)) {
    cyn_i_group found = cyn_i_group_find_name(apply->bound, group, depth, name);
    if (found.low == found.high) continue;
    const uint8_t *pair = (const uint8_t *)name.data - 2;
    cyn_i_buf_append(apply->buf, run, (size_t)(pair - run));
    run = pairs.next;
    left = (uint16_t)(left - (found.high - found.low));
    if (!write_pair(apply, found, depth + 1, name, value)) count--;
    apply->seen[found.low] = 1;
  }
  while (pairs.left != 0) cyn_i_pairs_next(&pairs, &name, &value);
  cyn_i_buf_append(apply->buf, run, (size_t)(pairs.next - run));
  return left != 0 ? count + write_new_pairs(apply, group, depth) : count;
}

/* ---- lists ---- */

/* Indexes are those of the old list; what lies behind its end is appended in index order. */
static uint32_t write_elements(update_walk *apply, cyn_i_group group, unsigned depth, const uint8_t *list) {
  uint32_t count = 0, at = 0;
  cyn_i_elements elements = cyn_i_value_elements(list);
  const uint8_t *element;
  for (; cyn_i_list_next(&elements, &element); at++) {
    if (group.low < group.high && path_of(apply, group).steps[depth].index == at) {
      cyn_i_group found = cyn_i_group_first(apply->bound, group, depth);
      count += write_value(apply, found, depth + 1, element);
      group.low = found.high;
    } else {
      cyn_i_write_copy(apply->buf, element);
      count++;
    }
  }
  while (group.low < group.high) {
    cyn_i_group found = cyn_i_group_first(apply->bound, group, depth);
    count += write_value(apply, found, depth + 1, NULL);
    group.low = found.high;
  }
  return count;
}

/* The value at which `depth` steps of the group's paths have arrived; `old` NULL: nothing is there. */
static bool write_value(update_walk *apply, cyn_i_group group, unsigned depth, const uint8_t *old) {
  cyn_i_path path = path_of(apply, group);
  if (path.count == depth) return write_leaf(apply, group, depth, old);
  bool wants_list = cyn_i_step_is_index(&path.steps[depth]);
  if (old == NULL || old[0] != (wants_list ? CYN_TYPE_L : CYN_TYPE_M)) {
    fail(apply, invalid_path);
    return false;
  }
  size_t mark = cyn_i_write_open(apply->buf, (cyn_type)old[0]);
  uint32_t count = wants_list ? write_elements(apply, group, depth, old)
                              : write_pairs(apply, group, depth, cyn_i_map_pairs(old));
  cyn_i_write_close(apply->buf, mark, count);
  return true;
}

/* ---- the whole ---- */

static cyn_status compute_results(update_walk *apply, const uint8_t *old_item) {
  const cyn_i_program *program = apply->bound->program;
  const uint8_t **results = cyn_i_arena_alloc(apply->arena, (program->target_count + 1u) * sizeof *results);
  apply->seen = cyn_i_arena_alloc(apply->arena, program->target_count + 1u);
  if (results == NULL || apply->seen == NULL) return cyn_i_error_no_memory(apply->error);
  size_t total = 0;
  for (uint16_t i = 0; i < program->target_count; i++) {
    results[i] = NULL;
    if (program->targets[i].value == CYN_NODE_NONE) continue;
    cyn_status status = cyn_i_update_right_side(apply->bound, program->targets[i].value, old_item, apply->arena,
                                                &results[i], apply->error);
    if (status != CYN_OK) return status;
    total += cyn_i_value_size(results[i]);
    if (total > CYN_UPDATE_SIZE_MAX) return cyn_i_error_set(apply->error, CYN_E_VALIDATION, CYN_UPDATE_SIZE_TEXT);
  }
  apply->results = results;
  return CYN_OK;
}

cyn_status cyn_i_update_apply(const cyn_i_bound *bound, const uint8_t *old_item, cyn_i_arena *arena, cyn_i_buf *buf,
                              cyn_error *error) {
  update_walk apply = {bound, NULL, NULL, buf, arena, cyn_i_item_dynamodb_size(old_item), error, CYN_OK};
  cyn_status status = compute_results(&apply, old_item);
  if (status != CYN_OK) return status;
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, buf);
  cyn_i_group all = {0, bound->program->target_count};
  uint32_t count = write_pairs(&apply, all, 0, cyn_i_item_pairs(old_item));
  if (apply.status != CYN_OK) return apply.status;
  if (buf->failed) return cyn_i_error_no_memory(error);
  /* not cyn_i_item_end, which measures every attribute */
  cyn_i_put_u32(buf->data + writer.start + 1, (uint32_t)apply.size);
  cyn_i_put_u32(buf->data + writer.start + 5, count);
  return CYN_OK;
}

void cyn_i_update_touched(const cyn_i_bound *bound, const uint8_t *item, cyn_i_buf *buf) {
  cyn_i_bound_project(bound, item, buf);
}

size_t cyn_i_update_target_count(const cyn_i_bound *bound) { return bound->program->target_count; }

/* The type of a SET's right side that no item can change. */
static int static_type(const cyn_i_bound *bound, const cyn_i_target *target) {
  if (target->value == CYN_NODE_NONE || target->action == CYN_UPDATE_DELETE) return 0;
  const cyn_i_node *node = &bound->program->nodes[target->value];
  switch (node->kind) {
    case CYN_NODE_VALUE: return bound->values[node->first][0];
    case CYN_NODE_LIST_APPEND: return CYN_TYPE_L;
    case CYN_NODE_PLUS:
    case CYN_NODE_MINUS: return CYN_TYPE_N;
    default: return 0;
  }
}

cyn_i_update_target cyn_i_update_target_at(const cyn_i_bound *bound, size_t i) {
  const cyn_i_target *target = &bound->program->targets[i];
  return (cyn_i_update_target){(cyn_i_update_action)target->action, bound->paths[target->path],
                               static_type(bound, target)};
}
