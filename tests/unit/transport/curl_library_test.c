/* libcurl is there, whole, and loaded once. */
#include "test.h"
#include "transport/curl_library.h"

TEST(all_functions_are_found) {
  const cyn_i_curl *curl = NULL, *again = NULL;
  CHECK_INT(cyn_i_curl_load(&curl, NULL), CYN_OK);
  CHECK_INT(cyn_i_curl_load(&again, NULL), CYN_OK);
  CHECK(curl == again);
  void *const *functions = (void *const *)curl;
  for (size_t i = 0; i < sizeof *curl / sizeof(void *); i++) CHECK(functions[i] != NULL);
}
