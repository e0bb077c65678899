/* See regions.h. Regions that are newer than this table are reached by --region. */
#include "cli/regions.h"

#include <string.h>

static const char *const commercial[] = {
    "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "af-south-1",     "ap-east-1",    "ap-east-2",
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1",
    "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",    "eu-west-2",
    "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",    NULL};
static const char *const china[] = {"cn-north-1", "cn-northwest-1", NULL};
static const char *const us_government[] = {"us-gov-east-1", "us-gov-west-1", NULL};
static const char *const europe[] = {"eusc-de-east-1", NULL};

static const struct {
  const char *start;
  const char *const *regions;
} partitions[] = {{"cn-", china}, {"us-gov-", us_government}, {"eusc-", europe}, {"", commercial}};

const char *cli_region(const char *region, size_t number) {
  const char *const *regions = commercial;
  for (size_t i = 0; region != NULL; i++) {
    if (strncmp(region, partitions[i].start, strlen(partitions[i].start)) != 0) continue;
    regions = partitions[i].regions;
    break;
  }
  size_t count = 0;
  while (regions[count] != NULL) count++;
  return number < count ? regions[number] : NULL;
}
