/* The Regions of AWS, for --all-regions and completion. */
#ifndef CYN_CLI_REGIONS_H
#define CYN_CLI_REGIONS_H

#include <stddef.h>

/* Region `number` of the partition that `region` is in (NULL: the commercial one); NULL behind the last. */
const char *cli_region(const char *region, size_t number);

#endif
