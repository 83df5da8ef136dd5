#include "watch.h"

#include "child.h"
#include "counters.h"
#include "facts.h"
#include "interrupt.h"
#include "message.h"
#include "process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* As child_wait; but who is interrupted interrupts the child, which may have been spared: kill(1) means one
 * process. */
static int wait_and_hand_on(pid_t child)
{
    int status = -1, handed_on = 0;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
        if (interrupted && interrupted != handed_on)
            kill(child, handed_on = interrupted);
    }
    return status;
}

static void explain(struct watch *watch, int signal_number, bool memory)
{
    struct facts facts;

    facts_of_machine(&facts);
    const char *limit = facts_find(&facts, "memory_limit");
    if (!memory)
        snprintf(watch->reason, sizeof watch->reason, "it was ended by signal %d (%s)", signal_number,
                 strsignal(signal_number));
    else if (limit)
        snprintf(watch->reason, sizeof watch->reason,
                 "the system killed it for want of memory (the limit is %" PRIu64 " MiB)",
                 (uint64_t)strtoull(limit, NULL, 10) >> 20);
    else
        snprintf(watch->reason, sizeof watch->reason, "the system killed it for want of memory");
}

bool watch_begin(struct watch *watch)
{
    void *bytes;

    *watch = (struct watch){NULL, NULL, ""};
    if (mw_map_anon(&watch->map, sizeof *watch->current, NULL, NULL) != MW_OK ||
        mw_pin(&bytes, watch->map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, NULL) != MW_OK) {
        watch_end(watch);
        complain("out of memory; free some");
        return false;
    }
    watch->current = bytes;
    *watch->current = NO_SERIES;
    return true;
}

void watch_end(struct watch *watch)
{
    if (watch->current)
        mw_unpin(watch->map, (const void *)watch->current);
    mw_free(watch->map);
    *watch = (struct watch){NULL, NULL, ""};
}

int watch_run(struct watch *watch, int (*work)(void *user), void *user)
{
    const int64_t before = process_memory_kills();
    const pid_t child = child_fork();

    if (child == 0)
        exit(finish_output(work(user)));
    if (child < 0)
        return work(user);
    const int status = wait_and_hand_on(child);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    explain(watch, WTERMSIG(status), WTERMSIG(status) == SIGKILL && process_memory_kills() > before);
    return -1;
}
