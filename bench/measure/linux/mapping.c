#include "../mapping.h"

#include "../counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "7f12…-7f13… rw-p …" begins a mapping; other lines are "Field:  12 kB". */
static int64_t find_field(FILE *file, uintptr_t address, const char *field)
{
    const size_t length = strlen(field);
    char line[512];
    uintptr_t first, end;
    int inside = 0;

    while (fgets(line, sizeof line, file)) {
        int64_t kilobytes;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &first, &end) == 2)
            inside = first <= address && address < end;
        else if (inside && strncmp(line, field, length) == 0 && line[length] == ':' &&
                 sscanf(line + length + 1, "%" SCNd64, &kilobytes) == 1)
            return kilobytes * 1024;
    }
    return COUNTER_ABSENT;
}

int64_t mapping_bytes(const void *address, const char *field)
{
    FILE *file = fopen("/proc/self/smaps", "re");

    if (!file)
        return COUNTER_ABSENT;
    const int64_t bytes = find_field(file, (uintptr_t)address, field);
    fclose(file);
    return bytes;
}

uint64_t mapping_huge_bytes(const void *address)
{
    static const char *const fields[] = {"AnonHugePages", "ShmemPmdMapped", "FilePmdMapped"};
    uint64_t sum = 0;

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const int64_t bytes = mapping_bytes(address, fields[i]);
        sum += bytes > 0 ? (uint64_t)bytes : 0;
    }
    return sum;
}

uint64_t mapping_huge_page(void)
{
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
    uint64_t size = 0;

    if (file) {
        if (fscanf(file, "%" SCNu64, &size) != 1)
            size = 0;
        fclose(file);
    }
    return size;
}
