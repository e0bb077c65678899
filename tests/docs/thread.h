/* The model of docs/high-level-api.md, and the table that its snippets work on. */
#include <cynamo/cynamo.h>

#include <stdio.h>
#include <string.h>

typedef struct {
  const char *forum, *subject;
  int64_t views;
  cyn_time last_post;
  cyn_string_set tags;
} thread;

CYN_MODEL(thread, CYN_TABLE("Thread"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(subject), CYN_ATTR(views, .default_text = "0"),
          CYN_ATTR(last_post, .name = "LastPost", .nullable = true), CYN_ATTR(tags));

static cyn_db *open_threads(void) {
  cyn_db *db = NULL;
  return cyn_open("memory:", NULL, &db, NULL) || cyn_create_model(db, thread, NULL, NULL) ? NULL : db;
}
