/* See pages.h. Each page's memory is given back before the next one is read; what must outlive it is kept as text. */
#include "cli/pages.h"

#include <inttypes.h>

#include "cli/output.h"
#include "cli/plain.h"
#include "cli/progress.h"

/* ---- the condition on the keys ---- */

typedef struct key_condition {
  cli_pages *pages;
  cli_bindings *bindings;
  cli_text *out;
} key_condition;

static int put_comparison(key_condition *c, const cli_key *key, const char *format, const char *text, const char *text2) {
  cli_json *value = NULL;
  const char *name = cli_bind_name(c->bindings, key->name), *placeholders[2] = {"", ""};
  for (size_t i = 0; i < 2 && (i == 0 || text2 != NULL); i++) {
    int status = cli_key_value(c->pages->run, key, i == 0 ? text : text2, &value);
    if (status != CLI_OK) return status;
    placeholders[i] = cli_bind_value(c->bindings, value);
  }
  for (const char *at = format; *at != '\0'; at++) {
    if (*at == 'n') cli_text_puts(c->out, name);
    else if (*at == 'a' || *at == 'b') cli_text_puts(c->out, placeholders[*at - 'a']);
    else if (*at == 'B') cli_text_puts(c->out, "BETWEEN");
    else if (*at == '&') cli_text_puts(c->out, "AND");
    else if (*at == '^') cli_text_puts(c->out, "begins_with");
    else cli_text_putc(c->out, *at);
  }
  return CLI_OK;
}

/* The options on the sort key: one of them, or --from with --to. */
static int put_sort_condition(key_condition *c, size_t key) {
  const cli_given *given = &c->pages->run->given;
  const struct {
    const char *value, *format, *option;
  } single[] = {{given->begins_with, "^(n, a)", "--begins-with"}, {given->from, "n >= a", "--from"}, {given->to, "n <= a", "--to"},
                {given->after, "n > a", "--after"},               {given->before, "n < a", "--before"}};
  const char *first = NULL;
  size_t count = 0, chosen = 0;
  for (size_t i = 0; i < 5; i++) {
    if (single[i].value == NULL) continue;
    if (count++ == 0) first = single[i].option;
    chosen = i;
  }
  if (count == 0) return CLI_OK;
  if (key >= c->pages->keys.count) return cli_complain("%s: there is no sort key left to compare", first);
  cli_text_puts(c->out, " AND ");
  if (count == 1) return put_comparison(c, &c->pages->keys.keys[key], single[chosen].format, single[chosen].value, NULL);
  if (count == 2 && given->from != NULL && given->to != NULL)
    return put_comparison(c, &c->pages->keys.keys[key], "n B a & b", given->from, given->to);
  return cli_complain("a sort key is compared once: only --from and --to go together");
}

static int put_key_condition(key_condition *c) {
  cli_run *run = c->pages->run;
  const cli_schema *keys = &c->pages->keys;
  size_t given = run->argument_count - 1;
  if (given < keys->hash_count)
    return cli_complain("the partition key %.*s is missing", (int)keys->keys[given].name.size, keys->keys[given].name.data);
  if (given > keys->count)
    return cli_complain("'%s' is one argument too many: %s has %zu key attribute%s", run->arguments[keys->count + 1],
                        run->given.index != NULL ? run->given.index : run->arguments[0], keys->count, keys->count == 1 ? "" : "s");
  for (size_t i = 0; i < given; i++) {
    cli_text_puts(c->out, i != 0 ? " AND " : "");
    int status = put_comparison(c, &keys->keys[i], "n = a", run->arguments[i + 1], NULL);
    if (status != CLI_OK) return status;
  }
  return put_sort_condition(c, given);
}

/* ---- the request ---- */

static int start_of_option(cli_pages *pages) {
  cli_run *run = pages->run;
  cli_json *key = NULL;
  const char *fault = NULL;
  if (run->given.start == NULL) return CLI_OK;
  int status = cli_read_json(run, run->given.start, &key);
  if (status != CLI_OK) return status;
  if (!run->given.dynamodb_json) key = cli_plain_item(run->memory, key, &fault);
  if (key == NULL) return cli_complain("--start: %s", fault);
  cli_text text = CLI_TEXT_INIT(run);
  cli_json_write(&text, key, 0);
  cli_pages_start_at(pages, (cyn_bytes){text.data, text.size});
  return CLI_OK;
}

static int make_request(cli_pages *pages, cli_json *input, bool is_query) {
  cli_run *run = pages->run;
  cli_bindings bindings = {run, NULL, NULL};
  cli_text condition = CLI_TEXT_INIT(run), filter = CLI_TEXT_INIT(run), projection = CLI_TEXT_INIT(run);
  key_condition c = {pages, &bindings, &condition};
  int status = is_query ? put_key_condition(&c) : CLI_OK;
  if (status == CLI_OK) status = cli_translate_where(&bindings, &filter);
  if (status == CLI_OK && run->given.select != NULL)
    status = cli_translate(&bindings, "--select", CLI_SYNTAX_PATHS, run->given.select, &projection);
  if (status != CLI_OK) return status;
  cli_add_text(run, input, "KeyConditionExpression", &condition);
  cli_add_text(run, input, "FilterExpression", &filter);
  cli_add_text(run, input, "ProjectionExpression", &projection);
  cli_add_bindings(&bindings, input);
  if (run->given.consistent) (void)cli_json_add(input, "ConsistentRead", cli_json_bool(run->memory, true));
  if (run->given.reverse) (void)cli_json_add(input, "ScanIndexForward", cli_json_bool(run->memory, false));
  pages->is_filtered = filter.size != 0;
  return start_of_option(pages);
}

int cli_pages_init(cli_pages *pages, cli_run *run, bool is_query, const char *select) {
  memset(pages, 0, sizeof *pages);
  pages->run = run;
  pages->operation = is_query ? "Query" : "Scan";
  pages->kept = cli_memory_new();
  cli_json *input = cli_json_object(run->memory);
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(run->arguments[0])));
  if (run->given.index != NULL) (void)cli_json_add(input, "IndexName", cli_json_string(run->memory, cyn_str(run->given.index)));
  if (select != NULL) (void)cli_json_add(input, "Select", cli_json_string(run->memory, cyn_str(select)));
  int status = cli_schema_read(run, run->arguments[0], NULL, &pages->table);
  pages->keys = pages->table;
  if (status == CLI_OK && run->given.index != NULL)
    status = cli_schema_read(run, run->arguments[0], run->given.index, &pages->keys);
  if (status == CLI_OK) status = make_request(pages, input, is_query);
  cli_text text = CLI_TEXT_INIT(run);
  cli_json_write(&text, input, 0);
  pages->input = (cyn_bytes){text.data, text.size - 1};
  return status;
}

void cli_pages_clean_up(cli_pages *pages) {
  cli_memory_destroy(pages->kept);
  pages->kept = NULL;
}

void cli_pages_start_at(cli_pages *pages, cyn_bytes key_json) {
  cli_memory *fresh = cli_memory_new();
  pages->start = (cyn_bytes){key_json.data != NULL ? cli_copy(fresh, key_json.data, key_json.size) : NULL, key_json.size};
  cli_memory_destroy(pages->kept);
  pages->kept = fresh;
}

int cli_pages_next(cli_pages *pages, int64_t limit, cli_json **answer) {
  cli_run *run = pages->run;
  cli_text text = CLI_TEXT_INIT(run);
  int64_t page = run->given.page_size.value;
  if (page > 0 && (limit == 0 || page < limit)) limit = page;
  cli_text_put(&text, pages->input.data, pages->input.size);
  if (limit > 0) cli_text_printf(&text, ", \"Limit\": %" PRId64, limit);
  if (pages->start.data != NULL) cli_text_printf(&text, ", \"ExclusiveStartKey\": %s", pages->start.data);
  cli_text_putc(&text, '}');
  int status = cli_send_text(run, pages->operation, (cyn_bytes){text.data, text.size}, answer);
  if (status != CLI_OK) return status;
  const cli_json *last = cli_json_get(*answer, "LastEvaluatedKey");
  cli_text key = CLI_TEXT_INIT(run);
  pages->is_over = last == NULL;
  if (last != NULL) cli_json_write(&key, last, 0);
  cli_pages_start_at(pages, (cyn_bytes){key.data, key.size});
  return CLI_OK;
}

/* ---- printing ---- */

/* The key of an item as a start key; NULL when the item does not hold all of it. */
static cli_json *key_of(cli_pages *pages, const cli_json *item) {
  cli_memory *memory = pages->run->memory;
  cli_json *out = cli_json_object(memory);
  for (size_t i = 0; i < pages->table.count + pages->keys.count; i++) {
    bool is_own = i < pages->table.count;
    cyn_bytes name = is_own ? pages->table.keys[i].name : pages->keys.keys[i - pages->table.count].name;
    const cli_json *value = cli_json_get_bytes(item, name);
    if (value == NULL) return NULL;
    if (cli_json_get_bytes(out, name) == NULL) (void)cli_json_add_bytes(out, name, cli_json_copy(memory, value));
  }
  return out;
}

/* --limit was reached: says so when more follow. */
static void say_more(cli_pages *pages, const cli_json *items, bool is_cut) {
  cli_run *run = pages->run;
  const char *fault = NULL;
  if (run->given.quiet || (!is_cut && pages->is_over)) return;
  const cli_json *key = is_cut ? key_of(pages, items->last) : cli_json_read(run->memory, pages->start, NULL, &fault);
  cli_text text = CLI_TEXT_INIT(run);
  (void)fflush(stdout);
  if (key == NULL) {
    fprintf(stderr, "more follow\n");
    return;
  }
  cli_json_write(&text, run->given.dynamodb_json ? key : cli_wire_item(run->memory, key), 0);
  fprintf(stderr, "more follow: --start '%s'\n", text.data);
}

/* Leaves the first `count` items. */
static void cut(cli_json *items, int64_t count) {
  cli_json *last = items->first;
  for (int64_t i = 1; i < count; i++) last = last->next;
  last->next = NULL;
  items->last = last;
  items->count = (size_t)count;
}

int cli_pages_print(cli_pages *pages) {
  cli_run *run = pages->run;
  bool is_limited = run->given.limit.is_set;
  int64_t left = run->given.limit.value;
  int status = CLI_OK;
  cli_mark mark = cli_memory_mark(run->memory);
  while (status == CLI_OK && !pages->is_over && (!is_limited || left > 0)) {
    cli_json *answer = NULL;
    if (cli_is_interrupted()) return CLI_INTERRUPTED; /* in the shell: elsewhere the signal ends the program */
    status = cli_pages_next(pages, is_limited && !pages->is_filtered ? left : 0, &answer);
    cli_json *items = status == CLI_OK ? cli_json_get(answer, "Items") : NULL;
    if (items == NULL) continue;
    bool is_cut = is_limited && (int64_t)items->count > left;
    if (is_cut) cut(items, left);
    left -= (int64_t)items->count;
    cli_print_items(run, &pages->keys, items);
    if (is_limited && left == 0) say_more(pages, items, is_cut);
    cli_memory_release(run->memory, mark);
  }
  return status;
}
