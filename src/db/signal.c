/* Signals, <cynamo/signal.h>. Receivers are few and change seldom: a list under a lock, copied for each event, so that none is
 * called with the lock held, and any may connect and disconnect meanwhile. */
#include "db/signal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/random.h"

typedef struct receiver {
  cyn_signal_connection connection;
  cyn_signal signal;
  cyn_db *db;
  char *sender; /* owned; NULL: any */
  cyn_signal_receiver function;
  void *user;
} receiver;

unsigned cyn_i_signal_receiver_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static receiver *receivers; /* cyn_i_signal_receiver_count of them */
static cyn_signal_connection last_connection;
static void (*log_line)(void *user, const char *line);
static void *log_user;

/* ---- connecting ---- */

static char *copy_of(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = cyn_i_alloc(size);
  if (copy != NULL) memcpy(copy, text, size);
  return copy;
}

cyn_status cyn_signal_connect(cyn_signal signal, cyn_db *db, const char *sender, cyn_signal_receiver function, void *user,
                              cyn_signal_connection *connection, cyn_error *error) {
  char *own = sender != NULL ? copy_of(sender) : NULL;
  if (sender != NULL && own == NULL) return cyn_i_error_no_memory(error);
  (void)pthread_mutex_lock(&lock);
  unsigned count = cyn_i_signal_receiver_count;
  receiver *more = cyn_i_realloc(receivers, (count + 1) * sizeof *more);
  if (more != NULL) {
    receivers = more;
    receivers[count] = (receiver){++last_connection, signal, db, own, function, user};
    *connection = last_connection;
    __atomic_store_n(&cyn_i_signal_receiver_count, count + 1, __ATOMIC_RELEASE);
  }
  (void)pthread_mutex_unlock(&lock);
  if (more != NULL) return CYN_OK;
  cyn_i_free(own);
  return cyn_i_error_no_memory(error);
}

void cyn_signal_disconnect(cyn_signal_connection connection) {
  (void)pthread_mutex_lock(&lock);
  unsigned count = cyn_i_signal_receiver_count, kept = 0;
  for (unsigned i = 0; i < count; i++) {
    if (receivers[i].connection == connection)
      cyn_i_free(receivers[i].sender);
    else
      receivers[kept++] = receivers[i];
  }
  if (kept == 0) {
    cyn_i_free(receivers);
    receivers = NULL;
  }
  __atomic_store_n(&cyn_i_signal_receiver_count, kept, __ATOMIC_RELEASE);
  (void)pthread_mutex_unlock(&lock);
}

void cyn_signal_set_log(void (*log)(void *user, const char *line), void *user) {
  (void)pthread_mutex_lock(&lock);
  log_line = log;
  log_user = user;
  (void)pthread_mutex_unlock(&lock);
}

/* ---- sending ---- */

static cyn_db *face_of(cyn_db *db, const cyn_i_call *call) {
  return call->context != NULL && call->context->face != NULL ? call->context->face : db;
}
static const char *sender_of(const cyn_i_call *call) {
  return call->context != NULL && call->context->sender != NULL ? call->context->sender : "";
}

static bool hears(const receiver *r, const cyn_db *db, const char *sender) {
  return (r->db == NULL || r->db == db) && (r->sender == NULL || strcmp(r->sender, sender) == 0);
}

bool cyn_i_signal_is_wanted(cyn_db *db, const cyn_i_call *call) {
  bool wanted = false;
  db = face_of(db, call);
  (void)pthread_mutex_lock(&lock);
  for (unsigned i = 0; !wanted && i < cyn_i_signal_receiver_count; i++) wanted = hears(&receivers[i], db, sender_of(call));
  (void)pthread_mutex_unlock(&lock);
  return wanted;
}

#define FEW 8

/* Those that want the event, copied, in `few` where there is room; *count of them. NULL when out of memory. */
static receiver *matching(const cyn_signal_event *event, receiver few[FEW], unsigned *count) {
  receiver *out = few;
  *count = 0;
  (void)pthread_mutex_lock(&lock);
  unsigned all = cyn_i_signal_receiver_count;
  if (all > FEW) out = cyn_i_alloc(all * sizeof *out);
  for (unsigned i = 0; out != NULL && i < all; i++)
    if (receivers[i].signal == event->signal && hears(&receivers[i], event->db, event->sender)) out[(*count)++] = receivers[i];
  (void)pthread_mutex_unlock(&lock);
  return out;
}

static void tell_failure(const cyn_signal_event *event, cyn_status status, const cyn_error *error) {
  char line[400];
  (void)pthread_mutex_lock(&lock);
  void (*log)(void *user, const char *line) = log_line;
  void *user = log_user;
  (void)pthread_mutex_unlock(&lock);
  if (log == NULL) return;
  (void)snprintf(line, sizeof line, "a receiver of %s failed at %s: status %d%s%s",
                 event->signal == CYN_SIGNAL_PRE_SEND ? "pre_dynamodb_send" : "post_dynamodb_send", event->operation_name,
                 status, error->message != NULL ? ", " : "", error->message != NULL ? error->message : "");
  log(user, line);
}

static cyn_bytes table_of(const cyn_i_call *call) {
  const cyn_i_shape *input = call->operation->input;
  for (uint32_t i = 0; i < input->member_count; i++)
    if (strcmp(input->members[i].name, "TableName") == 0 && input->members[i].shape->kind == CYN_KIND_STRING) {
      cyn_bytes name;
      memcpy(&name, (const char *)call->input + input->members[i].offset, sizeof name);
      return name;
    }
  return (cyn_bytes){NULL, 0};
}

void cyn_i_signal_send(cyn_signal signal, cyn_db *db, const cyn_i_call *call, const char *uuid) {
  cyn_signal_event event = {sizeof event,         signal, face_of(db, call), sender_of(call), call->operation->name,
                            table_of(call), uuid,   signal == CYN_SIGNAL_POST_SEND ? call->status : CYN_OK};
  unsigned count;
  receiver few[FEW], *wanted = matching(&event, few, &count);
  for (unsigned i = 0; i < count; i++) {
    cyn_error error;
    cyn_i_error_init(&error);
    cyn_status status = wanted[i].function(&event, wanted[i].user, &error);
    if (status != CYN_OK) tell_failure(&event, status, &error);
    cyn_error_clean_up(&error);
  }
  if (wanted != few) cyn_i_free(wanted);
}

/* ---- calls that complete later ---- */

typedef struct wrapped {
  cyn_db *db;
  void (*done)(cyn_i_call *call);
  void *user;
  char uuid[37];
} wrapped;

static void on_done(cyn_i_call *call) {
  wrapped *w = call->user;
  call->done = w->done;
  call->user = w->user;
  cyn_i_signal_send(CYN_SIGNAL_POST_SEND, w->db, call, w->uuid);
  call->done(call);
}

void cyn_i_signal_wrap(cyn_db *db, cyn_i_call *call) {
  if (!cyn_i_signal_is_wanted(db, call)) return;
  wrapped *w = cyn_i_arena_alloc(call->arena, sizeof *w);
  if (w == NULL) return; /* the call itself will say that memory is out */
  *w = (wrapped){db, call->done, call->user, ""};
  cyn_i_random_uuid(w->uuid);
  cyn_i_signal_send(CYN_SIGNAL_PRE_SEND, db, call, w->uuid);
  call->done = on_done;
  call->user = w;
}
