/* What the families about maps look at, against memory whose state is known. */
#include "access.h"
#include "counters.h"
#include "numa.h"
#include "present.h"
#include "process.h"
#include "query.h"
#include "remap.h"

#include <mapwise.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGES = 8, TOUCHED = 3 };

static size_t page;

static unsigned char *make_memory(size_t touched)
{
    unsigned char *bytes =
        mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(bytes != MAP_FAILED);
    store_each_page(bytes, touched * page, page, 7);
    return bytes;
}

static void pages_are_present_that_were_touched(void **state)
{
    unsigned char *bytes = make_memory(TOUCHED);

    (void)state;
    if (present_pages(bytes, page) == COUNTER_ABSENT)
        skip();
    assert_int_equal(present_pages(bytes, PAGES * page), TOUCHED);
    assert_int_equal(present_pages(bytes + page, 1), 1);
    assert_int_equal(present_pages(bytes + TOUCHED * page, page), 0);
    assert_false(present_as_huge(bytes, (uint64_t)1 << 40));
    munmap(bytes, PAGES * page);
    assert_int_equal(present_pages(bytes, PAGES * page), 0);
}

static void a_process_is_described(void **state)
{
    const int64_t mappings = process_mappings();

    (void)state;
    if (mappings == COUNTER_ABSENT)
        skip();
    unsigned char *bytes = make_memory(0);
    assert_int_equal(mprotect(bytes + page, page, PROT_NONE),
                     0); /* three mappings, one joined to what was there */
    assert_in_range(process_mappings(), mappings + 2, mappings + 3);
    assert_true(process_mappings_most() > mappings);
    munmap(bytes, PAGES * page);
    assert_true(process_bytes(0, "VmPTE") > 0);
    assert_true(process_bytes(0, "Pss") <= process_bytes(0, "Rss"));
    assert_true(process_bytes(0, "VmNothing") == COUNTER_ABSENT);
    assert_true(process_bytes(INT32_MAX, "VmPTE") == COUNTER_ABSENT);
}

static void questions_have_the_same_answer(void **state)
{
    static const char *const names[] = {"mincore", "pagemap", "pagemap_scan"};
    static unsigned char buffer[1 << 16];
    unsigned char *bytes = make_memory(TOUCHED);
    const struct query query = {bytes, PAGES * page, -1, buffer, sizeof buffer};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const int64_t answer = query_named(names[i])(&query);
        if (answer != QUERY_UNKNOWN)
            assert_int_equal(answer, TOUCHED);
    }
    assert_int_equal(query_named("smaps")(&query), QUERY_DONE);
    assert_int_equal(query_named("cachestat")(&query) >= 0, 0); /* of no file */
    assert_null(query_named("nonsense"));
    munmap(bytes, PAGES * page);
}

static void pages_move(void **state)
{
    unsigned char *from = make_memory(TOUCHED), *to = make_memory(0);

    (void)state;
    assert_true(remap_move(from, to, PAGES * page, false));
    assert_int_equal(to[0], 7);
    assert_int_equal(to[TOUCHED * page], 0);
    if (present_pages(to, page) != COUNTER_ABSENT) {
        assert_int_equal(present_pages(from, PAGES * page), 0);
        assert_int_equal(present_pages(to, TOUCHED * page), TOUCHED);
    }
    munmap(to, PAGES * page);
}

static void memory_lies_where_it_was_placed(void **state)
{
    const int here = numa_here();
    unsigned char *bytes = make_memory(0);

    (void)state;
    if (numa_nodes() == 0 || here < 0 || !numa_place(bytes, PAGES * page, here))
        skip();
    store_each_page(bytes, PAGES * page, page, 1);
    assert_int_equal(numa_pages_on(bytes, PAGES * page, here), PAGES);
    if (numa_nodes() == 1)
        assert_int_equal(numa_other(here), -1);
    else
        assert_int_equal(numa_pages_on(bytes, PAGES * page, numa_other(here)), 0);
    munmap(bytes, PAGES * page);
    bytes = make_memory(0);
    assert_true(numa_place(bytes, PAGES * page, -1));
    store_each_page(bytes, PAGES * page, page, 1);
    assert_true(numa_pages_on(bytes, PAGES * page, here) <= PAGES);
    munmap(bytes, PAGES * page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_present_that_were_touched), cmocka_unit_test(a_process_is_described),
        cmocka_unit_test(questions_have_the_same_answer),      cmocka_unit_test(pages_move),
        cmocka_unit_test(memory_lies_where_it_was_placed),
    };

    page = mw_page_size();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
