/* Document paths: printing, order, looking up, and the checks of paths against each other.
 *
 * Updates and projections sort their paths (by step: names before indexes). In that order the paths that share a parent
 * stand together, so applying them is a walk over runs (cyn_i_group), and overlaps and conflicts stand next to each
 * other: if any two paths overlap, some two neighbours do; the same holds for a name and an index under one parent. */
#include "expression/program_private.h"

#include <stdio.h>

void cyn_i_path_print(cyn_i_buf *buf, cyn_i_path path) {
  for (size_t i = 0; i < path.count; i++) {
    if (i != 0) cyn_i_buf_text(buf, ", ");
    if (cyn_i_step_is_index(&path.steps[i]))
      cyn_i_buf_printf(buf, "[%u]", (unsigned)path.steps[i].index);
    else
      cyn_i_buf_append(buf, path.steps[i].name.data, path.steps[i].name.size);
  }
}

int cyn_i_step_compare(const cyn_i_path_step *a, const cyn_i_path_step *b) {
  bool a_index = cyn_i_step_is_index(a), b_index = cyn_i_step_is_index(b);
  if (a_index != b_index) return a_index ? 1 : -1;
  if (a_index) return a->index < b->index ? -1 : a->index > b->index;
  if (a->name.size != b->name.size) return a->name.size < b->name.size ? -1 : 1;
  return memcmp(a->name.data, b->name.data, a->name.size);
}

/* The number of leading steps that agree. */
static size_t common_steps(cyn_i_path a, cyn_i_path b) {
  size_t least = a.count < b.count ? a.count : b.count, i = 0;
  while (i < least && cyn_i_step_compare(&a.steps[i], &b.steps[i]) == 0) i++;
  return i;
}

static int path_compare(cyn_i_path a, cyn_i_path b) {
  size_t common = common_steps(a, b);
  if (common < a.count && common < b.count) return cyn_i_step_compare(&a.steps[common], &b.steps[common]);
  return a.count < b.count ? -1 : a.count > b.count;
}

bool cyn_i_path_equal(cyn_i_path a, cyn_i_path b) { return a.count == b.count && common_steps(a, b) == a.count; }

const uint8_t *cyn_i_path_find(cyn_i_path path, const uint8_t *item) {
  if (item == NULL) return NULL;
  const uint8_t *value = cyn_i_item_find(item, path.steps[0].name);
  for (size_t i = 1; i < path.count && value != NULL; i++) {
    const cyn_i_path_step *step = &path.steps[i];
    if (cyn_i_step_is_index(step))
      value = value[0] == CYN_TYPE_L ? cyn_i_list_at(value, step->index) : NULL;
    else
      value = value[0] == CYN_TYPE_M ? cyn_i_map_find(value, step->name) : NULL;
  }
  return value;
}

/* ---- sorting ---- */

static int bound_compare(const cyn_i_bound *bound, uint16_t a, uint16_t b) {
  return path_compare(cyn_i_bound_sorted_path(bound, a), cyn_i_bound_sorted_path(bound, b));
}

static void merge_runs(const cyn_i_bound *bound, const uint16_t *from, uint16_t *to, size_t low, size_t middle,
                       size_t high) {
  size_t a = low, b = middle;
  for (size_t i = low; i < high; i++) {
    bool take_b = a == middle || (b < high && bound_compare(bound, from[b], from[a]) < 0);
    to[i] = take_b ? from[b++] : from[a++];
  }
}

/* A merge sort from below: stable, no recursion. */
bool cyn_i_bound_sort(cyn_i_bound *bound, cyn_i_arena *arena) {
  size_t count = bound->program->target_count != 0 ? bound->program->target_count : bound->program->path_count;
  uint16_t *order = cyn_i_arena_alloc(arena, count * 2 * sizeof *order);
  if (order == NULL) return false;
  uint16_t *other = order + count;
  for (size_t i = 0; i < count; i++) order[i] = (uint16_t)i;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t low = 0; low < count; low += 2 * width) {
      size_t middle = low + width < count ? low + width : count, high = middle + width < count ? middle + width : count;
      merge_runs(bound, order, other, low, middle, high);
    }
    uint16_t *swap = order;
    order = other;
    other = swap;
  }
  bound->order = order;
  return true;
}

static const cyn_i_path_step *group_step(const cyn_i_bound *bound, uint16_t i, unsigned depth) {
  return &cyn_i_bound_sorted_path(bound, bound->order[i]).steps[depth];
}

cyn_i_group cyn_i_group_first(const cyn_i_bound *bound, cyn_i_group group, unsigned depth) {
  const cyn_i_path_step *first = group_step(bound, group.low, depth);
  uint16_t high = (uint16_t)(group.low + 1);
  while (high < group.high && cyn_i_step_compare(first, group_step(bound, high, depth)) == 0) high++;
  return (cyn_i_group){group.low, high};
}

cyn_i_group cyn_i_group_search_name(const cyn_i_bound *bound, cyn_i_group group, unsigned depth, cyn_bytes name) {
  uint16_t low = group.low, high = group.high;
  const cyn_i_path_step wanted = {name, 0};
  while (low < high) {
    uint16_t middle = (uint16_t)(low + (high - low) / 2);
    if (cyn_i_step_compare(group_step(bound, middle, depth), &wanted) < 0)
      low = (uint16_t)(middle + 1);
    else
      high = middle;
  }
  if (low == group.high || cyn_i_step_compare(group_step(bound, low, depth), &wanted) != 0)
    return (cyn_i_group){low, low};
  return cyn_i_group_first(bound, (cyn_i_group){low, group.high}, depth);
}

/* ---- overlap and conflict ---- */

static bool paths_overlap(cyn_i_path a, cyn_i_path b) {
  size_t common = common_steps(a, b);
  return common == a.count || common == b.count;
}

static bool paths_conflict(cyn_i_path a, cyn_i_path b) {
  size_t common = common_steps(a, b);
  return common < a.count && common < b.count &&
         cyn_i_step_is_index(&a.steps[common]) != cyn_i_step_is_index(&b.steps[common]);
}

/* The first pair in text order: the later path that meets an earlier one. Only run when there is such a pair. */
static cyn_status report_pair(const cyn_i_binding *binding, size_t count, bool (*meets)(cyn_i_path, cyn_i_path),
                              cyn_i_check check, const char *head) {
  for (size_t j = 1; j < count; j++) {
    cyn_i_path later = cyn_i_bound_sorted_path(binding->bound, (uint16_t)j);
    for (size_t i = 0; i < j; i++) {
      cyn_i_path earlier = cyn_i_bound_sorted_path(binding->bound, (uint16_t)i);
      if (meets(earlier, later))
        return cyn_i_fault_set_paths(&binding->sink, check, head, earlier, ", path two: ", &later);
    }
  }
  return CYN_OK;
}

cyn_status cyn_i_check_paths(const cyn_i_binding *binding) {
  const cyn_i_bound *bound = binding->bound;
  size_t count = bound->program->target_count != 0 ? bound->program->target_count : bound->program->path_count;
  bool overlaps = false, conflicts = false;
  for (size_t i = 1; i < count; i++) {
    cyn_i_path a = cyn_i_bound_sorted_path(bound, bound->order[i - 1]);
    cyn_i_path b = cyn_i_bound_sorted_path(bound, bound->order[i]);
    overlaps = overlaps || paths_overlap(a, b);
    conflicts = conflicts || paths_conflict(a, b);
  }
  if (overlaps)
    return report_pair(binding, count, paths_overlap, CYN_CHECK_PATHS_OVERLAP,
                       "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ");
  if (conflicts)
    return report_pair(
        binding, count, paths_conflict, CYN_CHECK_PATHS_CONFLICT,
        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: ");
  return CYN_OK;
}
