/* Whether the program wants a blocking wait to end: what a Ctrl-C in Python needs. */
#ifndef CYN_BASE_INTERRUPT_H
#define CYN_BASE_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/* How long a wait may be before it asks again, should a signal have come between asking and waiting. */
#define CYN_INTERRUPT_SLICE_MS 500

/* True when there is a hook; without one, waits need no slices. */
bool cyn_i_interrupt_is_watched(void);
/* Asks the hook; false without one. */
bool cyn_i_interrupted(void);
/* As cyn_i_sleep_ms; false when it was ended early. */
bool cyn_i_sleep_unless_interrupted_ms(int64_t ms);

#endif
