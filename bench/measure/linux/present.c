/* /proc/self/pagemap; what it says about presence needs no rights. */
#include "../present.h"

#include "../counters.h"
#include "../mapping.h"

#include <fcntl.h>
#include <mapwise.h>
#include <stddef.h>
#include <unistd.h>

/* One word a page, whose highest bit says that it is there. */
static int64_t count_present(int pagemap, uint64_t first, uint64_t count)
{
    const uint64_t present = UINT64_C(1) << 63;
    uint64_t words[1024];
    int64_t found = 0;

    for (uint64_t done = 0; done < count;) {
        const uint64_t left = count - done, most = sizeof words / sizeof words[0];
        const size_t wanted = sizeof words[0] * (size_t)(left < most ? left : most);
        const ssize_t got = pread(pagemap, words, wanted, (off_t)((first + done) * sizeof words[0]));
        if (got < (ssize_t)sizeof words[0])
            return COUNTER_ABSENT;
        for (size_t i = 0; i < (size_t)got / sizeof words[0]; i++)
            found += (words[i] & present) != 0;
        done += (uint64_t)got / sizeof words[0];
    }
    return found;
}

int64_t present_pages(const void *address, uint64_t length)
{
    const size_t page = mw_page_size();
    const int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    if (pagemap < 0)
        return COUNTER_ABSENT;
    const int64_t found = count_present(pagemap, (uintptr_t)address / page, (length + page - 1) / page);
    close(pagemap);
    return found;
}

bool present_as_huge(const void *address, uint64_t length)
{
    const int64_t huge = mapping_bytes(address, "AnonHugePages");

    return huge != COUNTER_ABSENT && (uint64_t)huge + 2 * mapping_huge_page() >= length;
}

size_t present_table_span(void)
{
    const uint64_t huge = mapping_huge_page();

    return huge ? (size_t)huge : mw_page_size() / sizeof(uint64_t) * mw_page_size();
}
