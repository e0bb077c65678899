/* The mapper from C++20: the same macros at work, not only compiled. Built, run and compared by macros_test.c. */
#include <cynamo/cynamo.h>

#include <cstdio>
#include <cstring>

enum class color : int { RED, GREEN };
static const char *const color_names[] = {"red", "green"};

struct address {
  const char *city;
  int zip;
};
struct post {
  const char *forum, *subject;
  int64_t views;
  bool pinned;
  cyn_time last_post;
  cyn_string_set tags;
  address home;
  color paint;
  CYN_LIST_OF(const char *) names;
  CYN_LIST_OF(color) colors;
  uint32_t version;
  char id[8];
};

CYN_STRUCT(address, CYN_ATTR(city), CYN_ATTR(zip, .nullable = true));
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(subject), CYN_ATTR(views, .default_text = "4"),
          CYN_ATTR(pinned), CYN_ATTR(last_post, .name = "LastPost", .nullable = true), CYN_ATTR(tags), CYN_MAP(home, address),
          CYN_ENUM(paint, color_names), CYN_LIST(names, .nullable = true), CYN_ENUM_LIST(colors, color_names, .nullable = true),
          CYN_VERSION_ATTR(version), CYN_ATTR(id), CYN_GSI_KEYS("by_id", (id, views), (forum, subject)));

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  post p;
  cyn_status status = cyn_create_model(db, post, cyn_table(.wait = true), e);
  if (status == CYN_OK) status = cyn_init(post, &p, e);
  if (status != CYN_OK) return status;
  color colors[] = {color::GREEN, color::RED};
  p.forum = "f";
  p.subject = "s";
  p.home = {"Bern", 3000};
  p.paint = color::GREEN;
  p.last_post = cyn_time_now();
  p.colors.at = colors;
  p.colors.count = 2;
  std::memcpy(p.id, "x", 2);
  if ((status = cyn_save(db, post, &p, cyn_if("attribute_not_exists(forum)"), e))) return status;
  auto condition = cyn_expr("views < ? AND pinned = ?", 9, false);
  status = cyn_update(db, post, &p, cyn_expr("SET views = views + ?, home.city = ?", 1, "Basel"),
                      cyn_write(.condition = condition), memory, e);
  if (status != CYN_OK) return status;

  post q{};
  if ((status = cyn_get(db, post, &q, cyn_keys("f", "s"), cyn_read(.consistent = true), memory, e))) return status;
  std::printf("%s %d %s %u %d %zu\n", q.home.city, static_cast<int>(q.views), color_names[static_cast<int>(q.paint)], q.version,
              static_cast<int>(q.colors.at[0]), q.colors.count);
  cyn_cursor *c = cyn_find(db, post, cyn_expr("id = ? AND views = ? AND forum = ?", "x", 5, "f"), cyn_read(.index = "by_id"), e);
  while (cyn_next(c, post, &q)) std::printf("found %s\n", q.subject);
  if ((status = cyn_cursor_close(c, e))) return status;
  bool found[1];
  cyn_wanted wanted[] = {cyn_want(post, &p, 1, found)};
  if ((status = cyn_get_wanted(db, wanted, 1, nullptr, memory, e))) return status;
  std::printf("%s\n", found[0] ? "there" : "not there");
  return CYN_OK;
}

int main() {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = nullptr;
  cyn_memory *memory = cyn_memory_new();
  cyn_status status = cyn_open("memory:", nullptr, &db, &error);
  if (status == CYN_OK) status = work(db, memory, &error);
  if (status != CYN_OK) std::printf("%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
