/* A family of animals: a cat that was saved is found as one, and a dog is not. */
#include <cynamo/cynamo.h>

typedef struct animal {
  const char *name, *kind;
} animal;
typedef struct cat {
  animal base;
  int lives;
} cat;
typedef struct dog {
  animal base;
} dog;

/* snippet */
CYN_SUBMODEL(dog, CYN_PARENT(animal, base, "Dog"));

int main(void) {
  cyn_db *db = NULL;
  cat c = {.base = {.name = "Tom"}, .lives = 9};
  dog d = {.base = {.name = "Rex"}};
  int64_t cats = 0, animals = 0;
  if (cyn_open("memory:", NULL, &db, NULL) || cyn_create_model(db, animal, NULL, NULL)) return 1;
  if (cyn_save(db, cat, &c, NULL, NULL) || cyn_save(db, dog, &d, NULL, NULL)) return 1;
  if (cyn_count(db, cat, CYN_NO_EXPRESSION, NULL, &cats, NULL)) return 1;
  if (cyn_count(db, animal, CYN_NO_EXPRESSION, NULL, &animals, NULL)) return 1;
  cyn_db_close(db);
  return cats == 1 && animals == 2 ? 0 : 1;
}
