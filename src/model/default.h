/* Defaults: their texts become encoded values when the plan is made, so a wrong one is told at once. */
#ifndef CYN_MODEL_DEFAULT_H
#define CYN_MODEL_DEFAULT_H

#include "model/plan.h"

/* Fills default_value and new_value. */
cyn_status cyn_i_default_read(cyn_i_field *field, cyn_i_arena *arena, cyn_error *error);

#endif
