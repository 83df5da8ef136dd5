#include "child.h"

#include "protocol.h"
#include "random.h"
#include "scratch.h"
#include "strays.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

size_t page = 1; /* set when the process of a case begins */

static const struct child_setup *current;
static pid_t case_process;
static bool stands_in_folder; /* which is to be called "." then */

static _Noreturn void end_case(enum message_kind kind, const char *format, va_list arguments)
{
    char reason[200];

    vsnprintf(reason, sizeof reason, format, arguments);
    send_message(kind, 0, reason, NULL);
    _exit(getpid() == case_process ? 0 : EXIT_ENDED_CASE);
}

_Noreturn void unsupported(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    end_case(MESSAGE_UNSUPPORTED, format, arguments);
}

_Noreturn void setup_failed(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    end_case(MESSAGE_ERROR, format, arguments);
}

void begin_step(int line, const char *what, const char *expected)
{
    if (strlen(what) >= sizeof((struct message *)0)->first)
        setup_failed("line %d: the act is too long to be reported; put it into a function", line);
    send_message(MESSAGE_STEP, line, what, expected);
}

void end_step(const char *observed)
{
    if (strlen(observed) >= sizeof((struct message *)0)->first)
        setup_failed("an observation is too long to be compared");
    send_message(MESSAGE_OBSERVED, 0, observed, NULL);
}

uint64_t random_number(void)
{
    static uint64_t state;

    if (state == 0) {
        state = current->attempt->seed + 1;
        for (const char *letter = current->attempt->test->id; *letter; letter++)
            state = state * 31 + (unsigned char)*letter;
    }
    return random_next(&state);
}

/* KERNEL(major, minor) of the running system; 0 if its release can't be read. */
static int running_kernel(void)
{
    struct utsname name;
    int major = 0, minor = 0;

    if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2)
        return 0;
    return KERNEL(major, minor);
}

static bool is_linux(void)
{
    struct utsname name;

    return uname(&name) == 0 && strcmp(name.sysname, "Linux") == 0;
}

void child_folder(char *path, size_t capacity, const struct place *place, size_t number)
{
    snprintf(path, capacity, "%s/case-%zu", place->scratch, number);
}

void child_shared_memory(char *name, size_t capacity, pid_t process)
{
    snprintf(name, capacity, SHARED_MEMORY_PREFIX "%ld", (long)process);
}

const char *shared_memory_name(void)
{
    static char name[64];

    child_shared_memory(name, sizeof name, case_process);
    return name;
}

static const struct place *own_place(void)
{
    if (!current->attempt->place)
        setup_failed("a case that uses files must be a FILE_CASE");
    return current->attempt->place;
}

const char *folder_under_test(void)
{
    return own_place()->folder;
}

bool folder_is_read_only(void)
{
    return own_place()->scratch[0] == '\0';
}

const char *own_folder_of_any_kind(void)
{
    static char path[PATH_MAX];

    if (folder_is_read_only())
        unsupported("the folder's file system is read-only");
    if (!path[0]) {
        child_folder(path, sizeof path, own_place(), current->folder);
        /* What is there already has been emptied after the case that made it. */
        if (!scratch_make_folder(path) && errno != EEXIST) {
            int error = errno;
            path[0] = '\0';
            setup_failed("cannot make a folder for the case: %s", strerror(error));
        }
    }
    return stands_in_folder ? "." : path;
}

/* A case without rights does not get through the folders of root: it stands in its own already. */
static void give_folder_to(unsigned user)
{
    const char *folder = own_folder();

    if (chdir(folder) != 0 || chown(folder, user, user) != 0)
        setup_failed("cannot give the folder of the case to an unprivileged user: %s", strerror(errno));
    stands_in_folder = true;
}

static void become_unprivileged(void)
{
    const unsigned nobody = 65534;
    const pid_t runner = getppid();

    if (geteuid() != 0)
        return;
    if (current->attempt->place)
        give_folder_to(nobody);
    if (setgroups(0, NULL) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)
        setup_failed("cannot become an unprivileged user: %s", strerror(errno));
    die_with_parent(runner);
    stay_readable();
}

static void meet_needs(const struct test_case *test)
{
    bool needs_linux = (test->needs & NEED_LINUX) || strcmp(test->clause.source, "Linux") == 0;

    if (needs_linux && !is_linux())
        unsupported("this is not Linux");
    if (test->since && running_kernel() < test->since)
        unsupported("needs Linux %d.%d", test->since / 1000, test->since % 1000);
    if ((test->needs & NEED_64_BIT) && sizeof(void *) < 8)
        unsupported("needs 64-bit pointers");
    if ((test->needs & NEED_INVASIVE) && !current->invasive)
        unsupported("changes the machine's state; run with --invasive");
    if ((test->needs & NEED_SYSTEM_CALLS) && calls == &library_calls)
        unsupported("asks for the system's own calls");
    if ((test->needs & NEED_ROOT) && geteuid() != 0)
        unsupported("needs root");
    if (test->needs & NEED_UNPRIVILEGED)
        become_unprivileged();
}

const char *own_folder(void)
{
    const char *path = own_folder_of_any_kind(), *why_not = why_no_files(path);

    if (why_not)
        unsupported("%s", why_not);
    return path;
}

/* The runner's own descriptors, among them the locks of the folders, must not live on in a case. */
static void close_inherited(const struct child_setup *setup)
{
    const int runner_uses_fewer_than = 256;
    const bool messages_first = setup->messages < setup->output;
    const int lower = messages_first ? setup->messages : setup->output;
    const int upper = messages_first ? setup->output : setup->messages;

    close_between(STDERR_FILENO + 1, lower - 1);
    close_between(lower + 1, upper - 1);
    close_between(upper + 1, runner_uses_fewer_than - 1);
}

enum { LAST_STANDARD_SIGNAL = 31 };

static sigset_t not_default; /* signals that the runner, or who started it, ignores or handles */

void child_note_signals(void)
{
    struct sigaction action;

    sigemptyset(&not_default);
    for (int number = 1; number <= LAST_STANDARD_SIGNAL; number++)
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            sigaddset(&not_default, number);
}

/* No case shall depend on what whoever started the runner ignores or blocks. */
static void reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number <= LAST_STANDARD_SIGNAL; number++)
        if (sigismember(&not_default, number) == 1)
            signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void isolate(const struct child_setup *setup)
{
    struct rlimit core;

    die_with_parent(setup->runner);
    be_first_without_memory();
    adopt_orphans();
    setpgid(0, 0);
    close_inherited(setup);
    int nothing = open("/dev/null", O_RDONLY);
    reset_signals();
    if (getrlimit(RLIMIT_CORE, &core) == 0) {
        core.rlim_cur = 0; /* a case that wants a core dump may raise it again */
        setrlimit(RLIMIT_CORE, &core);
    }
    dup2(nothing, STDIN_FILENO);
    dup2(setup->output, STDOUT_FILENO);
    dup2(setup->output, STDERR_FILENO);
    /* The pipe of the results must not be where a careless close(3) or dup2 hits it. */
    message_descriptor = fcntl(setup->messages, F_DUPFD_CLOEXEC, 200);
    if (message_descriptor < 0)
        message_descriptor = setup->messages;
    else
        close(setup->messages);
    close(nothing);
    close(setup->output);
}

_Noreturn void child_run(const struct child_setup *setup)
{
    const struct test_case *test = setup->attempt->test;

    current = setup;
    page = (size_t)sysconf(_SC_PAGESIZE);
    isolate(setup);
    case_process = getpid();
    meet_needs(test);
    test->run();
    fflush(NULL);
    if (getpid() == case_process) /* a fork that returned from the case is not its end */
        send_message(MESSAGE_DONE, 0, NULL, NULL);
    _exit(0);
}
