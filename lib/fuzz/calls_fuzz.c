/* Random calls on a map, and the same on the model of it (model.h): code, bytes and sizes must be the same.
 *
 * The map is guarded and its file is cut off by "somebody else" now and then, so faults are part of it. */
#include "input.h"
#include "model.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct model model;
static mw_map *map;
static int file = -1;
static mw_cursor cursor;
static mw_view view;
static uint64_t view_changes; /* when the view was made */
static bool has_view;
static void *pinned[4];

#define CODE(code) mw_error_name(code)

static uint64_t real_size(void)
{
    return (uint64_t)lseek(file, 0, SEEK_END);
}

/* ---- bytes -------------------------------------------------------------- */

static unsigned char buffer[2 * MODEL_MAX];

static void fill_buffer(struct input *input, size_t n)
{
    const uint8_t seed = take_byte(input);

    for (size_t i = 0; i < n; i++)
        buffer[i] = (unsigned char)(seed * (i % 7 + 1));
}

/* Bytes past the end of the file, in its last page, are nobody's: some file systems keep what is stored
 * there. */
static bool is_nobodys(uint64_t offset, uint64_t n)
{
    return model.access != MW_ACCESS_COPY && n != 0 && model.offset + offset + n > model.file_size &&
           model.offset + offset < model.file_size + MODEL_PAGE;
}

static void check_same(const unsigned char *bytes, uint64_t offset, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        AGREE(bytes[i] == *model_byte(&model, offset + i), "byte %llu of %llu from %llu on: %u, not %u",
              (unsigned long long)i, (unsigned long long)n, (unsigned long long)offset, bytes[i],
              *model_byte(&model, offset + i));
}

static void do_read(struct input *input)
{
    const uint64_t offset = take_number(input, model.length);
    const uint64_t n = take_number(input, model.length);
    uint64_t supplied;
    size_t done = 99;

    if (n > sizeof buffer)
        return;
    const int expected = model_access(&supplied, &model, offset, n, MW_PROT_READ);
    const int code = mw_read_at(&done, buffer, map, offset, (size_t)n, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    AGREE(done == (code == MW_OK || code == MW_E_FAULT ? supplied : 0), "%zu done", done);
    check_same(buffer, offset, done);
}

static void do_write(struct input *input)
{
    const uint64_t offset = take_number(input, model.length);
    const uint64_t n = take_number(input, model.length);
    uint64_t supplied;
    size_t done = 99;

    if (n > sizeof buffer || is_nobodys(offset, n))
        return;
    fill_buffer(input, (size_t)n);
    const int expected = model_access(&supplied, &model, offset, n, MW_PROT_WRITE);
    const int code = mw_write_at(&done, map, offset, buffer, (size_t)n, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    AGREE(done == (code == MW_OK || code == MW_E_FAULT ? supplied : 0), "%zu done", done);
    for (size_t i = 0; i < done; i++)
        *model_byte(&model, offset + i) = buffer[i];
}

static void do_fill(struct input *input)
{
    const uint64_t offset = take_number(input, model.length);
    const uint64_t n = take_number(input, model.length);
    const unsigned char value = take_byte(input);
    uint64_t supplied;

    if (n == MW_WHOLE || is_nobodys(offset, n))
        return;
    const int expected = model_access(&supplied, &model, offset, n, MW_PROT_WRITE);
    if (expected == MW_E_FAULT && supplied != 0)
        return; /* some of it may have been done */
    const int code = mw_fill(map, offset, n, value, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    for (uint64_t i = 0; code == MW_OK && i < n; i++)
        *model_byte(&model, offset + i) = value;
}

static void do_move(struct input *input)
{
    const uint64_t to = take_number(input, model.length);
    const uint64_t from = take_number(input, model.length);
    const uint64_t n = take_number(input, model.length);
    uint64_t supplied;
    int expected;

    if (n > sizeof buffer || is_nobodys(to, n))
        return;
    if ((expected = model_range(&model, to, n)) == MW_OK &&
        (expected = model_range(&model, from, n)) == MW_OK &&
        (expected = model_access(&supplied, &model, to, n, MW_PROT_WRITE)) != MW_E_RDONLY &&
        expected != MW_E_ACCESS) {
        const int source = model_access(&supplied, &model, from, n, MW_PROT_READ);
        expected = source == MW_OK ? expected : source;
    }
    if (expected == MW_E_FAULT)
        return;
    const int code = mw_move(map, to, from, n, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    if (code != MW_OK || n == 0)
        return;
    memmove(model_byte(&model, to), model_byte(&model, from), (size_t)n);
}

/* ---- slices ------------------------------------------------------------- */

/* Python's rule, one element after another. */
static uint64_t slice_elements(uint64_t *out, mw_slice slice, uint64_t length)
{
    const int64_t step = slice.step == MW_SLICE_DEFAULT ? 1 : slice.step;
    const int64_t size = (int64_t)length;
    int64_t start = slice.start;
    int64_t stop = slice.stop;
    uint64_t count = 0;

    if (start == MW_SLICE_DEFAULT)
        start = step < 0 ? size - 1 : 0;
    else if ((start = start < 0 ? start + size : start) < 0)
        start = step < 0 ? -1 : 0;
    else if (start >= size)
        start = step < 0 ? size - 1 : size;
    if (stop == MW_SLICE_DEFAULT)
        stop = step < 0 ? -1 : size;
    else if ((stop = stop < 0 ? stop + size : stop) < 0)
        stop = step < 0 ? -1 : 0;
    else if (stop > size)
        stop = size;
    while (step > 0 ? start < stop : start > stop) {
        out[count++] = (uint64_t)start;
        if (step > 0 ? start > INT64_MAX - step : start < INT64_MIN - step)
            break;
        start += step;
    }
    return count;
}

static mw_slice take_slice(struct input *input)
{
    const mw_slice slice = {take_signed(input, model.length), take_signed(input, model.length),
                            take_byte(input) % 4 ? (int64_t)(take_byte(input) % 9) - 4
                                                 : take_signed(input, model.length)};

    return slice;
}

static uint64_t elements[MODEL_MAX];

/* The first and the last byte, as a range that must be accessible whole. */
static int slice_access(uint64_t count, uint32_t prot)
{
    uint64_t supplied;

    if (count == 0)
        return MW_OK;
    const uint64_t a = elements[0];
    const uint64_t b = elements[count - 1];
    return model_access(&supplied, &model, a < b ? a : b, (a < b ? b - a : a - b) + 1, prot);
}

static void do_slice_get(struct input *input)
{
    const mw_slice slice = take_slice(input);
    size_t count = 99;

    if (slice.step == 0) {
        AGREE(mw_slice_get(&count, buffer, sizeof buffer, map, slice, NULL) == MW_E_INVAL, "a step of 0");
        return;
    }
    const uint64_t n = slice_elements(elements, slice, model.length);
    const int expected = slice_access(n, MW_PROT_READ);
    if (expected == MW_E_FAULT)
        return;
    const int code = mw_slice_get(&count, buffer, sizeof buffer, map, slice, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    AGREE(code != MW_OK || count == n, "%zu elements", count);
    for (uint64_t i = 0; code == MW_OK && i < n; i++)
        AGREE(buffer[i] == *model_byte(&model, elements[i]), "element %llu", (unsigned long long)i);
}

static void do_slice_set(struct input *input)
{
    const mw_slice slice = take_slice(input);

    if (slice.step == 0)
        return;
    const uint64_t n = slice_elements(elements, slice, model.length);
    const int expected = slice_access(n, MW_PROT_WRITE);
    if (expected == MW_E_FAULT || is_nobodys(0, model.length))
        return;
    fill_buffer(input, (size_t)n + 1);
    AGREE(mw_slice_set(map, slice, buffer, (size_t)n + 1, NULL) == MW_E_INVAL, "another length");
    const int code = mw_slice_set(map, slice, buffer, (size_t)n, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    for (uint64_t i = 0; code == MW_OK && i < n; i++)
        *model_byte(&model, elements[i]) = buffer[i];
}

/* ---- finding ------------------------------------------------------------ */

static uint64_t border(int64_t value, uint64_t missing)
{
    const int64_t length = (int64_t)model.length;

    if (value == MW_SLICE_DEFAULT)
        return missing;
    if (value < 0)
        value = value + length < 0 ? 0 : value + length;
    return (uint64_t)(value > length ? length : value);
}

static uint64_t find_slowly(const unsigned char *needle, uint64_t n, uint64_t start, uint64_t end, bool last)
{
    uint64_t found = MW_NPOS;

    for (uint64_t at = start; start <= end && at + n <= end; at++) {
        uint64_t same = 0;
        while (same < n && *model_byte(&model, at + same) == needle[same])
            same++;
        if (same < n)
            continue;
        found = at;
        if (!last)
            break;
    }
    return found;
}

static void do_find(struct input *input)
{
    const int64_t start = take_signed(input, model.length);
    const int64_t end = take_signed(input, model.length);
    const bool last = take_byte(input) % 2;
    const size_t n = take_byte(input) % 20;
    const uint64_t a = border(start, 0);
    const uint64_t b = border(end, model.length);
    uint64_t supplied;
    uint64_t position = 99;

    fill_buffer(input, n);
    if (take_byte(input) % 2 && n <= model.length &&
        model_access(&supplied, &model, 0, n, MW_PROT_READ) == MW_OK)
        for (size_t i = 0; i < n; i++)
            buffer[i] = *model_byte(&model, i);
    const int expected = a < b ? model_access(&supplied, &model, a, b - a, MW_PROT_READ) : MW_OK;
    if (expected == MW_E_FAULT)
        return;
    const int code = (last ? mw_rfind : mw_find)(&position, map, buffer, n, start, end, NULL);
    /* A window that is too small for the needle need not be readable. */
    if (code != expected)
        AGREE(b - a < n || n == 0, "%s, not %s", CODE(code), CODE(expected));
    if (code == MW_OK && expected == MW_OK) {
        const uint64_t found = find_slowly(buffer, n, a, b, last);
        AGREE(position == found, "%llu, not %llu", (unsigned long long)position, (unsigned long long)found);
    }
}

/* ---- the cursor --------------------------------------------------------- */

static void do_seek(struct input *input)
{
    const int64_t offset = take_signed(input, model.length);
    const mw_whence whence = (mw_whence)(take_byte(input) % 4);
    const uint64_t before = cursor.position;
    const __int128 base = whence == MW_SEEK_SET   ? 0
                          : whence == MW_SEEK_CUR ? (__int128)before
                                                  : (__int128)model.length;
    const __int128 target = base + offset;
    uint64_t position = 99;
    const int code = mw_cursor_seek(&position, &cursor, offset, whence, NULL);

    if ((uint32_t)whence > MW_SEEK_END) {
        AGREE(code == MW_E_INVAL, "%s", CODE(code));
    } else if (target < 0 || target > (__int128)model.length) {
        AGREE(code == MW_E_RANGE && cursor.position == before, "%s", CODE(code));
    } else {
        AGREE(code == MW_OK && cursor.position == (uint64_t)target && position == cursor.position, "%s",
              CODE(code));
    }
}

static void do_cursor_read(struct input *input)
{
    const uint64_t wanted = take_number(input, model.length);
    const uint64_t before = cursor.position;
    const uint64_t there = before < model.length ? model.length - before : 0;
    const uint64_t n = wanted < there ? wanted : there;
    uint64_t supplied = 0;
    size_t got = 99;

    if (wanted > sizeof buffer)
        return;
    const int expected = n ? model_access(&supplied, &model, before, n, MW_PROT_READ) : MW_OK;
    const int code = mw_cursor_read(&got, buffer, &cursor, (size_t)wanted, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    AGREE(cursor.position == (code == MW_OK ? before + n : before), "at %llu",
          (unsigned long long)cursor.position);
    if (code == MW_OK) {
        AGREE(got == n, "%zu bytes", got);
        check_same(buffer, before, n);
    }
}

static void do_cursor_write(struct input *input)
{
    const uint64_t n = take_byte(input);
    const uint64_t before = cursor.position;
    uint64_t supplied;

    fill_buffer(input, (size_t)n);
    if (is_nobodys(before, n))
        return;
    const int expected = model_access(&supplied, &model, before, n, MW_PROT_WRITE);
    if (expected == MW_E_FAULT)
        return;
    const int code = mw_cursor_write(&cursor, buffer, (size_t)n, NULL);
    if (expected == MW_OK)
        AGREE(code == MW_OK && cursor.position == before + n, "%s", CODE(code));
    else
        AGREE(code != MW_OK && cursor.position == before, "%s, not %s", CODE(code), CODE(expected));
    for (uint64_t i = 0; code == MW_OK && i < n; i++)
        *model_byte(&model, before + i) = buffer[i];
}

static void do_readline(struct input *input)
{
    const size_t capacity = take_byte(input) * 64u;
    const uint64_t before = cursor.position;
    uint64_t end = before;
    uint64_t supplied;
    size_t length = 99;

    if (before < model.length &&
        model_access(&supplied, &model, before, model.length - before, MW_PROT_READ) != MW_OK)
        return;
    while (end < model.length && *model_byte(&model, end) != '\n')
        end++;
    end += end < model.length;
    const int code = mw_cursor_readline(&length, buffer, capacity, &cursor, NULL);
    const uint64_t n = end - before;
    AGREE(before > model.length || length == n, "%zu bytes", length);
    if (before >= model.length || n <= capacity)
        AGREE(code == MW_OK, "%s", CODE(code));
    if (code == MW_OK && before < model.length)
        check_same(buffer, before, n);
    AGREE(cursor.position == (code == MW_OK && before < model.length ? end : before), "at %llu",
          (unsigned long long)cursor.position);
}

/* ---- views -------------------------------------------------------------- */

static void do_view(struct input *input)
{
    const int64_t dims[2] = {take_byte(input) % 9, (int64_t)(take_number(input, model.length) % 700)};
    mw_layout layout = MW_LAYOUT_INIT;

    layout.dtype = MW_T_U16;
    layout.flags = MW_V_UNALIGNED;
    layout.order = take_byte(input) % 2 ? MW_ROW_MAJOR : MW_COL_MAJOR;
    layout.ndim = 2;
    layout.dims = dims;
    layout.offset = take_number(input, model.length);
    const uint64_t bytes = 2 * (uint64_t)(dims[0] * dims[1]);
    int expected = model_range(&model, layout.offset, bytes);
    const int code = mw_view_make(&view, map, &layout, NULL);
    AGREE((code == MW_OK) == (expected == MW_OK), "%s, not %s", CODE(code), CODE(expected));
    if (code != MW_OK)
        return;
    has_view = true;
    view_changes = model.changes;
    AGREE(mw_view_is_dense(&view, layout.order), "dense as made");
}

static void do_element(struct input *input)
{
    const uint64_t index[2] = {take_number(input, view.shape[0]), take_number(input, view.shape[1])};
    const bool set = take_byte(input) % 2;
    unsigned char element[2] = {take_byte(input), take_byte(input)};
    uint64_t supplied;

    if (!has_view)
        return;
    const uint64_t offset =
        view.offset + index[0] * (uint64_t)view.stride[0] + index[1] * (uint64_t)view.stride[1];
    const bool inside = index[0] < view.shape[0] && index[1] < view.shape[1];
    int expected = view_changes != model.changes ? MW_E_STALE : !inside ? MW_E_RANGE : MW_OK;
    if (expected == MW_OK)
        expected = model_access(&supplied, &model, offset, 2, set ? MW_PROT_WRITE : MW_PROT_READ);
    if (expected == MW_E_FAULT || (expected == MW_OK && set && is_nobodys(offset, 2)))
        return;
    const int code =
        set ? mw_view_set(&view, index, element, NULL) : mw_view_get(element, &view, index, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    for (uint64_t i = 0; code == MW_OK && i < 2; i++) {
        if (set)
            *model_byte(&model, offset + i) = element[i];
        AGREE(element[i] == *model_byte(&model, offset + i), "byte %llu of the element",
              (unsigned long long)i);
    }
}

static void do_view_slice(struct input *input)
{
    mw_view part = {0};
    const uint32_t axis = take_byte(input) % 3;
    const mw_slice slice = {take_signed(input, 9), take_signed(input, 9), take_signed(input, 9)};

    if (!has_view)
        return;
    const int code = mw_view_slice(&part, &view, axis, slice, NULL);
    const int expected = view_changes != model.changes ? MW_E_STALE
                         : axis > 1 || slice.step == 0 ? MW_E_INVAL
                                                       : MW_OK;
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    if (code != MW_OK)
        return;
    const uint64_t count = slice_elements(elements, slice, view.shape[axis]);
    AGREE(part.shape[axis] == count, "%llu elements", (unsigned long long)part.shape[axis]);
    AGREE(count == 0 || view.shape[1 - axis] == 0 ||
              part.offset == view.offset + elements[0] * (uint64_t)view.stride[axis],
          "first element");
    AGREE(count < 2 || view.shape[1 - axis] == 0 ||
              part.stride[axis] == (int64_t)(elements[1] - elements[0]) * view.stride[axis],
          "stride");
    view = part;
}

/* ---- the map itself ----------------------------------------------------- */

static void do_protect(struct input *input)
{
    static const uint32_t choices[] = {MW_PROT_READ, MW_PROT_READ | MW_PROT_WRITE, MW_PROT_NONE, 0};
    const uint64_t offset = take_number(input, model.length);
    const uint64_t n = take_number(input, model.length);
    const uint32_t prot = choices[take_byte(input) % 4];
    int expected = model.pins ? MW_E_BUSY : prot == 0 ? MW_E_INVAL : MW_OK;

    if (n == MW_WHOLE)
        return;
    if (expected == MW_OK)
        expected = model_range(&model, offset, n);
    const int code = mw_protect(map, offset, n, prot, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    if (code != MW_OK || n == 0)
        return;
    for (uint64_t page = model_page(&model, offset); page <= model_page(&model, offset + n - 1); page++)
        model.prot[page] = (uint8_t)(prot & ~MW_PROT_NONE);
    if ((prot & MW_PROT_WRITE) && model.access == MW_ACCESS_READ)
        model.access = MW_ACCESS_WRITE;
}

/* The page after the last gets the rights of the last. */
static void extend_rights(uint64_t old_length, uint64_t new_length)
{
    const uint64_t lead = model.offset % MODEL_PAGE;
    const uint64_t pages = old_length ? (lead + old_length - 1) / MODEL_PAGE + 1 : 0;
    const uint64_t new_pages = new_length ? (lead + new_length - 1) / MODEL_PAGE + 1 : 0;

    /* Without any page left, those that come have the rights of the last there was. */
    if (new_pages == 0 && pages > 0)
        model.prot[0] = model.prot[pages - 1];
    for (uint64_t page = pages; page < new_pages; page++)
        model.prot[page] = pages ? model.prot[pages - 1] : model.prot[0];
}

static void do_resize(struct input *input)
{
    const uint64_t length = take_number(input, model.length + MODEL_PAGE * (take_byte(input) % 4));
    const uint32_t flags = MW_RESIZE_MAY_MOVE | (take_byte(input) % 4 ? 0 : MW_RESIZE_KEEP_FILE);
    const uint64_t end = model.offset + length;
    int expected = MW_OK;
    mw_info before = MW_INFO_INIT;
    mw_info after = MW_INFO_INIT;

    if (length == MW_WHOLE || (length < INT64_MAX && end > MODEL_MAX) || length > (uint64_t)1 << 60)
        return;
    if (model.pins)
        expected = MW_E_BUSY;
    else if (model.access == MW_ACCESS_COPY ||
             (model.access == MW_ACCESS_READ && !(flags & MW_RESIZE_KEEP_FILE)))
        expected = MW_E_RDONLY;
    else if (length != model.length && (flags & MW_RESIZE_KEEP_FILE) && end > model.file_size)
        expected = MW_E_SHORT;
    mw_info_get(&before, map, NULL);
    const int code = mw_resize(map, length, flags, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    mw_info_get(&after, map, NULL);
    if (after.generation != before.generation)
        model.changes++;
    if (code != MW_OK || length == model.length) {
        AGREE(after.generation == before.generation, "nothing has changed");
        return;
    }
    AGREE(length > model.length || after.generation != before.generation, "shorter, and yet not changed");
    if (!(flags & MW_RESIZE_KEEP_FILE) &&
        (end > model.file_size || model.file_size <= model.offset + model.length))
        model_resize_file(&model, end);
    extend_rights(model.length, length);
    model.length = length;
}

static void do_rewindow(struct input *input)
{
    const uint64_t offset = take_number(input, model.file_size);
    const uint64_t length = take_number(input, model.file_size);
    uint32_t common = MW_PROT_READ | MW_PROT_WRITE;
    int expected = MW_OK;

    if (length == MW_WHOLE || offset > (uint64_t)1 << 60 || length > (uint64_t)1 << 60)
        return;
    if (model.pins)
        expected = MW_E_BUSY;
    else if (model.access == MW_ACCESS_COPY)
        expected = MW_E_INVAL;
    else if (offset + length > model.file_size)
        expected = MW_E_SHORT;
    const int code = mw_rewindow(map, offset, length, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    if (code != MW_OK)
        return;
    for (uint64_t page = 0; model.length && page <= model_page(&model, model.length - 1); page++)
        common &= model.prot[page];
    if (model.length == 0)
        common = model.prot[0];
    model.offset = offset;
    model.length = length;
    model.changes++;
    model_protect_all(&model, (uint8_t)common);
}

static void do_pin(struct input *input)
{
    const uint64_t offset = take_number(input, model.length);
    const uint64_t n = take_number(input, model.length);
    uint64_t supplied;

    if (model.pins == 4 || n == MW_WHOLE)
        return;
    int expected = model_access(&supplied, &model, offset, n, MW_PROT_READ);
    if (expected == MW_E_FAULT)
        expected = MW_OK;
    const int code = mw_pin(&pinned[model.pins], map, offset, n, MW_PROT_READ, NULL);
    AGREE(code == expected, "%s, not %s", CODE(code), CODE(expected));
    model.pins += code == MW_OK;
}

static void do_unpin(struct input *input)
{
    (void)input;
    if (model.pins == 0)
        return;
    model.pins--;
    AGREE(mw_unpin(map, pinned[model.pins]) == MW_OK, "a pin is given back");
}

/* Somebody else makes the file longer or shorter. */
static void do_cut(struct input *input)
{
    const uint64_t size = take_number(input, model.file_size + MODEL_PAGE) % MODEL_MAX;

    if (model.access == MW_ACCESS_COPY)
        return;
    AGREE(ftruncate(file, (off_t)size) == 0, "the file is resized");
    model_resize_file(&model, size);
}

static void do_close(struct input *input)
{
    (void)input;
    const int code = mw_unmap(map, NULL);

    AGREE(code == (model.pins ? MW_E_BUSY : MW_OK), "%s", CODE(code));
    model.open = code != MW_OK;
}

static void do_look(struct input *input)
{
    uint64_t size;
    uint64_t offset = 99;
    const int64_t index = take_signed(input, model.length);
    const int code = mw_index(&offset, map, index, NULL);
    const __int128 at = index < 0 ? (__int128)model.length + index : index;

    AGREE(mw_length(map) == model.length, "length");
    AGREE(mw_file_size(&size, map, NULL) == MW_OK && size == model.file_size && size == real_size(),
          "file size");
    if (at < 0 || at >= (__int128)model.length)
        AGREE(code == MW_E_RANGE, "%s", CODE(code));
    else
        AGREE(code == MW_OK && offset == (uint64_t)at, "%s", CODE(code));
}

typedef void operation(struct input *input);

static operation *const operations[] = {
    do_read,    do_write,       do_fill,         do_move,     do_slice_get, do_slice_set, do_find,
    do_seek,    do_cursor_read, do_cursor_write, do_readline, do_view,      do_element,   do_view_slice,
    do_element, do_protect,     do_resize,       do_resize,   do_rewindow,  do_pin,       do_unpin,
    do_unpin,   do_cut,         do_close,        do_look,
};

/* ---- a run -------------------------------------------------------------- */

static void begin(struct input *input)
{
    static const mw_access accesses[] = {MW_ACCESS_WRITE, MW_ACCESS_WRITE, MW_ACCESS_READ, MW_ACCESS_COPY};
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    memset(&model, 0, sizeof model);
    has_view = false;
    model.file_size = take_number(input, 5 * MODEL_PAGE) % (8 * MODEL_PAGE);
    for (uint64_t i = 0; i < model.file_size; i++)
        model.file[i] = (unsigned char)(i % 251 + i / MODEL_PAGE);
    file = memfd_create("fuzz", MFD_CLOEXEC);
    AGREE(file >= 0, "there is a file");
    AGREE(write(file, model.file, (size_t)model.file_size) == (ssize_t)model.file_size, "it is written");
    memcpy(model.copy, model.file, sizeof model.copy);

    model.access = accesses[take_byte(input) % 4];
    model.offset = take_number(input, model.file_size) % (model.file_size + 1);
    model.length = take_number(input, model.file_size - model.offset) % (model.file_size - model.offset + 1);
    options.access = model.access;
    options.flags = MW_F_GUARDED;
    options.offset = model.offset;
    options.length = model.length;
    options.reserve = take_byte(input) % 2 ? 6 * MODEL_PAGE : 0;
    model_protect_all(&model, model.access == MW_ACCESS_READ ? MW_PROT_READ : MW_PROT_READ | MW_PROT_WRITE);
    AGREE(mw_map_fd(&map, file, &options, NULL) == MW_OK, "it is mapped");
    AGREE(mw_cursor_make(&cursor, map, NULL) == MW_OK, "it has a cursor");
    model.open = true;
}

/* All of it once more, and what is left behind. */
static void end(void)
{
    unsigned char byte;

    while (model.pins > 0)
        do_unpin(NULL);
    if (!model.open) {
        AGREE(mw_read_at(NULL, &byte, map, 0, 0, NULL) == MW_E_CLOSED, "closed is closed");
        AGREE(mw_cursor_seek(NULL, &cursor, 0, MW_SEEK_SET, NULL) == MW_E_CLOSED, "for cursors too");
    }
    AGREE(real_size() == model.file_size, "file size");
    AGREE(pread(file, buffer, sizeof buffer, 0) == (ssize_t)model.file_size, "the file is read");
    AGREE(memcmp(buffer, model.file, (size_t)model.file_size) == 0, "the file is as it should be");
    AGREE(mw_free(map) == MW_OK, "the map is given back");
    AGREE(!has_view || mw_view_get(buffer, &view, (const uint64_t[]){0, 0}, NULL) == MW_E_CLOSED,
          "a view of nothing");
    AGREE(mw_cursor_seek(NULL, &cursor, 0, MW_SEEK_SET, NULL) == MW_E_CLOSED, "a cursor of nothing");
    close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    if (mw_page_size() != MODEL_PAGE)
        return 0;
    begin(&input);
    while (input.left > 0 && model.open)
        operations[take_byte(&input) % (sizeof operations / sizeof operations[0])](&input);
    end();
    return 0;
}
