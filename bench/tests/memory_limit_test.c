/* Where groups are found, what they limit, and that none is left: neither after a sample nor after a killed
 * run. */
#include "access.h"
#include "cgroup.h"
#include "memory_limit.h"
#include "page_cache.h"
#include "scratch.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void groups_are_found(void **state)
{
    static const struct {
        const char *mountinfo, *cgroup;
        bool version_2;
        const char *root, *home;
    } cases[] = {
        {"22 1 0:20 / / rw - ext4 /dev/vda rw\n"
         "32 31 0:29 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
         "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:10 - cgroup2 cgroup2 rw\n",
         "4:memory:/user/a b\n0::/user\n", false, "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/user/a b"},
        {"32 31 0:29 / /cg rw - cgroup cgroup rw,hugetlb,memory", "9:hugetlb,memory:/\n", false, "/cg",
         "/cg"},
        {"30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
         "0::/user.slice/run-1.scope\n", true, "/sys/fs/cgroup", "/sys/fs/cgroup/user.slice/run-1.scope"},
        /* A container that sees the group of its own as the topmost. */
        {"30 23 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/docker/1/init\n", true,
         "/sys/fs/cgroup", "/sys/fs/cgroup/init"},
        {"30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/", true, "/sys/fs/cgroup",
         "/sys/fs/cgroup"},
    };
    struct memory_groups groups;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(memory_groups_find(&groups, cases[i].mountinfo, cases[i].cgroup));
        assert_int_equal(groups.version_2, cases[i].version_2);
        assert_string_equal(groups.root, cases[i].root);
        assert_string_equal(groups.home, cases[i].home);
    }
}

static void groups_out_of_sight_are_not_found(void **state)
{
    static const struct {
        const char *mountinfo, *cgroup;
    } cases[] = {
        {"", ""},
        {"22 1 0:20 / / rw - ext4 /dev/vda rw\n", "0::/\n"},
        {"32 31 0:29 / /cg rw - cgroup cgroup rw,memoryless\n", "4:memory:/\n"},
        {"30 23 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/docker/12\n"},
        {"30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/../outside\n"},
        {"32 31 0:29 / /cg rw - cgroup cgroup rw,memory\n", "0::/\n"},
    };
    struct memory_groups groups;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_false(memory_groups_find(&groups, cases[i].mountinfo, cases[i].cgroup));
}

static void write_limit(const char *folder, const char *limit)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/memory.max", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "%s\n", limit) > 0);
    assert_int_equal(fclose(file), 0);
}

static void the_least_limit_of_all_groups_above_counts(void **state)
{
    static const struct {
        const char *root, *middle, *home;
        uint64_t least;
    } cases[] = {{"max", "max", "max", UINT64_MAX},
                 {"max", "100", "max", 100},
                 {"max", "100", "50", 50},
                 {"10", "100", "50", 10},
                 {"9223372036854771712", "max", "max", UINT64_MAX}};
    char root[] = "./mapwise-groups-test-XXXXXX", path[64];
    struct memory_groups groups = {.version_2 = true};

    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(groups.root, sizeof groups.root, "%s", root);
    snprintf(path, sizeof path, "%s/a", root);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(groups.home, sizeof groups.home, "%s/a/b", root);
    assert_int_equal(mkdir(groups.home, 0700), 0);
    assert_int_equal(memory_groups_limit(&groups), UINT64_MAX); /* no file says anything */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_limit(root, cases[i].root);
        write_limit(path, cases[i].middle);
        write_limit(groups.home, cases[i].home);
        assert_int_equal(memory_groups_limit(&groups), cases[i].least);
    }
    scratch_remove_tree(root);
}

/* ---- a group of our own, where there are rights ---- */

enum { LIMIT = 32 << 20 };

static void nothing(struct sample *s)
{
    (void)s;
}

static struct family family = {.name = "test", .body = nothing};

static bool enter(struct sample *s, struct series *series)
{
    *series = (struct series){.family = &family};
    *s = (struct sample){.series = series, .results = series, .file = -1};
    return memory_limit_enter(s, LIMIT);
}

/* How many groups of process `maker` there are at `path` and below. */
static unsigned groups_of(const char *path, long maker)
{
    char name[32], below[PATH_MAX];
    DIR *folder = opendir(path);
    unsigned count = 0;

    snprintf(name, sizeof name, "mapwise-bench-%ld", maker);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below)
            count += (strcmp(entry->d_name, name) == 0) + groups_of(below, maker);
    if (folder)
        closedir(folder);
    return count;
}

static unsigned all_groups_of(long maker)
{
    return groups_of("/sys/fs/cgroup", maker);
}

static void what_a_killed_run_left_is_removed(void **state)
{
    struct series series;
    struct sample s;
    int status;

    (void)state;
    const pid_t killed = fork();
    if (killed == 0) {
        if (!enter(&s, &series))
            _exit(0);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(killed, &status, 0), killed);
    if (!WIFSIGNALED(status))
        skip();
    assert_int_equal(all_groups_of(killed), 1);
    assert_true(enter(&s, &series));
    assert_int_equal(all_groups_of(killed), 0);
    memory_limit_leave(&s);
}

static void the_group_is_left_and_removed(void **state)
{
    char before[4096], after[4096];
    struct memory_limit_figures figures;
    struct series series;
    struct sample s;

    (void)state;
    FILE *file = fopen("/proc/self/cgroup", "r");
    assert_non_null(file);
    const size_t length = fread(before, 1, sizeof before, file);
    assert_false(memory_limit_look(&figures));
    if (!enter(&s, &series)) {
        fclose(file);
        assert_true(series.cannot);
        assert_true(series.reason[0] != '\0');
        skip();
    }
    assert_int_equal(all_groups_of(getpid()), 1);
    assert_true(memory_limit_look(&figures));
    assert_int_equal(figures.limit_hits, 0);
    memory_limit_leave(&s);
    memory_limit_leave(&s);
    assert_false(series.cannot || series.broken);
    assert_false(memory_limit_look(&figures));
    assert_int_equal(all_groups_of(getpid()), 0);
    rewind(file);
    assert_int_equal(fread(after, 1, sizeof after, file), length);
    assert_memory_equal(before, after, length);
    fclose(file);
}

static void read_all(char *text, size_t capacity, const char *path)
{
    FILE *file = fopen(path, "r");

    text[0] = '\0';
    if (file) {
        text[fread(text, 1, capacity - 1, file)] = '\0';
        fclose(file);
    }
}

/* The limit of the group that this process is in. */
static uint64_t limit_here(void)
{
    static char mountinfo[1 << 18];
    char cgroup[4096], path[PATH_MAX + 32], text[64];
    struct memory_groups groups;

    read_all(mountinfo, sizeof mountinfo, "/proc/self/mountinfo");
    read_all(cgroup, sizeof cgroup, "/proc/self/cgroup");
    assert_true(memory_groups_find(&groups, mountinfo, cgroup));
    snprintf(path, sizeof path, "%s/%s", groups.home,
             groups.version_2 ? "memory.max" : "memory.limit_in_bytes");
    read_all(text, sizeof text, path);
    return strtoull(text, NULL, 10);
}

/* A file on a disk, written back, of which no page is in memory. False: it can't be, in the folder of the
 * test. */
static bool make_cold_file(struct sample *s, struct series *series)
{
    static struct place place = {.can_be_cold = true};
    static unsigned char bytes[4 << 20];
    char path[] = "./mapwise-memory-limit-test-XXXXXX";

    *series = (struct series){.family = &family, .place = &place};
    *s = (struct sample){
        .series = series, .results = series, .page_size = mw_page_size(), .length = sizeof bytes};
    s->file = mkstemp(path);
    assert_true(s->file >= 0);
    unlink(path);
    assert_int_equal(pwrite(s->file, bytes, sizeof bytes, 0), (ssize_t)sizeof bytes);
    assert_int_equal(fsync(s->file), 0);
    return page_cache_make_cold(s->file, s->length) == 0;
}

static uint64_t resident(const struct sample *s)
{
    struct cached_pages cached;

    assert_true(page_cache_look(&cached, s->file, s->length));
    return cached.resident;
}

static mw_map *map_all(unsigned char **bytes, const struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map = NULL;
    void *start = NULL;

    options.access = MW_ACCESS_READ;
    assert_int_equal(mw_map_fd(&map, s->file, &options, NULL), MW_OK);
    assert_int_equal(mw_pin(&start, map, 0, MW_WHOLE, MW_PROT_READ, NULL), MW_OK);
    *bytes = start;
    return map;
}

static void free_map(mw_map *map, const unsigned char *bytes)
{
    mw_unpin(map, bytes);
    assert_int_equal(mw_free(map), MW_OK);
}

/* Nothing of the file stays in memory that was brought in within the limit, but for what the system counts
 * late. */
static void the_limit_holds_and_nothing_stays(void **state)
{
    struct series series;
    struct sample s;
    unsigned char *bytes;

    (void)state;
    if (!make_cold_file(&s, &series) || !memory_limit_enter_cold(&s, LIMIT)) {
        close(s.file);
        skip();
    }
    assert_int_equal(limit_here(), LIMIT);
    mw_map *map = map_all(&bytes, &s);
    consume(load_each_page(bytes, (size_t)s.length, s.page_size));
    free_map(map, bytes);
    assert_int_equal(resident(&s), s.length / s.page_size);
    memory_limit_leave(&s);
    assert_false(sample_ended(&s));
    assert_true(resident(&s) < s.length / s.page_size / 2);
    close(s.file);
}

/* Pages that page tables refer to can't go. */
static void what_is_not_cold_does_not_enter(void **state)
{
    struct series series;
    struct sample s;
    unsigned char *bytes;

    (void)state;
    if (!make_cold_file(&s, &series)) {
        close(s.file);
        skip();
    }
    mw_map *map = map_all(&bytes, &s);
    consume(bytes[0]);
    assert_false(memory_limit_enter_cold(&s, LIMIT));
    assert_non_null(strstr(s.doubt, "not cold"));
    assert_false(sample_ended(&s));
    assert_int_equal(all_groups_of(getpid()), 0);
    free_map(map, bytes);
    close(s.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_found),
        cmocka_unit_test(groups_out_of_sight_are_not_found),
        cmocka_unit_test(the_least_limit_of_all_groups_above_counts),
        cmocka_unit_test(what_a_killed_run_left_is_removed),
        cmocka_unit_test(the_group_is_left_and_removed),
        cmocka_unit_test(the_limit_holds_and_nothing_stays),
        cmocka_unit_test(what_is_not_cold_does_not_enter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
