/* The default configuration inside: read at each open. */
#ifndef CYN_DB_SETTINGS_H
#define CYN_DB_SETTINGS_H

#include <cynamo/db.h>
#include <cynamo/settings.h>

#include "db/url.h"

/* Reads file and environment, and puts what they say where neither options nor URL say anything. Strings live in the arena. */
cyn_status cyn_i_settings_apply(cyn_db_options *options, cyn_i_url *url, cyn_i_arena *arena, cyn_error *error);

#endif
