/* The one home of malloc. A test may count allocations and make the n-th fail (see cyn_i_alloc_hook). */
#ifndef CYN_BASE_ALLOC_H
#define CYN_BASE_ALLOC_H

#include <stddef.h>

void *cyn_i_alloc(size_t size);                        /* NULL when out of memory; size 0 gives a unique pointer */
void *cyn_i_zalloc(size_t count, size_t size);         /* zeroed, overflow checked */
void *cyn_i_realloc(void *old, size_t size);           /* as realloc */
void *cyn_i_aligned_alloc(size_t alignment, size_t size); /* freed by cyn_i_free */
void cyn_i_free(void *memory);                         /* NULL is allowed */

/* For secrets: zeroed pages of their own, which a core dump leaves out and which are gone once freed. */
void *cyn_i_secret_alloc(size_t size);
void cyn_i_secret_free(void *memory); /* NULL is allowed */

/* Called before each allocation when set; returns true to make it fail. For tests; not thread-safe to change. */
extern int (*cyn_i_alloc_hook)(size_t size);

#endif
