/* mapwise-bench: measures memory-mapped files, through Google Benchmark. */
#include "clock.h"
#include "execute.h"
#include "google_benchmark.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "page_cache.h"
#include "plan.h"
#include "processor.h"
#include "resume.h"
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void list_series(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->series[i].place || plan->series[i].place == &plan->places[0])
            puts(plan->series[i].name);
}

static bool may_drop_caches(const struct options *options)
{
    if (!options->drop_caches || options->list || page_cache_drop_caches())
        return true;
    complain("--drop-caches: %s; only root may, and without it cold is cold, too", strerror(errno));
    return false;
}

/* Standard output is the protocol's: nothing is announced. */
static int serve_plan(struct plan *plan, const struct options *options)
{
    struct run run = {.seed = options->seed};

    if (plan->count != 1)
        return complain("--worker serves one series in one folder, these are %zu; name it with --filter",
                        plan->count);
    if (!plan_open_places(plan, options))
        return EXIT_USAGE;
    processor_pin();
    run.began = clock_nanoseconds();
    return worker_run(plan, &run);
}

/* All that the command line asks for, once it is understood. */
static int run_options(struct options *options, char *const *argv)
{
    struct plan plan = {.count = 0};
    struct resume resume = {.rounds = 0};
    int status = EXIT_USAGE;

    if ((!options->resume || resume_read(&resume, options)) && plan_build(&plan, options) &&
        may_drop_caches(options)) {
        if (options->list) {
            list_series(&plan);
            status = EXIT_YES;
        } else if (options->worker) {
            status = serve_plan(&plan, options);
        } else {
            status = execute_plan(&plan, options, argv, options->resume ? &resume : NULL);
        }
    }
    plan_close_places(&plan);
    plan_free(&plan);
    resume_free(&resume);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    /* Options are taken out of argv; the record has them all. */
    char **command = calloc((size_t)argc + 1, sizeof *command);
    int status;

    message_command("mapwise bench");
    interrupt_install();
    if (!command)
        return complain("out of memory; free some");
    for (int i = 0; i < argc; i++)
        command[i] = argv[i];
    status = options_parse(&options, argc, argv);
    if (status < 0)
        status = run_options(&options, command);
    gb_shutdown();
    free(command);
    return status == EXIT_USAGE ? status : finish_output(status);
}
