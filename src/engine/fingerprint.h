/* A digest of a request's content that does not depend on the order in which a client writes members of objects. */
#ifndef CYN_ENGINE_FINGERPRINT_H
#define CYN_ENGINE_FINGERPRINT_H

#include <stdint.h>

#include <cynamo/value.h>

/* Starts as all zero; each add takes one part after the other: their order and number count. */
typedef struct cyn_i_fingerprint {
  uint8_t digest[32];
} cyn_i_fingerprint;

void cyn_i_fingerprint_add_bytes(cyn_i_fingerprint *fingerprint, cyn_bytes bytes); /* absent is not empty */
void cyn_i_fingerprint_add_names(cyn_i_fingerprint *fingerprint, cyn_string_map names);
/* Attributes, at any level, in any order. */
void cyn_i_fingerprint_add_item(cyn_i_fingerprint *fingerprint, cyn_item item);

#endif
