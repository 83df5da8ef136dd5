/* Huge pages of the pool, asked for by name. A map without a reservation shows its page size and takes no
 * page, so most of these cases need no pool; the others raise it, with --invasive. */
#include "case.h"
#include "fixture.h"

#include <stdio.h>

SUITE("huge", "huge pages");

enum { SIZE_SHIFT = 26 }; /* where the flags of mmap have the logarithm of the page size */

static void *map_huge(size_t length, int protection, int flags)
{
    return mmap(NULL, length, protection, MAP_ANONYMOUS | CONSTANT(MAP_HUGETLB) | flags, -1, 0);
}

/* Whole pages that the pool owes nobody yet: address space only. */
static char *unreserved_huge(size_t length)
{
    return map_anonymous(length, READ_WRITE, MAP_PRIVATE | MAP_NORESERVE | CONSTANT(MAP_HUGETLB));
}

CASE("huge.page_size", LINUX("mmap(2)"),
     "a map with MAP_HUGETLB consists of huge pages, and only whole ones of them can be unmapped",
     "a database takes small pages for huge ones and pays for them in its tables")
{
    const size_t huge = huge_page_bytes();
    char *map = unreserved_huge(2 * huge);

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
    const size_t huge = huge_page_bytes();
    int descriptor = (int)SETUP(memfd_create("case", (unsigned)CONSTANT(MFD_HUGETLB)));

    EXPECT("0", returned(ftruncate(descriptor, (off_t)huge)));
    EXPECT("EINVAL", returned(ftruncate(descriptor, (off_t)(huge + page))));
    char *map = map_descriptor(descriptor, 0, huge, PROT_READ, MAP_SHARED | MAP_NORESERVE);
    EXPECT(number((int64_t)(huge / page)), smaps_pages(map, "KernelPageSize"));
}

/* ---- what is refused ----------------------------------------------------------------------------- */

CASE("huge.no_pool", LINUX("mmap(2)"),
     "more huge pages than the pool has, or may come to have, are refused with ENOMEM; unreserved ones are "
     "not",
     "a program that was promised huge pages dies at the first touch of one")
{
    const size_t huge = huge_page_bytes();

    keep_pool_still();
    const int64_t all = kernel_setting("vm/nr_hugepages") + kernel_setting("vm/nr_overcommit_hugepages");
    const size_t too_many = ((size_t)all + 1) * huge;

    EXPECT("ENOMEM", mapped(map_huge(too_many, READ_WRITE, MAP_PRIVATE)));
    EXPECT("ENOMEM", mapped(map_huge(too_many, READ_WRITE, MAP_SHARED)));
    EXPECT("mapped", mapped(map_huge(too_many, READ_WRITE, MAP_PRIVATE | MAP_NORESERVE)));
}

/* The logarithm of a page size, a size that this machine has or one that it does not. */
static int page_shift(bool exists)
{
    char path[96];

    for (int shift = 12; shift < 40; shift++) {
        snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/hugepages-%llukB", (1ULL << shift) / 1024);
        if ((access(path, F_OK) == 0) == exists)
            return shift;
    }
    unsupported("the sizes of huge pages can't be told");
}

CASE("huge.bad_size", LINUX("mmap(2)"), "a size of huge pages that the machine does not have is EINVAL",
     "a program gets pages of another size than it works with", .since = KERNEL(3, 8))
{
    const int right = page_shift(true), wrong = page_shift(false);
    const int flags = MAP_PRIVATE | MAP_NORESERVE;
    const size_t length = (size_t)1 << (right > wrong ? right : wrong);

    EXPECT("EINVAL", mapped(map_huge(length, READ_WRITE, flags | (wrong << SIZE_SHIFT))));
    char *map = map_huge(length, READ_WRITE, flags | (right << SIZE_SHIFT));
    EXPECT("mapped", mapped(map));
    EXPECT(number((int64_t)(((size_t)1 << right) / page)), smaps_pages(map, "KernelPageSize"));
}

CASE("huge.len_rounding", LINUX("mmap(2)"),
     "mmap rounds the length up to whole huge pages, munmap insists on them: EINVAL",
     "a program that unmaps what it mapped keeps the page")
{
    const size_t huge = huge_page_bytes();
    char *map = unreserved_huge(huge + page);

    EXPECT(number((int64_t)(2 * huge / page)), smaps_pages(map, "Size"));
    EXPECT("EINVAL", returned(munmap(map + page, 2 * huge - page)));
    EXPECT("EINVAL", returned(munmap(map, huge + page)));
    EXPECT("rw-p", permissions(map));
    EXPECT("0", returned(munmap(map, 2 * huge)));
    EXPECT("nothing", permissions(map));
}

CASE("huge.offset_align", LINUX("mmap(2)"),
     "the offset in a file of huge pages must be a multiple of them: EINVAL",
     "a program sees another part of the file than it asked for", .since = KERNEL(4, 14))
{
    const size_t huge = huge_page_bytes();
    const int flags = MAP_SHARED | MAP_NORESERVE;
    int descriptor = (int)SETUP(memfd_create("case", (unsigned)CONSTANT(MFD_HUGETLB)));

    SETUP(ftruncate(descriptor, 2 * (off_t)huge));
    EXPECT("EINVAL", mapped(mmap(NULL, huge, READ_WRITE, flags, descriptor, (off_t)page)));
    EXPECT("EINVAL", mapped(mmap(NULL, huge, READ_WRITE, flags, descriptor, (off_t)(huge - page))));
    EXPECT("mapped", mapped(mmap(NULL, huge, READ_WRITE, flags, descriptor, (off_t)huge)));
    EXPECT("mapped", mapped(mmap(NULL, huge, READ_WRITE, flags, descriptor, 0)));
}

/* ---- pages of the pool --------------------------------------------------------------------------- */

CASE("huge.fault_exhausted", LINUX("mmap(2)"),
     "a touch for which the pool has no page left raises SIGBUS; the pages that were had stay",
     "a program is killed without a signal, or gets a small page", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 20)
{
    const size_t huge = huge_page_bytes();

    need_huge_pages(1);
    char *map = unreserved_huge(2 * huge);
    EXPECT("stored", store(&map[5], 9));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[huge + 5], 9));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[huge + 5]));
    EXPECT("9", load(&map[5]));
    EXPECT("0", returned(munmap(map, huge)));
    EXPECT("stored", store(&map[huge + 5], 8));
}

CASE("huge.fault_exhausted.empty", LINUX("mmap(2)"),
     "a touch of an unreserved huge page is SIGBUS without a pool",
     "a program on a machine without a pool runs on small pages and never learns of it")
{
    keep_pool_still();
    if (kernel_setting("vm/nr_hugepages") || kernel_setting("vm/nr_overcommit_hugepages"))
        unsupported("the pool of huge pages is not empty");
    char *map = unreserved_huge(huge_page_bytes());
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[5], 9));
    EXPECT("rw-p", permissions(map));
}

CASE("huge.private_cow", PRACTICE("a reservation belongs to the process that made it"),
     "where the pool has no page for a copy the child that stores gets SIGBUS, and the parent keeps its page",
     "a server loses its data because a child of it stored into a shared page",
     .needs = NEED_ROOT | NEED_INVASIVE, .seconds = 20)
{
    const size_t huge = huge_page_bytes();

    need_huge_pages(1);
    char *map = map_anonymous(huge, READ_WRITE, MAP_PRIVATE | CONSTANT(MAP_HUGETLB));
    EXPECT("stored", store(map, 8));
    EXPECT("8", load_in_child(map));
    EXPECT("SIGBUS BUS_ADRERR exact", store_in_child(map, 9));
    EXPECT("8", load(map));
    EXPECT("stored", store(map, 7));
    EXPECT("7", load(map));
}

CASE("huge.madvise_dontneed", LINUX("madvise(2)"),
     "MADV_DONTNEED frees whole huge pages: their bytes are zeros then; a part of one it never touches",
     "a program loses data beside what it gave back, or keeps what it wanted to forget",
     .needs = NEED_ROOT | NEED_INVASIVE, .since = KERNEL(6, 1), .seconds = 20)
{
    const size_t huge = huge_page_bytes();

    need_huge_pages(2);
    char *map = map_anonymous(2 * huge, READ_WRITE, MAP_PRIVATE | CONSTANT(MAP_HUGETLB));
    EXPECT("stored", store(map, 7));
    EXPECT("stored", store(&map[huge], 8));
    EXPECT("EINVAL", returned(madvise(map + page, page, MADV_DONTNEED)));
    EXPECT("0|EINVAL", returned(madvise(map, huge / 2, MADV_DONTNEED)));
    EXPECT("0|EINVAL", returned(madvise(map + huge, huge - page, MADV_DONTNEED)));
    EXPECT("7", load(map));
    EXPECT("8", load(&map[huge]));
    EXPECT("0", returned(madvise(map, huge, MADV_DONTNEED)));
    EXPECT("0", load(map));
    EXPECT("8", load(&map[huge]));
}

CASE("huge.offline_report", LINUX("proc_pid_smaps(5)"),
     "smaps tells the size of the pages that a map has, for each map its own",
     "a program that looks whether it has huge pages is told wrong")
{
    const size_t huge = huge_page_bytes();
    char *of_pool = unreserved_huge(huge), *ordinary = map_anonymous(huge, READ_WRITE, MAP_PRIVATE);

    EXPECT(number((int64_t)(huge / page)), smaps_pages(of_pool, "KernelPageSize"));
    EXPECT(number((int64_t)(huge / page)), smaps_pages(of_pool, "MMUPageSize"));
    EXPECT("0", smaps_pages(of_pool, "Private_Hugetlb"));
    EXPECT("1", smaps_pages(ordinary, "KernelPageSize"));
    EXPECT("1", smaps_pages(ordinary, "MMUPageSize"));
    EXPECT("no", vm_flag(ordinary, "ht"));
}
