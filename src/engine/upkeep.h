/* x */
#ifndef U
#define U
#include "engine/engine.h"
void cyn_i_upkeep_wake(cyn_i_engine *e);
#endif
