/* What one file costs that many processes have mapped: its pages are there once, the page tables for each. So
 * the time is that of all touching it, and the extra figures are those of all processes together: the page
 * tables that came for it, the resident bytes (each counts every page) and the proportional ones (each counts
 * its share).
 *
 * There may be more processes than processors. All of them wait in front of one pipe after the other, take a
 * single byte from each, and do what that pipe stands for; where a pipe has ended they end too. */
#include "access.h"
#include "child.h"
#include "counters.h"
#include "interrupt.h"
#include "mapping.h"
#include "process.h"
#include "processor.h"
#include "sample.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PROCESSES_MAX = 64, READING = 0, WRITING = 1, FAILED_TO_MAP = -1 };

enum step { TOUCH, TELL, LEAVE, STEPS };

/* What a process says after a step. */
struct answer {
    int64_t resident, proportional; /* bytes of the map */
    int64_t minor_faults;           /* in this step */
};

static struct crowd {
    unsigned wanted, count;
    pid_t processes[PROCESSES_MAX];
    int answers[PROCESSES_MAX]; /* a pipe from each, whose end tells of its death */
    int steps[STEPS][2];
    int64_t page_tables; /* bytes, before the file was mapped */
} crowd;

/* ---- a process ---- */

static bool step_wanted(enum step step)
{
    ssize_t got;
    char byte;

    do
        got = read(crowd.steps[step][READING], &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

static int64_t faults_until_now(void)
{
    struct rusage usage = {.ru_minflt = 0};

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

static bool map_and_touch(struct view *view, const struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    void *bytes;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    options.length = s->length;
    if (mw_map_fd(&view->map, s->file, &options, NULL) != MW_OK ||
        mw_pin(&bytes, view->map, 0, MW_WHOLE, MW_PROT_READ, NULL) != MW_OK)
        return false;
    view->bytes = bytes;
    consume(load_each_page(view->bytes, (size_t)s->length, s->page_size));
    return true;
}

static _Noreturn void process_main(const struct sample *s, unsigned index, int answers)
{
    struct view view = {NULL, NULL};
    struct answer answer = {0, 0, 0};
    const ssize_t whole = sizeof answer;

    processor_share(index);
    for (int i = 0; i < STEPS; i++)
        close(crowd.steps[i][WRITING]);
    if (!step_wanted(TOUCH))
        _exit(0);
    answer.minor_faults = -faults_until_now();
    if (!map_and_touch(&view, s))
        answer.resident = FAILED_TO_MAP;
    answer.minor_faults += faults_until_now();
    if (write(answers, &answer, sizeof answer) != whole || !step_wanted(TELL))
        _exit(0);
    answer.resident = mapping_bytes(view.bytes, "Rss");
    answer.proportional = mapping_bytes(view.bytes, "Pss");
    if (write(answers, &answer, sizeof answer) == whole)
        step_wanted(LEAVE); /* the shares of the others are smaller as long as we are there */
    _exit(0);
}

/* ---- all of them ---- */

static int64_t page_tables_of_all(struct sample *s)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < crowd.count; i++) {
        const int64_t bytes = process_bytes(crowd.processes[i], "VmPTE");
        if (bytes == COUNTER_ABSENT)
            sample_cannot(s, "this system does not say how large a process's page tables are");
        sum += bytes;
    }
    return sum;
}

static bool start_process(const struct sample *s)
{
    const unsigned index = crowd.count;
    int ends[2];

    if (pipe(ends) != 0)
        return false;
    crowd.processes[index] = child_fork();
    if (crowd.processes[index] == 0)
        process_main(s, index, ends[WRITING]);
    close(ends[WRITING]);
    if (crowd.processes[index] < 0) {
        close(ends[READING]);
        return false;
    }
    crowd.answers[index] = ends[READING];
    crowd.count++;
    return true;
}

static void start(struct sample *s)
{
    bool made = true;

    for (int i = 0; i < STEPS; i++)
        made = made && pipe(crowd.steps[i]) == 0;
    while (made && crowd.count < crowd.wanted)
        made = start_process(s);
    if (!made)
        sample_broken(s, "making a process: %s", strerror(errno));
    else
        crowd.page_tables = page_tables_of_all(s);
}

/* All processes take the step; the sums of what they answer. */
static struct answer take_step(struct sample *s, enum step step)
{
    static const char bytes[PROCESSES_MAX];
    struct answer sum = {0, 0, 0}, answer = {0, 0, 0};

    if (write(crowd.steps[step][WRITING], bytes, crowd.count) != (ssize_t)crowd.count)
        sample_broken(s, "a process died");
    for (unsigned i = 0; i < crowd.count && !sample_ended(s); i++) {
        const ssize_t got = read(crowd.answers[i], &answer, sizeof answer);
        if (!interrupted && (got != (ssize_t)sizeof answer || answer.resident == FAILED_TO_MAP))
            sample_broken(s, "a process could not map the file, or died");
        if (answer.resident == COUNTER_ABSENT || answer.proportional == COUNTER_ABSENT)
            sample_cannot(s, "this system does not say what a mapping takes");
        sum.resident += answer.resident;
        sum.proportional += answer.proportional;
        sum.minor_faults += answer.minor_faults;
    }
    return sum;
}

static void look_at_all(struct sample *s)
{
    const int64_t page_tables = page_tables_of_all(s) - crowd.page_tables;
    const struct answer sum = take_step(s, TELL);

    if (sample_ended(s))
        return;
    sample_extra(s, "page_table_bytes_of_all", (double)page_tables);
    sample_extra(s, "resident_bytes_of_all", (double)sum.resident);
    sample_extra(s, "proportional_bytes_of_all", (double)sum.proportional);
    if ((uint64_t)sum.resident != crowd.count * s->length)
        sample_doubt(s, "%" PRId64 " bytes are resident in %u processes", sum.resident, crowd.count);
    else if ((double)sum.proportional > 1.1 * (double)s->length)
        sample_doubt(s, "the shares of all processes make %" PRId64 " bytes", sum.proportional);
}

static void close_one(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static void end(struct sample *s)
{
    (void)s;
    for (int i = 0; i < STEPS; i++) {
        close_one(&crowd.steps[i][READING]);
        close_one(&crowd.steps[i][WRITING]);
    }
    for (unsigned i = 0; i < crowd.count; i++) {
        close_one(&crowd.answers[i]);
        child_wait(crowd.processes[i]);
    }
    crowd.count = 0;
}

FAMILY(shared_across_processes, "time of mapping and touching one file in many processes", .items = "pages",
       .demands = {.subject = FILE_ONLY, .temperature = WARM}, .prepare = start, .check = look_at_all,
       .finish = end,
       .axes = {VARY("processes", "4", QUICK("1"), STANDARD("16"), FULL("64")),
                VARY("size", "16M", STANDARD("64M"))})
{
    crowd = (struct crowd){.wanted = (unsigned)axis_number(s, "processes")};
    s->crowded = true;
    for (int i = 0; i < STEPS; i++)
        crowd.steps[i][READING] = crowd.steps[i][WRITING] = -1;
    each_operation(s, 0, crowd.wanted * (s->length / s->page_size));
    while (next_sample(s))
        sample_count_elsewhere(s, MINOR_FAULTS, take_step(s, TOUCH).minor_faults);
}
