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

static const struct {
  const char *name;
  size_t offset;
} symbols[] = {
    {"curl_global_init", offsetof(cyn_i_curl, global_init)},
    {"curl_easy_init", offsetof(cyn_i_curl, easy_init)},
    {"curl_easy_cleanup", offsetof(cyn_i_curl, easy_cleanup)},
    {"curl_easy_setopt", offsetof(cyn_i_curl, easy_setopt)},
    {"curl_easy_getinfo", offsetof(cyn_i_curl, easy_getinfo)},
    {"curl_easy_strerror", offsetof(cyn_i_curl, easy_strerror)},
    {"curl_multi_init", offsetof(cyn_i_curl, multi_init)},
    {"curl_multi_cleanup", offsetof(cyn_i_curl, multi_cleanup)},
    {"curl_multi_setopt", offsetof(cyn_i_curl, multi_setopt)},
    {"curl_multi_add_handle", offsetof(cyn_i_curl, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(cyn_i_curl, multi_remove_handle)},
    {"curl_multi_perform", offsetof(cyn_i_curl, multi_perform)},
    {"curl_multi_poll", offsetof(cyn_i_curl, multi_poll)},
    {"curl_multi_wakeup", offsetof(cyn_i_curl, multi_wakeup)},
    {"curl_multi_info_read", offsetof(cyn_i_curl, multi_info_read)},
};

static cyn_status load(cyn_error *error) {
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && library == NULL; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    return cyn_i_error_set(error, CYN_E_USAGE,
                           "http:, https: and aws: databases need libcurl (libcurl.so.4): apt-get install libcurl4");
  cyn_i_curl found;
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    void *symbol = dlsym(library, symbols[i].name);
    if (symbol == NULL)
      return cyn_i_error_setf(error, CYN_E_USAGE, "this libcurl is too old, it has no %s: 7.68 or newer is needed",
                              symbols[i].name);
    memcpy((char *)&found + symbols[i].offset, &symbol, sizeof symbol);
  }
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
