#include "library.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

mw_err failure;

const char *answer(int code)
{
    const bool consistent = failure.code == code && failure.op && failure.op[0];

    if (code != MW_OK && !consistent)
        return "the report is not about this failure";
    return mw_error_name(code);
}

mw_map_options options_range(mw_access access, uint32_t flags, uint64_t offset, uint64_t length)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.access = access;
    options.flags = flags;
    options.offset = offset;
    options.length = length;
    return options;
}

mw_map_options options_for(mw_access access, uint32_t flags)
{
    return options_range(access, flags, 0, MW_WHOLE);
}

static mw_map *checked(int code, mw_map *map)
{
    if (code != MW_OK)
        setup_failed("%s: %s", failure.op, mw_error_text(code));
    return map;
}

mw_map *library_map_with(const struct scratch_file *file, const mw_map_options *options)
{
    mw_map *map;
    int code = mw_map_fd(&map, file->descriptor, options, &failure);

    if (code == MW_E_NOTSUP && options && (options->flags & MW_F_KERNEL_COPY))
        unsupported("this system does not copy for a process");
    return checked(code, map);
}

mw_map *library_map(const struct scratch_file *file, mw_access access)
{
    const mw_map_options options = options_for(access, 0);

    return library_map_with(file, &options);
}

mw_map *library_anonymous(size_t length, mw_access access)
{
    const mw_map_options options = options_for(access, 0);
    mw_map *map;
    int code = mw_map_anon(&map, length, &options, &failure);

    return checked(code, map);
}

mw_map *library_single_pages(size_t length)
{
    mw_map *map = library_anonymous(length, MW_ACCESS_COPY);

    checked(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, &failure), map);
    return map;
}

const char *byte_at(mw_map *map, uint64_t offset)
{
    unsigned char byte;
    int code = mw_read_at(NULL, &byte, map, offset, 1, &failure);

    return code == MW_OK ? number(byte) : answer(code);
}

const char *set_byte(mw_map *map, uint64_t offset, int value)
{
    const unsigned char byte = (unsigned char)value;

    return answer(mw_write_at(NULL, map, offset, &byte, 1, &failure));
}

char *pinned(mw_map *map, uint32_t prot)
{
    void *bytes;
    int code = mw_pin(&bytes, map, 0, MW_WHOLE, prot, &failure);

    if (code != MW_OK)
        setup_failed("mw_pin: %s", mw_error_text(code));
    return bytes;
}

mw_info info_of(const mw_map *map)
{
    mw_info info = MW_INFO_INIT;

    if (mw_info_get(&info, map, &failure) != MW_OK)
        setup_failed("mw_info_get: %s", mw_error_text(failure.code));
    return info;
}

const char *access_of(const mw_map *map)
{
    static const char *const names[] = {"DEFAULT", "READ", "WRITE", "COPY"};

    return names[info_of(map).access];
}

/* ---- leaks ------------------------------------------------------------------------------------- */

struct resources {
    int descriptors, maps;
};

static struct resources remembered;

/* By one call for all of them: each one is asked about, and those that are not open are told. */
static int open_descriptors(void)
{
    struct pollfd asked[256] = {{0}}; /* new ones get the lowest numbers */
    const long limit = sysconf(_SC_OPEN_MAX);
    const int enough = limit > 0 && limit < 256 ? (int)limit : 256;
    int count = 0;

    for (int descriptor = 0; descriptor < enough; descriptor++)
        asked[descriptor].fd = descriptor;
    if (poll(asked, (nfds_t)enough, 0) < 0)
        setup_failed("poll failed");
    for (int descriptor = 0; descriptor < enough; descriptor++)
        count += (asked[descriptor].revents & POLLNVAL) == 0;
    return count;
}

/* Maps of files only: what malloc maps for itself comes and goes. */
static int maps_of_files(void)
{
    unsigned long inode;
    char line[1200];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "re");

    if (!maps)
        unsupported("/proc/self/maps can't be read");
    while (fgets(line, sizeof line, maps))
        count += sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1 && inode != 0;
    fclose(maps);
    return count;
}

static struct resources count_resources(void)
{
    return (struct resources){open_descriptors(), maps_of_files()};
}

void remember_resources(void)
{
    remembered = count_resources();
}

const char *leaked(void)
{
    static char text[64];
    const struct resources now = count_resources();

    if (now.descriptors == remembered.descriptors && now.maps == remembered.maps)
        return "nothing";
    snprintf(text, sizeof text, "%d descriptors, %d maps", now.descriptors - remembered.descriptors,
             now.maps - remembered.maps);
    return text;
}

void need_locks(size_t bytes)
{
    need_lockable(bytes + page);
    char *own = map_anonymous(page, READ_WRITE, MAP_PRIVATE);

    SETUP(mlock(own, page));
    if (strcmp(status_pages("VmLck"), "1") != 0)
        unsupported("mlock locks nothing here");
    SETUP(munmap(own, page));
}

void need_zero_device(void)
{
    if (access("/dev/zero", R_OK | W_OK) != 0)
        unsupported("/dev/zero can't be opened");
}

const char *failed_at(void)
{
    return number((int64_t)failure.where);
}

const char *failed_page(void)
{
    return number((int64_t)(failure.where / page));
}
