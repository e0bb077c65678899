/* Idempotency tokens are made where there is none. */
#include "client/token.h"

#include "test.h"

TEST(a_transaction_gets_a_token) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_transact_write_items_input input = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  const cyn_i_operation *operation = &cyn_i_operations[CYN_OPERATION_TRANSACT_WRITE_ITEMS];
  const cyn_transact_write_items_input *filled = cyn_i_token_fill(operation, &input, &arena);
  REQUIRE(filled != NULL && filled != &input);
  CHECK(input.client_request_token.data == NULL);
  CHECK_INT(filled->client_request_token.size, 36);
  input.client_request_token = cyn_str("mine");
  CHECK(cyn_i_token_fill(operation, &input, &arena) == &input);
  cyn_i_arena_clean_up(&arena);
}

TEST(other_operations_have_none) {
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  CHECK(cyn_i_token_fill(&cyn_i_operations[CYN_OPERATION_PUT_ITEM], &input, NULL) == &input);
}
