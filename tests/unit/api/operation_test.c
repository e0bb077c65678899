/* Names to operations and members, both ways; the golden offsets of the structs. */
#include "api_cases.h"

#include <stdlib.h>

#include "api/api_private.h"

TEST(every_operation_is_found_by_its_name) {
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) {
    const cyn_i_operation *operation = &cyn_i_operations[i];
    CHECK_INT(operation->operation, i);
    CHECK(cyn_i_operation_find(cyn_str(operation->name), operation->is_streams) == operation);
    CHECK(cyn_i_operation_find(cyn_str(operation->name), !operation->is_streams) == NULL);
    char other[100];
    snprintf(other, sizeof other, "%sx", operation->name);
    CHECK(cyn_i_operation_find(cyn_str(other), operation->is_streams) == NULL);
    other[0] ^= 0x20;
    other[strlen(other) - 1] = '\0';
    CHECK(cyn_i_operation_find(cyn_str(other), operation->is_streams) == NULL);
    CHECK(cyn_i_operation_find((cyn_bytes){other, strlen(other) - 1}, operation->is_streams) == NULL);
  }
  CHECK(cyn_i_operation_find((cyn_bytes){NULL, 0}, false) == NULL);
  CHECK(cyn_i_operation_find(cyn_str(""), false) == NULL);
  CHECK(cyn_i_operation_find(cyn_str("G"), false) == NULL);
  CHECK_INT(CYN_OPERATION_COUNT, 66);
}

/* Any bytes may come as a name. */
TEST(no_name_reads_outside) {
  uint32_t seed = 1;
  for (int i = 0; i < 100000; i++) {
    char *name = malloc(9);
    size_t size = (seed >> 8) % 9;
    for (size_t at = 0; at < size; at++) {
      seed = seed * 1664525u + 1013904223u;
      name[9 - size + at] = (char)(seed >> 24);
    }
    seed = seed * 1664525u + 1013904223u;
    CHECK(cyn_i_operation_find((cyn_bytes){name + 9 - size, size}, false) == NULL);
    free(name);
  }
}

/* ---- the golden offsets ---- */

#define GOLDEN CYN_SOURCE_DIR "/tests/golden/offsets.tsv"

typedef struct listing {
  const cyn_i_shape *seen[1000];
  size_t count;
  cyn_i_buf text;
} listing;

static void list_shape(listing *all, const cyn_i_shape *shape) {
  for (size_t i = 0; i < all->count; i++) {
    if (all->seen[i] == shape) return;
  }
  all->seen[all->count++] = shape;
  if (shape->element != NULL) list_shape(all, shape->element);
  for (uint32_t i = 0; i < shape->member_count; i++) list_shape(all, shape->members[i].shape);
  if (shape->kind != CYN_KIND_STRUCTURE) return;
  for (uint32_t i = 0; i < shape->member_count; i++) {
    cyn_i_buf_printf(&all->text, "%s.%s\t%u\n", shape->name, shape->members[i].name, shape->members[i].offset);
  }
}

static char *golden_text(void) {
  static char text[200000];
  FILE *file = fopen(GOLDEN, "rb");
  if (file == NULL) return NULL;
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = '\0';
  return text;
}

/* Programs compiled against an older header go on working: what has an offset keeps it. New members add lines; write
 * them with CYN_UPDATE_GOLDEN=1 in the environment. */
TEST(offsets_are_those_checked_in) {
  static listing all;
  cyn_i_buf_init(&all.text, NULL);
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) {
    cyn_i_buf_printf(&all.text, "operation %s\t%d\n", cyn_i_operations[i].name, i);
    list_shape(&all, cyn_i_operations[i].input);
    list_shape(&all, cyn_i_operations[i].output);
  }
  cyn_i_buf_byte(&all.text, '\0');
  REQUIRE(!all.text.failed);
  if (getenv("CYN_UPDATE_GOLDEN") != NULL) {
    FILE *file = fopen(GOLDEN, "wb");
    REQUIRE(file != NULL);
    fputs((const char *)all.text.data, file);
    fclose(file);
  }
  const char *golden = golden_text();
  REQUIRE(golden != NULL);
  CHECK(strcmp(golden, (const char *)all.text.data) == 0);
  cyn_i_buf_clean_up(&all.text);
}

/* The hash finds every member of every structure, whatever is guessed. */
static void find_members(const cyn_i_shape *shape) {
  for (uint32_t i = 0; i < shape->member_count; i++) {
    const cyn_i_member *member = &shape->members[i];
    CHECK_INT(strlen(member->name), member->name_size);
    CHECK(cyn_i_shape_member(shape, cyn_str(member->name), i) == member);
    CHECK(cyn_i_shape_member(shape, cyn_str(member->name), i + 1) == member);
    CHECK(cyn_i_shape_member(shape, cyn_str(member->name), UINT32_MAX) == member);
    if (member->shape->kind == CYN_KIND_STRUCTURE) find_members(member->shape);
    if (member->shape->element != NULL) find_members(member->shape->element);
  }
  CHECK(cyn_i_shape_member(shape, cyn_str(""), 0) == NULL);
  CHECK(cyn_i_shape_member(shape, cyn_str("x"), 0) == NULL);
}

TEST(every_member_is_found_by_its_name) {
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) {
    find_members(cyn_i_operations[i].input);
    find_members(cyn_i_operations[i].output);
  }
}

/* docs/operations.md is what the generator makes of the tables now (python3 as in the build). */
TEST(the_page_of_operations_is_up_to_date) {
  char path[] = "/tmp/cynamo-operations-XXXXXX";
  int descriptor = mkstemp(path);
  REQUIRE(descriptor >= 0);
  char command[1000];
  snprintf(command, sizeof command,
           "python3 '%s/tools/generate_api.py' --docs '%s/src/api/dynamodb.api' '%s' && cmp '%s' '%s/docs/operations.md'",
           CYN_SOURCE_DIR, CYN_SOURCE_DIR, path, path, CYN_SOURCE_DIR);
  CHECK_INT(system(command), 0);
  remove(path);
}
