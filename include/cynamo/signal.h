/* Cynamo: signals. Before and after every API call, whoever makes it (the mapper, the low-level functions, submitted calls,
 * a server over the database) and wherever it goes, receivers are told: for logs, metrics, traces.
 *
 *   static cyn_status count(const cyn_signal_event *event, void *user, cyn_error *error) { ++*(int *)user; return CYN_OK; }
 *   cyn_signal_connection connection;
 *   cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, count, &calls, &connection, &error);
 *   …
 *   cyn_signal_disconnect(connection);
 *
 * With no receiver connected a call costs one look at a counter. */
#ifndef CYNAMO_SIGNAL_H
#define CYNAMO_SIGNAL_H

#include <cynamo/db.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cyn_signal {
  CYN_SIGNAL_PRE_SEND = 0, /* pre_dynamodb_send */
  CYN_SIGNAL_POST_SEND     /* post_dynamodb_send */
} cyn_signal;

/* Borrowed for the call of the receiver. */
typedef struct cyn_signal_event {
  size_t size;                /* of this struct; later versions add members at the end */
  cyn_signal signal;
  cyn_db *db;
  const char *sender;         /* the model's name; "" for calls that no model makes */
  const char *operation_name; /* "PutItem" */
  cyn_bytes table_name;       /* absent for operations over several tables */
  const char *req_uuid;       /* the same before and after */
  cyn_status status;          /* after: how the call ended */
} cyn_signal_event;

/* Called on the thread that makes the call; after a submitted call or one of a server, on the thread that completes it. It
 * may call the database, connect and disconnect. Another status than CYN_OK is logged (cyn_signal_set_log), and harms neither
 * the call nor other receivers; `error` may be filled with the reason, and is cleaned up for you. */
typedef cyn_status (*cyn_signal_receiver)(const cyn_signal_event *event, void *user, cyn_error *error);

typedef uint64_t cyn_signal_connection;

/* Connects a receiver, for calls on `db` only (NULL: on any) and by `sender` only (NULL: any; copied). From any thread.
 * Errors: CynamoOutOfMemory. */
CYN_API cyn_status cyn_signal_connect(cyn_signal signal, cyn_db *db, const char *sender, cyn_signal_receiver receiver,
                                      void *user, cyn_signal_connection *connection, cyn_error *error) CYN_MUST_USE;
/* From any thread, and from inside a receiver. A call that has begun to tell its receivers on another thread may still call
 * this one once, so its `user` must live longer than calls under way; an unknown connection is ignored. */
CYN_API void cyn_signal_disconnect(cyn_signal_connection connection);
/* Where a failing receiver is told, in one line; NULL: nowhere. Set before calls are made. */
CYN_API void cyn_signal_set_log(void (*log)(void *user, const char *line), void *user);

#ifdef __cplusplus
}
#endif
#endif
