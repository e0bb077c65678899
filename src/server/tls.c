/* TLS: the context for a given certificate, or for one made at start and signed by itself, and a connection's end of it.
 * OpenSSL reads ahead, so a request is one read of the socket. Its record buffers are kept while a connection is busy
 * (taking them anew for each record costs as much as the record's cipher) and given back when it is idle.
 *
 * The socket is a BIO of our own: recv() and send() are cheaper than the read() and write() of OpenSSL's, which go
 * through the kernel's file layer, and send() can be told to raise no signal. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/error.h"
#include "server/server_private.h"

#define SELF_SIGNED_DAYS 825
/* As the service prefers: AES with 128 bits is the fastest of what is safe. A client that lacks it takes another. */
#define CIPHERS "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

static cyn_status tls_error(cyn_error *error, const char *what, const char *file) {
  const char *reason = ERR_reason_error_string(ERR_peek_error());
  cyn_status status =
      cyn_i_error_setf(error, CYN_E_USAGE, "%s %s: %s", what, file, reason != NULL ? reason : "not usable");
  ERR_clear_error();
  return status;
}

static bool path_of(cyn_bytes bytes, char out[4096]) {
  if (bytes.size == 0 || bytes.size >= 4096) return false;
  memcpy(out, bytes.data, bytes.size);
  out[bytes.size] = '\0';
  return true;
}

static bool add_extension(X509 *certificate, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  if (extension == NULL) return false;
  bool fine = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return fine;
}

static bool fill_certificate(X509 *certificate, EVP_PKEY *key) {
  X509_NAME *name = X509_get_subject_name(certificate);
  return X509_set_version(certificate, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), SELF_SIGNED_DAYS * 86400L) != NULL &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         add_extension(certificate, NID_basic_constraints, "CA:FALSE") &&
         add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

static cyn_status use_self_signed(SSL_CTX *context, cyn_error *error) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  bool fine = key != NULL && certificate != NULL && fill_certificate(certificate, key) &&
              SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  return fine ? CYN_OK : tls_error(error, "self-signed certificate", "(made at start)");
}

static cyn_status add_chain(SSL_CTX *context, const char *file, cyn_error *error) {
  BIO *in = BIO_new_file(file, "r");
  if (in == NULL) return tls_error(error, "CA file", file);
  X509 *certificate;
  bool fine = true;
  int count = 0;
  while (fine && (certificate = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
    fine = SSL_CTX_add_extra_chain_cert(context, certificate) == 1; /* owns it then */
    if (!fine) X509_free(certificate);
    count++;
  }
  BIO_free(in);
  ERR_clear_error(); /* the end of the file is an error to the PEM reader */
  return fine && count != 0 ? CYN_OK : cyn_i_error_setf(error, CYN_E_USAGE, "CA file %s holds no certificate", file);
}

static cyn_status use_files(SSL_CTX *context, const cyn_server_options *options, cyn_error *error) {
  char certificate[4096], key[4096], ca[4096];
  if (!path_of(options->tls_certificate_file, certificate))
    return cyn_i_error_set(error, CYN_E_USAGE, "a TLS key needs its certificate: give --cert FILE");
  if (!path_of(options->tls_key_file, key)) memcpy(key, certificate, sizeof key);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
    return tls_error(error, "certificate file", certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) return tls_error(error, "key file", key);
  if (SSL_CTX_check_private_key(context) != 1) return tls_error(error, "key file", key);
  return path_of(options->tls_ca_file, ca) ? add_chain(context, ca, error) : CYN_OK;
}

/* ---- a connection's socket ---- */

static int descriptor(BIO *bio) { return (int)(intptr_t)BIO_get_data(bio); }

static int read_socket(BIO *bio, char *into, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n;
  do n = recv(descriptor(bio), into, (size_t)size, 0);
  while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return (int)n;
}

static int write_socket(BIO *bio, const char *from, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n;
  do n = send(descriptor(bio), from, (size_t)size, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
  return (int)n;
}

static long control_socket(BIO *bio, int command, long number, void *pointer) {
  (void)number;
  (void)pointer;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *new_socket_method(void) {
  BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket");
  if (method != NULL && BIO_meth_set_read(method, read_socket) == 1 && BIO_meth_set_write(method, write_socket) == 1 &&
      BIO_meth_set_ctrl(method, control_socket) == 1)
    return method;
  BIO_meth_free(method);
  return NULL;
}

/* ---- the context, a connection ---- */

cyn_status cyn_i_tls_context(const cyn_server_options *options, SSL_CTX **out, cyn_error *error) {
  *out = NULL;
  bool has_files = options->tls_certificate_file.size != 0 || options->tls_key_file.size != 0;
  if (!options->tls && !has_files) return CYN_OK;
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  BIO_METHOD *method = new_socket_method();
  if (context == NULL || method == NULL || SSL_CTX_set_app_data(context, method) != 1) {
    SSL_CTX_free(context);
    BIO_meth_free(method);
    ERR_clear_error();
    return cyn_i_error_no_memory(error);
  }
  (void)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  (void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  (void)SSL_CTX_set_ciphersuites(context, CIPHERS);
  cyn_status status = has_files ? use_files(context, options, error) : use_self_signed(context, error);
  if (status != CYN_OK) {
    cyn_i_tls_free(context);
    return status;
  }
  *out = context;
  return CYN_OK;
}

void cyn_i_tls_free(SSL_CTX *context) {
  if (context == NULL) return;
  BIO_METHOD *method = SSL_CTX_get_app_data(context);
  SSL_CTX_free(context);
  BIO_meth_free(method);
}

SSL *cyn_i_tls_accept(SSL_CTX *context, int fd) {
  SSL *ssl = SSL_new(context);
  BIO *bio = ssl != NULL ? BIO_new(SSL_CTX_get_app_data(context)) : NULL;
  if (bio == NULL) {
    SSL_free(ssl);
    ERR_clear_error();
    return NULL;
  }
  BIO_set_data(bio, (void *)(intptr_t)fd);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio); /* owns it then */
  SSL_set_accept_state(ssl);
  return ssl;
}
