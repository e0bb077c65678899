/* Parts of descriptions: throughput over days, what is kept warm, limits on demand. */
#include "engine/table_parts.h"
#include "test.h"

static cyn_provisioned_throughput units(int64_t read, int64_t write) {
  cyn_provisioned_throughput out = CYN_PROVISIONED_THROUGHPUT_INIT;
  out.read_capacity_units = cyn_int(read);
  out.write_capacity_units = cyn_int(write);
  return out;
}

TEST(decreases_are_counted_by_the_day) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const int64_t day = INT64_C(86400000);
  cyn_provisioned_throughput high = units(5, 5), middle = units(4, 6), low = units(3, 3);
  const cyn_provisioned_throughput_description *at = cyn_i_parts_throughput(&high, &arena);
  at = cyn_i_parts_throughput_changed(at, &middle, 10 * day, &arena);
  CHECK_INT(at->number_of_decreases_today.value, 1);
  CHECK(at->last_increase_date_time.is_set);
  at = cyn_i_parts_throughput_changed(at, &low, 10 * day + 5000, &arena);
  CHECK_INT(at->number_of_decreases_today.value, 2);
  at = cyn_i_parts_throughput_changed(at, &high, 10 * day + 6000, &arena);
  CHECK_INT(at->number_of_decreases_today.value, 2);
  at = cyn_i_parts_throughput_changed(at, &low, 11 * day, &arena);
  CHECK_INT(at->number_of_decreases_today.value, 1);
  cyn_i_arena_clean_up(&arena);
}

TEST(warm_throughput_never_drops) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_provisioned_throughput some = units(5, 7);
  const cyn_provisioned_throughput_description *described = cyn_i_parts_throughput(&some, &arena);
  cyn_i_warm_units warm = cyn_i_parts_warm(NULL, described, false, (cyn_i_warm_units){6, 6});
  CHECK_INT(warm.read, 6);
  CHECK_INT(warm.write, 7);
  warm = cyn_i_parts_warm(NULL, described, true, warm);
  CHECK_INT(warm.read, 12000);
  CHECK_INT(warm.write, 4000);
  cyn_i_arena_clean_up(&arena);
}

TEST(limits_on_demand_merge) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_on_demand_throughput change = CYN_ON_DEMAND_THROUGHPUT_INIT;
  const cyn_on_demand_throughput *limits = NULL;
  change.max_read_request_units = cyn_int(100);
  CHECK(cyn_i_parts_on_demand(NULL, &change, &arena, &limits));
  REQUIRE(limits != NULL);
  CHECK(!limits->max_write_request_units.is_set);
  change.max_read_request_units = (cyn_opt_int){false, 0};
  change.max_write_request_units = cyn_int(50);
  CHECK(cyn_i_parts_on_demand(limits, &change, &arena, &limits));
  CHECK_INT(limits->max_read_request_units.value, 100);
  CHECK_INT(limits->max_write_request_units.value, 50);
  change.max_read_request_units = change.max_write_request_units = cyn_int(-1);
  CHECK(cyn_i_parts_on_demand(limits, &change, &arena, &limits));
  CHECK(limits == NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(keys_of_encryption) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_sse_specification sse = CYN_SSE_SPECIFICATION_INIT;
  const cyn_sse_description *out;
  CHECK(cyn_i_parts_sse(&sse, cyn_str("1"), cyn_str("r"), &arena, &out) && out == NULL);
  sse.enabled = cyn_bool(true);
  sse.sse_type = cyn_str("KMS");
  sse.kms_master_key_id = cyn_str("1234");
  REQUIRE(cyn_i_parts_sse(&sse, cyn_str("1"), cyn_str("r"), &arena, &out) && out != NULL);
  CHECK_STR(out->kms_master_key_arn.data, "arn:aws:kms:r:1:key/1234");
  sse.kms_master_key_id = cyn_str("alias/mine");
  REQUIRE(cyn_i_parts_sse(&sse, cyn_str("1"), cyn_str("r"), &arena, &out) && out != NULL);
  CHECK_STR(out->kms_master_key_arn.data, "arn:aws:kms:r:1:alias/mine");
  cyn_i_arena_clean_up(&arena);
}
