/* See sigv4.h. On the way of every signed request: two digests and one HMAC, no allocation but the arena's. The digests
 * are those of base/hash.h: OpenSSL's EVP costs as much again for requests of this size.
 * AWS page: reference_sigv-create-signed-request. */
#include "server/sigv4_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sigv4.h"

#define KEYS 64
#define SECRET_BYTES_MAX 256 /* what cyn_i_sigv4_key takes */
#define SKEW_MS (15 * 60 * 1000)

typedef struct derived_key {
  const cyn_i_signing_key *credential; /* NULL: free */
  char date[8];
  char region[32];
  size_t region_size;
  cyn_i_hmac_key key;
} derived_key;

struct cyn_i_sigv4_cache {
  derived_key keys[KEYS];
};

cyn_i_sigv4_cache *cyn_i_sigv4_cache_new(void) { return cyn_i_secret_alloc(sizeof(cyn_i_sigv4_cache)); }

void cyn_i_sigv4_cache_destroy(cyn_i_sigv4_cache *cache) { cyn_i_secret_free(cache); }

void cyn_i_sigv4_digest(cyn_bytes bytes, char out[64]) {
  uint8_t digest[32];
  cyn_i_sha256(&bytes, 1, digest);
  cyn_i_sigv4_hex(digest, sizeof digest, out);
}

/* ---- the derived key ---- */

static void derive(derived_key *slot, const cyn_i_signing_key *credential, const cyn_i_authorization *from) {
  uint8_t key[32];
  cyn_i_sigv4_key(credential->secret, from->scope_date, from->region, from->service, key);
  cyn_i_hmac_key_init(&slot->key, (cyn_bytes){(const char *)key, sizeof key});
  OPENSSL_cleanse(key, sizeof key);
  slot->credential = credential;
  memcpy(slot->date, from->scope_date.data, sizeof slot->date);
  memcpy(slot->region, from->region.data, from->region.size);
  slot->region_size = from->region.size;
}

/* The scope has been checked: its date is 8 bytes, its Region at most 32, service and terminator are the only ones. */
static const cyn_i_hmac_key *key_for(cyn_i_sigv4_cache *cache, const cyn_i_signing_key *credential,
                                     const cyn_i_authorization *from) {
  size_t hash = (size_t)(uintptr_t)credential / sizeof *credential;
  for (size_t i = 0; i < from->region.size; i++) hash = hash * 31 + (unsigned char)from->region.data[i];
  hash = hash * 31 + (unsigned char)from->scope_date.data[7];
  derived_key *slot = &cache->keys[hash % KEYS];
  bool hit = slot->credential == credential && memcmp(slot->date, from->scope_date.data, sizeof slot->date) == 0 &&
             slot->region_size == from->region.size && memcmp(slot->region, from->region.data, from->region.size) == 0;
  if (!hit) derive(slot, credential, from);
  return &slot->key;
}

/* ---- the checks, in the service's order ---- */

static int64_t digits(const char *at, int count) {
  int64_t value = 0;
  for (int i = 0; i < count; i++) value = value * 10 + (at[i] - '0');
  return value;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar; years begin in March, so that the leap day ends them. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = year / 400, year_of_era = year % 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/* 20261124T092039Z. By hand, since the C library's way costs as much as a digest. */
static bool parse_basic_time(cyn_bytes text, int64_t *out_ms) {
  static const char shape[] =
      "dddddddd"
      "T"
      "dddddd"
      "Z";
  if (text.size != sizeof shape - 1) return false;
  for (size_t i = 0; i < text.size; i++) {
    bool fits = shape[i] == 'd' ? text.data[i] >= '0' && text.data[i] <= '9' : text.data[i] == shape[i];
    if (!fits) return false;
  }
  int64_t year = digits(text.data, 4), month = digits(text.data + 4, 2), day = digits(text.data + 6, 2);
  int64_t hour = digits(text.data + 9, 2), minute = digits(text.data + 11, 2), second = digits(text.data + 13, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return false;
  *out_ms = (((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
  return true;
}

static void format_basic_time(int64_t ms, char out[20]) {
  time_t seconds = (time_t)(ms / 1000);
  struct tm parts;
  if (gmtime_r(&seconds, &parts) == NULL || strftime(out, 20, "%Y%m%dT%H%M%SZ", &parts) == 0) out[0] = '\0';
}

static cyn_status check_date(const cyn_i_sigv4_request *request, cyn_error *error) {
  const cyn_i_authorization *from = request->authorization;
  int64_t date_ms = 0;
  if (!parse_basic_time(from->date, &date_ms))
    return cyn_i_error_setf(
        error, CYN_E_INCOMPLETE_SIGNATURE,
        "Date must be in ISO-8601 'basic format'. Got '%.*s'. See http://en.wikipedia.org/wiki/ISO_8601",
        (int)from->date.size, from->date.data);
  int64_t life_ms = SKEW_MS;
  if (from->is_query && from->expires.size != 0 && from->expires.size < 8) {
    int64_t seconds = 0;
    for (size_t i = 0; i < from->expires.size && from->expires.data[i] >= '0' && from->expires.data[i] <= '9'; i++)
      seconds = seconds * 10 + (from->expires.data[i] - '0');
    if (seconds > 0 && seconds <= 604800) life_ms = seconds * 1000;
  }
  if (date_ms >= request->now_ms - life_ms && date_ms <= request->now_ms + SKEW_MS) return CYN_OK;
  char now[20], limit[20];
  format_basic_time(request->now_ms, now);
  if (date_ms < request->now_ms - life_ms) {
    format_basic_time(request->now_ms - life_ms, limit);
    return cyn_i_error_setf(error, CYN_E_INVALID_SIGNATURE,
                            "Signature expired: %.*s is now earlier than %s (%s - %d min.)", (int)from->date.size,
                            from->date.data, limit, now, (int)(life_ms / 60000));
  }
  format_basic_time(request->now_ms + SKEW_MS, limit);
  return cyn_i_error_setf(error, CYN_E_INVALID_SIGNATURE,
                          "Signature not yet current: %.*s is still later than %s (%s + 15 min.)", (int)from->date.size,
                          from->date.data, limit, now);
}

static bool signs_host(cyn_bytes signed_headers) {
  cyn_bytes left = signed_headers;
  for (;;) {
    const char *stop = left.size != 0 ? memchr(left.data, ';', left.size) : NULL;
    cyn_bytes name = {left.data, stop != NULL ? (size_t)(stop - left.data) : left.size};
    if (cyn_i_sigv4_same_name(name, cyn_str("host"))) return true;
    if (stop == NULL) return false;
    left = (cyn_bytes){stop + 1, left.size - name.size - 1};
  }
}

static bool is_region(cyn_bytes region) {
  if (region.size < 2 || region.size > 32) return false;
  for (size_t i = 0; i < region.size; i++) {
    char c = region.data[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static void put_format(cyn_i_buf *out, const char *before, cyn_bytes value, const char *after) {
  cyn_i_buf_text(out, before);
  cyn_i_buf_append(out, value.data, value.size);
  cyn_i_buf_text(out, after);
}

static cyn_status check_scope(const cyn_i_sigv4_request *request, cyn_error *error) {
  const cyn_i_authorization *from = request->authorization;
  cyn_bytes day = {from->date.data, 8};
  bool region_fits = is_region(from->region), service_fits = is_text(from->service, "dynamodb");
  bool terminator_fits = is_text(from->terminator, "aws4_request");
  bool date_fits = from->scope_date.size == 8 && memcmp(from->scope_date.data, day.data, 8) == 0;
  if (region_fits && service_fits && terminator_fits && date_fits) return CYN_OK;
  cyn_i_buf text;
  cyn_i_buf_init(&text, request->arena);
  if (!region_fits) put_format(&text, "Credential should be scoped to a valid region, not '", from->region, "'. ");
  if (!service_fits) cyn_i_buf_text(&text, "Credential should be scoped to correct service: 'dynamodb'. ");
  if (!terminator_fits)
    put_format(&text, "Credential should be scoped with a valid terminator: 'aws4_request', not '", from->terminator,
               "'. ");
  if (!date_fits) {
    put_format(&text, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '",
               from->scope_date, "' != '");
    put_format(&text, "", day, "', from '");
    put_format(&text, "", from->date, "'.");
  }
  if (text.failed) return cyn_i_error_no_memory(error);
  return cyn_i_error_set_bytes(error, CYN_E_INVALID_SIGNATURE, (cyn_bytes){(char *)text.data, text.size});
}

static cyn_status check_form(const cyn_i_sigv4_request *request, cyn_error *error) {
  const cyn_i_authorization *from = request->authorization;
  cyn_status status = check_date(request, error);
  if (status != CYN_OK) return status;
  if (!signs_host(from->signed_headers))
    return cyn_i_error_set(error, CYN_E_INVALID_SIGNATURE, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  if (!is_text(from->algorithm, "AWS4-HMAC-SHA256"))
    return cyn_i_error_setf(error, CYN_E_INCOMPLETE_SIGNATURE,
                            "Unsupported AWS 'algorithm': '%.*s' (only AWS4-HMAC-SHA256 for now). ",
                            (int)from->algorithm.size, from->algorithm.data);
  if (from->part_count != 5)
    return cyn_i_error_setf(
        error, CYN_E_INCOMPLETE_SIGNATURE,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%.*s'",
        (int)from->credential.size, from->credential.data);
  return check_scope(request, error);
}

static bool signature_matches(cyn_i_sigv4_cache *cache, const cyn_i_sigv4_request *request,
                              const cyn_i_signing_key *credential) {
  const cyn_i_authorization *from = request->authorization;
  cyn_bytes canonical = cyn_i_sigv4_canonical(request);
  if (canonical.data == NULL || credential->secret.size > SECRET_BYTES_MAX) return false;
  char digest[64], hex[64];
  cyn_i_sigv4_digest(canonical, digest);
  const cyn_bytes text[] = {cyn_str("AWS4-HMAC-SHA256\n"), from->date,
                            cyn_str("\n"),                 from->scope_date,
                            cyn_str("/"),                  from->region,
                            cyn_str("/dynamodb/aws4_request\n"), {digest, sizeof digest}};
  uint8_t expected[32];
  cyn_i_hmac_sha256(key_for(cache, credential, from), text, sizeof text / sizeof text[0], expected);
  cyn_i_sigv4_hex(expected, sizeof expected, hex);
  return from->signature.size == sizeof hex && CRYPTO_memcmp(hex, from->signature.data, sizeof hex) == 0;
}

static bool token_matches(const cyn_i_signing_key *credential, cyn_bytes token) {
  return credential->token.size == token.size &&
         (token.size == 0 || CRYPTO_memcmp(credential->token.data, token.data, token.size) == 0);
}

cyn_status cyn_i_sigv4_verify(cyn_i_sigv4_cache *cache, const cyn_i_keyring *credentials,
                              const cyn_i_sigv4_request *request, const cyn_i_signing_key **out, cyn_error *error) {
  cyn_status status = check_form(request, error);
  if (status != CYN_OK) return status;
  const cyn_i_authorization *from = request->authorization;
  bool known = false, signature_fits = false;
  size_t next = 0;
  const cyn_i_signing_key *entry;
  /* one key id may stand several times, with the tokens of several sessions */
  while ((entry = cyn_i_keyring_find(credentials, from->access_key, &next)) != NULL) {
    known = true;
    if (!signature_matches(cache, request, entry)) continue;
    signature_fits = true;
    if (!token_matches(entry, from->token)) continue;
    if (entry->expires_ms != 0 && entry->expires_ms <= request->now_ms)
      return cyn_i_error_set(error, CYN_E_EXPIRED_TOKEN, "The security token included in the request is expired");
    *out = entry;
    return CYN_OK;
  }
  if (!known)
    return cyn_i_error_set(error, CYN_E_UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
  if (!signature_fits)
    return cyn_i_error_set(
        error, CYN_E_INVALID_SIGNATURE,
        "The request signature we calculated does not match the signature you provided. Check your AWS "
        "Secret Access Key and signing method. Consult the service documentation for details.");
  return cyn_i_error_set(error, CYN_E_UNRECOGNIZED_CLIENT, "The security token included in the request is invalid");
}
