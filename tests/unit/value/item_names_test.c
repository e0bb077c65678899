/* Names of one object: duplicates among few and among many, compaction. */
#include "value/item_names.h"

#include <stdlib.h>

#include "value/golden.h"
#include "value/item.h"

/* Puts `count` of `distinct` names, the value telling the turn, and checks that the last of each is left. */
static void check(uint32_t count, uint32_t distinct) {
  cyn_i_arena arena;
  cyn_i_buf buf;
  cyn_i_item_writer writer;
  cyn_i_item_names names;
  uint32_t *last = calloc(distinct, sizeof *last), left = count, expected = 0;
  cyn_i_arena_init(&arena, 0);
  cyn_i_buf_init(&buf, NULL);
  cyn_i_item_begin(&writer, &buf);
  cyn_i_item_names_init(&names, &arena, buf.size);
  for (uint32_t turn = 1; turn <= count; turn++) {
    uint32_t which = random_below(distinct);
    char name[16], value[16];
    snprintf(name, sizeof name, "name%u", which);
    snprintf(value, sizeof value, "%u", turn);
    if (last[which] == 0) expected++;
    last[which] = turn;
    size_t at = buf.size;
    cyn_i_item_name(&writer, cyn_str(name));
    cyn_i_item_names_add(&names, &buf, at);
    cyn_i_write_string(&buf, CYN_TYPE_S, cyn_str(value));
  }
  CHECK(names.overwritten == (expected != count));
  if (names.overwritten) (void)cyn_i_item_names_compact(&names, &buf, &left);
  CHECK_INT(left, expected);
  writer.count = left;
  cyn_i_item_end(&writer);
  CHECK(cyn_i_item_is_valid(buf.data, buf.size));
  for (uint32_t which = 0; which < distinct; which++) {
    char name[16], value[16];
    snprintf(name, sizeof name, "name%u", which);
    snprintf(value, sizeof value, "%u", last[which]);
    const uint8_t *found = cyn_i_item_find(buf.data, cyn_str(name));
    CHECK((found != NULL) == (last[which] != 0));
    if (found != NULL) CHECK(cyn_i_content_compare(cyn_i_value_content(found), cyn_str(value)) == 0);
  }
  cyn_i_buf_clean_up(&buf);
  cyn_i_arena_clean_up(&arena);
  free(last);
}

TEST(duplicates) {
  for (int round = 0; round < 200; round++) check(1 + random_below(40), 1 + random_below(40));
  for (int round = 0; round < 20; round++) check(1 + random_below(3000), 1 + random_below(1500));
}

TEST(no_memory_for_the_table) {
  cyn_i_arena arena;
  cyn_i_buf buf;
  cyn_i_item_names names;
  cyn_i_arena_init(&arena, 0);
  arena.limit = 1;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_item_names_init(&names, &arena, 0);
  for (int i = 0; i < 20 && !buf.failed; i++) {
    char name[2] = {(char)('a' + i), '\0'};
    size_t at = buf.size;
    cyn_i_write_name(&buf, cyn_str(name));
    cyn_i_item_names_add(&names, &buf, at);
    if (!buf.failed) cyn_i_write_null(&buf);
  }
  CHECK(buf.failed);
  cyn_i_buf_clean_up(&buf);
}
