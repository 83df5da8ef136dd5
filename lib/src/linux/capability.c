/* Asks Linux which constants it knows.
 *
 * A kernel that does not know a value must say so for the question to mean anything. Each question is
 * therefore put twice, with the value and with nonsense; where nonsense is not refused the way an
 * unknown value would be (an old kernel, an emulator, a filter), the answer is MW_ANSWER_NONE.
 *
 * Nothing of the caller is touched: advice, msync and mlock2 get the empty range at address 0; mmap,
 * mprotect and mremap work on a page mapped for the question, without access rights; seals go onto an
 * empty memory file. Ranges whose state is not certain after a failure are left mapped rather than
 * unmapped: another thread may have been given the address. */
#include "../capability.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Bits that no flag of mprotect, msync, mlock2, mremap and F_ADD_SEALS has. */
#define NONSENSE 0x40000000
/* mmap and memfd_create keep the size of huge pages in their top six bits; this one lies below. */
#define NONSENSE_BELOW_SIZES 0x2000000

/* What comparing the two answers tells; all three are errno values, 0 for success. */
static enum mw__answer judge(int answer, int answer_to_nonsense, int refusal)
{
    if (answer == ENOSYS)
        return MW_ANSWER_REFUSED;
    if (answer_to_nonsense != refusal)
        return MW_ANSWER_NONE;
    return answer == refusal ? MW_ANSWER_REFUSED : MW_ANSWER_KNOWN;
}

static int errno_of(int result)
{
    return result == -1 ? errno : 0;
}

static size_t page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* A mapping without access rights, NULL if there is no room for it. */
static void *scratch_pages(size_t count)
{
    void *start = mmap(NULL, count * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return start == MAP_FAILED ? NULL : start;
}

/* ---- Calls that take an empty range ----------------------------------------------------------- */

static enum mw__answer ask_madvise(const mw_const *constant)
{
    return judge(errno_of(madvise(NULL, 0, (int)constant->value)), errno_of(madvise(NULL, 0, NONSENSE)),
                 EINVAL);
}

static enum mw__answer ask_posix_madvise(const mw_const *constant)
{
    return judge(posix_madvise(NULL, 0, (int)constant->value), posix_madvise(NULL, 0, NONSENSE), EINVAL);
}

static enum mw__answer ask_msync(const mw_const *constant)
{
    return judge(errno_of(msync(NULL, 0, (int)constant->value)), errno_of(msync(NULL, 0, NONSENSE)), EINVAL);
}

static enum mw__answer ask_mlock2(const mw_const *constant)
{
    return judge(errno_of(mlock2(NULL, 0, (unsigned)constant->value)), errno_of(mlock2(NULL, 0, NONSENSE)),
                 EINVAL);
}

/* ---- mprotect --------------------------------------------------------------------------------- */

/* The two directions exclude each other, which is checked before the (empty) range is looked at; an
 * unknown bit is checked after it. */
static enum mw__answer ask_grows(const mw_const *constant)
{
    int other = (PROT_GROWSDOWN | PROT_GROWSUP) & ~(int)constant->value;

    if (mprotect(NULL, 0, other) != 0 || mprotect(NULL, 0, other | NONSENSE) != 0)
        return MW_ANSWER_NONE;
    return errno_of(mprotect(NULL, 0, other | (int)constant->value)) == EINVAL ? MW_ANSWER_KNOWN
                                                                               : MW_ANSWER_REFUSED;
}

static enum mw__answer ask_mprotect(const mw_const *constant)
{
    enum mw__answer answer;
    void *scratch;

    if (constant->value == PROT_GROWSDOWN || constant->value == PROT_GROWSUP)
        return ask_grows(constant);
    scratch = scratch_pages(1);
    if (!scratch)
        return MW_ANSWER_NONE;
    answer = judge(errno_of(mprotect(scratch, page(), (int)constant->value)),
                   errno_of(mprotect(scratch, page(), NONSENSE)), EINVAL);
    munmap(scratch, page());
    return answer;
}

/* ---- mremap ----------------------------------------------------------------------------------- */

static enum mw__answer ask_mremap(const mw_const *constant)
{
    size_t size = page();
    char *scratch = scratch_pages(2);
    char *moved;
    int refused, nonsense;

    if (!scratch)
        return MW_ANSWER_NONE;
    nonsense = mremap(scratch, size, size, MREMAP_MAYMOVE | NONSENSE) == MAP_FAILED ? errno : 0;
    /* The fifth argument matters for MREMAP_FIXED only: the first page then replaces the second. */
    moved = mremap(scratch, size, size, MREMAP_MAYMOVE | (int)constant->value, scratch + size);
    refused = moved == MAP_FAILED ? errno : 0;

    if (refused == EINVAL || moved == scratch) {
        munmap(scratch, 2 * size); /* nothing has changed */
    } else if (moved == scratch + size) {
        munmap(moved, size); /* the first page is gone: FIXED */
    } else if (!refused) {
        munmap(moved, size); /* both pages are still there: DONTUNMAP */
        munmap(scratch, 2 * size);
    }
    return judge(refused, nonsense, EINVAL);
}

/* ---- Memory files and seals ------------------------------------------------------------------- */

static int memory_file(int64_t flags)
{
    return memfd_create("mapwise", (unsigned)flags | MFD_CLOEXEC);
}

static int try_memory_file(int64_t flags)
{
    int fd = memory_file(flags);

    if (fd == -1)
        return errno;
    close(fd);
    return 0;
}

static bool is_huge_page_size(const mw_const *constant, const char *prefix)
{
    return strncmp(constant->name, prefix, strlen(prefix)) == 0 && strstr(constant->name, "B") != NULL;
}

static enum mw__answer ask_memfd_create(const mw_const *constant)
{
    bool huge = is_huge_page_size(constant, "MFD_HUGE_");
    int answer;

    if (!huge && strncmp(constant->name, "MFD_HUGE_", strlen("MFD_HUGE_")) == 0)
        return MW_ANSWER_NONE; /* the shift and the mask */
    answer = try_memory_file(huge ? constant->value | MFD_HUGETLB : constant->value);
    if (answer == EMFILE || answer == ENFILE) /* no descriptor left to ask with */
        return MW_ANSWER_NONE;
    if (answer == ENODEV) /* no huge pages of this size here */
        return MW_ANSWER_REFUSED;
    return judge(answer, try_memory_file(NONSENSE_BELOW_SIZES), EINVAL);
}

static int try_seal(int seal)
{
    int fd = memory_file(MFD_ALLOW_SEALING);
    int answer;

    if (fd == -1)
        return errno;
    answer = errno_of(fcntl(fd, F_ADD_SEALS, seal));
    close(fd);
    return answer;
}

static enum mw__answer ask_seal(const mw_const *constant)
{
    return judge(try_seal((int)constant->value), try_seal(NONSENSE), EINVAL);
}

/* ---- mmap: each flag has its own way of showing ------------------------------------------------ */

/* Maps one page, unmaps it again, and returns the errno value. */
static int try_map(int flags, int fd)
{
    void *start = mmap(NULL, page(), PROT_NONE, flags, fd, 0);

    if (start == MAP_FAILED)
        return errno;
    munmap(start, page());
    return 0;
}

static int try_map_memory_file(int flags)
{
    int fd = memory_file(0);
    int answer;

    if (fd == -1)
        return errno;
    answer = try_map(flags, fd);
    close(fd);
    return answer;
}

/* A mapping must have a type; 0 is none. */
static enum mw__answer ask_type(const mw_const *constant)
{
    int answer = try_map((int)constant->value | MAP_ANONYMOUS, -1);

    if (answer == EOPNOTSUPP)
        return MW_ANSWER_REFUSED;
    return judge(answer, try_map(MAP_ANONYMOUS, -1), EINVAL);
}

/* This type is for files only. */
static enum mw__answer ask_type_of_file(const mw_const *constant)
{
    return judge(try_map_memory_file((int)constant->value), try_map_memory_file(0), EINVAL);
}

/* Without it, a descriptor is missing. */
static enum mw__answer ask_anonymous(const mw_const *constant)
{
    return judge(try_map(MAP_PRIVATE | (int)constant->value, -1), try_map(MAP_PRIVATE, -1), EBADF);
}

/* Only an exact placement gives back an address that is taken. */
static enum mw__answer ask_fixed(const mw_const *constant)
{
    void *scratch = scratch_pages(1);
    void *placed;

    if (!scratch)
        return MW_ANSWER_NONE;
    placed = mmap(scratch, page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | (int)constant->value, -1, 0);
    munmap(scratch, page());
    if (placed == MAP_FAILED)
        return MW_ANSWER_NONE;
    if (placed == scratch)
        return MW_ANSWER_KNOWN;
    munmap(placed, page());
    return MW_ANSWER_REFUSED;
}

/* A kernel that does not know it takes the address as a wish and places the mapping elsewhere. */
static enum mw__answer ask_fixed_noreplace(const mw_const *constant)
{
    void *scratch = scratch_pages(1);
    void *placed;
    int answer;

    if (!scratch)
        return MW_ANSWER_NONE;
    placed = mmap(scratch, page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | (int)constant->value, -1, 0);
    answer = placed == MAP_FAILED ? errno : 0;
    munmap(scratch, page());
    if (placed != MAP_FAILED && placed != scratch)
        munmap(placed, page());
    if (answer == EEXIST)
        return MW_ANSWER_KNOWN;
    return answer == 0 ? MW_ANSWER_REFUSED : MW_ANSWER_NONE;
}

/* Only stacks grow: a file that is to grow down is refused, and an unknown flag of MAP_SHARED is not. */
static enum mw__answer ask_growsdown(const mw_const *constant)
{
    if (try_map_memory_file(MAP_SHARED) != 0)
        return MW_ANSWER_NONE;
    return try_map_memory_file(MAP_SHARED | (int)constant->value) == EINVAL ? MW_ANSWER_KNOWN
                                                                            : MW_ANSWER_REFUSED;
}

/* Maps one huge page without reserving it, so that the pool stays as it is. */
static int try_huge_page(int64_t size_flags)
{
    int flags = (int)(uint32_t)(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_HUGETLB | size_flags);
    void *start = mmap(NULL, page(), PROT_NONE, flags, -1, 0);

    if (start == MAP_FAILED)
        return errno;
    /* mmap has rounded the length up to a huge page, and munmap takes nothing less. */
    for (size_t length = page(); length != 0 && munmap(start, length) != 0 && errno == EINVAL;)
        length *= 2;
    return 0;
}

static enum mw__answer ask_hugetlb(const mw_const *constant)
{
    const int64_t pages_of_two_bytes = INT64_C(1) << 26;

    return judge(try_huge_page(constant->value), try_huge_page(pages_of_two_bytes), EINVAL);
}

/* MAP_SHARED_VALIDATE refuses the flags that the kernel does not know. */
static enum mw__answer ask_validated(const mw_const *constant)
{
    return judge(try_map_memory_file(MAP_SHARED_VALIDATE | (int)(uint32_t)constant->value),
                 try_map_memory_file(MAP_SHARED_VALIDATE | NONSENSE_BELOW_SIZES), EOPNOTSUPP);
}

static enum mw__answer cannot_ask(const mw_const *constant)
{
    (void)constant;
    return MW_ANSWER_NONE;
}

static const struct {
    const char *name;
    enum mw__answer (*ask)(const mw_const *constant);
} map_questions[] = {
    {"MAP_SHARED", ask_type},          {"MAP_PRIVATE", ask_type},
    {"MAP_DROPPABLE", ask_type},       {"MAP_SHARED_VALIDATE", ask_type_of_file},
    {"MAP_ANONYMOUS", ask_anonymous},  {"MAP_ANON", ask_anonymous},
    {"MAP_FIXED", ask_fixed},          {"MAP_FIXED_NOREPLACE", ask_fixed_noreplace},
    {"MAP_GROWSDOWN", ask_growsdown},  {"MAP_HUGETLB", ask_hugetlb},
    {"MAP_TYPE", cannot_ask},          /* a mask */
    {"MAP_HUGE_SHIFT", cannot_ask},    /* not a flag */
    {"MAP_HUGE_MASK", cannot_ask},     /* a mask */
    {"MAP_SYNC", cannot_ask},          /* refused like an unknown flag unless the file is on DAX */
    {"MAP_UNINITIALIZED", cannot_ask}, /* its bit is also one of a huge page size */
};

static enum mw__answer ask_mmap(const mw_const *constant)
{
    for (size_t i = 0; i < sizeof(map_questions) / sizeof(map_questions[0]); i++)
        if (strcmp(map_questions[i].name, constant->name) == 0)
            return map_questions[i].ask(constant);
    if (is_huge_page_size(constant, "MAP_HUGE_"))
        return ask_hugetlb(constant);
    if (constant->value == 0)
        return MW_ANSWER_NONE; /* MAP_FILE: no bit to see */
    return ask_validated(constant);
}

/* mlockall is missing: all its questions lock the process. Linux has no constants of the other
 * classes. */
static enum mw__answer (*const questions[])(const mw_const *constant) = {
    [MW_CLASS_PROT] = ask_mprotect,    [MW_CLASS_MAP] = ask_mmap,
    [MW_CLASS_MADV] = ask_madvise,     [MW_CLASS_POSIX_MADV] = ask_posix_madvise,
    [MW_CLASS_MS] = ask_msync,         [MW_CLASS_MCL] = cannot_ask,
    [MW_CLASS_MLOCK] = ask_mlock2,     [MW_CLASS_MREMAP] = ask_mremap,
    [MW_CLASS_MFD] = ask_memfd_create, [MW_CLASS_SEAL] = ask_seal,
};

enum mw__answer mw__os_ask_constant(const mw_const *constant)
{
    size_t class_index = (size_t)constant->const_class;
    int saved_errno = errno;
    enum mw__answer answer = MW_ANSWER_NONE;

    if (class_index < sizeof(questions) / sizeof(questions[0]) && questions[class_index])
        answer = questions[class_index](constant);
    errno = saved_errno;
    return answer;
}
