/* System calls and allocations that fail at every place they can, and half done: nothing may be left behind.
 * The linker puts the functions below in front of those of the C library (--wrap). */
#include "unit.h"

#include "mapwise/advice.h"
#include "mapwise/bytes.h"
#include "mapwise/protect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Counts the wrapped calls while `counting`; the one numbered `failing` does half its work, then fails. */
static bool counting;
static int calls;
static int failing;
static long blocks; /* of memory allocated and not freed */

static bool fails_now(void)
{
    return counting && ++calls == failing;
}

/* The names are the linker's.
 * NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
int __real_mprotect(void *address, size_t length, int prot);
int __real_madvise(void *address, size_t length, int advice);
int __real_mlock(const void *address, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
int __wrap_mprotect(void *address, size_t length, int prot);
int __wrap_madvise(void *address, size_t length, int advice);
int __wrap_mlock(const void *address, size_t length);

static void *counted(void *block)
{
    blocks += counting && block;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : counted(__real_malloc(size));
}

/* Linked statically, musl comes by __wrap_malloc on its way. */
void *__wrap_calloc(size_t count, size_t size)
{
    const bool was_counting = counting;
    void *block = NULL;

    if (!fails_now()) {
        counting = false;
        block = __real_calloc(count, size);
        counting = was_counting;
    }
    return counted(block);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails_now() ? NULL : __real_realloc(block, size);
}

void __wrap_free(void *block)
{
    blocks -= counting && block;
    __real_free(block);
}

/* Half of the pages. */
static size_t half(size_t length)
{
    return length / mw_page_size() / 2 * mw_page_size();
}

int __wrap_mprotect(void *address, size_t length, int prot)
{
    bool fails = fails_now();
    int result = __real_mprotect(address, fails ? half(length) : length, prot);

    errno = fails ? ENOMEM : errno;
    return fails ? -1 : result;
}

int __wrap_madvise(void *address, size_t length, int advice)
{
    bool fails = fails_now();
    int result = __real_madvise(address, fails ? half(length) : length, advice);

    errno = fails ? ENOMEM : errno;
    return fails ? -1 : result;
}

int __wrap_mlock(const void *address, size_t length)
{
    bool fails = fails_now();
    int result = __real_mlock(address, fails ? half(length) : length);

    errno = fails ? ENOMEM : errno;
    return fails ? -1 : result;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-dcl37-c,cert-dcl51-cpp) */

static void begin(int number)
{
    blocks = 0;
    calls = 0;
    failing = number;
    counting = true;
}

/* Did the failure happen? */
static bool end(void)
{
    counting = false;
    return calls >= failing;
}

/* The maps of memory files of ours in this process. */
static size_t files_mapped(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    size_t count = 0;

    assert_non_null(maps);
    while (fgets(line, sizeof line, maps))
        count += strstr(line, "/memfd:mapwise") != NULL;
    fclose(maps);
    return count;
}

static bool is_mapped(void *page)
{
    unsigned char residency;

    return mincore(page, mw_page_size(), &residency) == 0;
}

static off_t size_of(int fd)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    return status.st_size;
}

static void assert_nothing_left(int fd, const mw_map_options *options)
{
    const off_t size = size_of(fd);
    const int next = dup(fd);
    bool failed = true;

    close(next);
    for (int number = 1; failed; number++) {
        mw_map *map;
        begin(number);
        int code = mw_map_fd(&map, fd, options, NULL);
        failed = end();
        assert_true(number < 100);
        if (code == MW_OK) {
            assert_code(mw_free(map), MW_OK);
            assert_int_equal(ftruncate(fd, size), 0);
            continue;
        }
        assert_true(failed);
        assert_null(map);
        assert_int_equal(blocks, 0);
        assert_int_equal(size_of(fd), size);
        assert_int_equal(files_mapped(), 0);
        assert_int_equal(fcntl(next, F_GETFD), -1);
    }
}

static void a_map_that_is_not_made_leaves_nothing(void **state)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    int fd = memfd_create("mapwise", MFD_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 100), 0);
    options.length = 3 * mw_page_size();
    options.flags = MW_F_GROW | MW_F_POPULATE | MW_F_LOCKED;
    assert_nothing_left(fd, &options);
    close(fd);
}

/* Read copies in a place where nothing else comes to lie. */
static mw_map_options copy_options(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    const size_t room = (size_t)64 << 20;
    char *start = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(start, MAP_FAILED);
    munmap(start, room);
    options.flags = MW_F_READ_COPY;
    options.address = start;
    assert_false(is_mapped(start));
    return options;
}

/* Read into memory, whole and in part. */
static void a_copy_that_is_not_made_leaves_nothing(void **state)
{
    mw_map_options options = copy_options();
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    for (int part = 0; part < 2; part++) {
        bool failed = true;
        options.length = part ? 10 : MW_WHOLE;
        for (int number = 1; failed; number++) {
            mw_map *map;
            begin(number);
            int code = mw_map_fd(&map, fd, &options, NULL);
            failed = end();
            assert_code(code, failed ? MW_E_NOMEM : MW_OK);
            assert_int_equal(blocks, failed ? 0 : 1);
            assert_int_equal(is_mapped(options.address), !failed);
            assert_code(mw_free(map), MW_OK);
            assert_false(is_mapped(options.address));
        }
    }
    close(fd);
}

static void a_source_that_ends_early_leaves_nothing(void **state)
{
    mw_map_options options = copy_options();
    mw_map *map;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "short", 5), 5);
    close(ends[1]);
    options.length = 6;
    begin(0);
    assert_code(mw_map_fd(&map, ends[0], &options, NULL), MW_E_SHORT);
    end();
    assert_int_equal(blocks, 0);
    assert_false(is_mapped(options.address));
    close(ends[0]);
}

static void rights_half_changed_are_put_back(void **state)
{
    const size_t page = mw_page_size();
    bool failed = true;
    mw_map *map;

    (void)state;
    assert_code(mw_map_anon(&map, 4 * page, NULL, NULL), MW_OK);
    assert_code(mw_protect(map, 3 * page, page, MW_PROT_READ, NULL), MW_OK);
    for (int number = 1; number <= 2; number++) {
        begin(number);
        assert_code(mw_protect(map, 0, 2 * page, MW_PROT_NONE, NULL), MW_E_NOMEM);
        failed = end();
        assert_true(failed);
        assert_int_equal(blocks, 0);
        /* The record says that it may be written; a page that may not would end the program. */
        assert_code(mw_write_at(NULL, map, 0, "x", 1, NULL), MW_OK);
        assert_code(mw_write_at(NULL, map, 3 * page, "x", 1, NULL), MW_E_RDONLY);
    }
    assert_code(mw_free(map), MW_OK);
}

/* Can the kernel read the page? It answers where a load would end the program. */
static bool is_readable(const char *address)
{
    int ends[2];
    ssize_t written;

    assert_int_equal(pipe(ends), 0);
    written = write(ends[1], address, 1);
    close(ends[0]);
    close(ends[1]);
    return written == 1;
}

static void guards_half_installed_are_removed(void **state)
{
    const size_t page = mw_page_size();
    mw_info info = MW_INFO_INIT;
    mw_advice_row row;
    mw_map *map;

    (void)state;
    assert_code(mw_advice_at(&row, MW_ADVICE_GUARD_INSTALL, NULL), MW_OK);
    if (row.capability != MW_CAPABILITY_YES)
        skip();
    assert_code(mw_map_anon(&map, 4 * page, NULL, NULL), MW_OK);
    assert_code(mw_advise(map, page, page, row.advice, MW_ADVISE_DESTRUCTIVE, NULL), MW_OK);
    assert_code(mw_info_get(&info, map, NULL), MW_OK);
    for (int number = 1; number <= 2; number++) {
        begin(number);
        assert_code(mw_advise(map, 0, MW_WHOLE, row.advice, MW_ADVISE_DESTRUCTIVE, NULL), MW_E_NOMEM);
        assert_true(end());
        assert_int_equal(blocks, 0);
        assert_true(is_readable(info.base));
        assert_false(is_readable((const char *)info.base + page));
        assert_true(is_readable((const char *)info.base + 2 * page));
    }
    assert_code(mw_free(map), MW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_that_is_not_made_leaves_nothing),
        cmocka_unit_test(a_copy_that_is_not_made_leaves_nothing),
        cmocka_unit_test(a_source_that_ends_early_leaves_nothing),
        cmocka_unit_test(rights_half_changed_are_put_back),
        cmocka_unit_test(guards_half_installed_are_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
