/* The library: elements and parts of arrays. */
#include "library_array.h"

SUITE("library", "what libmapwise promises");

FILE_CASE("ARR-13", MAPWISE("ARR-13"),
          "an index outside the shape is refused, and nothing is read or written",
          "an index one row too far changes the next data set")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {2, 3};
    const mw_layout layout = layout_of(MW_T_U16, 2, dims);
    const mw_view view = view_of(map, &layout);
    const uint64_t outside[][2] = {
        {0, 3}, {2, 0}, {0, UINT64_MAX}, {UINT64_MAX, 0}, {UINT64_MAX, UINT64_MAX}};
    uint16_t value = 7;

    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        EXPECT("MW_E_RANGE", answer(mw_view_get(&value, &view, outside[i], &failure)));
        EXPECT("MW_E_RANGE", answer(mw_view_set(&view, outside[i], &value, &failure)));
    }
    EXPECT("7", number(value));
    EXPECT("12", file_byte(&file, 12));
    EXPECT("MW_E_INVAL", answer(mw_view_get(&value, &view, NULL, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_view_get(NULL, &view, outside[0], &failure)));
    EXPECT("MW_E_INVAL", answer(mw_view_set(&view, outside[0], NULL, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_view_get(&value, NULL, outside[0], &failure)));
    EXPECT("MW_OK", set_element(&view, 1, 2, 0x0909));
    EXPECT("9", file_byte(&file, 11));
}

FILE_CASE("ARR-14.unaligned", MAPWISE("ARR-14"),
          "MW_V_UNALIGNED allows elements at any address, and copies them",
          "numbers in a packed file crash on one processor and are wrong on another")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    uint32_t expected;
    const unsigned char bytes[] = {7, 8, 9, 10};

    layout.offset = 3;
    layout.flags = MW_V_UNALIGNED;
    const mw_view view = view_of(map, &layout);
    memcpy(&expected, bytes, 4);
    EXPECT("3", shape_of(&view));
    EXPECT(number(expected), element(&view, 1, 0, 0));
    EXPECT("MW_OK", set_element(&view, 1, 0, 0));
    EXPECT("6", file_byte(&file, 6));
    EXPECT("0", file_byte(&file, 7));
    EXPECT("0", file_byte(&file, 10));
    EXPECT("11", file_byte(&file, 11));
}

FILE_CASE("ARR-17", MAPWISE("ARR-17"), "a read-only array refuses to be set, and no byte changes",
          "an analysis damages its measurements")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    const mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    const mw_view view = view_of(map, &layout);
    void *first;

    EXPECT("MW_E_RDONLY", set_element(&view, 1, 0, 0));
    EXPECT("MW_E_RDONLY", answer(mw_view_pin(&first, &view, MW_PROT_WRITE, &failure)));
    EXPECT("4", file_byte(&file, 4));
    const mw_view writable = view_of(library_map(&file, MW_ACCESS_WRITE), &layout);
    EXPECT("MW_OK", set_element(&writable, 1, 0, 0));
    EXPECT("0", file_byte(&file, 4));
}

FILE_CASE(
    "FLT-10", MAPWISE("FLT-10"),
    "a store into pages that can only be read is an error and no signal, also after their rights changed",
    "an assignment to a sealed row is a crash without a line number")
{
    const struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {2};
    mw_layout layout = layout_of(MW_T_U32, 1, dims);

    layout.offset = page - 4;
    const mw_view view = view_of(map, &layout);
    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", set_element(&view, 0, 0, 0));
    EXPECT("MW_E_RDONLY", set_element(&view, 1, 0, 0));
    layout.offset = page - 2;
    layout.flags = MW_V_UNALIGNED;
    const mw_view across = view_of(map, &layout);
    EXPECT("MW_E_RDONLY", set_element(&across, 0, 0, UINT32_MAX));
    EXPECT("0", file_byte(&file, (int64_t)page - 1));
    EXPECT("2", file_byte(&file, (int64_t)page));
}

FILE_CASE("ARR-19", MAPWISE("ARR-19"),
          "a view of a map that was closed or freed says so and never leads astray",
          "a matrix kept after its file was closed reads another file")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const mw_view view = view_of(map, NULL);
    mw_view part;
    uint64_t length;
    void *first;

    EXPECT("5", element(&view, 5, 0, 0));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", element(&view, 5, 0, 0));
    EXPECT("MW_E_CLOSED", set_element(&view, 5, 0, 0));
    EXPECT("MW_E_CLOSED", answer(mw_view_slice(&part, &view, 0, (mw_slice){0, 1, 1}, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_view_span(NULL, &length, &view, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_view_pin(&first, &view, MW_PROT_READ, &failure)));
    EXPECT("MW_E_CLOSED", made(map, NULL));
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
    EXPECT("MW_E_CLOSED", element(&view, 5, 0, 0));

    mw_map *next = library_map(&file, MW_ACCESS_WRITE); /* may well have got the same handle */
    EXPECT("yes", yes_or_no(next == map));
    EXPECT("MW_E_CLOSED", element(&view, 5, 0, 0));
    EXPECT("MW_E_CLOSED", set_element(&view, 5, 0, 0));
    EXPECT("5", byte_at(next, 5));
}

FILE_CASE(
    "ARR-19.stale", MAPWISE("ARR-19"),
    "a view of a map that got shorter, moved or shows something else is stale; growth in place does not hurt",
    "a view into a file that shrank reads what is no longer there")
{
    const struct scratch_file file = scratch_file(4 * page);
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    void *first;

    options.reserve = 8 * page;
    mw_map *map = library_map_with(&file, &options);
    mw_view view = view_of(map, NULL);
    EXPECT("MW_OK", answer(mw_resize(map, 6 * page, 0, &failure)));
    EXPECT("2", element(&view, page, 0, 0));
    EXPECT("MW_OK", answer(mw_resize(map, 3 * page, 0, &failure)));
    EXPECT("MW_E_STALE", element(&view, page, 0, 0));
    EXPECT("MW_E_STALE", set_element(&view, page, 0, 0));
    EXPECT("MW_E_STALE", answer(mw_view_slice(&view, &view, 0, (mw_slice){0, 1, 1}, &failure)));
    EXPECT("MW_E_STALE", answer(mw_view_span(NULL, NULL, &view, &failure)));
    EXPECT("MW_E_STALE", answer(mw_view_pin(&first, &view, MW_PROT_READ, &failure)));
    EXPECT("0", number(info_of(map).pins));
    view = view_of(map, NULL);
    EXPECT("2", element(&view, page, 0, 0));
    EXPECT("MW_OK", answer(mw_rewindow(map, page, page, &failure)));
    EXPECT("MW_E_STALE", element(&view, 0, 0, 0));
    EXPECT("2", file_byte(&file, (int64_t)page));
}

FILE_CASE("ARR-19.pin", MAPWISE("ARR-19"), "what is pinned through a view stays until it is given back",
          "a numerical kernel has its array pulled away in the middle of a sum")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_layout layout = layout_of(MW_T_U16, 1, NULL);
    void *first;

    layout.offset = 4;
    const mw_view view = view_of(map, &layout);
    EXPECT("MW_E_INVAL", answer(mw_view_pin(NULL, &view, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", answer(mw_view_pin(&first, &view, MW_PROT_READ | MW_PROT_WRITE, &failure)));
    EXPECT("MW_E_BUSY", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_BUSY", answer(mw_resize(map, 8, MW_RESIZE_MAY_MOVE, &failure)));
    const uint64_t index[MW_MAX_DIMS] = {3};
    EXPECT("10", load(mw_view_element(&view, first, index)));
    *(uint16_t *)mw_view_element(&view, first, index) = 0x0909;
    EXPECT("9", file_byte(&file, 11));
    EXPECT("MW_OK", mw_error_name(mw_unpin(view.map, first)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

FILE_CASE("ARR-23.strides", MAPWISE("ARR-23"),
          "steps may be given, also backwards and of 0, as far as they stay in the map",
          "every second column, or a picture upside down, needs a copy")
{
    mw_map *map = counting_map(24, MW_ACCESS_READ);
    const int64_t dims[] = {3, 4}, steps[] = {8, 2}, backwards[] = {-8, 2}, still[] = {0, 1};
    mw_layout layout = layout_of(MW_T_U8, 2, dims);

    layout.strides = steps;
    const mw_view forth = view_of(map, &layout);
    EXPECT("22", element(&forth, 2, 3, 0));
    layout.offset = 2;
    EXPECT("MW_E_RANGE", made(map, &layout));
    layout.strides = backwards;
    layout.offset = 17;
    const mw_view back = view_of(map, &layout);
    EXPECT("17", element(&back, 0, 0, 0));
    EXPECT("7", element(&back, 2, 3, 0));
    layout.offset = 15;
    EXPECT("MW_E_RANGE", made(map, &layout));
    layout.strides = still;
    layout.offset = 20;
    const mw_view row = view_of(map, &layout);
    EXPECT("23", element(&row, 2, 3, 0));
    layout.offset = 21;
    EXPECT("MW_E_RANGE", made(map, &layout));
}

FILE_CASE("ARR-23.strides.far", MAPWISE("ARR-23"), "steps that leave the address space are refused",
          "a crafted step lets a view read anywhere in the process")
{
    mw_map *map = counting_map(24, MW_ACCESS_READ);
    const int64_t dims[] = {3}, two[] = {2}, one[] = {1};
    int64_t step[] = {INT64_MAX};
    mw_layout layout = layout_of(MW_T_U8, 1, dims);

    layout.strides = step;
    EXPECT("MW_E_OVERFLOW", made(map, &layout));
    step[0] = INT64_MIN; /* twice that is 0, if it wraps */
    EXPECT("MW_E_OVERFLOW", made(map, &layout));
    layout.dims = two;
    EXPECT("MW_E_OVERFLOW", made(map, &layout));
    layout.dims = one;
    EXPECT("MW_OK", made(map, &layout));
}

FILE_CASE("ARR-23.slice", MAPWISE("ARR-23"), "a part of a view is a view of the same bytes",
          "changing a slice changes a copy, and the array keeps its old values")
{
    const int64_t none = MW_SLICE_DEFAULT;
    const struct scratch_file file = counting_file(24);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {4, 6};
    const mw_layout layout = layout_of(MW_T_U8, 2, dims);
    const mw_view whole = view_of(map, &layout);

    mw_view part = sliced(&whole, 0, 1, 3, none);
    EXPECT("2 6", shape_of(&part));
    EXPECT("6", element(&part, 0, 0, 0));
    EXPECT("MW_E_RANGE", element(&part, 2, 0, 0));
    EXPECT("yes", yes_or_no(mw_view_is_dense(&part, MW_ROW_MAJOR)));
    part = sliced(&part, 1, none, none, -2);
    EXPECT("2 3", shape_of(&part));
    EXPECT("11", element(&part, 0, 0, 0));
    EXPECT("13", element(&part, 1, 2, 0));
    EXPECT("no", yes_or_no(mw_view_is_dense(&part, MW_ROW_MAJOR)));
    EXPECT("MW_OK", set_element(&part, 1, 2, 99));
    EXPECT("99", file_byte(&file, 13));
    EXPECT("99", element(&whole, 2, 1, 0));
    part = sliced(&part, 1, none, none, -1);
    EXPECT("99", element(&part, 1, 0, 0));
    part = sliced(&part, 0, 7, none, none);
    EXPECT("0 3", shape_of(&part));
    EXPECT("MW_E_RANGE", element(&part, 0, 0, 0));
    EXPECT("MW_E_INVAL", answer(mw_view_slice(&part, &whole, 2, (mw_slice){0, 1, 1}, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_view_slice(&part, &whole, 0, (mw_slice){0, 1, 0}, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_view_slice(NULL, &whole, 0, (mw_slice){0, 1, 1}, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_view_slice(&part, NULL, 0, (mw_slice){0, 1, 1}, &failure)));
    EXPECT("0 3", shape_of(&part));
}

FILE_CASE("ARR-23.slice.far", MAPWISE("ARR-23"),
          "steps larger than a view take its first element, or its last",
          "a thumbnail of a tiny picture reads outside of it")
{
    const int64_t none = MW_SLICE_DEFAULT;
    mw_map *map = counting_map(24, MW_ACCESS_READ);
    const mw_view whole = view_of(map, NULL);
    mw_view part = sliced(&whole, 0, none, none, INT64_MAX);

    EXPECT("1", shape_of(&part));
    EXPECT("0", element(&part, 0, 0, 0));
    part = sliced(&whole, 0, none, none, INT64_MIN + 1);
    EXPECT("23", element(&part, 0, 0, 0));
    part = sliced(&part, 0, none, none, INT64_MIN + 1);
    EXPECT("23", element(&part, 0, 0, 0));
    EXPECT("MW_E_RANGE", element(&part, 1, 0, 0));
}

FILE_CASE("ARR-23.span", MAPWISE("ARR-23"), "a view tells the bytes that it lies in, for calls on ranges",
          "syncing one column of a table syncs another")
{
    const struct scratch_file file = scratch_file(4 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {4, (int64_t)page};
    const mw_layout layout = layout_of(MW_T_U8, 2, dims);
    const mw_view whole = view_of(map, &layout);
    const mw_view part = sliced(&whole, 0, 2, 0, -1);
    uint64_t offset = 0, length = 0;
    void *first;

    EXPECT("MW_OK", answer(mw_view_span(&offset, &length, &part, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)offset));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)length));
    EXPECT("MW_OK", answer(mw_sync(map, offset, length, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_NONE, &failure)));
    EXPECT("MW_OK", answer(mw_view_pin(&first, &part, MW_PROT_READ, &failure)));
    EXPECT("3", load(first));
    const uint64_t index[MW_MAX_DIMS] = {1, 0};
    EXPECT("2", load(mw_view_element(&part, first, index)));
    EXPECT("MW_E_ACCESS", answer(mw_view_pin(&first, &whole, MW_PROT_READ, &failure)));
}

FILE_CASE("ARR-23.swap", MAPWISE("ARR-23"),
          "MW_V_SWAP turns each number round, each part of a complex one by itself",
          "a file from a machine with the other byte order reads as nonsense")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const struct {
        mw_dtype dtype;
        unsigned char expected[16];
    } table[] = {{MW_T_U8, {0}},
                 {MW_T_I8, {0}},
                 {MW_T_U16, {1, 0}},
                 {MW_T_F16, {1, 0}},
                 {MW_T_I32, {3, 2, 1, 0}},
                 {MW_T_F32, {3, 2, 1, 0}},
                 {MW_T_U64, {7, 6, 5, 4, 3, 2, 1, 0}},
                 {MW_T_F64, {7, 6, 5, 4, 3, 2, 1, 0}},
                 {MW_T_C64, {3, 2, 1, 0, 7, 6, 5, 4}},
                 {MW_T_C128, {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8}}};
    const uint64_t index[] = {0};
    unsigned char value[16];
    int differing = 0;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        mw_layout layout = layout_of(table[i].dtype, 1, NULL);
        layout.flags = MW_V_SWAP;
        const mw_view view = view_of(map, &layout);
        EXPECT("MW_OK", answer(mw_view_get(value, &view, index, &failure)));
        EXPECT("0", number(memcmp(value, table[i].expected, (size_t)view.elem_size)));
        EXPECT("MW_OK", answer(mw_view_set(&view, index, value, &failure)));
    }
    for (int i = 0; i < 16; i++)
        differing += strcmp(file_byte(&file, i), number(i)) != 0;
    EXPECT("0", number(differing));
}

FILE_CASE("ARR-23.overlap", MAPWISE("ARR-23"),
          "an element may be copied within a map, onto part of itself too",
          "moving a row within its own matrix smears it")
{
    const struct scratch_file file = counting_file(64);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_layout layout = layout_of(MW_T_RAW, 1, NULL);
    const uint64_t index[] = {0};

    layout.elem_size = 24;
    const mw_view view = view_of(map, &layout);
    char *bytes = pinned(map, MW_PROT_READ | MW_PROT_WRITE);
    EXPECT("MW_OK", answer(mw_view_set(&view, index, bytes + 8, &failure)));
    EXPECT("8", file_byte(&file, 0));
    EXPECT("31", file_byte(&file, 23));
    EXPECT("24", file_byte(&file, 24));
    EXPECT("MW_OK", answer(mw_view_get(bytes + 8, &view, index, &failure)));
    EXPECT("8", file_byte(&file, 8));
    EXPECT("31", file_byte(&file, 31));
}

FILE_CASE("ARR-23.overlap.guarded", MAPWISE("ARR-23"),
          "so it may in a guarded map, across two pages, and from either side",
          "the guarded copy smears a row where the plain one does not")
{
    const struct scratch_file file = scratch_file(2 * page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED);
    mw_map *map = library_map_with(&file, &options);
    mw_layout layout = layout_of(MW_T_RAW, 1, NULL);
    unsigned char *middle = (unsigned char *)pinned(map, MW_PROT_READ | MW_PROT_WRITE) + page;
    const uint64_t index[] = {0};
    int wrong = 0;

    layout.elem_size = 16;
    layout.offset = page - 8;
    const mw_view view = view_of(map, &layout);
    for (int shift = -20; shift <= 20; shift++) {
        for (int i = -40; i < 40; i++)
            middle[i] = (unsigned char)(100 + i);
        if (mw_view_set(&view, index, middle - 8 + shift, &failure) != MW_OK)
            wrong = 1000;
        for (int i = -8; i < 8; i++)
            wrong += middle[i] != (unsigned char)(100 + i + shift);
        wrong += middle[-9] != 91;
        wrong += middle[8] != 108;
    }
    EXPECT("0", number(wrong));
}

FILE_CASE("FLT-01.array", MAPWISE("FLT-01"),
          "an element whose page the file has lost is MW_E_FAULT in a guarded map, and nothing is half set",
          "a cut data set kills the analysis, or leaves one number half written")
{
    const struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED);
    mw_map *map = library_map_with(&file, &options);
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    const mw_view view = view_of(map, &layout);

    layout.offset = page - 2;
    layout.flags = MW_V_UNALIGNED;
    const mw_view across = view_of(map, &layout);
    resize_file(&file, (off_t)page);
    EXPECT("MW_E_FAULT", element(&view, page / 2, 0, 0));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("MW_E_FAULT", set_element(&view, page / 2, 0, 0));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("MW_E_FAULT", element(&across, 0, 0, 0));
    EXPECT(number((int64_t)(page)), failed_at());
    EXPECT("MW_E_FAULT", set_element(&across, 0, 0, UINT32_MAX));
    EXPECT(number((int64_t)(page)), failed_at());
    EXPECT("1", file_byte(&file, (int64_t)page - 1));
    EXPECT("MW_OK", set_element(&view, 0, 0, UINT32_MAX));
    EXPECT("255", file_byte(&file, 3));
}

FILE_CASE("FLT-01.array.copied", MAPWISE("FLT-01"),
          "elements of a map with MW_F_KERNEL_COPY are copied by the system, which knows lost pages too",
          "a program without handlers dies of a data set that was cut")
{
    const struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_KERNEL_COPY);
    mw_map *map = library_map_with(&file, &options);
    mw_layout layout = layout_of(MW_T_U16, 1, NULL);

    layout.flags = MW_V_SWAP;
    const mw_view view = view_of(map, &layout);
    layout.offset = page - 1;
    layout.flags = MW_V_UNALIGNED;
    const mw_view across = view_of(map, &layout);
    EXPECT("MW_OK", set_element(&view, 1, 0, 7));
    EXPECT("7", element(&view, 1, 0, 0));
    EXPECT("MW_OK", set_element(&across, 0, 0, 0x0303));
    EXPECT("3", file_byte(&file, (int64_t)page - 1));
    EXPECT("3", file_byte(&file, (int64_t)page));
    resize_file(&file, (off_t)page);
    EXPECT("MW_E_FAULT", element(&view, page, 0, 0));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("MW_E_FAULT", set_element(&across, 0, 0, 0x0505));
    EXPECT(number((int64_t)(page)), failed_at());
    EXPECT("3", file_byte(&file, (int64_t)page - 1));
}

/* A map of which the second page is gone, and a view of another. */
struct lost {
    unsigned char *page;
    mw_view view;
};

static int get_into_lost_page(void *context)
{
    const struct lost *lost = context;
    const uint64_t index[] = {0};

    return mw_view_get(lost->page, &lost->view, index, NULL);
}

static int set_from_lost_page(void *context)
{
    const struct lost *lost = context;
    const uint64_t index[] = {0};

    return mw_view_set(&lost->view, index, lost->page, NULL);
}

FILE_CASE("FLT-08.array", MAPWISE("FLT-08"),
          "a buffer that is lost under the caller's own guard leaves the map of the view free",
          "after one lost buffer an array can never be closed or protected")
{
    const struct scratch_file file = scratch_file(2 * page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED);
    mw_map *guarded = library_map_with(&file, &options);
    mw_map *map = library_anonymous(page, MW_ACCESS_WRITE);
    const mw_dtype dtypes[] = {MW_T_U32, MW_T_U32, MW_T_BIT};
    struct lost lost = {.page = (unsigned char *)pinned(guarded, MW_PROT_READ | MW_PROT_WRITE) + page};

    resize_file(&file, (off_t)page);
    for (size_t i = 0; i < 3; i++) {
        mw_layout layout = layout_of(dtypes[i], 1, NULL);
        layout.flags = i == 1 ? MW_V_SWAP : 0;
        lost.view = view_of(map, &layout);
        EXPECT("MW_E_FAULT", answer(mw_guarded(guarded, get_into_lost_page, &lost, &failure)));
        EXPECT("1", failed_page());
        EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_READ | MW_PROT_WRITE, &failure)));
        EXPECT("MW_E_FAULT", answer(mw_guarded(guarded, set_from_lost_page, &lost, &failure)));
        EXPECT("1", failed_page());
        EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_READ | MW_PROT_WRITE, &failure)));
    }
    EXPECT("0", byte_at(map, 0));
}
