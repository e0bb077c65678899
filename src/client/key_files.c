/* Keys that stand in files: the shared credentials file, the config file, and two formats that came before them (the EC2
 * tools' AWS_CREDENTIAL_FILE and boto's own). */
#include <stdio.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "client/surroundings.h"

static const cyn_bytes absent = {NULL, 0};

/* The keys of a section; nothing where it has no aws_access_key_id. */
static cyn_status take_section(const cyn_i_config_section *section, const char *source, const char *file, cyn_i_credentials *out,
                               cyn_error *error) {
  memset(out, 0, sizeof *out);
  if (section == NULL) return CYN_OK;
  cyn_bytes id = cyn_i_section_get(section, "aws_access_key_id"), secret = cyn_i_section_get(section, "aws_secret_access_key");
  if (id.data == NULL) return CYN_OK;
  if (secret.data == NULL)
    return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "%s: [%.*s] has aws_access_key_id and no aws_secret_access_key", file,
                            (int)section->name.size, section->name.data);
  out->access_key_id = id;
  out->secret_access_key = secret;
  out->session_token = cyn_i_section_get(section, "aws_security_token");
  if (out->session_token.data == NULL) out->session_token = cyn_i_section_get(section, "aws_session_token");
  out->account_id = cyn_i_section_get(section, "aws_account_id");
  out->source = source;
  return CYN_OK;
}

cyn_status cyn_i_credentials_from_shared_file(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  return take_section(cyn_i_config_file_find(&search->configuration->credentials, search->profile), "shared-credentials-file",
                      "the credentials file", out, error);
}

cyn_status cyn_i_credentials_from_config_file(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  return take_section(cyn_i_configuration_named(search->configuration, CYN_CONFIG_PROFILE, search->profile), "config-file",
                      "the config file", out, error);
}

/* ---- older files ---- */

static cyn_bytes trim(cyn_bytes text) {
  while (text.size != 0 && (unsigned char)text.data[text.size - 1] <= ' ') text.size--;
  while (text.size != 0 && (unsigned char)text.data[0] <= ' ') text.data++, text.size--;
  return text;
}

/* The value of a NAME=VALUE line, the last of its name. */
static cyn_bytes line_value(cyn_bytes text, const char *name) {
  cyn_bytes found = absent;
  for (size_t at = 0; at < text.size;) {
    const char *newline = memchr(text.data + at, '\n', text.size - at);
    size_t end = newline != NULL ? (size_t)(newline - text.data) : text.size;
    const char *equals = memchr(text.data + at, '=', end - at);
    if (equals != NULL) {
      cyn_bytes key = trim((cyn_bytes){text.data + at, (size_t)(equals - text.data) - at});
      cyn_bytes value = {equals + 1, end - (size_t)(equals + 1 - text.data)};
      if (key.size == strlen(name) && memcmp(key.data, name, key.size) == 0) found = trim(value);
    }
    at = end + 1;
  }
  return found;
}

cyn_status cyn_i_credentials_from_ec2_file(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_bytes chosen = cyn_i_surroundings_variable("AWS_CREDENTIAL_FILE"), text;
  if (chosen.data == NULL) return CYN_OK;
  const char *path = cyn_i_surroundings_path(chosen, search->arena);
  if (path == NULL) return cyn_i_error_no_memory(error);
  cyn_i_file_result result = cyn_i_surroundings_read(path, CYN_CONFIG_FILE_BYTES_MAX, search->arena, &text, error);
  if (result == CYN_FILE_FAILED) return CYN_E_USAGE;
  if (result == CYN_FILE_MISSING)
    return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "AWS_CREDENTIAL_FILE: %s is not there", path);
  cyn_bytes id = line_value(text, "AWSAccessKeyId"), secret = line_value(text, "AWSSecretKey");
  if (id.data == NULL) return CYN_OK;
  if (secret.data == NULL)
    return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "AWS_CREDENTIAL_FILE: %s has AWSAccessKeyId and no AWSSecretKey", path);
  out->access_key_id = id;
  out->secret_access_key = secret;
  out->source = "ec2-credentials-file";
  return CYN_OK;
}

static cyn_status take_boto_file(const cyn_i_credential_search *search, cyn_bytes name, cyn_i_credentials *out,
                                 cyn_error *error) {
  cyn_bytes text;
  cyn_i_config_file file;
  const char *path = cyn_i_surroundings_path(name, search->arena);
  if (path == NULL) return cyn_i_error_no_memory(error);
  cyn_i_file_result result = cyn_i_surroundings_read(path, CYN_CONFIG_FILE_BYTES_MAX, search->arena, &text, error);
  if (result != CYN_FILE_OK) return result == CYN_FILE_MISSING ? CYN_OK : CYN_E_USAGE;
  cyn_status status = cyn_i_config_file_parse(text, path, search->arena, &file, error);
  if (status != CYN_OK) return status;
  status = take_section(cyn_i_config_file_find(&file, cyn_str("Credentials")), "boto-config", path, out, error);
  out->session_token = out->account_id = absent; /* boto knew of neither */
  return status;
}

cyn_status cyn_i_credentials_from_boto_file(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_bytes chosen = cyn_i_surroundings_variable("BOTO_CONFIG");
  if (chosen.data != NULL) return take_boto_file(search, chosen, out, error);
  cyn_status status = take_boto_file(search, cyn_str("/etc/boto.cfg"), out, error);
  if (status != CYN_OK || out->access_key_id.data != NULL) return status;
  return take_boto_file(search, cyn_str("~/.boto"), out, error);
}
