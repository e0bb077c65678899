/* See sigv4.h. HMAC is that of base/hash.h, which cannot fail: OpenSSL's one-shot HMAC takes memory and looks its
 * algorithm up anew each time, which costs more than the four blocks that are hashed here. */
#include "base/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/hash.h"

void cyn_i_sigv4_hmac(cyn_bytes key, const cyn_bytes *parts, size_t count, uint8_t out[32]) {
  cyn_i_hmac_key ready;
  cyn_i_hmac_key_init(&ready, key);
  cyn_i_hmac_sha256(&ready, parts, count, out);
  OPENSSL_cleanse(&ready, sizeof ready);
}

void cyn_i_sigv4_key(cyn_bytes secret, cyn_bytes date, cyn_bytes region, cyn_bytes service, uint8_t out[32]) {
  char first[4 + 256];
  if (secret.size > sizeof first - 4) secret.size = sizeof first - 4;
  memcpy(first, "AWS4", 4);
  if (secret.size != 0) memcpy(first + 4, secret.data, secret.size);
  const cyn_bytes steps[4] = {date, region, service, {"aws4_request", 12}};
  cyn_bytes key = {first, 4 + secret.size};
  uint8_t next[32];
  for (int i = 0; i < 4; i++) {
    cyn_i_sigv4_hmac(key, &steps[i], 1, next);
    memcpy(out, next, sizeof next);
    key = (cyn_bytes){(const char *)out, 32};
  }
  OPENSSL_cleanse(first, sizeof first);
  OPENSSL_cleanse(next, sizeof next);
}

void cyn_i_sigv4_hex(const uint8_t *bytes, size_t size, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < size; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
}

static void put_encoded(cyn_i_buf *out, cyn_bytes text) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
        c == '~') {
      cyn_i_buf_byte(out, (uint8_t)c);
    } else {
      uint8_t byte = (uint8_t)c;
      uint8_t encoded[3] = {'%', (uint8_t)digits[byte >> 4], (uint8_t)digits[byte & 15]};
      cyn_i_buf_append(out, encoded, 3);
    }
  }
}

void cyn_i_sigv4_put_path(cyn_i_buf *out, cyn_bytes path) {
  size_t start = out->size;
  const char *next = path.data, *end = path.data + path.size;
  bool slash_at_end = path.size != 0 && end[-1] == '/';
  while (next < end) {
    while (next < end && *next == '/') next++;
    const char *stop = next < end ? memchr(next, '/', (size_t)(end - next)) : NULL;
    cyn_bytes segment = {next, (size_t)((stop != NULL ? stop : end) - next)};
    next += segment.size;
    if (segment.size == 0 || (segment.size == 1 && segment.data[0] == '.')) continue;
    if (segment.size == 2 && memcmp(segment.data, "..", 2) == 0) {
      while (out->size > start && out->data[out->size - 1] != '/') out->size--;
      if (out->size > start) out->size--;
      continue;
    }
    cyn_i_buf_byte(out, '/');
    put_encoded(out, segment);
  }
  if (out->size == start || (slash_at_end && out->data[out->size - 1] != '/')) cyn_i_buf_byte(out, '/');
}

/* ---- the query ---- */

typedef struct parameter {
  cyn_bytes name, value; /* encoded */
} parameter;

static int compare_bytes(cyn_bytes a, cyn_bytes b) {
  int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_parameters(const void *a, const void *b) {
  const parameter *left = a, *right = b;
  int order = compare_bytes(left->name, right->name);
  return order != 0 ? order : compare_bytes(left->value, right->value);
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes what is percent-encoded and encodes it the canonical way. */
static cyn_bytes recoded(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, arena);
  (void)cyn_i_buf_reserve(&out, text.size + 1);
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c == '%' && i + 2 < text.size && hex_value(text.data[i + 1]) >= 0 && hex_value(text.data[i + 2]) >= 0) {
      c = (char)(hex_value(text.data[i + 1]) * 16 + hex_value(text.data[i + 2]));
      i += 2;
    }
    put_encoded(&out, (cyn_bytes){&c, 1});
  }
  return out.failed ? (cyn_bytes){NULL, 0} : (cyn_bytes){(char *)out.data, out.size};
}

static size_t count_parameters(cyn_bytes query) {
  size_t count = 1;
  for (size_t i = 0; i < query.size; i++) count += query.data[i] == '&';
  return count;
}

bool cyn_i_sigv4_put_query(cyn_i_buf *out, cyn_bytes query, cyn_i_arena *arena) {
  parameter *parameters = cyn_i_arena_zalloc(arena, count_parameters(query), sizeof *parameters);
  if (parameters == NULL) return false;
  size_t count = 0;
  const char *next = query.data, *end = query.data + query.size;
  while (next < end) {
    const char *stop = memchr(next, '&', (size_t)(end - next));
    if (stop == NULL) stop = end;
    const char *equals = memchr(next, '=', (size_t)(stop - next));
    const char *name_end = equals != NULL ? equals : stop;
    cyn_bytes name = {next, (size_t)(name_end - next)};
    cyn_bytes value = equals != NULL ? (cyn_bytes){equals + 1, (size_t)(stop - equals - 1)} : (cyn_bytes){"", 0};
    next = stop + 1;
    if (name.size == 0) continue;
    parameters[count] = (parameter){recoded(name, arena), recoded(value, arena)};
    if (parameters[count].name.data == NULL || parameters[count].value.data == NULL) return false;
    count++;
  }
  qsort(parameters, count, sizeof parameters[0], compare_parameters);
  for (size_t i = 0; i < count; i++) {
    if (i != 0) cyn_i_buf_byte(out, '&');
    cyn_i_buf_append(out, parameters[i].name.data, parameters[i].name.size);
    cyn_i_buf_byte(out, '=');
    cyn_i_buf_append(out, parameters[i].value.data, parameters[i].value.size);
  }
  return !out->failed;
}

void cyn_i_sigv4_put_value(cyn_i_buf *out, cyn_bytes value) {
  while (value.size != 0 && (value.data[0] == ' ' || value.data[0] == '\t')) value.data++, value.size--;
  while (value.size != 0 && (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t')) value.size--;
  for (size_t i = 0; i < value.size; i++)
    if (value.data[i] != ' ' || i == 0 || value.data[i - 1] != ' ') cyn_i_buf_byte(out, (uint8_t)value.data[i]);
}

/* ---- the time ---- */

static void put_digits(char *out, int64_t value, int count) {
  for (int i = count - 1; i >= 0; i--, value /= 10) out[i] = (char)('0' + value % 10);
}

/* By hand, since the C library's way costs as much as a digest. Years begin in March, so that the leap day ends them. */
void cyn_i_sigv4_time(int64_t ms, char out[17]) {
  int64_t seconds = ms / 1000, days = seconds / 86400 + 719468, rest = seconds % 86400;
  int64_t era = days / 146097, day_of_era = days % 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_of_year = (5 * day_of_year + 2) / 153;
  int64_t day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
  int64_t month = month_of_year < 10 ? month_of_year + 3 : month_of_year - 9;
  put_digits(out, era * 400 + year_of_era + (month <= 2), 4);
  put_digits(out + 4, month, 2);
  put_digits(out + 6, day, 2);
  out[8] = 'T';
  put_digits(out + 9, rest / 3600, 2);
  put_digits(out + 11, rest / 60 % 60, 2);
  put_digits(out + 13, rest % 60, 2);
  out[15] = 'Z';
  out[16] = '\0';
}
