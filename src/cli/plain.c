/* See plain.h. Depth needs no bound here: the trees come from cli_json_read, which has one. */
#include "cli/plain.h"

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static cli_json *typed(cli_memory *memory, const char *type, cli_json *content) {
  cli_json *out = cli_json_object(memory);
  (void)cli_json_add(out, type, content);
  return out;
}

cli_json *cli_wire_scalar(cli_memory *memory, const char *type, cyn_bytes text) {
  return typed(memory, type, cli_json_string(memory, text));
}

/* ---- to DynamoDB JSON ---- */

cli_json *cli_plain_set(cli_memory *memory, const cli_json *array, const char **fault) {
  if (array->kind != CLI_JSON_ARRAY || array->count == 0) {
    *fault = "a set is an array with at least one element";
    return NULL;
  }
  const char *type = NULL;
  cli_json *out = cli_json_array(memory);
  for (const cli_json *element = array->first; element != NULL; element = element->next) {
    cli_json *wire = cli_plain_to_wire(memory, element, fault);
    if (wire == NULL) return NULL;
    cyn_bytes name = wire->first->name;
    const char *this_type = is(name, "S") ? "SS" : is(name, "N") ? "NS" : is(name, "B") ? "BS" : NULL;
    if (this_type == NULL || (type != NULL && type != this_type)) {
      *fault = "the elements of a set are all strings, all numbers or all binaries";
      return NULL;
    }
    type = this_type;
    (void)cli_json_push(out, cli_json_copy(memory, wire->first));
  }
  return typed(memory, type, out);
}

static cli_json *marked(cli_memory *memory, const cli_json *plain, bool *is_marked, const char **fault) {
  const cli_json *only = plain->first;
  *is_marked = true;
  if (plain->count == 1 && is(only->name, "$set")) return cli_plain_set(memory, only, fault);
  if (plain->count == 1 && (is(only->name, "$binary") || is(only->name, "$number"))) {
    if (only->kind == CLI_JSON_STRING)
      return cli_wire_scalar(memory, is(only->name, "$binary") ? "B" : "N", only->text);
    *fault = is(only->name, "$binary") ? "$binary holds a string of base64" : "$number holds a string";
    return NULL;
  }
  if (plain->count == 1 && is(only->name, "$map")) {
    cli_json *item = cli_plain_item(memory, only, fault);
    return item != NULL ? typed(memory, "M", item) : NULL;
  }
  *is_marked = false;
  return NULL;
}

cli_json *cli_plain_to_wire(cli_memory *memory, const cli_json *plain, const char **fault) {
  bool is_marked = false;
  cli_json *inner = NULL;
  switch (plain->kind) {
    case CLI_JSON_NULL: return typed(memory, "NULL", cli_json_bool(memory, true));
    case CLI_JSON_BOOL: return typed(memory, "BOOL", cli_json_bool(memory, plain->truth));
    case CLI_JSON_NUMBER: return cli_wire_scalar(memory, "N", plain->text);
    case CLI_JSON_STRING: return cli_wire_scalar(memory, "S", plain->text);
    case CLI_JSON_ARRAY:
      inner = cli_json_array(memory);
      for (const cli_json *element = plain->first; element != NULL; element = element->next) {
        cli_json *wire = cli_plain_to_wire(memory, element, fault);
        if (wire == NULL) return NULL;
        (void)cli_json_push(inner, wire);
      }
      return typed(memory, "L", inner);
    case CLI_JSON_OBJECT:
      inner = marked(memory, plain, &is_marked, fault);
      if (is_marked) return inner;
      inner = cli_plain_item(memory, plain, fault);
      return inner != NULL ? typed(memory, "M", inner) : NULL;
  }
  return NULL;
}

cli_json *cli_plain_item(cli_memory *memory, const cli_json *plain, const char **fault) {
  if (plain->kind != CLI_JSON_OBJECT) {
    *fault = "an item is a JSON object, such as {\"name\": \"value\"}";
    return NULL;
  }
  cli_json *out = cli_json_object(memory);
  for (const cli_json *member = plain->first; member != NULL; member = member->next) {
    cli_json *wire = cli_plain_to_wire(memory, member, fault);
    if (wire == NULL) {
      *fault = cli_format(memory, "%.*s: %s", (int)member->name.size, member->name.data, *fault);
      return NULL;
    }
    (void)cli_json_add_bytes(out, member->name, wire);
  }
  return out;
}

/* ---- to plain JSON ---- */

static cli_json *plain_number(cli_memory *memory, const cli_json *text) {
  if (cli_json_is_number(text->text)) return cli_json_number(memory, text->text);
  return typed(memory, "$number", cli_json_string(memory, text->text));
}

static cli_json *plain_list(cli_memory *memory, const cli_json *content, cyn_bytes type) {
  cli_json *out = cli_json_array(memory);
  for (const cli_json *element = content->first; element != NULL; element = element->next) {
    cli_json *plain = NULL;
    if (is(type, "L"))
      plain = cli_wire_to_plain(memory, element);
    else if (is(type, "NS"))
      plain = plain_number(memory, element);
    else if (is(type, "BS"))
      plain = typed(memory, "$binary", cli_json_copy(memory, element));
    else
      plain = cli_json_copy(memory, element);
    (void)cli_json_push(out, plain);
  }
  return is(type, "L") ? out : typed(memory, "$set", out);
}

static cli_json *plain_map(cli_memory *memory, const cli_json *content) {
  cli_json *out = cli_wire_item(memory, content);
  cyn_bytes name = out->count == 1 ? out->first->name : (cyn_bytes){"", 0};
  bool is_mistaken = is(name, "$binary") || is(name, "$set") || is(name, "$map") || is(name, "$number");
  return is_mistaken ? typed(memory, "$map", out) : out;
}

cli_json *cli_wire_to_plain(cli_memory *memory, const cli_json *wire) {
  if (wire->kind != CLI_JSON_OBJECT || wire->count != 1) return cli_json_copy(memory, wire);
  const cli_json *content = wire->first;
  cyn_bytes type = content->name;
  if (content->kind == CLI_JSON_STRING) {
    if (is(type, "S")) return cli_json_string(memory, content->text);
    if (is(type, "N")) return plain_number(memory, content);
    if (is(type, "B")) return typed(memory, "$binary", cli_json_string(memory, content->text));
  }
  if (content->kind == CLI_JSON_ARRAY && (is(type, "L") || is(type, "SS") || is(type, "NS") || is(type, "BS")))
    return plain_list(memory, content, type);
  if (content->kind == CLI_JSON_OBJECT && is(type, "M")) return plain_map(memory, content);
  if (is(type, "BOOL") && content->kind == CLI_JSON_BOOL) return cli_json_bool(memory, content->truth);
  if (is(type, "NULL")) return cli_json_null(memory);
  return cli_json_copy(memory, wire);
}

cli_json *cli_wire_item(cli_memory *memory, const cli_json *wire) {
  cli_json *out = cli_json_object(memory);
  for (const cli_json *member = wire->first; member != NULL; member = member->next)
    (void)cli_json_add_bytes(out, member->name, cli_wire_to_plain(memory, member));
  return out;
}
