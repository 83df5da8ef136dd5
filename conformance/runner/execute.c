#include "execute.h"

#include "child.h"
#include "clock.h"
#include "expectation.h"
#include "interrupt.h"
#include "message.h"
#include "scratch.h"
#include "shared_memory.h"
#include "strays.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A running case. */
struct job {
    pid_t process; /* 0: this slot is free */
    size_t index;  /* of its attempt */
    size_t folder; /* the number of its own; used again by the next case in this slot */
    int messages, output;
    double started, deadline;
    bool out_of_time;
    size_t pending; /* bytes of a message that came in so far */
    struct message message;
    struct outcome *outcome;
};

struct run {
    const struct execution *execution;
    const struct attempt *attempts;
    size_t count, next, reported; /* next: how many have started */
    struct job *jobs;
    pid_t *running;            /* room for the processes of all jobs */
    struct outcome **outcomes; /* finished ones that wait for an earlier attempt */
};

static int wake_up[2]; /* a pipe that signal handlers write to */

static void on_child(int signal)
{
    int saved = errno;

    (void)signal;
    if (write(wake_up[1], "", 1) < 0) {
        /* The pipe is full: the runner will wake up anyway. */
    }
    errno = saved;
}

static void close_pair(int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

/* A pipe whose reading end is ours and does not block; neither end outlives an exec. */
static bool open_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    for (int end = 0; end < 2; end++)
        fcntl(ends[end], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return true;
}

static void free_outcome(struct outcome **outcome)
{
    outcome_free(*outcome);
    *outcome = NULL;
}

static void report_in_order(struct run *run)
{
    while (run->reported < run->count && run->outcomes[run->reported]) {
        struct outcome **outcome = &run->outcomes[run->reported];
        run->execution->report(run->execution->context, &run->attempts[run->reported], *outcome);
        free_outcome(outcome);
        run->reported++;
    }
}

/* Gives the attempt a verdict that needs no process. */
static void conclude_unstarted(struct run *run, size_t index, struct outcome *outcome, const char *what)
{
    snprintf(outcome->message, sizeof outcome->message, "%s: %s", what, strerror(errno));
    outcome->failed_setup = true;
    outcome_judge(outcome);
    run->outcomes[index] = outcome;
}

static double limit_of(const struct execution *execution, const struct test_case *test)
{
    return (test->seconds > 0 ? test->seconds : execution->seconds) * execution->scale;
}

static void start(struct run *run, struct job *job)
{
    const pid_t runner = getpid();
    const size_t index = run->execution->order[run->next], folder = job->folder;
    const struct attempt *attempt = &run->attempts[index];
    struct outcome *outcome = outcome_new();
    int messages[2], output[2];

    if (!outcome) {
        complain("out of memory; what was observed so far is kept");
        interrupted = SIGTERM;
        return;
    }
    run->next++;
    if (!open_pipe(messages)) {
        conclude_unstarted(run, index, outcome, "pipe");
        return;
    }
    if (!open_pipe(output)) {
        close_pair(messages);
        conclude_unstarted(run, index, outcome, "pipe");
        return;
    }
    fflush(NULL);
    pid_t process = fork();
    if (process == 0)
        child_run(&(struct child_setup){.attempt = attempt,
                                        .invasive = run->execution->invasive,
                                        .runner = runner,
                                        .messages = messages[1],
                                        .output = output[1],
                                        .folder = folder});
    if (process < 0) {
        close_pair(messages);
        close_pair(output);
        conclude_unstarted(run, index, outcome, "fork");
        return;
    }
    setpgid(process, process); /* the child does it too: whoever comes first */
    close(messages[1]);
    close(output[1]);
    *job = (struct job){.process = process,
                        .index = index,
                        .folder = job->folder,
                        .messages = messages[0],
                        .output = output[0],
                        .started = seconds_now(),
                        .outcome = outcome};
    job->deadline = job->started + limit_of(run->execution, attempt->test);
}

/* So many at a time that all which the largest pipe holds is read once its writers are gone, and so few
 * that a case which never stops writing does not keep the runner from looking at the clock. */
static void read_messages(struct job *job)
{
    const size_t largest_pipe = (size_t)1 << 20;
    char *bytes = (char *)&job->message;
    ssize_t got;

    for (size_t taken = 0; taken <= largest_pipe && (got = read(job->messages, bytes + job->pending,
                                                                sizeof job->message - job->pending)) > 0;
         taken += (size_t)got) {
        job->pending += (size_t)got;
        if (job->pending == sizeof job->message) {
            outcome_take(job->outcome, &job->message);
            job->pending = 0;
        }
    }
}

/* Keeps the beginning of what the case prints and drops the rest, but never lets it block or grow. */
static void read_output(struct job *job)
{
    char buffer[4096];
    struct outcome *outcome = job->outcome;
    ssize_t got;

    for (int round = 0; round < 16 && (got = read(job->output, buffer, sizeof buffer)) > 0; round++) {
        size_t room = sizeof outcome->output - 1 - outcome->output_length;
        size_t kept = (size_t)got < room ? (size_t)got : room;
        memcpy(outcome->output + outcome->output_length, buffer, kept);
        outcome->output_length += kept;
        outcome->output[outcome->output_length] = '\0';
    }
}

/* Removes what outlives a process: what is in its folder, and its shared memory. To make a new folder for
 * each case takes longer than many a case; a folder that can't be made as new is left alone from then on. */
static void remove_remains(const struct run *run, struct job *job, pid_t process)
{
    const struct attempt *attempt = &run->attempts[job->index];
    char path[PATH_MAX];
    struct stat status;

    child_shared_memory(path, sizeof path, process);
    shm_unlink(path);
    if (!attempt->place || !attempt->place->scratch[0])
        return;
    child_folder(path, sizeof path, attempt->place, job->folder);
    if (lstat(path, &status) == 0 && !scratch_empty_folder(path))
        job->folder += (size_t)run->execution->jobs;
}

/* Kills what the process of a case has left running, then gives its number back: not the other way
 * round, or the number might be that of strangers by then. */
static int reap(const struct job *job)
{
    int status = 0;

    kill(-job->process, SIGKILL);
    while (waitpid(job->process, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/* Ends what has left the process groups of the cases that have ended. */
static void end_strays_of_ended(const struct run *run)
{
    size_t count = 0;

    for (int i = 0; i < run->execution->jobs; i++)
        if (run->jobs[i].process)
            run->running[count++] = run->jobs[i].process;
    end_strays(run->running, count);
}

/* The process has ended: everything it has said is in the pipes. */
static void finish(struct run *run, struct job *job)
{
    struct outcome *outcome = job->outcome;
    const pid_t process = job->process;
    int status = reap(job);

    outcome->seconds = seconds_now() - job->started;
    job->process = 0;
    end_strays_of_ended(run);
    read_messages(job);
    read_output(job);
    close(job->messages);
    close(job->output);
    outcome->garbage = outcome->garbage || job->pending != 0;
    outcome->ending = job->out_of_time      ? ENDED_BY_LIMIT
                      : WIFSIGNALED(status) ? ENDED_BY_SIGNAL
                                            : ENDED_BY_EXIT;
    outcome->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    outcome_judge(outcome);
    expectation_apply(expectation_find(&run->attempts[job->index]), outcome);
    remove_remains(run, job, process);
    run->outcomes[job->index] = outcome;
    job->outcome = NULL;
}

/* Looks after one running case; true if it has ended. */
static bool attend(struct run *run, struct job *job)
{
    siginfo_t ended = {0};

    read_messages(job);
    read_output(job);
    if (waitid(P_PID, (id_t)job->process, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
        finish(run, job);
        return true;
    }
    if (seconds_now() >= job->deadline) {
        job->out_of_time = true;
        kill(-job->process, SIGKILL);
        kill(job->process, SIGKILL);
    }
    return false;
}

static int poll_timeout(const struct run *run)
{
    double nearest = seconds_now() + 60;

    for (int i = 0; i < run->execution->jobs; i++)
        if (run->jobs[i].process && !run->jobs[i].out_of_time && run->jobs[i].deadline < nearest)
            nearest = run->jobs[i].deadline;
    double milliseconds = (nearest - seconds_now()) * 1000 + 1;
    return milliseconds > 1 ? (int)milliseconds : 1;
}

/* Sleeps until a case speaks or ends, a limit is reached, or a signal asks to stop. */
static void wait_for_news(const struct run *run, struct pollfd *polled)
{
    nfds_t count = 0;
    char drained[64];

    polled[count++] = (struct pollfd){wake_up[0], POLLIN, 0};
    for (int i = 0; i < run->execution->jobs; i++) {
        const struct job *job = &run->jobs[i];
        if (!job->process)
            continue;
        polled[count++] = (struct pollfd){job->messages, POLLIN, 0};
        polled[count++] = (struct pollfd){job->output, POLLIN, 0};
    }
    /* A case that has closed its pipes would be news for ever: then only its end and its limit count. */
    if (poll(polled, count, poll_timeout(run)) > 0)
        for (nfds_t i = 1; i < count; i++)
            if (polled[i].revents == POLLHUP) {
                struct pollfd ended = {wake_up[0], POLLIN, 0};
                poll(&ended, 1, poll_timeout(run) < 20 ? poll_timeout(run) : 20);
                break;
            }
    while (read(wake_up[0], drained, sizeof drained) > 0) {
    }
}

static void kill_all(struct run *run)
{
    for (int i = 0; i < run->execution->jobs; i++) {
        struct job *job = &run->jobs[i];
        if (!job->process)
            continue;
        kill(job->process, SIGKILL);
        reap(job);
        close(job->messages);
        close(job->output);
        remove_remains(run, job, job->process);
        free_outcome(&job->outcome);
        job->process = 0;
    }
    end_strays_of_ended(run);
}

static bool any_running(const struct run *run)
{
    for (int i = 0; i < run->execution->jobs; i++)
        if (run->jobs[i].process)
            return true;
    return false;
}

static void run_all(struct run *run, struct pollfd *polled)
{
    while (!interrupted && (run->next < run->count || any_running(run))) {
        bool changed = false;
        for (int i = 0; i < run->execution->jobs; i++)
            if (run->jobs[i].process)
                changed = attend(run, &run->jobs[i]) || changed;
        for (int i = 0; i < run->execution->jobs && !interrupted; i++)
            if (!run->jobs[i].process && run->next < run->count)
                start(run, &run->jobs[i]);
        report_in_order(run);
        if (!changed && any_running(run))
            wait_for_news(run, polled);
    }
    kill_all(run);
    report_in_order(run);
}

long execute(const struct execution *execution, const struct attempt *attempts, size_t count)
{
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART}, old;
    struct run run = {.execution = execution, .attempts = attempts, .count = count};
    const size_t size_of_jobs = (size_t)execution->jobs * sizeof *run.jobs;
    struct pollfd *polled = calloc(1 + 2 * (size_t)execution->jobs, sizeof *polled);

    run.jobs = memory_kept_from_children(size_of_jobs);
    for (int i = 0; run.jobs && i < execution->jobs; i++)
        run.jobs[i].folder = (size_t)i;
    run.running = calloc((size_t)execution->jobs, sizeof *run.running);
    run.outcomes = (struct outcome **)calloc(count + 1, sizeof(struct outcome *));
    if (!polled || !run.jobs || !run.running || !run.outcomes || !open_pipe(wake_up)) {
        complain("cannot start: %s; free some memory or descriptors", strerror(errno));
        run.reported = 0;
        count = 0;
    } else {
        remove_left_shared_memory();
        adopt_orphans();
        fcntl(wake_up[1], F_SETFL, O_NONBLOCK);
        sigemptyset(&action.sa_mask);
        sigaction(SIGCHLD, &action, &old);
        child_note_signals();
        interrupt_wakes(wake_up[1]);
        run_all(&run, polled);
        interrupt_wakes(-1);
        sigaction(SIGCHLD, &old, NULL);
        close_pair(wake_up);
        for (size_t i = run.reported; i < count; i++)
            free_outcome(&run.outcomes[i]);
    }
    free(polled);
    free_memory_kept(run.jobs, size_of_jobs);
    free(run.running);
    free((void *)run.outcomes);
    return count == 0 && run.count != 0 ? -1 : (long)run.reported;
}
