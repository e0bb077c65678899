/* Settings of models at run time: the process's and each database's, merged over the descriptor's. */
#ifndef CYN_MODEL_SETTINGS_H
#define CYN_MODEL_SETTINGS_H

#include "model/plan.h"

typedef struct cyn_i_setting {
  struct cyn_i_setting *next;
  const cyn_model *model;
  cyn_model_options options;
} cyn_i_setting;

typedef struct cyn_i_settings {
  cyn_i_setting *first;
  const char *prefix;
} cyn_i_settings;

/* Changes with every setting anywhere. */
uint64_t cyn_i_settings_generation(void);
/* Copies into the arena; NULL takes the model's back. False when out of memory. */
bool cyn_i_settings_put(cyn_i_settings *settings, cyn_i_arena *arena, const cyn_model *model,
                        const cyn_model_options *options);
bool cyn_i_settings_put_prefix(cyn_i_settings *settings, cyn_i_arena *arena, const char *prefix);
/* The descriptor's, under the process's, under `settings`. */
void cyn_i_settings_merge(const cyn_i_settings *settings, const cyn_model *model, cyn_model_options *out);

#endif
