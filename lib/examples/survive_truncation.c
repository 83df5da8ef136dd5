/* Somebody truncates the file under a map. A guarded map says so, where a plain one would end the program. */
#include "example.h"

#include <fcntl.h>
#include <unistd.h>

/* The sum of all bytes, through a pointer; runs under the guard. */
struct sum {
    const unsigned char *bytes;
    uint64_t length;
    volatile unsigned long total;
};

static int add_up(void *context)
{
    struct sum *sum = context;

    for (uint64_t i = 0; i < sum->length; i++)
        sum->total += sum->bytes[i];
    return MW_OK;
}

int main(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    unsigned char bytes[100];
    size_t done;
    mw_map *map;
    void *pinned;
    int file = open("fragile.dat", O_RDWR | O_CREAT | O_TRUNC, 0600);

    if (file < 0 || ftruncate(file, 1 << 20) != 0)
        return 1;
    options.flags = MW_F_GUARDED;
    must(mw_map_fd(&map, file, &options, &failure));

    /* The end comes at a page border, so a read across it gets what is before. */
    const uint64_t end = 64 * mw_page_size();
    if (ftruncate(file, (off_t)end) != 0)
        return 1;
    int code = mw_read_at(&done, bytes, map, end - 10, sizeof bytes, &failure);
    printf("reading across the end: %s, %zu bytes, gone from page %llu on\n", mw_error_name(code), done,
           (unsigned long long)(failure.where / mw_page_size()));

    must(mw_pin(&pinned, map, 0, MW_WHOLE, MW_PROT_READ, &failure));
    struct sum sum = {pinned, mw_length(map), 0};
    code = mw_guarded(map, add_up, &sum, &failure);
    printf("adding up through a pointer: %s from page %llu on\n", mw_error_name(code),
           (unsigned long long)(failure.where / mw_page_size()));
    must(mw_unpin(map, pinned));
    must(mw_free(map));
    close(file);
    return 0;
}
