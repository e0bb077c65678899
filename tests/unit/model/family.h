/* A family of three generations. */
#ifndef CYN_TESTS_MODEL_FAMILY_H
#define CYN_TESTS_MODEL_FAMILY_H

#include <cynamo/cynamo.h>

typedef struct animal {
  const char *kind, *name;
} animal;
typedef struct cat {
  animal base;
  int lives;
} cat;
typedef struct lion {
  cat base;
  double mane;
} lion;
typedef struct dog {
  animal base;
  const char *trick;
} dog;
CYN_MODEL_DECLARE(cat);
CYN_MODEL_DECLARE(lion);
CYN_MODEL_DECLARE(dog);
CYN_FAMILY(animal, cat, lion, dog);
CYN_MODEL(animal, CYN_TABLE("Animal", .family = animal_family), CYN_HASH_KEY(name), CYN_DISCRIMINATOR(kind));
CYN_SUBMODEL(cat, CYN_PARENT(animal, base, "Cat", .aliases = "Kitty, Puss"), CYN_ATTR(lives));
CYN_SUBMODEL(lion, CYN_PARENT(cat, base, "Lion"), CYN_ATTR(mane));
CYN_SUBMODEL(dog, CYN_PARENT(animal, base, "Dog"), CYN_ATTR(trick));

#endif
