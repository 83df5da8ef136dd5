/* Every call, with every call of the C library that it makes failing in turn: the failure is told as it was,
 * and nothing has changed. */
#include "injection.h"
#include "unit.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- scenarios ---------------------------------------------------------- */

struct scenario {
    const char *name;
    void (*set_up)(struct world *world);
    int (*call)(struct world *world, mw_err *err);
    /* Functions, each between blanks, whose failure the call survives, because it can do without. */
    const char *does_without;
    bool may_empty_file; /* documented: what has been truncated cannot be put back */
};

static mw_map_options options_for(mw_access access, uint32_t flags, uint64_t length)
{
    const mw_map_options options = MW_MAP_OPTIONS_WITH(access, flags, length);

    return options;
}

static uint64_t pages(uint64_t count)
{
    return count * mw_page_size();
}

static void nothing(struct world *world)
{
    (void)world;
}

/* -- making maps -- */

static int map_file(struct world *world, mw_err *err)
{
    return mw_map_file(&world->map, world->path, NULL, err);
}

static void remove_file(struct world *world)
{
    unlink(world->path);
}

static int create_file(struct world *world, mw_err *err)
{
    mw_map_options options = options_for(
        MW_ACCESS_WRITE, MW_F_CREATE | MW_F_GROW | MW_F_PREALLOC | MW_F_POPULATE | MW_F_LOCKED, pages(2));

    options.reserve = pages(8);
    return mw_map_file(&world->map, world->path, &options, err);
}

static int truncate_file(struct world *world, mw_err *err)
{
    const mw_map_options options =
        options_for(MW_ACCESS_WRITE, MW_F_TRUNCATE | MW_F_GROW | MW_F_PREALLOC | MW_F_LOCKED, pages(5));

    return mw_map_file(&world->map, world->path, &options, err);
}

static int map_fd(struct world *world, mw_err *err)
{
    const mw_map_options options =
        options_for(MW_ACCESS_WRITE, MW_F_GROW | MW_F_PREALLOC | MW_F_POPULATE | MW_F_LOCKED, pages(6));

    return mw_map_fd(&world->map, world->fd, &options, err);
}

static void seek_a_little(struct world *world)
{
    assert_int_equal(lseek(world->fd, 5, SEEK_SET), 5);
}

static int map_fd_reserved(struct world *world, mw_err *err)
{
    mw_map_options options =
        options_for(MW_ACCESS_COPY, MW_F_GUARDED | MW_F_FROM_POSITION | MW_F_NO_TRACK, 10);

    options.reserve = pages(6);
    return mw_map_fd(&world->map, world->fd, &options, err);
}

static void open_status(struct world *world)
{
    world->other = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    assert_true(world->other >= 0);
}

static int copy_whole(struct world *world, mw_err *err)
{
    const mw_map_options options = options_for(MW_ACCESS_READ, MW_F_READ_COPY, MW_WHOLE);

    return mw_map_fd(&world->map, world->other, &options, err);
}

static int copy_part(struct world *world, mw_err *err)
{
    mw_map_options options = options_for(MW_ACCESS_READ, MW_F_READ_COPY, 10);

    options.offset = 3;
    return mw_map_fd(&world->map, world->other, &options, err);
}

static int copy_too_much(struct world *world, mw_err *err)
{
    const mw_map_options options = options_for(MW_ACCESS_READ, MW_F_READ_COPY, 1 << 20);

    return mw_map_fd(&world->map, world->other, &options, err) == MW_E_SHORT ? MW_OK : err->code;
}

static int map_shared(struct world *world, mw_err *err)
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_POPULATE, MW_WHOLE);

    options.label = "failure";
    return mw_map_anon(&world->map, pages(3), &options, err);
}

static int map_private(struct world *world, mw_err *err)
{
    mw_map_options options = options_for(MW_ACCESS_COPY, MW_F_LOCKED, MW_WHOLE);

    options.reserve = pages(5);
    return mw_map_anon(&world->map, pages(3), &options, err);
}

static int map_ring(struct world *world, mw_err *err)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_POPULATE | MW_F_LOCKED, MW_WHOLE);

    return mw_map_ring(&world->map, pages(3), &options, err);
}

static int map_ring_guarded(struct world *world, mw_err *err)
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED | MW_F_NO_TRACK, MW_WHOLE);

    options.label = "failure";
    return mw_map_ring(&world->map, pages(3), &options, err);
}

static FILE *stream; /* of the latest world's file, with something in its buffer */

static void open_stream(struct world *world)
{
    if (stream)
        fclose(stream);
    stream = fopen(world->path, "r+");
    assert_non_null(stream);
    assert_int_equal(fgetc(stream), 1);
}

static int map_stream(struct world *world, mw_err *err)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GROW, pages(5));

    return mw_map_stream(&world->map, stream, &options, err);
}

/* -- with names -- */

static int make_name_as(struct world *world, uint32_t flags, mw_err *err)
{
    const mw_map_options options =
        options_for(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_POPULATE | MW_F_LOCKED | flags, pages(3));

    return mw_map_named(&world->map, world->name, &options, err);
}

static int create_name(struct world *world, mw_err *err)
{
    return make_name_as(world, MW_F_UNLINK, err);
}

static int create_name_untracked(struct world *world, mw_err *err)
{
    return make_name_as(world, MW_F_EXCLUSIVE | MW_F_NO_TRACK, err);
}

static void make_name(struct world *world)
{
    assert_code(make_name_as(world, 0, NULL), MW_OK);
    assert_code(mw_free(world->map), MW_OK);
    world->map = NULL;
}

static int open_name(struct world *world, mw_err *err)
{
    return mw_map_named(&world->map, world->name, NULL, err);
}

static void make_named_map(struct world *world)
{
    assert_code(make_name_as(world, MW_F_UNLINK, NULL), MW_OK);
}

static int unlink_name(struct world *world, mw_err *err)
{
    return mw_name_unlink(world->name, err);
}

/* -- arrays: of bits, whose last word is looked at -- */

static int array_of(struct world *world, mw_origin_kind kind, uint32_t flags, mw_err *err)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, flags, MW_WHOLE);
    const mw_origin from = {
        .kind = kind, .fd = world->fd, .path = world->path, .stream = stream, .name = world->name};
    const int64_t bits[] = {(int64_t)pages(6) * 8 - 1};
    mw_layout layout = MW_LAYOUT_INIT;
    mw_view view;

    layout.dtype = MW_T_BIT;
    layout.dims = bits;
    return mw_map_array(&world->map, &view, &from, &layout, &options, err);
}

static int create_array(struct world *world, mw_err *err)
{
    return array_of(world, MW_FROM_PATH, MW_F_CREATE | MW_F_GROW | MW_F_KERNEL_COPY, err);
}

static int grow_array(struct world *world, mw_err *err)
{
    return array_of(world, MW_FROM_FD, MW_F_GROW | MW_F_KERNEL_COPY, err);
}

static void open_aligned_stream(struct world *world)
{
    open_stream(world);
    assert_int_equal(fseek(stream, 8, SEEK_SET), 0);
}

static int stream_array(struct world *world, mw_err *err)
{
    return array_of(world, MW_FROM_STREAM, MW_F_GROW | MW_F_KERNEL_COPY, err);
}

static int name_array(struct world *world, mw_err *err)
{
    return array_of(world, MW_FROM_NAME, MW_F_CREATE | MW_F_UNLINK | MW_F_KERNEL_COPY, err);
}

static int new_array(struct world *world, mw_err *err)
{
    return array_of(world, MW_FROM_MEMORY, MW_F_KERNEL_COPY, err);
}

/* -- with a map -- */

static void make(struct world *world, const mw_map_options *options)
{
    assert_code(mw_map_fd(&world->map, world->fd, options, NULL), MW_OK);
}

static void make_map(struct world *world)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, 0, MW_WHOLE);

    make(world, &options);
}

static void make_kernel_copied(struct world *world)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_KERNEL_COPY, MW_WHOLE);

    make(world, &options);
}

static void make_reserved(struct world *world)
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0, MW_WHOLE);

    options.reserve = pages(20);
    make(world, &options);
    assert_code(mw_advise(world->map, 0, MW_WHOLE, MW_ADVICE_RANDOM, 0, NULL), MW_OK);
    assert_code(mw_lock(world->map, 0, MW_WHOLE, 0, NULL), MW_OK);
    assert_code(mw_protect(world->map, 0, 1, MW_PROT_READ, NULL), MW_OK);
}

/* Of two kinds of pages, with something right behind, so that it can move only by hand. */
static void make_obstructed(struct world *world, mw_access access)
{
    const mw_map_options options = options_for(access, 0, MW_WHOLE);
    mw_info info = MW_INFO_INIT;

    if (access == MW_ACCESS_COPY)
        assert_code(mw_map_anon(&world->map, pages(WORLD_PAGES), &options, NULL), MW_OK);
    else
        make(world, &options);
    assert_code(mw_protect(world->map, 0, 1, MW_PROT_READ, NULL), MW_OK);
    assert_code(mw_info_get(&info, world->map, NULL), MW_OK);
    /* That something is there already is just as good. */
    (void)mmap((char *)(uintptr_t)info.base + info.mapped_length, mw_page_size(), PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

static void make_obstructed_file(struct world *world)
{
    make_obstructed(world, MW_ACCESS_WRITE);
}

static void make_obstructed_memory(struct world *world)
{
    make_obstructed(world, MW_ACCESS_COPY);
}

static void make_memory(struct world *world)
{
    const mw_map_options options = options_for(MW_ACCESS_COPY, 0, MW_WHOLE);

    assert_code(mw_map_anon(&world->map, pages(4), &options, NULL), MW_OK);
    assert_code(mw_write_at(NULL, world->map, pages(3), "x", 1, NULL), MW_OK);
    assert_code(mw_protect(world->map, pages(3), 1, MW_PROT_READ, NULL), MW_OK);
}

static void make_shared(struct world *world)
{
    assert_code(mw_map_anon(&world->map, pages(4), NULL, NULL), MW_OK);
}

static void make_empty(struct world *world)
{
    assert_code(mw_map_anon(&world->map, 0, NULL, NULL), MW_OK);
}

static int unmap(struct world *world, mw_err *err)
{
    return mw_unmap(world->map, err);
}

static int give_back(struct world *world, mw_err *err)
{
    mw_map *map = world->map;
    int code = mw_free(map);

    (void)err;
    /* A handle is given back also if closing the descriptor is all that failed. */
    if (code == MW_OK || strcmp(injected_function, "close") == 0)
        world->map = NULL;
    return code;
}

static int file_size(struct world *world, mw_err *err)
{
    uint64_t size;

    return mw_file_size(&size, world->map, err);
}

static int read_at(struct world *world, mw_err *err)
{
    return mw_read_at(NULL, world->bytes, world->map, 1, sizeof world->bytes, err);
}

static int write_at(struct world *world, mw_err *err)
{
    return mw_write_at(NULL, world->map, 1, world->bytes, sizeof world->bytes, err);
}

static int sync_fully(struct world *world, mw_err *err)
{
    return mw_sync(world->map, 1, 5, MW_SYNC_FULL, 0, err);
}

static int sync_data(struct world *world, mw_err *err)
{
    return mw_sync(world->map, 1, 5, MW_SYNC_DATA, 0, err);
}

static int ask_residency(struct world *world, mw_err *err)
{
    uint64_t count;

    return mw_resident(&count, NULL, world->bytes, sizeof world->bytes, MW_RESIDENCY_BYTES, world->map, 0,
                       MW_WHOLE, err);
}

static int hint(struct world *world, mw_err *err)
{
    return mw_advise(world->map, 0, MW_WHOLE, MW_ADVICE_WILLNEED, 0, err);
}

static int protect(struct world *world, mw_err *err)
{
    return mw_protect(world->map, 0, pages(2), MW_PROT_NONE, err);
}

static int lock(struct world *world, mw_err *err)
{
    return mw_lock(world->map, 0, pages(2), 0, err);
}

static int unlock(struct world *world, mw_err *err)
{
    return mw_unlock(world->map, 0, MW_WHOLE, err);
}

static int grow(struct world *world, mw_err *err)
{
    return mw_resize(world->map, pages(9), MW_RESIZE_MAY_MOVE, err);
}

static int outgrow(struct world *world, mw_err *err)
{
    return mw_resize(world->map, pages(99), MW_RESIZE_MAY_MOVE, err);
}

static int grow_with_blocks(struct world *world, mw_err *err)
{
    return mw_resize(world->map, pages(9) + 5, MW_RESIZE_MAY_MOVE | MW_RESIZE_PREALLOC, err);
}

static int shrink(struct world *world, mw_err *err)
{
    return mw_resize(world->map, pages(1) + 7, 0, err);
}

static int shrink_protected(struct world *world, mw_err *err)
{
    return mw_resize(world->map, pages(3) + 1, 0, err);
}

static int rewindow(struct world *world, mw_err *err)
{
    return mw_rewindow(world->map, pages(1) + 3, pages(1), err);
}

static int seal(struct world *world, mw_err *err)
{
    return mw_seal(NULL, world->map, MW_SEAL_GROW, err);
}

static int look(void *bytes)
{
    return *(const volatile unsigned char *)bytes == 1 ? MW_OK : MW_E_FORMAT;
}

static void make_guarded(struct world *world)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED, MW_WHOLE);

    make(world, &options);
    assert_code(mw_pin(&world->pointer, world->map, 0, MW_WHOLE, MW_PROT_READ, NULL), MW_OK);
}

static int guarded(struct world *world, mw_err *err)
{
    return mw_guarded(world->map, look, world->pointer, err);
}

/* -- copies that the system makes -- */

static int cursor_read(struct world *world, mw_err *err)
{
    mw_cursor cursor;
    size_t got;
    int code = mw_cursor_make(&cursor, world->map, err);

    return code == MW_OK ? mw_cursor_read(&got, world->bytes, &cursor, 5, err) : code;
}

static int cursor_readline(struct world *world, mw_err *err)
{
    mw_cursor cursor;
    size_t length;
    int code = mw_cursor_make(&cursor, world->map, err);

    if (code == MW_OK)
        code = mw_cursor_readline(&length, world->bytes, sizeof world->bytes, &cursor, err);
    /* The file has no line that short. */
    return code == MW_E_RANGE ? MW_OK : code;
}

static int cursor_write(struct world *world, mw_err *err)
{
    mw_cursor cursor;
    int code = mw_cursor_make(&cursor, world->map, err);

    return code == MW_OK ? mw_cursor_write(&cursor, world->bytes, 5, err) : code;
}

static int slice_get(struct world *world, mw_err *err)
{
    const mw_slice slice = {3, 9, MW_SLICE_DEFAULT};
    size_t count;

    return mw_slice_get(&count, world->bytes, sizeof world->bytes, world->map, slice, err);
}

static int slice_set(struct world *world, mw_err *err)
{
    const mw_slice slice = {3, 9, MW_SLICE_DEFAULT};

    return mw_slice_set(world->map, slice, world->bytes, 6, err);
}

static int element_get(struct world *world, mw_err *err)
{
    const uint64_t index[] = {7};
    mw_view view;
    int code = mw_view_make(&view, world->map, NULL, err);

    return code == MW_OK ? mw_view_get(world->bytes, &view, index, err) : code;
}

static int element_set(struct world *world, mw_err *err)
{
    const uint64_t index[] = {7};
    mw_view view;
    int code = mw_view_make(&view, world->map, NULL, err);

    return code == MW_OK ? mw_view_set(&view, index, world->bytes, err) : code;
}

/* -- what asks the system for nothing that could fail -- */

static int stay_inside(struct world *world, mw_err *err)
{
    const mw_slice every_other = {MW_SLICE_DEFAULT, MW_SLICE_DEFAULT, 2};
    const mw_slice first_ten = {0, 10, MW_SLICE_DEFAULT};
    mw_layout layout = MW_LAYOUT_INIT;
    mw_view view, part;
    uint64_t number, other;
    void *bytes;
    size_t count;
    int code = mw_fill(world->map, 0, mw_length(world->map), 1, err);

    layout.dtype = MW_T_BIT;
    if (code == MW_OK)
        code = mw_move(world->map, 1, 0, 5, err);
    if (code == MW_OK)
        code = mw_index(&number, world->map, -1, err);
    if (code == MW_OK)
        code = mw_find(&number, world->map, "x", 1, 0, MW_SLICE_DEFAULT, err);
    if (code == MW_OK)
        code = mw_rfind(&number, world->map, "x", 1, 0, MW_SLICE_DEFAULT, err);
    if (code == MW_OK)
        code = mw_slice_get(&count, NULL, 0, world->map, every_other, err);
    if (code == MW_OK)
        code = mw_slice_set(world->map, first_ten, world->bytes, 10, err);
    if (code == MW_OK)
        code = mw_view_make(&view, world->map, &layout, err);
    if (code == MW_OK)
        code = mw_view_slice(&part, &view, 0, every_other, err);
    if (code == MW_OK)
        code = mw_view_span(&number, &other, &part, err);
    if (code == MW_OK)
        code = mw_bits_count(&number, &part, err);
    if (code == MW_OK)
        code = mw_bits_fill(&view, 0, 9, true, err);
    if (code == MW_OK && (code = mw_view_pin(&bytes, &view, MW_PROT_READ, err)) == MW_OK)
        code = mw_unpin(world->map, bytes);
    return code;
}

/* -- what the system knows -- */

static int advise_raw(struct world *world, mw_err *err)
{
    return mw_advise_raw(world->map, 0, MW_WHOLE, MADV_WILLNEED, err);
}

static int ask_huge_pages(struct world *world, mw_err *err)
{
    uint64_t size;
    int code = mw_huge_page_size_at(&size, 0, err);

    (void)world;
    /* A system without huge pages has no folder of them, and says no more than that. */
    return code == MW_E_END ? MW_OK : code;
}

/* It answers a capability and no code: whatever fails, nothing may be left behind. */
static int ask_constants(struct world *world, mw_err *err)
{
    const char *const names[] = {"MAP_SYNC",    "MADV_COLD",   "MREMAP_DONTUNMAP",
                                 "MFD_CLOEXEC", "F_SEAL_GROW", "MLOCK_ONFAULT",
                                 "MS_SYNC",     "PROT_EXEC",   "POSIX_MADV_RANDOM"};

    (void)world;
    (void)err;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        mw_const_cap(mw_const_find(MW_OS_THIS, NULL, names[i]));
    return MW_OK;
}

/* ---- running them ------------------------------------------------------- */

#define ALLOWED " getrlimit "

static const struct scenario scenarios[] = {
    {"mw_map_file", nothing, map_file, "", false},
    {"mw_map_file, created", remove_file, create_file, ALLOWED, false},
    {"mw_map_file, truncated", nothing, truncate_file, ALLOWED " fcntl munmap fstat ftruncate ", true},
    {"mw_map_fd", nothing, map_fd, ALLOWED, false},
    {"mw_map_fd, reserved", seek_a_little, map_fd_reserved, "", false},
    {"mw_map_fd, whole copy", open_status, copy_whole, " close ", false},
    {"mw_map_fd, part copied", open_status, copy_part, " close ", false},
    {"mw_map_fd, too little to copy", open_status, copy_too_much, " munmap close ", false},
    {"mw_map_anon, shared", nothing, map_shared, ALLOWED, false},
    {"mw_map_anon, private", nothing, map_private, "", false},
    {"mw_map_ring", nothing, map_ring, ALLOWED, false},
    {"mw_map_ring, guarded", nothing, map_ring_guarded, ALLOWED " close ", false},
    {"mw_map_stream", open_stream, map_stream, ALLOWED, false},
    {"mw_map_array, created", remove_file, create_array, ALLOWED, false},
    {"mw_map_array, grown", nothing, grow_array, ALLOWED, false},
    {"mw_map_array, of a stream", open_aligned_stream, stream_array, ALLOWED, false},
    {"mw_map_array, new memory", nothing, new_array, ALLOWED " memfd_create ftruncate ", false},
    {"mw_unmap", make_map, unmap, "", false},
    {"mw_unmap, reserved", make_reserved, unmap, "", false},
    {"mw_free", make_map, give_back, "", false},
    {"mw_file_size", make_map, file_size, "", false},
    {"mw_read_at", make_kernel_copied, read_at, "", false},
    {"mw_write_at", make_kernel_copied, write_at, "", false},
    {"mw_sync, fully", make_map, sync_fully, "", false},
    {"mw_sync, data", make_map, sync_data, "", false},
    {"mw_resident", make_map, ask_residency, "", false},
    {"mw_advise", make_map, hint, "", false},
    {"mw_protect", make_map, protect, "", false},
    {"mw_lock", make_map, lock, "", false},
    {"mw_unlock", make_map, unlock, "", false},
    {"mw_resize, longer", make_map, grow, ALLOWED " mremap ", false},
    {"mw_resize, longer with blocks", make_map, grow_with_blocks, ALLOWED " mremap ", false},
    {"mw_resize, longer in reserved space", make_reserved, grow, ALLOWED " madvise ", false},
    {"mw_resize, longer than reserved space", make_reserved, outgrow, ALLOWED " mremap madvise ", false},
    {"mw_resize, file moved by hand", make_obstructed_file, grow, ALLOWED " mremap ", false},
    {"mw_resize, memory moved by hand", make_obstructed_memory, grow, ALLOWED " mremap ", false},
    {"mw_resize, longer memory", make_memory, grow, " mremap ", false},
    {"mw_resize, longer shared memory", make_shared, grow, ALLOWED " mremap ", false},
    {"mw_resize, from nothing", make_empty, grow, ALLOWED, false},
    {"mw_resize, shorter", make_map, shrink, ALLOWED " munmap ", false},
    {"mw_resize, shorter in reserved space", make_reserved, shrink, ALLOWED " mmap ", false},
    {"mw_resize, shorter memory", make_memory, shrink_protected, " munmap mprotect ", false},
    {"mw_resize, shorter shared memory", make_shared, shrink, ALLOWED " munmap ", false},
    {"mw_rewindow", make_map, rewindow, "", false},
    {"mw_rewindow, reserved", make_reserved, rewindow, " madvise ", false},
    {"mw_seal", make_shared, seal, " fcntl ", false},
    {"mw_guarded", make_guarded, guarded, "", false},
    {"mw_cursor_read", make_kernel_copied, cursor_read, "", false},
    {"mw_cursor_readline", make_kernel_copied, cursor_readline, "", false},
    {"mw_cursor_write", make_kernel_copied, cursor_write, "", false},
    {"mw_slice_get", make_kernel_copied, slice_get, "", false},
    {"mw_slice_set", make_kernel_copied, slice_set, "", false},
    {"mw_view_get", make_kernel_copied, element_get, "", false},
    {"mw_view_set", make_kernel_copied, element_set, "", false},
    {"calls that stay inside", make_shared, stay_inside, "", false},
    {"mw_advise_raw", make_map, advise_raw, "", false},
    {"mw_huge_page_size_at", nothing, ask_huge_pages, " opendir ", false},
    {"mw_const_cap", nothing, ask_constants,
     " mmap munmap mremap mprotect msync mlock mlock2 munlock madvise posix_madvise memfd_create fcntl "
     "close ",
     false},
};

static const struct scenario scenarios_with_names[] = {
    {"mw_map_named, created", nothing, create_name, ALLOWED " fcntl close ", false},
    {"mw_map_named, created untracked", nothing, create_name_untracked, ALLOWED " fcntl close ", false},
    {"mw_map_named, opened", make_name, open_name, " close ", false},
    {"mw_map_array, named", nothing, name_array, ALLOWED " fcntl close ", false},
    {"mw_unmap, named", make_named_map, unmap, " shm_open fstat shm_unlink close ", false},
    {"mw_name_unlink", make_name, unlink_name, "", false},
};

static bool is_among(const char *names, const char *name)
{
    char word[64];

    snprintf(word, sizeof word, " %s ", name);
    return strstr(names, word) != NULL;
}

/* What the library makes of the system's code, where it knows better than mw_error_from_os. */
static bool is_right_code(const mw_err *err)
{
    if (strncmp(injected_function, "mlock", 5) == 0)
        return err->code == MW_E_LIMIT || err->code == MW_E_FAULT;
    if (is_among(" malloc calloc realloc ", injected_function))
        return err->code == MW_E_NOMEM;
    return err->code == mw_error_from_os(injected_error);
}

/* The names of the system calls, which the library tells, are shorter or longer than the C library's. */
static bool is_right_error(const mw_err *err)
{
    const bool allocation = is_among(" malloc calloc realloc ", injected_function);
    const bool same_call =
        err->op && (strstr(injected_function, err->op) || strstr(err->op, injected_function));

    return is_right_code(err) && (allocation || err->os == injected_error) && same_call;
}

static int complaints;

static void complain(const struct scenario *scenario, int number, const char *what, const mw_err *err)
{
    print_message("%s, call %d (%s) failing: %s; the error is %s, os %d, op %s\n", scenario->name, number,
                  injected_function, what, mw_error_name(err->code), err->os, err->op ? err->op : "(none)");
    complaints++;
}

static void check_failure(const struct scenario *scenario, int number, int code, const mw_err *err,
                          const struct world *world, const char *before, unsigned long long file)
{
    const char *after = world_snapshot(world);
    /* Closing is the last thing that happens: it is told, and everything is closed. */
    const bool closed = strcmp(injected_function, "close") == 0;

    if (scenario->call != give_back && (err->code != code || !is_right_error(err)))
        complain(scenario, number, "it is not told as it was", err);
    if (!closed && strcmp(before, after) != 0) {
        world_compare(before, after);
        complain(scenario, number, "descriptors or maps have changed", err);
    }
    if (world_file(world) != file && !(scenario->may_empty_file && world_file(world) == EMPTY_FILE))
        complain(scenario, number, "the file has changed", err);
    if (!closed && injection_blocks != 0)
        complain(scenario, number, "memory is lost", err);
}

/* Answers whether the call failed, so that there may be one more that can. */
static bool try_failing(const struct scenario *scenario, int number)
{
    const struct world nothing_made = {0};
    struct world world;
    mw_err err = {0};

    const char *bare = world_snapshot(&nothing_made);
    world_make(&world);
    scenario->set_up(&world);
    mw_map *map = world.map;
    const char *before = world_snapshot(&world);
    const unsigned long long file = world_file(&world);

    injection_begin(number);
    const int code = scenario->call(&world, &err);
    const bool failed = injection_end();
    if (code != MW_OK) {
        if (!failed)
            complain(scenario, number, "nothing failed, and yet", &err);
        if (!map && world.map)
            complain(scenario, number, "there is a map", &err);
        check_failure(scenario, number, code, &err, &world, before, file);
    } else if (failed && !is_among(scenario->does_without, injected_function)) {
        complain(scenario, number, "the call succeeded", &err);
    }
    world_drop(&world);
    const char *dropped = world_snapshot(&nothing_made);
    if (!failed && strcmp(bare, dropped) != 0) {
        world_compare(bare, dropped);
        complain(scenario, number, "something stays behind when all is closed", &err);
    }
    return failed;
}

static void try_all(const struct scenario *these, size_t count)
{
    int total = 0;

    for (size_t i = 0; i < count; i++) {
        int number = 1;
        while (try_failing(&these[i], number))
            assert_true(++number < 200);
        print_message("%-40s %d failures\n", these[i].name, number - 1);
        total += number - 1;
    }
    assert_int_equal(complaints, 0);
    print_message("%d failures in %zu scenarios\n", total, count);
}

static void all_failures_are_told_and_change_nothing(void **state)
{
    (void)state;
    try_all(scenarios, sizeof scenarios / sizeof scenarios[0]);
}

static void failures_with_names_are_told_and_change_nothing(void **state)
{
    struct world world;

    (void)state;
    world_make(&world);
    const int code = create_name(&world, NULL);
    world_drop(&world);
    if (code == MW_E_NOENT || code == MW_E_NOTSUP)
        skip(); /* there is no place for shared memory */
    try_all(scenarios_with_names, sizeof scenarios_with_names / sizeof scenarios_with_names[0]);
}

static void rights_half_changed_are_put_back(void **state)
{
    const size_t page = mw_page_size();
    bool failed = true;
    mw_map *map;

    (void)state;
    assert_code(mw_map_anon(&map, 4 * page, NULL, NULL), MW_OK);
    assert_code(mw_protect(map, 3 * page, page, MW_PROT_READ, NULL), MW_OK);
    for (int number = 1; number <= 2; number++) {
        injection_begin(number);
        assert_code(mw_protect(map, 0, 2 * page, MW_PROT_NONE, NULL), MW_E_NOMEM);
        failed = injection_end();
        assert_true(failed);
        assert_int_equal(injection_blocks, 0);
        /* The record says that it may be written; a page that may not would end the program. */
        assert_code(mw_write_at(NULL, map, 0, "x", 1, NULL), MW_OK);
        assert_code(mw_write_at(NULL, map, 3 * page, "x", 1, NULL), MW_E_RDONLY);
    }
    assert_code(mw_free(map), MW_OK);
}

/* Can the kernel read the page? It answers where a load would end the program. */
static bool is_readable(const char *address)
{
    int ends[2];
    ssize_t written;

    assert_int_equal(pipe(ends), 0);
    written = write(ends[1], address, 1);
    close(ends[0]);
    close(ends[1]);
    return written == 1;
}

static void guards_half_installed_are_removed(void **state)
{
    const size_t page = mw_page_size();
    mw_info info = MW_INFO_INIT;
    mw_advice_row row;
    mw_map *map;

    (void)state;
    assert_code(mw_advice_at(&row, MW_ADVICE_GUARD_INSTALL, NULL), MW_OK);
    if (row.capability != MW_CAPABILITY_YES)
        skip();
    assert_code(mw_map_anon(&map, 4 * page, NULL, NULL), MW_OK);
    assert_code(mw_advise(map, page, page, row.advice, MW_ADVISE_DESTRUCTIVE, NULL), MW_OK);
    assert_code(mw_info_get(&info, map, NULL), MW_OK);
    for (int number = 1; number <= 2; number++) {
        injection_begin(number);
        assert_code(mw_advise(map, 0, MW_WHOLE, row.advice, MW_ADVISE_DESTRUCTIVE, NULL), MW_E_NOMEM);
        assert_true(injection_end());
        assert_int_equal(injection_blocks, 0);
        assert_true(is_readable(info.base));
        assert_false(is_readable((const char *)info.base + page));
        assert_true(is_readable((const char *)info.base + 2 * page));
    }
    assert_code(mw_free(map), MW_OK);
}

/* Handles are kept for the next map, and a thread's record for its next call: they are nobody's leak. */
static int keep_handles(void **state)
{
    mw_map *maps[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_code(mw_map_anon(&maps[i], 1, NULL, NULL), MW_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_code(mw_read_at(NULL, NULL, maps[i], 0, 0, NULL), MW_OK);
        assert_code(mw_free(maps[i]), MW_OK);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_failures_are_told_and_change_nothing),
        cmocka_unit_test(failures_with_names_are_told_and_change_nothing),
        cmocka_unit_test(rights_half_changed_are_put_back),
        cmocka_unit_test(guards_half_installed_are_removed),
    };
    return cmocka_run_group_tests(tests, keep_handles, NULL);
}
