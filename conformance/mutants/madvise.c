/* madvise: advice without effect, with another one, for other pages; a few tables and what is special. */
#include "mutant.h"

#include <pthread.h>
#include <time.h>

struct call {
    char *address;
    size_t length;
    int advice;
};

static int real(const struct call *call)
{
    return system_madvise(call->address, call->length, call->advice);
}

/* What headers of some age do not name. */
enum { GUARD_INSTALL = 102, GUARD_REMOVE = 103, COLLAPSE = 25, DONTNEED_LOCKED = 24 };

/* A call that the system finds nothing wrong with. */
static bool sensible(const struct call *call)
{
    return (uintptr_t)call->address % page_size() == 0 && call->length > 0 && call->length < SIZE_MAX / 4 &&
           wholly_mapped(call->address, call->length);
}

/* ---- for each advice: ignored, refused, for fewer pages, for more ------------------------------ */

#define IGNORED(aspect, name, value)                                                                         \
    MUTANT(madvise, aspect##_ignored, name " has no effect")                                                 \
    {                                                                                                        \
        return call->advice == (value) && sensible(call) ? 0 : real(call);                                   \
    }
#define REFUSED(aspect, name, value)                                                                         \
    REFUSES(madvise, aspect##_refused, name " is refused with EINVAL", call->advice == (value), EINVAL)
#define FIRST_PAGE(aspect, name, value)                                                                      \
    MUTANT(madvise, aspect##_first_page, name " reaches the first page only")                                \
    {                                                                                                        \
        if (call->advice == (value) && sensible(call) && call->length > page_size())                         \
            call->length = page_size();                                                                      \
        return real(call);                                                                                   \
    }
#define LAST_PAGE_LEFT(aspect, name, value)                                                                  \
    MUTANT(madvise, aspect##_last_page_left, name " leaves the last page of several out")                    \
    {                                                                                                        \
        if (call->advice == (value) && sensible(call) && call->length > page_size())                         \
            call->length = whole_pages(call->length) - page_size();                                          \
        return real(call);                                                                                   \
    }
#define PAGE_MORE(aspect, name, value)                                                                       \
    MUTANT(madvise, aspect##_page_more, name " reaches the page behind the range too")                       \
    {                                                                                                        \
        if (call->advice == (value) && sensible(call) &&                                                     \
            wholly_mapped(call->address, whole_pages(call->length) + page_size()))                           \
            call->length += page_size();                                                                     \
        return real(call);                                                                                   \
    }
#define AS_OTHER(aspect, sentence, value, other)                                                             \
    MUTANT(madvise, aspect, sentence)                                                                        \
    {                                                                                                        \
        if (call->advice == (value))                                                                         \
            call->advice = (other);                                                                          \
        return real(call);                                                                                   \
    }

#define HINT(aspect, name, value)                                                                            \
    IGNORED(aspect, name, value)                                                                             \
    REFUSED(aspect, name, value)
#define EFFECT(aspect, name, value)                                                                          \
    HINT(aspect, name, value)                                                                                \
    FIRST_PAGE(aspect, name, value)                                                                          \
    LAST_PAGE_LEFT(aspect, name, value)                                                                      \
    PAGE_MORE(aspect, name, value)

HINT(normal, "MADV_NORMAL", MADV_NORMAL)
HINT(random, "MADV_RANDOM", MADV_RANDOM)
HINT(sequential, "MADV_SEQUENTIAL", MADV_SEQUENTIAL)
HINT(willneed, "MADV_WILLNEED", MADV_WILLNEED)
HINT(free, "MADV_FREE", MADV_FREE)
IGNORED(collapse, "MADV_COLLAPSE", COLLAPSE)
EFFECT(dontneed, "MADV_DONTNEED", MADV_DONTNEED)
EFFECT(remove, "MADV_REMOVE", MADV_REMOVE)
EFFECT(dontfork, "MADV_DONTFORK", MADV_DONTFORK)
EFFECT(dofork, "MADV_DOFORK", MADV_DOFORK)
EFFECT(mergeable, "MADV_MERGEABLE", MADV_MERGEABLE)
EFFECT(unmergeable, "MADV_UNMERGEABLE", MADV_UNMERGEABLE)
EFFECT(hugepage, "MADV_HUGEPAGE", MADV_HUGEPAGE)
EFFECT(nohugepage, "MADV_NOHUGEPAGE", MADV_NOHUGEPAGE)
EFFECT(dontdump, "MADV_DONTDUMP", MADV_DONTDUMP)
EFFECT(dodump, "MADV_DODUMP", MADV_DODUMP)
EFFECT(wipeonfork, "MADV_WIPEONFORK", MADV_WIPEONFORK)
EFFECT(keeponfork, "MADV_KEEPONFORK", MADV_KEEPONFORK)
EFFECT(cold, "MADV_COLD", MADV_COLD)
EFFECT(pageout, "MADV_PAGEOUT", MADV_PAGEOUT)
EFFECT(populate_read, "MADV_POPULATE_READ", MADV_POPULATE_READ)
EFFECT(populate_write, "MADV_POPULATE_WRITE", MADV_POPULATE_WRITE)
EFFECT(dontneed_locked, "MADV_DONTNEED_LOCKED", DONTNEED_LOCKED)
EFFECT(guard_install, "MADV_GUARD_INSTALL", GUARD_INSTALL)
EFFECT(guard_remove, "MADV_GUARD_REMOVE", GUARD_REMOVE)

/* ---- dropping ---------------------------------------------------------------------------------- */

static bool is_shared(const char *address)
{
    struct area area;

    return find_area(&area, address) && area.shared;
}

AS_OTHER(dontneed_cold, "MADV_DONTNEED drops nothing and only marks the pages as cold", MADV_DONTNEED,
         MADV_COLD)
AS_OTHER(dontneed_free, "MADV_DONTNEED keeps the bytes until memory is short", MADV_DONTNEED, MADV_FREE)
AS_OTHER(dontneed_locked_too, "MADV_DONTNEED drops locked pages", MADV_DONTNEED, DONTNEED_LOCKED)
AS_OTHER(dontneed_locked_not, "MADV_DONTNEED_LOCKED is no more than MADV_DONTNEED", DONTNEED_LOCKED,
         MADV_DONTNEED)
AS_OTHER(cold_drops, "MADV_COLD drops what the pages hold", MADV_COLD, MADV_DONTNEED)
AS_OTHER(pageout_drops, "MADV_PAGEOUT drops what private pages hold", MADV_PAGEOUT, MADV_DONTNEED)
AS_OTHER(willneed_drops, "MADV_WILLNEED drops what private pages hold", MADV_WILLNEED, MADV_DONTNEED)
AS_OTHER(normal_drops, "MADV_NORMAL drops what private pages hold", MADV_NORMAL, MADV_DONTNEED)
AS_OTHER(pageout_cold, "MADV_PAGEOUT only marks the pages as cold", MADV_PAGEOUT, MADV_COLD)
AS_OTHER(mergeable_drops, "MADV_MERGEABLE drops what the pages hold", MADV_MERGEABLE, MADV_DONTNEED)
AS_OTHER(unmergeable_drops, "MADV_UNMERGEABLE drops what the pages hold", MADV_UNMERGEABLE, MADV_DONTNEED)
AS_OTHER(collapse_drops, "MADV_COLLAPSE drops what the pages hold", COLLAPSE, MADV_DONTNEED)
AS_OTHER(hugepage_drops, "MADV_HUGEPAGE drops what the pages hold", MADV_HUGEPAGE, MADV_DONTNEED)

MUTANT(madvise, dontneed_loses_shared, "MADV_DONTNEED destroys what shared memory and files hold")
{
    if (call->advice == MADV_DONTNEED && is_shared(call->address) && sensible(call))
        system_madvise(call->address, call->length, MADV_REMOVE);
    return real(call);
}

MUTANT(madvise, dontneed_zeroes_private_file, "MADV_DONTNEED makes a private map of a file read 0")
{
    struct area area;

    if (call->advice == MADV_DONTNEED && sensible(call) && find_area(&area, call->address) && area.has_file &&
        !area.shared)
        return system_mmap(call->address, call->length, area.protection,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED
                   ? -1
                   : 0;
    return real(call);
}

MUTANT(madvise, dontneed_files_ignored, "MADV_DONTNEED has no effect on private maps of files")
{
    struct area area;

    return call->advice == MADV_DONTNEED && sensible(call) && find_area(&area, call->address) && area.has_file
               ? 0
               : real(call);
}

MUTANT(madvise, dontneed_closed_ignored, "MADV_DONTNEED has no effect on pages without rights")
{
    struct area area;

    return call->advice == MADV_DONTNEED && sensible(call) && find_area(&area, call->address) &&
                   area.protection == PROT_NONE
               ? 0
               : real(call);
}

MUTANT(madvise, dontneed_unmaps, "MADV_DONTNEED unmaps the pages")
{
    return call->advice == MADV_DONTNEED && sensible(call) ? system_munmap(call->address, call->length)
                                                           : real(call);
}

MUTANT(madvise, dontneed_zeroes_in_place, "MADV_DONTNEED zeroes the pages and gives no memory back")
{
    static const char zero;

    if (call->advice != MADV_DONTNEED || !sensible(call) || is_shared(call->address) ||
        call->length > (size_t)1 << 20)
        return real(call);
    for (size_t offset = 0; offset < call->length; offset += page_size())
        force_write(call->address + offset, &zero, 1);
    return 0;
}

MUTANT(madvise, dontneed_takes_guards, "MADV_DONTNEED takes guards away")
{
    if (call->advice == MADV_DONTNEED && sensible(call))
        system_madvise(call->address, call->length, GUARD_REMOVE);
    return real(call);
}

/* ---- MADV_FREE --------------------------------------------------------------------------------- */

static struct call freed;

static void *free_late(void *unused)
{
    const struct timespec a_while = {.tv_nsec = 1000000};

    (void)unused;
    /* Time and again, for nothing tells when the page is stored to. */
    for (int times = 0; times < 200; times++) {
        nanosleep(&a_while, NULL);
        system_madvise(freed.address, freed.length, MADV_DONTNEED);
    }
    return NULL;
}

MUTANT(madvise, free_loses_rewritten,
       "a page that is stored to after MADV_FREE is dropped later all the same")
{
    pthread_t thread;
    int answer = real(call);

    if (answer == 0 && call->advice == MADV_FREE) {
        freed = *call;
        if (pthread_create(&thread, NULL, free_late, NULL) == 0)
            pthread_detach(thread);
    }
    return answer;
}

MUTANT(madvise, free_drops_at_next_advice, "what was stored after MADV_FREE is dropped at the next madvise")
{
    if (freed.length > 0) {
        system_madvise(freed.address, freed.length, MADV_DONTNEED);
        freed.length = 0;
    }
    int answer = real(call);
    if (answer == 0 && call->advice == MADV_FREE)
        freed = *call;
    return answer;
}

MUTANT(madvise, free_takes_file, "MADV_FREE is accepted for files and shared memory")
{
    return call->advice == MADV_FREE && sensible(call) ? swallow(real(call), EINVAL) : real(call);
}

MUTANT(madvise, free_unmaps, "MADV_FREE unmaps the pages")
{
    int answer = real(call);

    return answer == 0 && call->advice == MADV_FREE ? system_munmap(call->address, call->length) : answer;
}

MUTANT(madvise, free_neighbours, "MADV_FREE drops the page before the range and the one behind it")
{
    int answer = real(call);

    if (answer == 0 && call->advice == MADV_FREE) {
        system_madvise(call->address - page_size(), page_size(), MADV_DONTNEED);
        system_madvise(call->address + whole_pages(call->length), page_size(), MADV_DONTNEED);
    }
    return answer;
}

/* ---- MADV_REMOVE ------------------------------------------------------------------------------- */

AS_OTHER(remove_only_here, "MADV_REMOVE drops pages from this map, and the file keeps them", MADV_REMOVE,
         MADV_DONTNEED)

MUTANT(madvise, remove_truncates, "MADV_REMOVE cuts the file off where the range begins")
{
    off_t offset;
    int answer = real(call), descriptor = answer == 0 && call->advice == MADV_REMOVE
                                              ? open_mapped_file(call->address, &offset)
                                              : -1;

    if (descriptor >= 0) {
        if (size_of(descriptor) > offset && system_ftruncate(descriptor, offset) != 0) {
            /* Sealed. */
        }
        close(descriptor);
    }
    return answer;
}

MUTANT(madvise, remove_private_accepted, "MADV_REMOVE of private memory is accepted")
{
    return call->advice == MADV_REMOVE && sensible(call) ? swallow(real(call), EINVAL) : real(call);
}

MUTANT(madvise, remove_read_only_accepted, "MADV_REMOVE through a map for reading only is accepted")
{
    return call->advice == MADV_REMOVE ? swallow(real(call), EACCES) : real(call);
}

/* ---- fork, dump, huge, merge ------------------------------------------------------------------- */

AS_OTHER(dontfork_wipes, "pages with MADV_DONTFORK exist in a child and read 0", MADV_DONTFORK,
         MADV_WIPEONFORK)
AS_OTHER(wipeonfork_dontfork, "pages with MADV_WIPEONFORK do not exist in a child", MADV_WIPEONFORK,
         MADV_DONTFORK)
AS_OTHER(dontfork_drops, "MADV_DONTFORK drops what the pages hold", MADV_DONTFORK, MADV_DONTNEED)
AS_OTHER(wipeonfork_drops, "MADV_WIPEONFORK wipes at once", MADV_WIPEONFORK, MADV_DONTNEED)
AS_OTHER(hugepage_inverted, "MADV_HUGEPAGE forbids huge pages", MADV_HUGEPAGE, MADV_NOHUGEPAGE)
AS_OTHER(nohugepage_inverted, "MADV_NOHUGEPAGE asks for huge pages", MADV_NOHUGEPAGE, MADV_HUGEPAGE)
AS_OTHER(dontdump_inverted, "MADV_DONTDUMP is MADV_DODUMP", MADV_DONTDUMP, MADV_DODUMP)
AS_OTHER(dodump_inverted, "MADV_DODUMP is MADV_DONTDUMP", MADV_DODUMP, MADV_DONTDUMP)

MUTANT(madvise, wipeonfork_shared_accepted, "MADV_WIPEONFORK is accepted for shared memory")
{
    return call->advice == MADV_WIPEONFORK && sensible(call) ? swallow(real(call), EINVAL) : real(call);
}

/* ---- read-ahead -------------------------------------------------------------------------------- */

AS_OTHER(random_sequential, "MADV_RANDOM reads ahead", MADV_RANDOM, MADV_SEQUENTIAL)
AS_OTHER(sequential_random, "MADV_SEQUENTIAL reads nothing ahead", MADV_SEQUENTIAL, MADV_RANDOM)
AS_OTHER(normal_random, "MADV_NORMAL reads nothing ahead", MADV_NORMAL, MADV_RANDOM)
AS_OTHER(willneed_sequential, "MADV_WILLNEED reads nothing by itself", MADV_WILLNEED, MADV_SEQUENTIAL)

MUTANT(madvise, willneed_unlocks, "MADV_WILLNEED takes a lock away")
{
    int answer = real(call);

    if (answer == 0 && call->advice == MADV_WILLNEED)
        system_munlock(call->address, call->length);
    return answer;
}

/* ---- populate ---------------------------------------------------------------------------------- */

AS_OTHER(populate_read_writes, "MADV_POPULATE_READ copies the pages of private maps", MADV_POPULATE_READ,
         MADV_POPULATE_WRITE)
AS_OTHER(populate_write_reads, "MADV_POPULATE_WRITE makes no pages that can be written", MADV_POPULATE_WRITE,
         MADV_POPULATE_READ)
AS_OTHER(populate_read_willneed, "MADV_POPULATE_READ is no more than MADV_WILLNEED", MADV_POPULATE_READ,
         MADV_WILLNEED)

static bool populates(const struct call *call)
{
    return call->advice == MADV_POPULATE_READ || call->advice == MADV_POPULATE_WRITE;
}

MUTANT(madvise, populate_first_64, "no more than 64 pages are populated")
{
    if (populates(call) && sensible(call) && call->length > 64 * page_size())
        call->length = 64 * page_size();
    return real(call);
}

MUTANT(madvise, populate_zeroes, "populating for writing zeroes the pages")
{
    int answer = real(call);

    if (answer == 0 && call->advice == MADV_POPULATE_WRITE && call->length <= (size_t)1 << 20)
        memset(call->address, 0, call->length);
    return answer;
}

MUTANT(madvise, populate_efault_swallowed, "populating pages that can't be is answered with success")
{
    return populates(call) ? swallow(real(call), EFAULT) : real(call);
}

MUTANT(madvise, populate_efault_raises, "populating a page beyond the end of the file raises SIGBUS")
{
    int answer = real(call);

    if (answer == -1 && errno == EFAULT && populates(call))
        for (size_t offset = 0; offset < call->length; offset += page_size())
            (void)*(volatile char *)(call->address + offset);
    return answer;
}

MUTANT(madvise, populate_einval_swallowed, "populating pages without the right to is answered with success")
{
    return populates(call) && sensible(call) ? swallow(swallow(real(call), EINVAL), EFAULT) : real(call);
}

MUTANT(madvise, populate_hole_swallowed, "populating a range with a hole is answered with success")
{
    return populates(call) ? swallow(real(call), ENOMEM) : real(call);
}

MUTANT(madvise, populate_efault_as_enomem, "populating pages that can't be is reported as ENOMEM")
{
    return populates(call) ? other_error(real(call), EFAULT, ENOMEM) : real(call);
}

/* ---- guards ------------------------------------------------------------------------------------ */

MUTANT(madvise, guard_protects, "a guard takes the right to write and leaves the one to read")
{
    return call->advice == GUARD_INSTALL && sensible(call)
               ? system_mprotect(call->address, call->length, PROT_READ)
               : real(call);
}

MUTANT(madvise, guard_unmaps, "MADV_GUARD_INSTALL unmaps the pages")
{
    return call->advice == GUARD_INSTALL && sensible(call) ? system_munmap(call->address, call->length)
                                                           : real(call);
}

MUTANT(madvise, guard_locked_accepted, "guards are accepted in locked memory and do nothing")
{
    return call->advice == GUARD_INSTALL && sensible(call) ? swallow(real(call), EINVAL) : real(call);
}

MUTANT(madvise, guard_remove_drops, "MADV_GUARD_REMOVE drops the pages that had no guard too")
{
    int answer = real(call);

    if (answer == 0 && call->advice == GUARD_REMOVE)
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return answer;
}

/* ---- arguments --------------------------------------------------------------------------------- */

MUTANT(madvise, hole_stops, "advice stops at a hole")
{
    struct area area;

    if ((uintptr_t)call->address % page_size() == 0 && call->length > 0 && call->length < SIZE_MAX / 4 &&
        find_area(&area, call->address) && !wholly_mapped(call->address, call->length)) {
        call->length = (size_t)(area.end - call->address);
        int answer = real(call);
        return answer == 0 ? fail(ENOMEM) : answer;
    }
    return real(call);
}

MUTANT(madvise, hole_nothing, "advice for a range with a hole reaches no page")
{
    return (uintptr_t)call->address % page_size() == 0 && call->length > 0 && call->length < SIZE_MAX / 4 &&
                   !wholly_mapped(call->address, call->length)
               ? fail(ENOMEM)
               : real(call);
}

MUTANT(madvise, unaligned_accepted, "an address inside a page is accepted and its page advised")
{
    call->address = page_start(call->address);
    return real(call);
}

MUTANT(madvise, unaligned_ignored, "an address inside a page is accepted and nothing happens")
{
    return (uintptr_t)call->address % page_size() ? 0 : real(call);
}

MUTANT(madvise, unknown_accepted, "advice that does not exist is accepted")
{
    return call->advice < 0 || call->advice > 200 ? 0 : real(call);
}

MUTANT(madvise, length_rounded_down, "a length that ends inside a page leaves that page out")
{
    call->length &= ~(page_size() - 1);
    return real(call);
}

MUTANT(madvise, first_map_only, "only the first of several maps in the range is advised")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address) && call->address + call->length > area.end)
        call->length = (size_t)(area.end - call->address);
    return real(call);
}

MUTANT(madvise, overflow_cut, "a length that wraps around is cut, not refused")
{
    if (call->length > SIZE_MAX / 2)
        call->length = page_size();
    return real(call);
}

REFUSES(madvise, length_0_refused, "a length of 0 is refused", call->length == 0, EINVAL)
SWALLOWED(madvise, enomem_swallowed, ENOMEM)
SWALLOWED(madvise, einval_swallowed, EINVAL)
WRONG_ERROR(madvise, enomem_as_einval, ENOMEM, EINVAL)
WRONG_ERROR(madvise, enomem_as_efault, ENOMEM, EFAULT)
WRONG_ERROR(madvise, einval_as_enomem, EINVAL, ENOMEM)
WRONG_ERROR(madvise, eacces_as_einval, EACCES, EINVAL)

EXPORT int madvise(void *address, size_t length, int advice)
{
    PERFORM(madvise, int, address, length, advice);
}
