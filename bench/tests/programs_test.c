/* Programs that are run as peers: what they print, how they end, and that nothing of them is left. */
#include "program.h"

#include "clock.h"
#include "interrupt.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char output[256];

static enum program_end run(const char *script, double seconds)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    const struct program program = {arguments, seconds, output, sizeof output};

    return program_run(&program);
}

static void both_streams_are_kept(void **state)
{
    (void)state;
    assert_int_equal(run("echo one; echo two >&2; read line || echo end; echo $LC_ALL", 10), PROGRAM_DONE);
    assert_string_equal(output, "one\ntwo\nend\nC\n");
}

static void long_output_is_cut_off(void **state)
{
    (void)state;
    assert_int_equal(run("i=0; while [ $i -lt 9999 ]; do echo 0123456789; i=$((i+1)); done", 30),
                     PROGRAM_DONE);
    assert_int_equal(strlen(output), sizeof output - 1);
}

static void a_missing_program_is_told(void **state)
{
    static const char *const arguments[] = {"mapwise-no-such-program", NULL};
    const struct program program = {arguments, 10, output, sizeof output};

    (void)state;
    assert_int_equal(program_run(&program), PROGRAM_MISSING);
}

static void a_failure_is_told(void **state)
{
    (void)state;
    assert_int_equal(run("echo why; exit 3", 10), PROGRAM_FAILED);
    assert_string_equal(output, "why\n");
    assert_int_equal(run("kill -9 $$", 10), PROGRAM_FAILED);
}

/* Runs it with the writing end of a pipe, which whoever it starts has too: when that is closed, all are gone.
 */
static void leaves_nobody(const char *script, double seconds, enum program_end wanted)
{
    const int64_t began = clock_nanoseconds();
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(run(script, seconds), wanted);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    assert_true(seconds_between(began, clock_nanoseconds()) < 20);
}

static void one_that_takes_too_long_is_ended(void **state)
{
    (void)state;
    leaves_nobody("sleep 60 & sleep 60", 0.2, PROGRAM_TOO_LONG);
    leaves_nobody("trap '' TERM INT; exec >&- 2>&-; while :; do sleep 60; done", 0.2, PROGRAM_TOO_LONG);
}

static void what_it_leaves_behind_is_ended(void **state)
{
    (void)state;
    leaves_nobody("sleep 60 & echo started", 10, PROGRAM_DONE);
    assert_string_equal(output, "started\n");
}

static void a_signal_ends_it(void **state)
{
    (void)state;
    interrupted = SIGINT;
    leaves_nobody("sleep 60", 30, PROGRAM_INTERRUPTED);
    interrupted = 0;
}

/* As main does first: who started us may have had SIGCHLD ignored. */
static void ends_are_seen_whatever_was_ignored(void **state)
{
    (void)state;
    assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
    assert_int_equal(run("exit 3", 10), PROGRAM_FAILED); /* and not done */
    interrupt_install();
    assert_int_equal(run("exit 0", 10), PROGRAM_DONE);
    assert_int_equal(run("exit 3", 10), PROGRAM_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_streams_are_kept),
        cmocka_unit_test(long_output_is_cut_off),
        cmocka_unit_test(a_missing_program_is_told),
        cmocka_unit_test(a_failure_is_told),
        cmocka_unit_test(one_that_takes_too_long_is_ended),
        cmocka_unit_test(what_it_leaves_behind_is_ended),
        cmocka_unit_test(a_signal_ends_it),
        cmocka_unit_test(ends_are_seen_whatever_was_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
