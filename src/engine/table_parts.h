/* Parts of a TableDescription, made from the parts of a request. All in the arena; NULL or false: out of memory. What
 * the request holds is borrowed. */
#ifndef CYN_ENGINE_TABLE_PARTS_H
#define CYN_ENGINE_TABLE_PARTS_H

#include "engine/table_checks.h"

#define CYN_ON_DEMAND_READ_UNITS 12000
#define CYN_ON_DEMAND_WRITE_UNITS 4000

/* Definitions of both lists, sorted by name as the service shows them; of two with one name the first stays. */
bool cyn_i_parts_definitions(const cyn_attribute_definitions *definitions, const cyn_attribute_definitions *more,
                             cyn_i_arena *arena, cyn_attribute_definitions *out);
/* `throughput` NULL: zeros, as tables on demand have. */
cyn_provisioned_throughput_description *cyn_i_parts_throughput(const cyn_provisioned_throughput *throughput,
                                                               cyn_i_arena *arena);
/* The description after a change to new units: dates of increase and decrease, decreases of the day. */
cyn_provisioned_throughput_description *cyn_i_parts_throughput_changed(
    const cyn_provisioned_throughput_description *old, const cyn_provisioned_throughput *throughput, int64_t now_ms,
    cyn_i_arena *arena);
/* What the table or index keeps warm: what is asked for, at least what it had and what it is provisioned with. */
typedef struct cyn_i_warm_units {
  int64_t read, write;
} cyn_i_warm_units;
cyn_i_warm_units cyn_i_parts_warm(const cyn_warm_throughput *asked, const cyn_provisioned_throughput_description *units,
                                  bool is_on_demand, cyn_i_warm_units had);
cyn_table_warm_throughput_description *cyn_i_parts_table_warm(cyn_i_warm_units units, cyn_i_arena *arena);
cyn_global_secondary_index_warm_throughput_description *cyn_i_parts_index_warm(cyn_i_warm_units units,
                                                                               cyn_i_arena *arena);
cyn_i_warm_units cyn_i_parts_table_warm_units(const cyn_table_warm_throughput_description *warm);
cyn_i_warm_units cyn_i_parts_index_warm_units(const cyn_global_secondary_index_warm_throughput_description *warm);

/* Limits after a change: members given replace, -1 removes; *out NULL when none is left. */
bool cyn_i_parts_on_demand(const cyn_on_demand_throughput *old, const cyn_on_demand_throughput *change,
                           cyn_i_arena *arena, const cyn_on_demand_throughput **out);

cyn_local_secondary_index_description *cyn_i_parts_local_index(const cyn_i_index_request *index, cyn_bytes table_arn,
                                                               cyn_i_arena *arena);
cyn_global_secondary_index_description *cyn_i_parts_global_index(const cyn_i_index_request *index, cyn_bytes table_arn,
                                                                 bool is_on_demand, cyn_i_arena *arena);
/* *out NULL: not encrypted with a key of the account's. */
bool cyn_i_parts_sse(const cyn_sse_specification *sse, cyn_bytes account, cyn_bytes region, cyn_i_arena *arena,
                     const cyn_sse_description **out);
/* Switches the stream on: specification, and label and ARN as of its log. */
bool cyn_i_parts_stream_on(cyn_table_description *description, const cyn_stream_specification *stream, int64_t created_ms,
                           cyn_i_arena *arena);

#endif
