#include "family.h"

#include "size.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILIES_MAX = 128, VALUES_MAX = 32 };

static const struct family *families[FAMILIES_MAX];
static size_t family_count;

void family_register(const struct family *family)
{
    size_t i = family_count;

    if (family_count == FAMILIES_MAX)
        abort(); /* before main: the table above is too small */
    for (; i > 0 && strcmp(families[i - 1]->name, family->name) > 0; i--)
        families[i] = families[i - 1];
    families[i] = family;
    family_count++;
}

const struct family *family_at(size_t index)
{
    return index < family_count ? families[index] : NULL;
}

static size_t axis_count(const struct family *family)
{
    size_t count = 0;

    while (count < AXES_MAX && family->axes[count].name)
        count++;
    return count;
}

const char *point_value(const struct family *family, const struct point *point, const char *name)
{
    for (size_t i = 0; i < axis_count(family); i++)
        if (strcmp(family->axes[i].name, name) == 0)
            return point->values[i];
    return NULL;
}

struct demands family_demands(const struct family *family, const struct point *point)
{
    static const struct {
        const char *name;
        enum temperature temperature;
    } temperatures[] = {{"cold", COLD}, {"warm", WARM}, {"mapped", MAPPED}};
    struct demands demands = family->demands_of ? family->demands_of(family, point) : family->demands;
    const char *value = point_value(family, point, "temperature");

    for (size_t i = 0; value && i < sizeof temperatures / sizeof temperatures[0]; i++)
        if (strcmp(value, temperatures[i].name) == 0)
            demands.temperature = temperatures[i].temperature;
    value = point_value(family, point, "pages");
    if (value && (strcmp(value, "small") == 0 || strcmp(value, "huge") == 0))
        demands.pages = *value == 's' ? SMALL_PAGES : HUGE_PAGES;
    value = point_value(family, point, "size");
    if (value && demands.subject != NOTHING)
        demands.size = strtoull(value, NULL, 10);
    return demands;
}

bool axis_in_bytes(const struct axis *axis)
{
    const char *first = axis->base ? axis->base : axis->values[PROFILE_QUICK];

    first += strspn(first, "0123456789");
    return *first && strchr("KMG", *first);
}

/* ---- the values of an axis ---- */

struct values {
    char list[VALUES_MAX][VALUE_MAX];
    size_t count;
};

static void set_value(char value[VALUE_MAX], const char *text, size_t length)
{
    char written[VALUE_MAX];
    uint64_t bytes;

    snprintf(written, sizeof written, "%.*s", (int)length, text);
    if (parse_size(&bytes, written))
        snprintf(value, VALUE_MAX, "%" PRIu64, bytes);
    else
        memcpy(value, written, VALUE_MAX);
}

static void add_values(struct values *values, const char *list)
{
    while (list && *list && values->count < VALUES_MAX) {
        size_t length = strcspn(list, " ");
        set_value(values->list[values->count++], list, length);
        list += length;
        list += strspn(list, " ");
    }
}

/* The base first, where there is one. */
static struct values axis_values(const struct axis *axis, enum profile profile)
{
    struct values values = {.count = 0};

    add_values(&values, axis->base);
    for (int i = 0; i <= (int)profile; i++)
        add_values(&values, axis->values[i]);
    return values;
}

/* Whether `axis` has a meaning at `point`, whose earlier axes are set. */
static bool axis_applies(const struct family *family, const struct axis *axis, const struct point *point)
{
    const char *equals = axis->when ? strchr(axis->when, '=') : NULL;
    char name[VALUE_MAX];

    if (!equals)
        return true;
    snprintf(name, sizeof name, "%.*s", (int)(equals - axis->when), axis->when);
    const char *value = point_value(family, point, name);
    return value && strcmp(value, equals + 1) == 0;
}

/* ---- the points ---- */

struct walk {
    const struct family *family;
    enum profile profile;
    bool cross;
    void (*each)(void *user, const struct point *point);
    void *user;
};

/* Sets the axes from `index` on; `varied`: one has left its base value already. */
static void walk_axes(const struct walk *walk, struct point *point, size_t index, bool varied)
{
    if (index == axis_count(walk->family)) {
        point->base = !varied;
        walk->each(walk->user, point);
        return;
    }
    const struct axis *axis = &walk->family->axes[index];
    if (!axis_applies(walk->family, axis, point)) {
        set_value(point->values[index], "none", 4);
        walk_axes(walk, point, index + 1, varied);
        return;
    }
    const struct values values = axis_values(axis, walk->profile);
    for (size_t i = 0; i < values.count; i++) {
        bool leaves_base = axis->base && i > 0;
        if (leaves_base && varied && !walk->cross)
            break;
        memcpy(point->values[index], values.list[i], VALUE_MAX);
        walk_axes(walk, point, index + 1, varied || leaves_base);
    }
}

void family_points(const struct family *family, enum profile profile, bool cross,
                   void (*each)(void *user, const struct point *point), void *user)
{
    const struct walk walk = {family, profile, cross, each, user};
    struct point point = {.base = true};

    walk_axes(&walk, &point, 0, false);
}

size_t point_name(char *text, size_t capacity, const struct family *family, const struct point *point)
{
    int length = snprintf(text, capacity, "%s", family->name);

    for (size_t i = 0; i < axis_count(family) && length >= 0; i++) {
        size_t used = (size_t)length < capacity ? (size_t)length : capacity;
        length += snprintf(text + used, capacity - used, "/%s:%s", family->axes[i].name, point->values[i]);
    }
    return length < 0 ? 0 : (size_t)length;
}
