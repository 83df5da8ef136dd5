#include "outcome.h"

#include "child.h"
#include "names.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *result_name(enum result result)
{
    static const char *const names[RESULT_KINDS] = {"PASS",  "FAIL",    "XFAIL", "XPASS", "UNSUPPORTED",
                                                    "ERROR", "TIMEOUT", "CRASH", "NEW"};

    return names[result];
}

bool result_is_fine(enum result result)
{
    return result == RESULT_PASS || result == RESULT_XFAIL || result == RESULT_UNSUPPORTED;
}

bool observation_matches(const char *expected, const char *observed)
{
    size_t length = strlen(observed);

    for (const char *alternative = expected; alternative; alternative = strchr(alternative, '|')) {
        alternative += *alternative == '|';
        if (strcspn(alternative, "|") == length && strncmp(alternative, observed, length) == 0)
            return true;
    }
    return false;
}

static struct outcome *spare; /* what was freed last */

struct outcome *outcome_new(void)
{
    struct outcome *outcome = spare;

    if (outcome)
        spare = outcome->freed_before;
    else
        outcome = memory_kept_from_children(sizeof *outcome);
    if (outcome) {
        memset(outcome, 0, offsetof(struct outcome, output));
        outcome->output[0] = '\0';
    }
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    if (!outcome)
        return;
    outcome->freed_before = spare;
    spare = outcome;
}

bool step_only_records(const struct step *step)
{
    return strcmp(step->expected, NOTHING_PROMISED) == 0;
}

static void take_step(struct outcome *outcome, const struct message *message)
{
    if (outcome->step_count == STEPS_MAX) {
        outcome->too_many_steps = true;
        return;
    }
    struct step *step = &outcome->steps[outcome->step_count++];
    *step = (struct step){.line = message->line};
    memcpy(step->what, message->first, sizeof step->what);
    memcpy(step->expected, message->second, sizeof step->expected);
}

void outcome_take(struct outcome *outcome, const struct message *message)
{
    struct step *latest = outcome->step_count ? &outcome->steps[outcome->step_count - 1] : NULL;

    if (message->magic != MESSAGE_MAGIC || message->first[sizeof message->first - 1] != '\0' ||
        message->second[sizeof message->second - 1] != '\0') {
        outcome->garbage = true;
        return;
    }
    switch (message->kind) {
    case MESSAGE_STEP:
        take_step(outcome, message);
        return;
    case MESSAGE_OBSERVED:
        if (!latest || latest->observed_any) {
            outcome->garbage = outcome->garbage || !outcome->too_many_steps;
            return;
        }
        latest->observed_any = true;
        memcpy(latest->observed, message->first, sizeof latest->observed);
        return;
    case MESSAGE_UNSUPPORTED:
    case MESSAGE_ERROR:
        outcome->unsupported = message->kind == MESSAGE_UNSUPPORTED;
        outcome->failed_setup = message->kind == MESSAGE_ERROR;
        memcpy(outcome->message, message->first, sizeof outcome->message);
        return;
    case MESSAGE_DONE:
        outcome->done = true;
        return;
    default:
        outcome->garbage = true;
    }
}

void outcome_describe_ending(const struct outcome *outcome, char *text, size_t capacity)
{
    switch (outcome->ending) {
    case ENDED_BY_EXIT:
        snprintf(text, capacity, "exit %d", outcome->exit_code);
        return;
    case ENDED_BY_SIGNAL:
        snprintf(text, capacity, "signal %s", signal_name(outcome->signal));
        return;
    case ENDED_BY_LIMIT:
        snprintf(text, capacity, "killed after %.1f s", outcome->seconds);
        return;
    }
}

static const struct step *first_deviation(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->step_count; i++)
        if (outcome->steps[i].observed_any && !step_only_records(&outcome->steps[i]) &&
            !observation_matches(outcome->steps[i].expected, outcome->steps[i].observed))
            return &outcome->steps[i];
    return NULL;
}

static const struct step *first_unanswered(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->step_count; i++)
        if (!outcome->steps[i].observed_any)
            return &outcome->steps[i];
    return NULL;
}

static void conclude(struct outcome *outcome, enum result result, const char *reason)
{
    outcome->result = result;
    snprintf(outcome->reason, sizeof outcome->reason, "%s", reason);
}

/* How far the case came: "in load(&map[page])", "before its first step". */
static void describe_position(const struct outcome *outcome, char *text, size_t capacity)
{
    const struct step *latest = outcome->step_count ? &outcome->steps[outcome->step_count - 1] : NULL;

    if (!latest)
        snprintf(text, capacity, "before its first step");
    else
        snprintf(text, capacity, "%s %s", latest->observed_any ? "after" : "in", latest->what);
}

void outcome_judge(struct outcome *outcome)
{
    const struct step *deviation = first_deviation(outcome), *unanswered = first_unanswered(outcome);
    char position[256], ending[64], reason[sizeof outcome->reason];

    describe_position(outcome, position, sizeof position);
    outcome_describe_ending(outcome, ending, sizeof ending);
    if (outcome->ending == ENDED_BY_LIMIT) {
        snprintf(reason, sizeof reason, "%s %s", ending, position);
        conclude(outcome, RESULT_TIMEOUT, reason);
    } else if (outcome->garbage) {
        conclude(outcome, RESULT_ERROR, "what came through the result pipe is not a message");
    } else if (outcome->failed_setup) {
        conclude(outcome, RESULT_ERROR, outcome->message);
    } else if (deviation) {
        snprintf(reason, sizeof reason, "%s: expected %s, observed %s", deviation->what, deviation->expected,
                 deviation->observed);
        conclude(outcome, RESULT_FAIL, reason);
    } else if (outcome->too_many_steps) {
        conclude(outcome, RESULT_ERROR, "more steps than the runner keeps");
    } else if (outcome->unsupported) {
        conclude(outcome, RESULT_UNSUPPORTED, outcome->message);
    } else if (!outcome->done || outcome->ending != ENDED_BY_EXIT || outcome->exit_code != 0) {
        snprintf(reason, sizeof reason, "%s %s", ending, position);
        conclude(outcome, RESULT_CRASH, reason);
    } else if (outcome->step_count == 0) {
        conclude(outcome, RESULT_ERROR, "nothing was observed");
    } else if (unanswered) {
        snprintf(reason, sizeof reason, "nothing was observed in %s", unanswered->what);
        conclude(outcome, RESULT_ERROR, reason);
    } else {
        conclude(outcome, RESULT_PASS, "");
    }
}
