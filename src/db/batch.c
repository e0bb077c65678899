/* See batch.h. */
#include "db/batch.h"

#include "base/clock.h"
#include "base/random.h"

#define SENDS_DEFAULT 10
#define DELAY_DEFAULT_MS 50
#define DELAY_MAX_MS 20000

void cyn_i_batch_pace_init(cyn_i_batch_pace *pace, const cyn_batch_options *given) {
  cyn_batch_options options = CYN_BATCH_OPTIONS_INIT;
  if (given != NULL) memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
  pace->sends_max = options.max_sends.is_set ? options.max_sends.value : SENDS_DEFAULT;
  pace->delay_ms = options.delay_ms.is_set ? options.delay_ms.value : DELAY_DEFAULT_MS;
  if (pace->delay_ms < 0) pace->delay_ms = 0;
  pace->idle_sends = 0;
}

bool cyn_i_batch_pace_wait(cyn_i_batch_pace *pace, bool has_progress) {
  pace->idle_sends = has_progress ? 0 : pace->idle_sends + 1;
  if (pace->idle_sends >= pace->sends_max) return false;
  int64_t delay_ms = pace->delay_ms;
  for (int64_t i = 0; i < pace->idle_sends && delay_ms < DELAY_MAX_MS; i++) delay_ms *= 2;
  if (delay_ms > DELAY_MAX_MS) delay_ms = DELAY_MAX_MS;
  uint32_t word;
  cyn_i_random_bytes(&word, sizeof word);
  cyn_i_sleep_ms(delay_ms / 2 + (int64_t)(word % (uint32_t)(delay_ms / 2 + 1)));
  return true;
}

void *cyn_i_batch_list_add(cyn_i_batch_list *list, size_t element_size, cyn_i_arena *arena) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity * 2 + 8;
    void *more = cyn_i_arena_zalloc(arena, capacity, element_size);
    if (more == NULL) return NULL;
    if (list->count != 0) memcpy(more, list->at, list->count * element_size);
    list->at = more;
    list->capacity = capacity;
  }
  return (char *)list->at + list->count++ * element_size;
}

bool cyn_i_batch_add_capacity(cyn_i_batch_list *list, const cyn_consumed_capacity_multiple *more, cyn_i_arena *arena) {
  for (size_t i = 0; i < more->count; i++) {
    const cyn_consumed_capacity **to = cyn_i_batch_list_add(list, sizeof *to, arena);
    if (to == NULL) return false;
    *to = more->at[i];
  }
  return true;
}
