/* The file stores that this process has open, by device and inode of their folder: a second open gets the same store.
 * After fork() the child closes the lock files it has inherited (the parent's lock would otherwise outlive the parent)
 * and knows by a generation number that its handles are the parent's. */
#include <unistd.h>

#include "store/lmdb/lmdb_private.h"

unsigned cyn_i_lmdb_fork_generation = 1;

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t registry_once = PTHREAD_ONCE_INIT;
static cyn_i_lmdb_store *registry;

static void fork_prepare(void) { pthread_mutex_lock(&registry_mutex); }
static void fork_parent(void) { pthread_mutex_unlock(&registry_mutex); }
static void fork_child(void) {
  cyn_i_lmdb_fork_generation++;
  for (cyn_i_lmdb_store *store = registry; store != NULL; store = store->next) {
    if (store->lock_fd >= 0) (void)close(store->lock_fd);
    store->lock_fd = -1;
  }
  registry = NULL;
  pthread_mutex_unlock(&registry_mutex);
}

static void registry_start(void) { (void)pthread_atfork(fork_prepare, fork_parent, fork_child); }

void cyn_i_lmdb_registry_lock(void) {
  pthread_once(&registry_once, registry_start);
  pthread_mutex_lock(&registry_mutex);
}
void cyn_i_lmdb_registry_unlock(void) { pthread_mutex_unlock(&registry_mutex); }

cyn_i_lmdb_store *cyn_i_lmdb_registry_find(dev_t device, ino_t inode) {
  for (cyn_i_lmdb_store *store = registry; store != NULL; store = store->next)
    if (store->device == device && store->inode == inode) return store;
  return NULL;
}

void cyn_i_lmdb_registry_add(cyn_i_lmdb_store *store) {
  store->next = registry;
  registry = store;
}

void cyn_i_lmdb_registry_remove(cyn_i_lmdb_store *store) {
  for (cyn_i_lmdb_store **at = &registry; *at != NULL; at = &(*at)->next) {
    if (*at != store) continue;
    *at = store->next;
    return;
  }
}
