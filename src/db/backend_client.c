/* http: and aws: databases: a client. The program's options stand over the URL's parameters. */
#include "db/db_private.h"

static int64_t number(cyn_opt_int option, int64_t from_url) { return option.is_set ? option.value : from_url; }

cyn_status cyn_i_backend_client_open(cyn_db *db, const cyn_i_url *url, const cyn_db_options *options, cyn_error *error) {
  cyn_i_client_options client = {0};
  if (url->scheme == CYN_URL_HTTP) client.endpoint_url = url->place;
  client.region = options->region.data != NULL ? options->region : url->region;
  client.profile = options->profile.data != NULL ? options->profile : url->profile;
  client.access_key_id = options->access_key_id;
  client.secret_access_key = options->secret_access_key;
  client.session_token = options->session_token;
  client.connect_timeout_ms = number(options->connect_timeout_ms, url->connect_timeout_ms);
  client.read_timeout_ms = number(options->read_timeout_ms, url->read_timeout_ms);
  client.attempts_max = number(options->max_attempts, url->attempts_max);
  client.connections_max = number(options->max_connections, url->connections_max);
  client.retry_mode = url->retry_mode;
  if (options->retry_mode.data != NULL && !cyn_i_retry_mode_parse(options->retry_mode, &client.retry_mode))
    return cyn_i_error_setf(error, CYN_E_USAGE, "retry_mode %.*s: it is standard, legacy or adaptive",
                            (int)options->retry_mode.size, options->retry_mode.data);
  if ((options->access_key_id.size == 0) != (options->secret_access_key.size == 0))
    return cyn_i_error_set(error, CYN_E_USAGE, "access_key_id and secret_access_key go together");
  client.proxy = options->proxy;
  client.ca_bundle = options->ca_bundle;
  client.ca_bundle_default = options->ca_bundle_default;
  client.extra_headers = options->extra_headers;
  client.clock = &db->clock;
  cyn_status status = cyn_i_client_new(&client, &db->client, error);
  if (status == CYN_OK) db->region = cyn_i_client_region(db->client);
  return status;
}
