#include "worker.h"

#include "block.h"
#include "message.h"

#include <stdio.h>

struct service {
    struct series *series;
    struct run *run;
};

/* The series begins anew each time: what one block found out is nothing to the next. */
static void take(gb_block *block, void *user)
{
    struct service *service = user;
    struct series *series = service->series;

    series_free(series);
    series->batch = 0;
    series->discarded_kinds = series->discarded_count = 0;
    series->broken = false;
    if (!series->cannot)
        series->reason[0] = '\0';
    block_take(block, series, service->run, gb_block_round(block), NULL);
}

int worker_run(struct plan *plan, struct run *run)
{
    struct service service = {&plan->series[0], run};
    const gb_series series = {.name = plan->series[0].name,
                              .block = take,
                              .user = &service,
                              .samples = block_samples(&plan->series[0])};

    if (gb_series_worker(&series, 1, series.name, stdin, stdout) == GB_OK)
        return EXIT_YES;
    return complain("cannot answer on standard output");
}
