/* The constants registry: looks names up in the tables of lib/constants/. */
#include "mapwise/constants.h"

#include "capability.h"
#include "tables.h"

#include <string.h>

/* Architecture names that uname -m and compilers use, where the tables have another. */
static const struct {
    const char *alias;
    const char *arch;
} arch_aliases[] = {
    {"x86_64", "x86"},      {"amd64", "x86"},         {"i386", "x86"},        {"i486", "x86"},
    {"i586", "x86"},        {"i686", "x86"},          {"aarch64", "arm64"},   {"aarch64_be", "arm64"},
    {"ppc", "powerpc"},     {"ppc64", "powerpc"},     {"ppc64le", "powerpc"}, {"powerpc64", "powerpc"},
    {"sparc64", "sparc"},   {"mips64", "mips"},       {"mipsel", "mips"},     {"mips64el", "mips"},
    {"hppa", "parisc"},     {"hppa64", "parisc"},     {"parisc64", "parisc"}, {"powerpc64le", "powerpc"},
    {"riscv", "generic"},   {"riscv32", "generic"},   {"riscv64", "generic"}, {"s390", "generic"},
    {"s390x", "generic"},   {"loongarch", "generic"}, {"csky", "generic"},    {"loongarch64", "generic"},
    {"hexagon", "generic"}, {"arm", "generic"},       {"armv6l", "generic"},  {"armv7l", "generic"},
    {"armv8l", "generic"},
};

static const char *const os_names[] = {
    [MW_OS_LINUX] = "linux",     [MW_OS_APPLE] = "apple",     [MW_OS_FREEBSD] = "freebsd",
    [MW_OS_NETBSD] = "netbsd",   [MW_OS_OPENBSD] = "openbsd", [MW_OS_DRAGONFLY] = "dragonfly",
    [MW_OS_ILLUMOS] = "illumos", [MW_OS_HURD] = "hurd",       [MW_OS_HAIKU] = "haiku",
    [MW_OS_CYGWIN] = "cygwin",   [MW_OS_AIX] = "aix",         [MW_OS_QNX] = "qnx",
    [MW_OS_WINDOWS] = "windows",
};

static const char *const class_names[] = {
    [MW_CLASS_PROT] = "PROT",       [MW_CLASS_MAP] = "MAP",
    [MW_CLASS_MADV] = "MADV",       [MW_CLASS_MS] = "MS",
    [MW_CLASS_MCL] = "MCL",         [MW_CLASS_POSIX_MADV] = "POSIX_MADV",
    [MW_CLASS_MLOCK] = "MLOCK",     [MW_CLASS_MREMAP] = "MREMAP",
    [MW_CLASS_MINCORE] = "MINCORE", [MW_CLASS_MFD] = "MFD",
    [MW_CLASS_SEAL] = "SEAL",       [MW_CLASS_INHERIT] = "INHERIT",
    [MW_CLASS_PAGE] = "PAGE",       [MW_CLASS_SEC] = "SEC",
    [MW_CLASS_MEM] = "MEM",         [MW_CLASS_FILE_MAP] = "FILE_MAP",
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *mw_os_name(mw_os os)
{
    return (size_t)os < COUNT_OF(os_names) ? os_names[os] : NULL;
}

const char *mw_const_class_name(mw_const_class const_class)
{
    return (size_t)const_class < COUNT_OF(class_names) ? class_names[const_class] : NULL;
}

mw_os mw_os_host(void)
{
    return mw__header_os;
}

const char *mw_const_arch_host(void)
{
    return mw__header_arch;
}

const char *mw_const_arch(mw_os os, size_t index)
{
    const char *previous = "";

    for (const struct mw__constant_table *const *table = mw__constant_tables; *table; table++) {
        if ((*table)->os != os || strcmp((*table)->arch, previous) == 0)
            continue;
        previous = (*table)->arch;
        if (index-- == 0)
            return previous;
    }
    return NULL;
}

static const char *arch_of_alias(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(arch_aliases); i++)
        if (strcmp(arch_aliases[i].alias, name) == 0)
            return arch_aliases[i].arch;
    return name;
}

/* The first table to look in, NULL if there is none. Only Linux has more than one to choose from. */
static const struct mw__constant_table *first_table(mw_os os, const char *arch)
{
    const struct mw__constant_table *found = NULL;

    if (os == MW_OS_THIS)
        os = mw__header_os;
    if (os == MW_OS_LINUX && !arch)
        arch = mw__header_os == MW_OS_LINUX ? mw__header_arch : "generic";
    else if (os == MW_OS_LINUX)
        arch = arch_of_alias(arch);
    for (const struct mw__constant_table *const *table = mw__constant_tables; *table; table++)
        if ((*table)->os == os && (os != MW_OS_LINUX || strcmp((*table)->arch, arch) == 0))
            found = *table;
    return found;
}

static const mw_const *find_from(const struct mw__constant_table *table, const char *name)
{
    for (; table; table = table->next)
        for (size_t i = 0; i < table->count; i++)
            if (strcmp(table->rows[i].name, name) == 0)
                return &table->rows[i];
    return NULL;
}

const mw_const *mw_const_find(mw_os os, const char *arch, const char *name)
{
    return name ? find_from(first_table(os, arch), name) : NULL;
}

size_t mw_const_list(const mw_const **out, size_t capacity, mw_os os, const char *arch,
                     mw_const_class const_class)
{
    const struct mw__constant_table *first = first_table(os, arch);
    size_t count = 0;

    for (const struct mw__constant_table *table = first; table; table = table->next)
        for (size_t i = 0; i < table->count; i++) {
            const mw_const *row = &table->rows[i];
            if (const_class != MW_CLASS_ANY && row->const_class != const_class)
                continue;
            if (find_from(first, row->name) != row)
                continue; /* an earlier table overrides it */
            if (count < capacity)
                out[count] = row;
            count++;
        }
    return count;
}

const mw_const *mw_const_at(size_t index)
{
    for (const struct mw__constant_table *const *table = mw__constant_tables; *table; table++) {
        if (index < (*table)->count)
            return &(*table)->rows[index];
        index -= (*table)->count;
    }
    return NULL;
}

static bool in_force_here(const mw_const *constant)
{
    return constant && mw_const_find(MW_OS_THIS, NULL, constant->name) == constant;
}

bool mw_const_compiled(int64_t *value, const mw_const *constant)
{
    if (!in_force_here(constant))
        return false;
    for (const struct mw__header_value *header = mw__header_values; header->name; header++)
        if (strcmp(header->name, constant->name) == 0) {
            if (value)
                *value = header->value;
            return true;
        }
    return false;
}

mw_capability mw_const_cap(const mw_const *constant)
{
    if (!in_force_here(constant) || constant->kind == MW_CONST_ABSENT)
        return MW_CAPABILITY_NO;

    switch (mw__os_ask_constant(constant)) {
    case MW_ANSWER_KNOWN:
        return MW_CAPABILITY_YES;
    case MW_ANSWER_REFUSED:
        return MW_CAPABILITY_NO;
    default:
        return mw_const_compiled(NULL, constant) ? MW_CAPABILITY_COMPILED : MW_CAPABILITY_NO;
    }
}
