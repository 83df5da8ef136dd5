/* Limits: what the limits of a process refuse, what does not count, and that it goes on afterwards. */
#include "case.h"
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

SUITE("limits", "limits of a process");

static const size_t mib = (size_t)1 << 20;

static void limit_address_space(size_t bytes)
{
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_AS, &limit));
    limit.rlim_cur = bytes;
    SETUP(setrlimit(RLIMIT_AS, &limit));
}

static void limit_data(size_t bytes)
{
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_DATA, &limit));
    limit.rlim_cur = bytes;
    SETUP(setrlimit(RLIMIT_DATA, &limit));
}

static char *map_memory(size_t length, int protection, int type)
{
    return mmap(NULL, length, protection, type | MAP_ANONYMOUS, -1, 0);
}

CASE("limit.rlimit_as", LINUX("getrlimit(2)"),
     "a map beyond RLIMIT_AS fails with ENOMEM even without access, below it does not",
     "a job in a batch system takes memory from others although it was limited")
{
    limit_address_space(256 * mib);
    EXPECT("ENOMEM", mapped(map_memory(256 * mib, PROT_NONE, MAP_PRIVATE)));
    EXPECT("ENOMEM", mapped(map_memory(256 * mib, PROT_READ | PROT_WRITE, MAP_SHARED)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map_memory(64 * mib, PROT_NONE, MAP_PRIVATE)));
    EXPECT("stored", store(map_memory(64 * mib, READ_WRITE, MAP_SHARED), 7));
}

CASE("limit.rlimit_as_release", LINUX("getrlimit(2)"),
     "what is unmapped no longer counts towards RLIMIT_AS, what is replaced never counts twice",
     "a server that releases all it takes is refused memory after some hours")
{
    limit_address_space(256 * mib);
    char *first = map_memory(160 * mib, PROT_NONE, MAP_PRIVATE);
    EXPECT("ENOMEM", mapped(map_memory(128 * mib, PROT_NONE, MAP_PRIVATE)));
    const int replace = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    EXPECT("exact", placed(mmap(first, 160 * mib, PROT_READ, replace, -1, 0), first));
    EXPECT("0", returned(munmap(first, 160 * mib)));
    EXPECT("mapped", mapped(map_memory(128 * mib, PROT_NONE, MAP_PRIVATE)));
}

CASE("limit.rlimit_data", LINUX("getrlimit(2)"),
     "private writable memory beyond RLIMIT_DATA fails with ENOMEM, below it does not",
     "a leaking program is not stopped before the machine begins to swap", .since = KERNEL(4, 7))
{
    limit_data(64 * mib);
    EXPECT("ENOMEM", mapped(map_memory(64 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
    char *map = map_memory(16 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    EXPECT("mapped", mapped(map));
    EXPECT("stored", store(&map[16 * mib - 1], 1));
    limit_data(128 * mib);
    EXPECT("mapped", mapped(map_memory(64 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
}

CASE("limit.rlimit_data_shared", PRACTICE("RLIMIT_DATA counts private writable memory"),
     "shared memory, and private memory that can't be written, does not count towards RLIMIT_DATA",
     "a small program with a large read-only dictionary hits a limit not meant for it", .since = KERNEL(4, 7))
{
    limit_data(64 * mib);
    EXPECT("stored", store(map_memory(128 * mib, PROT_READ | PROT_WRITE, MAP_SHARED), 7));
    EXPECT("0", load(map_memory(128 * mib, PROT_READ, MAP_PRIVATE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map_memory(128 * mib, PROT_NONE, MAP_PRIVATE)));
    EXPECT("ENOMEM", mapped(map_memory(128 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
}

/* ---- the number of maps ------------------------------------------------------------------------ */

/* vm.max_map_count, where it can be reached in good time. */
static size_t map_limit(void)
{
    int64_t limit = kernel_setting("vm/max_map_count");

    if (limit > 262144)
        unsupported("vm.max_map_count is too high to be reached in good time");
    return (size_t)limit;
}

static size_t count_maps(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    size_t lines = 0;

    if (!maps)
        unsupported("/proc/self/maps can't be read");
    for (int character; (character = getc(maps)) != EOF;)
        lines += character == '\n';
    fclose(maps);
    return lines;
}

/* Splits a map in two, time and again, by the protection of every other page: the errno that ends it. */
static int split_until_refused(size_t limit)
{
    char *map = map_anonymous((limit + 2) * page, PROT_NONE, MAP_PRIVATE);

    for (size_t i = 1; i <= limit; i += 2)
        if (mprotect(map + i * page, page, PROT_READ) != 0)
            return errno;
    return 0;
}

CASE("limit.map_count", LINUX("mprotect(2)"),
     "splitting maps ends with ENOMEM when there are as many as vm.max_map_count allows",
     "an allocator with a guard at each object exhausts the kernel instead of being told",
     .needs = NEED_SYSTEM_CALLS, .seconds = 20)
{
    const size_t limit = map_limit();

    EXPECT("ENOMEM", error_number(split_until_refused(limit)));
    /* The list may show one that the system does not count, and reading it may take a map more. */
    const size_t count = count_maps();
    EXPECT("yes", yes_or_no(count >= limit - 1 && count <= limit + 2));
}

CASE("limit.map_count_munmap", LINUX("mmap(2)"),
     "with all maps used up, munmap in the middle of one fails with ENOMEM, at its end it does not",
     "a program at the limit can free nothing, or believes that it has", .needs = NEED_SYSTEM_CALLS,
     .seconds = 20)
{
    char *map = map_anonymous(4 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    number_pages(map, 4 * page);
    if (split_until_refused(map_limit()) != ENOMEM)
        setup_failed("the number of maps is not limited");
    for (int i = 0; map_memory(page, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE) != MAP_FAILED; i++) {
    }
    EXPECT("ENOMEM", returned(munmap(map + page, page)));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("0", returned(munmap(map + 3 * page, page)));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[3 * page]));
}

/* By the C library, whatever the path, and two maps by each call: what is looked at are the last ones. */
static void use_up_most_maps(size_t limit)
{
    const size_t length = limit * page, left = 1000;
    char *map = (mmap)(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED)
        setup_failed("%zu pages of address space can't be had", limit);
    for (size_t i = 1; i + left < limit; i += 2)
        SETUP((mprotect)(map + i * page, page, PROT_READ));
}

CASE("limit.emfile", POSIX("mmap", SHALL),
     "mmap beyond the number of maps that a process may have fails with EMFILE, and works again below it",
     "a program that runs out of maps believes that it is out of memory", .seconds = 40)
{
    const size_t limit = map_limit();
    char *map = numbered_pages(1, MAP_SHARED), *latest = NULL, *next = NULL;

    use_up_most_maps(limit);
    for (size_t made = 0; next != MAP_FAILED && made < 2 * limit; made++) {
        latest = next;
        next = map_memory(page, made % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE);
    }
    EXPECT("EMFILE", mapped(next));
    EXPECT("1", load(map));
    EXPECT("0", returned(munmap(latest, page)));
    EXPECT("mapped", mapped(map_memory(page, PROT_READ | PROT_EXEC, MAP_PRIVATE)));
}

/* ---- the size of files and of the address space ------------------------------------------------ */

FILE_CASE("limit.fsize", POSIX("getrlimit", SHALL),
          "stores into a map beyond RLIMIT_FSIZE reach the file, as they make none longer; write does not",
          "a program is killed by SIGXFSZ for a store into a file that was long enough")
{
    struct scratch_file file = sparse_file((off_t)(4 * page));
    char *map = map_file(&file, 0, 4 * page, READ_WRITE, MAP_SHARED);

    SETUP(setrlimit(RLIMIT_FSIZE, &(struct rlimit){page, page}));
    signal(SIGXFSZ, SIG_IGN);
    EXPECT("EFBIG", returned(pwrite(file.descriptor, "\7", 1, 2 * (off_t)page)));
    EXPECT("EFBIG", returned(ftruncate(file.descriptor, 5 * (off_t)page)));
    EXPECT("1", returned(pwrite(file.descriptor, "\7", 1, 0)));
    EXPECT("stored", store(&map[2 * page], 9));
    EXPECT("0", returned(msync(map, 4 * page, MS_SYNC)));
    EXPECT("9", file_byte(&file, 2 * (int64_t)page));
    EXPECT("7", load(map));
}

/* The largest power of two of bytes that can be reserved, and its map. */
static int largest_reservation(char **map)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    int bits = (int)sizeof(size_t) * 8 - 1;

    while ((*map = mmap(NULL, (size_t)1 << bits, PROT_NONE, flags, -1, 0)) == MAP_FAILED && bits > 20)
        bits--;
    return bits;
}

/* Address spaces of 32 bits, and of 39 to 57 bits on processors of 64. */
#define KNOWN_SIZES                                                                                          \
    (sizeof(void *) < 8 ? "29|30|31" : "37|38|39|40|41|42|43|44|45|46|47|48|51|52|53|54|55|56")

CASE("limit.aspace_bits", PRACTICE("reserve with PROT_NONE, commit with mprotect"),
     "the largest reservation that is a power of two is that of an address space, and closed at both ends",
     "a program that reserves room for all it may ever need can't start")
{
    struct rlimit limit;
    char *map;

    SETUP(getrlimit(RLIMIT_AS, &limit));
    if (limit.rlim_cur != RLIM_INFINITY)
        unsupported("RLIMIT_AS limits the address space");
    const int bits = largest_reservation(&map);
    EXPECT(KNOWN_SIZES, number(bits));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[((size_t)1 << bits) - 1], 1));
}

/* ---- control groups ---------------------------------------------------------------------------- */

/* The two generations of control groups: where they are mounted, and what their limits are called. */
struct group_files {
    const char *root, *memory, *swap;
};

static const struct group_files first_generation = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                                    "memory.memsw.limit_in_bytes"};
static const struct group_files second_generation = {"/sys/fs/cgroup", "memory.max", "memory.swap.max"};

static char group[256]; /* the path of this case's own */

static const struct group_files *group_files(void)
{
    char path[256], controllers[256] = "";

    snprintf(path, sizeof path, "%s/%s", first_generation.root, first_generation.memory);
    if (access(path, W_OK) == 0)
        return &first_generation;
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", second_generation.root);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(controllers, sizeof controllers, file) || !strstr(controllers, "memory"))
        unsupported("this system has no control groups for memory");
    fclose(file);
    return &second_generation;
}

static int write_group(const char *name, const char *value)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", group, name);
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    int result = descriptor >= 0 && write(descriptor, value, strlen(value)) > 0 ? 0 : -1;
    close(descriptor);
    return result;
}

/* A group is busy until its last process is gone altogether. */
static void remove_group(const void *unused)
{
    (void)unused;
    for (int attempt = 0; rmdir(group) != 0 && errno == EBUSY && attempt < 500; attempt++)
        usleep(10000);
}

static void limit_group(size_t bytes)
{
    const struct group_files *files = group_files();
    char limit[32];

    snprintf(limit, sizeof limit, "%zu", bytes);
    snprintf(group, sizeof group, "%s/mapwise-case-%ld", files->root, (long)getpid());
    undo_afterwards(remove_group, NULL, -1);
    if (mkdir(group, 0755) != 0 || write_group(files->memory, limit) != 0)
        unsupported("a control group can't be made here");
    write_group(files->swap, files == &second_generation ? "0" : limit); /* not there without swap */
}

/* In the group: stores to every page of so many bytes. */
static const char *use_in_group(void *argument)
{
    const size_t length = *(size_t *)argument;
    char *map = map_anonymous(length, READ_WRITE, MAP_PRIVATE);
    const char *answer = "stored";

    if (write_group("cgroup.procs", "0") != 0)
        return "not in the group";
    for (size_t offset = 0; offset < length && strcmp(answer, "stored") == 0; offset += page)
        answer = store(map + offset, 1);
    return answer;
}

CASE("limit.cgroup", LINUX("cgroups(7)"),
     "a process that uses more memory than its control group may have is killed, and does not hang",
     "a container that is out of memory stands still for ever", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 60)
{
    limit_group(32 * mib);
    EXPECT("stored", in_child(use_in_group, &(size_t){8 * mib}));
    EXPECT("killed by SIGKILL", in_child(use_in_group, &(size_t){128 * mib}));
    EXPECT("stored", in_child(use_in_group, &(size_t){8 * mib}));
    remove_group(NULL);
}

/* ---- afterwards -------------------------------------------------------------------------------- */

CASE("limit.after_failure", PRACTICE("a call that fails changes nothing"),
     "after ENOMEM the process goes on: its memory is as it was, small maps work, and so does a higher limit",
     "a server that survives one refused request is unable to serve the next")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    limit_address_space(256 * mib);
    for (int i = 0; i < 1000; i++)
        if (map_memory(256 * mib, PROT_READ, MAP_PRIVATE) != MAP_FAILED)
            setup_failed("RLIMIT_AS does not limit");
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("mapped", mapped(map_memory(mib, PROT_READ, MAP_PRIVATE)));
    limit_address_space(1024 * mib);
    EXPECT("mapped", mapped(map_memory(256 * mib, PROT_READ, MAP_PRIVATE)));
}
