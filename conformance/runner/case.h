/* How a case is written. This header is all that a suite includes.
 *
 *     SUITE("growth", "growth, truncation and SIGBUS");
 *
 *     FILE_CASE("fault.eof.read", POSIX("mmap", SHALL),
 *               "a load from a whole page past the end of the file raises SIGBUS at that address",
 *               "a program that outruns its file computes with bytes that no file has")
 *     {
 *         struct scratch_file file = scratch_file(page);
 *         char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
 *
 *         EXPECT("1", load(&map[0]));
 *         EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
 *     }
 *
 * - A case runs in a process of its own, so it cleans nothing up and may crash, hang or exit.
 * - What the specification promises stands in EXPECT, beside the act that is observed. A case that
 *   observes nothing is an error, so is one whose set-up fails.
 * - The set-up functions (scratch_file, map_file, …) either succeed or end the case as an ERROR; the
 *   observers (load, returned, residency, …) answer a short canonical text, whatever happens.
 * - Run the valid neighbour of every error, so that EINVAL for the wrong reason is seen.
 * - A FILE_CASE runs once for every folder that the user named, a CASE once.
 * - The first sentence says what holds, the second, half a one, what a program suffers where it does not.
 * - Needs are declared behind them:  .needs = NEED_ROOT, .since = KERNEL(6, 13), .seconds = 10 */
#ifndef MAPWISE_CONFORMANCE_CASE_H
#define MAPWISE_CONFORMANCE_CASE_H

#include "calls.h"
#include "observe.h"
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum strength {
    SHALL,       /* a deviation is a defect */
    MAY,         /* a deviation is a permitted choice */
    UNSPECIFIED, /* the source promises nothing; what happens is recorded */
    DOCUMENTED,  /* a manual page or established practice says so */
};

struct clause {
    const char *source, *section;
    enum strength strength;
};

#define POSIX(section, strength)                                                                             \
    {                                                                                                        \
        "POSIX.1-2024", section, strength                                                                    \
    }
#define LINUX(manual_page)                                                                                   \
    {                                                                                                        \
        "Linux", manual_page, DOCUMENTED                                                                     \
    }
/* The manual page leaves it open: what happens is recorded. */
#define LINUX_UNSPECIFIED(manual_page)                                                                       \
    {                                                                                                        \
        "Linux", manual_page, UNSPECIFIED                                                                    \
    }
#define MAPWISE(row)                                                                                         \
    {                                                                                                        \
        "mapwise", row, SHALL                                                                                \
    } /* the library's own promise; in its suite a row of library-rows.tsv */
#define PRACTICE(what)                                                                                       \
    {                                                                                                        \
        "established practice", what, DOCUMENTED                                                             \
    }

enum need {
    NEED_ROOT = 1 << 0,         /* effective user 0 */
    NEED_UNPRIVILEGED = 1 << 1, /* root steps down to another user, who has the folder of the case */
    NEED_INVASIVE = 1 << 2,     /* changes the machine's state: runs with --invasive only */
    NEED_64_BIT = 1 << 3,       /* pointers of 64 bits */
    NEED_LINUX = 1 << 4,
    NEED_SYSTEM_CALLS = 1 << 5, /* not by way of libmapwise, which has maps of its own to look after */
};

#define KERNEL(major, minor) ((major)*1000 + (minor))

struct suite {
    const char *name, *title;
};

struct test_case {
    const char *id;
    struct clause clause;
    const char *sentence; /* what holds, in one sentence */
    const char *meaning;  /* what it means for a program if that fails, in half a sentence */
    unsigned needs;       /* enum need */
    int since;            /* KERNEL(major, minor) of the first Linux that promises it; 0: all */
    double seconds;       /* limit for a case that must wait; 0: the default limit */
    /* The rest is filled in by CASE and FILE_CASE. */
    const struct suite *suite;
    void (*run)(void);
    const char *file;
    int line;
    bool uses_files;
    struct test_case *next;
};

void register_case(struct test_case *test);

#define SUITE(name, title) static const struct suite this_suite = {name, title}

#define CASE(...)      DEFINE_CASE(__LINE__, false, __VA_ARGS__)
#define FILE_CASE(...) DEFINE_CASE(__LINE__, true, __VA_ARGS__)

#define DEFINE_CASE(line, files, ...) DEFINE_CASE_EXPANDED(line, files, __VA_ARGS__)
#define DEFINE_CASE_EXPANDED(at, files, ...)                                                                 \
    static void case_at_##at(void);                                                                          \
    static struct test_case case_record_##at = {                                                             \
        __VA_ARGS__,      .suite = &this_suite, .run = case_at_##at,                                         \
        .file = __FILE__, .line = at,           .uses_files = files};                                        \
    __attribute__((constructor)) static void register_case_at_##at(void)                                     \
    {                                                                                                        \
        register_case(&case_record_##at);                                                                    \
    }                                                                                                        \
    static void case_at_##at(void)

/* Compares an observation with what the clause promises; alternatives are written "ENOMEM|EINVAL".
 * The step is announced before the act, so a crash or a hang still shows which one it was. */
#define EXPECT(expected, observation)                                                                        \
    do {                                                                                                     \
        begin_step(__LINE__, #observation, expected);                                                        \
        end_step(observation);                                                                               \
    } while (0)

/* Of what no source promises anything: the observation is compared with what conformance/expectations/ knows
 * of this system, and the case is NEW where that is nothing. */
#define NOTHING_PROMISED "?"
#define RECORD(observation)                                                                                  \
    do {                                                                                                     \
        begin_step(__LINE__, #observation, NOTHING_PROMISED);                                                \
        end_step(observation);                                                                               \
    } while (0)

/* A number that follows from the seed of the run (--seed) and the case: for what is drawn at random. */
uint64_t random_number(void);

void begin_step(int line, const char *what, const char *expected);
void end_step(const char *observed);

#endif
