#include "expectation.h"

#include "facts.h"

#include <stdio.h>
#include <sys/utsname.h>

enum { LISTS_MAX = 32 };

static struct {
    const struct expectation *list;
    size_t count;
} lists[LISTS_MAX];
static size_t list_count;

void register_expectations(const struct expectation *list, size_t count)
{
    if (list_count == LISTS_MAX)
        abort(); /* a mistake of the build, seen at its first start */
    lists[list_count].list = list;
    lists[list_count++].count = count;
}

static bool holds(const char *wanted, const char *actual)
{
    return !wanted || (actual && strcmp(wanted, actual) == 0);
}

static bool holds_for_libc(const char *wanted)
{
    static struct facts facts;
    static bool known;

    if (!wanted)
        return true;
    if (!known)
        facts_of_machine(&facts);
    known = true;
    const char *actual = facts_find(&facts, "libc");
    return actual && strncmp(actual, wanted, strlen(wanted)) == 0;
}

static bool concerns(const struct expectation *expectation, const struct attempt *attempt, const char *system)
{
    return strcmp(expectation->test, attempt->test->id) == 0 && holds(expectation->system, system) &&
           holds(expectation->filesystem, attempt->place ? attempt->place->filesystem : NULL) &&
           holds_for_libc(expectation->libc);
}

const struct expectation *expectation_find(const struct attempt *attempt)
{
    struct utsname name;
    const char *system = uname(&name) == 0 ? name.sysname : NULL;

    for (size_t i = 0; i < list_count; i++)
        for (size_t k = 0; k < lists[i].count; k++)
            if (concerns(&lists[i].list[k], attempt, system))
                return &lists[i].list[k];
    return NULL;
}

/* What was observed in the steps that deviate, joined by "; ". */
static void join_deviations(const struct outcome *outcome, char *text, size_t capacity)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < outcome->step_count && used < capacity; i++) {
        const struct step *step = &outcome->steps[i];
        if (step->observed_any && !observation_matches(step->expected, step->observed))
            used += (size_t)snprintf(text + used, capacity - used, "%s%s", used ? "; " : "", step->observed);
    }
}

void expectation_apply(const struct expectation *expectation, struct outcome *outcome)
{
    static const char *const kinds[] = {"permitted", "quirk", "bug"};
    char deviations[sizeof outcome->reason / 2];

    if (!expectation)
        return;
    join_deviations(outcome, deviations, sizeof deviations);
    if (outcome->result == RESULT_PASS) {
        outcome->result = RESULT_XPASS;
        snprintf(outcome->reason, sizeof outcome->reason,
                 "as documented now, though '%s' was expected (%s); take the expectation out",
                 expectation->observed, expectation->reason);
    } else if (outcome->result == RESULT_FAIL && outcome->done &&
               strcmp(deviations, expectation->observed) == 0) {
        outcome->result = RESULT_XFAIL;
        snprintf(outcome->reason, sizeof outcome->reason, "%s observed, a known %s: %s; %s", deviations,
                 kinds[expectation->kind], expectation->reason, expectation->reference);
    }
}
