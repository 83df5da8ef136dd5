/* Calls that fail leave the file as it was. Arrangements that need limits, seals or a file system of their
 * own, on files in memory. */
#include "unit.h"

#include "mapwise/map.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE ((size_t)100)

/* A file of SIZE bytes 'a'. */
static int make_file(void)
{
    char bytes[SIZE];
    int fd = memfd_create("mapwise", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    assert_true(fd >= 0);
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(write(fd, bytes, sizeof bytes), SIZE);
    return fd;
}

static void assert_untouched(int fd)
{
    char bytes[SIZE + 1];

    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), SIZE);
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(bytes[i], 'a');
}

static void assert_fails(int fd, const mw_map_options *options, int code)
{
    mw_map *map;

    assert_code(mw_map_fd(&map, fd, options, NULL), code);
    assert_null(map);
}

static mw_map_options rewrite(uint64_t length)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.flags = MW_F_TRUNCATE | MW_F_GROW;
    options.length = length;
    return options;
}

/* The wanted size is the size there is, so that nothing looks changed by its size. */
static void contents_survive_an_address_that_is_taken(void **state)
{
    const size_t page = mw_page_size();
    void *taken = mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mw_map_options options = rewrite(SIZE);
    int fd = make_file();

    (void)state;
    assert_ptr_not_equal(taken, MAP_FAILED);
    options.flags |= MW_F_FIXED;
    options.address = taken;
    assert_fails(fd, &options, MW_E_EXIST);
    assert_untouched(fd);
    munmap(taken, page);
    close(fd);
}

static void contents_survive_seals(void **state)
{
    static const int seals[] = {F_SEAL_GROW, F_SEAL_SHRINK};

    (void)state;
    for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++)
        for (uint64_t length = SIZE / 2; length <= 2 * SIZE; length += SIZE / 2) {
            mw_map_options options = rewrite(length);
            int fd = make_file();
            assert_int_equal(fcntl(fd, F_ADD_SEALS, seals[i]), 0);
            assert_fails(fd, &options, MW_E_ACCESS);
            assert_untouched(fd);
            close(fd);
        }
}

static void contents_survive_the_limit_on_file_sizes(void **state)
{
    struct rlimit limit;
    struct rlimit lower;
    mw_map_options options = rewrite(2 * SIZE);
    int fd = make_file();

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    lower = limit;
    lower.rlim_cur = SIZE + 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &lower), 0);
    assert_fails(fd, &options, MW_E_LIMIT);
    assert_untouched(fd);

    /* A file that is over the limit already. */
    lower.rlim_cur = SIZE / 4;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &lower), 0);
    options = rewrite(SIZE / 2);
    assert_fails(fd, &options, MW_E_LIMIT);
    assert_untouched(fd);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    close(fd);
}

/* In a child, which gives up the right to lock without limit. Answers the code, negated. */
static int lock_as_nobody(int fd, const mw_map_options *options)
{
    const struct rlimit nothing = {0, 0};
    mw_map *map;

    setrlimit(RLIMIT_MEMLOCK, &nothing);
    if (geteuid() == 0 && setuid(65534) != 0)
        return 0;
    return -mw_map_fd(&map, fd, options, NULL);
}

static void contents_survive_the_limit_on_locked_memory(void **state)
{
    mw_map_options options = rewrite(SIZE);
    int fd = make_file();
    int status;
    pid_t child;

    (void)state;
    if (mlock2(NULL, 0, MLOCK_ONFAULT) != 0) /* Linux before 4.4, and valgrind, can't be asked */
        skip();
    options.flags |= MW_F_LOCKED;
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(lock_as_nobody(fd, &options));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_code(-WEXITSTATUS(status), MW_E_LIMIT);
    assert_untouched(fd);
    close(fd);
}

static void contents_go_when_nothing_is_refused(void **state)
{
    mw_map_options options = rewrite(SIZE / 2);
    struct stat status;
    mw_map *map;
    char byte;
    int fd = make_file();

    (void)state;
    options.flags |= MW_F_PREALLOC;
    assert_code(mw_map_fd(&map, fd, &options, NULL), MW_OK);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_size, SIZE / 2);
    assert_int_equal(pread(fd, &byte, 1, 0), 1);
    assert_int_equal(byte, 0);
    assert_code(mw_free(map), MW_OK);
    close(fd);
}

/* Files of the kernel refuse to be mapped, and are read instead. */
static void a_refusal_that_was_mended_is_not_reported(void **state)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {7, 7, "untouched", 7};
    mw_map *map;
    int code;

    (void)state;
    options.flags = MW_F_READ_COPY;
    code = mw_map_file(&map, "/sys/kernel/mm/transparent_hugepage/enabled", &options, &err);
    if (code == MW_E_NOENT)
        skip();
    assert_code(code, MW_OK);
    assert_string_equal(err.op, "untouched");
    assert_code(mw_free(map), MW_OK);
}

/* An empty file may be a window into the kernel; that nothing is there is found by reading. */
static void an_offset_past_the_end_of_what_is_read_is_noticed(void **state)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    int fd = memfd_create("mapwise", MFD_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    options.flags = MW_F_READ_COPY;
    options.offset = 10;
    assert_fails(fd, &options, MW_E_RANGE);
    options.length = 0;
    assert_fails(fd, &options, MW_E_SHORT);
    close(fd);
}

/* What the program prints must not land in a file of ours. */
static void a_closed_standard_stream_stays_closed(void **state)
{
    int kept = dup(STDIN_FILENO);
    mw_info info = MW_INFO_INIT;
    mw_map *map;

    (void)state;
    close(STDIN_FILENO);
    assert_code(mw_map_file(&map, "/proc/self/exe", NULL, NULL), MW_OK);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
    assert_code(mw_info_get(&info, map, NULL), MW_OK);
    assert_true(info.fd > STDERR_FILENO);
    assert_int_equal(fcntl(info.fd, F_GETFD), FD_CLOEXEC);
    assert_code(mw_free(map), MW_OK);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void no_map_is_null(void **state)
{
    int something = 0;
    mw_map *map = (mw_map *)(void *)&something;

    (void)state;
    assert_code(mw_map_file(&map, NULL, NULL, NULL), MW_E_INVAL);
    assert_null(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_survive_an_address_that_is_taken),
        cmocka_unit_test(contents_survive_seals),
        cmocka_unit_test(contents_survive_the_limit_on_file_sizes),
        cmocka_unit_test(contents_survive_the_limit_on_locked_memory),
        cmocka_unit_test(contents_go_when_nothing_is_refused),
        cmocka_unit_test(a_refusal_that_was_mended_is_not_reported),
        cmocka_unit_test(an_offset_past_the_end_of_what_is_read_is_noticed),
        cmocka_unit_test(a_closed_standard_stream_stays_closed),
        cmocka_unit_test(no_map_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
