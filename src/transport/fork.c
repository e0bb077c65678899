/* fork(): the child starts with no connection and no thread. All locks are held over the fork, so that the child finds
 * whole lists; its copies of the sockets are closed silently, and the handles that used them are left alone for ever: to
 * free one would write on a socket number that may be someone else's by then. The parent notices nothing. */
#include <unistd.h>

#include "transport/transport_private.h"

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static cyn_i_transport *transports;
static bool has_handlers;
static cyn_i_exchange *abandoned; /* in a child: what its parent had; reachable, never used */

static void before_fork(void) {
  (void)pthread_mutex_lock(&list_lock);
  for (cyn_i_transport *at = transports; at != NULL; at = at->next) (void)pthread_mutex_lock(&at->lock);
}

static void after_in_parent(void) {
  for (cyn_i_transport *at = transports; at != NULL; at = at->next) (void)pthread_mutex_unlock(&at->lock);
  (void)pthread_mutex_unlock(&list_lock);
}

static void abandon(cyn_i_exchange *list) {
  while (list != NULL) {
    cyn_i_exchange *next = list->next;
    list->next = abandoned;
    abandoned = list;
    list = next;
  }
}

static void after_in_child(void) {
  for (cyn_i_transport *at = transports; at != NULL; at = at->next) {
    for (size_t i = 0; i < at->socket_count; i++) close(at->sockets[i]);
    at->socket_count = 0;
    abandon(at->idle);
    at->idle = NULL;
    at->idle_count = 0;
    abandon(at->loop.active);
    at->loop = (cyn_i_transport_loop){.is_running = false};
    (void)pthread_mutex_unlock(&at->lock);
  }
  (void)pthread_mutex_unlock(&list_lock);
}

bool cyn_i_transport_register(cyn_i_transport *transport) {
  (void)pthread_mutex_lock(&list_lock);
  if (!has_handlers) has_handlers = pthread_atfork(before_fork, after_in_parent, after_in_child) == 0;
  bool fine = has_handlers;
  if (fine) {
    transport->next = transports;
    if (transports != NULL) transports->previous = transport;
    transports = transport;
  }
  (void)pthread_mutex_unlock(&list_lock);
  return fine;
}

void cyn_i_transport_unregister(cyn_i_transport *transport) {
  (void)pthread_mutex_lock(&list_lock);
  if (transport->previous != NULL) transport->previous->next = transport->next;
  else transports = transport->next;
  if (transport->next != NULL) transport->next->previous = transport->previous;
  (void)pthread_mutex_unlock(&list_lock);
}
