/* What the mapper's tests share: the error of each call, and calls that must succeed. */
#ifndef CYN_TESTS_MODEL_OK_H
#define CYN_TESTS_MODEL_OK_H

#include <cynamo/cynamo.h>

#include "test.h"

static cyn_error error;

#define OK(call)                                                                            \
  do {                                                                                      \
    if ((call) != CYN_OK) test_failed(__FILE__, __LINE__, "%s: %s", #call, error.message);  \
  } while (0)

#endif
