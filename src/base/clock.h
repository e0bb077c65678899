/* The only home of time. Milliseconds since the epoch; a test may set and move a clock of its own. */
#ifndef CYN_BASE_CLOCK_H
#define CYN_BASE_CLOCK_H

#include <stdint.h>
#include <stdatomic.h>

typedef struct cyn_i_clock {
  _Atomic int64_t offset_ms;  /* added to the real time */
  _Atomic int64_t fixed_ms;   /* when not 0, the time stands here */
} cyn_i_clock;

int64_t cyn_i_clock_now_ms(const cyn_i_clock *clock); /* NULL: the real time */
uint64_t cyn_i_clock_monotonic_ns(void);
/* Sleeps, over signals too; 0 and less: not at all. */
void cyn_i_sleep_ms(int64_t ms);

#endif
