/* Advice that marks a map: for children and dumps, for huge and merged pages. */
#include "case.h"

#include <link.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

SUITE("advice", "madvise and posix_madvise");

/* Ends the case as UNSUPPORTED for a kernel that was built without a part: madvise refuses its advice. */
static void need_kernel_part(const char *path, const char *name)
{
    if (access(path, F_OK) != 0)
        unsupported("the kernel has no %s", name);
}

static void need_huge_pages(void)
{
    need_kernel_part("/sys/kernel/mm/transparent_hugepage", "transparent huge pages");
}

static void need_merging(void)
{
    need_kernel_part("/sys/kernel/mm/ksm", "memory merging (KSM)");
}

/* ---- children and dumps ------------------------------------------------------------------------ */

CASE("madvise.dontfork", LINUX("madvise(2)"), "pages with MADV_DONTFORK do not exist in a child",
     "a child writes into the buffers that a network card still fills for its parent")
{
    char *map = numbered_pages(4, MAP_SHARED);

    EXPECT("0", returned(madvise(map + page, 2 * page, MADV_DONTFORK)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(map + page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(map + 2 * page));
    EXPECT("1", load_in_child(map));
    EXPECT("4", load_in_child(map + 3 * page));
    EXPECT("2", load(map + page));
}

CASE("madvise.dofork", LINUX("madvise(2)"), "MADV_DOFORK undoes MADV_DONTFORK",
     "a library that opens its memory to children again leaves them to crash on first use")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    SETUP(madvise(map, page, MADV_DONTFORK));
    EXPECT("0", returned(madvise(map, page, MADV_DOFORK)));
    EXPECT("1", load_in_child(map));
}

CASE("madvise.wipeonfork", LINUX("madvise(2)"),
     "pages with MADV_WIPEONFORK read 0 in a child and keep their contents in the parent",
     "two processes draw the same random numbers, and the same session keys, from a copied pool",
     .since = KERNEL(4, 14))
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_WIPEONFORK))));
    EXPECT("0", load_in_child(map + page));
    EXPECT("0", load_in_child(map + 2 * page));
    EXPECT("1", load_in_child(map));
    EXPECT("4", load_in_child(map + 3 * page));
    EXPECT("2", load(map + page));
}

static const char *child_of_child(void *map)
{
    number_pages(map, page);
    return load_in_child(map);
}

CASE("madvise.wipeonfork_again", LINUX("madvise(2)"), "MADV_WIPEONFORK goes on to the children of a child",
     "a pre-forking server hands the key material of a worker to the worker that it forks",
     .since = KERNEL(4, 14))
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_WIPEONFORK))));
    EXPECT("0", in_child(child_of_child, map));
    EXPECT("1", in_child(child_of_child, numbered_pages(1, MAP_PRIVATE)));
}

FILE_CASE("madvise.wipeonfork_shared", LINUX("madvise(2)"),
          "MADV_WIPEONFORK is refused for shared memory and for files",
          "a crypto library believes that its shared pool is wiped in children, and it is not",
          .since = KERNEL(4, 14))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);
    const int advice = CONSTANT(MADV_WIPEONFORK);

    EXPECT("EINVAL", returned(madvise(map, page, advice)));
    EXPECT("1", load_in_child(map));
    EXPECT("EINVAL", returned(madvise(numbered_pages(1, MAP_SHARED), page, advice)));
    EXPECT("0", returned(madvise(numbered_pages(1, MAP_PRIVATE), page, advice)));
}

CASE("madvise.keeponfork", LINUX("madvise(2)"), "MADV_KEEPONFORK undoes MADV_WIPEONFORK",
     "a child starts with its configuration zeroed although the parent released it", .since = KERNEL(4, 14))
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    SETUP(madvise(map, page, CONSTANT(MADV_WIPEONFORK)));
    EXPECT("0", load_in_child(map));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_KEEPONFORK))));
    EXPECT("1", load_in_child(map));
}

CASE("madvise.dontdump", LINUX("madvise(2)"),
     "pages with MADV_DONTDUMP are marked to be left out of core dumps",
     "passwords held in memory end up in the core file that is mailed to the vendor", .since = KERNEL(3, 8))
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("no", vm_flag(map + page, "dd"));
    EXPECT("0", returned(madvise(map + page, page, MADV_DONTDUMP)));
    EXPECT("yes", vm_flag(map + page, "dd"));
    EXPECT("no", vm_flag(map, "dd"));
    EXPECT("no", vm_flag(map + 2 * page, "dd"));
}

CASE("madvise.dodump", LINUX("madvise(2)"), "MADV_DODUMP undoes MADV_DONTDUMP",
     "the crash of a server leaves a core file without the very heap one has to look at",
     .since = KERNEL(3, 8))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    SETUP(madvise(map, 2 * page, MADV_DONTDUMP));
    EXPECT("0", returned(madvise(map, page, MADV_DODUMP)));
    EXPECT("no", vm_flag(map, "dd"));
    EXPECT("yes", vm_flag(map + page, "dd"));
}

/* Lets this process and its children dump core, all of what they have written to. */
static void allow_core_dumps(void)
{
    const char private_and_shared[] = "0x33";
    int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_CORE, &limit));
    limit.rlim_cur = limit.rlim_max < ((rlim_t)64 << 20) ? limit.rlim_max : (rlim_t)64 << 20;
    SETUP(setrlimit(RLIMIT_CORE, &limit));
    if (limit.rlim_cur == 0 || write(filter, private_and_shared, 4) != 4)
        unsupported("this process may not dump core");
}

/* The path of the dump that a process of that number left. */
static const char *core_path(const char *folder, pid_t process)
{
    static char path[2048];
    FILE *setting = fopen("/proc/sys/kernel/core_pattern", "re");
    char pattern[256] = "|";

    if (setting && fgets(pattern, sizeof pattern, setting))
        pattern[strcspn(pattern, "\n")] = '\0';
    if (strpbrk(pattern, "|/%"))
        unsupported("core dumps go elsewhere here, by kernel.core_pattern");
    if (kernel_setting("kernel/core_uses_pid"))
        snprintf(path, sizeof path, "%s/%s.%ld", folder, pattern, (long)process);
    else
        snprintf(path, sizeof path, "%s/%s", folder, pattern);
    return path;
}

/* What a core dump holds of an address: the byte there, "nothing", or that it does not know it. */
static const char *dumped_byte(int core, const char *address)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    unsigned char byte = 0;

    if (pread(core, &header, sizeof header, 0) != sizeof header)
        setup_failed("the core dump has no header");
    for (size_t i = 0; i < header.e_phnum; i++) {
        SETUP(pread(core, &segment, sizeof segment, (off_t)(header.e_phoff + i * sizeof segment)));
        const uintptr_t into = (uintptr_t)address - segment.p_vaddr;
        if (segment.p_type != PT_LOAD || (uintptr_t)address < segment.p_vaddr || into >= segment.p_memsz)
            continue;
        if (into >= segment.p_filesz)
            return "nothing";
        return pread(core, &byte, 1, (off_t)(segment.p_offset + into)) == 1 ? number(byte) : "cut off";
    }
    return "nothing";
}

FILE_CASE("madvise.dontdump_core", LINUX("madvise(2)"),
          "a core dump has nothing of the pages with MADV_DONTDUMP, and all of their neighbours and what "
          "MADV_DODUMP gave back",
          "keys and passwords lie in core dumps, or what explains the crash does not", .since = KERNEL(3, 8),
          .seconds = 10)
{
    static char folder[1024];
    char *map = numbered_pages(4, MAP_PRIVATE);

    snprintf(folder, sizeof folder, "%s", scratch_path("core"));
    SETUP(mkdir(folder, 0700));
    allow_core_dumps();
    core_path(folder, getpid()); /* UNSUPPORTED before anything is dumped */
    SETUP(madvise(map + page, 2 * page, MADV_DONTDUMP));
    SETUP(madvise(map + 2 * page, page, MADV_DODUMP));
    pid_t child = (pid_t)SETUP(fork());
    if (child == 0) {
        SETUP(chdir(folder));
        abort();
    }
    SETUP(waitpid(child, NULL, 0));
    int core = open(core_path(folder, child), O_RDONLY | O_CLOEXEC);
    if (core < 0)
        unsupported("no core dump was left");
    EXPECT("1", dumped_byte(core, map));
    EXPECT("nothing", dumped_byte(core, map + page));
    EXPECT("nothing", dumped_byte(core, map + 2 * page - 1));
    EXPECT("3", dumped_byte(core, map + 2 * page));
    EXPECT("4", dumped_byte(core, map + 3 * page));
}

/* ---- huge and merged pages --------------------------------------------------------------------- */

CASE("madvise.hugepage_flag", LINUX("madvise(2)"),
     "MADV_HUGEPAGE marks the pages of the range, and only them",
     "a database buffer pool pays for small pages, or a sparse heap nearby swells to huge ones",
     .since = KERNEL(3, 8))
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    need_huge_pages();
    EXPECT("0", returned(madvise(map + page, page, MADV_HUGEPAGE)));
    EXPECT("yes", vm_flag(map + page, "hg"));
    EXPECT("no", vm_flag(map, "hg"));
    EXPECT("no", vm_flag(map + 2 * page, "hg"));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
}

CASE("madvise.nohugepage_flag", LINUX("madvise(2)"),
     "MADV_NOHUGEPAGE marks the pages and undoes MADV_HUGEPAGE",
     "a key-value store that forks for snapshots copies megabytes for each byte changed",
     .since = KERNEL(3, 8))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    need_huge_pages();
    SETUP(madvise(map, 2 * page, MADV_HUGEPAGE));
    EXPECT("0", returned(madvise(map, page, MADV_NOHUGEPAGE)));
    EXPECT("yes", vm_flag(map, "nh"));
    EXPECT("no", vm_flag(map, "hg"));
    EXPECT("no", vm_flag(map + page, "nh"));
    EXPECT("yes", vm_flag(map + page, "hg"));
}

/* Bytes in a huge page. */
static size_t huge_page(void)
{
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
    unsigned long bytes;

    if (!file || fscanf(file, "%lu", &bytes) != 1)
        unsupported("the size of huge pages can't be read");
    if (bytes > 64ul << 20)
        unsupported("huge pages of %lu bytes are too large to be tried", bytes);
    fclose(file);
    return bytes;
}

static const char *misnumbered(const char *map, size_t length)
{
    int64_t wrong = 0;

    for (size_t i = 0; i < length / page; i++)
        wrong += map[i * page] != (char)(i + 1);
    return number(wrong);
}

CASE("madvise.collapse", LINUX("madvise(2)"),
     "MADV_COLLAPSE keeps what the pages hold, and where it succeeds they are a huge page",
     "a JIT that packs its code into huge pages runs garbage, or stays with small ones unawares",
     .since = KERNEL(6, 1))
{
    const size_t huge = huge_page();
    char *space = map_anonymous(2 * huge, READ_WRITE, MAP_PRIVATE);
    char *map = space + (huge - (uintptr_t)space % huge) % huge;

    SETUP(madvise(space, 2 * huge, MADV_NOHUGEPAGE)); /* begin with small pages */
    number_pages(map, huge);
    EXPECT("0", smaps_pages(map, "AnonHugePages"));
    SETUP(madvise(space, 2 * huge, MADV_HUGEPAGE));
    const char *answer = returned(madvise(map, huge, CONSTANT(MADV_COLLAPSE)));
    EXPECT("0|ENOMEM|EBUSY|EAGAIN|EINVAL", answer);
    EXPECT("0", misnumbered(map, huge));
    if (strcmp(answer, "0") == 0)
        EXPECT(number((int64_t)(huge / page)), smaps_pages(map, "AnonHugePages"));
}

CASE("madvise.mergeable_keeps", LINUX("madvise(2)"),
     "MADV_MERGEABLE marks the pages and keeps what they hold",
     "guests of a hypervisor see wrong memory, or each keeps its own copy of the same system",
     .since = KERNEL(3, 8))
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    need_merging();
    EXPECT("0", returned(madvise(map + page, page, MADV_MERGEABLE)));
    EXPECT("yes", vm_flag(map + page, "mg"));
    EXPECT("no", vm_flag(map, "mg"));
    EXPECT("no", vm_flag(map + 2 * page, "mg"));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
}

CASE("madvise.unmergeable", LINUX("madvise(2)"),
     "MADV_UNMERGEABLE undoes MADV_MERGEABLE and keeps what the pages hold",
     "a guest that left the merging for safety can still be spied on by the timing of its writes",
     .since = KERNEL(3, 8))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    need_merging();
    SETUP(madvise(map, 2 * page, MADV_MERGEABLE));
    EXPECT("0", returned(madvise(map, page, MADV_UNMERGEABLE)));
    EXPECT("no", vm_flag(map, "mg"));
    EXPECT("yes", vm_flag(map + page, "mg"));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

/* ---- whole pages of the range, and no others ------------------------------------------------------ */

/* A flag of each of four pages, as VmFlags tells it: "0110". */
static const char *flags_of_four(const char *map, const char *flag)
{
    static char shown[5];

    for (size_t i = 0; i < 4; i++)
        shown[i] = strcmp(vm_flag(map + i * page, flag), "yes") == 0 ? '1' : '0';
    return shown;
}

/* Marks the two inner pages of four, and takes the mark from the inner ones of four that have it. */
static void expect_marks(int mark, int unmark, const char *flag)
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, mark)));
    EXPECT("0110", flags_of_four(map, flag));
    SETUP(madvise(map, 4 * page, mark));
    EXPECT("1111", flags_of_four(map, flag));
    EXPECT("0", returned(madvise(map + page, 2 * page, unmark)));
    EXPECT("1001", flags_of_four(map, flag));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

CASE("madvise.fork_marks", LINUX("madvise(2)"),
     "advice for children reaches every page of its range and no other, also where it is taken back",
     "the last page of a key ring stays in the children, or a buffer beside it is wiped there",
     .since = KERNEL(4, 14))
{
    expect_marks(MADV_DONTFORK, MADV_DOFORK, "dc");
    expect_marks(CONSTANT(MADV_WIPEONFORK), CONSTANT(MADV_KEEPONFORK), "wf");
}

CASE("madvise.dump_marks", LINUX("madvise(2)"),
     "advice for core dumps reaches every page of its range and no other, also where it is taken back",
     "the last page of the secrets stands in the dump, or the state that one looks for does not",
     .since = KERNEL(3, 8))
{
    expect_marks(MADV_DONTDUMP, MADV_DODUMP, "dd");
}

CASE("madvise.huge_marks", LINUX("madvise(2)"),
     "advice for huge pages reaches every page of its range and no other, also where it is taken back",
     "a heap has huge pages at one end only, and nobody sees why one half is slower")
{
    need_huge_pages();
    expect_marks(MADV_HUGEPAGE, MADV_NOHUGEPAGE, "hg");
    expect_marks(MADV_NOHUGEPAGE, MADV_HUGEPAGE, "nh");
}

CASE("madvise.merge_marks", LINUX("madvise(2)"),
     "advice for merging reaches every page of its range and no other, also where it is taken back",
     "a page that was taken out of the merging can still be spied on")
{
    need_merging();
    expect_marks(MADV_MERGEABLE, MADV_UNMERGEABLE, "mg");
}
