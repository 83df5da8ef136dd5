/* How a verdict follows from what a case said and how it ended. */
#include "names.h"
#include "outcome.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void say(struct outcome *outcome, enum message_kind kind, const char *first, const char *second)
{
    struct message message = {.magic = MESSAGE_MAGIC, .kind = (uint32_t)kind, .line = 7};

    snprintf(message.first, sizeof message.first, "%s", first);
    snprintf(message.second, sizeof message.second, "%s", second);
    outcome_take(outcome, &message);
}

static void observe(struct outcome *outcome, const char *expected, const char *observed)
{
    say(outcome, MESSAGE_STEP, "act()", expected);
    say(outcome, MESSAGE_OBSERVED, observed, "");
}

static void assert_verdict(struct outcome *outcome, enum result result, const char *reason)
{
    outcome_judge(outcome);
    assert_string_equal(result_name(outcome->result), result_name(result));
    assert_string_equal(outcome->reason, reason);
}

static void alternatives_match_whole(void **state)
{
    (void)state;
    assert_true(observation_matches("EINVAL", "EINVAL"));
    assert_true(observation_matches("ENOMEM|EINVAL", "EINVAL"));
    assert_true(observation_matches("ENOMEM|EINVAL", "ENOMEM"));
    assert_false(observation_matches("ENOMEM|EINVAL", "EINVA"));
    assert_false(observation_matches("ENOMEM|EINVAL", "EINVALX"));
    assert_false(observation_matches("ENOMEM|EINVAL", ""));
    assert_false(observation_matches("ENOMEM|EINVAL", "ENOMEM|EINVAL"));
    assert_true(observation_matches("", ""));
}

static void a_case_that_did_all_it_should_passes(void **state)
{
    struct outcome outcome = {0};

    (void)state;
    observe(&outcome, "1", "1");
    say(&outcome, MESSAGE_DONE, "", "");
    assert_verdict(&outcome, RESULT_PASS, "");
}

static void every_way_to_fall_short_is_told_apart(void **state)
{
    struct outcome silent = {.done = true};
    struct outcome failed = {.done = true};
    struct outcome early = {0};
    struct outcome killed = {.done = true, .ending = ENDED_BY_SIGNAL, .signal = SIGSEGV};
    struct outcome late = {.ending = ENDED_BY_LIMIT, .seconds = 2.04};
    struct outcome setup = {0};
    struct outcome absent = {0};

    (void)state;
    assert_verdict(&silent, RESULT_ERROR, "nothing was observed");

    observe(&failed, "1|2", "3");
    assert_verdict(&failed, RESULT_FAIL, "act(): expected 1|2, observed 3");

    observe(&early, "1", "1");
    assert_verdict(&early, RESULT_CRASH, "exit 0 after act()");

    observe(&killed, "1", "1");
    assert_verdict(&killed, RESULT_CRASH, "signal SIGSEGV after act()");

    say(&late, MESSAGE_STEP, "act()", "1");
    assert_verdict(&late, RESULT_TIMEOUT, "killed after 2.0 s in act()");

    observe(&setup, "1", "2");
    say(&setup, MESSAGE_ERROR, "mmap: ENOMEM", "");
    assert_verdict(&setup, RESULT_ERROR, "mmap: ENOMEM");

    say(&absent, MESSAGE_UNSUPPORTED, "needs root", "");
    assert_verdict(&absent, RESULT_UNSUPPORTED, "needs root");
}

static void what_is_not_a_message_is_garbage(void **state)
{
    struct outcome wrong_magic = {.done = true}, unanswered = {.done = true}, unknown = {.done = true};
    struct outcome unterminated = {.done = true};
    struct message message = {.magic = MESSAGE_MAGIC, .kind = MESSAGE_STEP};
    const char *reason = "what came through the result pipe is not a message";

    (void)state;
    memset(message.first, 'x', sizeof message.first);
    outcome_take(&unterminated, &message);
    assert_verdict(&unterminated, RESULT_ERROR, reason);

    outcome_take(&wrong_magic, &(struct message){.magic = 1});
    assert_verdict(&wrong_magic, RESULT_ERROR, reason);

    say(&unanswered, MESSAGE_OBSERVED, "1", "");
    assert_verdict(&unanswered, RESULT_ERROR, reason);

    outcome_take(&unknown, &(struct message){.magic = MESSAGE_MAGIC, .kind = 99});
    assert_verdict(&unknown, RESULT_ERROR, reason);
}

static void only_three_results_are_fine(void **state)
{
    size_t fine = 0;

    (void)state;
    for (int result = 0; result < RESULT_KINDS; result++)
        fine += result_is_fine((enum result)result);
    assert_int_equal(fine, 3);
    assert_true(result_is_fine(RESULT_PASS));
    assert_true(result_is_fine(RESULT_XFAIL));
    assert_true(result_is_fine(RESULT_UNSUPPORTED));
}

static void names_are_never_missing(void **state)
{
    (void)state;
    assert_string_equal(signal_name(SIGBUS), "SIGBUS");
    assert_string_equal(signal_name(61), "SIG61");
    assert_string_equal(error_name(0), "0");
    assert_string_equal(error_name(99999), "errno99999");
    assert_string_equal(signal_code_name(SIGBUS, BUS_ADRERR), "BUS_ADRERR");
    assert_string_equal(signal_code_name(SIGSEGV, SEGV_ACCERR), "SEGV_ACCERR");
    assert_string_equal(signal_code_name(SIGILL, 77), "code77");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternatives_match_whole),
        cmocka_unit_test(a_case_that_did_all_it_should_passes),
        cmocka_unit_test(every_way_to_fall_short_is_told_apart),
        cmocka_unit_test(what_is_not_a_message_is_garbage),
        cmocka_unit_test(only_three_results_are_fine),
        cmocka_unit_test(names_are_never_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
