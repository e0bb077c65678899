/* See completion.h. */
#include "db/completion.h"

#include <unistd.h>

bool cyn_i_completions_init(cyn_i_completions *completions) {
  *completions = (cyn_i_completions){.fd = -1};
  return pthread_mutex_init(&completions->lock, NULL) == 0 && pthread_mutex_init(&completions->turn_lock, NULL) == 0;
}

void cyn_i_completions_clean_up(cyn_i_completions *completions) {
  cyn_i_turn_destroy(completions->turn);
  if (completions->fd >= 0) close(completions->fd);
  (void)pthread_mutex_destroy(&completions->turn_lock);
  (void)pthread_mutex_destroy(&completions->lock);
}
