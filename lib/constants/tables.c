/* The tables themselves: each *.def file here is a list of rows for these three macros.
 *
 * A new constant is a row in a *.def file, one to a line, below the MW_ORIGIN that says where it was read.
 * A new system or architecture is a *.def file, its lines here, a write_host() in generate.cmake, and its
 * names in constants.h and constants.c. */
#include "tables.h"

/* MW_TABLE and MW_ORIGIN are defined by the table files: system and architecture, header and source. */
#define MW_NUMBER(class, name, value)                                                                        \
    {#name, value, #value, MW_CONST_NUMBER, MW_CLASS_##class, MW_TABLE, MW_ORIGIN},
#define MW_ABSENT(class, name) {#name, 0, "absent", MW_CONST_ABSENT, MW_CLASS_##class, MW_TABLE, MW_ORIGIN},
#define MW_SHIFT(class, name, shift)                                                                         \
    {#name, INT64_C(1) << (shift), "n << " #shift, MW_CONST_SHIFT, MW_CLASS_##class, MW_TABLE, MW_ORIGIN},

/* clang-format off */
static const mw_const linux_common_rows[] = {
#include "linux-common.def"
};
static const mw_const linux_generic_rows[] = {
#include "linux-generic.def"
};
static const mw_const linux_alpha_rows[] = {
#include "linux-alpha.def"
};
static const mw_const linux_arm64_rows[] = {
#include "linux-arm64.def"
};
static const mw_const linux_mips_rows[] = {
#include "linux-mips.def"
};
static const mw_const linux_parisc_rows[] = {
#include "linux-parisc.def"
};
static const mw_const linux_powerpc_rows[] = {
#include "linux-powerpc.def"
};
static const mw_const linux_sparc_rows[] = {
#include "linux-sparc.def"
};
static const mw_const linux_x86_rows[] = {
#include "linux-x86.def"
};
static const mw_const linux_xtensa_rows[] = {
#include "linux-xtensa.def"
};
static const mw_const apple_rows[] = {
#include "apple.def"
};
static const mw_const freebsd_rows[] = {
#include "freebsd.def"
};
static const mw_const netbsd_rows[] = {
#include "netbsd.def"
};
static const mw_const openbsd_rows[] = {
#include "openbsd.def"
};
static const mw_const dragonfly_rows[] = {
#include "dragonfly.def"
};
static const mw_const illumos_rows[] = {
#include "illumos.def"
};
static const mw_const hurd_rows[] = {
#include "hurd.def"
};
static const mw_const haiku_rows[] = {
#include "haiku.def"
};
static const mw_const cygwin_rows[] = {
#include "cygwin.def"
};
static const mw_const aix_rows[] = {
#include "aix-ppc64.def"
};
static const mw_const qnx_rows[] = {
#include "qnx.def"
};
static const mw_const windows_rows[] = {
#include "windows.def"
};
/* clang-format on */

#define TABLE(table, os, arch, next)                                                                         \
    static const struct mw__constant_table table = {os, arch, table##_rows,                                  \
                                                    sizeof(table##_rows) / sizeof(table##_rows[0]), next}

TABLE(linux_common, MW_OS_LINUX, "generic", NULL);
TABLE(linux_generic, MW_OS_LINUX, "generic", &linux_common);
TABLE(linux_alpha, MW_OS_LINUX, "alpha", &linux_common);
TABLE(linux_arm64, MW_OS_LINUX, "arm64", &linux_generic);
TABLE(linux_mips, MW_OS_LINUX, "mips", &linux_common);
TABLE(linux_parisc, MW_OS_LINUX, "parisc", &linux_common);
TABLE(linux_powerpc, MW_OS_LINUX, "powerpc", &linux_generic);
TABLE(linux_sparc, MW_OS_LINUX, "sparc", &linux_generic);
TABLE(linux_x86, MW_OS_LINUX, "x86", &linux_generic);
TABLE(linux_xtensa, MW_OS_LINUX, "xtensa", &linux_common);
TABLE(apple, MW_OS_APPLE, "generic", NULL);
TABLE(freebsd, MW_OS_FREEBSD, "generic", NULL);
TABLE(netbsd, MW_OS_NETBSD, "generic", NULL);
TABLE(openbsd, MW_OS_OPENBSD, "generic", NULL);
TABLE(dragonfly, MW_OS_DRAGONFLY, "generic", NULL);
TABLE(illumos, MW_OS_ILLUMOS, "generic", NULL);
TABLE(hurd, MW_OS_HURD, "generic", NULL);
TABLE(haiku, MW_OS_HAIKU, "generic", NULL);
TABLE(cygwin, MW_OS_CYGWIN, "generic", NULL);
TABLE(aix, MW_OS_AIX, "ppc64", NULL);
TABLE(qnx, MW_OS_QNX, "generic", NULL);
TABLE(windows, MW_OS_WINDOWS, "generic", NULL);

const struct mw__constant_table *const mw__constant_tables[] = {
    &linux_common,  &linux_generic, &linux_alpha, &linux_arm64,  &linux_mips, &linux_parisc,
    &linux_powerpc, &linux_sparc,   &linux_x86,   &linux_xtensa, &apple,      &freebsd,
    &netbsd,        &openbsd,       &dragonfly,   &illumos,      &hurd,       &haiku,
    &cygwin,        &aix,           &qnx,         &windows,      NULL};
