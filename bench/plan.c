#include "plan.h"

#include "interrupt.h"
#include "message.h"

#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- choosing --------------------------------------------------------------------------------- */

struct choice {
    struct plan *plan;
    const struct family *family;
    const regex_t *filter; /* or NULL */
    bool out_of_memory;
};

static struct series *append(struct plan *plan)
{
    if (plan->count == plan->capacity) {
        size_t capacity = plan->capacity ? 2 * plan->capacity : 64;
        struct series *series = realloc(plan->series, capacity * sizeof *series);
        if (!series)
            return NULL;
        plan->series = series;
        plan->capacity = capacity;
    }
    struct series *added = &plan->series[plan->count++];
    memset(added, 0, sizeof *added);
    return added;
}

static void choose_point(void *user, const struct point *point)
{
    struct choice *choice = user;
    struct plan *plan = choice->plan;
    struct series series = {.family = choice->family, .point = *point};

    point_name(series.name, sizeof series.name, choice->family, point);
    if (choice->filter && regexec(choice->filter, series.name, 0, NULL, 0) != 0)
        return;
    series.demands = family_demands(choice->family, point);
    const size_t copies = series.demands.subject < FOLDER ? 1 : plan->place_count;
    for (size_t i = 0; i < copies; i++) {
        struct series *added = append(plan);
        if (!added) {
            choice->out_of_memory = true;
            return;
        }
        *added = series;
        added->place = series.demands.subject < FOLDER ? NULL : &plan->places[i];
    }
}

static bool choose(struct plan *plan, const struct options *options, const regex_t *filter, bool cross)
{
    struct choice choice = {.plan = plan, .filter = filter};

    for (size_t i = 0; (choice.family = family_at(i)); i++)
        family_points(choice.family, options->profile, cross, choose_point, &choice);
    if (choice.out_of_memory)
        complain("out of memory; free some");
    return !choice.out_of_memory;
}

/* A filter that names a combination outside the plan gets it, from all values there are. */
static bool choose_filtered(struct plan *plan, const struct options *options)
{
    struct options everything = *options;
    regex_t filter;

    if (!options->filter)
        return choose(plan, options, NULL, false);
    if (regcomp(&filter, options->filter, REG_EXTENDED | REG_NOSUB) != 0) {
        complain("'%s' is not an extended regular expression; see regex(7)", options->filter);
        return false;
    }
    everything.profile = PROFILE_FULL;
    bool chosen =
        choose(plan, options, &filter, false) && (plan->count || choose(plan, &everything, &filter, true));
    regfree(&filter);
    if (chosen && plan->count == 0) {
        complain("no series matches '%s'; --list prints their names", options->filter);
        return false;
    }
    return chosen;
}

/* Never 0 where a folder is needed: a file of a family's own may be as small as it likes. */
static uint64_t bytes_needed(const struct plan *plan)
{
    uint64_t total = 0, folder = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct demands *demands = &plan->series[i].demands;
        bool counted = demands->subject < FOLDER;
        if (demands->subject == FOLDER && folder == 0)
            folder = 1;
        if (demands->subject == FOLDER && demands->size > folder)
            folder = demands->size;
        for (size_t j = 0; j < i && !counted; j++)
            counted =
                plan->series[j].demands.subject > FOLDER && plan->series[j].demands.size == demands->size;
        if (!counted && demands->subject != FOLDER)
            total += demands->size;
    }
    return total + folder;
}

bool plan_build(struct plan *plan, const struct options *options)
{
    *plan = (struct plan){.place_count = options->directory_count};
    plan->places = calloc(plan->place_count, sizeof *plan->places);
    if (!plan->places) {
        complain("out of memory; free some");
        return false;
    }
    for (size_t i = 0; i < plan->place_count; i++)
        plan->places[i].scratch.lock = -1;
    if (!choose_filtered(plan, options))
        return false;
    plan->scratch_bytes = bytes_needed(plan);
    return true;
}

/* ---- places ----------------------------------------------------------------------------------- */

static bool make_data_files(struct plan *plan, struct place *place)
{
    for (size_t i = 0; i < plan->count && !interrupted; i++) {
        const struct series *series = &plan->series[i];
        if (series->place == place && series->demands.subject > FOLDER &&
            !place_add_file(place, series->demands.size))
            return false;
    }
    return true;
}

/* A cache that can't be emptied can't be filled in another way either. */
static bool needs_cold(const struct series *series)
{
    const struct axis *axes = series->family->axes;
    size_t i = 0;

    while (i < AXES_MAX && axes[i].name && strcmp(axes[i].name, "fill") != 0)
        i++;
    const bool other_fill = i < AXES_MAX && axes[i].name && strcmp(series->point.values[i], "none") != 0 &&
                            strcmp(series->point.values[i], axes[i].base) != 0;
    return series->demands.temperature == COLD || other_fill;
}

static void mark_impossible(struct plan *plan, const struct place *place)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct series *series = &plan->series[i];
        if (series->place == place && !place->can_be_cold && needs_cold(series)) {
            series->cannot = true;
            snprintf(series->reason, sizeof series->reason, "%s", place->why_not_cold);
        }
    }
}

bool plan_open_places(struct plan *plan, const struct options *options)
{
    if (plan->scratch_bytes == 0)
        return true;
    for (size_t i = 0; i < plan->place_count; i++) {
        const char *directory = options->directories[i];
        for (size_t before = 0; before < i; before++)
            if (scratch_is_in(&plan->places[before].scratch, directory)) {
                complain("'%s' is named twice; name each folder once", directory);
                return false;
            }
        if (!place_open(&plan->places[i], directory, plan->scratch_bytes))
            return false;
    }
    for (size_t i = 0; i < plan->place_count; i++) {
        struct place *place = &plan->places[i];
        if (!make_data_files(plan, place))
            return false;
        if (interrupted)
            return true;
        place_probe(place);
        mark_impossible(plan, place);
    }
    return true;
}

void plan_close_places(struct plan *plan)
{
    for (size_t i = 0; i < plan->place_count; i++)
        place_close(&plan->places[i]);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        series_free(&plan->series[i]);
    free(plan->series);
    free(plan->places);
}
