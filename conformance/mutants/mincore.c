/* mincore: pages that it calls resident and are not, or the other way round, and a vector that does not fit.
 */
#include "mutant.h"

struct call {
    char *address;
    size_t length;
    unsigned char *vector;
};

static int real(const struct call *call)
{
    return system_mincore(call->address, call->length, call->vector);
}

static size_t pages(const struct call *call)
{
    return whole_pages(call->length) / page_size();
}

#define EACH_PAGE(aspect, sentence, change)                                                                  \
    MUTANT(mincore, aspect, sentence)                                                                        \
    {                                                                                                        \
        int answer = real(call);                                                                             \
        for (size_t i = 0; answer == 0 && i < pages(call); i++)                                              \
            change;                                                                                          \
        return answer;                                                                                       \
    }

EACH_PAGE(all_resident, "every page is called resident", call->vector[i] |= 1)
EACH_PAGE(none_resident, "no page is called resident", call->vector[i] &= (unsigned char)~1u)
EACH_PAGE(inverted, "resident is called what is not, and the other way round", call->vector[i] ^= 1)
EACH_PAGE(first_for_all, "every page is called what the first one is", call->vector[i] = call->vector[0])
EACH_PAGE(high_bit, "the answer is in the highest bit",
          call->vector[i] = (unsigned char)(call->vector[i] << 7))
EACH_PAGE(alternating, "every second page is called resident", call->vector[i] = i % 2 == 0)

MUTANT(mincore, shifted, "each page is called what the page behind it is")
{
    int answer = real(call);

    if (answer == 0 && pages(call) > 1)
        memmove(call->vector, call->vector + 1, pages(call) - 1);
    return answer;
}

MUTANT(mincore, shifted_back, "each page is called what the page before it is")
{
    int answer = real(call);

    if (answer == 0 && pages(call) > 1)
        memmove(call->vector + 1, call->vector, pages(call) - 1);
    return answer;
}

MUTANT(mincore, reversed, "the vector begins with the last page")
{
    int answer = real(call);

    for (size_t i = 0, n = pages(call); answer == 0 && i < n / 2; i++) {
        unsigned char other = call->vector[i];
        call->vector[i] = call->vector[n - 1 - i];
        call->vector[n - 1 - i] = other;
    }
    return answer;
}

MUTANT(mincore, writes_past, "the byte behind the vector is written too")
{
    int answer = real(call);

    if (answer == 0)
        call->vector[pages(call)] = 0;
    return answer;
}

MUTANT(mincore, writes_byte_per_byte, "a length in bytes is taken for one in pages")
{
    int answer = real(call);

    if (answer == 0 && call->length % page_size() != 0)
        call->vector[pages(call)] = 1;
    return answer;
}

MUTANT(mincore, last_page_left, "the byte of the last page is not written")
{
    if (call->length > page_size() && wholly_mapped(call->address, call->length))
        call->length = whole_pages(call->length) - page_size();
    return real(call);
}

MUTANT(mincore, first_page_only, "only the byte of the first page is written")
{
    if (call->length > page_size() && wholly_mapped(call->address, call->length))
        call->length = page_size();
    return real(call);
}

MUTANT(mincore, length_rounded_down, "a page that the length ends in is left out")
{
    if (call->length > page_size())
        call->length &= ~(page_size() - 1);
    return real(call);
}

MUTANT(mincore, writes_nothing, "the answer is success and the vector is as it was")
{
    return call->length > 0 && call->length < SIZE_MAX / 4 && (uintptr_t)call->address % page_size() == 0 &&
                   wholly_mapped(call->address, call->length)
               ? 0
               : real(call);
}

static bool has_file(const struct call *call, bool wanted)
{
    struct area area;

    return find_area(&area, call->address) && area.has_file == wanted;
}

MUTANT(mincore, files_resident, "maps of files are always called resident")
{
    int answer = real(call);

    if (answer == 0 && has_file(call, true))
        memset(call->vector, 1, pages(call));
    return answer;
}

MUTANT(mincore, files_absent, "maps of files are never called resident")
{
    int answer = real(call);

    if (answer == 0 && has_file(call, true))
        memset(call->vector, 0, pages(call));
    return answer;
}

MUTANT(mincore, anonymous_resident, "anonymous memory is always called resident")
{
    int answer = real(call);

    if (answer == 0 && has_file(call, false))
        memset(call->vector, 1, pages(call));
    return answer;
}

MUTANT(mincore, offset_ignored, "of a map that begins inside its file the first pages of the file are told")
{
    struct area area;
    off_t offset;
    int answer = real(call);

    if (answer != 0 || !find_area(&area, call->address) || !area.has_file || area.offset == 0)
        return answer;
    int descriptor = open_mapped_file(call->address, &offset);
    char *start = system_mmap(NULL, call->length, PROT_NONE, MAP_SHARED, descriptor, 0);
    if (start != MAP_FAILED) {
        system_mincore(start, call->length, call->vector);
        system_munmap(start, call->length);
    }
    if (descriptor >= 0)
        close(descriptor);
    return answer;
}

MUTANT(mincore, touched_by_asking, "asking for residency brings the pages into memory")
{
    int answer;

    if (call->length < (size_t)1 << 20)
        system_madvise(call->address, call->length, MADV_POPULATE_READ);
    answer = real(call);
    return answer;
}

/* ---- errors ------------------------------------------------------------------------------------ */

MUTANT(mincore, unaligned_accepted, "an address inside a page is accepted")
{
    call->address = page_start(call->address);
    return real(call);
}

MUTANT(mincore, unmapped_absent, "pages without a map are called not resident, and are no error")
{
    int answer = real(call);

    if (answer == -1 && errno == ENOMEM && call->length < (size_t)1 << 20) {
        memset(call->vector, 0, pages(call));
        return 0;
    }
    return answer;
}

MUTANT(mincore, hole_accepted, "a hole in the range is no error")
{
    return call->length < SIZE_MAX / 4 && wholly_mapped(call->address, 1) ? swallow(real(call), ENOMEM)
                                                                          : real(call);
}

MUTANT(mincore, hole_tells_nothing,
       "where there is a hole in the range nothing is told of the pages before it")
{
    return call->length < SIZE_MAX / 4 && (uintptr_t)call->address % page_size() == 0 &&
                   !wholly_mapped(call->address, call->length)
               ? fail(ENOMEM)
               : real(call);
}

MUTANT(mincore, bad_vector_raises, "a vector that can't be written raises SIGSEGV")
{
    int answer = real(call);

    if (answer == -1 && errno == EFAULT)
        *(volatile unsigned char *)call->vector = 0;
    return answer;
}

REFUSES(mincore, length_0_refused, "a length of 0 is refused", call->length == 0, EINVAL)
SWALLOWED(mincore, enomem_swallowed, ENOMEM)
SWALLOWED(mincore, efault_swallowed, EFAULT)
SWALLOWED(mincore, einval_swallowed, EINVAL)
WRONG_ERROR(mincore, enomem_as_efault, ENOMEM, EFAULT)
WRONG_ERROR(mincore, enomem_as_einval, ENOMEM, EINVAL)
WRONG_ERROR(mincore, efault_as_einval, EFAULT, EINVAL)
WRONG_ERROR(mincore, einval_as_enomem, EINVAL, ENOMEM)

EXPORT int mincore(void *address, size_t length, unsigned char *vector)
{
    PERFORM(mincore, int, address, length, vector);
}
