/* Where groups are found, and that none is left: neither after a sample nor after a killed run. */
#include "linux/cgroup.h"
#include "memory_limit.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_found),
        cmocka_unit_test(groups_out_of_sight_are_not_found),
        cmocka_unit_test(what_a_killed_run_left_is_removed),
        cmocka_unit_test(the_group_is_left_and_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
