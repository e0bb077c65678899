/* Signatures against the published suite and botocore (tests/golden/sigv4.tsv, made by make_sigv4.py). */
#include "client/sigv4_sign.h"

#include <stdlib.h>

#include "base/sigv4.h"
#include "test.h"

enum { NAME, METHOD, PATH, QUERY, HEADERS, BODY, TIME, REGION, SERVICE, KEY, SECRET, TOKEN, AUTHORIZATION, FIELDS };

static void unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from != '\0'; from++) {
    char c = *from;
    if (c == '\\') {
      from++;
      c = *from == 't' ? '\t' : *from == 'n' ? '\n' : '\\';
    }
    *to++ = c;
  }
  *to = '\0';
}

static bool split(char *line, char *fields[FIELDS]) {
  for (int i = 0; i < FIELDS; i++) {
    fields[i] = line;
    char *end = strpbrk(line, "\t\n");
    if (end == NULL) return false;
    *end = '\0';
    line = end + 1;
    unescape(fields[i]);
  }
  return true;
}

static size_t split_headers(char *text, cyn_i_signed_header headers[16]) {
  size_t count = 0;
  for (char *save, *part = strtok_r(text, "|", &save); part != NULL && count < 16; part = strtok_r(NULL, "|", &save)) {
    char *colon = strchr(part, ':');
    *colon = '\0';
    headers[count++] = (cyn_i_signed_header){part, cyn_str(colon + 1)};
  }
  return count;
}

static void check_row(cyn_i_signer *signer, char *fields[FIELDS]) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_signed_header headers[16];
  const cyn_i_credentials credentials = {.access_key_id = cyn_str(fields[KEY]), .secret_access_key = cyn_str(fields[SECRET]),
                                         .session_token = cyn_str(fields[TOKEN])};
  size_t count = split_headers(fields[HEADERS], headers);
  const cyn_i_sign_request request = {fields[METHOD], cyn_str(fields[PATH]), cyn_str(fields[QUERY]), headers, count,
                                      cyn_str(fields[BODY]), fields[TIME], cyn_str(fields[REGION]), fields[SERVICE],
                                      &credentials};
  for (int i = 0; i < 2; i++) { /* the second time with the kept key */
    cyn_bytes out = {NULL, 0};
    CHECK_INT(cyn_i_sign(signer, &request, &arena, &out, NULL), CYN_OK);
    bool same = out.size == strlen(fields[AUTHORIZATION]) && memcmp(out.data, fields[AUTHORIZATION], out.size) == 0;
    if (!same)
      test_failed(__FILE__, __LINE__, "%s:\n%.*s\n%s", fields[NAME], (int)out.size, out.data, fields[AUTHORIZATION]);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(golden_signatures) {
  FILE *file = fopen(CYN_SOURCE_DIR "/tests/golden/sigv4.tsv", "r");
  REQUIRE(file != NULL);
  cyn_i_signer *signer = cyn_i_signer_new();
  char *line = NULL, *fields[FIELDS];
  size_t room = 0, rows = 0;
  while (getline(&line, &room, file) > 0) {
    REQUIRE(split(line, fields));
    check_row(signer, fields);
    rows++;
  }
  CHECK(rows >= 50);
  free(line);
  fclose(file);
  cyn_i_signer_destroy(signer);
}

TEST(without_a_signer_nothing_is_kept_and_all_is_the_same) {
  FILE *file = fopen(CYN_SOURCE_DIR "/tests/golden/sigv4.tsv", "r");
  REQUIRE(file != NULL);
  char *line = NULL, *fields[FIELDS];
  size_t room = 0;
  if (getline(&line, &room, file) > 0 && split(line, fields)) check_row(NULL, fields);
  free(line);
  fclose(file);
}

TEST(a_region_that_is_too_long) {
  char region[300];
  memset(region, 'a', sizeof region);
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_i_credentials credentials = {.access_key_id = cyn_str("a"), .secret_access_key = cyn_str("b")};
  const cyn_i_sign_request request = {.method = "POST", .time = "20260131T120000Z", .region = {region, sizeof region},
                                      .service = "dynamodb", .credentials = &credentials};
  cyn_bytes out;
  CHECK(cyn_i_sign(NULL, &request, &arena, &out, NULL) != CYN_OK);
  cyn_i_arena_clean_up(&arena);
}
