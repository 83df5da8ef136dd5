/* The library: arrays of any type and shape, and what they are made from. */
#include "library_array.h"

#include <stdio.h>
#include <sys/stat.h>

SUITE("library", "what libmapwise promises");

FILE_CASE("ARR-01", MAPWISE("ARR-01"), "a file is a vector of bytes unless a layout says otherwise",
          "the shortest call in the tutorial reads numbers where it should read bytes")
{
    const struct scratch_file file = counting_file(10);
    const mw_origin from = from_path(file.path);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, NULL, NULL, &failure)));
    EXPECT("10", shape_of(&view));
    EXPECT("yes", yes_or_no(view.dtype == MW_T_U8));
    EXPECT("9", element(&view, 9, 0, 0));
    EXPECT("READ", access_of(map));
    EXPECT("MW_OK", answer(mw_free(map)));
}

FILE_CASE("ARR-02", MAPWISE("ARR-02"), "dimensions are a list of numbers, which may be a single one",
          "a vector written by one language cannot be opened as such by another")
{
    mw_map *map = counting_map(24, MW_ACCESS_READ);
    const int64_t dims[] = {6, 4};
    const mw_layout list = layout_of(MW_T_U8, 2, dims);
    const mw_layout one = layout_of(MW_T_U8, 1, dims);
    const mw_view two_dims = view_of(map, &list);
    const mw_view one_dim = view_of(map, &one);

    EXPECT("6 4", shape_of(&two_dims));
    EXPECT("6", shape_of(&one_dim));
    EXPECT("23", element(&two_dims, 5, 3, 0));
    EXPECT("5", element(&one_dim, 5, 0, 0));
}

FILE_CASE("ARR-03", MAPWISE("ARR-03"), "the order says which axis has its elements side by side",
          "a matrix from Fortran or Julia arrives in C transposed")
{
    mw_map *map = counting_map(30, MW_ACCESS_READ);
    const int64_t dims[] = {2, 3, 5};
    mw_layout layout = layout_of(MW_T_U8, 3, dims);
    const mw_view rows = view_of(map, &layout);

    layout.order = MW_COL_MAJOR;
    const mw_view columns = view_of(map, &layout);
    EXPECT("1", element(&rows, 0, 0, 1));
    EXPECT("5", element(&rows, 0, 1, 0));
    EXPECT("15", element(&rows, 1, 0, 0));
    EXPECT("1", element(&columns, 1, 0, 0));
    EXPECT("2", element(&columns, 0, 1, 0));
    EXPECT("6", element(&columns, 0, 0, 1));
    EXPECT("29", element(&columns, 1, 2, 4));
    EXPECT("yes", yes_or_no(mw_view_is_dense(&rows, MW_ROW_MAJOR)));
    EXPECT("no", yes_or_no(mw_view_is_dense(&rows, MW_COL_MAJOR)));
    EXPECT("yes", yes_or_no(mw_view_is_dense(&columns, MW_COL_MAJOR)));
}

FILE_CASE("ARR-04", MAPWISE("ARR-04"),
          "without dimensions there are as many elements as fit between the offset and the end",
          "the number of samples has to be computed by hand, and is wrong where there is a header")
{
    const struct scratch_file file = counting_file(23);
    const mw_origin from = from_file(&file);
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, NULL, &failure)));
    EXPECT("5", shape_of(&view));
    EXPECT("23", number((int64_t)mw_length(map)));
    layout.offset = 8;
    view = view_of(map, &layout);
    EXPECT("3", shape_of(&view));
    layout.offset = 24;
    EXPECT("MW_E_RANGE", made(map, &layout));
}

FILE_CASE("ARR-05", MAPWISE("ARR-05"), "elements of 9 bytes may be 16 bytes apart, as Julia has them",
          "structures of Julia are read one after the other shifted by their padding")
{
    const struct scratch_file file = counting_file(40);
    const mw_origin from = from_file(&file);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {3};
    mw_layout layout = layout_of(MW_T_RAW, 1, NULL);
    unsigned char bytes[9] = {0};
    const uint64_t second[] = {1}, third[] = {2};
    mw_map *map;
    mw_view view;

    layout.elem_size = 9;
    layout.elem_stride = 16;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, NULL, &failure)));
    EXPECT("2", shape_of(&view));
    layout.dims = dims;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("48", file_size(&file));
    EXPECT("MW_OK", answer(mw_view_get(bytes, &view, second, &failure)));
    EXPECT("16", number(bytes[0]));
    EXPECT("24", number(bytes[8]));
    memset(bytes, 99, sizeof bytes);
    EXPECT("MW_OK", answer(mw_view_set(&view, third, bytes, &failure)));
    EXPECT("31", file_byte(&file, 31));
    EXPECT("99", file_byte(&file, 32));
    EXPECT("99", file_byte(&file, 40));
    EXPECT("0", file_byte(&file, 41));
    EXPECT("no", yes_or_no(mw_view_is_dense(&view, MW_ROW_MAJOR)));
}

FILE_CASE("ARR-06", MAPWISE("ARR-06"), "an element without a size is refused before anything is mapped",
          "a division by the size of nothing ends the program")
{
    const struct scratch_file file = counting_file(16);
    mw_layout layout = layout_of(MW_T_RAW, 1, NULL);

    remember_resources();
    EXPECT("MW_E_TYPE", mapped_array(&file, &layout, NULL));
    layout.dtype = (mw_dtype)77;
    EXPECT("MW_E_TYPE", mapped_array(&file, &layout, NULL));
    layout.dtype = MW_T_F64;
    layout.elem_size = 4;
    EXPECT("MW_E_TYPE", mapped_array(&file, &layout, NULL));
    EXPECT("nothing", leaked());
    layout.dtype = MW_T_RAW;
    EXPECT("MW_OK", made(library_map(&file, MW_ACCESS_READ), &layout));
}

FILE_CASE("ARR-07", MAPWISE("ARR-07"), "a dimension of 0 leaves the shape as it is, and nothing is mapped",
          "an empty data set, which every pipeline meets one day, is an error")
{
    const struct scratch_file file = counting_file(16);
    const mw_origin from = from_file(&file);
    const int64_t dims[] = {11, 0, 1};
    const mw_layout layout = layout_of(MW_T_F64, 3, dims);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const uint64_t index[] = {0, 0, 0};
    double value = 7;
    void *first;
    mw_map *map;
    mw_view view;

    remember_resources();
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("1 descriptors, 0 maps", leaked());
    EXPECT("11 0 1", shape_of(&view));
    EXPECT("16", file_size(&file));
    EXPECT("MW_E_RANGE", answer(mw_view_get(&value, &view, index, &failure)));
    EXPECT("MW_OK", answer(mw_view_pin(&first, &view, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, first)));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, NULL, &layout, NULL, &failure)));
    EXPECT("11 0 1", shape_of(&view));
    EXPECT("0", number((int64_t)info_of(map).mapped_length));
}

FILE_CASE("ARR-08", MAPWISE("ARR-08"), "a negative dimension is refused, whichever it is",
          "a shape computed wrongly becomes a huge unsigned one and fills the disk")
{
    const struct scratch_file file = counting_file(16);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    int64_t dims[] = {4, 4, 1};
    const mw_layout layout = layout_of(MW_T_U8, 3, dims);

    EXPECT("MW_OK", made(library_map(&file, MW_ACCESS_READ), &layout));
    for (size_t i = 0; i < 3; i++) {
        dims[i] = -dims[i];
        EXPECT("MW_E_INVAL", mapped_array(&file, &layout, &grow));
        dims[i] = -dims[i];
    }
    dims[0] = 0;
    dims[1] = -1;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, &grow));
    EXPECT("16", file_size(&file));
}

FILE_CASE("ARR-09", MAPWISE("ARR-09"), "two negative dimensions do not make a positive size",
          "the product of two mistakes passes every check of the size")
{
    const struct scratch_file file = counting_file(16);
    const int64_t dims[] = {-4, -4}, lowest[] = {INT64_MIN, INT64_MIN}, positive[] = {4, 4};
    mw_layout layout = layout_of(MW_T_U8, 2, dims);

    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
    layout.dims = lowest;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
    layout.dims = positive;
    EXPECT("MW_OK", mapped_array(&file, &layout, NULL));
}

FILE_CASE("ARR-10", MAPWISE("ARR-10"), "a product that does not fit is refused before the file grows",
          "a small allocation is indexed as a huge array, and memory is overwritten")
{
    const struct scratch_file file = counting_file(16);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t wraps[] = {INT64_C(1) << 32, INT64_C(1) << 32}, one_too_many[] = {INT64_C(1) << 60, 1},
                  fits[] = {2, 2};
    mw_layout layout = layout_of(MW_T_U8, 2, wraps);

    remember_resources();
    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    layout.order = MW_COL_MAJOR;
    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    layout.dims = one_too_many;
    layout.dtype = MW_T_F64;
    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    layout.offset = UINT64_MAX - 7;
    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    EXPECT("16", file_size(&file));
    EXPECT("nothing", leaked());
    layout = layout_of(MW_T_F64, 2, fits);
    EXPECT("MW_OK", mapped_array(&file, &layout, &grow));
    EXPECT("32", file_size(&file));
}

FILE_CASE("ARR-11", MAPWISE("ARR-11"),
          "dimensions from narrow or unsigned types are what they become as int64_t",
          "a dimension from a 16-bit header turns negative into huge on its way")
{
    const struct scratch_file file = counting_file(16);
    int64_t dims[] = {(uint16_t)16};
    const mw_layout layout = layout_of(MW_T_U8, 1, dims);

    EXPECT("MW_OK", made(library_map(&file, MW_ACCESS_READ), &layout));
    dims[0] = (int16_t)-11;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
    dims[0] = (int64_t)UINT64_MAX;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
    dims[0] = INT64_MIN;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
}

FILE_CASE("ARR-12", MAPWISE("ARR-12"),
          "an array as long as the address space is refused before the file grows",
          "a file grows to the size of the address space before the error is noticed", .needs = NEED_64_BIT)
{
    const struct scratch_file file = counting_file(16);
    const mw_origin from = from_file(&file);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    int64_t dims[] = {INT64_MAX};
    const mw_layout layout = layout_of(MW_T_U8, 1, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    dims[0] = INT64_MAX - (int64_t)page + 2;
    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    EXPECT("MW_E_OVERFLOW", answer(mw_map_array(&map, &view, NULL, &layout, NULL, &failure)));
    EXPECT("16", file_size(&file));
    dims[0] = 17;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
}

FILE_CASE("ARR-14", MAPWISE("ARR-14"),
          "elements that are not aligned are refused before anything is mapped or grown",
          "a load of a misaligned number is a crash on processors that do not forgive it")
{
    const struct scratch_file file = counting_file(16);
    mw_map_options grow = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, MW_WHOLE);
    const int64_t dims[] = {100};
    mw_layout layout = layout_of(MW_T_U32, 1, dims);

    remember_resources();
    layout.offset = 2;
    EXPECT("MW_E_ALIGN", mapped_array(&file, &layout, &grow));
    grow.offset = page + 1; /* where the map begins counts as much as where the array does in it */
    EXPECT("MW_E_ALIGN", mapped_array(&file, &layout, &grow));
    layout.dims = NULL;
    layout.offset = 0;
    grow.offset = 5;
    EXPECT("MW_E_ALIGN", mapped_array(&file, &layout, &grow));
    EXPECT("16", file_size(&file));
    EXPECT("nothing", leaked());
    grow.offset = 6;
    layout.offset = 2;
    EXPECT("MW_OK", mapped_array(&file, &layout, &grow));
}

FILE_CASE("ARR-14.position", MAPWISE("ARR-14"), "the file position counts for the alignment, too",
          "numbers behind an odd header are misaligned although the layout looks right")
{
    const struct scratch_file file = counting_file(16);
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GROW | MW_F_FROM_POSITION);
    const int64_t dims[] = {100};
    const mw_layout layout = layout_of(MW_T_U32, 1, dims);

    SETUP(lseek(file.descriptor, 6, SEEK_SET));
    EXPECT("MW_E_ALIGN", mapped_array(&file, &layout, &options));
    EXPECT("16", file_size(&file));
    options.offset = 2;
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
    EXPECT("408", file_size(&file));
    EXPECT("6", number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("ARR-15", MAPWISE("ARR-15"),
          "an array may begin in the middle of a page, of the map or of the file",
          "data behind a header of 77 bytes cannot be mapped without copying it")
{
    const struct scratch_file file = counting_file(1000);
    const mw_origin from = from_file(&file);
    const int64_t dims[] = {4};
    mw_layout layout = layout_of(MW_T_U8, 1, dims);
    mw_map_options options = options_range(MW_ACCESS_READ, 0, 0, MW_WHOLE);
    mw_map *map;
    mw_view view;

    layout.offset = 77;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("77", element(&view, 0, 0, 0));
    EXPECT("81", number((int64_t)mw_length(map)));
    options.offset = 100;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("177", element(&view, 0, 0, 0));
    EXPECT("180", element(&view, 3, 0, 0));
    EXPECT("81", number((int64_t)mw_length(map)));
}

FILE_CASE("ARR-16", MAPWISE("ARR-16"), "the file grows to the end of the array, exactly",
          "the last element of a new array lies outside its file, or the file has junk behind it")
{
    const struct scratch_file file = counting_file(5);
    const mw_origin from = from_file(&file);
    const mw_map_options grow = options_range(MW_ACCESS_WRITE, MW_F_GROW, 1000, MW_WHOLE);
    const int64_t dims[] = {3, 7};
    mw_layout layout = layout_of(MW_T_U32, 2, dims);
    mw_map *map;
    mw_view view;

    layout.offset = 24;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("1108", file_size(&file));
    EXPECT("MW_OK", set_element(&view, 2, 6, UINT32_MAX));
    EXPECT("255", file_byte(&file, 1107));
    EXPECT("0", file_byte(&file, 1103));
    EXPECT("4", file_byte(&file, 4));
}

FILE_CASE("ARR-16.short", MAPWISE("ARR-16"),
          "without MW_F_GROW a file that is too short is refused and stays so",
          "opening a truncated data set pads it with zeros that pass for measurements")
{
    const struct scratch_file file = counting_file(5);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    const int64_t dims[] = {6};
    const mw_layout layout = layout_of(MW_T_U8, 1, dims);
    const int64_t fitting[] = {5};
    const mw_layout fits = layout_of(MW_T_U8, 1, fitting);

    remember_resources();
    EXPECT("MW_E_SHORT", mapped_array(&file, &layout, &options));
    EXPECT("5", file_size(&file));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", mapped_array(&file, &fits, &options));
}

FILE_CASE("ARR-16.length", MAPWISE("ARR-16"),
          "a length that the caller gives must hold the array, or nothing grows",
          "a window smaller than its array lets an index run out of it")
{
    const struct scratch_file file = counting_file(5);
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, 15);
    const int64_t dims[] = {4};
    const mw_layout layout = layout_of(MW_T_U32, 1, dims);

    EXPECT("MW_E_RANGE", mapped_array(&file, &layout, &options));
    EXPECT("5", file_size(&file));
    options.length = 100;
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
    EXPECT("100", file_size(&file));
}

FILE_CASE("ARR-16.discarded", MAPWISE("ARR-16"),
          "a layout that is refused leaves the contents that were to be discarded",
          "a mistake in the new layout costs the old data")
{
    const struct scratch_file file = counting_file(16);
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_TRUNCATE);
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);

    layout.offset = 8; /* in a file that would be empty by then */
    EXPECT("MW_E_RANGE", mapped_array(&file, &layout, &options));
    options.flags |= MW_F_GROW;
    options.length = 10;
    layout.offset = 0;
    layout.flags = MW_V_STRICT;
    EXPECT("MW_E_FORMAT", mapped_array(&file, &layout, &options));
    EXPECT("16", file_size(&file));
    EXPECT("15", file_byte(&file, 15));
    options.length = 12;
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
    EXPECT("12", file_size(&file));
    EXPECT("0", file_byte(&file, 11));
}

FILE_CASE("ARR-16.created", MAPWISE("ARR-16"),
          "a file that was created for a layout that does not fit is removed again",
          "every failed attempt leaves an empty file that the next one trips over")
{
    const char *path = scratch_path("array");
    const mw_origin from = from_path(path);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_CREATE);
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    mw_map *map;
    mw_view view;

    layout.offset = 8;
    EXPECT("MW_E_RANGE", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("ENOENT", returned(access(path, F_OK)));
    layout.offset = 0;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("0", shape_of(&view));
    EXPECT("0", returned(access(path, F_OK)));
}

FILE_CASE("ARR-18", MAPWISE("ARR-18"), "an array outlives the descriptor and the name of its file",
          "an array becomes unusable when its file is replaced by a newer version")
{
    const struct scratch_file file = counting_file(16);
    const mw_origin from = from_file(&file);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, NULL, NULL, &failure)));
    SETUP(close(file.descriptor));
    SETUP(unlink(file.path));
    EXPECT("15", element(&view, 15, 0, 0));
    EXPECT("MW_OK", set_element(&view, 15, 0, 3));
    EXPECT("3", element(&view, 15, 0, 0));
}

CASE("ARR-20", MAPWISE("ARR-20"), "an array of new memory needs its dimensions, or a length",
     "a scratch array of unknown size is empty, and the first store into it an error")
{
    const int64_t dims[] = {3, 4};
    const mw_layout list = layout_of(MW_T_F64, 2, dims);
    const mw_layout open = layout_of(MW_T_F64, 1, NULL);
    const mw_map_options length = options_range(MW_ACCESS_DEFAULT, 0, 0, 80);
    const mw_origin memory = {.kind = MW_FROM_MEMORY};
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, NULL, &list, NULL, &failure)));
    EXPECT("3 4", shape_of(&view));
    EXPECT("96", number((int64_t)mw_length(map)));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &memory, &open, &length, &failure)));
    EXPECT("10", shape_of(&view));
    EXPECT("MW_E_INVAL", answer(mw_map_array(&map, &view, NULL, &open, NULL, &failure)));
    EXPECT("yes", yes_or_no(map == NULL));
    EXPECT("MW_E_RANGE", answer(mw_map_array(&map, &view, NULL, &list, &length, &failure)));
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    EXPECT("MW_E_INVAL", answer(mw_map_array(&map, &view, NULL, &list, &grow, &failure)));
}

FILE_CASE("ARR-20.origin", MAPWISE("ARR-20"), "an origin that says nothing sensible is refused",
          "an uninitialised origin opens whatever descriptor 0 happens to be")
{
    const struct scratch_file file = counting_file(16);
    const mw_origin path = from_path(file.path), descriptor = from_file(&file);
    const mw_origin unknown = {.kind = (mw_origin_kind)99}, nowhere = {.kind = MW_FROM_PATH};
    const mw_origin missing = from_path(scratch_path("missing")), closed = {.kind = MW_FROM_FD, .fd = -1};
    mw_map *map;
    mw_view view;

    EXPECT("MW_E_INVAL", answer(mw_map_array(&map, &view, &unknown, NULL, NULL, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_map_array(&map, &view, &nowhere, NULL, NULL, &failure)));
    EXPECT("MW_E_NOENT", answer(mw_map_array(&map, &view, &missing, NULL, NULL, &failure)));
    EXPECT("MW_E_BADFD", answer(mw_map_array(&map, &view, &closed, NULL, NULL, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_map_array(NULL, &view, &missing, NULL, NULL, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_map_array(&map, NULL, &missing, NULL, NULL, &failure)));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &path, NULL, NULL, &failure)));
    EXPECT("3", byte_at(map, 3));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &descriptor, NULL, NULL, &failure)));
    EXPECT("3", byte_at(map, 3));
}

FILE_CASE("ARR-20.stream", MAPWISE("ARR-20"),
          "an array may begin where a stream of stdio stands, and grow its file",
          "a writer that has put its header by stdio overwrites it with the array")
{
    const struct scratch_file file = scratch_file(0);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {5};
    const mw_layout layout = layout_of(MW_T_U32, 1, dims);
    const mw_origin nowhere = {.kind = MW_FROM_STREAM};
    FILE *stream = fopen(file.path, "r+");
    mw_map *map;
    mw_view view;

    if (!stream)
        setup_failed("fopen: %s", strerror(errno));
    const mw_origin from = {.kind = MW_FROM_STREAM, .stream = stream};
    SETUP(fputs("head", stream));
    SETUP(fputc('x', stream));
    EXPECT("MW_E_ALIGN", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("5", file_size(&file));
    SETUP(fputs("yz ", stream));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("28", file_size(&file));
    EXPECT("MW_OK", set_element(&view, 4, 0, UINT32_MAX));
    EXPECT("255", file_byte(&file, 27));
    EXPECT(number('z'), file_byte(&file, 6));
    EXPECT("8", number(ftell(stream)));
    EXPECT("MW_E_INVAL", answer(mw_map_array(&map, &view, &nowhere, &layout, &grow, &failure)));
}

CASE("ARR-20.name", MAPWISE("ARR-20"),
     "an array may be shared memory with a name, made as long as the array or opened",
     "two processes open one array with different shapes and read past its end")
{
    const mw_map_options make = options_for(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE);
    const mw_origin from = {.kind = MW_FROM_NAME, .name = shared_memory_name()};
    const mw_origin nameless = {.kind = MW_FROM_NAME};
    const int64_t dims[] = {3, 4}, more[] = {4, 4};
    mw_layout layout = layout_of(MW_T_U16, 2, dims);
    mw_map *map, *other;
    mw_view view, seen;

    layout.offset = 1;
    EXPECT("MW_E_ALIGN", answer(mw_map_array(&map, &view, &from, &layout, &make, &failure)));
    EXPECT("MW_E_NOENT", answer(mw_map_named(&map, from.name, NULL, &failure)));
    layout.offset = 8;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &make, &failure)));
    EXPECT("32", number((int64_t)mw_length(map)));
    EXPECT("MW_OK", set_element(&view, 2, 3, 9));
    EXPECT("MW_OK", answer(mw_map_array(&other, &seen, &from, &layout, NULL, &failure)));
    EXPECT("9", element(&seen, 2, 3, 0));
    layout.dims = more;
    EXPECT("MW_E_SHORT", answer(mw_map_array(&other, &seen, &from, &layout, NULL, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_map_array(&other, &seen, &nameless, &layout, NULL, &failure)));
    EXPECT("MW_OK", answer(mw_name_unlink(from.name, &failure)));
}

FILE_CASE("ARR-20.pipe", MAPWISE("ARR-20"), "an array may be read from what can't be mapped",
          "a tool that maps its input cannot stand in a pipeline")
{
    const unsigned char bytes[] = {1, 2, 3, 4, 5, 6};
    const mw_map_options options = options_for(MW_ACCESS_COPY, MW_F_READ_COPY);
    mw_layout layout = layout_of(MW_T_U16, 1, NULL);
    int ends[2];
    mw_map *map;
    mw_view view;

    SETUP(pipe(ends));
    const mw_origin from = {.kind = MW_FROM_FD, .fd = ends[0]};
    SETUP(write(ends[1], bytes, sizeof bytes));
    SETUP(close(ends[1]));
    layout.offset = 1;
    EXPECT("MW_E_ALIGN", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    layout.offset = 2;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("2", shape_of(&view));
    EXPECT("6", byte_at(map, 5));
}

CASE("SHM-01.array", MAPWISE("SHM-01"), "the elements of an array of new memory are 0",
     "sums begin with what an earlier program left in the memory")
{
    const int64_t dims[] = {100, 50};
    const mw_layout layout = layout_of(MW_T_U16, 2, dims);
    void *first;
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, NULL, &layout, NULL, &failure)));
    EXPECT("MW_OK", answer(mw_view_pin(&first, &view, MW_PROT_READ, &failure)));
    EXPECT("0", bytes_other_than(0, first, 10000));
    EXPECT("rw-s", permissions(first));
    EXPECT("WRITE", access_of(map));
}

static const char *set_first(void *view)
{
    return set_element(view, 0, 0, 9);
}

CASE("SHM-04.array", MAPWISE("SHM-04"), "an array of new memory is private if COPY says so, else shared",
     "workers that are to fill parts of one array each fill a copy")
{
    const int64_t dims[] = {8};
    const mw_layout layout = layout_of(MW_T_U8, 1, dims);
    const mw_map_options copy = options_for(MW_ACCESS_COPY, 0);
    mw_map *map;
    mw_view private, shared;

    EXPECT("MW_OK", answer(mw_map_array(&map, &private, NULL, &layout, &copy, &failure)));
    EXPECT("MW_OK", answer(mw_map_array(&map, &shared, NULL, &layout, NULL, &failure)));
    EXPECT("MW_OK", in_child(set_first, &private));
    EXPECT("0", element(&private, 0, 0, 0));
    EXPECT("MW_OK", in_child(set_first, &shared));
    EXPECT("9", element(&shared, 0, 0, 0));
}

CASE("ARR-21", MAPWISE("ARR-21"), "an array has as many dimensions as it is given, up to 16, or none",
     "a tensor of many axes has to be flattened by hand, or a scalar to be special")
{
    mw_map *map = library_anonymous(1 << MW_MAX_DIMS, MW_ACCESS_DEFAULT);
    int64_t dims[MW_MAX_DIMS];
    uint64_t last[MW_MAX_DIMS];
    uint8_t value = 9;

    for (size_t i = 0; i < MW_MAX_DIMS; i++) {
        dims[i] = 2;
        last[i] = 1;
    }
    for (uint32_t ndim = 0; ndim <= MW_MAX_DIMS; ndim++) {
        const mw_layout layout = layout_of(MW_T_U8, ndim, dims);
        const mw_view view = view_of(map, &layout);
        EXPECT("MW_OK", answer(mw_view_set(&view, ndim ? last : NULL, &value, &failure)));
        EXPECT("9", byte_at(map, (UINT64_C(1) << ndim) - 1));
    }
}

FILE_CASE("ARR-24", MAPWISE("ARR-24"), "more than 16 dimensions are refused",
          "a header that claims a million dimensions overruns the shape of the view")
{
    const struct scratch_file file = counting_file(1);
    int64_t dims[MW_MAX_DIMS + 1];
    mw_layout layout = layout_of(MW_T_U8, MW_MAX_DIMS + 1, dims);

    for (size_t i = 0; i <= MW_MAX_DIMS; i++)
        dims[i] = 1;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
    layout.ndim = UINT32_MAX;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
    layout.ndim = MW_MAX_DIMS;
    EXPECT("MW_OK", mapped_array(&file, &layout, NULL));
    layout.ndim = 2;
    layout.dims = NULL;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, NULL));
}

FILE_CASE("ARR-16.path", MAPWISE("ARR-16"), "a file is created and grown by the call that makes the array",
          "enlarging a data set by its new shape loses what was in it")
{
    const char *path = scratch_path("array");
    const mw_origin from = from_path(path);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_GROW);
    int64_t dims[] = {5, 5};
    const mw_layout layout = layout_of(MW_T_U32, 2, dims);
    struct stat facts = {.st_size = -1};
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("MW_OK", set_element(&view, 4, 4, 77));
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
    SETUP(stat(path, &facts));
    EXPECT("100", number(facts.st_size));
    dims[0] = 10;
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &options, &failure)));
    EXPECT("77", element(&view, 4, 4, 0));
    EXPECT("0", element(&view, 9, 4, 0));
    SETUP(stat(path, &facts));
    EXPECT("200", number(facts.st_size));
}

FILE_CASE("ARR-26", MAPWISE("ARR-26"),
          "an element that is not whole is left out, or refused if the layout is strict",
          "the half-written last record of a crashed writer is read as a whole one")
{
    const struct scratch_file file = counting_file(23);
    mw_layout layout = layout_of(MW_T_U32, 1, NULL);
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);

    layout.flags = MW_V_STRICT;
    remember_resources();
    EXPECT("MW_E_FORMAT", mapped_array(&file, &layout, &options));
    EXPECT("20", failed_at());
    EXPECT("nothing", leaked());
    layout.flags = 0;
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
    layout.flags = MW_V_STRICT;
    options.length = 20;
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
}

FILE_CASE("DF-4", MAPWISE("DF-4"), "a negative offset is no offset, aligned to a page or not",
          "an offset of -1 maps the end of the address space, or grows a file to it")
{
    const struct scratch_file file = scratch_file(4 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    const int64_t negative[] = {-1, -8, -(int64_t)page, -(int64_t)page - 8, INT64_MIN};
    const int64_t dims[] = {8};
    mw_map_options options = options_range(MW_ACCESS_READ, MW_F_GROW, 0, MW_WHOLE);
    mw_layout layout = layout_of(MW_T_U8, 1, dims);

    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        options.offset = (uint64_t)negative[i];
        EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &options));
        options.offset = 0;
        layout.offset = (uint64_t)negative[i];
        EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &options));
        EXPECT("MW_E_RANGE|MW_E_OVERFLOW", made(map, &layout));
        layout.offset = 0;
    }
    EXPECT(number((int64_t)(4 * page)), file_size(&file));
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
}

FILE_CASE("DF-5", MAPWISE("DF-5"),
          "sizes are multiplied without wrapping, and no elements still have a shape",
          "the size of an array wraps to nothing, and every index lies outside")
{
    const struct scratch_file file = counting_file(16);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    int64_t dims[] = {INT64_C(1) << 62, 4, 4}; /* 2^66: 0 if it wraps */
    const mw_layout layout = layout_of(MW_T_U8, 3, dims);

    EXPECT("MW_E_OVERFLOW", made(map, &layout));
    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, NULL));
    dims[0] = 3;
    dims[1] = 0;
    const mw_view view = view_of(map, &layout);
    EXPECT("3 0 4", shape_of(&view));
}
