#include "../device.h"

#include "../counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The seventh number counts sectors of 512 bytes, whatever the device's own are. */
int64_t device_bytes_written(int file)
{
    char path[64];
    struct stat status;
    int64_t sectors;

    if (fstat(file, &status) != 0)
        return COUNTER_ABSENT;
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/stat", major(status.st_dev), minor(status.st_dev));
    FILE *counts = fopen(path, "re");
    if (!counts)
        return COUNTER_ABSENT;
    const int found = fscanf(counts, "%*d %*d %*d %*d %*d %*d %" SCNd64, &sectors);
    fclose(counts);
    return found == 1 ? sectors * 512 : COUNTER_ABSENT;
}
