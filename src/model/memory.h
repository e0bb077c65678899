/* cyn_memory inside: an arena with a public face. */
#ifndef CYN_MODEL_MEMORY_H
#define CYN_MODEL_MEMORY_H

#include <cynamo/model_types.h>

#include "base/arena.h"

#define CYN_I_MEMORY_KEEP_MAX ((size_t)1024 * 1024)

struct cyn_memory {
  cyn_i_arena arena;
};

#endif
