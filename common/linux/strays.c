/* Processes that outlive the one that they came from. */
#include "strays.h"

#include "clock.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct process {
    pid_t number, parent;
    bool runs; /* neither stopped nor dead */
    bool guardian, stray;
};

struct processes {
    struct process *list;
    size_t count, capacity;
};

void adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* It is known by its name, so that the runner takes it for what it is however early its case ends. */
static const char guardian_name[] = "mapwise-undo";

void become_guardian(void)
{
    prctl(PR_SET_NAME, guardian_name, 0, 0, 0);
    setsid();
}

static bool is_among(pid_t process, const pid_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == process)
            return true;
    return false;
}

/* Whether this process has children beside the spared ones; true where the system does not say. */
static bool may_have_strays(const pid_t *spared, size_t count)
{
    char text[1024], *next = text, *end;

    snprintf(text, sizeof text, "/proc/self/task/%ld/children", (long)getpid());
    const int children = open(text, O_RDONLY | O_CLOEXEC);
    if (children < 0)
        return true;
    const ssize_t length = read(children, text, sizeof text - 1);
    close(children);
    if (length < 0 || length == (ssize_t)sizeof text - 1)
        return true; /* so many that some are strays */
    text[length] = '\0';
    for (long child; (child = strtol(next, &end, 10)), end != next; next = end)
        if (!is_among((pid_t)child, spared, count))
            return true;
    return false;
}

/* The name of a program may hold anything, brackets too: what follows begins behind the last one. */
static bool read_process(struct process *process, pid_t number)
{
    char path[64], text[1024], state;
    long parent;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)number);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    char *name = strchr(text, '('), *behind_name = strrchr(text, ')');
    if (!name || !behind_name || sscanf(behind_name + 1, " %c %ld", &state, &parent) != 2)
        return false;
    *behind_name = '\0';
    *process = (struct process){.number = number,
                                .parent = (pid_t)parent,
                                .runs = strchr("TtZX", state) == NULL,
                                .guardian = strcmp(name + 1, guardian_name) == 0};
    return true;
}

static bool add_process(struct processes *all, const struct process *process)
{
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? 2 * all->capacity : 256;
        struct process *list = realloc(all->list, capacity * sizeof *list);
        if (!list)
            return false;
        all->list = list;
        all->capacity = capacity;
    }
    all->list[all->count++] = *process;
    return true;
}

static void list_processes(struct processes *all)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    struct process process;

    all->count = 0;
    while (folder && (entry = readdir(folder)))
        if (isdigit((unsigned char)entry->d_name[0]) &&
            read_process(&process, (pid_t)strtol(entry->d_name, NULL, 10)) && !add_process(all, &process))
            break;
    if (folder)
        closedir(folder);
}

static const struct process *find_process(const struct processes *all, pid_t number)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].number == number)
            return &all->list[i];
    return NULL;
}

/* Marks the children of this process that are not spared, and the descendants of those; guardians where told.
 */
static size_t mark_strays(struct processes *all, const pid_t *spared, size_t count, bool guardians_too)
{
    const pid_t self = getpid();
    size_t strays = 0;
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < all->count; i++) {
            struct process *process = &all->list[i];
            if (process->stray || (process->guardian && !guardians_too) ||
                is_among(process->number, spared, count))
                continue;
            const struct process *parent =
                process->parent == self ? NULL : find_process(all, process->parent);
            if (process->parent != self && !(parent && parent->stray))
                continue;
            process->stray = more = true;
            strays++;
        }
    }
    return strays;
}

/* Answers whether any of them was running. */
static bool stop_strays(const struct processes *all)
{
    bool any = false;

    for (size_t i = 0; i < all->count; i++) {
        if (!all->list[i].stray || !all->list[i].runs)
            continue;
        kill(all->list[i].number, SIGSTOP);
        any = true;
    }
    return any;
}

static void kill_strays(const struct processes *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].stray)
            kill(all->list[i].number, SIGKILL);
    /* Those whose parents are gone are children of this process by then, or soon. */
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].stray)
            waitpid(all->list[i].number, NULL, WNOHANG);
}

/* Answers whether there are any whose case is gone. */
static bool reap_guardians(const struct processes *all)
{
    bool any = false;

    for (size_t i = 0; i < all->count; i++) {
        if (!all->list[i].guardian || all->list[i].parent != getpid())
            continue;
        waitpid(all->list[i].number, NULL, WNOHANG);
        any = true;
    }
    return any;
}

void end_strays(const pid_t *spared, size_t count)
{
    const double patience = 5; /* one that hangs in the kernel can't be ended by anybody */
    static double waited;      /* for guardians, in all: one that hangs is a stray like any other */
    const struct timespec moment = {.tv_nsec = 1000000};
    const double start = seconds_now();
    struct processes all = {0};
    bool waits = false;

    /* They are stopped first, until none is left that runs: of those that fork without end a dead one would
     * make room for the next, while a stopped one holds its place. */
    while (may_have_strays(spared, count) && seconds_now() - start < patience) {
        list_processes(&all);
        if (mark_strays(&all, spared, count, waited >= patience) == 0) {
            if (!reap_guardians(&all))
                break;
            waits = true;
        } else if (!stop_strays(&all)) {
            kill_strays(&all);
        }
        nanosleep(&moment, NULL);
    }
    if (waits)
        waited += seconds_now() - start;
    free(all.list);
}
