#include "watch.h"

#include "child.h"
#include "counters.h"
#include "facts.h"
#include "interrupt.h"
#include "message.h"
#include "process.h"
#include "strays.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

bool watch_begin(struct watch *watch)
{
    void *bytes;

    *watch = (struct watch){.map = NULL};
    if (mw_map_anon(&watch->map, sizeof *watch->watched, NULL, NULL) != MW_OK ||
        mw_pin(&bytes, watch->map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, NULL) != MW_OK) {
        watch_end(watch);
        complain("out of memory; free some");
        return false;
    }
    watch->watched = bytes;
    watch_note(watch, NO_SERIES);
    return true;
}

void watch_end(struct watch *watch)
{
    if (watch->watched)
        mw_unpin(watch->map, (const void *)watch->watched);
    mw_free(watch->map);
    *watch = (struct watch){.map = NULL};
}

void watch_note(struct watch *watch, long series)
{
    watch->watched->series = series;
    watch->watched->memory_kills = process_memory_kills();
}

/* Its status as of waitpid. Who is interrupted interrupts the child, which may have been spared: kill(1)
 * means one process. All signals in `set` are blocked, so none is missed. */
static int wait_and_hand_on(pid_t child, const sigset_t *set)
{
    int status, signal_number;

    while (waitpid(child, &status, WNOHANG) == 0)
        if (sigwait(set, &signal_number) == 0 && signal_number != SIGCHLD)
            kill(child, signal_number);
    return status;
}

static bool is_by_itself(int signal_number)
{
    static const int by_itself[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};

    for (size_t i = 0; i < sizeof by_itself / sizeof by_itself[0]; i++)
        if (signal_number == by_itself[i])
            return true;
    return false;
}

static void explain(struct watch *watch, int signal_number)
{
    const bool memory = signal_number == SIGKILL && process_memory_kills() > watch->watched->memory_kills;
    struct facts facts;

    facts_of_machine(&facts);
    const char *limit = facts_find(&facts, "memory_limit");
    watch->by_series = memory || is_by_itself(signal_number);
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

int watch_run(struct watch *watch, int (*work)(void *user), void *user)
{
    sigset_t set, before;

    adopt_orphans();
    interrupt_signals(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    const pid_t child = child_fork();
    if (child <= 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        const int answer = work(user);
        if (child < 0)
            return answer;
        exit(finish_output(answer));
    }
    const int status = wait_and_hand_on(child, &set);
    end_strays(NULL, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    explain(watch, WTERMSIG(status));
    return -1;
}
