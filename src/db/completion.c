/* Submitted calls. A remote one completes on the transport's thread, one of a file on the commit thread, one of memory at
 * once: all go into one list, and the program takes them from there when it likes. The descriptor is an eventfd (Linux),
 * written when the list stops being empty. A submitted call lives in its result's arena. */
#include "db/completion.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cynamo/client.h>

#include "base/error.h"
#include "db/db_private.h"
#include "db/result_private.h"
#include "db/signal.h"

struct cyn_i_submitted {
  cyn_i_call call;
  cyn_i_context context;
  cyn_error error;
  cyn_i_completions *completions;
  cyn_call_done done;
  void *user;
  cyn_i_submitted *next;
};

void cyn_i_completions_init(cyn_i_completions *completions) {
  *completions = (cyn_i_completions){.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .turn_lock = PTHREAD_MUTEX_INITIALIZER};
}

/* The database is going: no call can still be running, those that have completed are told. */
void cyn_i_completions_clean_up(cyn_i_completions *completions, cyn_db *db) {
  if (completions->pid == getpid())
    while (cyn_db_dispatch(db, -1) != 0) {
    }
  cyn_i_turn_destroy(completions->turn);
  if (completions->fd >= 0) close(completions->fd);
  (void)pthread_mutex_destroy(&completions->turn_lock);
  (void)pthread_mutex_destroy(&completions->lock);
}

/* A descriptor of this process. A child forgets its parent's: the calls under way are the parent's too, and a write
 * would wake it. False when there is none to be had. */
static bool make_ready(cyn_i_completions *completions) {
  pid_t pid = getpid();
  (void)pthread_mutex_lock(&completions->lock);
  if (completions->pid != pid) {
    if (completions->fd >= 0) close(completions->fd);
    completions->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    completions->first = completions->last = NULL;
    completions->under_way = 0;
    completions->pid = completions->fd >= 0 ? pid : 0;
  }
  bool is_ready = completions->fd >= 0;
  (void)pthread_mutex_unlock(&completions->lock);
  return is_ready;
}

/* From any thread. */
static void on_done(cyn_i_call *call) {
  cyn_i_submitted *submitted = call->user;
  cyn_i_completions *completions = submitted->completions;
  submitted->next = NULL;
  (void)pthread_mutex_lock(&completions->lock);
  bool was_empty = completions->first == NULL;
  if (was_empty) completions->first = submitted;
  else completions->last->next = submitted;
  completions->last = submitted;
  const uint64_t one = 1;
  if (was_empty && write(completions->fd, &one, sizeof one) < 0) {
    /* full: then it is readable already */
  }
  (void)pthread_mutex_unlock(&completions->lock);
}

static void start(cyn_db *db, cyn_i_call *call) {
  cyn_i_completions *completions = &db->completions;
  if (cyn_i_signals_are_on()) cyn_i_signal_wrap(db, call);
  if (db->client != NULL) {
    cyn_i_client_submit(db->client, call);
    return;
  }
  (void)pthread_mutex_lock(&completions->turn_lock);
  if (completions->turn == NULL) completions->turn = cyn_i_turn_new(db->engine);
  if (completions->turn != NULL) {
    cyn_i_turn_submit(completions->turn, call);
    cyn_i_turn_flush(completions->turn);
  } else {
    call->status = cyn_i_error_no_memory(call->error);
    call->done(call);
  }
  (void)pthread_mutex_unlock(&completions->turn_lock);
}

cyn_status cyn_call_submit(cyn_db *db, cyn_operation operation_number, const void *input, cyn_result *result,
                           cyn_call_done done, void *user, cyn_error *error) {
  if ((unsigned)operation_number >= CYN_OPERATION_COUNT || done == NULL)
    return cyn_i_error_set(error, CYN_E_USAGE, "cyn_call_submit needs an operation and a callback");
  const cyn_i_operation *operation = &cyn_i_operations[operation_number];
  cyn_i_completions *completions = &db->completions;
  cyn_i_arena *arena = &result->arena;
  cyn_i_arena_reset(arena, CYN_RESULT_KEEP_MAX);
  input = cyn_i_result_whole_input(operation->input, input, arena);
  cyn_i_submitted *submitted = cyn_i_arena_zalloc(arena, 1, sizeof *submitted);
  if (input == NULL || submitted == NULL || !make_ready(completions)) return cyn_i_error_no_memory(error);
  if (completions->is_closing) return cyn_i_error_set(error, CYN_E_USAGE, "the database is being closed");
  cyn_status status = cyn_i_api_check(operation, input, arena, error);
  if (status != CYN_OK) return status;
  submitted->completions = completions;
  submitted->done = done;
  submitted->user = user;
  submitted->call = (cyn_i_call){.operation = operation, .input = input, .arena = arena, .error = &submitted->error,
                                 .done = on_done, .user = submitted};
  cyn_i_db_fill_context(db, &submitted->call, &submitted->context);
  (void)pthread_mutex_lock(&completions->lock);
  completions->under_way++;
  (void)pthread_mutex_unlock(&completions->lock);
  start(db, &submitted->call);
  return CYN_OK;
}

size_t cyn_db_calls_under_way(cyn_db *db) {
  cyn_i_completions *completions = &db->completions;
  if (!make_ready(completions)) return 0;
  (void)pthread_mutex_lock(&completions->lock);
  size_t count = completions->under_way;
  (void)pthread_mutex_unlock(&completions->lock);
  return count;
}

int cyn_db_poll_fd(cyn_db *db) { return make_ready(&db->completions) ? db->completions.fd : -1; }

/* Takes what has completed; *under_way: how many calls have not been taken by anyone. */
static cyn_i_submitted *take(cyn_i_completions *completions, size_t *under_way) {
  (void)pthread_mutex_lock(&completions->lock);
  cyn_i_submitted *first = completions->first;
  completions->first = completions->last = NULL;
  uint64_t count;
  if (first != NULL && read(completions->fd, &count, sizeof count) < 0) {
    /* nothing was written: nothing to clear */
  }
  for (cyn_i_submitted *at = first; at != NULL; at = at->next) completions->under_way--;
  *under_way = completions->under_way;
  (void)pthread_mutex_unlock(&completions->lock);
  return first;
}

/* The callback may start a new call with the same result, in whose arena this one lives: everything is copied first. */
static void tell(cyn_db *db, cyn_i_submitted *submitted) {
  cyn_call_done done = submitted->done;
  void *user = submitted->user, *output = submitted->call.output;
  cyn_status status = submitted->call.status;
  cyn_error error = CYN_ERROR_INIT;
  if (status != CYN_OK) cyn_i_db_note_call(db, submitted->call.operation, &submitted->error);
  cyn_i_error_move(&error, &submitted->error);
  done(user, status, status == CYN_OK ? output : NULL, &error);
  cyn_error_clean_up(&error);
}

size_t cyn_db_dispatch(cyn_db *db, int timeout_ms) {
  cyn_i_completions *completions = &db->completions;
  size_t under_way = 0, count = 0;
  if (!make_ready(completions)) return 0;
  cyn_i_submitted *list = take(completions, &under_way);
  if (list == NULL && under_way != 0 && timeout_ms != 0) {
    struct pollfd wait = {completions->fd, POLLIN, 0};
    int ready;
    do ready = poll(&wait, 1, timeout_ms);
    while (ready < 0 && timeout_ms < 0);
    list = take(completions, &under_way);
  }
  while (list != NULL) {
    cyn_i_submitted *next = list->next;
    tell(db, list);
    list = next;
    count++;
  }
  return count;
}
