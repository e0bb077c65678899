/* --init DIR: tables first, then items, each file in the order of its name.
 *
 *   *.json          as for `aws dynamodb create-table --cli-input-json`; a CloudFormation template (init_template.c);
 *                   as for `aws dynamodb batch-write-item` (with or without the word RequestItems around)
 *   T.items.jsonl   one item a line in DynamoDB JSON, for table T
 *
 * A table that exists already is left as it is, and items go only into tables that this start has created: what a user
 * has changed since the first start stays. Everything goes through the API's own decoder and checks. */
#include "server/init_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "db/db.h"
#include "value/json.h"

#define FILES_MAX 1000
#define BATCH_ITEMS 25
#define ACTIVE_WAIT_MS 60000
#define ACTIVE_STEP_US 5000

/* ---- files ---- */

static bool ends_in(const char *name, const char *end) {
  size_t size = strlen(name), end_size = strlen(end);
  return size > end_size && strcmp(name + size - end_size, end) == 0;
}

static int compare_names(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static cyn_status list_files(cyn_i_init *init, char **names, size_t *count) {
  DIR *folder = opendir(init->directory);
  if (folder == NULL)
    return cyn_i_error_setf(init->error, CYN_E_USAGE, "--init %s: %s", init->directory, strerror(errno));
  const struct dirent *entry;
  cyn_status status = CYN_OK;
  while (status == CYN_OK && (entry = readdir(folder)) != NULL) {
    if (entry->d_name[0] == '.' || (!ends_in(entry->d_name, ".json") && !ends_in(entry->d_name, ".items.jsonl")))
      continue;
    if (*count == FILES_MAX) {
      status =
          cyn_i_error_setf(init->error, CYN_E_USAGE, "--init %s holds more than %d files", init->directory, FILES_MAX);
      break;
    }
    names[*count] = cyn_i_arena_printf(&init->lasting, "%s", entry->d_name);
    if (names[*count] == NULL) status = cyn_i_error_no_memory(init->error);
    ++*count;
  }
  (void)closedir(folder);
  if (status == CYN_OK) qsort(names, *count, sizeof names[0], compare_names);
  return status;
}

/* The file's bytes, mapped; an empty file gives empty bytes. */
static cyn_status map_file(cyn_i_init *init, cyn_bytes *out) {
  const char *path = cyn_i_arena_printf(&init->arena, "%s/%s", init->directory, init->file);
  if (path == NULL) return cyn_i_error_no_memory(init->error);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (fd < 0 || fstat(fd, &about) != 0) {
    cyn_status status = cyn_i_init_fault(init, strerror(errno));
    if (fd >= 0) close(fd);
    return status;
  }
  *out = cyn_str("");
  if (about.st_size > 0) {
    void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
      cyn_status status = cyn_i_init_fault(init, strerror(errno));
      close(fd);
      return status;
    }
    *out = (cyn_bytes){bytes, (size_t)about.st_size};
  }
  close(fd);
  return CYN_OK;
}

static void unmap_file(cyn_bytes file) {
  if (file.size != 0) (void)munmap((void *)(uintptr_t)file.data, file.size);
}

/* ---- calls ---- */

/* What was made of a file that there was no memory for is not its fault. */
cyn_status cyn_i_init_fault(cyn_i_init *init, const char *reason) {
  if (init->arena.is_short || init->lasting.is_short) return cyn_i_error_no_memory(init->error);
  return cyn_i_error_setf(init->error, CYN_E_USAGE, "--init %s/%s: %s", init->directory, init->file, reason);
}

/* A call of the API with a JSON input. An error that the caller does not expect is his to report, from `failure`. */
static cyn_status call(cyn_i_init *init, const char *operation, cyn_bytes body, const void **output,
                       cyn_error *failure) {
  void *input = NULL;
  const cyn_i_operation *found = cyn_i_operation_find(cyn_str(operation), false);
  if (found == NULL) return cyn_i_error_setf(failure, CYN_E_INTERNAL, "no operation %s", operation);
  cyn_status status = cyn_i_api_decode(found->input, body, &init->arena, &input, failure);
  if (status == CYN_OK) status = cyn_i_api_check(found, input, &init->arena, failure);
  if (status != CYN_OK) return status;
  const cyn_i_settings *settings = &init->server->settings;
  const cyn_i_context context = {cyn_str(settings->account), cyn_str(settings->region), cyn_str("init"), NULL, NULL};
  cyn_i_call request;
  memset(&request, 0, sizeof request);
  request.operation = found;
  request.context = &context;
  request.input = input;
  request.arena = &init->arena;
  request.error = failure;
  cyn_i_db_call(init->server->db, &request);
  if (output != NULL) *output = request.output;
  return request.status;
}

/* Ends in a line that names the file, unless all went well. */
static cyn_status report(cyn_i_init *init, cyn_status status, cyn_error *failure) {
  if (status != CYN_OK)
    status =
        cyn_i_init_fault(init, failure->message != NULL && failure->message[0] != '\0' ? failure->message
                                                                                       : "no valid JSON for this call");
  cyn_error_clean_up(failure);
  return status;
}

static cyn_status call_or_fault(cyn_i_init *init, const char *operation, cyn_bytes body) {
  cyn_error failure = CYN_ERROR_INIT;
  cyn_status status = call(init, operation, body, NULL, &failure);
  return report(init, status, &failure);
}

/* ---- tables ---- */

static bool is_created(const cyn_i_init *init, cyn_bytes table) {
  for (const cyn_i_init_table *at = init->created; at != NULL; at = at->next)
    if (at->name.size == table.size && memcmp(at->name.data, table.data, table.size) == 0) return true;
  return false;
}

static cyn_bytes name_body(cyn_i_init *init, cyn_bytes table) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, &init->arena);
  cyn_i_buf_text(&out, "{\"TableName\":");
  cyn_i_json_write_string(&out, table);
  cyn_i_buf_text(&out, "}");
  return out.failed ? cyn_str("") : (cyn_bytes){(char *)out.data, out.size};
}

/* A table that was asked to stay in CREATING for a while takes no items before. */
static cyn_status wait_until_active(cyn_i_init *init, cyn_bytes table) {
  uint64_t end_ns = cyn_i_clock_monotonic_ns() + (uint64_t)ACTIVE_WAIT_MS * 1000000;
  cyn_bytes body = name_body(init, table);
  for (;;) {
    const void *output = NULL;
    cyn_error failure = CYN_ERROR_INIT;
    cyn_status status = call(init, "DescribeTable", body, &output, &failure);
    if (status != CYN_OK) return report(init, status, &failure);
    const cyn_describe_table_output *described = output;
    cyn_bytes state = described != NULL && described->table != NULL ? described->table->table_status : cyn_str("");
    if (state.size == 6 && memcmp(state.data, "ACTIVE", 6) == 0) return CYN_OK;
    if (cyn_i_clock_monotonic_ns() > end_ns) return cyn_i_init_fault(init, "the table did not become ACTIVE");
    (void)usleep(ACTIVE_STEP_US);
  }
}

cyn_status cyn_i_init_create_table(cyn_i_init *init, cyn_bytes body, bool *created) {
  cyn_error failure = CYN_ERROR_INIT;
  cyn_bytes name = cyn_i_init_string(init, cyn_i_init_member(init, body, "TableName"));
  cyn_status status = call(init, "CreateTable", body, NULL, &failure);
  *created = status == CYN_OK;
  if (status == CYN_E_RESOURCE_IN_USE) {
    cyn_error_clean_up(&failure);
    return CYN_OK;
  }
  if (status != CYN_OK) return report(init, status, &failure);
  cyn_i_init_table *table = cyn_i_arena_zalloc(&init->lasting, 1, sizeof *table);
  if (table == NULL) return cyn_i_error_no_memory(init->error);
  table->name = cyn_i_arena_copy(&init->lasting, name);
  table->next = init->created;
  init->created = table;
  init->table_count++;
  return wait_until_active(init, table->name);
}

cyn_status cyn_i_init_call(cyn_i_init *init, const char *operation, cyn_bytes body) {
  return call_or_fault(init, operation, body);
}

/* ---- reading JSON by spans ---- */

bool cyn_i_init_next_member(cyn_i_json *json, cyn_bytes *key, cyn_bytes *value) {
  if (cyn_i_json_next(json) != CYN_JSON_KEY) return false;
  *key = json->text;
  const uint8_t *start = json->next;
  cyn_i_json_token first = cyn_i_json_next(json);
  if (first == CYN_JSON_ERROR || !cyn_i_json_skip(json, first)) return false;
  while (start < json->next && (*start == ':' || *start == ' ' || *start == '\t' || *start == '\n' || *start == '\r'))
    start++;
  *value = (cyn_bytes){(const char *)start, (size_t)(json->next - start)};
  return true;
}

cyn_bytes cyn_i_init_member(cyn_i_init *init, cyn_bytes object, const char *name) {
  cyn_i_json json;
  cyn_bytes key, value;
  cyn_i_json_init(&json, (const uint8_t *)object.data, object.size, &init->arena);
  if (object.size == 0 || cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN) return (cyn_bytes){NULL, 0};
  while (cyn_i_init_next_member(&json, &key, &value))
    if (key.size == strlen(name) && memcmp(key.data, name, key.size) == 0) return value;
  return (cyn_bytes){NULL, 0};
}

cyn_bytes cyn_i_init_string(cyn_i_init *init, cyn_bytes value) {
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)value.data, value.size, &init->arena);
  return value.size != 0 && cyn_i_json_next(&json) == CYN_JSON_STRING ? json.text : (cyn_bytes){NULL, 0};
}

/* ---- items ---- */

static void log_skipped(const cyn_i_init *init, cyn_bytes table) {
  const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("file", cyn_str(init->file)), CYN_I_LOG_TEXT("table", table),
                                    CYN_I_LOG_END};
  cyn_i_log_write(&init->server->log, CYN_I_LOG_INFO, "items not loaded: the table was there before", fields);
}

/* The table's items may be loaded: true. It was there before: false. It is not there at all: a fault. */
static cyn_status may_load(cyn_i_init *init, cyn_bytes table, bool *out) {
  *out = is_created(init, table);
  if (*out) return CYN_OK;
  cyn_status status = call_or_fault(init, "DescribeTable", name_body(init, table));
  if (status == CYN_OK) log_skipped(init, table);
  return status;
}

static cyn_status put_one_by_one(cyn_i_init *init, cyn_bytes table, const cyn_bytes *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cyn_i_buf body;
    cyn_i_buf_init(&body, &init->arena);
    cyn_i_buf_text(&body, "{\"TableName\":");
    cyn_i_json_write_string(&body, table);
    cyn_i_buf_text(&body, ",\"Item\":");
    cyn_i_buf_append(&body, items[i].data, items[i].size);
    cyn_i_buf_text(&body, "}");
    if (body.failed) return cyn_i_error_no_memory(init->error);
    cyn_status status = call_or_fault(init, "PutItem", (cyn_bytes){(char *)body.data, body.size});
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

static cyn_status put_batch(cyn_i_init *init, cyn_bytes table, const cyn_bytes *items, size_t count) {
  cyn_i_buf body;
  cyn_i_buf_init(&body, &init->arena);
  cyn_i_buf_text(&body, "{\"RequestItems\":{");
  cyn_i_json_write_string(&body, table);
  cyn_i_buf_text(&body, ":[");
  for (size_t i = 0; i < count; i++) {
    cyn_i_buf_text(&body, i == 0 ? "{\"PutRequest\":{\"Item\":" : ",{\"PutRequest\":{\"Item\":");
    cyn_i_buf_append(&body, items[i].data, items[i].size);
    cyn_i_buf_text(&body, "}}");
  }
  cyn_i_buf_text(&body, "]}}");
  if (body.failed) return cyn_i_error_no_memory(init->error);
  cyn_error failure = CYN_ERROR_INIT;
  cyn_status status = call(init, "BatchWriteItem", (cyn_bytes){(char *)body.data, body.size}, NULL, &failure);
  cyn_error_clean_up(&failure);
  init->item_count += count;
  /* one line twice, or a faulty one: item by item the error names itself, and the later of two lines wins */
  return status == CYN_OK ? CYN_OK : put_one_by_one(init, table, items, count);
}

static cyn_status load_lines(cyn_i_init *init, cyn_bytes file) {
  cyn_bytes table = {init->file, strlen(init->file) - strlen(".items.jsonl")};
  bool wanted = false;
  cyn_status status = may_load(init, table, &wanted);
  cyn_bytes items[BATCH_ITEMS];
  size_t count = 0;
  const char *next = file.data, *end = file.data + file.size;
  while (status == CYN_OK && wanted && next < end) {
    const char *newline = memchr(next, '\n', (size_t)(end - next));
    cyn_bytes line = {next, (size_t)((newline != NULL ? newline : end) - next)};
    next += line.size + 1;
    while (line.size != 0 && (line.data[line.size - 1] == '\r' || line.data[line.size - 1] == ' ')) line.size--;
    if (line.size != 0) items[count++] = line;
    if (count == BATCH_ITEMS || (next >= end && count != 0)) {
      status = put_batch(init, table, items, count);
      count = 0;
      cyn_i_arena_reset(&init->arena, 1 << 20);
      if (init->options->init_progress != NULL)
        init->options->init_progress(init->options->init_progress_user, init->file,
                                     next < end ? (uint64_t)(next - file.data) : file.size, file.size);
    }
  }
  return status;
}

/* {"Table": [{"PutRequest": …}, …], …} */
static cyn_status load_request_items(cyn_i_init *init, cyn_bytes map) {
  cyn_i_json json;
  cyn_bytes table, requests;
  cyn_i_json_init(&json, (const uint8_t *)map.data, map.size, &init->arena);
  if (cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN) return cyn_i_init_fault(init, "RequestItems is not an object");
  while (cyn_i_init_next_member(&json, &table, &requests)) {
    bool wanted = false;
    cyn_status status = may_load(init, table, &wanted);
    if (status != CYN_OK) return status;
    if (!wanted) continue;
    cyn_i_buf body;
    cyn_i_buf_init(&body, &init->arena);
    cyn_i_buf_text(&body, "{\"RequestItems\":{");
    cyn_i_json_write_string(&body, table);
    cyn_i_buf_text(&body, ":");
    cyn_i_buf_append(&body, requests.data, requests.size);
    cyn_i_buf_text(&body, "}}");
    if (body.failed) return cyn_i_error_no_memory(init->error);
    status = call_or_fault(init, "BatchWriteItem", (cyn_bytes){(char *)body.data, body.size});
    if (status != CYN_OK) return status;
    init->item_count++;
  }
  return CYN_OK;
}

/* ---- one file ---- */

/* A file of tables in the first pass, of items in the second. */
static cyn_status load_json(cyn_i_init *init, cyn_bytes file, bool items_pass) {
  cyn_bytes requests = cyn_i_init_member(init, file, "RequestItems");
  bool is_table = cyn_i_init_member(init, file, "KeySchema").data != NULL;
  bool is_template = cyn_i_init_member(init, file, "Resources").data != NULL;
  bool created = false;
  if (is_table || is_template) {
    if (items_pass) return CYN_OK;
    return is_table ? cyn_i_init_create_table(init, file, &created) : cyn_i_init_template(init, file);
  }
  if (!items_pass) return CYN_OK;
  if (requests.data != NULL) return load_request_items(init, requests);
  cyn_i_json json;
  cyn_bytes key, value;
  cyn_i_json_init(&json, (const uint8_t *)file.data, file.size, &init->arena);
  bool is_map = file.size != 0 && cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN &&
                cyn_i_init_next_member(&json, &key, &value) && value.size != 0 && value.data[0] == '[';
  if (is_map) return load_request_items(init, file);
  return cyn_i_init_fault(init,
                          "neither a CreateTable input, nor a CloudFormation template, nor a BatchWriteItem request");
}

static cyn_status load_file(cyn_i_init *init, const char *name, bool items_pass) {
  cyn_bytes file;
  init->file = name;
  bool is_lines = ends_in(name, ".items.jsonl");
  if (is_lines && !items_pass) return CYN_OK;
  cyn_i_arena_reset(&init->arena, 1 << 20);
  cyn_status status = map_file(init, &file);
  if (status != CYN_OK) return status;
  status = is_lines ? load_lines(init, file) : load_json(init, file, items_pass);
  unmap_file(file);
  return status;
}

cyn_status cyn_i_init_directory(cyn_server *server, const char *directory, const cyn_server_options *options,
                                cyn_error *error) {
  cyn_i_init init;
  memset(&init, 0, sizeof init);
  init.server = server;
  init.directory = directory;
  init.options = options;
  init.file = "";
  init.error = error;
  cyn_i_arena_init(&init.arena, 0);
  cyn_i_arena_init(&init.lasting, 0);
  size_t count = 0;
  char **names = cyn_i_arena_zalloc(&init.lasting, FILES_MAX, sizeof *names);
  cyn_status status = names != NULL ? list_files(&init, names, &count) : cyn_i_error_no_memory(error);
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < count && status == CYN_OK; i++) status = load_file(&init, names[i], pass == 1);
  if (status == CYN_OK) {
    const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("directory", cyn_str(directory)), CYN_I_LOG_NUMBER("files", count),
                                      CYN_I_LOG_NUMBER("tables_created", init.table_count),
                                      CYN_I_LOG_NUMBER("items", init.item_count), CYN_I_LOG_END};
    cyn_i_log_write(&server->log, CYN_I_LOG_INFO, "initialized", fields);
  }
  cyn_i_arena_clean_up(&init.arena);
  cyn_i_arena_clean_up(&init.lasting);
  return status;
}
