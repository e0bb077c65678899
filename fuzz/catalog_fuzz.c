/* Fuzz target: a table's record as the store has it. The first byte says whether the checksum is put right, which otherwise
 * keeps the fuzzer out of everything behind it. A record that is taken can be used as a table, and written anew it reads as
 * the same table. */
#include "base/error.h"
#include "base/hash.h"
#include "catalog/table.h"
#include "fuzz.h"

static const cyn_bytes account = {"123456789012", 12}, region = {"eu-west-1", 9}, name = {"Music", 5};

static void use(const cyn_i_table *table, cyn_i_arena *arena) {
  cyn_i_table_record again;
  demand(table->hash.name.data != NULL && table->description != NULL);
  (void)cyn_i_table_state_at(table, 0);
  for (size_t i = 0; i < table->index_count; i++) {
    const cyn_i_index *index = &table->indexes[i];
    demand(index->hash_count <= CYN_INDEX_KEY_PARTS_MAX && index->range_count <= CYN_INDEX_KEY_PARTS_MAX);
    demand(index->hash_count != 0 && cyn_i_table_index(table, index->name) != NULL);
  }
  demand(cyn_i_table_record_from(table, &again, arena));
  cyn_bytes written = cyn_i_table_record_write(&again, arena);
  cyn_i_table *second = NULL;
  demand(written.data != NULL && cyn_i_table_parse(account, region, name, written, &second, NULL) == CYN_OK);
  demand(second->space == table->space && second->index_count == table->index_count && second->ttl_space == table->ttl_space);
  cyn_i_table_release(second);
}

static void read_record(cyn_bytes record) {
  cyn_i_arena arena;
  cyn_i_table *table = NULL;
  cyn_i_table_record fields;
  cyn_i_table_peek peek;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena_init(&arena, 0);
  bool is_seen = cyn_i_table_record_peek(record, &peek);
  cyn_status read = cyn_i_table_record_read(record, &arena, &fields, &error);
  demand((read == CYN_OK) == (error.message == NULL) && (read != CYN_OK || is_seen));
  cyn_error_clean_up(&error);
  cyn_status status = cyn_i_table_parse(account, region, name, record, &table, &error);
  demand((status == CYN_OK) == (table != NULL) && (status != CYN_OK || read == CYN_OK));
  if (table != NULL) use(table, &arena);
  cyn_i_table_release(table);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 6) return 0;
  char *record = exact_copy(data + 1, size - 1);
  if ((data[0] & 1) != 0) {
    uint32_t crc = cyn_i_crc32(record, size - 5);
    memcpy(record + size - 5, &crc, 4);
  }
  read_record((cyn_bytes){record, size - 1});
  free(record);
  return 0;
}
