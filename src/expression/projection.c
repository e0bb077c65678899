/* Projections: the named parts of an item, with their parents. One walk over the item, in which each level looks its
 * names up in the run of sorted paths that share the parents. A parent of which nothing was found is taken back.
 * The same walk answers UPDATED_OLD and UPDATED_NEW. Recursion is bounded by the item's nesting. */
#include "expression/program_private.h"

static bool project_value(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, const uint8_t *value,
                          cyn_i_buf *buf);

/* Writes name and value; takes the name back when nothing of the value was asked for. */
static bool project_pair(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, cyn_bytes name,
                         const uint8_t *value, cyn_i_buf *buf) {
  size_t mark = buf->size;
  cyn_i_write_name(buf, name);
  if (project_value(bound, group, depth, value, buf)) return true;
  buf->size = mark;
  return false;
}

static uint32_t project_pairs(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, cyn_i_pairs pairs,
                              cyn_i_buf *buf) {
  uint32_t count = 0;
  uint16_t left = (uint16_t)(group.high - group.low); /* paths still to be met */
  cyn_bytes name;
  const uint8_t *value;
  while (left != 0 && cyn_i_pairs_next(&pairs, &name, &value)) {
    cyn_i_group found = cyn_i_group_find_name(bound, group, depth, name);
    if (found.low == found.high) continue;
    left = (uint16_t)(left - (found.high - found.low));
    count += project_pair(bound, found, depth + 1, name, value, buf);
  }
  return count;
}

/* Elements in the order of the list, without gaps. */
static uint32_t project_elements(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, const uint8_t *list,
                                 cyn_i_buf *buf) {
  uint32_t count = 0, at = 0;
  cyn_i_elements elements = cyn_i_value_elements(list);
  const uint8_t *element;
  while (group.low < group.high && cyn_i_list_next(&elements, &element)) {
    uint16_t wanted = bound->order[group.low];
    if (cyn_i_bound_sorted_path(bound, wanted).steps[depth].index != at++) continue;
    cyn_i_group found = cyn_i_group_first(bound, group, depth);
    count += project_value(bound, found, depth + 1, element, buf);
    group.low = found.high;
  }
  return count;
}

/* What the paths of the group, `depth` steps of which lead to this value, name of it; false: nothing, and nothing is
 * written. */
static bool project_value(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, const uint8_t *value,
                          cyn_i_buf *buf) {
  cyn_i_path path = cyn_i_bound_sorted_path(bound, bound->order[group.low]);
  if (path.count == depth) { /* no other path leads further: they would overlap */
    cyn_i_write_copy(buf, value);
    return true;
  }
  bool wants_elements = cyn_i_step_is_index(&path.steps[depth]);
  if (value[0] != (wants_elements ? CYN_TYPE_L : CYN_TYPE_M)) return false;
  size_t mark = cyn_i_write_open(buf, (cyn_type)value[0]);
  uint32_t count = wants_elements ? project_elements(bound, group, depth, value, buf)
                                  : project_pairs(bound, group, depth, cyn_i_map_pairs(value), buf);
  cyn_i_write_close(buf, mark, count);
  if (count == 0) buf->size = mark;
  return count != 0;
}

void cyn_i_bound_project(const cyn_i_bound *bound, const uint8_t *item, cyn_i_buf *buf) {
  const cyn_i_program *program = bound->program;
  cyn_i_group all = {0, program->target_count != 0 ? program->target_count : program->path_count};
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, buf);
  writer.count = project_pairs(bound, all, 0, cyn_i_item_pairs(item), buf);
  cyn_i_item_end(&writer);
}

void cyn_i_projection_apply(const cyn_i_bound *bound, const uint8_t *item, cyn_i_buf *buf) {
  cyn_i_bound_project(bound, item, buf);
}
