/* A new store's file is made whole under another name, synced, and then gets its own. LMDB writes the two first pages of a
 * new file at once and unsynced: a power cut then would leave a file that is none, which nothing could open again. What an
 * interrupted birth leaves is made anew by the next. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lmdb/care_private.h"
#include "store/lmdb/lmdb_private.h"

typedef struct place {
  char file[CYN_LMDB_PATH_MAX + 32], folder[CYN_LMDB_PATH_MAX + 32], new_file[CYN_LMDB_PATH_MAX + 48];
} place;

static bool place_name(place *p, const char *folder) {
  int length = snprintf(p->file, sizeof p->file, "%s/data.mdb", folder);
  (void)snprintf(p->folder, sizeof p->folder, "%s/new", folder);
  (void)snprintf(p->new_file, sizeof p->new_file, "%s/new/data.mdb", folder);
  return length > 0 && (size_t)length < CYN_LMDB_PATH_MAX;
}

/* In a folder of its own, since LMDB notes in the file how it was named. */
static int file_make(const place *p) {
  if (unlink(p->new_file) != 0 && errno != ENOENT) return errno;
  if (mkdir(p->folder, 0700) != 0 && errno != EEXIST) return errno;
  MDB_env *env;
  int code = mdb_env_create(&env);
  if (code != 0) return code;
  code = mdb_env_open(env, p->folder, MDB_NOLOCK, 0600);
  if (code == 0) code = mdb_env_sync(env, 1);
  mdb_env_close(env);
  return code;
}

int cyn_i_lmdb_birth(const char *folder) {
  place p;
  if (!place_name(&p, folder)) return ENAMETOOLONG;
  if (access(p.file, F_OK) == 0 || errno != ENOENT) return 0;
  int code = file_make(&p);
  if (code == 0 && rename(p.new_file, p.file) != 0) code = errno;
  if (code != 0) (void)unlink(p.new_file);
  (void)rmdir(p.folder);
  return code == 0 ? cyn_i_lmdb_care_sync(folder, ".") : code;
}
