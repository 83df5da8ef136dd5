/* A program of series for worker_test.py: each does what its name says. */
#include "google_benchmark_series.h"

#include <locale.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void work(gb_block *block, void *user)
{
    (void)user;
    gb_each_operation(block, 64, 1);
    while (gb_next_sample(block))
        gb_clobber_memory();
}

static void sleep_long(gb_block *block, void *user)
{
    (void)user;
    while (gb_next_sample(block))
        sleep(60);
}

static void run_shell(gb_block *block, const char *command)
{
    int status = -1;
    const pid_t child = fork();

    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        gb_block_fail(block, "no shell");
}

static void print(gb_block *block, void *user)
{
    (void)user;
    while (gb_next_sample(block)) {
        puts("printed by the block");
        fflush(stdout);
        run_shell(block, "echo printed by a child");
    }
}

static void leave_child(gb_block *block, void *user)
{
    (void)user;
    while (gb_next_sample(block))
        run_shell(block, "sleep 60 <&- >&- 2>&- & echo $! >&2");
}

/* More than any buffer holds. */
static void tell_much(gb_block *block, void *user)
{
    char name[1000];
    const gb_figure figure = {name, 0.5};
    gb_sample sample = GB_SAMPLE_INIT;

    (void)user;
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    sample.seconds = 0.125;
    sample.figures = &figure;
    sample.figure_count = 1;
    while (gb_sample_wanted(block))
        gb_sample_accept(block, &sample);
}

static const char *never(gb_block *block, void *user)
{
    (void)block;
    (void)user;
    return "never";
}

static void skip(gb_block *block, void *user)
{
    (void)user;
    gb_block_skip(block, "not on this machine");
}

static const gb_series list[] = {
    {.name = "work", .block = work, .samples = 4, .batches = true},
    {.name = "work/unbatched", .block = work, .samples = 2},
    {.name = "sleep", .block = sleep_long, .samples = 1},
    {.name = "print", .block = print, .samples = 1},
    {.name = "leave_child", .block = leave_child, .samples = 1},
    {.name = "much", .block = tell_much, .samples = 2000},
    {.name = "never", .block = work, .samples = 3, .holds = never},
    {.name = "skip", .block = skip, .samples = 1},
};

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    return gb_series_main(argc, argv, list, sizeof list / sizeof list[0]);
}
