/* Making a store's file small: LMDB writes a copy without free pages beside it, which is synced and takes the old file's
 * name in one step, so that whatever happens one of the two whole files is there.
 *
 * LMDB follows pages without looking, so the page reader goes over a closed file first, and a damaged one is left alone. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "store/lmdb/care_private.h"

#define NEW_FOLDER "compact.new"

typedef struct place {
  char path[CYN_LMDB_PATH_MAX];       /* of the store */
  char folder[CYN_LMDB_PATH_MAX + 32]; /* of the new file */
  char file[CYN_LMDB_PATH_MAX + 32], new_file[CYN_LMDB_PATH_MAX + 48];
} place;

static bool place_make(place *p, cyn_bytes path, cyn_error *error) {
  if (!cyn_i_lmdb_care_path(path, p->path, error)) return false;
  (void)snprintf(p->folder, sizeof p->folder, "%s/" NEW_FOLDER, p->path);
  (void)snprintf(p->file, sizeof p->file, "%s/data.mdb", p->path);
  (void)snprintf(p->new_file, sizeof p->new_file, "%s/data.mdb", p->folder);
  return true;
}

static void place_clean_up(const place *p) {
  (void)unlink(p->new_file);
  (void)rmdir(p->folder);
}

void cyn_i_lmdb_compact_clean_up(const char *path) {
  place p;
  if (place_make(&p, cyn_str(path), NULL)) place_clean_up(&p);
}

static uint64_t file_bytes(const char *name) {
  struct stat file;
  return stat(name, &file) == 0 ? (uint64_t)file.st_size : 0;
}

static int write_new(const place *p, MDB_env *env) {
  place_clean_up(p); /* of a run that was ended */
  if (mkdir(p->folder, 0700) != 0) return errno;
  int code = mdb_env_copy2(env, p->folder, MDB_CP_COMPACT);
  if (code == 0 && chmod(p->new_file, 0600) != 0) code = errno; /* LMDB leaves that to the umask */
  return code == 0 ? cyn_i_lmdb_care_sync(p->folder, "data.mdb") : code;
}

/* The file changes its name; then the name is made to last. */
static int put_in_place(const place *p) {
  if (rename(p->new_file, p->file) != 0) return errno;
  (void)rmdir(p->folder);
  return cyn_i_lmdb_care_sync(p->path, ".");
}

static cyn_status fault(const place *p, int code, cyn_error *error) {
  if (code == 0) return CYN_OK;
  return cyn_i_error_setf(error, cyn_i_lmdb_error_kind(code),
                          "Cannot compact the store %s: %s. It is as it was.", p->path, mdb_strerror(code));
}

/* ---- closed ---- */

typedef struct first_fault {
  char text[400];
} first_fault;

static void keep_first(void *user, const char *text) {
  first_fault *first = user;
  if (first->text[0] == '\0') (void)snprintf(first->text, sizeof first->text, "%s", text);
}

/* The check locks for itself; what was locked here a moment ago stays so but for that moment. */
cyn_status cyn_i_lmdb_care_sound(const char *path, cyn_error *error) {
  cyn_i_store_check *check;
  first_fault first = {""};
  cyn_i_faults faults = {.fault = keep_first, .user = &first};
  cyn_status status = cyn_i_store_check_open(cyn_str(path), &check, error);
  if (status != CYN_OK) return status;
  status = cyn_i_store_check_structure(check, &faults, error);
  cyn_i_store_check_close(check);
  if (status != CYN_OK || faults.count == 0) return status;
  return cyn_i_error_setf(error, CYN_E_STORE, "The store %s is damaged and was left as it is: %s. See cynamo check.", path,
                          first.text);
}

static cyn_status compact_closed(const place *p, uint64_t *saved_bytes, cyn_error *error) {
  int lock_fd;
  cyn_status status = cyn_i_lmdb_care_lock(p->path, &lock_fd, error);
  if (status == CYN_E_STORE_LOCKED) {
    cyn_error_clean_up(error);
    return cyn_i_lmdb_request_compact(p->path, saved_bytes, error);
  }
  if (status != CYN_OK) return status;
  cyn_i_lmdb_owner_unlock(lock_fd);
  status = cyn_i_lmdb_care_sound(p->path, error);
  if (status == CYN_OK) status = cyn_i_lmdb_care_lock(p->path, &lock_fd, error);
  if (status != CYN_OK) return status;
  MDB_env *env;
  int code = cyn_i_lmdb_care_env(p->path, MDB_RDONLY, &env);
  if (code == 0) {
    code = write_new(p, env);
    mdb_env_close(env);
    if (code == 0) code = put_in_place(p);
  }
  if (code != 0) place_clean_up(p);
  cyn_i_lmdb_owner_unlock(lock_fd);
  return fault(p, code, error);
}

/* ---- open in this process ---- */

/* With `writer` held: no commit comes in between. Views are let go for the moment of the exchange. */
static int exchange(cyn_i_lmdb_store *store, const place *p) {
  int code = EAGAIN; /* a view that does not end */
  if (cyn_i_lmdb_views_pause(store)) {
    cyn_i_lmdb_env_close(store);
    code = put_in_place(p);
    /* whichever file has the name now; a store that cannot be opened is tried again with the next write */
    if (cyn_i_lmdb_env_open(store, NULL) != CYN_OK) {
      store->broken = true;
      if (code == 0) code = EIO;
    }
  }
  cyn_i_lmdb_views_resume(store);
  return code;
}

static cyn_status compact_open(cyn_i_lmdb_store *store, const place *p, cyn_error *error) {
  pthread_mutex_lock(&store->writer);
  int code = EROFS;
  if (!store->read_only) code = store->broken && !cyn_i_lmdb_env_reopen(store) ? MDB_PANIC : write_new(p, store->env);
  if (code == 0) code = exchange(store, p);
  if (code != 0) place_clean_up(p);
  pthread_mutex_unlock(&store->writer);
  return fault(p, code, error);
}

cyn_status cyn_i_store_compact(cyn_bytes path, uint64_t *saved_bytes, cyn_error *error) {
  place p;
  *saved_bytes = 0;
  if (!place_make(&p, path, error)) return CYN_E_STORE;
  uint64_t before = file_bytes(p.file);
  cyn_i_store *here = cyn_i_lmdb_store_here(p.path);
  cyn_status status;
  if (here != NULL) {
    status = compact_open(cyn_i_lmdb_of(here), &p, error);
    cyn_i_store_close(here);
  } else {
    status = compact_closed(&p, saved_bytes, error);
  }
  uint64_t after = file_bytes(p.file);
  if (status == CYN_OK && *saved_bytes == 0 && after < before) *saved_bytes = before - after;
  return status;
}
