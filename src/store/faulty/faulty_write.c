/* Writing through the test store. Each write goes to the wrapped store inside one of ours, whose decide
 * - says once that the guard has changed, though it has not;
 * - decides first with other values (some absent, as if another write came in between) and throws the result away;
 * - gives copies of the values, scribbled over and freed when decide returns.
 * And the answer may be lost, before or after the commit: then a commit id that was put with the effects tells which. */
#include "base/alloc.h"
#include "base/error.h"
#include "store/faulty/faulty_private.h"

#define GUARD_ONE_IN 8
#define OTHER_ONE_IN 3
#define LOST_ONE_IN 6
#define COMMIT_IDS 4096u /* keys that commit ids take in turn: more than writes run at once */

typedef enum fate { FATE_NONE, FATE_LOST_BEFORE, FATE_LOST_AFTER } fate;

typedef struct shadow {
  cyn_i_store_write write; /* what the wrapped store is given */
  cyn_i_store_write *outer;
  cyn_i_faulty_store *store;
  fate fate;
  uint64_t commit_id;
  bool guard_told, decided_other; /* each is done once a write, as rounds are limited */
  bool applied;                   /* the last decide answered APPLY */
  bool no_memory;
} shadow;

static cyn_i_store_key commit_key(const uint64_t *commit_id) {
  return (cyn_i_store_key){CYN_FAULTY_SPACE, *commit_id % COMMIT_IDS, {"", 0}, {"", 0}};
}

/* After MORE the outer write's keys and guard may be others. */
static void shadow_follow(shadow *s) {
  s->write.keys = s->outer->keys;
  s->write.key_count = s->outer->key_count;
  s->write.guard = s->outer->guard;
}

static void values_spoil(cyn_bytes *copies, size_t count) {
  for (size_t i = 0; i < count; i++) cyn_i_faulty_spoil(copies[i]);
  memset(copies, 0xA5, count * sizeof *copies);
  cyn_i_free(copies);
}

/* Calls the outer decide with copies of the values, or, where `other`, of some of them only. */
static cyn_i_decision outer_decide(shadow *s, const cyn_bytes *values, bool other, cyn_i_store_effects *effects) {
  size_t count = s->write.key_count;
  cyn_bytes *copies = cyn_i_zalloc(count, sizeof *copies);
  bool copied = copies != NULL;
  for (size_t i = 0; copied && i < count; i++)
    if (!other || !cyn_i_faulty_chance(s->store, 2)) copied = cyn_i_faulty_copy(values[i], &copies[i]);
  cyn_i_decision decision = CYN_DECISION_REFUSE;
  memset(effects, 0, sizeof *effects);
  if (copied)
    decision = s->outer->decide(s->outer, copies, false, effects);
  else
    s->no_memory = true;
  if (copies != NULL) values_spoil(copies, count);
  return decision;
}

/* The effects with the commit id as one more put. */
static bool commit_id_add(shadow *s, cyn_i_store_effects *effects) {
  cyn_i_store_put *puts = cyn_i_arena_alloc(s->outer->arena, (effects->put_count + 1) * sizeof *puts);
  if (puts == NULL) return false;
  if (effects->put_count != 0) memcpy(puts, effects->puts, effects->put_count * sizeof *puts);
  puts[effects->put_count].key = commit_key(&s->commit_id);
  puts[effects->put_count].value = (cyn_bytes){(const char *)&s->commit_id, sizeof s->commit_id};
  effects->puts = puts;
  effects->put_count++;
  return true;
}

static cyn_i_decision shadow_decide(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                    cyn_i_store_effects *effects) {
  shadow *s = (shadow *)write;
  cyn_i_decision decision;
  bool tell = !guard_changed && !s->guard_told && s->outer->guard != 0 && cyn_i_faulty_chance(s->store, GUARD_ONE_IN);
  if (guard_changed || tell) {
    s->guard_told = true;
    decision = s->outer->decide(s->outer, NULL, true, effects);
    shadow_follow(s);
    s->applied = decision == CYN_DECISION_APPLY;
    return decision;
  }
  if (!s->decided_other && cyn_i_faulty_chance(s->store, OTHER_ONE_IN)) {
    s->decided_other = true;
    decision = outer_decide(s, values, true, effects);
    shadow_follow(s);
    if (decision == CYN_DECISION_MORE) return decision;
  }
  decision = outer_decide(s, values, false, effects);
  shadow_follow(s);
  s->applied = decision == CYN_DECISION_APPLY;
  if (!s->applied || s->fate == FATE_NONE) return decision;
  if (s->fate == FATE_LOST_BEFORE) return CYN_DECISION_REFUSE; /* the commit that never was */
  if (commit_id_add(s, effects)) return decision;
  s->no_memory = true;
  return CYN_DECISION_REFUSE;
}

static void shadow_start(shadow *s, cyn_i_faulty_store *store, cyn_i_store_write *outer, bool may_lose_before) {
  memset(s, 0, sizeof *s);
  s->store = store;
  s->outer = outer;
  s->write.decide = shadow_decide;
  s->write.arena = outer->arena;
  s->write.error = outer->error;
  shadow_follow(s);
  if (!cyn_i_faulty_chance(store, LOST_ONE_IN)) return;
  s->fate = may_lose_before && cyn_i_faulty_chance(store, 2) ? FATE_LOST_BEFORE : FATE_LOST_AFTER;
  s->commit_id = atomic_fetch_add(&store->last_commit_id, 1) + 1;
}

static cyn_status commit_found(shadow *s, bool *found) {
  cyn_i_store_view *view;
  cyn_i_store_key key = commit_key(&s->commit_id);
  cyn_bytes value = {NULL, 0};
  cyn_status status = cyn_i_store_view_open(s->store->inner, &view, s->outer->error);
  if (status != CYN_OK) return status;
  status = cyn_i_store_view_begin(view, s->outer->error);
  if (status == CYN_OK) {
    status = cyn_i_store_get(view, &key, &value, s->outer->error);
    *found = value.size == sizeof s->commit_id && memcmp(value.data, &s->commit_id, value.size) == 0;
    cyn_i_store_view_end(view);
  }
  cyn_i_store_view_close(view);
  return status;
}

/* Sets the outer status. True: it is known that nothing was committed, and the write is to run again. */
static bool shadow_finish(shadow *s) {
  bool found = true;
  s->outer->status = s->write.status;
  if (s->no_memory) s->outer->status = cyn_i_error_no_memory(s->outer->error);
  if (s->outer->status != CYN_OK || s->fate == FATE_NONE || !s->applied) return false;
  cyn_status status = commit_found(s, &found);
  if (status == CYN_OK && !found && s->fate == FATE_LOST_BEFORE) return true;
  if (status == CYN_OK && !found)
    status = cyn_i_error_set(s->outer->error, CYN_E_INTERNAL, "The test store has lost a commit that was answered.");
  s->outer->status = status;
  return false;
}

cyn_status cyn_i_faulty_write_now(cyn_i_store *base, cyn_i_store_write *write) {
  cyn_i_faulty_store *store = (cyn_i_faulty_store *)base;
  shadow s;
  bool again = true;
  for (bool first = true; again; first = false) {
    cyn_i_faulty_delay(store);
    shadow_start(&s, store, write, first);
    (void)cyn_i_store_write_now(store->inner, &s.write);
    again = shadow_finish(&s);
  }
  cyn_i_faulty_delay(store);
  return write->status;
}

static void batch_refuse(cyn_i_store_write *const *writes, size_t count) {
  for (size_t i = 0; i < count; i++) writes[i]->status = cyn_i_error_no_memory(writes[i]->error);
}

void cyn_i_faulty_write_batch(cyn_i_store *base, cyn_i_store_write *const *writes, size_t count) {
  cyn_i_faulty_store *store = (cyn_i_faulty_store *)base;
  shadow *shadows = cyn_i_zalloc(count, sizeof *shadows);
  cyn_i_store_write **inner = cyn_i_zalloc(count, sizeof *inner);
  if (shadows == NULL || inner == NULL) {
    batch_refuse(writes, count);
  } else {
    for (size_t i = 0; i < count; i++) {
      shadow_start(&shadows[i], store, writes[i], false); /* run again, it would lose its turn */
      inner[i] = &shadows[i].write;
    }
    cyn_i_store_write_batch(store->inner, inner, count);
    for (size_t i = 0; i < count; i++) (void)shadow_finish(&shadows[i]);
  }
  cyn_i_free(shadows);
  cyn_i_free(inner);
  for (size_t i = 0; i < count; i++)
    if (writes[i]->done != NULL) writes[i]->done(writes[i]);
}

static void shadow_done(cyn_i_store_write *write) {
  shadow *s = (shadow *)write;
  cyn_i_store_write *outer = s->outer;
  (void)shadow_finish(s);
  cyn_i_free(s);
  if (outer->done != NULL) outer->done(outer);
}

void cyn_i_faulty_write_later(cyn_i_store *base, cyn_i_store_write *write) {
  cyn_i_faulty_store *store = (cyn_i_faulty_store *)base;
  shadow *s = cyn_i_alloc(sizeof *s);
  if (s == NULL) {
    write->status = cyn_i_error_no_memory(write->error);
    if (write->done != NULL) write->done(write);
    return;
  }
  shadow_start(s, store, write, false); /* the commit thread may not wait for a write of its own */
  s->write.done = shadow_done;
  cyn_i_store_write_later(store->inner, &s->write);
}
