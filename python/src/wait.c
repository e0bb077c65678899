/* Signals during calls. Python's handlers of C only note a signal and wait for the interpreter to look; the core asks, on the
 * waiting thread, whether to go on (cyn_interrupt_set), and this is the look: the GIL is taken back, the handlers run, and
 * when one raised, the call ends. Only Python's main thread finds anything to do there. */
#include "core.h"

static _Thread_local cyn_py_wait *waiting;

static bool is_interrupted(void) {
  cyn_py_wait *wait = waiting;
  if (wait == NULL) return false;
  if (wait->has_raised) return true;
  PyEval_RestoreThread(wait->thread);
  waiting = NULL; /* a handler may make calls of its own */
  wait->has_raised = PyErr_CheckSignals() != 0;
  waiting = wait;
  wait->thread = PyEval_SaveThread();
  return wait->has_raised;
}

void cyn_py_wait_begin(cyn_py_wait *wait) {
  *wait = (cyn_py_wait){.outer = waiting};
  wait->thread = PyEval_SaveThread();
  waiting = wait;
}

bool cyn_py_wait_end(cyn_py_wait *wait) {
  waiting = wait->outer;
  PyEval_RestoreThread(wait->thread);
  return !wait->has_raised;
}

void cyn_py_wait_install(void) { cyn_interrupt_set(is_interrupted); }
