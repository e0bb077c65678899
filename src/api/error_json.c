/* An error as the body of an answer (validation.md 1.2 and 3.7). */
#include "api/api.h"
#include "base/error.h"
#include "value/item_json.h"
#include "value/json.h"

/* The exceptions whose message is spelled with a capital. */
static bool has_capital_message(cyn_status status) {
  switch (status) {
    case CYN_E_SERIALIZATION:
    case CYN_E_ACCESS_DENIED:
    case CYN_E_TRANSACTION_CANCELED:
    case CYN_E_IDEMPOTENT_PARAMETER_MISMATCH:
    case CYN_E_TRANSACTION_IN_PROGRESS: return true;
    default: return false;
  }
}

static void encode_reason(const cyn_cancellation_reason *reason, cyn_i_buf *buf) {
  cyn_i_buf_text(buf, "{\"Code\":");
  cyn_i_json_write_string(buf, cyn_str(reason->code != NULL ? reason->code : "None"));
  if (reason->item != NULL) {
    cyn_i_buf_text(buf, ",\"Item\":");
    cyn_i_item_to_json(buf, reason->item);
  }
  if (reason->message != NULL) {
    cyn_i_buf_text(buf, ",\"Message\":");
    cyn_i_json_write_string(buf, cyn_str(reason->message));
  }
  cyn_i_buf_byte(buf, '}');
}

static void encode_reasons(const cyn_error *error, cyn_i_buf *buf) {
  cyn_i_buf_text(buf, ",\"CancellationReasons\":[");
  for (size_t i = 0; i < error->reason_count; i++) {
    if (i > 0) cyn_i_buf_byte(buf, ',');
    encode_reason(&error->reasons[i], buf);
  }
  cyn_i_buf_byte(buf, ']');
}

void cyn_i_api_encode_error(const cyn_error *error, cyn_i_buf *buf) {
  cyn_i_buf_text(buf, "{\"__type\":\"");
  cyn_i_buf_text(buf, cyn_i_error_wire_prefix((cyn_i_error_code)error->status));
  cyn_i_buf_byte(buf, '#');
  cyn_i_buf_text(buf, error->name);
  cyn_i_buf_byte(buf, '"');
  if (error->message != NULL && error->message[0] != '\0') {
    cyn_i_buf_text(buf, has_capital_message(error->status) ? ",\"Message\":" : ",\"message\":");
    cyn_i_json_write_string(buf, cyn_str(error->message));
  }
  if (error->reason_count > 0) encode_reasons(error, buf);
  if (error->item != NULL) {
    cyn_i_buf_text(buf, ",\"Item\":");
    cyn_i_item_to_json(buf, error->item);
  }
  cyn_i_buf_byte(buf, '}');
}
