/* Checks that CreateTable and UpdateTable share, with the service's texts (validation.md 3.8). Each returns the status
 * of the error that it has set. */
#ifndef CYN_ENGINE_TABLE_CHECKS_H
#define CYN_ENGINE_TABLE_CHECKS_H

#include "engine/control.h"

#define CYN_LOCAL_INDEXES_MAX 5
#define CYN_GLOBAL_INDEXES_MAX 20
#define CYN_TAGS_MAX 50

/* An index as a request describes it, local or global. */
typedef struct cyn_i_index_request {
  cyn_bytes name;
  const cyn_key_schema *keys;
  const cyn_projection *projection;
  const cyn_provisioned_throughput *throughput; /* NULL: not given; so are the next two */
  const cyn_on_demand_throughput *on_demand;
  const cyn_warm_throughput *warm;
  bool is_global;
  size_t number; /* among its kind in the request, from 1 */
} cyn_i_index_request;

/* A definition by its attribute's name; NULL when there is none. */
const cyn_attribute_definition *cyn_i_definition_find(const cyn_attribute_definitions *definitions, cyn_bytes name);
/* Takes out the definitions that no key of the table and its indexes uses. False: out of memory. */
bool cyn_i_definitions_prune(cyn_table_description *description, cyn_i_arena *arena);

/* Definitions and the table's own key schema. */
cyn_status cyn_i_check_table_keys(const cyn_attribute_definitions *definitions, const cyn_key_schema *keys,
                                  bool has_index_lists, cyn_i_arena *arena, cyn_error *error);
/* One index: keys, projection. `table_keys` is for local ones. */
cyn_status cyn_i_check_index_keys_of(const cyn_i_index_request *index, const cyn_attribute_definitions *definitions,
                                     const cyn_key_schema *table_keys, cyn_i_arena *arena, cyn_error *error);
cyn_status cyn_i_check_projection(const cyn_projection *projection, cyn_error *error);

/* "Given value … is out of bounds" over 10^12; NULL passes. */
cyn_status cyn_i_check_units(const cyn_provisioned_throughput *throughput, cyn_error *error);
bool cyn_i_units_exceed(const cyn_provisioned_throughput *throughput);
/* `index.data` NULL: the table's. `is_update`: -1 clears, and the texts of UpdateTable. */
cyn_status cyn_i_check_on_demand(const cyn_on_demand_throughput *on_demand, cyn_bytes index, bool is_provisioned,
                                 bool is_update, cyn_error *error);
/* CreateTable's: not below what the table has anyway. `throughput` NULL: on demand. */
cyn_status cyn_i_check_warm(const cyn_warm_throughput *warm, cyn_bytes index,
                            const cyn_provisioned_throughput *throughput, cyn_error *error);

cyn_status cyn_i_check_stream(const cyn_stream_specification *stream, bool is_update, cyn_error *error);
cyn_status cyn_i_check_sse(const cyn_sse_specification *sse, cyn_error *error);
cyn_status cyn_i_check_tags(const cyn_tag_list *tags, cyn_error *error);
cyn_status cyn_i_check_tag_key(cyn_bytes key, cyn_error *error);

#endif
