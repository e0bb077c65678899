/* cynamo info: what a file is, who has it open, and the tables in it. */
#include <stdio.h>

#include "cli/care.h"

static void print_table(void *user, const cyn_store_table *table) {
  bool *any = user;
  char n[2][32];
  if (!*any) printf("tables\n");
  *any = true;
  printf("  %.*s/%.*s/%.*s  items %s  bytes %s  indexes %lld\n", (int)table->account.size, table->account.data,
         (int)table->region.size, table->region.data, (int)table->name.size, table->name.data,
         cli_care_number((unsigned long long)table->items, n[0]), cli_care_number((unsigned long long)table->bytes, n[1]),
         (long long)table->indexes);
}

static void print_info(const char *url, const cyn_store_info *info) {
  char n[4][32];
  printf("%s\n", url);
  printf("format version  %lld, written by Cynamo %s\n", (long long)info->format_version, info->writer);
  printf("file            %s bytes: %s pages of %s bytes, %s in use\n", cli_care_number(info->file_bytes, n[0]),
         cli_care_number(info->pages, n[1]), cli_care_number(info->page_bytes, n[2]), cli_care_number(info->used_pages, n[3]));
  printf("keys            %s in %lld levels\n", cli_care_number(info->entries, n[0]), (long long)info->depth);
  printf("commits         %s\n", cli_care_number(info->last_commit, n[0]));
  printf("in use          %s\n", info->is_live ? info->owner : "by nobody");
  if (info->is_marked_unsafe)
    printf("unsafe          it is, or was, written with durability=unsafe and not closed since\n");
}

int cli_info(int argc, char **argv) {
  const char *argument = NULL;
  char url[CLI_CARE_URL_BYTES];
  size_t count = 0;
  bool done, any = false;
  static const cli_option none[1];
  int status = cli_care_parse("info", argc, argv, none, 0, &argument, 1, &count, &done);
  if (status != CLI_OK || done) return status;
  status = cli_care_url(argument, url);
  if (status != CLI_OK) return status;
  cyn_error error = CYN_ERROR_INIT;
  cyn_store_info info;
  /* twice: the file first, then its tables */
  if (cyn_store_info_get(url, &info, NULL, NULL, &error) != CYN_OK) return cli_care_fail(&error);
  print_info(url, &info);
  if (cyn_store_info_get(url, &info, print_table, &any, &error) != CYN_OK) return cli_care_fail(&error);
  return CLI_OK;
}
