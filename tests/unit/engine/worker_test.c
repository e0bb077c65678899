/* Workers: one call has one, two never share one, and they come back. */
#include <pthread.h>

#include "engine/engine_private.h"
#include "items.h"

ITEM_TEST(taken_and_given) {
  enum { MANY = 16 };
  cyn_i_worker *workers[MANY];
  for (int i = 0; i < MANY; i++) {
    workers[i] = cyn_i_worker_take(s->engine, NULL);
    REQUIRE(workers[i] != NULL);
    CHECK(workers[i]->view != NULL && workers[i]->engine == s->engine);
    for (int k = 0; k < i; k++) CHECK(workers[i] != workers[k]);
  }
  for (int i = 0; i < MANY; i++) cyn_i_worker_give(workers[i]);
  CHECK(cyn_i_worker_take(s->engine, NULL) == workers[0]); /* a thread has its slot */
  cyn_i_worker_give(workers[0]);
}

typedef struct user {
  cyn_i_engine *engine;
  _Atomic int *inside; /* by worker */
  bool collided;
} user;
static void *use(void *data) {
  user *own = data;
  for (int i = 0; i < 300; i++) {
    cyn_i_worker *worker = cyn_i_worker_take(own->engine, NULL);
    if (worker == NULL) return NULL;
    _Atomic int *inside = &own->inside[worker - own->engine->workers];
    own->collided = own->collided || atomic_fetch_add(inside, 1) != 0;
    (void)atomic_fetch_sub(inside, 1);
    cyn_i_worker_give(worker);
  }
  return NULL;
}

/* More threads than workers: whoever finds none waits. */
ITEM_TEST(more_threads_than_workers) {
  enum { THREADS = 24 };
  pthread_t threads[THREADS];
  user users[THREADS];
  _Atomic int *inside = calloc(s->engine->worker_count, sizeof *inside);
  REQUIRE(inside != NULL);
  for (int i = 0; i < THREADS; i++) {
    users[i] = (user){s->engine, inside, false};
    REQUIRE(pthread_create(&threads[i], NULL, use, &users[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    (void)pthread_join(threads[i], NULL);
    CHECK(!users[i].collided);
  }
  free(inside);
}
