/* Searching: every path of it against a plain loop, at the borders of what may be read, and its time. */
#include "unit.h"

#include "search.h"
#include "twoway.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef size_t search(const unsigned char *text, size_t length, const unsigned char *needle, size_t n);

static size_t twoway_first(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    mw__twoway way = mw__twoway_prepare(needle, n, false);

    return mw__twoway_find(&way, text, length);
}

static size_t twoway_last(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    mw__twoway way = mw__twoway_prepare(needle, n, true);

    return mw__twoway_find(&way, text, length);
}

/* The last one is what the others fall back to, alone; it takes no empty needle. */
static const struct path {
    const char *name;
    search *first, *last;
} paths[] = {
    {"best", mw__search_first, mw__search_last},
    {"portable", mw__search_first_portable, mw__search_last_portable},
    {"two-way", twoway_first, twoway_last},
};

#define PATHS (sizeof paths / sizeof paths[0])

static size_t plain_first(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    for (size_t i = 0; i + n <= length; i++)
        if (memcmp(text + i, needle, n) == 0)
            return i;
    return SIZE_MAX;
}

static size_t plain_last(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    for (size_t i = length + 1; i-- > n;)
        if (memcmp(text + i - n, needle, n) == 0)
            return i - n;
    return SIZE_MAX;
}

/* n > 0 */
static void compare(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    size_t first = plain_first(text, length, needle, n);
    size_t last = plain_last(text, length, needle, n);

    for (size_t i = 0; i < PATHS; i++) {
        size_t found_first = paths[i].first(text, length, needle, n);
        size_t found_last = paths[i].last(text, length, needle, n);
        if (found_first != first || found_last != last)
            fail_msg("%s: %zu bytes in %zu: first %zd, not %zd; last %zd, not %zd", paths[i].name, n, length,
                     (ssize_t)found_first, (ssize_t)first, (ssize_t)found_last, (ssize_t)last);
    }
}

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random >> 3;
}

static void no_bytes_match_at_both_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(paths[i].first((const unsigned char *)"abc", 3, NULL, 0), 0);
        assert_int_equal(paths[i].last((const unsigned char *)"abc", 3, NULL, 0), 3);
        assert_int_equal(paths[i].first(NULL, 0, NULL, 0), 0);
        assert_int_equal(paths[i].last(NULL, 0, NULL, 0), 0);
    }
}

static void nothing_is_in_less_than_it(void **state)
{
    static unsigned char bytes[600];

    (void)state;
    for (size_t n = 1; n <= sizeof bytes; n++) {
        compare(bytes, n - 1, bytes, n);
        compare(bytes, n, bytes, n);
    }
    for (size_t i = 0; i < PATHS; i++) {
        assert_int_equal(paths[i].first(NULL, 0, bytes, 1), SIZE_MAX);
        assert_int_equal(paths[i].last(NULL, 0, bytes, 1), SIZE_MAX);
    }
}

/* Every text of up to ten letters a and b, every needle of up to five. */
static void small_texts_and_needles(void **state)
{
    unsigned char text[10];
    unsigned char needle[5];

    (void)state;
    for (unsigned length = 0; length <= sizeof text; length++)
        for (unsigned letters = 0; letters < 1u << length; letters++) {
            for (unsigned i = 0; i < length; i++)
                text[i] = letters >> i & 1 ? 'b' : 'a';
            for (unsigned n = 1; n <= sizeof needle; n++)
                for (unsigned wanted = 0; wanted < 1u << n; wanted++) {
                    for (unsigned i = 0; i < n; i++)
                        needle[i] = wanted >> i & 1 ? 'b' : 'a';
                    compare(text, length, needle, n);
                }
        }
}

/* Of few different bytes, so that much nearly matches; 0 and those with the highest bit are among them. */
static void random_texts_and_needles(void **state)
{
    static const unsigned char letters[] = {0x00, 0x80, 0xff, 0x01, 0x7f, 0x81};
    unsigned char buffer[1024];
    unsigned char needle[80];
    uint32_t random = 2463534242u;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        size_t length = next_random(&random) % 900;
        size_t n = 1 + next_random(&random) % (round % 2 ? sizeof needle : 6);
        unsigned char *text = buffer + next_random(&random) % 64;
        unsigned different = 1 + next_random(&random) % (unsigned)sizeof letters;

        for (size_t i = 0; i < length; i++)
            text[i] = letters[next_random(&random) % different];
        for (size_t i = 0; i < n; i++)
            needle[i] = letters[next_random(&random) % different];
        if (round % 3 && n <= length)
            memcpy(needle, text + next_random(&random) % (length - n + 1), n);
        compare(text, length, needle, n);
    }
}

/* Wherever it starts, to whatever multiple that is; near the ends the others see to it. */
static void a_match_is_found_at_every_start(void **state)
{
    static const unsigned char needle[] = "b.c";
    unsigned char buffer[512];

    (void)state;
    memset(buffer, 'a', sizeof buffer);
    for (size_t start = 0; start < 400; start++) {
        size_t n = 1 + start % 3;
        memcpy(buffer + start, needle, n);
        for (size_t from = 0; from < 32; from++)
            compare(buffer + from, sizeof buffer - 64, needle, n);
        memset(buffer + start, 'a', n);
    }
}

/* Texts so regular that the filter gives up, and needles that occur here and there, or all but do. */
static void the_fallback_finds_the_same(void **state)
{
    static unsigned char text[150000];
    static const char *const units[] = {"a", "ab", "aab", "abaababa"};
    uint32_t random = 88675123u;

    (void)state;
    for (int round = 0; round < 64; round++) {
        const char *unit = units[round % 4];
        size_t n = 17 + next_random(&random) % (round % 8 < 4 ? 100 : 3000);
        unsigned char *needle = malloc(n);

        assert_non_null(needle);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (unsigned char)unit[i % strlen(unit)];
        memcpy(needle, text, n);
        if (round % 16 < 12)
            needle[next_random(&random) % n] ^= 3;
        for (int i = 0; i < 20; i++)
            text[next_random(&random) % sizeof text] ^= 3;
        if (round >= 32)
            memcpy(text + next_random(&random) % (sizeof text - n), needle, n);
        compare(text, sizeof text, needle, n);
        free(needle);
    }
}

/* Bytes between two pages that cannot be touched. */
typedef struct guarded {
    unsigned char *start, *end;
} guarded;

static guarded make_guarded(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *pages = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_READ | PROT_WRITE), 0);
    return (guarded){pages + page, pages + 2 * page};
}

static void release_guarded(guarded bytes)
{
    size_t page = (size_t)(bytes.end - bytes.start);

    munmap(bytes.start - page, 3 * page);
}

/* What is looked for is nowhere, at the start, or at the end. */
static void compare_at_ends(unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    memset(text, 'a', length);
    compare(text, length, needle, n);
    if (n <= length) {
        memcpy(text, needle, n);
        compare(text, length, needle, n);
        memset(text, 'a', length);
        memcpy(text + length - n, needle, n);
        compare(text, length, needle, n);
    }
}

static void nothing_else_is_read(void **state)
{
    static const size_t sizes[] = {1, 2, 5, 17};
    guarded text = make_guarded();
    guarded needle = make_guarded();

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t n = sizes[i];
        for (size_t length = 0; length <= 300; length++) {
            memset(needle.start, 'a', n);
            needle.start[n / 2] = 'b';
            compare_at_ends(text.start, length, needle.start, n);
            memcpy(needle.end - n, needle.start, n);
            compare_at_ends(text.end - length, length, needle.end - n, n);
        }
    }
    release_guarded(text);
    release_guarded(needle);
}

/* ---- time --------------------------------------------------------------- */

/* A text of one repeated unit; a needle of the same with other bytes at one or two of its quarters. */
typedef struct regular {
    const char *unit;
    size_t quarters[2];
    bool broken; /* the text has another byte, once a needle's length; the needle none */
} regular;

static const regular regulars[] = {
    {"a", {1, 3}, false},   {"a", {4, 4}, false}, {"ab", {2, 2}, false},
    {"aab", {1, 2}, false}, {"a", {0, 0}, true},  {"aab", {0, 0}, true},
};

static void repeat(unsigned char *bytes, size_t length, const char *unit)
{
    for (size_t i = 0, k = 0; i < length; i++) {
        bytes[i] = (unsigned char)unit[k++];
        if (unit[k] == '\0')
            k = 0;
    }
}

/* The processor time of a search through `length` bytes for a fourth of that, the least of some. */
static double seconds(search *find, const regular *r, size_t length)
{
    size_t n = length / 4;
    unsigned char *text = malloc(length);
    unsigned char *needle = malloc(n);
    double least = 1e9;

    assert_non_null(text);
    assert_non_null(needle);
    repeat(text, length, r->unit);
    repeat(needle, n, r->unit);
    for (size_t i = 0; !r->broken && i < 2; i++)
        needle[r->quarters[i] * (n - 1) / 4] = 'c';
    for (size_t i = n - 1; r->broken && i < length; i += n)
        text[i] = 'c';
    for (int i = 0; i < 3; i++) {
        struct timespec before, after;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
        assert_int_equal(find(text, length, needle, n), SIZE_MAX);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
        double taken =
            (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
        if (taken < least)
            least = taken;
    }
    free(text);
    free(needle);
    return least;
}

/* Eight times as much takes about eight times as long; if its square counted, it would be 64 times. The
 * needles are too long for the filter to see what is special in their middle. A busy machine gets more than
 * one try. */
static bool is_linear(search *find, const regular *r)
{
    const size_t length = 32768;
    bool linear = false;

    for (int tries = 0; !linear && tries < 5; tries++)
        linear = seconds(find, r, 8 * length) < 24 * seconds(find, r, length) + 1e-3;
    return linear;
}

static void the_worst_takes_linear_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < PATHS; i++)
        for (size_t k = 0; k < sizeof regulars / sizeof regulars[0]; k++)
            if (!is_linear(paths[i].first, &regulars[k]) || !is_linear(paths[i].last, &regulars[k]))
                fail_msg("%s: text %zu is too slow", paths[i].name, k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bytes_match_at_both_ends),
        cmocka_unit_test(nothing_is_in_less_than_it),
        cmocka_unit_test(small_texts_and_needles),
        cmocka_unit_test(random_texts_and_needles),
        cmocka_unit_test(a_match_is_found_at_every_start),
        cmocka_unit_test(the_fallback_finds_the_same),
        cmocka_unit_test(nothing_else_is_read),
        cmocka_unit_test(the_worst_takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
