/* Where the elements of arrays lie, up to the ends of the arithmetic. */
#include "unit.h"

#include "layout.h"
#include "mapwise/bits.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const mw_layout bytes_layout = MW_LAYOUT_INIT;

static mw_layout layout_of(mw_dtype dtype, uint32_t ndim, const int64_t *dims)
{
    mw_layout layout = MW_LAYOUT_INIT;

    layout.dtype = dtype;
    layout.ndim = ndim;
    layout.dims = dims;
    return layout;
}

/* In a map of `length` bytes. */
static int place(mw_view *view, const mw_layout *given, uint64_t length)
{
    mw_layout read = MW_LAYOUT_INIT;
    int code = mw__layout_read(&read, given, NULL);

    return code == MW_OK ? mw__layout_place(view, &read, 0, length, NULL) : code;
}

static mw_view placed(const mw_layout *given, uint64_t length)
{
    mw_view view = {.ndim = MW_MAX_DIMS + 1};

    assert_code(place(&view, given, length), MW_OK);
    return view;
}

static int fits(const mw_layout *given, uint64_t length)
{
    mw_view view;

    return place(&view, given, length);
}

static int bytes_of(uint64_t *bytes, const mw_layout *given)
{
    mw_layout read = MW_LAYOUT_INIT;
    int code = mw__layout_read(&read, given, NULL);

    return code == MW_OK ? mw__layout_bytes(bytes, &read, NULL) : code;
}

static void nothing_means_a_vector_of_bytes(void **state)
{
    mw_view view;

    (void)state;
    view = placed(NULL, 10);
    assert_int_equal(view.dtype, MW_T_U8);
    assert_int_equal(view.ndim, 1);
    assert_true(view.shape[0] == 10 && view.stride[0] == 1 && view.elem_size == 1 && view.offset == 0);
    view = placed(NULL, 0);
    assert_true(view.shape[0] == 0);
}

static void every_type_has_its_size_and_alignment(void **state)
{
    static const struct {
        mw_dtype dtype;
        uint64_t size, alignment;
    } types[] = {{MW_T_U8, 1, 1},  {MW_T_I8, 1, 1},  {MW_T_U16, 2, 2},  {MW_T_I16, 2, 2}, {MW_T_U32, 4, 4},
                 {MW_T_I32, 4, 4}, {MW_T_U64, 8, 8}, {MW_T_I64, 8, 8},  {MW_T_F16, 2, 2}, {MW_T_F32, 4, 4},
                 {MW_T_F64, 8, 8}, {MW_T_C64, 8, 4}, {MW_T_C128, 16, 8}};
    mw_view view;

    (void)state;
    for (size_t i = 0; i < LENGTH(types); i++) {
        mw_layout layout = layout_of(types[i].dtype, 1, NULL);
        view = placed(&layout, 64);
        assert_true(view.elem_size == types[i].size && view.shape[0] == 64 / types[i].size);
        layout.elem_size = types[i].size;
        assert_code(fits(&layout, 64), MW_OK);
        layout.elem_size = types[i].size + 1;
        assert_code(fits(&layout, 64), MW_E_TYPE);
        layout.elem_size = 0;
        for (layout.offset = 0; layout.offset <= 16; layout.offset++)
            assert_code(fits(&layout, 64), layout.offset % types[i].alignment ? MW_E_ALIGN : MW_OK);
    }
}

static void types_without_a_size_are_refused(void **state)
{
    mw_layout layout = layout_of(MW_T_RAW, 1, NULL);

    (void)state;
    assert_code(fits(&layout, 64), MW_E_TYPE);
    layout.elem_size = 9;
    assert_code(fits(&layout, 64), MW_OK);
    layout.dtype = (mw_dtype)(MW_T_BIT + 1);
    assert_code(fits(&layout, 64), MW_E_TYPE);
    layout.dtype = (mw_dtype)-1;
    assert_code(fits(&layout, 64), MW_E_TYPE);
    layout = layout_of(MW_T_BIT, 1, NULL);
    layout.elem_size = 1;
    assert_code(fits(&layout, 64), MW_E_TYPE);
}

static void flags_go_with_their_types(void **state)
{
    mw_layout layout = bytes_layout;

    (void)state;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        layout.flags = bit;
        assert_code(fits(&layout, 64), bit <= MW_V_STRICT ? MW_OK : MW_E_INVAL);
    }
    layout.dtype = MW_T_BIT;
    layout.flags = MW_V_REPAIR | MW_V_STRICT | MW_V_UNALIGNED;
    assert_code(fits(&layout, 64), MW_OK);
    layout.flags = MW_V_SWAP;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout.dtype = MW_T_RAW;
    layout.elem_size = 2;
    assert_code(fits(&layout, 64), MW_E_INVAL);
}

static void fields_that_contradict_are_refused(void **state)
{
    static const int64_t two[MW_MAX_DIMS + 1] = {2, 2};
    mw_layout layout = layout_of(MW_T_U8, 2, two);

    (void)state;
    assert_code(fits(&layout, 64), MW_OK);
    layout.order = (mw_order)3;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout = layout_of(MW_T_U8, 2, NULL);
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout = layout_of(MW_T_U8, MW_MAX_DIMS + 1, two);
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout = layout_of(MW_T_U8, 1, NULL);
    layout.reserved = 1;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout = layout_of(MW_T_U8, 1, NULL);
    layout.strides = two;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout.dims = two;
    assert_code(fits(&layout, 64), MW_OK);
    layout.flags = MW_V_STRICT;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout.flags = 0;
    layout.elem_stride = 1;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout = layout_of(MW_T_U16, 1, NULL);
    layout.elem_stride = 1;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout = layout_of(MW_T_BIT, 1, two);
    layout.strides = two;
    assert_code(fits(&layout, 64), MW_E_INVAL);
    layout.strides = NULL;
    layout.elem_stride = 1;
    assert_code(fits(&layout, 64), MW_E_INVAL);
}

static void a_later_version_may_say_nothing_new(void **state)
{
    struct {
        mw_layout known;
        unsigned char unknown[16];
    } later = {MW_LAYOUT_INIT, {0}};

    (void)state;
    later.known.size = (uint32_t)sizeof later;
    assert_code(fits(&later.known, 64), MW_OK);
    for (size_t i = 0; i < sizeof later.unknown; i++) {
        later.unknown[i] = 1;
        assert_code(fits(&later.known, 64), MW_E_NOTSUP);
        later.unknown[i] = 0;
    }
    later.known.size = (uint32_t)sizeof later.known - 1;
    assert_code(fits(&later.known, 64), MW_E_INVAL);
    later.known.size = UINT32_MAX;
    assert_code(fits(&later.known, 64), MW_E_INVAL);
}

static void steps_follow_the_order(void **state)
{
    static const int64_t dims[] = {2, 3, 5};
    mw_layout layout = layout_of(MW_T_U32, 3, dims);
    mw_view view;

    (void)state;
    view = placed(&layout, 120);
    assert_true(view.stride[0] == 60 && view.stride[1] == 20 && view.stride[2] == 4);
    layout.order = MW_COL_MAJOR;
    view = placed(&layout, 120);
    assert_true(view.stride[0] == 4 && view.stride[1] == 8 && view.stride[2] == 24);
    assert_code(fits(&layout, 119), MW_E_RANGE);
    layout.dtype = MW_T_BIT;
    layout.order = MW_ORDER_DEFAULT;
    view = placed(&layout, 8);
    assert_true(view.stride[0] == 1 && view.stride[1] == 2 && view.stride[2] == 6 && view.elem_size == 1);
}

static void elements_may_be_further_apart_than_they_are_large(void **state)
{
    static const int64_t dims[] = {3};
    mw_layout layout = layout_of(MW_T_RAW, 1, NULL);
    mw_view view;
    uint64_t bytes = 0;

    (void)state;
    layout.elem_size = 9;
    layout.elem_stride = 16;
    view = placed(&layout, 47);
    assert_true(view.shape[0] == 2 && view.stride[0] == 16 && view.elem_size == 9);
    layout.dims = dims;
    assert_code(fits(&layout, 47), MW_E_RANGE);
    assert_code(fits(&layout, 48), MW_OK);
    assert_code(bytes_of(&bytes, &layout), MW_OK);
    assert_true(bytes == 48);
}

static void what_is_not_whole_is_left_out_or_refused(void **state)
{
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    mw_view view;

    (void)state;
    layout.offset = 4;
    view = placed(&layout, 15);
    assert_true(view.shape[0] == 2);
    layout.flags = MW_V_STRICT;
    assert_code(fits(&layout, 15), MW_E_FORMAT);
    assert_code(fits(&layout, 16), MW_OK);
    assert_code(fits(&layout, 4), MW_OK);
    assert_code(fits(&layout, 3), MW_E_RANGE);
    layout = layout_of(MW_T_BIT, 1, NULL);
    view = placed(&layout, 23);
    assert_true(view.shape[0] == 128);
    layout.flags = MW_V_STRICT;
    assert_code(fits(&layout, 23), MW_E_FORMAT);
}

static void shapes_of_no_elements_are_kept(void **state)
{
    static const int64_t dims[] = {11, 0, 1};
    static const int64_t huge[] = {INT64_MAX, 0, INT64_MAX};
    mw_layout layout = layout_of(MW_T_F64, 3, dims);
    mw_view view;
    uint64_t bytes = 0;

    (void)state;
    view = placed(&layout, 0);
    assert_true(view.shape[0] == 11 && view.shape[1] == 0 && view.shape[2] == 1);
    assert_true(mw__view_is_empty(&view));
    assert_code(bytes_of(&bytes, &layout), MW_OK);
    assert_true(bytes == 0);
    layout.dtype = MW_T_BIT;
    assert_code(fits(&layout, 0), MW_OK);
    layout.dims = huge;
    assert_code(fits(&layout, 0), MW_E_OVERFLOW);
}

static void no_dimensions_are_one_element(void **state)
{
    mw_layout layout = layout_of(MW_T_F64, 0, NULL);
    mw_view view;

    (void)state;
    view = placed(&layout, 8);
    assert_int_equal(view.ndim, 0);
    assert_false(mw__view_is_empty(&view));
    assert_code(fits(&layout, 7), MW_E_RANGE);
}

static void negative_dimensions_are_refused_one_by_one(void **state)
{
    static const int64_t dims[][2] = {{-1, 1}, {1, -1},        {-2, -3},
                                      {0, -1}, {INT64_MIN, 2}, {INT64_MIN, INT64_MIN}};

    (void)state;
    for (size_t i = 0; i < LENGTH(dims); i++) {
        const mw_layout layout = layout_of(MW_T_U8, 2, dims[i]);
        assert_code(fits(&layout, 64), MW_E_INVAL);
    }
}

static void products_that_do_not_fit_are_overflow(void **state)
{
    static const int64_t dims[][3] = {{INT64_MAX, 2, 1},
                                      {INT64_MAX, INT64_MAX, INT64_MAX},
                                      {INT64_C(1) << 32, INT64_C(1) << 32, 1}, /* 2^64: 0 if it wraps */
                                      {INT64_C(1) << 31, INT64_C(1) << 31, 4}, /* 2^64 */
                                      {3, INT64_C(6148914691236517206), 1}};   /* 2^64 + 2 */
    const mw_dtype dtypes[] = {MW_T_U8, MW_T_C128, MW_T_BIT};
    uint64_t bytes = 0;

    (void)state;
    for (size_t i = 0; i < LENGTH(dims); i++)
        for (size_t j = 0; j < LENGTH(dtypes); j++)
            for (int order = MW_ROW_MAJOR; order <= MW_COL_MAJOR; order++) {
                mw_layout layout = layout_of(dtypes[j], 3, dims[i]);
                layout.order = (mw_order)order;
                assert_code(fits(&layout, 64), MW_E_OVERFLOW);
                assert_code(bytes_of(&bytes, &layout), MW_E_OVERFLOW);
            }
}

static void offsets_that_do_not_fit_are_overflow(void **state)
{
    static const int64_t one[] = {1};
    static const int64_t none[] = {0};
    mw_layout layout = layout_of(MW_T_U8, 1, one);
    uint64_t bytes = 0;

    (void)state;
    layout.offset = UINT64_MAX; /* -1, for whoever subtracts */
    assert_code(fits(&layout, 64), MW_E_OVERFLOW);
    assert_code(bytes_of(&bytes, &layout), MW_E_OVERFLOW);
    layout.offset = (uint64_t)-5000;
    assert_code(fits(&layout, 64), MW_E_RANGE);
    assert_code(bytes_of(&bytes, &layout), MW_E_OVERFLOW);
    layout.dims = none;
    assert_code(fits(&layout, 64), MW_E_RANGE);
    layout.offset = MW_OBJECT_MAX;
    layout.dims = one;
    assert_code(bytes_of(&bytes, &layout), MW_E_OVERFLOW);
    layout.offset = MW_OBJECT_MAX - 1;
    assert_code(bytes_of(&bytes, &layout), MW_OK);
    assert_true(bytes == MW_OBJECT_MAX);
}

static void elements_of_any_size_are_counted_without_wrapping(void **state)
{
    static const int64_t none[] = {0};
    mw_layout layout = layout_of(MW_T_RAW, 0, NULL);

    (void)state;
    layout.elem_size = UINT64_MAX;
    assert_code(fits(&layout, 64), MW_E_OVERFLOW);
    layout.elem_size = MW_OBJECT_MAX;
    assert_code(fits(&layout, 64), MW_E_RANGE);
    layout = layout_of(MW_T_RAW, 1, none);
    layout.elem_size = 1;
    layout.elem_stride = UINT64_MAX;
    assert_code(fits(&layout, 64), MW_E_OVERFLOW);
}

static void given_steps_must_stay_inside(void **state)
{
    static const int64_t dims[] = {3, 4};
    static const int64_t dense[] = {16, 4}, reversed[] = {-16, -4}, same[] = {0, 4}, mixed[] = {-16, 4};
    mw_layout layout = layout_of(MW_T_U32, 2, dims);

    (void)state;
    layout.strides = dense;
    assert_code(fits(&layout, 48), MW_OK);
    assert_code(fits(&layout, 47), MW_E_RANGE);
    layout.strides = same;
    assert_code(fits(&layout, 16), MW_OK);
    assert_code(fits(&layout, 15), MW_E_RANGE);
    layout.strides = reversed;
    layout.offset = 44;
    assert_code(fits(&layout, 48), MW_OK);
    assert_code(fits(&layout, 47), MW_E_RANGE);
    layout.offset = 40;
    assert_code(fits(&layout, 48), MW_E_RANGE);
    layout.strides = mixed;
    layout.offset = 32;
    assert_code(fits(&layout, 48), MW_OK);
    assert_code(fits(&layout, 47), MW_E_RANGE);
    layout.offset = 28;
    assert_code(fits(&layout, 48), MW_E_RANGE);
}

static void given_steps_must_not_wrap(void **state)
{
    static const int64_t dims[] = {3, 3};
    static const int64_t steps[][2] = {{INT64_MAX, 1},
                                       {INT64_MIN, 1},
                                       {INT64_MAX / 2 + 1, 0}, /* 2^63 in two steps */
                                       {INT64_MIN / 2, 0},
                                       {INT64_MIN, INT64_MIN},
                                       {INT64_MAX / 2, INT64_MAX / 2}, /* each fits, the sum does not */
                                       {INT64_MIN / 2 + 1, INT64_MIN / 2 + 1}};
    static const int64_t single[] = {1, 1}, none[] = {0, 3};
    uint64_t bytes = 0;

    (void)state;
    for (size_t i = 0; i < LENGTH(steps); i++) {
        mw_layout layout = layout_of(MW_T_U8, 2, dims);
        layout.strides = steps[i];
        assert_code(fits(&layout, 64), MW_E_OVERFLOW);
        layout.offset = INT64_MAX;
        assert_code(fits(&layout, 64), MW_E_OVERFLOW);
        assert_code(bytes_of(&bytes, &layout), MW_E_OVERFLOW);
        layout.offset = 0;
        layout.dims = single; /* no step is taken */
        assert_code(fits(&layout, 1), MW_OK);
        layout.dims = none;
        assert_code(fits(&layout, 0), MW_OK);
    }
}

static void steps_must_be_aligned_where_they_are_taken(void **state)
{
    static const int64_t dims[] = {2, 1}, odd[] = {6, 3}, both[] = {2, 2};
    mw_layout layout = layout_of(MW_T_U16, 2, dims);

    (void)state;
    layout.strides = odd;
    assert_code(fits(&layout, 64), MW_OK);
    layout.dims = both;
    assert_code(fits(&layout, 64), MW_E_ALIGN);
    layout.flags = MW_V_UNALIGNED;
    assert_code(fits(&layout, 64), MW_OK);
    layout = layout_of(MW_T_U16, 2, both);
    layout.elem_stride = 3;
    assert_code(fits(&layout, 64), MW_E_ALIGN);
    layout.flags = MW_V_UNALIGNED;
    assert_code(fits(&layout, 64), MW_OK);
}

static void alignment_counts_from_the_page(void **state)
{
    mw_layout layout = layout_of(MW_T_F64, 1, NULL);
    mw_layout read = MW_LAYOUT_INIT;

    (void)state;
    layout.offset = 3;
    assert_code(mw__layout_read(&read, &layout, NULL), MW_OK);
    assert_code(mw__layout_check_alignment(&read, 5, NULL), MW_OK);
    assert_code(mw__layout_check_alignment(&read, 4, NULL), MW_E_ALIGN);
}

static void bits_take_whole_words(void **state)
{
    static const struct {
        uint64_t bits, bytes;
    } table[] = {
        {0, 0}, {1, 8}, {63, 8}, {64, 8}, {65, 16}, {UINT64_C(17) * 13, 32}, {UINT64_MAX, UINT64_C(1) << 61}};
    static const int64_t dims[] = {65};
    mw_layout layout = layout_of(MW_T_BIT, 1, dims);

    (void)state;
    for (size_t i = 0; i < LENGTH(table); i++)
        assert_true(mw_bits_bytes(table[i].bits) == table[i].bytes);
    assert_code(fits(&layout, 16), MW_OK);
    for (uint64_t length = 9; length < 16; length++)
        assert_code(fits(&layout, length), MW_E_SHORT);
    assert_code(fits(&layout, 8), MW_E_RANGE);
}

static void a_long_map_is_no_hindrance_to_a_few_bits(void **state)
{
    static const int64_t dims[] = {65};
    mw_layout layout = layout_of(MW_T_BIT, 1, dims);

    (void)state;
    assert_code(fits(&layout, INT64_MAX), MW_OK);
    layout.dims = NULL;
    assert_code(fits(&layout, INT64_MAX), MW_E_OVERFLOW);
}

static void bytes_of_a_view_are_those_of_its_elements(void **state)
{
    static const int64_t dims[] = {3, 4}, mixed[] = {-16, 4};
    mw_layout layout = layout_of(MW_T_U32, 2, dims);
    mw_view view;
    mw__range bytes;

    (void)state;
    layout.strides = mixed;
    layout.offset = 40;
    view = placed(&layout, 56);
    bytes = mw__view_bytes(&view);
    assert_true(bytes.start == 8 && bytes.end == 56);
    layout = layout_of(MW_T_BIT, 1, NULL);
    layout.offset = 8;
    view = placed(&layout, 24);
    bytes = mw__view_bytes(&view);
    assert_true(bytes.start == 8 && bytes.end == 24);
}

static void dense_is_side_by_side(void **state)
{
    static const int64_t dims[] = {3, 4}, rows[] = {4, 1}, columns[] = {1, 3}, apart[] = {5, 1};
    static const int64_t row[] = {1, 4}, none[] = {0, 4};
    mw_layout layout = layout_of(MW_T_U8, 2, dims);
    mw_view view;

    (void)state;
    layout.strides = rows;
    view = placed(&layout, 64);
    assert_true(mw_view_is_dense(&view, MW_ROW_MAJOR) && mw_view_is_dense(&view, MW_ORDER_DEFAULT));
    assert_false(mw_view_is_dense(&view, MW_COL_MAJOR) || mw_view_is_dense(&view, (mw_order)3));
    layout.strides = columns;
    view = placed(&layout, 64);
    assert_true(mw_view_is_dense(&view, MW_COL_MAJOR));
    assert_false(mw_view_is_dense(&view, MW_ROW_MAJOR) || mw_view_is_dense(NULL, MW_ROW_MAJOR));
    layout.strides = apart;
    view = placed(&layout, 64);
    assert_false(mw_view_is_dense(&view, MW_ROW_MAJOR) || mw_view_is_dense(&view, MW_COL_MAJOR));
    layout.dims = row;
    view = placed(&layout, 64);
    assert_true(mw_view_is_dense(&view, MW_ROW_MAJOR) && mw_view_is_dense(&view, MW_COL_MAJOR));
    layout.dims = none;
    view = placed(&layout, 64);
    assert_true(mw_view_is_dense(&view, MW_ROW_MAJOR) && mw_view_is_dense(&view, MW_COL_MAJOR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_means_a_vector_of_bytes),
        cmocka_unit_test(every_type_has_its_size_and_alignment),
        cmocka_unit_test(types_without_a_size_are_refused),
        cmocka_unit_test(flags_go_with_their_types),
        cmocka_unit_test(fields_that_contradict_are_refused),
        cmocka_unit_test(a_later_version_may_say_nothing_new),
        cmocka_unit_test(steps_follow_the_order),
        cmocka_unit_test(elements_may_be_further_apart_than_they_are_large),
        cmocka_unit_test(what_is_not_whole_is_left_out_or_refused),
        cmocka_unit_test(shapes_of_no_elements_are_kept),
        cmocka_unit_test(no_dimensions_are_one_element),
        cmocka_unit_test(negative_dimensions_are_refused_one_by_one),
        cmocka_unit_test(products_that_do_not_fit_are_overflow),
        cmocka_unit_test(offsets_that_do_not_fit_are_overflow),
        cmocka_unit_test(elements_of_any_size_are_counted_without_wrapping),
        cmocka_unit_test(given_steps_must_stay_inside),
        cmocka_unit_test(given_steps_must_not_wrap),
        cmocka_unit_test(steps_must_be_aligned_where_they_are_taken),
        cmocka_unit_test(alignment_counts_from_the_page),
        cmocka_unit_test(bits_take_whole_words),
        cmocka_unit_test(a_long_map_is_no_hindrance_to_a_few_bits),
        cmocka_unit_test(bytes_of_a_view_are_those_of_its_elements),
        cmocka_unit_test(dense_is_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
