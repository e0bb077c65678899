#include "server/origin.h"

#include "test.h"

static bool allow(const char *list, const char *origin, const char *site, bool is_get) {
  cyn_i_origins origins;
  if (!cyn_i_origins_init(&origins, cyn_str(list))) return false;
  bool out = cyn_i_origins_allow(&origins, cyn_str(origin), cyn_str(site), is_get);
  cyn_i_origins_clean_up(&origins);
  return out;
}

TEST(no_browser_is_let_in) {
  CHECK(allow(NULL, NULL, NULL, false));
  CHECK(allow("", NULL, NULL, true));
}

TEST(a_page_needs_its_origin_in_the_list) {
  CHECK(!allow(NULL, "http://evil", NULL, false));
  CHECK(!allow(NULL, "null", NULL, false));
  CHECK(allow("*", "http://evil", "cross-site", false));
  CHECK(allow("https://a, http://b:3000", "http://b:3000", "cross-site", false));
  CHECK(allow("http://B", "HTTP://b", NULL, false));
  CHECK(!allow("http://b:3000", "http://b:3001", NULL, false));
  CHECK(!allow("http://b", "http://bc", NULL, false));
  CHECK(!allow("http://b", "http://b.evil", NULL, false));
  CHECK(!allow("https://b", "http://b", NULL, false));
}

TEST(a_host_stands_for_its_schemes_and_ports) {
  CHECK(allow("b.example", "https://b.example", NULL, false));
  CHECK(allow("b.example", "http://b.example:8080", NULL, false));
  CHECK(allow("b.example:8080", "http://b.example:8080", NULL, false));
  CHECK(!allow("b.example:8080", "http://b.example:8081", NULL, false));
  CHECK(!allow("example", "http://b.example", NULL, false));
  CHECK(!allow("b.example", "b.example.evil", NULL, false));
  CHECK(!allow("b.example", "http://c.example", NULL, false));
  CHECK(!allow("ftp://b.example", "http://b.example", NULL, false));
  CHECK(allow(" ,, b.example , c", "http://b.example", NULL, false));
  CHECK(!allow(" , ", "http://", NULL, false));
}

/* A name rebound to this machine sends no Origin with GET, but says where the request comes from. */
TEST(rebound_names_are_refused) {
  CHECK(!allow(NULL, NULL, "same-origin", true));
  CHECK(!allow("http://b", NULL, "same-origin", false));
  CHECK(allow(NULL, NULL, "none", true));
  CHECK(!allow(NULL, NULL, "none", false));
  CHECK(!allow(NULL, NULL, "nona", true));
  CHECK(!allow(NULL, NULL, "cross-site", true));
  CHECK(!allow("localhost", "http://localhost.evil.example", "same-origin", true));
}
