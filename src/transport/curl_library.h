/* libcurl's functions, found at run time: a program that never opens an http: or aws: database never loads it. */
#ifndef CYN_TRANSPORT_CURL_LIBRARY_H
#define CYN_TRANSPORT_CURL_LIBRARY_H

#include <curl/curl.h>

#include <cynamo/error.h>

typedef struct cyn_i_curl {
  CURLcode (*global_init)(long flags);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *easy);
  CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
  CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
  const char *(*easy_strerror)(CURLcode code);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_cleanup)(CURLM *multi);
  CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
  CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
  CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
  CURLMcode (*multi_perform)(CURLM *multi, int *running);
  CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd extra[], unsigned extra_count, int timeout_ms, int *ready);
  CURLMcode (*multi_wakeup)(CURLM *multi);
  CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
} cyn_i_curl;

/* Loads libcurl once for the process; any thread. *out is static. CynamoUsageError: it is not installed, or too old. */
cyn_status cyn_i_curl_load(const cyn_i_curl **out, cyn_error *error);

#endif
