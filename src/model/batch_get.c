/* Batches of reads: objects of any models by the keys that they hold. All keys are written first, so that one that is wrong
 * is told before anything is asked; then neighbours go together, up to 100 keys of any tables in a request, each key once.
 * A part ends where the place changes, or where the same table is to be read with other fields. What comes back unprocessed
 * is asked again with back-off. */
#include <string.h>

#include "model/assemble.h"
#include "model/rate.h"

#define PART_MAX 100
#define ATTEMPTS_MAX 10

typedef struct group {
  const cyn_i_plan *plan;
  const cyn_i_target *target;
  const char *fields;        /* as the program gave them; NULL: all */
  cyn_bytes projection;
  cyn_string_map names;
} group;

typedef struct wish {
  const group *group;
  cyn_item key;
  void *object;
  bool *found;               /* NULL: not asked */
} wish;

typedef struct fetch {
  cyn_i_request *request;
  const cyn_read_options *options;
  cyn_memory *memory;        /* of what is read */
  cyn_memory *page;          /* of one request and its answer */
  wish *wishes;
  size_t count;
  cyn_i_scan_rate rate;
} fetch;

/* The wishes from `first` up to `end`, and those of them that are asked: each key once. */
typedef struct part {
  const wish *first, *end;
  const wish *asked[PART_MAX];
  size_t count;
} part;

/* ---- parts ---- */

static bool same_table(const wish *a, const wish *b) {
  return a->group == b->group || cyn_i_target_has_table(a->group->target, b->group->target->table);
}

static bool same_fields(const group *a, const group *b) {
  return a->fields == b->fields || (a->fields != NULL && b->fields != NULL && strcmp(a->fields, b->fields) == 0);
}

static bool same_key(const wish *a, const wish *b) {
  return a->key.size == b->key.size && memcmp(a->key.data, b->key.data, a->key.size) == 0 && same_table(a, b);
}

typedef enum place_of_wish { IS_NEW, IS_THERE, IS_ELSEWHERE } place_of_wish;

static place_of_wish place(const part *p, const wish *w) {
  for (size_t i = 0; i < p->count; i++) {
    if (w->group != p->asked[i]->group) {
      if (!cyn_i_target_same_place(p->asked[i]->group->target, w->group->target)) return IS_ELSEWHERE;
      if (same_table(p->asked[i], w) && !same_fields(p->asked[i]->group, w->group)) return IS_ELSEWHERE;
    }
    if (same_key(p->asked[i], w)) return IS_THERE;
  }
  return IS_NEW;
}

static void take_part(const fetch *f, const wish *first, part *out) {
  out->first = out->end = first;
  out->count = 0;
  for (const wish *stop = f->wishes + f->count; out->end != stop; out->end++) {
    place_of_wish found = place(out, out->end);
    if (found == IS_ELSEWHERE || (found == IS_NEW && out->count == PART_MAX)) return;
    if (found == IS_NEW) out->asked[out->count++] = out->end;
  }
}

/* ---- one request ---- */

/* The request map, a table after the other. */
static bool fill(const fetch *f, const part *p, cyn_batch_get_item_input *input) {
  cyn_i_arena *arena = &f->page->arena;
  cyn_batch_get_request_map_entry *entries = cyn_i_arena_zalloc(arena, p->count, sizeof *entries);
  bool used[PART_MAX] = {false};
  if (entries == NULL) return false;
  input->request_items.at = entries;
  for (size_t i = 0; i < p->count; i++) {
    if (used[i]) continue;
    cyn_keys_and_attributes *wanted = CYN_I_API_NEW(arena, cyn_keys_and_attributes);
    cyn_item *keys = cyn_i_arena_alloc(arena, p->count * sizeof *keys);
    if (wanted == NULL || keys == NULL) return false;
    size_t count = 0;
    for (size_t j = i; j < p->count; j++) {
      if (used[j] || !same_table(p->asked[i], p->asked[j])) continue;
      used[j] = true;
      keys[count++] = p->asked[j]->key;
    }
    wanted->keys = (cyn_item_list){count, keys};
    wanted->projection_expression = p->asked[i]->group->projection;
    wanted->expression_attribute_names = p->asked[i]->group->names;
    if (f->options->consistent) wanted->consistent_read = cyn_bool(true);
    entries[input->request_items.count++] = (cyn_batch_get_request_map_entry){p->asked[i]->group->target->table, wanted};
  }
  return true;
}

static bool has_key(const wish *w, cyn_item item) {
  const cyn_i_field *parts[2] = {w->group->plan->hash, w->group->plan->range};
  for (int i = 0; i < 2 && parts[i] != NULL; i++) {
    const uint8_t *a = cyn_i_item_find(w->key.data, parts[i]->name), *b = cyn_i_item_find(item.data, parts[i]->name);
    if (a == NULL || b == NULL || !cyn_i_value_equal(a, b)) return false;
  }
  return true;
}

static cyn_status take_item(const fetch *f, const part *p, cyn_bytes table, cyn_item item) {
  for (const wish *w = p->first; w != p->end; w++) {
    if (!cyn_i_target_has_table(w->group->target, table) || !has_key(w, item)) continue;
    const cyn_i_plan *plan = w->group->plan;
    cyn_i_codec codec = {plan->model, f->memory, f->request->error, 0};
    cyn_status status = cyn_i_read_object(&codec, plan, item.data, w->object);
    if (status != CYN_OK) return status;
    if (w->found != NULL) *w->found = true;
  }
  return CYN_OK;
}

static cyn_status take_items(const fetch *f, const part *p, const cyn_batch_get_response_map *responses) {
  cyn_status status = CYN_OK;
  for (size_t t = 0; t < responses->count && status == CYN_OK; t++)
    for (size_t i = 0; i < responses->at[t].value.count && status == CYN_OK; i++)
      status = take_item(f, p, responses->at[t].key, responses->at[t].value.at[i]);
  return status;
}

static bool is_left(const wish *w, const cyn_batch_get_request_map *left) {
  for (size_t t = 0; t < left->count; t++) {
    if (!cyn_i_target_has_table(w->group->target, left->at[t].key)) continue;
    const cyn_item_list *keys = &left->at[t].value->keys;
    for (size_t i = 0; i < keys->count; i++)
      if (has_key(w, keys->at[i])) return true;
  }
  return false;
}

static double count_units(const fetch *f, const cyn_consumed_capacity_multiple *capacity) {
  double units = 0;
  for (size_t i = 0; i < capacity->count; i++) units += capacity->at[i]->capacity_units.value;
  if (f->options->consumed != NULL) *f->options->consumed += units;
  return units;
}

/* Asks; what is left unprocessed stays in the part. */
static cyn_status ask(fetch *f, part *p) {
  cyn_batch_get_item_input input = CYN_BATCH_GET_ITEM_INPUT_INIT;
  cyn_memory_reset(f->page);
  if (!fill(f, p, &input)) return cyn_i_error_no_memory(f->request->error);
  if (f->options->consumed != NULL || f->options->rate_limit > 0)
    input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  cyn_i_sleep_ms(cyn_i_scan_rate_wait(&f->rate, f->options->rate_limit));
  uint64_t began_ns = f->options->rate_limit > 0 ? cyn_i_clock_monotonic_ns() : 0;
  const void *answer;
  const cyn_i_target *target = p->asked[0]->group->target;
  cyn_status status = cyn_i_target_call(target, target->db, CYN_OPERATION_BATCH_GET_ITEM, &input, &f->page->arena, &answer,
                                        f->request->error);
  if (status != CYN_OK) return status;
  const cyn_batch_get_item_output *output = answer;
  double units = count_units(f, &output->consumed_capacity);
  status = take_items(f, p, &output->responses);
  size_t left = 0;
  for (size_t i = 0; i < p->count; i++)
    if (is_left(p->asked[i], &output->unprocessed_keys)) p->asked[left++] = p->asked[i];
  p->count = left;
  cyn_i_scan_rate_book(&f->rate, f->options->rate_limit, units, began_ns);
  return status;
}

static cyn_status left_over(const fetch *f, const part *p, int idle) {
  cyn_status status = cyn_i_error_setf(f->request->error, CYN_E_UNPROCESSED,
                                       "model %s: %zu keys of the batch were left unprocessed %d times",
                                       p->asked[0]->group->plan->model->type, p->count, idle);
  if (f->request->error != NULL) f->request->error->operation = CYN_OPERATION_BATCH_GET_ITEM + 1;
  return status;
}

static cyn_status ask_until_done(fetch *f, part *p) {
  int idle = 0;
  for (;;) {
    size_t before = p->count;
    cyn_status status = ask(f, p);
    if (status != CYN_OK || p->count == 0) return status;
    idle = p->count < before ? 0 : idle + 1;
    if (idle >= ATTEMPTS_MAX) return left_over(f, p, idle);
    cyn_i_sleep_ms(cyn_i_backoff_ms(idle));
  }
}

/* ---- all of them ---- */

static cyn_status add_group(fetch *f, const cyn_wanted *wanted, group *out, cyn_i_buf *room) {
  cyn_i_request *request = f->request;
  cyn_status status = cyn_i_request_turn(request, wanted->model);
  if (status != CYN_OK) return status;
  *out = (group){request->plan, request->target, wanted->fields, {NULL, 0}, {0, NULL}};
  if (wanted->fields != NULL) status = cyn_i_projection_make(request, wanted->fields, &out->projection, &out->names);
  for (size_t i = 0; i < wanted->count && status == CYN_OK; i++) {
    wish *w = &f->wishes[f->count++];
    w->group = out;
    w->object = (char *)wanted->objects + i * wanted->model->struct_size;
    w->found = wanted->found != NULL ? &wanted->found[i] : NULL;
    if (w->found != NULL) *w->found = false;
    room->size = 0;
    status = cyn_i_write_key(&request->codec, request->plan, w->object, room);
    if (status != CYN_OK) break;
    cyn_bytes key = cyn_i_arena_copy(request->arena, (cyn_bytes){(const char *)room->data, room->size});
    if (key.data == NULL) status = cyn_i_error_no_memory(request->error);
    w->key = (cyn_item){(const uint8_t *)key.data, key.size, NULL};
  }
  return status;
}

static cyn_status get_wanted(fetch *f, const cyn_wanted *wanted, size_t count) {
  cyn_i_arena *arena = f->request->arena;
  size_t total = 0;
  for (size_t i = 0; i < count; i++)
    if (__builtin_add_overflow(total, wanted[i].count, &total)) return cyn_i_error_no_memory(f->request->error);
  group *groups = cyn_i_arena_zalloc(arena, count + 1, sizeof *groups);
  f->wishes = cyn_i_arena_zalloc(arena, total + 1, sizeof *f->wishes);
  if (groups == NULL || f->wishes == NULL) return cyn_i_error_no_memory(f->request->error);
  cyn_i_buf room;
  cyn_i_buf_init(&room, NULL);
  cyn_status status = CYN_OK;
  for (size_t i = 0; i < count && status == CYN_OK; i++) status = add_group(f, &wanted[i], &groups[i], &room);
  cyn_i_buf_clean_up(&room);
  part p;
  for (const wish *next = f->wishes; status == CYN_OK && next != f->wishes + f->count; next = p.end) {
    take_part(f, next, &p);
    status = ask_until_done(f, &p);
  }
  return status;
}

cyn_status cyn_get_wanted(cyn_db *db, const cyn_wanted *wanted, size_t count, const cyn_read_options *options,
                          cyn_memory *memory, cyn_error *error) {
  if (count == 0) return CYN_OK;
  cyn_read_options older;
  cyn_i_request request;
  cyn_status status = cyn_i_need_memory(memory, wanted[0].model, error);
  if (status == CYN_OK) status = cyn_i_request_begin_plain(&request, db, error);
  if (status != CYN_OK) return status;
  fetch f = {.request = &request, .options = cyn_i_read_options(options, &older), .memory = memory, .page = cyn_memory_new()};
  if (f.page == NULL)
    status = cyn_i_error_no_memory(error);
  else if (f.options->fields != NULL)
    status = cyn_i_model_error(error, CYN_E_MODEL, wanted[0].model, NULL, "the fields to read stand with each cyn_wanted");
  else
    status = get_wanted(&f, wanted, count);
  cyn_memory_destroy(f.page);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_get_many(cyn_db *db, const cyn_model *model, void *objects, size_t count, bool *found,
                              const cyn_read_options *options, cyn_memory *memory, cyn_error *error) {
  cyn_read_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_wanted wanted = {model, objects, count, found, own.fields};
  own.size = sizeof own;
  own.fields = NULL;
  return cyn_get_wanted(db, &wanted, 1, &own, memory, error);
}
