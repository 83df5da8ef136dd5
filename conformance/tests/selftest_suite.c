/* Cases that go wrong in every way a case can. The id tells the result that the runner must give. */
#include "case.h"
#include "fixture.h"
#include "protocol.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

SUITE("selftest", "cases that go wrong in every way");

CASE("xfail.expected", PRACTICE("self-test"), "a known deviation, all of it as known, is told apart")
{
    EXPECT("7", number(8));
    EXPECT("7", number(7));
    EXPECT("7", number(9));
}

CASE("pass.recorded_as_known", PRACTICE("self-test"), "what nothing promises passes where it is as known")
{
    EXPECT("7", number(7));
    RECORD(number(8));
    RECORD(number(9));
}

CASE("fail.recorded_otherwise", PRACTICE("self-test"), "what nothing promises fails where it is not as known")
{
    RECORD(number(8));
}

CASE("new.recorded", PRACTICE("self-test"), "what nothing promises, and of which nothing is known, is new")
{
    RECORD(number(8));
}

CASE("xfail.now_this_now_that", PRACTICE("self-test"), "of several known deviations one is enough")
{
    EXPECT("7", number(9));
}

CASE("pass.now_this_now_that", PRACTICE("self-test"), "what is promised may be among what is known")
{
    EXPECT("7", number(7));
}

/* Named after no result, since it has now this one, now that. */
CASE("flaky.by_seed", PRACTICE("self-test"), "a case that fails for some seeds")
{
    EXPECT("even", random_number() % 2 == 0 ? "even" : "odd");
}

static void tell_time(void)
{
    struct timespec now;

    SETUP(clock_gettime(CLOCK_MONOTONIC, &now));
    printf("%lld.%09ld", (long long)now.tv_sec, now.tv_nsec);
}

#define STARTS(letter)                                                                                       \
    CASE("pass.starts_" #letter, PRACTICE("self-test"), "a case that tells when it starts")                  \
    {                                                                                                        \
        tell_time();                                                                                         \
        EXPECT("0", number(0));                                                                              \
    }

STARTS(a)
STARTS(b)
STARTS(c)
STARTS(d)
STARTS(e)
STARTS(f)

/* What the seed alone decides. */
CASE("pass.drawn", PRACTICE("self-test"), "a case draws what follows from the seed")
{
    printf("drawn %llu\n", (unsigned long long)random_number());
    EXPECT("0", number(0));
}

CASE("xpass.passes", PRACTICE("self-test"), "a known deviation that is gone is told")
{
    EXPECT("7", number(7));
}

CASE("fail.otherwise_than_expected", PRACTICE("self-test"), "another deviation than the known one fails")
{
    EXPECT("7", number(9));
}

CASE("crash.despite_expectation", PRACTICE("self-test"), "an expected deviation does not excuse a crash")
{
    raise(SIGKILL);
}

CASE("fail.expected_with_another_library", PRACTICE("self-test"), "what another C library does is no excuse")
{
    EXPECT("7", number(8));
}

CASE("fail.expected_elsewhere", PRACTICE("self-test"), "what another system does is no excuse")
{
    EXPECT("7", number(8));
}

static _Noreturn void sleep_for_ever(void)
{
    for (;;)
        pause();
}

static const char *act_hang(void *argument)
{
    (void)argument;
    sleep_for_ever();
}

CASE("pass.observed", PRACTICE("self-test"), "an observation that is as expected passes")
{
    EXPECT("7", number(7));
}

CASE("pass.alternative", PRACTICE("self-test"), "one of several alternatives passes")
{
    EXPECT("ENOMEM|EINVAL", "EINVAL");
}

CASE("pass.prints", PRACTICE("self-test"), "output does not disturb the verdict and is kept")
{
    puts("ok 1 - not TAP\n{\"schema\":\"not ours\"}");
    fputs("\x01\xff\xfe garbage\n", stderr);
    EXPECT("0", number(0));
}

CASE("pass.floods", PRACTICE("self-test"), "a flood of output neither blocks nor grows the runner",
     .seconds = 10)
{
    static char line[65536];

    memset(line, 'x', sizeof line);
    for (int i = 0; i < 512; i++)
        SETUP(write(STDOUT_FILENO, line, sizeof line));
    EXPECT("0", number(0));
}

CASE("pass.stray_child", PRACTICE("self-test"), "a child that is left running is killed with its group")
{
    if (fork() == 0)
        sleep_for_ever();
    EXPECT("0", number(0));
}

CASE("pass.catches", PRACTICE("self-test"), "observers survive what they observe")
{
    char *none = map_anonymous(page, PROT_NONE, MAP_PRIVATE);

    EXPECT("SIGSEGV SEGV_ACCERR exact", load(none));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(none + 5, 1));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(unmapped_range(page)));
}

CASE("fail.prints_anything", PRACTICE("self-test"),
     "what is printed and observed breaks no format: <&>\"'`|*_#",
     "a `reader` | of *this* <b>takes</b> it for # its own")
{
    puts("ok 1 - not TAP # SKIP\n  ---\n]]></failure><![CDATA[ &amp; <b>\n```\n# heading | [a](b) `c`");
    fputs("\x01\x1b[31m\xff\xfe \xed\xa0\x80 \xef\xbf\xbf \x7f\r\n", stdout);
    EXPECT("7", "8 # TODO ]]> <b> `x` ``y`` |\n\x01\xff\\");
}

CASE("fail.observed", PRACTICE("self-test"), "an observation that differs fails")
{
    EXPECT("7", number(8));
}

CASE("fail.prefix", PRACTICE("self-test"), "a part of an alternative is not that alternative")
{
    EXPECT("EINVALID|XEINVAL", "EINVAL");
}

CASE("fail.later_step", PRACTICE("self-test"), "a deviation counts although later steps are right")
{
    EXPECT("1", number(1));
    EXPECT("2", number(3));
    EXPECT("4", number(4));
}

CASE("fail.then_unsupported", PRACTICE("self-test"), "a deviation is not hidden by what is unsupported")
{
    EXPECT("1", number(2));
    unsupported("later");
}

CASE("fail.then_dies", PRACTICE("self-test"), "a deviation is not hidden by a later crash")
{
    EXPECT("1", number(2));
    abort();
}

CASE("unsupported.reason", PRACTICE("self-test"), "what can't be run says why")
{
    unsupported("because of %s", "this");
}

static const char *act_unsupported(void *argument)
{
    (void)argument;
    unsupported("a child says so");
}

CASE("unsupported.child", PRACTICE("self-test"), "what a child can't run, the case can't")
{
    EXPECT("1", in_child(act_unsupported, NULL));
}

CASE("unsupported.since", LINUX("self-test"), "a kernel that is too old is told", .since = KERNEL(900, 1))
{
    EXPECT("1", number(2));
}

CASE("unsupported.constant", PRACTICE("self-test"), "a constant that this system lacks is told")
{
    EXPECT("1", number(CONSTANT(MAP_OF_NO_SYSTEM)));
}

CASE("unsupported.invasive", PRACTICE("self-test"), "what changes the machine waits for --invasive",
     .needs = NEED_INVASIVE)
{
    EXPECT("1", number(1));
}

CASE("error.setup", PRACTICE("self-test"), "a set-up that fails is no verdict")
{
    map_descriptor(-1, 0, page, PROT_READ, MAP_SHARED);
    EXPECT("1", number(1));
}

CASE("error.nothing_observed", PRACTICE("self-test"), "a case that observes nothing is an error")
{
}

CASE("error.files_undeclared", PRACTICE("self-test"), "a case that uses files must declare it")
{
    scratch_file(page);
    EXPECT("1", number(1));
}

CASE("error.garbage", PRACTICE("self-test"), "garbage in the result pipe is an error")
{
    EXPECT("1", number(1));
    SETUP(write(message_descriptor, "garbage", 7));
}

CASE("error.forged", PRACTICE("self-test"), "a message that answers no step is an error")
{
    EXPECT("1", number(1));
    send_message(MESSAGE_OBSERVED, 0, "1", NULL);
}

CASE("error.unanswered_step", PRACTICE("self-test"), "a step that is left without an observation is an error")
{
    begin_step(__LINE__, "an act that is jumped over", "1");
    EXPECT("1", number(1));
}

CASE("error.too_many_steps", PRACTICE("self-test"), "more steps than are kept are an error, not a pass")
{
    for (int i = 0; i < 100; i++)
        EXPECT("1", number(1));
}

CASE("error.long_observation", PRACTICE("self-test"), "an observation that would be cut is not compared")
{
    static char text[400];

    memset(text, 'x', sizeof text - 1);
    EXPECT("x", text);
}

CASE("crash.segv", PRACTICE("self-test"), "a crash is told with its signal and its step")
{
    volatile char *none = map_anonymous(page, PROT_NONE, MAP_PRIVATE);

    EXPECT("0", load_in_child(map_anonymous(page, PROT_READ, MAP_PRIVATE)));
    EXPECT("1", number(none[0]));
}

CASE("crash.first", PRACTICE("self-test"), "a crash before any step is told")
{
    raise(SIGKILL);
}

CASE("crash.exit0", PRACTICE("self-test"), "leaving early with success is not a pass")
{
    EXPECT("1", number(1));
    exit(0);
}

CASE("crash.exit3", PRACTICE("self-test"), "leaving early with a status is a crash")
{
    EXPECT("1", number(1));
    _exit(3);
}

CASE("crash.closes_everything", PRACTICE("self-test"), "a case that closes its result pipe is a crash")
{
    for (int descriptor = 0; descriptor < 1024; descriptor++)
        close(descriptor);
    EXPECT("1", number(1));
}

CASE("crash.child_returns", PRACTICE("self-test"), "a fork that returns from the case is not its end")
{
    EXPECT("1", number(1));
    if (fork() != 0)
        _exit(9);
}

CASE("timeout.hangs", PRACTICE("self-test"), "a hang is ended at the limit, and its step is told")
{
    EXPECT("1", number(1));
    EXPECT("2", in_child(act_hang, NULL));
}

CASE("timeout.busy", PRACTICE("self-test"), "a loop with every signal blocked is ended at the limit")
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (volatile unsigned i = 0;; i++) {
    }
}

CASE("timeout.floods_results", PRACTICE("self-test"), "a flood of the result pipe does not stop the clock")
{
    static char nonsense[65536];

    for (;;)
        SETUP(write(message_descriptor, nonsense, sizeof nonsense));
}

CASE("timeout.stopped", PRACTICE("self-test"), "a process that stops itself is ended at the limit")
{
    raise(SIGSTOP);
}

CASE("timeout.closed_pipes", PRACTICE("self-test"), "a hang without pipes is ended at the limit")
{
    for (int descriptor = 0; descriptor < 1024; descriptor++)
        close(descriptor);
    sleep_for_ever();
}

FILE_CASE("pass.leaves_files", PRACTICE("self-test"), "files that a case leaves are removed")
{
    struct scratch_file file = scratch_file(3 * page + 1);

    EXPECT("3", file_byte(&file, (int64_t)(2 * page)));
    EXPECT("4", file_byte(&file, (int64_t)(3 * page)));
    EXPECT("past the end", file_byte(&file, (int64_t)(3 * page + 1)));
    EXPECT("0", returned(mkdir(scratch_path("folder"), 0700)));
    EXPECT("0", returned(symlink("/etc", scratch_path("folder/link"))));
}

FILE_CASE("pass.replaces_its_folder", PRACTICE("self-test"),
          "a folder that is none any more is not the next case's")
{
    char folder[sizeof((struct scratch_file *)0)->path];

    snprintf(folder, sizeof folder, "%s", scratch_path("file"));
    *strrchr(folder, '/') = '\0';
    EXPECT("0", returned(rmdir(folder)));
    EXPECT("0", returned(symlink("/nowhere", folder)));
}

FILE_CASE("pass.uses_the_next_folder", PRACTICE("self-test"), "the case after that has a folder of its own")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("1", file_byte(&file, 0));
}

CASE("pass.leaves_shared_memory", PRACTICE("self-test"), "shared memory that a case leaves is removed")
{
    puts(shared_memory_name());
    EXPECT("yes", yes_or_no(shm_open(shared_memory_name(), O_RDWR | O_CREAT | O_EXCL, 0600) >= 0));
}

CASE("timeout.unprivileged", PRACTICE("self-test"), "a case that changed its user ends with the runner too",
     .needs = NEED_UNPRIVILEGED)
{
    sleep_for_ever();
}

FILE_CASE("timeout.file", PRACTICE("self-test"), "files of a case that is killed are removed")
{
    scratch_file(page);
    sleep_for_ever();
}

/* ---- ways to end ------------------------------------------------------------------------------- */

#define ENDED_BY(name)                                                                                       \
    CASE("crash.signal." #name, PRACTICE("self-test"), "a signal that ends a case is named")                 \
    {                                                                                                        \
        EXPECT("1", number(1));                                                                              \
        raise(name);                                                                                         \
    }

ENDED_BY(SIGHUP)
ENDED_BY(SIGINT)
ENDED_BY(SIGQUIT)
ENDED_BY(SIGILL)
ENDED_BY(SIGTRAP)
ENDED_BY(SIGABRT)
ENDED_BY(SIGBUS)
ENDED_BY(SIGFPE)
ENDED_BY(SIGKILL)
ENDED_BY(SIGUSR1)
ENDED_BY(SIGSEGV)
ENDED_BY(SIGUSR2)
ENDED_BY(SIGPIPE)
ENDED_BY(SIGALRM)
ENDED_BY(SIGTERM)
ENDED_BY(SIGXCPU)
ENDED_BY(SIGXFSZ)
ENDED_BY(SIGVTALRM)
ENDED_BY(SIGPROF)
ENDED_BY(SIGSYS)
ENDED_BY(SIGRTMIN)

#define NOT_ENDED_BY(name)                                                                                   \
    CASE("pass.signal." #name, PRACTICE("self-test"), "a signal that does nothing does nothing here too")    \
    {                                                                                                        \
        EXPECT("0", returned(raise(name)));                                                                  \
    }

NOT_ENDED_BY(SIGCHLD)
NOT_ENDED_BY(SIGCONT)
NOT_ENDED_BY(SIGURG)
NOT_ENDED_BY(SIGWINCH)

#define STOPPED_BY(name)                                                                                     \
    CASE("timeout.signal." #name, PRACTICE("self-test"), "a signal that stops a case does not stop the run") \
    {                                                                                                        \
        EXPECT("0", returned(raise(name)));                                                                  \
    }

STOPPED_BY(SIGSTOP)
STOPPED_BY(SIGTSTP)
STOPPED_BY(SIGTTIN)
STOPPED_BY(SIGTTOU)

#define EXITS_WITH(status)                                                                                   \
    CASE("crash.status." #status, PRACTICE("self-test"), "no exit status stands for the end of a case")      \
    {                                                                                                        \
        EXPECT("1", number(1));                                                                              \
        _exit(status);                                                                                       \
    }

EXITS_WITH(0)
EXITS_WITH(1)
EXITS_WITH(77)
EXITS_WITH(125)
EXITS_WITH(127)
EXITS_WITH(255)

CASE("crash.aborts", PRACTICE("self-test"), "abort is a crash")
{
    EXPECT("1", number(1));
    abort();
}

static volatile int depth_reached;

static int descend_for_ever(int depth)
{
    volatile char frame[4096];

    frame[0] = frame[sizeof frame - 1] = (char)depth;
    depth_reached = depth;
    return depth < 0 ? depth : descend_for_ever(depth + 1) + frame[0];
}

CASE("crash.overflows_its_stack", PRACTICE("self-test"), "a stack that overflows is a crash", .seconds = 10)
{
    EXPECT("1", number(1));
    EXPECT("2", number(descend_for_ever(0)));
}

FILE_CASE("crash.past_the_end", PRACTICE("self-test"), "SIGBUS of a file that is too short is a crash")
{
    struct scratch_file file = scratch_file(page);
    volatile char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("1", number(map[0]));
    EXPECT("2", number(map[page]));
}

static const char *exit_in_step(void)
{
    exit(0);
}

CASE("crash.exit_in_step", PRACTICE("self-test"), "to leave in an act, with success, is a crash in that act")
{
    EXPECT("1", number(1));
    EXPECT("2", exit_in_step());
}

CASE("crash.becomes_another", PRACTICE("self-test"), "another program in its place says nothing of the case")
{
    EXPECT("1", number(1));
    SETUP(execlp("true", "true", (char *)NULL));
}

CASE("crash.closes_its_pipe", PRACTICE("self-test"), "what can't be told any more is a crash")
{
    EXPECT("1", number(1));
    SETUP(close(message_descriptor));
    EXPECT("2", number(2));
}

CASE("error.garbage_in_bulk", PRACTICE("self-test"), "garbage of the size of messages is an error")
{
    struct message nonsense[3];

    memset(nonsense, 0x5a, sizeof nonsense);
    EXPECT("1", number(1));
    SETUP(write(message_descriptor, nonsense, sizeof nonsense));
}

CASE("error.half_a_message", PRACTICE("self-test"), "a message that is cut off is an error")
{
    struct message half = {.magic = MESSAGE_MAGIC, .kind = MESSAGE_STEP};

    EXPECT("1", number(1));
    send_message(MESSAGE_DONE, 0, NULL, NULL);
    SETUP(write(message_descriptor, &half, sizeof half / 2));
    _exit(0);
}

CASE("crash.later_than_done", PRACTICE("self-test"), "a crash after the last step counts")
{
    EXPECT("1", number(1));
    send_message(MESSAGE_DONE, 0, NULL, NULL);
    raise(SIGKILL);
}

static const char *act_exit(void *argument)
{
    _exit(*(int *)argument);
}

static const char *act_die(void *argument)
{
    raise(*(int *)argument);
    return "alive";
}

CASE("pass.child_ends", PRACTICE("self-test"), "how a child of a case ends is an observation")
{
    EXPECT("exited with 7", in_child(act_exit, &(int){7}));
    EXPECT("exited with 0", in_child(act_exit, &(int){0}));
    EXPECT("killed by SIGKILL", in_child(act_die, &(int){SIGKILL}));
    EXPECT("alive", in_child(act_die, &(int){SIGURG}));
}

/* ---- what does not want to end ----------------------------------------------------------------- */

CASE("timeout.ignores_sigterm", PRACTICE("self-test"), "a case that ignores what can be ignored is ended")
{
    for (int number = 1; number < 32; number++)
        signal(number, SIG_IGN);
    sleep_for_ever();
}

/* Prints its number, then sleeps. */
static _Noreturn void be_a_stray(void)
{
    printf("stray %ld\n", (long)getpid());
    fflush(stdout);
    sleep_for_ever();
}

static pid_t checked_fork(void)
{
    return (pid_t)SETUP(fork());
}

CASE("timeout.changes_its_group", PRACTICE("self-test"),
     "a case that is in another group than its own is ended")
{
    pid_t other = checked_fork();

    if (other == 0) {
        setpgid(0, 0);
        be_a_stray();
    }
    SETUP(setpgid(other, other));
    SETUP(setpgid(0, other));
    be_a_stray();
}

CASE("pass.stray_in_its_group", PRACTICE("self-test"), "a stray in a group of its own is ended")
{
    if (checked_fork() == 0) {
        setpgid(0, 0);
        be_a_stray();
    }
    EXPECT("0", number(0));
}

static void leave_a_daemon(void)
{
    if (checked_fork() != 0)
        return;
    setsid();
    if (checked_fork() == 0)
        be_a_stray();
    _exit(0);
}

CASE("pass.stray_daemon", PRACTICE("self-test"),
     "a stray in a session of its own, whose parent is gone, is ended")
{
    leave_a_daemon();
    EXPECT("0", number(0));
}

CASE("crash.leaves_a_daemon", PRACTICE("self-test"), "a case that dies takes its strays along")
{
    leave_a_daemon();
    usleep(20000);
    raise(SIGKILL);
}

CASE("timeout.leaves_daemons", PRACTICE("self-test"), "a case that is ended takes its strays along")
{
    for (int i = 0; i < 5; i++)
        leave_a_daemon();
    sleep_for_ever();
}

CASE("pass.stray_writes", PRACTICE("self-test"), "a stray that writes to the pipes changes nothing")
{
    EXPECT("0", number(0));
    if (checked_fork() == 0) {
        setsid();
        for (;;)
            if (write(STDOUT_FILENO, "x", 1) < 0)
                sleep_for_ever();
    }
}

/* ---- what is put back -------------------------------------------------------------------------- */

static void remove_object(const void *name)
{
    shm_unlink(name);
}

/* Makes an object in memory that the runner does not know, and sees to it that it goes. */
static void change_the_machine(void)
{
    static char name[64];

    snprintf(name, sizeof name, "/mapwise-changed-%ld", (long)getpid());
    undo_afterwards(remove_object, name, -1);
    SETUP(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    printf("changed %s\n", name);
    fflush(stdout);
}

CASE("pass.puts_back", PRACTICE("self-test"), "what a case changed is put back when it has ended")
{
    change_the_machine();
    EXPECT("0", number(0));
}

CASE("crash.puts_back", PRACTICE("self-test"), "what a case changed is put back when it has died")
{
    change_the_machine();
    leave_a_daemon();
    raise(SIGKILL);
}

CASE("timeout.puts_back", PRACTICE("self-test"), "what a case changed is put back when it was ended")
{
    change_the_machine();
    sleep_for_ever();
}

/* Forks without end, in sessions of their own; so few, and so lazy where no more can be, that nobody else
 * notices. */
static _Noreturn void explode(void)
{
    const struct rlimit few = {40, 40};

    setrlimit(RLIMIT_NPROC, &few);
    for (;;) {
        pid_t child = fork();
        if (child == 0)
            setsid();
        else if (child < 0)
            usleep(10000);
    }
}

CASE("pass.bomb", PRACTICE("self-test"), "a fork bomb ends with its case", .needs = NEED_UNPRIVILEGED,
     .seconds = 10)
{
    if (checked_fork() == 0)
        explode();
    usleep(100000);
    EXPECT("0", number(0));
}

CASE("timeout.bomb", PRACTICE("self-test"), "a fork bomb ends with the limit", .needs = NEED_UNPRIVILEGED)
{
    explode();
}

/* ---- files ------------------------------------------------------------------------------------- */

FILE_CASE("pass.unprivileged_file", PRACTICE("self-test"), "a case without rights has a folder of its own",
          .needs = NEED_UNPRIVILEGED)
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("no", yes_or_no(geteuid() == 0));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("mapped", mapped(mmap(NULL, page, PROT_READ, MAP_SHARED, reopen(&file, O_RDONLY), 0)));
    EXPECT("0", returned(mkdir(scratch_path("folder"), 0700)));
    EXPECT("EACCES|EPERM", returned(open("/proc/1/mem", O_RDONLY)));
}

FILE_CASE("error.file_limit", PRACTICE("self-test"), "a scratch file that may not grow is no verdict")
{
    const struct rlimit limit = {page, page};

    signal(SIGXFSZ, SIG_IGN);
    SETUP(setrlimit(RLIMIT_FSIZE, &limit));
    scratch_file(4 * page);
    EXPECT("1", number(1));
}

FILE_CASE("crash.file_limit", PRACTICE("self-test"), "SIGXFSZ of a file that may not grow is a crash")
{
    const struct rlimit limit = {page, page};

    SETUP(setrlimit(RLIMIT_FSIZE, &limit));
    scratch_file(4 * page);
    EXPECT("1", number(1));
}

FILE_CASE("unsupported.fills_the_disk", PRACTICE("self-test"), "a scratch disk that is full is no verdict",
          .needs = NEED_INVASIVE, .seconds = 20)
{
    scratch_file((size_t)(MAPWISE_CHECK_DISK_MIB + 32) << 20);
    EXPECT("1", number(1));
}
