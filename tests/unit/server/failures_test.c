/* What the server does when the system or a library does not: each call of its start, of its requests and of a ping fails
 * in turn. An error that says something, nothing left open, and the next one is served. */
#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "failing_calls.h"
#include "files.h"
#include "harness.h"
#include "server/server_private.h"

FAILING_CALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
FAILING_CALL(int, bind, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size), -1)
FAILING_CALL(int, listen, (int fd, int backlog), (fd, backlog), -1)
FAILING_CALL(int, accept4, (int fd, struct sockaddr *address, socklen_t *size, int flags), (fd, address, size, flags), -1)
FAILING_CALL(int, accept, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size), -1)
FAILING_CALL(int, getsockname, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size), -1)
FAILING_CALL(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t size), (fd, level, name, value, size), -1)
FAILING_CALL(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *size), (fd, level, name, value, size), -1)
FAILING_CALL(int, getaddrinfo, (const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out),
             (host, service, hints, out), EAI_MEMORY)
FAILING_CALL(ssize_t, recv, (int fd, void *into, size_t size, int flags), (fd, into, size, flags), -1)
FAILING_CALL(ssize_t, send, (int fd, const void *from, size_t size, int flags), (fd, from, size, flags), -1)
FAILING_CALL(int, connect, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size), -1)
FAILING_CALL(int, poll, (struct pollfd *fds, nfds_t count, int ms), (fds, count, ms), -1)
FAILING_CALL(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
             (at, size, protection, flags, fd, offset), MAP_FAILED)
FAILING_CALL(int, fstat, (int fd, struct stat *out), (fd, out), -1)
FAILING_CALL(ssize_t, read, (int fd, void *into, size_t size), (fd, into, size), -1)
FAILING_CALL(DIR *, opendir, (const char *path), (path), NULL)
FAILING_CALL(int, pthread_create, (pthread_t *out, const pthread_attr_t *attributes, void *(*run)(void *), void *user),
             (out, attributes, run, user), EAGAIN)
static int loop_init(uv_loop_t *loop) {
  static int (*next)(uv_loop_t *);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "uv_loop_init");
  failing_calls_is_inside = true; /* libuv itself leaves its epoll descriptor open when its first handle cannot be made */
  int status = next(loop);
  failing_calls_is_inside = false;
  return status;
}
int uv_loop_init(uv_loop_t *loop) { return failing_call("uv_loop_init") ? UV_ENOMEM : loop_init(loop); }
FAILING_CALL(int, uv_async_init, (uv_loop_t * loop, uv_async_t *handle, uv_async_cb run), (loop, handle, run), UV_ENOMEM)
FAILING_CALL(int, uv_check_init, (uv_loop_t * loop, uv_check_t *handle), (loop, handle), UV_ENOMEM)
FAILING_CALL(int, uv_idle_init, (uv_loop_t * loop, uv_idle_t *handle), (loop, handle), UV_ENOMEM)
FAILING_CALL(int, uv_timer_init, (uv_loop_t * loop, uv_timer_t *handle), (loop, handle), UV_ENOMEM)
FAILING_CALL(int, uv_poll_init, (uv_loop_t * loop, uv_poll_t *handle, int fd), (loop, handle, fd), UV_ENOMEM)
FAILING_CALL(int, uv_poll_start, (uv_poll_t * handle, int events, uv_poll_cb run), (handle, events, run), UV_ENOMEM)
FAILING_CALL(int, uv_check_start, (uv_check_t * handle, uv_check_cb run), (handle, run), UV_ENOMEM)
FAILING_CALL(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *method), (method), NULL)
FAILING_CALL(SSL *, SSL_new, (SSL_CTX * context), (context), NULL)
FAILING_CALL(int, SSL_set_fd, (SSL * ssl, int fd), (ssl, fd), 0)
FAILING_CALL(int, SSL_CTX_use_certificate, (SSL_CTX * context, X509 *certificate), (context, certificate), 0)
FAILING_CALL(int, SSL_CTX_use_PrivateKey, (SSL_CTX * context, EVP_PKEY *key), (context, key), 0)
FAILING_CALL(int, SSL_CTX_check_private_key, (const SSL_CTX *context), (context), 0)
FAILING_CALL(X509 *, X509_new, (void), (), NULL)
FAILING_CALL(int, X509_set_version, (X509 * certificate, long version), (certificate, version), 0)
FAILING_CALL(int, ASN1_INTEGER_set, (ASN1_INTEGER * number, long value), (number, value), 0)
FAILING_CALL(ASN1_TIME *, X509_gmtime_adj, (ASN1_TIME * time, long seconds), (time, seconds), NULL)
FAILING_CALL(int, X509_set_pubkey, (X509 * certificate, EVP_PKEY *key), (certificate, key), 0)
FAILING_CALL(int, X509_set_issuer_name, (X509 * certificate, const X509_NAME *name), (certificate, name), 0)
FAILING_CALL(int, X509_NAME_add_entry_by_txt,
             (X509_NAME * name, const char *field, int type, const unsigned char *bytes, int size, int at, int set),
             (name, field, type, bytes, size, at, set), 0)
FAILING_CALL(X509_EXTENSION *, X509V3_EXT_conf_nid, (LHASH_OF(CONF_VALUE) * conf, X509V3_CTX *context, int nid, const char *value),
             (conf, context, nid, value), NULL)
FAILING_CALL(int, X509_add_ext, (X509 * certificate, X509_EXTENSION *extension, int at), (certificate, extension, at), 0)
FAILING_CALL(int, X509_sign, (X509 * certificate, EVP_PKEY *key, const EVP_MD *digest), (certificate, key, digest), 0)
FAILING_CALL(BIO *, BIO_new_file, (const char *path, const char *mode), (path, mode), NULL)

static harness h;

static int open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  while (folder != NULL && readdir(folder) != NULL) count++;
  if (folder != NULL) (void)closedir(folder);
  return count;
}

static const char table[] =
    "{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":"
    "[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}";

static void write_files(void) {
  char path[200], command[1000];
  files_begin();
  files_write("Music.json", table);
  files_write("Music.items.jsonl", "{\"a\":{\"S\":\"1\"}}\n");
  files_write("keys", "[a]\naws_access_key_id=AK\naws_secret_access_key=SECRET\n");
  (void)snprintf(path, sizeof path, "%s/pem", files_folder);
  (void)snprintf(command, sizeof command,
                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s -out %s.cert -days 2 -subj /CN=localhost"
                 " 2>/dev/null && cat %s.cert >>%s",
                 path, path, path, path);
  if (system(command) != 0) test_failed(__FILE__, __LINE__, "openssl req");
}

static cyn_bytes file_path(const char *name, char path[200]) {
  (void)snprintf(path, 200, "%s/%s", files_folder, name);
  return cyn_str(path);
}

static bool open_database(void) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  memset(&h, 0, sizeof h);
  options.region = cyn_str("us-east-1");
  return cyn_open("memory:", &options, &h.db, &h.error) == CYN_OK;
}

/* Starts the server with each call failing once. `wanted` calls at the least are there to fail. */
static void start_with_each_failing(const cyn_server_options *options, int error_number, int wanted) {
  long n = 1;
  for (; n < 200 && !test_current_failed(); n++) {
    REQUIRE(open_database());
    int before = open_descriptors();
    failing_calls_begin(n, false, error_number);
    cyn_status status = cyn_server_start(h.db, options, &h.server, &h.error);
    const char *failed = failing_calls_end();
    if (status != CYN_OK) {
      CHECK(failed != NULL && h.server == NULL && h.error.message != NULL && h.error.message[0] != '\0');
      CHECK(status == CYN_E_USAGE || status == CYN_E_OUT_OF_MEMORY);
    } else {
      if (cyn_server_ping(cyn_server_url(h.server), 2000, &h.error) != CYN_OK)
        test_failed(__FILE__, __LINE__, "without %s: %s", failed, h.error.message);
      cyn_server_stop(h.server);
    }
    if (open_descriptors() != before) test_failed(__FILE__, __LINE__, "%s leaves a descriptor open", failed != NULL ? failed : "a start");
    cyn_db_close(h.db);
    cyn_error_clean_up(&h.error);
    if (failed == NULL) break;
  }
  if (n <= wanted) test_failed(__FILE__, __LINE__, "%ld calls only", n - 1);
}

TEST(each_call_of_a_start) {
  char keys[200], init[200], pem[200], cert[200];
  REQUIRE(harness_start(&h, NULL)); /* what libuv keeps open for the process */
  harness_stop(&h);
  write_files();
  cyn_server_options options = harness_options();
  start_with_each_failing(&options, EINVAL, 12);
  options.threads = cyn_int(2);
  options.host = cyn_str("localhost");
  options.credentials_file = file_path("keys", keys);
  start_with_each_failing(&options, EACCES, 30);
  options = harness_options();
  options.host = cyn_str("::1");
  options.tls = true;
  start_with_each_failing(&options, EADDRNOTAVAIL, 30);
  options = harness_options();
  options.tls_certificate_file = file_path("pem.cert", cert);
  options.tls_key_file = file_path("pem", pem);
  options.tls_ca_file = cert[0] != '\0' ? cyn_str(cert) : cyn_str("");
  options.init_directory = file_path("", init);
  start_with_each_failing(&options, EIO, 16);
  files_end();
}

/* ---- a server that runs ---- */

static void wait_until_idle(void) {
  for (int i = 0; i < 3000 && h.server->connections != 0; i++) usleep(1000);
  CHECK_INT(h.server->connections, 0);
  CHECK_INT(h.server->pending_bytes, 0);
  CHECK_INT(h.server->unsent_bytes, 0);
}

static void request_with_each_failing(int error_number, const char *text) {
  long n = 1;
  for (; n < 60 && !test_current_failed(); n++) {
    wait_until_idle();
    failing_calls_begin(n, true, error_number);
    const char *answer = harness_exchange(&h, text, strlen(text));
    const char *failed = failing_calls_end();
    if (answer[0] != '\0' && strncmp(answer, "HTTP/1.1 200", 12) != 0 && strncmp(answer, "HTTP/1.1 503", 12) != 0)
      test_failed(__FILE__, __LINE__, "%s: %.100s", failed, answer);
    answer = harness_call(&h, "ListTables", "{}");
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0) test_failed(__FILE__, __LINE__, "after %s: %.100s", failed, answer);
    if (failed == NULL) break;
  }
  CHECK(n > 5);
}

TEST(each_call_of_a_request) {
  REQUIRE(harness_start(&h, NULL));
  static const int numbers[] = {EINTR, ECONNRESET, EAGAIN, EMFILE, ECONNABORTED};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    char *text = strdup(harness_post("ListTables", "{}", "Connection: close\r\n"));
    request_with_each_failing(numbers[i], text);
    free(text);
  }
  harness_stop(&h);
}

/* The same over TLS, and of the side that asks. */
TEST(each_call_of_a_ping) {
  for (int tls = 0; tls < 2; tls++) {
    cyn_server_options options = harness_options();
    options.tls = tls != 0;
    REQUIRE(harness_start(&h, &options));
    CHECK_INT(cyn_server_ping(cyn_server_url(h.server), 2000, NULL), CYN_OK);
    wait_until_idle();
    usleep(50000); /* a connection may still be on its way in or out */
    const int before = open_descriptors();
    for (int elsewhere = 0; elsewhere < 2; elsewhere++)
      for (long n = 1; n < 60 && !test_current_failed(); n++) {
        wait_until_idle();
        failing_calls_begin(n, elsewhere != 0, ECONNRESET);
        cyn_status status = cyn_server_ping(cyn_server_url(h.server), 2000, &h.error);
        const char *failed = failing_calls_end();
        CHECK(status == CYN_OK || (failed != NULL && strstr(h.error.message, cyn_server_url(h.server)) != NULL));
        wait_until_idle();
        int after = open_descriptors();
        for (int i = 0; i < 3000 && after != before; i++) { /* a refused socket is closed behind its count */
          usleep(1000);
          after = open_descriptors();
        }
        CHECK_INT(after, before);
        cyn_error_clean_up(&h.error);
        CHECK_INT(cyn_server_ping(cyn_server_url(h.server), 2000, NULL), CYN_OK);
        if (failed == NULL) break;
      }
    harness_stop(&h);
  }
}
