#include "team.h"

#include "bus_error.h"
#include "child.h"
#include "processor.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct member {
    struct team *team;
    unsigned index;
    int ours, theirs; /* a pair of sockets */
    pthread_t thread;
    pid_t process;
};

struct team {
    struct team *next; /* of those that the sample has */
    struct sample *s;
    enum team_kind kind;
    team_work work;
    void *user;
    unsigned count;
    struct member members[TEAM_MAX];
};

/* What a member says when it has done its part. Threads are counted with the process. */
struct answer {
    int64_t minor_faults, major_faults, context_switches;
    bool bus_error; /* it has not */
};

/* ---- a member ---- */

static struct answer usage_of(enum team_kind kind)
{
    struct rusage usage = {.ru_minflt = 0};

    if (kind == PROCESSES)
        getrusage(RUSAGE_SELF, &usage);
    return (struct answer){.minor_faults = usage.ru_minflt,
                           .major_faults = usage.ru_majflt,
                           .context_switches = usage.ru_nvcsw + usage.ru_nivcsw};
}

/* As recv, but a signal, the one that ends the run say, is no end of a member. */
static bool receive(int end, void *message, size_t size)
{
    ssize_t got;

    do
        got = recv(end, message, size, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)size;
}

static void do_part(void *user)
{
    const struct member *member = user;

    member->team->work(member->team->user, member->index);
}

/* Until the team has ended, or whoever started it. */
static void serve(struct member *member)
{
    const struct team *team = member->team;
    const struct answer ready = {.bus_error = false};
    char go;

    processor_share(member->index);
    if (send(member->theirs, &ready, sizeof ready, MSG_NOSIGNAL) != (ssize_t)sizeof ready)
        return;
    while (receive(member->theirs, &go, sizeof go)) {
        const struct answer before = usage_of(team->kind);
        const bool survived = bus_error_survived(do_part, member);
        struct answer answer = usage_of(team->kind);
        answer.minor_faults -= before.minor_faults;
        answer.major_faults -= before.major_faults;
        answer.context_switches -= before.context_switches;
        answer.bus_error = !survived;
        if (send(member->theirs, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer)
            break;
    }
}

static void *thread_main(void *user)
{
    serve(user);
    return NULL;
}

/* Without the others' ends, which would keep them waiting for a parent that is gone. */
static _Noreturn void process_main(struct member *member)
{
    for (unsigned i = 0; i <= member->index; i++)
        close(member->team->members[i].ours);
    serve(member);
    _exit(0);
}

/* ---- the team ---- */

static bool start_member(struct team *team, unsigned index)
{
    struct member *member = &team->members[index];
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    *member = (struct member){.team = team, .index = index, .ours = ends[0], .theirs = ends[1]};
    if (team->kind == THREADS) {
        const int error = pthread_create(&member->thread, NULL, thread_main, member);
        if (error == 0)
            return true;
        errno = error;
    } else {
        member->process = child_fork();
        if (member->process == 0)
            process_main(member);
        if (member->process > 0) {
            close(member->theirs); /* so that we see its end */
            member->theirs = -1;
            return true;
        }
    }
    close(ends[0]);
    close(ends[1]);
    return false;
}

static bool wait_for(const struct member *member, struct answer *answer)
{
    return receive(member->ours, answer, sizeof *answer);
}

/* Until a member waits for its work: a process that was just made has more to do than it looks. */
static bool member_is_ready(const struct team *team, unsigned index)
{
    struct answer ready;

    return wait_for(&team->members[index], &ready);
}

struct team *team_start(struct sample *s, enum team_kind kind, unsigned members, team_work work, void *user)
{
    if (members > TEAM_MAX || members > 2 * processor_count()) {
        sample_cannot(s, "%u at once, on %u processors", members, processor_count());
        return NULL;
    }
    struct team *team = calloc(1, sizeof *team);
    if (team) {
        *team = (struct team){.next = s->teams, .s = s, .kind = kind, .work = work, .user = user};
        s->teams = team;
        s->crowded = true;
    }
    while (team && team->count < members) {
        if (!start_member(team, team->count)) {
            sample_broken(s, "starting a member: %s", strerror(errno));
            team_end(team);
            return NULL;
        }
        team->count++;
    }
    for (unsigned i = 0; team && i < members; i++)
        if (!member_is_ready(team, i)) {
            sample_broken(s, "a member of the team died");
            team_end(team);
            return NULL;
        }
    if (!team)
        sample_broken(s, "out of memory");
    return team;
}

void team_run(struct team *team)
{
    const char go = 1;
    bool all = true, bus_error = false;

    for (unsigned i = 0; i < team->count; i++)
        all = send(team->members[i].ours, &go, sizeof go, MSG_NOSIGNAL) == (ssize_t)sizeof go && all;
    for (unsigned i = 0; i < team->count; i++) {
        struct answer answer = {.bus_error = false};
        all = wait_for(&team->members[i], &answer) && all;
        bus_error = bus_error || answer.bus_error;
        sample_count_elsewhere(team->s, MINOR_FAULTS, answer.minor_faults);
        sample_count_elsewhere(team->s, MAJOR_FAULTS, answer.major_faults);
        sample_count_elsewhere(team->s, CONTEXT_SWITCHES, answer.context_switches);
    }
    if (!all)
        sample_broken(team->s, "a member of the team died");
    if (bus_error)
        sample_broken(team->s, BUS_ERROR_TEXT);
}

static void forget(struct team *team)
{
    struct team **at = &team->s->teams;

    while (*at != team)
        at = &(*at)->next;
    *at = team->next;
    free(team);
}

void team_end(struct team *team)
{
    for (unsigned i = 0; team && i < team->count; i++) {
        struct member *member = &team->members[i];
        shutdown(member->ours, SHUT_RDWR);
        if (team->kind == THREADS)
            pthread_join(member->thread, NULL);
        else
            child_wait(member->process);
        close(member->ours);
        if (member->theirs >= 0)
            close(member->theirs);
    }
    if (team)
        forget(team);
}
