#include "program.h"

#include "child.h"
#include "clock.h"
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MILLISECONDS = 20, LAST_MILLISECONDS = 1, NOT_FOUND = 127 };

/* POSIX leaves this to us, some headers do not. */
extern char **environ; /* NOLINT(readability-redundant-declaration) */

/* ---- starting ---- */

/* Our environment with LC_ALL=C, so that numbers have points. The list alone is the caller's to free. */
static char **plain_environment(void)
{
    static char plain[] = "LC_ALL=C";
    size_t count = 0, kept = 0;

    while (environ[count])
        count++;
    char **list = calloc(count + 2, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", strlen("LC_ALL=")) != 0)
            list[kept++] = environ[i];
    if (list)
        list[kept] = plain;
    return list;
}

/* What we ignore or catch, and block, is as usual there. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;

    sigemptyset(&none);
    sigfillset(&usual);
    const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    const int errors[] = {
        posix_spawnattr_setflags(attributes, flags), posix_spawnattr_setpgroup(attributes, 0),
        posix_spawnattr_setsigmask(attributes, &none), posix_spawnattr_setsigdefault(attributes, &usual)};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i])
            return errors[i];
    return 0;
}

static int set_streams(posix_spawn_file_actions_t *actions, int output)
{
    const int errors[] = {posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
                          posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO),
                          posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO)};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i])
            return errors[i];
    return 0;
}

/* 0, or why it could not be started. */
static int spawn(pid_t *process, const char *const *arguments, int output)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char **environment = plain_environment();
    int error = environment ? posix_spawn_file_actions_init(&actions) : ENOMEM;

    if (error == 0) {
        error = posix_spawnattr_init(&attributes);
        if (error == 0) {
            error = set_attributes(&attributes);
            if (error == 0)
                error = set_streams(&actions, output);
            if (error == 0) /* it promises not to change them */
                error = posix_spawnp(process, arguments[0], &actions, &attributes, (char *const *)arguments,
                                     environment);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    free(environment);
    return error;
}

/* ---- while it runs ---- */

/* Waits a little for output and takes it. False when nobody can write any more. */
static bool take_output(int from, const struct program *program, size_t *length)
{
    struct pollfd ready = {.fd = from, .events = POLLIN};
    char rest[4096];

    if (poll(&ready, 1, LOOK_MILLISECONDS) <= 0)
        return true;
    const size_t room = program->capacity - 1 - *length;
    const ssize_t got =
        room > 0 ? read(from, program->output + *length, room) : read(from, rest, sizeof rest);
    if (got > 0 && room > 0)
        *length += (size_t)got;
    return got > 0 || (got < 0 && errno == EINTR);
}

/* Whether the first of its processes has ended. It is not waited for: its number, which is that of the group,
 * stays taken. */
static bool has_ended(pid_t process)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == process;
}

static bool is_over(const struct program *program, int64_t began, enum program_end *end)
{
    if (interrupted)
        *end = PROGRAM_INTERRUPTED;
    else if (seconds_between(began, clock_nanoseconds()) > program->seconds)
        *end = PROGRAM_TOO_LONG;
    else
        return false;
    return true;
}

/* Until the process has ended. What it printed last is still in the pipe then. */
static enum program_end watch(const struct program *program, pid_t process, int from)
{
    const int64_t began = clock_nanoseconds();
    enum program_end end = PROGRAM_DONE;
    size_t length = 0;
    bool open = true;

    while (!is_over(program, began, &end) && !has_ended(process)) {
        if (open)
            open = take_output(from, program, &length);
        else
            poll(NULL, 0, LAST_MILLISECONDS); /* it has nothing more to say and is about to end */
    }
    kill(-process, SIGKILL); /* whoever of the group is left */
    while (open && end == PROGRAM_DONE && !is_over(program, began, &end))
        open = take_output(from, program, &length);
    program->output[length] = '\0';
    return end;
}

static enum program_end end_of(enum program_end end, int status)
{
    if (end != PROGRAM_DONE)
        return end;
    if (status < 0)
        return PROGRAM_FAILED; /* nobody knows how */
    errno = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        return PROGRAM_MISSING; /* some systems find out after the call has returned */
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? PROGRAM_DONE : PROGRAM_FAILED;
}

enum program_end program_run(const struct program *program)
{
    int ends[2];
    pid_t process;

    program->output[0] = '\0';
    if (pipe(ends) != 0)
        return PROGRAM_FAILED;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    const int error = spawn(&process, program->arguments, ends[1]);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        errno = error;
        return error == ENOENT ? PROGRAM_MISSING : PROGRAM_FAILED;
    }
    const enum program_end end = watch(program, process, ends[0]);
    close(ends[0]);
    return end_of(end, child_wait(process));
}

/* ---- for a sample ---- */

bool sample_program(struct sample *s, const struct program *program, const char *package)
{
    const char *name = program->arguments[0];

    switch (program_run(program)) {
    case PROGRAM_DONE:
        return true;
    case PROGRAM_MISSING:
        sample_cannot(s, "%s is not installed (apt-get install %s)", name, package);
        break;
    case PROGRAM_FAILED:
        sample_broken(s, "%s failed: %.*s", name, (int)strcspn(program->output, "\n"),
                      program->output[0] ? program->output : strerror(errno));
        break;
    case PROGRAM_TOO_LONG:
        sample_broken(s, "%s took more than %g s", name, program->seconds);
        break;
    case PROGRAM_INTERRUPTED:
        break;
    }
    return false;
}
