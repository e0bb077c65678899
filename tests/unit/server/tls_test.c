/* TLS with a certificate made at start and with one from files; a client speaks through OpenSSL. */
#include <signal.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "harness.h"
#include "server/server_private.h"

static harness h;

/* Sends the text and reads one answer into h.answer; true when the handshake succeeds. */
static bool exchange(const char *text, int version) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  SSL *ssl = SSL_new(context);
  signal(SIGPIPE, SIG_IGN);
  int fd = harness_connect(&h);
  bool fine = SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1;
  h.answer_size = 0;
  if (fine && SSL_write(ssl, text, (int)strlen(text)) > 0) {
    size_t wanted = strlen(text) > 100000 ? 330000 : 1;
    while (h.answer_size < wanted) {
      int n = SSL_read(ssl, h.answer + h.answer_size, (int)(sizeof h.answer - 1 - h.answer_size));
      if (n <= 0) break;
      h.answer_size += (size_t)n;
    }
  }
  h.answer[h.answer_size] = '\0';
  SSL_free(ssl);
  SSL_CTX_free(context);
  close(fd);
  return fine;
}

TEST(self_signed) {
  cyn_server_options options = harness_options();
  options.tls = true;
  REQUIRE(harness_start(&h, &options));
  CHECK(strncmp(cyn_server_url(h.server), "https://", 8) == 0);
  CHECK(exchange("GET / HTTP/1.1\r\n\r\n", TLS1_3_VERSION));
  CHECK_INT(harness_status(&h), 200);
  CHECK(exchange("GET / HTTP/1.1\r\n\r\n", TLS1_2_VERSION));
  CHECK_INT(harness_status(&h), 200);
  CHECK(!exchange("GET / HTTP/1.1\r\n\r\n", TLS1_1_VERSION));
  harness_stop(&h);
}

/* Larger than any TLS record, both ways. */
TEST(large_requests_and_answers) {
  cyn_server_options options = harness_options();
  options.tls = true;
  REQUIRE(harness_start(&h, &options));
  size_t count = 1500, room = count * 450, size = 0;
  char *text = malloc(room);
  for (size_t i = 0; i < count; i++)
    size += (size_t)snprintf(text + size, room - size, "%s", harness_post("ListTables", "{}", ""));
  CHECK(exchange(text, TLS1_3_VERSION));
  CHECK(h.answer_size >= 330000);
  free(text);
  harness_stop(&h);
}

/* Head and body in a record each, as many clients send them; then silence, in which the buffers of the connection are given
 * back, and one more. */
TEST(records_apart_and_a_rest) {
  cyn_server_options options = harness_options();
  options.tls = true;
  REQUIRE(harness_start(&h, &options));
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL *ssl = SSL_new(context);
  int fd = harness_connect(&h);
  REQUIRE(SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1);
  const char *text = harness_post("ListTables", "{}", "");
  int size = (int)strlen(text), head = size - 2;
  for (int round = 0; round < 2; round++) {
    CHECK(SSL_write(ssl, text, head) == head && SSL_write(ssl, text + head, size - head) == size - head);
    int n = SSL_read(ssl, h.answer, sizeof h.answer - 1);
    h.answer[n > 0 ? n : 0] = '\0';
    CHECK_INT(harness_status(&h), 200);
    if (round == 0) usleep(1700000); /* longer than until the second tick after REST_MS */
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  close(fd);
  harness_stop(&h);
}

TEST(plain_requests_to_a_tls_port_end) {
  cyn_server_options options = harness_options();
  options.tls = true;
  REQUIRE(harness_start(&h, &options));
  int fd = harness_connect(&h);
  CHECK(harness_send(fd, "GET / HTTP/1.1\r\n\r\n", 18));
  (void)harness_receive(&h, fd, 1, 2000);
  CHECK_INT(harness_status(&h), 0);
  close(fd);
  int silent = harness_connect(&h);
  CHECK(exchange("GET / HTTP/1.1\r\n\r\n", TLS1_3_VERSION));
  close(silent);
  harness_stop(&h);
}

/* Nothing there yet is no failure; the end of the stream and a peer that is gone are, and raise no signal. */
TEST(a_socket_without_a_client) {
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  SSL_CTX *context = NULL;
  int ends[2];
  options.tls = true;
  REQUIRE(cyn_i_tls_context(&options, &context, NULL) == CYN_OK);
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  SSL *ssl = cyn_i_tls_accept(context, ends[0]);
  REQUIRE(ssl != NULL);
  CHECK_INT(SSL_get_error(ssl, SSL_do_handshake(ssl)), SSL_ERROR_WANT_READ);
  char byte = 'x';
  signal(SIGPIPE, SIG_DFL);
  close(ends[1]);
  CHECK(SSL_get_error(ssl, SSL_do_handshake(ssl)) != SSL_ERROR_WANT_READ);
  CHECK(BIO_eof(SSL_get_rbio(ssl)) == 1);
  CHECK(BIO_write(SSL_get_wbio(ssl), &byte, 1) < 0);
  CHECK(BIO_should_retry(SSL_get_wbio(ssl)) == 0);
  SSL_free(ssl);
  close(ends[0]);
  cyn_i_tls_free(context);
}

/* A socket that is full: the BIO says to try again. */
TEST(a_socket_that_is_full) {
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  SSL_CTX *context = NULL;
  static char bytes[65536];
  int ends[2], n;
  options.tls = true;
  REQUIRE(cyn_i_tls_context(&options, &context, NULL) == CYN_OK);
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  SSL *ssl = cyn_i_tls_accept(context, ends[0]);
  REQUIRE(ssl != NULL);
  BIO *bio = SSL_get_wbio(ssl);
  do n = BIO_write(bio, bytes, sizeof bytes);
  while (n > 0);
  CHECK(n < 0 && BIO_should_write(bio) != 0 && BIO_should_retry(bio) != 0);
  SSL_free(ssl);
  close(ends[0]);
  close(ends[1]);
  cyn_i_tls_free(context);
}

/* The self-signed certificate and its key, written to files and used from there. */
static bool write_files(const char *certificate_path, const char *key_path) {
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  SSL_CTX *context = NULL;
  options.tls = true;
  if (cyn_i_tls_context(&options, &context, NULL) != CYN_OK) return false;
  FILE *certificate = fopen(certificate_path, "w"), *key = fopen(key_path, "w");
  bool fine = certificate != NULL && key != NULL &&
              PEM_write_X509(certificate, SSL_CTX_get0_certificate(context)) == 1 &&
              PEM_write_PrivateKey(key, SSL_CTX_get0_privatekey(context), NULL, NULL, 0, NULL, NULL) == 1;
  if (certificate != NULL) fclose(certificate);
  if (key != NULL) fclose(key);
  cyn_i_tls_free(context);
  return fine;
}

TEST(certificate_files) {
  char certificate[64], key[64], other[64], other_key[64];
  snprintf(certificate, sizeof certificate, "/tmp/cynamo-tls-%d.crt", (int)getpid());
  snprintf(key, sizeof key, "/tmp/cynamo-tls-%d.key", (int)getpid());
  snprintf(other, sizeof other, "/tmp/cynamo-tls-%d.crt2", (int)getpid());
  snprintf(other_key, sizeof other_key, "/tmp/cynamo-tls-%d.key2", (int)getpid());
  REQUIRE(write_files(certificate, key) && write_files(other, other_key));
  cyn_server_options options = harness_options();
  options.tls_certificate_file = cyn_str(certificate);
  options.tls_key_file = cyn_str(key);
  options.tls_ca_file = cyn_str(other);
  REQUIRE(harness_start(&h, &options));
  CHECK(exchange("GET / HTTP/1.1\r\n\r\n", TLS1_3_VERSION));
  CHECK_INT(harness_status(&h), 200);
  harness_stop(&h);
  SSL_CTX *context = NULL;
  options.tls_key_file = cyn_str(other_key);
  CHECK(cyn_i_tls_context(&options, &context, &h.error) != CYN_OK);
  CHECK(strstr(h.error.message, "key file ") == h.error.message);
  options.tls_key_file = cyn_str(key);
  options.tls_ca_file = cyn_str(key);
  CHECK(cyn_i_tls_context(&options, &context, &h.error) != CYN_OK);
  CHECK(strstr(h.error.message, " holds no certificate") != NULL);
  cyn_error_clean_up(&h.error);
  const char *paths[] = {certificate, key, other, other_key};
  for (int i = 0; i < 4; i++) unlink(paths[i]);
}
