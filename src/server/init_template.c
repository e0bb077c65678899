/* CloudFormation templates in JSON: each AWS::DynamoDB::Table becomes a CreateTable input, and UpdateTimeToLive where
 * the template asks for it. Properties are copied as they are but for the few that the API spells otherwise; Ref and
 * Fn::Sub are resolved from the template's parameters and the pseudo parameters, any other function is a fault that
 * names itself. */
#include <string.h>

#include "server/init_private.h"

typedef struct stack {
  cyn_i_init *init;
  cyn_bytes parameters; /* the section, or absent */
  cyn_status status;
} stack;

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static void fault(stack *from, const char *reason) {
  if (from->status == CYN_OK) from->status = cyn_i_init_fault(from->init, reason);
}

/* ---- references ---- */

/* The text that a name stands for: a pseudo parameter, or a parameter's Default. */
static cyn_bytes resolve(stack *from, cyn_bytes name) {
  const cyn_i_settings *settings = &from->init->server->settings;
  if (is(name, "AWS::Region")) return cyn_str(settings->region);
  if (is(name, "AWS::AccountId")) return cyn_str(settings->account);
  if (is(name, "AWS::Partition")) return cyn_str("aws");
  if (is(name, "AWS::StackName")) return cyn_str("cynamo");
  char text[128];
  if (name.size < sizeof text) {
    memcpy(text, name.data, name.size);
    text[name.size] = '\0';
    cyn_bytes standard =
        cyn_i_init_member(from->init, cyn_i_init_member(from->init, from->parameters, text), "Default");
    if (standard.size != 0 && standard.data[0] != '"') return standard; /* a number */
    cyn_bytes string = cyn_i_init_string(from->init, standard);
    if (string.data != NULL) return string;
  }
  fault(from, cyn_i_arena_printf(&from->init->arena, "%.*s has no Default among the template's Parameters: give it one",
                                 (int)(name.size < 100 ? name.size : 100), name.data));
  return cyn_str("");
}

/* "${Name}-table" with its names resolved. */
static cyn_bytes substitute(stack *from, cyn_bytes text) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, &from->init->arena);
  for (size_t i = 0; i < text.size; i++) {
    const char *close = NULL;
    if (text.data[i] == '$' && i + 1 < text.size && text.data[i + 1] == '{')
      close = memchr(text.data + i, '}', text.size - i);
    if (close == NULL) {
      cyn_i_buf_byte(&out, (uint8_t)text.data[i]);
      continue;
    }
    cyn_bytes value = resolve(from, (cyn_bytes){text.data + i + 2, (size_t)(close - text.data) - i - 2});
    cyn_i_buf_append(&out, value.data, value.size);
    i = (size_t)(close - text.data);
  }
  return out.failed || out.data == NULL ? cyn_str("") : (cyn_bytes){(char *)out.data, out.size};
}

/* True when the object is a function of the template language: then *text is what it gives. */
static bool evaluate(stack *from, cyn_bytes object, cyn_bytes *text) {
  cyn_i_json json;
  cyn_bytes key, value;
  cyn_i_json_init(&json, (const uint8_t *)object.data, object.size, &from->init->arena);
  if (cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN || !cyn_i_init_next_member(&json, &key, &value)) return false;
  bool is_function = key.size > 4 && memcmp(key.data, "Fn::", 4) == 0;
  if (!is(key, "Ref") && !is_function) return false;
  cyn_bytes argument = cyn_i_init_string(from->init, value);
  *text = cyn_str("");
  if (is(key, "Ref") && argument.data != NULL) {
    *text = resolve(from, argument);
  } else if (is(key, "Fn::Sub") && argument.data != NULL) {
    *text = substitute(from, argument);
  } else {
    fault(from, cyn_i_arena_printf(&from->init->arena, "%.*s is not resolved here: write the value itself", (int)key.size,
                                   key.data));
  }
  return true;
}

/* ---- copying ---- */

static bool is_number(cyn_bytes text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] < '0' || text.data[i] > '9') return false;
  return text.size != 0;
}

static bool is_number_member(cyn_bytes key) {
  return is(key, "ReadCapacityUnits") || is(key, "WriteCapacityUnits") || is(key, "MaxReadRequestUnits") ||
         is(key, "MaxWriteRequestUnits") || is(key, "ReadUnitsPerSecond") || is(key, "WriteUnitsPerSecond");
}

static void put_text(cyn_i_buf *out, cyn_bytes key, cyn_bytes text) {
  /* templates may write numbers as strings, the API may not */
  if (is_number_member(key) && is_number(text))
    cyn_i_buf_append(out, text.data, text.size);
  else
    cyn_i_json_write_string(out, text);
}

static void copy(stack *from, cyn_bytes key, cyn_bytes value, unsigned depth, cyn_i_buf *out);

static void copy_object(stack *from, cyn_bytes object, unsigned depth, cyn_i_buf *out) {
  cyn_i_json json;
  cyn_bytes key, value;
  bool is_first = true;
  cyn_i_json_init(&json, (const uint8_t *)object.data, object.size, &from->init->arena);
  (void)cyn_i_json_next(&json);
  cyn_i_buf_byte(out, '{');
  while (cyn_i_init_next_member(&json, &key, &value)) {
    if (!is_first) cyn_i_buf_byte(out, ',');
    is_first = false;
    cyn_i_json_write_string(out, key);
    cyn_i_buf_byte(out, ':');
    copy(from, key, value, depth + 1, out);
  }
  cyn_i_buf_byte(out, '}');
}

static void copy_array(stack *from, cyn_bytes key, cyn_bytes array, unsigned depth, cyn_i_buf *out) {
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)array.data, array.size, &from->init->arena);
  (void)cyn_i_json_next(&json);
  cyn_i_buf_byte(out, '[');
  for (bool is_first = true;; is_first = false) {
    const uint8_t *start = json.next;
    cyn_i_json_token token = cyn_i_json_next(&json);
    if (token == CYN_JSON_ARRAY_END || token == CYN_JSON_ERROR || !cyn_i_json_skip(&json, token)) break;
    while (start < json.next && (*start == ',' || *start == ' ' || *start == '\t' || *start == '\n' || *start == '\r'))
      start++;
    if (!is_first) cyn_i_buf_byte(out, ',');
    copy(from, key, (cyn_bytes){(const char *)start, (size_t)(json.next - start)}, depth + 1, out);
  }
  cyn_i_buf_byte(out, ']');
}

static void copy(stack *from, cyn_bytes key, cyn_bytes value, unsigned depth, cyn_i_buf *out) {
  cyn_bytes text;
  if (depth > CYN_JSON_DEPTH_MAX || value.size == 0) {
    fault(from, "nested too deeply");
  } else if (value.data[0] == '{') {
    if (evaluate(from, value, &text))
      put_text(out, key, text);
    else
      copy_object(from, value, depth, out);
  } else if (value.data[0] == '[') {
    copy_array(from, key, value, depth, out);
  } else if (value.data[0] == '"') {
    put_text(out, key, cyn_i_init_string(from->init, value));
  } else {
    cyn_i_buf_append(out, value.data, value.size);
  }
}

/* ---- a table ---- */

static cyn_bytes text_of(stack *from, cyn_bytes value) {
  cyn_bytes text;
  if (value.size != 0 && value.data[0] == '{' && evaluate(from, value, &text)) return text;
  return cyn_i_init_string(from->init, value);
}

static void put_member(stack *from, const char *name, cyn_bytes value, cyn_i_buf *out) {
  if (value.data == NULL) return;
  cyn_i_buf_text(out, ",\"");
  cyn_i_buf_text(out, name);
  cyn_i_buf_text(out, "\":");
  copy(from, cyn_str(name), value, 0, out);
}

/* Members that the template spells as the API does. */
static const char *const same_members[] = {
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "WarmThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "TableClass",
    "DeletionProtectionEnabled",
    "Tags",
};

static cyn_status create_from(stack *from, cyn_bytes logical_id, cyn_bytes properties) {
  cyn_i_init *init = from->init;
  cyn_i_buf body;
  cyn_i_buf_init(&body, &init->arena);
  cyn_bytes name = text_of(from, cyn_i_init_member(init, properties, "TableName"));
  if (name.data == NULL) name = logical_id;
  cyn_i_buf_text(&body, "{\"TableName\":");
  cyn_i_json_write_string(&body, name);
  for (size_t i = 0; i < sizeof same_members / sizeof same_members[0]; i++)
    put_member(from, same_members[i], cyn_i_init_member(init, properties, same_members[i]), &body);
  cyn_bytes stream =
      cyn_i_init_member(init, cyn_i_init_member(init, properties, "StreamSpecification"), "StreamViewType");
  if (stream.data != NULL) {
    cyn_i_buf_text(&body, ",\"StreamSpecification\":{\"StreamEnabled\":true");
    put_member(from, "StreamViewType", stream, &body);
    cyn_i_buf_text(&body, "}");
  }
  cyn_i_buf_text(&body, "}");
  if (body.failed) fault(from, "out of memory");
  if (from->status != CYN_OK) return from->status;
  bool created = false;
  cyn_status status = cyn_i_init_create_table(init, (cyn_bytes){(char *)body.data, body.size}, &created);
  cyn_bytes ttl = cyn_i_init_member(init, properties, "TimeToLiveSpecification");
  cyn_bytes enabled = cyn_i_init_member(init, ttl, "Enabled");
  if (status != CYN_OK || !created || (!is(enabled, "true") && !is(enabled, "\"true\""))) return status;
  body.size = 0;
  cyn_i_buf_text(&body, "{\"TableName\":");
  cyn_i_json_write_string(&body, name);
  put_member(from, "TimeToLiveSpecification", ttl, &body);
  cyn_i_buf_text(&body, "}");
  if (body.failed || from->status != CYN_OK) return from->status;
  return cyn_i_init_call(init, "UpdateTimeToLive", (cyn_bytes){(char *)body.data, body.size});
}

cyn_status cyn_i_init_template(cyn_i_init *init, cyn_bytes file) {
  stack from = {init, cyn_i_init_member(init, file, "Parameters"), CYN_OK};
  cyn_bytes resources = cyn_i_init_member(init, file, "Resources");
  cyn_i_json json;
  cyn_bytes id, resource;
  cyn_i_json_init(&json, (const uint8_t *)resources.data, resources.size, &init->arena);
  if (cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN) return cyn_i_init_fault(init, "Resources is not an object");
  while (cyn_i_init_next_member(&json, &id, &resource)) {
    if (!is(cyn_i_init_member(init, resource, "Type"), "\"AWS::DynamoDB::Table\"")) continue;
    cyn_status status = create_from(&from, id, cyn_i_init_member(init, resource, "Properties"));
    if (status != CYN_OK) return status;
  }
  return from.status;
}
