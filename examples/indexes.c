/* Indexes: declared with the model, created with its table, queried by their name.   indexes [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

typedef struct score {
  const char *player, *game;
  int points;
  cyn_time when;
} score;

CYN_MODEL(score, CYN_TABLE("Score"), CYN_HASH_KEY(player), CYN_RANGE_KEY(game), CYN_ATTR(points), CYN_ATTR(when),
          CYN_GSI("by_game", game, points),
          CYN_GSI_HASH("by_points", points, .keys_only = true),
          CYN_GSI_KEYS("by_game_and_points", (game, points), (player, when)), /* several attributes in each key */
          CYN_LSI("latest", when, .include = "points"));

static cyn_status work(cyn_db *db, cyn_memory *memory, cyn_error *e) {
  static const struct {
    const char *player, *game;
    int points;
  } all[] = {{"ann", "chess", 31}, {"bob", "chess", 12}, {"cid", "chess", 45}, {"ann", "go", 7}, {"bob", "go", 12}, {"ann", "shogi", 9}};
  cyn_status status = cyn_create_model(db, score, cyn_table(.wait = true, .ignore_existing = true), e);
  for (size_t i = 0; status == CYN_OK && i < sizeof all / sizeof all[0]; i++) {
    score s = {all[i].player, all[i].game, all[i].points, cyn_time_from_seconds(1000000 - (int64_t)i)};
    status = cyn_save(db, score, &s, NULL, e);
  }
  if (status != CYN_OK) return status;
  (void)memory;

  score s;
  cyn_cursor *c = cyn_find(db, score, cyn_expr("game = ? AND points > ?", "chess", 20), cyn_read(.index = "by_game", .backward = true), e);
  while (cyn_next(c, score, &s)) printf("%s %d\n", s.player, s.points);
  if ((status = cyn_cursor_close(c, e))) return status;

  int64_t twelve;
  if ((status = cyn_count(db, score, cyn_expr("points = ?", 12), cyn_read(.index = "by_points"), &twelve, e))) return status;
  printf("%lld with 12 points\n", (long long)twelve);

  c = cyn_find(db, score, cyn_expr("game = ? AND points = ? AND begins_with(player, ?)", "go", 12, "b"),
               cyn_read(.index = "by_game_and_points"), e);
  while (cyn_next(c, score, &s)) printf("%s: 12 points at go\n", s.player);
  if ((status = cyn_cursor_close(c, e))) return status;

  c = cyn_find(db, score, cyn_expr("player = ?", "ann"), cyn_read(.index = "latest", .backward = true, .limit = 2), e);
  while (cyn_next(c, score, &s)) printf("ann: %s %d\n", s.game, s.points);
  if ((status = cyn_cursor_close(c, e))) return status;
  return cyn_drop_model(db, score, NULL, e);
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_memory *memory = cyn_memory_new();
  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = work(db, memory, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
