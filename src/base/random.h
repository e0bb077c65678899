/* Random bytes from the operating system; a test may seed them. */
#ifndef CYN_BASE_RANDOM_H
#define CYN_BASE_RANDOM_H
#include <stddef.h>
#include <stdint.h>
void cyn_i_random_bytes(void *out, size_t size);
/* A version 4 UUID in lower case, NUL-terminated. */
void cyn_i_random_uuid(char out[37]);
/* 52 characters of A-Z and 0-9 and a NUL: a request id as the service's look. Fast: a per-thread generator. */
void cyn_i_random_request_id(char out[53]);
#endif
