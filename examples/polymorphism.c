/* Polymorphism: models that extend another one, in one table, told apart by a discriminator.   polymorphism [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct shape {
  const char *kind, *name;
} shape;
typedef struct circle {
  shape base;
  double radius;
} circle;
typedef struct rectangle {
  shape base;
  double width, height;
} rectangle;

CYN_MODEL_DECLARE(circle);
CYN_MODEL_DECLARE(rectangle);
CYN_FAMILY(shape, circle, rectangle);
CYN_MODEL(shape, CYN_TABLE("Shape", .family = shape_family), CYN_HASH_KEY(name), CYN_DISCRIMINATOR(kind));
CYN_SUBMODEL(circle, CYN_PARENT(shape, base, "Circle"), CYN_ATTR(radius));
CYN_SUBMODEL(rectangle, CYN_PARENT(shape, base, "Rectangle", .aliases = "Square"), CYN_ATTR(width), CYN_ATTR(height));

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  cyn_status status = cyn_create_model(db, shape, cyn_table(.wait = true, .ignore_existing = true), e);
  circle c = {.base = {.name = "moon"}, .radius = 2};
  rectangle r = {.base = {.name = "door"}, .width = 1, .height = 2};
  if (status == CYN_OK) status = cyn_save(db, circle, &c, NULL, e);
  if (status == CYN_OK) status = cyn_save(db, rectangle, &r, NULL, e);
  if (status != CYN_OK) return status;

  void *one;
  const cyn_model *model;
  if ((status = cyn_get_any(db, shape, &one, &model, cyn_keys("door"), NULL, memory, e))) return status;
  if (model == &rectangle_model) printf("the door is %.0f wide\n", ((rectangle *)one)->width);

  double area = 0;
  cyn_cursor *cursor = cyn_find_all(db, shape, NULL, e);
  for (void *any; (any = cyn_cursor_next_any(cursor, &model)) != NULL;) {
    if (model == &circle_model) area += 3 * ((circle *)any)->radius * ((circle *)any)->radius;
    if (model == &rectangle_model) area += ((rectangle *)any)->width * ((rectangle *)any)->height;
  }
  if ((status = cyn_cursor_close(cursor, e))) return status;
  printf("an area of some %.0f\n", area);

  cursor = cyn_find_all(db, circle, NULL, e); /* circles only */
  while (cyn_next(cursor, circle, &c)) printf("%s is a %s with radius %.1f\n", c.base.name, c.base.kind, c.radius);
  if ((status = cyn_cursor_close(cursor, e))) return status;
  return cyn_drop_model(db, shape, NULL, e);
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = work(db, memory, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
