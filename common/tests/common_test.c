/* JSON, facts, locks, results files and scratch folders: what the programs share. */
#include "clock.h"
#include "facts.h"
#include "json.h"
#include "lock.h"
#include "results.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* What `write` puts on a stream. */
static char *written_by(void (*write)(struct json *json))
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct json json = json_to(stream);

    write(&json);
    fclose(stream);
    return text;
}

static void assert_written(void (*write)(struct json *json), const char *expected)
{
    char *text = written_by(write);

    assert_string_equal(text, expected);
    free(text);
}

static void write_nested(struct json *json)
{
    json_object(json, NULL);
    json_integer(json, "a", INT64_MIN);
    json_array(json, "b");
    json_unsigned(json, NULL, UINT64_MAX);
    json_object(json, NULL);
    json_end_object(json);
    json_boolean(json, NULL, true);
    json_end_array(json);
    json_null(json, "c");
    json_end_object(json);
    json_end_record(json);
    json_boolean(json, NULL, false);
    json_end_record(json);
}

static void commas_and_nesting_are_kept(void **state)
{
    (void)state;
    assert_written(write_nested,
                   "{\"a\":-9223372036854775808,\"b\":[18446744073709551615,{},true],\"c\":null}\nfalse\n");
}

static void write_numbers(struct json *json)
{
    json_array(json, NULL);
    json_number(json, NULL, 0.5);
    json_number(json, NULL, NAN);
    json_number(json, NULL, INFINITY);
    json_number(json, NULL, -1e300);
    json_end_array(json);
}

static void numbers_that_json_lacks_are_null(void **state)
{
    (void)state;
    assert_written(write_numbers, "[0.5,null,null,-1e+300]");
}

static void write_strings(struct json *json)
{
    json_array(json, NULL);
    json_string(json, NULL, "\"\\\n\x7f\x01");
    json_string(json, NULL, "\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x97\xba");
    json_string(json, NULL, "\xc3(\xff\xed\xa0\x80\xc0\x80\xe2\x82");
    json_string(json, NULL, NULL);
    json_end_array(json);
}

static void any_bytes_become_valid_strings(void **state)
{
    (void)state;
    assert_written(write_strings,
                   "[\"\\\"\\\\\\u000a\\u007f\\u0001\","
                   "\"\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x97\xba\","
                   "\"\\ufffd(\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\",null]");
}

static void facts_are_found_removed_and_hashed_by_level(void **state)
{
    struct facts facts = {.count = 0};

    (void)state;
    facts_add(&facts, FACT_HARDWARE, "cpus", "%d", 2);
    uint64_t hardware = facts_hash(&facts, FACT_HARDWARE), system = facts_hash(&facts, FACT_SYSTEM);
    facts_add(&facts, FACT_SYSTEM, "swap", "none");
    assert_true(facts_hash(&facts, FACT_HARDWARE) == hardware);
    assert_true(facts_hash(&facts, FACT_SYSTEM) != system);
    assert_string_equal(facts_find(&facts, "cpus"), "2");
    facts_remove(&facts, "swap");
    assert_null(facts_find(&facts, "swap"));
    assert_true(facts_hash(&facts, FACT_SYSTEM) == system);
    for (int i = 0; i < 1000; i++)
        facts_add(&facts, FACT_SYSTEM, "more", "than fit");
    assert_string_equal(facts_find(&facts, "cpus"), "2");
}

static void facts_of_this_machine_are_known(void **state)
{
    struct facts facts;

    (void)state;
    facts_of_machine(&facts);
    assert_int_equal(strtol(facts_find(&facts, "page_size"), NULL, 10), sysconf(_SC_PAGESIZE));
    facts_of_directory(&facts, "/");
    assert_string_equal(facts_find(&facts, "path"), "/");
}

static char *temporary_folder(void)
{
    char template[] = "/tmp/mapwise-test-XXXXXX";

    assert_non_null(mkdtemp(template));
    return strdup(template);
}

static void a_scratch_folder_is_locked_and_leaves_nothing(void **state)
{
    char *folder = temporary_folder();
    struct scratch first, second;
    char path[PATH_MAX + 16];

    (void)state;
    assert_true(scratch_open(&first, folder, 1));
    assert_false(scratch_open(&second, folder, 1));
    snprintf(path, sizeof path, "%s/below", first.path);
    assert_true(scratch_make_folder(path));
    scratch_close(&first);
    scratch_close(&first);
    assert_int_equal(rmdir(folder), 0);
    assert_false(scratch_open(&second, folder, 1));
    free(folder);
}

static void a_left_over_scratch_folder_is_taken_over(void **state)
{
    char *folder = temporary_folder();
    char path[PATH_MAX];
    struct scratch scratch;

    (void)state;
    snprintf(path, sizeof path, "%s/.mapwise-scratch", folder);
    assert_true(scratch_make_folder(path));
    snprintf(path, sizeof path, "%s/.mapwise-scratch/stale", folder);
    assert_true(scratch_make_folder(path));
    assert_true(scratch_open(&scratch, folder, 1));
    assert_int_equal(access(path, F_OK), -1);
    scratch_close(&scratch);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static void too_little_space_is_refused(void **state)
{
    char *folder = temporary_folder();
    struct scratch scratch;

    (void)state;
    assert_false(scratch_open(&scratch, folder, UINT64_MAX));
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static void results_get_their_name_when_they_are_whole(void **state)
{
    char *folder = temporary_folder();
    char results_folder[PATH_MAX];
    struct results results;

    (void)state;
    snprintf(results_folder, sizeof results_folder, "%s/results", folder);
    assert_true(results_open(&results, results_folder, NULL, "check"));
    assert_int_equal(access(results.path, F_OK), -1);
    assert_int_equal(access(results.partial, F_OK), 0);
    json_boolean(&results.json, NULL, true);
    results_end_record(&results);
    assert_true(results_close(&results));
    assert_int_equal(access(results.path, F_OK), 0);
    assert_int_equal(unlink(results.path), 0);

    assert_true(results_open(&results, results_folder, NULL, "check"));
    results_discard(&results);
    results_discard(&results);
    assert_int_equal(rmdir(results_folder), 0);
    assert_false(results_open(&results, "/proc/nonsense", NULL, "check"));
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static void what_a_link_leads_to_is_not_written(void **state)
{
    static const char *const endings[] = {".partial", ".resumed", ".whole"};
    char *folder = temporary_folder();
    char file[PATH_MAX], other[PATH_MAX], link[PATH_MAX];
    struct results results, whole;
    struct stat status;

    (void)state;
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        FILE *stream = fopen(other, "w");
        assert_non_null(stream);
        assert_int_equal(fputc('x', stream), 'x');
        assert_int_equal(fclose(stream), 0);
        snprintf(link, sizeof link, "%s%s", file, endings[i]);
        assert_int_equal(symlink("other", link), 0);
        if (i == 0) {
            assert_false(results_open(&results, folder, file, "check"));
        } else if (i == 1) {
            assert_false(results_open_resumed(&results, file));
        } else {
            assert_true(results_open(&results, folder, file, "check"));
            assert_false(results_open_instead(&whole, &results));
            results_discard(&results);
        }
        assert_int_equal(stat(other, &status), 0);
        assert_int_equal(status.st_size, 1);
        assert_int_equal(unlink(link), 0);
    }
    assert_int_equal(unlink(other), 0);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

/* A process that does `work` on `path` and says when the half of it is done. */
static pid_t start(void (*work)(const char *path, int ready), const char *path)
{
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        work(path, ends[1]);
        _exit(0);
    }
    assert_true(child > 0);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return child;
}

static void say_ready(int descriptor)
{
    if (write(descriptor, "", 1) != 1)
        _exit(1);
}

static void a_while(void)
{
    const struct timespec pause = {.tv_nsec = 200000000};

    nanosleep(&pause, NULL);
}

static void lock_for_a_while(const char *path, int ready)
{
    if (!lock_take(open(path, O_RDONLY), LOCK_EX))
        _exit(1);
    say_ready(ready);
    a_while();
}

static void lock_until_killed(const char *path, int ready)
{
    if (!lock_take(open(path, O_RDONLY), LOCK_EX))
        _exit(1);
    say_ready(ready);
    for (;;)
        pause();
}

static void a_lock_is_waited_for_but_not_for_ever(void **state)
{
    char *folder = temporary_folder();
    const int file = open(folder, O_RDONLY);
    int status;

    (void)state;
    double began = seconds_now();
    pid_t child = start(lock_for_a_while, folder);
    assert_true(lock_take(file, LOCK_EX));
    assert_true(seconds_now() - began > 0.15);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(flock(file, LOCK_UN), 0);

    child = start(lock_until_killed, folder);
    began = seconds_now();
    errno = 0;
    assert_false(lock_take(file, LOCK_SH));
    assert_int_equal(errno, EWOULDBLOCK);
    assert_true(seconds_now() - began > 0.9);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(lock_take(file, LOCK_SH));
    close(file);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static void write_results_for_a_while(const char *path, int ready)
{
    struct results results;

    if (!results_open(&results, NULL, path, "check"))
        _exit(1);
    json_boolean(&results.json, NULL, true);
    results_end_record(&results);
    say_ready(ready);
    a_while();
    if (!results_close(&results))
        _exit(1);
}

/* The file that the other one's lock was on has another name by then. */
static void results_of_another_run_are_not_emptied(void **state)
{
    char *folder = temporary_folder();
    char path[PATH_MAX];
    struct results results;
    struct stat status;
    int end;

    (void)state;
    snprintf(path, sizeof path, "%s/file", folder);
    const pid_t child = start(write_results_for_a_while, path);
    assert_true(results_open(&results, NULL, path, "check"));
    assert_int_equal(waitpid(child, &end, 0), child);
    assert_int_equal(end, 0);
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size > 0);
    assert_int_equal(access(results.partial, F_OK), 0);
    results_discard(&results);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static void results_that_do_not_fit_stay_partial(void **state)
{
    struct results results;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_true(results_open(&results, "/tmp", "/tmp/mapwise-test-full", "check"));
    results.json.stream = freopen("/dev/full", "w", results.json.stream);
    json_boolean(&results.json, NULL, true);
    results_end_record(&results);
    assert_false(results_close(&results));
    assert_int_equal(access("/tmp/mapwise-test-full", F_OK), -1);
    assert_int_equal(unlink("/tmp/mapwise-test-full.partial"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_nesting_are_kept),
        cmocka_unit_test(numbers_that_json_lacks_are_null),
        cmocka_unit_test(any_bytes_become_valid_strings),
        cmocka_unit_test(facts_are_found_removed_and_hashed_by_level),
        cmocka_unit_test(facts_of_this_machine_are_known),
        cmocka_unit_test(a_scratch_folder_is_locked_and_leaves_nothing),
        cmocka_unit_test(a_left_over_scratch_folder_is_taken_over),
        cmocka_unit_test(too_little_space_is_refused),
        cmocka_unit_test(results_get_their_name_when_they_are_whole),
        cmocka_unit_test(what_a_link_leads_to_is_not_written),
        cmocka_unit_test(a_lock_is_waited_for_but_not_for_ever),
        cmocka_unit_test(results_of_another_run_are_not_emptied),
        cmocka_unit_test(results_that_do_not_fit_stay_partial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
