/* What is in memory of a file, and how it gets there and goes: with its effects on real files.
 *
 *     page_cache_test DIR    works in a folder of its own inside DIR. Where nothing can be cold the tests of
 *                            cold are left out, and it says so.
 */
#include "access.h"
#include "child.h"
#include "counters.h"
#include "fill.h"
#include "linux/kept.h"
#include "page_cache.h"
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 4 << 20 };

static uint64_t pages(void)
{
    return SIZE / mw_page_size();
}

/* ---- what the system may do, too --------------------------------------------------------------- */

static size_t most_at_once = SIZE_MAX;

/* In place of the C library's, which writes at most so much. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are not for us */
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    const size_t some = length < most_at_once ? length : most_at_once;

    return syscall(SYS_pwrite64, file, bytes, some, offset);
}

/* As /proc/stat and /proc/interrupts are where there are many processors. */
static void test_large_files_of_proc(void)
{
    char path[PATH_MAX + 8];
    struct kept none = {.path = "/proc/self/none"}, large = {.path = path};
    const int length = 3 << 20;

    CHECK(kept_read(&none) == NULL);
    snprintf(path, sizeof path, "%s/large", place.scratch.path);
    FILE *file = fopen(path, "w");
    CHECK(file && fprintf(file, "%*s", length, "end") == length);
    CHECK(file && fclose(file) == 0);
    for (int i = 0; i < 2; i++) {
        const char *text = kept_read(&large);
        CHECK(text && strlen(text) == (size_t)length && strcmp(text + length - 3, "end") == 0);
    }
    free(large.text);
    close(large.file);
    unlink(path);
}

static bool names_this_process(struct kept *stat)
{
    const char *text = kept_read(stat);
    return text && strtol(text, NULL, 10) == (long)getpid();
}

/* A child of fork reads what is said of itself, and not of its parent. */
static void test_own_files_of_proc(void)
{
    static struct kept file = {.path = "/proc/self/stat"};

    CHECK(names_this_process(&file));
    const pid_t child = fork();
    if (child == 0)
        _exit(names_this_process(&file) ? 0 : 1);
    CHECK(child > 0 && child_wait(child) == 0);
    CHECK(names_this_process(&file));
    free(file.text);
    close(file.file);
}

/* ---- the page cache ---------------------------------------------------------------------------- */

static void test_cold(const struct data_file *file)
{
    struct cached_pages cached;

    CHECK(fill_cache(file, "read_1M"));
    CHECK(page_cache_look(&cached, file->descriptor, SIZE) && cached.resident == pages());
    CHECK(page_cache_make_cold(file->descriptor, SIZE) == 0);
    CHECK(page_cache_look(&cached, file->descriptor, SIZE) && cached.resident == 0);

    const struct counters before = counters_read();
    CHECK(fill_cache(file, "read_1M"));
    const struct counters after = counters_read();
    if (place.reads_are_counted)
        CHECK(counters_between(&before, &after).of[BYTES_READ] >= SIZE);
    CHECK(page_cache_look(&cached, file->descriptor, SIZE) && cached.resident == pages());
}

static void test_cold_when_dirty(const struct data_file *file)
{
    const char byte = 1;

    CHECK(pwrite(file->descriptor, &byte, 1, 0) == 1);
    CHECK(page_cache_make_cold(file->descriptor, SIZE) == 0);
}

/* A mapping keeps its pages, whatever the advice returns: cold says so. */
static void test_not_cold_while_mapped(const struct data_file *file)
{
    mw_map *map;
    void *bytes;

    CHECK(fill_cache(file, "read_1M"));
    CHECK(mw_map_fd(&map, file->descriptor, NULL, NULL) == MW_OK);
    CHECK(mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, NULL) == MW_OK);
    consume(load_each_page(bytes, SIZE, mw_page_size()));
    CHECK(page_cache_make_cold(file->descriptor, SIZE) > 0);
    mw_unpin(map, bytes);
    mw_free(map);
    CHECK(page_cache_make_cold(file->descriptor, SIZE) == 0);
}

/* From here on the process is on a kernel before 6.5, as far as it can see. */
static bool forget_cachestat(void)
{
    struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 451, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof lines / sizeof lines[0], lines};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Pages that are still being read are not cold, also where they can't be seen. */
static void test_cold_with_reads_on_their_way(const struct data_file *file)
{
    struct cached_pages cached = {.arriving = false};
    int cold = 0;

    if (!page_cache_look(&cached, file->descriptor, SIZE) || !cached.arriving)
        return; /* nobody could tell whether it was right */
    for (int i = 0; i < 5; i++) {
        int status = -1;
        CHECK(page_cache_make_cold(file->descriptor, SIZE) == 0);
        const pid_t child = fork();
        if (child == 0) {
            const bool old = forget_cachestat();
            posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_WILLNEED);
            _exit(old ? page_cache_make_cold(file->descriptor, SIZE) != 0 : 2);
        }
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        if (WEXITSTATUS(status) == 2)
            return; /* no filters here */
        CHECK(page_cache_look(&cached, file->descriptor, SIZE));
        cold += cached.resident == 0;
    }
    CHECK(cold >= 3); /* a busy disk may take longer than anybody waits for it */
}

static void test_fill(const struct data_file *file)
{
    static const char *const methods[] = {"write_1M", "write_4K", "read_1M", "map", "random"};
    struct cached_pages cached;
    unsigned char head[8], again[8];

    CHECK(pread(file->descriptor, head, sizeof head, SIZE / 2) == sizeof head);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        const struct counters before = counters_read();
        CHECK(fill_cache(file, methods[i]));
        const struct counters after = counters_read();
        if (place.reads_are_counted && strncmp(methods[i], "write", 5) != 0) /* it was emptied first */
            CHECK(counters_between(&before, &after).of[BYTES_READ] >= SIZE);
        CHECK(page_cache_look(&cached, file->descriptor, SIZE));
        CHECK(cached.resident == pages());
        CHECK(cached.dirty == 0 || cached.dirty == PAGES_UNKNOWN);
    }
    CHECK(pread(file->descriptor, again, sizeof again, SIZE / 2) == sizeof again);
    CHECK(memcmp(head, again, sizeof head) == 0); /* writing again writes the same */
    CHECK(!fill_cache(file, "by_magic"));
}

/* The same bytes, in however many pieces they are written. */
static void test_short_writes(const struct data_file *file)
{
    static unsigned char whole[SIZE], again[SIZE];

    CHECK(pread(file->descriptor, whole, SIZE, 0) == SIZE);
    most_at_once = 300001;
    CHECK(fill_file(file));
    most_at_once = SIZE_MAX;
    CHECK(pread(file->descriptor, again, SIZE, 0) == SIZE);
    CHECK(memcmp(whole, again, SIZE) == 0);
}

static void test_probe(void)
{
    static const struct {
        const char *filesystem;
        bool cold;
    } known[] = {{"ext4", true}, {"xfs", true}, {"btrfs", true}, {"tmpfs", false}, {"ramfs", false}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].filesystem, place.filesystem) == 0)
            CHECK(place.can_be_cold == known[i].cold);
    if (!place.can_be_cold)
        CHECK(strstr(place.why_not_cold, "stay in memory") || strstr(place.why_not_cold, "can't say"));
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX];

    if (!open_test_place(folder, argc, argv, SIZE))
        return 2;
    const struct data_file *file = place_file(&place, SIZE);
    test_probe();
    test_fill(file);
    test_short_writes(file);
    test_large_files_of_proc();
    test_own_files_of_proc();
    if (place.can_be_cold) {
        test_cold(file);
        test_cold_when_dirty(file);
        test_not_cold_while_mapped(file);
        test_cold_with_reads_on_their_way(file);
    }
    close_test_place(folder);
    return summary();
}
