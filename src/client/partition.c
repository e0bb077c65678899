/* See partition.h. The facts are those of AWS's published partitions.json; every partition has FIPS and dual-stack names. */
#include "client/partition.h"

#include <ctype.h>

typedef struct row {
  cyn_i_partition partition;
  const char *starts[11]; /* Regions are START-word-number */
  const char *pseudo;     /* the Region that stands for the whole partition */
} row;

static const row rows[] = {
    {{"aws", "amazonaws.com", "api.aws", "aws.amazon.com"}, {"us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"},
     "aws-global"},
    {{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "amazonaws.cn"}, {"cn"}, "aws-cn-global"},
    {{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "amazonaws-eusc.eu"}, {"eusc-de"}, NULL},
    {{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "c2shome.ic.gov"}, {"us-iso"}, "aws-iso-global"},
    {{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "sc2shome.sgov.gov"}, {"us-isob"}, "aws-iso-b-global"},
    {{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csphome.adc-e.uk"}, {"eu-isoe"}, "aws-iso-e-global"},
    {{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "csphome.hci.ic.gov"}, {"us-isof"}, "aws-iso-f-global"},
    {{"aws-us-gov", "amazonaws.com", "api.aws", "amazonaws-us-gov.com"}, {"us-gov"}, "aws-us-gov-global"},
};

/* START-word-number, where a word has letters, digits and '_'. */
static bool fits(cyn_bytes region, const char *start) {
  size_t at = strlen(start), word = 0, digits = 0;
  if (region.size <= at || memcmp(region.data, start, at) != 0 || region.data[at++] != '-') return false;
  for (; at < region.size && (isalnum((unsigned char)region.data[at]) || region.data[at] == '_'); at++) word++;
  if (word == 0 || at == region.size || region.data[at++] != '-') return false;
  for (; at < region.size && isdigit((unsigned char)region.data[at]); at++) digits++;
  return digits != 0 && at == region.size;
}

const cyn_i_partition *cyn_i_partition_of(cyn_bytes region) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *pseudo = rows[i].pseudo;
    if (pseudo != NULL && region.size == strlen(pseudo) && memcmp(region.data, pseudo, region.size) == 0)
      return &rows[i].partition;
    for (const char *const *start = rows[i].starts; *start != NULL; start++)
      if (fits(region, *start)) return &rows[i].partition;
  }
  return &rows[0].partition;
}

bool cyn_i_region_is_valid(cyn_bytes region) {
  bool has_other_than_digits = false;
  if (region.size == 0 || region.size > 63 || region.data[0] == '-' || region.data[region.size - 1] == '-') return false;
  for (size_t i = 0; i < region.size; i++) {
    unsigned char c = (unsigned char)region.data[i];
    if (!(c < 0x80 && isalnum(c)) && c != '-') return false;
    has_other_than_digits = has_other_than_digits || !isdigit(c);
  }
  return has_other_than_digits;
}
