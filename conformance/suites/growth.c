/* Growth, truncation and SIGBUS: what lies beyond the end of the file. */
#include "case.h"

SUITE("growth", "growth, truncation and SIGBUS");

FILE_CASE("fault.eof.read", POSIX("mmap", SHALL),
          "a load from a whole page past the end of the file raises SIGBUS at that address")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page - 1]));
}
