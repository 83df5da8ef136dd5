/* Huge pages asked for by name. A map without a reservation shows its page size and takes no page of the
 * pool, so these cases need none. */
#include "case.h"

#include <stdio.h>

SUITE("huge", "huge pages");

/* Bytes of the default huge page; UNSUPPORTED for a kernel without them. */
static size_t huge_page(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[256];
    size_t kilobytes = 0;

    while (file && !kilobytes && fgets(line, sizeof line, file))
        if (sscanf(line, "Hugepagesize: %zu kB", &kilobytes) != 1)
            kilobytes = 0;
    if (!kilobytes)
        unsupported("the kernel has no huge pages");
    fclose(file);
    return kilobytes * 1024;
}

CASE("huge.page_size", LINUX("mmap(2)"),
     "a map with MAP_HUGETLB consists of huge pages, and only whole ones of them can be unmapped",
     "a database takes small pages for huge ones and pays for them in its tables")
{
    const size_t huge = huge_page();
    char *map = map_anonymous(2 * huge, PROT_READ, MAP_PRIVATE | MAP_NORESERVE | CONSTANT(MAP_HUGETLB));

    EXPECT(number((int64_t)(huge / page)), smaps_pages(map, "KernelPageSize"));
    EXPECT("yes", vm_flag(map, "ht"));
    EXPECT("0", number((int64_t)((uintptr_t)map % huge)));
    EXPECT("EINVAL", returned(munmap(map, page)));
    EXPECT("0", returned(munmap(map, huge)));
    EXPECT("1", smaps_pages(map_anonymous(page, PROT_READ, MAP_PRIVATE), "KernelPageSize"));
}

CASE("huge.memfd", LINUX("memfd_create(2)"), "a file in memory made with MFD_HUGETLB consists of huge pages",
     "a hypervisor backs its guest by small pages, or maps a file that ends inside a huge one",
     .since = KERNEL(4, 14))
{
    const size_t huge = huge_page();
    int descriptor = (int)SETUP(memfd_create("case", (unsigned)CONSTANT(MFD_HUGETLB)));

    EXPECT("0", returned(ftruncate(descriptor, (off_t)huge)));
    EXPECT("EINVAL", returned(ftruncate(descriptor, (off_t)(huge + page))));
    char *map = map_descriptor(descriptor, 0, huge, PROT_READ, MAP_SHARED | MAP_NORESERVE);
    EXPECT(number((int64_t)(huge / page)), smaps_pages(map, "KernelPageSize"));
}

CASE("huge.exhausted", LINUX("mmap(2)"),
     "more huge pages than there are can't be reserved: ENOMEM, and small ones are no substitute",
     "a database believes in huge pages that it does not have")
{
    const size_t huge = huge_page();
    const size_t all =
        (size_t)(kernel_setting("vm/nr_hugepages") + kernel_setting("vm/nr_overcommit_hugepages"));
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_HUGETLB);

    EXPECT("ENOMEM", mapped(mmap(NULL, (all + 1) * huge, READ_WRITE, flags, -1, 0)));
    EXPECT("mapped", mapped(mmap(NULL, huge, READ_WRITE, flags | MAP_NORESERVE, -1, 0)));
}

CASE("huge.unknown_size", LINUX("mmap(2)"),
     "huge pages of a size that does not exist are refused with EINVAL",
     "a program that asks for pages of 1 GiB gets others and does not notice")
{
    const int logarithm_of_no_size = 13, shift = CONSTANT(MAP_HUGE_SHIFT);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | CONSTANT(MAP_HUGETLB);
    const size_t huge = huge_page();

    EXPECT("EINVAL", mapped(mmap(NULL, huge, PROT_READ, flags | logarithm_of_no_size << shift, -1, 0)));
    EXPECT("mapped", mapped(mmap(NULL, huge, PROT_READ, flags | __builtin_ctzll(huge) << shift, -1, 0)));
}
