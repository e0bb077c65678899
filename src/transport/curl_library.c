/* See curl_library.h. The library stays loaded for the life of the process: its threads and TLS contexts outlive any
 * transport, and unloading it under them is not safe. */
#include "transport/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"

static pthread_mutex_t load_lock = PTHREAD_MUTEX_INITIALIZER;
static cyn_i_curl functions;
static bool is_loaded;

/* With CYN_CURL_LINKED (the wheels for Python) libcurl is a part of the library: nothing is loaded. */
#ifdef CYN_CURL_LINKED
#define LINKED(function) ((void (*)(void))(function))
#else
#define LINKED(function) NULL
#endif
#define ROW(member) {"curl_" #member, offsetof(cyn_i_curl, member), LINKED(curl_##member)}

static const struct {
  const char *name;
  size_t offset;
  void (*linked)(void);
} symbols[] = {
    ROW(global_init),       ROW(easy_init),           ROW(easy_cleanup),  ROW(easy_setopt), ROW(easy_getinfo),
    ROW(easy_strerror),     ROW(multi_init),          ROW(multi_cleanup), ROW(multi_setopt), ROW(multi_add_handle),
    ROW(multi_remove_handle), ROW(multi_perform),     ROW(multi_poll),    ROW(multi_wakeup), ROW(multi_info_read),
};

#ifdef CYN_CURL_LINKED
static cyn_status find(cyn_i_curl *found, cyn_error *error) {
  (void)error;
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
    memcpy((char *)found + symbols[i].offset, &symbols[i].linked, sizeof symbols[i].linked);
  return CYN_OK;
}
#else
static cyn_status find(cyn_i_curl *found, cyn_error *error) {
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && library == NULL; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    return cyn_i_error_set(error, CYN_E_USAGE,
                           "http:, https: and aws: databases need libcurl (libcurl.so.4): apt-get install libcurl4");
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    void *symbol = dlsym(library, symbols[i].name);
    if (symbol == NULL)
      return cyn_i_error_setf(error, CYN_E_USAGE, "this libcurl is too old, it has no %s: 7.68 or newer is needed",
                              symbols[i].name);
    memcpy((char *)found + symbols[i].offset, &symbol, sizeof symbol);
  }
  return CYN_OK;
}
#endif

static cyn_status load(cyn_error *error) {
  cyn_i_curl found;
  cyn_status status = find(&found, error);
  if (status != CYN_OK) return status;
  if (found.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return cyn_i_error_no_memory(error);
  functions = found;
  is_loaded = true;
  return CYN_OK;
}

cyn_status cyn_i_curl_load(const cyn_i_curl **out, cyn_error *error) {
  (void)pthread_mutex_lock(&load_lock);
  cyn_status status = is_loaded ? CYN_OK : load(error);
  (void)pthread_mutex_unlock(&load_lock);
  *out = &functions;
  return status;
}
