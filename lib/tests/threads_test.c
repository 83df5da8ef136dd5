/* The thread rule of mapwise.h, for ThreadSanitizer to look at: calls beside each other, and calls that
 * change the map alone. A map that were changed under a call would be a data race, or a fault. */
#include "unit.h"

#include "mapwise.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 3000, PART = 64 };

/* What the threads of a test share. */
struct arena {
    mw_map *map;
    _Atomic bool over;
    _Atomic long done, refused, wrong;
};

struct worker {
    struct arena *arena;
    uint64_t part; /* bytes of its own: part * PART on */
};

static bool count(struct arena *arena, int code)
{
    atomic_fetch_add(code == MW_OK ? &arena->done : code == MW_E_BUSY ? &arena->refused : &arena->wrong, 1);
    return code == MW_OK;
}

/* Reads and writes bytes of its own, and meets nobody there. */
static void *work(void *argument)
{
    const struct worker *worker = argument;
    struct arena *arena = worker->arena;
    unsigned char written[PART];
    unsigned char read[PART];
    bool valid = false;

    for (int round = 0; round < ROUNDS; round++) {
        memset(written, round, PART);
        if (!count(arena, mw_write_at(NULL, arena->map, worker->part * PART, written, PART, NULL)))
            continue;
        valid = count(arena, mw_read_at(NULL, read, arena->map, worker->part * PART, PART, NULL));
        if (valid && memcmp(read, written, PART) != 0)
            atomic_fetch_add(&arena->wrong, 1);
    }
    return NULL;
}

static void start(pthread_t *threads, struct worker *workers, struct arena *arena)
{
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){arena, i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
}

static void finish(const pthread_t *threads)
{
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void calls_beside_each_other_are_never_refused(void **state)
{
    struct arena arena = {0};
    struct worker workers[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    assert_code(mw_map_anon(&arena.map, (uint64_t)THREADS * PART, NULL, NULL), MW_OK);
    start(threads, workers, &arena);
    finish(threads);
    assert_int_equal(arena.done, 2 * THREADS * ROUNDS);
    assert_int_equal(arena.refused, 0);
    assert_int_equal(arena.wrong, 0);
    assert_code(mw_free(arena.map), MW_OK);
}

/* The changes of `change` that were done, while others read and write. */
static long change_meanwhile(struct arena *arena, int (*change)(mw_map *map, int round))
{
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    long changed = 0;

    start(threads, workers, arena);
    for (int round = 0; round < ROUNDS; round++) {
        int code = change(arena->map, round);
        assert_true(code == MW_OK || code == MW_E_BUSY);
        changed += code == MW_OK;
    }
    finish(threads);
    assert_int_equal(arena->wrong, 0);
    assert_int_equal(change(arena->map, 0), MW_OK);
    return changed;
}

static int resize(mw_map *map, int round)
{
    return mw_resize(map, (round % 2 ? 40 : 1) * mw_page_size(), MW_RESIZE_MAY_MOVE, NULL);
}

static int protect(mw_map *map, int round)
{
    return mw_protect(map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE | (round % 2 ? 0 : MW_PROT_WRITE), NULL);
}

static void a_map_changes_only_when_nobody_is_inside(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_code(mw_map_anon(&arena.map, mw_page_size(), NULL, NULL), MW_OK);
    change_meanwhile(&arena, resize);
    change_meanwhile(&arena, protect);
    assert_code(mw_free(arena.map), MW_OK);
}

/* The last one out: unmapping is refused until all have finished, and no call ever sees half of it. */
static void *read_until_closed(void *argument)
{
    struct arena *arena = argument;
    unsigned char byte;
    int code;

    do {
        code = mw_read_at(NULL, &byte, arena->map, 0, 1, NULL);
        if (code != MW_OK && code != MW_E_BUSY && code != MW_E_CLOSED)
            atomic_fetch_add(&arena->wrong, 1);
    } while (code != MW_E_CLOSED);
    return NULL;
}

static void unmapping_ends_all_calls_or_none(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct arena arena = {0};
        pthread_t threads[THREADS];
        assert_code(mw_map_anon(&arena.map, mw_page_size(), NULL, NULL), MW_OK);
        for (size_t i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, read_until_closed, &arena), 0);
        while (mw_unmap(arena.map, NULL) != MW_OK)
            ;
        finish(threads);
        assert_int_equal(arena.wrong, 0);
        assert_code(mw_free(arena.map), MW_OK);
    }
}

/* Pins taken and given back by many: the map stays where it is as long as one is held. */
static void *pin_and_look(void *argument)
{
    struct arena *arena = argument;

    for (int round = 0; round < ROUNDS; round++) {
        void *bytes;
        if (!count(arena, mw_pin(&bytes, arena->map, 0, 1, MW_PROT_READ, NULL)))
            continue;
        if (*(const unsigned char *)bytes != 7)
            atomic_fetch_add(&arena->wrong, 1);
        if (mw_unpin(arena->map, bytes) != MW_OK)
            atomic_fetch_add(&arena->wrong, 1);
    }
    return NULL;
}

static void a_pin_holds_the_map(void **state)
{
    struct arena arena = {0};
    pthread_t threads[THREADS];

    (void)state;
    assert_code(mw_map_anon(&arena.map, mw_page_size(), NULL, NULL), MW_OK);
    assert_code(mw_write_at(NULL, arena.map, 0, "\7", 1, NULL), MW_OK);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, pin_and_look, &arena), 0);
    for (int round = 0; round < ROUNDS; round++) {
        int code = resize(arena.map, round);
        assert_true(code == MW_OK || code == MW_E_BUSY);
    }
    finish(threads);
    assert_int_equal(arena.wrong, 0);
    assert_code(mw_free(arena.map), MW_OK);
}

/* One bit of a byte whose other bits are the other threads'. A view that is out of date is made anew. */
static void *change_bit(void *argument)
{
    const struct worker *worker = argument;
    struct arena *arena = worker->arena;
    const uint64_t index[] = {worker->part};
    mw_layout layout = MW_LAYOUT_INIT;
    mw_view view;
    int code = MW_E_STALE;

    layout.dtype = MW_T_BIT;
    for (int round = 0; round < ROUNDS; round++) {
        const unsigned char set = round % 2 == 0;
        unsigned char got = 2;
        if (code == MW_E_STALE)
            code = mw_view_make(&view, arena->map, &layout, NULL);
        if (code == MW_OK)
            code = mw_view_set(&view, index, &set, NULL);
        if (code == MW_OK && (code = mw_view_get(&got, &view, index, NULL)) == MW_OK && got != set)
            atomic_fetch_add(&arena->wrong, 1);
        if (code != MW_E_STALE && !count(arena, code))
            code = MW_E_STALE;
    }
    return NULL;
}

static void change_bits(struct arena *arena, int (*change)(mw_map *map, int round))
{
    struct worker workers[THREADS];
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){arena, i};
        assert_int_equal(pthread_create(&threads[i], NULL, change_bit, &workers[i]), 0);
    }
    for (int round = 0; change && round < ROUNDS; round++) {
        int code = change(arena->map, round);
        assert_true(code == MW_OK || code == MW_E_BUSY);
    }
    finish(threads);
    assert_int_equal(arena->wrong, 0);
}

static void bits_of_one_byte_do_not_meet(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_code(mw_map_anon(&arena.map, mw_page_size(), NULL, NULL), MW_OK);
    change_bits(&arena, NULL);
    assert_int_equal(arena.done, THREADS * ROUNDS);
    change_bits(&arena, resize);
    assert_code(mw_free(arena.map), MW_OK);
}

/* Handles pass from map to map among threads; a late call on a freed one is refused and hurts nobody. */
static void *make_and_free(void *argument)
{
    struct arena *arena = argument;

    for (int round = 0; round < ROUNDS / 10; round++) {
        mw_map *map;
        unsigned char byte = (unsigned char)round;
        if (mw_map_anon(&map, 1, NULL, NULL) != MW_OK || mw_write_at(NULL, map, 0, &byte, 1, NULL) != MW_OK ||
            mw_read_at(NULL, &byte, map, 0, 1, NULL) != MW_OK || byte != (unsigned char)round ||
            mw_free(map) != MW_OK)
            atomic_fetch_add(&arena->wrong, 1);
    }
    return NULL;
}

static void handles_pass_between_threads(void **state)
{
    struct arena arena = {0};
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_and_free, &arena), 0);
    finish(threads);
    assert_int_equal(arena.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_beside_each_other_are_never_refused),
        cmocka_unit_test(a_map_changes_only_when_nobody_is_inside),
        cmocka_unit_test(unmapping_ends_all_calls_or_none),
        cmocka_unit_test(a_pin_holds_the_map),
        cmocka_unit_test(bits_of_one_byte_do_not_meet),
        cmocka_unit_test(handles_pass_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
