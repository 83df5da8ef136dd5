/* A family of benchmarks: a table of what varies and the bare loop.
 *
 *     FAMILY(read_sequential, "bandwidth of reading a whole mapping in order", .items = "pages",
 *            .demands = {.subject = MAP_READ, .batches = true},
 *            .axes = {EACH("temperature", QUICK("cold warm")),
 *                     VARY("size", "64M", QUICK("4M 256M"), FULL("1G"))})
 *     {
 *         each_operation(s, s->length, s->length / s->page_size);
 *         while (next_sample(s))
 *             consume(sum_words(s->bytes, s->length));
 *     }
 *
 * That is the whole registration: the file in bench/families/ is found by the build, the family by the
 * program. A family has a base point, and its axes are varied one at a time from there; an axis that is
 * EACH has a base point for each of its values. */
#ifndef MAPWISE_BENCH_FAMILY_H
#define MAPWISE_BENCH_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum profile { PROFILE_QUICK, PROFILE_STANDARD, PROFILE_FULL, PROFILES };

enum { AXES_MAX = 6, VALUE_MAX = 24 };

/* Values stand in one string, separated by spaces. A profile has those of the smaller ones too. A value
 * such as 64M means bytes and is known from there on as 67108864. */
struct axis {
    const char *name;
    const char *base; /* NULL: an EACH axis */
    const char *values[PROFILES];
    const char *when; /* "temperature=warm": elsewhere the axis is "none". NULL: always */
};

/* Initializers, which the formatter would take for blocks. */
/* clang-format off */
#define EACH(axis_name, ...) {.name = (axis_name), __VA_ARGS__}
#define VARY(axis_name, ...) {.name = (axis_name), .base = __VA_ARGS__}
/* clang-format on */
#define QUICK(list)    .values[PROFILE_QUICK] = (list)
#define STANDARD(list) .values[PROFILE_STANDARD] = (list)
#define FULL(list)     .values[PROFILE_FULL] = (list)

/* What the body works on, prepared anew for each sample. */
enum subject {
    NOTHING,   /* what the family makes itself: memory, the system */
    MEMORY,    /* private anonymous memory, mapped and not touched yet: s->map, s->bytes */
    FOLDER,    /* a file name of its own, no file yet: s->path */
    FILE_ONLY, /* a filled file, not mapped: s->file, s->path */
    MAP_READ,  /* a filled file, mapped for reading: s->map, s->bytes */
    MAP_WRITE, /* likewise, shared and for writing */
    MAP_COPY,  /* likewise, private and for writing: what is stored goes to copies of the pages */
};

enum temperature {
    ANY_TEMPERATURE, /* no condition */
    COLD,            /* no page of the file is in the page cache */
    WARM,            /* all of them are, and the mapping is fresh: each first touch is a minor fault */
    MAPPED,          /* all of them are, and in the page tables too; of memory: every page is stored to */
};

/* What memory is made of. */
enum pages {
    SMALL_PAGES, /* of the smallest size, so that a touch is a touch of one */
    HUGE_PAGES,  /* transparent huge ones, looked for before the sample if it is MAPPED */
    ANY_PAGES,   /* as the system decides */
};

struct demands {
    enum subject subject;
    enum temperature temperature; /* an axis "temperature", if there is one, says it instead */
    enum pages pages; /* of MEMORY; an axis "pages" (small, huge), if there is one, says it instead */
    bool batches;     /* the loop may run many times in one sample: it leaves things as they were */
    bool advised;     /* the axis "advice" says what each map is advised before the clock starts */
    bool apart;       /* of MEMORY: the system does not join neighbouring maps to one mapping */
    bool seldom;      /* a sample takes seconds: only every third round has one */
    uint64_t size;    /* bytes of file or memory; an axis "size", if there is one, says it instead */
    uint64_t mapped;  /* bytes that each map has of them, from the start on; 0: all */
};

/* One point of the axes: a value for each, in their order. */
struct point {
    char values[AXES_MAX][VALUE_MAX];
    bool base;
};

struct sample;

struct family {
    const char *name;
    const char *sentence; /* what is measured, for people */
    const char *items;    /* what an item is: "pages", "calls", … */
    struct axis axes[AXES_MAX];
    struct demands demands;
    struct demands (*demands_of)(const struct family *family, const struct point *point); /* or NULL */
    void (*prepare)(struct sample *s); /* untimed, last before each sample, or NULL */
    void (*check)(struct sample *s);   /* untimed, first after each sample, or NULL */
    void (*finish)(struct sample *s);  /* untimed, after that: gives back what prepare took, or NULL */
    void (*body)(struct sample *s);
};

#define FAMILY(family_name, ...)                                                                             \
    static void family_name##_body(struct sample *s);                                                        \
    __attribute__((constructor)) static void family_name##_register(void)                                    \
    {                                                                                                        \
        static const struct family family = {                                                                \
            .name = #family_name, .body = family_name##_body, .sentence = __VA_ARGS__};                      \
        family_register(&family);                                                                            \
    }                                                                                                        \
    static void family_name##_body(struct sample *s)

void family_register(const struct family *family);

/* The families in the order of their names; NULL past the last. */
const struct family *family_at(size_t index);

/* The value of the axis `name`, NULL if the family has no such axis. */
const char *point_value(const struct family *family, const struct point *point, const char *name);

/* Whether the values of the axis are sizes, and not other numbers or words. */
bool axis_in_bytes(const struct axis *axis);

/* What the point demands, its temperature and size taken from the axes of these names. */
struct demands family_demands(const struct family *family, const struct point *point);

/* Calls `each` with every point that `profile` has: the base points and one axis at a time varied from
 * them; with `cross` every combination. */
void family_points(const struct family *family, enum profile profile, bool cross,
                   void (*each)(void *user, const struct point *point), void *user);

/* Writes "read_sequential/temperature:cold/size:67108864"; the answer is the length it needs. */
size_t point_name(char *text, size_t capacity, const struct family *family, const struct point *point);

#endif
