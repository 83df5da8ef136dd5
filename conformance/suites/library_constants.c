/* The library: the constants of this system and of all others. What a name is there stands here once more,
 * as the headers of that system have it. */
#include "library.h"

#include <ctype.h>
#include <stdio.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

struct entry {
    const char *name, *value; /* as a table writes it: "0x20", "13", "n << 24", "absent" */
};

/* The value of a name there; "unknown" if no table has it. */
static const char *value_there(mw_os os, const char *arch, const char *name)
{
    const mw_const *found = mw_const_find(os, arch, name);

    if (!found)
        return "unknown";
    return found->kind == MW_CONST_NUMBER ? number(found->value) : found->text;
}

/* The first entry that the registry has otherwise, with what it has: "MAP_NOCORE is 262144". */
static const char *first_difference(mw_os os, const char *arch, const struct entry *entries, size_t count)
{
    static char text[100];

    for (size_t i = 0; i < count; i++) {
        const char *value = entries[i].value, *found = value_there(os, arch, entries[i].name);
        char *end;
        const long long expected = strtoll(value, &end, 0);
        if (strcmp(found, *end ? value : number(expected)) != 0) {
            snprintf(text, sizeof text, "%s is %s", entries[i].name, found);
            return text;
        }
    }
    return "none";
}

#define DIFFERENCE(os, arch, entries)                                                                        \
    first_difference(os, arch, entries, sizeof(entries) / sizeof(entries)[0])

/* ---- mmap -------------------------------------------------------------------------------------- */

FILE_CASE("CON-01", MAPWISE("CON-01"),
          "PROT_ values are the registry's, and the portable names give just those rights",
          "a program written for one system closes its memory where it means to read it")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    static const struct entry everywhere[] = {
        {"PROT_NONE", "0"}, {"PROT_READ", "1"}, {"PROT_WRITE", "2"}, {"PROT_EXEC", "4"}};
    static const mw_os common[] = {MW_OS_LINUX,   MW_OS_APPLE,     MW_OS_FREEBSD, MW_OS_NETBSD,
                                   MW_OS_OPENBSD, MW_OS_DRAGONFLY, MW_OS_ILLUMOS};
    static const struct {
        uint32_t portable;
        const char *name, *permissions;
    } rights[] = {{MW_PROT_NONE, "PROT_NONE", "---s"},
                  {MW_PROT_READ, "PROT_READ", "r--s"},
                  {MW_PROT_WRITE, "PROT_WRITE", "-w-s"}};

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        EXPECT("none", DIFFERENCE(common[i], NULL, everywhere));
    EXPECT("4", value_there(MW_OS_HURD, NULL, "PROT_READ"));
    EXPECT("256", value_there(MW_OS_QNX, NULL, "PROT_READ"));
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        const int native = (int)mw_const_find(MW_OS_THIS, NULL, rights[i].name)->value;
        char *direct = map_file(&file, 0, page, native, MAP_SHARED);
        EXPECT("MW_OK", answer(mw_protect(map, 0, page, rights[i].portable, &failure)));
        EXPECT(rights[i].permissions, permissions(info_of(map).base));
        EXPECT(rights[i].permissions, permissions(direct));
    }
    EXPECT(number(PROT_EXEC), value_there(MW_OS_THIS, NULL, "PROT_EXEC"));
}

FILE_CASE("CON-02", MAPWISE("CON-02"),
          "the MAP_ values that all systems share are the registry's, and do their work",
          "a cross-compiled binding shares what it should copy")
{
    struct scratch_file file = scratch_file(page);
    static const struct entry shared[] = {
        {"MAP_SHARED", "1"}, {"MAP_PRIVATE", "2"}, {"MAP_FIXED", "0x10"}, {"MAP_FILE", "0"}};
    static const mw_os systems[] = {MW_OS_LINUX,  MW_OS_APPLE,   MW_OS_FREEBSD,
                                    MW_OS_NETBSD, MW_OS_OPENBSD, MW_OS_DRAGONFLY};

    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        EXPECT("none", DIFFERENCE(systems[i], systems[i] == MW_OS_LINUX ? "generic" : NULL, shared));
        EXPECT(systems[i] == MW_OS_LINUX ? "32" : "4096",
               value_there(systems[i], systems[i] == MW_OS_LINUX ? "generic" : NULL, "MAP_ANON"));
    }
    EXPECT("rw-s", permissions(map_file(&file, 0, page, READ_WRITE, CONSTANT(MAP_SHARED))));
    EXPECT("rw-p", permissions(map_file(&file, 0, page, READ_WRITE, CONSTANT(MAP_PRIVATE))));
    EXPECT(number(MAP_ANONYMOUS), value_there(MW_OS_THIS, NULL, "MAP_ANONYMOUS"));
    EXPECT(number(MAP_FIXED), value_there(MW_OS_THIS, NULL, "MAP_FIXED"));
}

static const struct entry linux_map[] = {{"MAP_32BIT", "0x40"},
                                         {"MAP_GROWSDOWN", "0x100"},
                                         {"MAP_DENYWRITE", "0x800"},
                                         {"MAP_EXECUTABLE", "0x1000"},
                                         {"MAP_LOCKED", "0x2000"},
                                         {"MAP_NORESERVE", "0x4000"},
                                         {"MAP_POPULATE", "0x8000"},
                                         {"MAP_NONBLOCK", "0x10000"},
                                         {"MAP_STACK", "0x20000"},
                                         {"MAP_HUGETLB", "0x40000"},
                                         {"MAP_SYNC", "0x80000"},
                                         {"MAP_FIXED_NOREPLACE", "0x100000"},
                                         {"MAP_UNINITIALIZED", "0x4000000"},
                                         {"MAP_SHARED_VALIDATE", "3"},
                                         {"MAP_DROPPABLE", "8"},
                                         {"MAP_HUGE_SHIFT", "26"},
                                         {"MAP_HUGE_2MB", "0x54000000"},
                                         {"MAP_HUGE_1GB", "0x78000000"},
                                         {"MAP_HUGE_16GB", "0x88000000"}};

CASE("CON-03", MAPWISE("CON-03"),
     "the registry has the MAP_ values of Linux, and those of this one are its headers'",
     "a tool built with old headers asks a new kernel for something else")
{
    EXPECT("none", DIFFERENCE(MW_OS_LINUX, "x86_64", linux_map));
    EXPECT("absent", value_there(MW_OS_LINUX, "aarch64", "MAP_32BIT"));
    EXPECT(number(MAP_LOCKED), value_there(MW_OS_THIS, NULL, "MAP_LOCKED"));
    EXPECT(number(MAP_NORESERVE), value_there(MW_OS_THIS, NULL, "MAP_NORESERVE"));
    EXPECT(number(MAP_POPULATE), value_there(MW_OS_THIS, NULL, "MAP_POPULATE"));
    EXPECT(number(MAP_HUGETLB), value_there(MW_OS_THIS, NULL, "MAP_HUGETLB"));
}

CASE("CON-04", MAPWISE("CON-04"),
     "the registry has the MAP_ values of Apple, and says which common ones are absent",
     "code for a Mac compiled elsewhere sets a flag that means something different there")
{
    static const struct entry apple[] = {{"MAP_RENAME", "0x20"},
                                         {"MAP_NORESERVE", "0x40"},
                                         {"MAP_RESERVED0080", "0x80"},
                                         {"MAP_NOEXTEND", "0x100"},
                                         {"MAP_HASSEMAPHORE", "0x200"},
                                         {"MAP_NOCACHE", "0x400"},
                                         {"MAP_JIT", "0x800"},
                                         {"MAP_RESILIENT_CODESIGN", "0x2000"},
                                         {"MAP_RESILIENT_MEDIA", "0x4000"},
                                         {"MAP_32BIT", "0x8000"},
                                         {"MAP_TRANSLATED_ALLOW_EXECUTE", "0x20000"},
                                         {"MAP_UNIX03", "0x40000"},
                                         {"MAP_TPRO", "0x80000"},
                                         {"MAP_INHERIT", "absent"},
                                         {"MAP_STACK", "absent"}};

    EXPECT("none", DIFFERENCE(MW_OS_APPLE, NULL, apple));
}

CASE("CON-05", MAPWISE("CON-05"),
     "the registry has the MAP_ values of FreeBSD, also the one that takes an argument",
     "an aligned map for FreeBSD comes out crooked, or a guard page as ordinary memory")
{
    static const struct entry freebsd[] = {
        {"MAP_STACK", "0x400"},     {"MAP_NOSYNC", "0x800"},    {"MAP_GUARD", "0x2000"},
        {"MAP_EXCL", "0x4000"},     {"MAP_NOCORE", "0x20000"},  {"MAP_PREFAULT_READ", "0x40000"},
        {"MAP_32BIT", "0x80000"},   {"MAP_ALIGNED", "n << 24"}, {"MAP_ALIGNED_SUPER", "0x1000000"},
        {"MAP_NORESERVE", "absent"}};

    EXPECT("none", DIFFERENCE(MW_OS_FREEBSD, NULL, freebsd));
}

CASE("CON-06", MAPWISE("CON-06"), "the registry has the MAP_ values of DragonFly",
     "a port to DragonFly maps with the flag of its older relative")
{
    static const struct entry dragonfly[] = {{"MAP_STACK", "0x400"},       {"MAP_NOSYNC", "0x800"},
                                             {"MAP_VPAGETABLE", "0x2000"}, {"MAP_TRYFIXED", "0x10000"},
                                             {"MAP_NOCORE", "0x20000"},    {"MAP_SIZEALIGN", "0x40000"}};

    EXPECT("none", DIFFERENCE(MW_OS_DRAGONFLY, NULL, dragonfly));
}

CASE("CON-07", MAPWISE("CON-07"),
     "the registry has the MAP_ values of NetBSD, and says that NOEXTEND is absent",
     "a port to NetBSD passes a flag that NetBSD does not have")
{
    static const struct entry netbsd[] = {{"MAP_REMAPDUP", "4"},      {"MAP_TRYFIXED", "0x400"},
                                          {"MAP_WIRED", "0x800"},     {"MAP_STACK", "0x2000"},
                                          {"MAP_RENAME", "0x20"},     {"MAP_NORESERVE", "0x40"},
                                          {"MAP_INHERIT", "0x80"},    {"MAP_HASSEMAPHORE", "0x200"},
                                          {"MAP_ALIGNED", "n << 24"}, {"MAP_NOEXTEND", "absent"}};

    EXPECT("none", DIFFERENCE(MW_OS_NETBSD, NULL, netbsd));
}

CASE("CON-08", MAPWISE("CON-08"),
     "the registry has the MAP_ values of OpenBSD; names of old that do nothing are 0",
     "a program on OpenBSD trusts in a flag that does nothing there")
{
    static const struct entry openbsd[] = {
        {"MAP_STACK", "0x4000"}, {"MAP_CONCEAL", "0x8000"}, {"MAP_HASSEMAPHORE", "0"}, {"MAP_INHERIT", "0"},
        {"MAP_NOEXTEND", "0"},   {"MAP_NORESERVE", "0"},    {"MAP_RENAME", "0"},       {"MAP_TRYFIXED", "0"}};

    EXPECT("none", DIFFERENCE(MW_OS_OPENBSD, NULL, openbsd));
}

CASE("DF-2", MAPWISE("DF-2"), "MAP_NOCORE of FreeBSD is its own value and not that of MAP_PREFAULT_READ",
     "secrets marked to stay out of core files are read ahead in place of that")
{
    EXPECT(number(0x20000), value_there(MW_OS_FREEBSD, NULL, "MAP_NOCORE"));
    EXPECT(number(0x40000), value_there(MW_OS_FREEBSD, NULL, "MAP_PREFAULT_READ"));
}

CASE("DF-3", MAPWISE("DF-3"),
     "MAP_ values of Linux that differ between architectures are those of the one asked about",
     "a binding tested on one processor locks memory on another where it meant not to reserve")
{
    static const struct {
        const char *arch;
        struct entry entries[3];
    } architectures[] = {
        {"generic", {{"MAP_NORESERVE", "0x4000"}, {"MAP_LOCKED", "0x2000"}, {"MAP_ANONYMOUS", "0x20"}}},
        {"powerpc", {{"MAP_NORESERVE", "0x40"}, {"MAP_LOCKED", "0x80"}, {"MAP_ANONYMOUS", "0x20"}}},
        {"sparc", {{"MAP_NORESERVE", "0x40"}, {"MAP_LOCKED", "0x100"}, {"MAP_ANONYMOUS", "0x20"}}},
        {"mips", {{"MAP_NORESERVE", "0x400"}, {"MAP_LOCKED", "0x8000"}, {"MAP_ANONYMOUS", "0x800"}}},
        {"xtensa", {{"MAP_NORESERVE", "0x400"}, {"MAP_LOCKED", "0x8000"}, {"MAP_ANONYMOUS", "0x800"}}},
        {"alpha", {{"MAP_NORESERVE", "0x10000"}, {"MAP_LOCKED", "0x8000"}, {"MAP_ANONYMOUS", "0x10"}}},
        {"parisc", {{"MAP_NORESERVE", "0x4000"}, {"MAP_LOCKED", "0x2000"}, {"MAP_ANONYMOUS", "0x10"}}}};

    for (size_t i = 0; i < sizeof architectures / sizeof architectures[0]; i++)
        EXPECT("none", DIFFERENCE(MW_OS_LINUX, architectures[i].arch, architectures[i].entries));
}

/* ---- madvise ----------------------------------------------------------------------------------- */

/* The constant of a piece of advice here: "populate_read" is MADV_POPULATE_READ. */
static const mw_const *constant_of(const mw_advice_row *row)
{
    char name[40] = "MADV_";

    for (size_t i = 0; row->name[i] && i + 6 < sizeof name; i++)
        name[i + 5] = (char)toupper((unsigned char)row->name[i]);
    return mw_const_find(MW_OS_THIS, NULL, name);
}

CASE("CON-09", MAPWISE("CON-09"), "every piece of advice has a portable name with the value of this system",
     "advice chosen by name becomes other advice with the next system")
{
    static const struct entry common[] = {
        {"MADV_NORMAL", "0"}, {"MADV_RANDOM", "1"}, {"MADV_SEQUENTIAL", "2"}, {"MADV_WILLNEED", "3"}};
    static const mw_os systems[] = {MW_OS_APPLE,   MW_OS_FREEBSD,   MW_OS_NETBSD,
                                    MW_OS_OPENBSD, MW_OS_DRAGONFLY, MW_OS_LINUX};
    mw_advice_row row;

    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
        EXPECT("none", DIFFERENCE(systems[i], NULL, common));
    for (size_t i = 0; mw_advice_at(&row, i, NULL) == MW_OK; i++) {
        const mw_const *constant = constant_of(&row);
        EXPECT(number(row.native), constant ? number(constant->value) : "no constant");
    }
}

CASE("CON-10", MAPWISE("CON-10"), "the registry has the MADV_ values of each system",
     "a number copied from another system's header frees memory that is in use")
{
    static const struct entry on_linux[] = {{"MADV_FREE", "8"},
                                            {"MADV_REMOVE", "9"},
                                            {"MADV_DONTFORK", "10"},
                                            {"MADV_DOFORK", "11"},
                                            {"MADV_MERGEABLE", "12"},
                                            {"MADV_UNMERGEABLE", "13"},
                                            {"MADV_HUGEPAGE", "14"},
                                            {"MADV_NOHUGEPAGE", "15"},
                                            {"MADV_DONTDUMP", "16"},
                                            {"MADV_DODUMP", "17"},
                                            {"MADV_WIPEONFORK", "18"},
                                            {"MADV_KEEPONFORK", "19"},
                                            {"MADV_COLD", "20"},
                                            {"MADV_PAGEOUT", "21"},
                                            {"MADV_POPULATE_READ", "22"},
                                            {"MADV_POPULATE_WRITE", "23"},
                                            {"MADV_DONTNEED_LOCKED", "24"},
                                            {"MADV_COLLAPSE", "25"},
                                            {"MADV_HWPOISON", "100"},
                                            {"MADV_SOFT_OFFLINE", "101"},
                                            {"MADV_GUARD_INSTALL", "102"},
                                            {"MADV_GUARD_REMOVE", "103"}};
    static const struct entry on_apple[] = {{"MADV_FREE", "5"},          {"MADV_ZERO_WIRED_PAGES", "6"},
                                            {"MADV_FREE_REUSABLE", "7"}, {"MADV_FREE_REUSE", "8"},
                                            {"MADV_CAN_REUSE", "9"},     {"MADV_PAGEOUT", "10"},
                                            {"MADV_ZERO", "11"}};
    static const struct entry on_freebsd[] = {{"MADV_FREE", "5"},     {"MADV_NOSYNC", "6"},
                                              {"MADV_AUTOSYNC", "7"}, {"MADV_NOCORE", "8"},
                                              {"MADV_CORE", "9"},     {"MADV_PROTECT", "10"}};
    static const struct entry on_dragonfly[] = {
        {"MADV_FREE", "5"}, {"MADV_NOSYNC", "6"}, {"MADV_AUTOSYNC", "7"}, {"MADV_NOCORE", "8"},
        {"MADV_CORE", "9"}, {"MADV_INVAL", "10"}, {"MADV_SETMAP", "11"}};
    static const struct entry on_openbsd_and_netbsd[] = {{"MADV_SPACEAVAIL", "5"}, {"MADV_FREE", "6"}};

    EXPECT("none", DIFFERENCE(MW_OS_LINUX, "generic", on_linux));
    EXPECT("6", value_there(MW_OS_LINUX, "alpha", "MADV_DONTNEED"));
    EXPECT("none", DIFFERENCE(MW_OS_APPLE, NULL, on_apple));
    EXPECT("none", DIFFERENCE(MW_OS_FREEBSD, NULL, on_freebsd));
    EXPECT("none", DIFFERENCE(MW_OS_DRAGONFLY, NULL, on_dragonfly));
    EXPECT("none", DIFFERENCE(MW_OS_OPENBSD, NULL, on_openbsd_and_netbsd));
    EXPECT("none", DIFFERENCE(MW_OS_NETBSD, NULL, on_openbsd_and_netbsd));
}

/* ---- msync ------------------------------------------------------------------------------------- */

static const struct {
    mw_os os;
    const char *arch;
    struct entry values[3];
} sync_flags[] = {
    {MW_OS_LINUX, "generic", {{"MS_ASYNC", "1"}, {"MS_INVALIDATE", "2"}, {"MS_SYNC", "4"}}},
    {MW_OS_LINUX, "alpha", {{"MS_ASYNC", "1"}, {"MS_SYNC", "2"}, {"MS_INVALIDATE", "4"}}},
    {MW_OS_LINUX, "parisc", {{"MS_SYNC", "1"}, {"MS_ASYNC", "2"}, {"MS_INVALIDATE", "4"}}},
    {MW_OS_NETBSD, NULL, {{"MS_ASYNC", "1"}, {"MS_INVALIDATE", "2"}, {"MS_SYNC", "4"}}},
    {MW_OS_FREEBSD, NULL, {{"MS_SYNC", "0"}, {"MS_ASYNC", "1"}, {"MS_INVALIDATE", "2"}}},
    {MW_OS_DRAGONFLY, NULL, {{"MS_SYNC", "0"}, {"MS_ASYNC", "1"}, {"MS_INVALIDATE", "2"}}},
    {MW_OS_OPENBSD, NULL, {{"MS_ASYNC", "1"}, {"MS_SYNC", "2"}, {"MS_INVALIDATE", "4"}}},
    {MW_OS_APPLE, NULL, {{"MS_ASYNC", "1"}, {"MS_INVALIDATE", "2"}, {"MS_SYNC", "0x10"}}},
};

CASE("CON-11", MAPWISE("CON-11"), "the registry has the MS_ values of each system",
     "a port syncs by a number that there means to throw pages away")
{
    static const struct entry only_apple[] = {{"MS_KILLPAGES", "4"}, {"MS_DEACTIVATE", "8"}};

    for (size_t i = 0; i < sizeof sync_flags / sizeof sync_flags[0]; i++)
        EXPECT("none", DIFFERENCE(sync_flags[i].os, sync_flags[i].arch, sync_flags[i].values));
    EXPECT("none", DIFFERENCE(MW_OS_APPLE, NULL, only_apple));
    EXPECT("unknown", value_there(MW_OS_LINUX, "generic", "MS_KILLPAGES"));
}

/* Does a flag of one system mean there what MS_SYNC means on Linux, although its number is another one's? */
static const char *name_of_sync_flag(mw_os os, int64_t value)
{
    const mw_const *flags[8];
    const size_t count = mw_const_list(flags, 8, os, NULL, MW_CLASS_MS);

    for (size_t i = 0; i < count && i < 8; i++)
        if (flags[i]->value == value)
            return flags[i]->name;
    return "nothing";
}

CASE("DF-1", MAPWISE("DF-1"),
     "the number of MS_SYNC on one system is something else on another, and each is told by its name",
     "a sync compiled with the number of another system kills the changed pages")
{
    EXPECT("MS_SYNC", name_of_sync_flag(MW_OS_NETBSD, 4));
    EXPECT("MS_KILLPAGES", name_of_sync_flag(MW_OS_APPLE, 4));
    EXPECT("MS_INVALIDATE", name_of_sync_flag(MW_OS_OPENBSD, 4));
    EXPECT("nothing", name_of_sync_flag(MW_OS_FREEBSD, 4));
    EXPECT("nothing", name_of_sync_flag(MW_OS_DRAGONFLY, 4));
    EXPECT(number(MS_SYNC), value_there(MW_OS_THIS, NULL, "MS_SYNC"));
}

/* ---- the registry itself ----------------------------------------------------------------------- */

/* What madvise says of a value without a range: it knows it, or does not. */
static const char *asked_directly(int64_t value)
{
    return madvise(NULL, 0, (int)value) == 0 ? "YES" : "NO";
}

static const char *capability_of(const mw_const *constant)
{
    static const char *const names[] = {"NO", "COMPILED", "YES", "EMULATED"};

    return names[mw_const_cap(constant)];
}

CASE("CON-12", MAPWISE("CON-12"), "what the running kernel knows is asked of it, value by value",
     "a program trusts in what its headers promise and its kernel has never heard of")
{
    const mw_const *advice[64];
    const size_t count = mw_const_list(advice, 64, MW_OS_THIS, NULL, MW_CLASS_MADV);

    EXPECT("yes", yes_or_no(count > 20 && count <= 64));
    if (madvise(NULL, 0, 0x40000000) == 0)
        unsupported("this kernel refuses no advice");
    for (size_t i = 0; i < count; i++)
        if (advice[i]->kind == MW_CONST_NUMBER)
            EXPECT(asked_directly(advice[i]->value), capability_of(advice[i]));
    EXPECT("YES", capability_of(mw_const_find(MW_OS_THIS, NULL, "MAP_SHARED")));
    EXPECT("NO", capability_of(mw_const_find(MW_OS_FREEBSD, NULL, "MADV_NOCORE")));
    EXPECT("NO", capability_of(NULL));
}

CASE("CON-12.refused", MAPWISE("CON-12"), "a kernel that refuses all advice knows none",
     "a sandbox without advice is taken for a system with all of it")
{
    if (madvise(NULL, 0, 0x40000000) == 0)
        unsupported("this kernel refuses no advice");
    EXPECT("YES", capability_of(mw_const_find(MW_OS_THIS, NULL, "MADV_DONTNEED")));
    refuse_call(SYS_madvise, ENOSYS);
    EXPECT("NO", capability_of(mw_const_find(MW_OS_THIS, NULL, "MADV_DONTNEED")));
    EXPECT("YES", capability_of(mw_const_find(MW_OS_THIS, NULL, "MAP_SHARED")));
}

CASE("CON-13", MAPWISE("CON-13"), "every system has a list of its own, in which no name stands twice",
     "a tool that translates a trace by the table names a flag in two ways, or in none")
{
    static const mw_const *rows[1024];

    for (int os = MW_OS_LINUX; mw_os_name((mw_os)os); os++) {
        const size_t count = mw_const_list(rows, 1024, (mw_os)os, NULL, MW_CLASS_ANY);
        size_t wrong = 0;
        for (size_t i = 0; i < count && i < 1024; i++) {
            wrong += rows[i]->os != (mw_os)os || mw_const_find((mw_os)os, NULL, rows[i]->name) != rows[i];
            for (size_t before = 0; before < i; before++)
                wrong += strcmp(rows[i]->name, rows[before]->name) == 0;
        }
        EXPECT("yes", yes_or_no(count >= 20 && count <= 1024));
        EXPECT("0", number((int64_t)wrong));
    }
    EXPECT("64", value_there(MW_OS_WINDOWS, NULL, "PAGE_EXECUTE_READWRITE"));
}

CASE("CON-14", MAPWISE("CON-14"),
     "the registry has what goes with mincore, mlock, mremap, memory files, seals and minherit",
     "a locked heap or a sealed buffer is asked for by another system's number")
{
    static const struct entry on_linux[] = {
        {"MCL_CURRENT", "1"},      {"MCL_FUTURE", "2"},           {"MCL_ONFAULT", "4"},
        {"MLOCK_ONFAULT", "1"},    {"MREMAP_MAYMOVE", "1"},       {"MREMAP_FIXED", "2"},
        {"MREMAP_DONTUNMAP", "4"}, {"MFD_CLOEXEC", "1"},          {"MFD_ALLOW_SEALING", "2"},
        {"MFD_HUGETLB", "4"},      {"MFD_NOEXEC_SEAL", "8"},      {"MFD_EXEC", "16"},
        {"F_SEAL_SEAL", "1"},      {"F_SEAL_SHRINK", "2"},        {"F_SEAL_GROW", "4"},
        {"F_SEAL_WRITE", "8"},     {"F_SEAL_FUTURE_WRITE", "16"}, {"F_SEAL_EXEC", "32"}};
    static const struct entry of_mincore[] = {
        {"MINCORE_INCORE", "1"}, {"MINCORE_REFERENCED", "2"}, {"MINCORE_MODIFIED", "4"}};
    static const struct entry of_minherit[] = {
        {"MAP_INHERIT_SHARE", "0"}, {"MAP_INHERIT_COPY", "1"}, {"MAP_INHERIT_NONE", "2"}};

    EXPECT("none", DIFFERENCE(MW_OS_LINUX, "generic", on_linux));
    EXPECT("none", DIFFERENCE(MW_OS_APPLE, NULL, of_mincore));
    EXPECT("none", DIFFERENCE(MW_OS_FREEBSD, NULL, of_mincore));
    EXPECT("none", DIFFERENCE(MW_OS_NETBSD, NULL, of_minherit));
    EXPECT("3", value_there(MW_OS_OPENBSD, NULL, "MAP_INHERIT_ZERO"));
    EXPECT("4", value_there(MW_OS_NETBSD, NULL, "MAP_INHERIT_ZERO"));
}

CASE("CON-15", MAPWISE("CON-15"),
     "a name that no table has is not found, and neither is one on an unknown architecture",
     "a typing mistake turns into some number, and that into some flag")
{
    EXPECT("unknown", value_there(MW_OS_THIS, NULL, "MAP_NO_SUCH_FLAG"));
    EXPECT("unknown", value_there(MW_OS_THIS, NULL, "map_shared"));
    EXPECT("unknown", value_there(MW_OS_THIS, NULL, NULL));
    EXPECT("unknown", value_there(MW_OS_LINUX, "pdp11", "MAP_SHARED"));
    EXPECT("unknown", value_there(MW_OS_WINDOWS, NULL, "MAP_SHARED"));
    EXPECT("1", value_there(MW_OS_LINUX, "generic", "MAP_SHARED"));
}

/* A set of flags as names: "MS_INVALIDATE MS_SYNC"; what has no name is not there. */
static const char *names_of(mw_os os, const char *arch, mw_const_class const_class, int64_t set)
{
    static char text[200];
    const mw_const *flags[128];
    const size_t count = mw_const_list(flags, 128, os, arch, const_class);

    text[0] = '\0';
    for (size_t i = 0; i < count && i < 128; i++) {
        const int64_t value = flags[i]->value;
        if (value == 0 || (value & (value - 1)) != 0 || !(set & value))
            continue;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? " " : "", flags[i]->name);
        set &= ~value;
    }
    return text;
}

CASE("CON-16", MAPWISE("CON-16"), "a set of flags can be written as names, with the list of its class",
     "a trace of system calls shows numbers where a person needs names")
{
    EXPECT("MS_INVALIDATE MS_SYNC", names_of(MW_OS_LINUX, "generic", MW_CLASS_MS, 6));
    EXPECT("MS_INVALIDATE MS_KILLPAGES", names_of(MW_OS_APPLE, NULL, MW_CLASS_MS, 6));
    EXPECT("PROT_READ PROT_WRITE", names_of(MW_OS_LINUX, "generic", MW_CLASS_PROT, 3));
    EXPECT("MAP_RENAME MAP_PRIVATE", names_of(MW_OS_LINUX, "powerpc", MW_CLASS_MAP, 0x22));
}
