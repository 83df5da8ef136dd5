/* mapwise constants: every constant of every known system, this one's checked against its headers and
 * its kernel. */
#include "mapwise/constants.h"
#include "json.h"
#include "message.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void print_help(void)
{
    puts("Usage: mapwise constants [NAME…] [--os OS] [--arch ARCH] [--class CLASS] [--sources] [--json]\n"
         "\n"
         "Prints the constants of mmap and its kin on every known system. Those in force on this machine\n"
         "are compared with the headers mapwise was built with, and the running kernel is asked whether it\n"
         "knows them, without changing anything.\n"
         "\n"
         "  NAME           only these constants, upper or lower case, on every system that has them\n"
         "  --os OS        only this system: linux, apple, freebsd, netbsd, openbsd, dragonfly, illumos,\n"
         "                 hurd, haiku, cygwin, aix, qnx, windows, or 'this'\n"
         "  --arch ARCH    what is in force on this architecture of Linux: generic, alpha, arm64, mips,\n"
         "                 parisc, powerpc, sparc, x86, xtensa, their usual other names, or 'this';\n"
         "                 without it every table is shown as it is\n"
         "  --class CLASS  only this class: PROT, MAP, MADV, POSIX_MADV, MS, MCL, MLOCK, MREMAP, MINCORE,\n"
         "                 MFD, SEAL, INHERIT, PAGE, SEC, FILE_MAP, MEM\n"
         "  --sources      below each constant, the header that defines it and where that was read\n"
         "  --json         JSON Lines, one mapwise.constant/1 object for each constant\n"
         "  --help         this text\n"
         "\n"
         "VALUE    the value in mapwise's table; 'absent' where the system does not define the name, and\n"
         "         'n << 24' for a macro of an argument n\n"
         "HEADERS  'same', 'lack it', or the value they have instead; '-' if not in force on this machine\n"
         "KERNEL   'yes' it knows it; 'no' it refuses it (many are optional: a huge page size, say), or can\n"
         "         not be asked and the headers lack it too; 'not asked' where the headers have it and\n"
         "         there is no way to ask that changes nothing\n"
         "\n"
         "Exit status: 0 fine; 1 a value disagrees with the headers, or the kernel refuses a constant that\n"
         "POSIX requires; 2 usage error or unknown name.");
}

/* ---- Which constants ------------------------------------------------------------------------- */

struct request {
    char *const *names; /* ends with NULL; none means all */
    mw_os os;           /* MW_OS_THIS: every system */
    const char *arch;   /* NULL: every table as it is */
    mw_const_class const_class;
    bool sources;
    bool json;
};

struct selection {
    const mw_const **rows;
    size_t count;
};

/* Compares up to the "(n)" with which a macro may be written. */
static bool is_named(const mw_const *row, const char *name)
{
    size_t length = strcspn(name, "(");

    return strlen(row->name) == length && strncasecmp(row->name, name, length) == 0;
}

static bool is_wanted(const mw_const *row, const struct request *request)
{
    if (request->os != MW_OS_THIS && row->os != request->os)
        return false;
    if (request->const_class != MW_CLASS_ANY && row->const_class != request->const_class)
        return false;
    if (request->arch && mw_const_find(row->os, request->arch, row->name) != row)
        return false;
    for (char *const *name = request->names; *name; name++)
        if (is_named(row, *name))
            return true;
    return !*request->names;
}

static bool select_rows(struct selection *out, const struct request *request)
{
    size_t total = 0;

    while (mw_const_at(total))
        total++;
    out->count = 0;
    out->rows = malloc((total + 1) * sizeof(const mw_const *));
    if (!out->rows)
        return false;
    for (size_t i = 0; i < total; i++)
        if (is_wanted(mw_const_at(i), request))
            out->rows[out->count++] = mw_const_at(i);
    return true;
}

/* ---- Names that nobody has ------------------------------------------------------------------- */

enum { NAME_MAX_LENGTH = 63, SUGGESTIONS = 3, NEAR = 4 };

/* How many letters must be inserted, removed or replaced to make one name the other. */
static size_t distance(const char *one, const char *other)
{
    size_t row[NAME_MAX_LENGTH + 1];
    size_t length = strlen(other);

    if (length > NAME_MAX_LENGTH)
        return length;
    for (size_t i = 0; i <= length; i++)
        row[i] = i;
    for (size_t i = 1; one[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            bool same = toupper((unsigned char)one[i - 1]) == toupper((unsigned char)other[j - 1]);
            size_t replaced = diagonal + !same;
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[length];
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Collects the nearest names, nearest first. */
static size_t suggest(const char **names, const char *wanted)
{
    size_t count = 0;

    for (size_t near = 1; near <= NEAR && count < SUGGESTIONS; near++)
        for (size_t i = 0; mw_const_at(i) && count < SUGGESTIONS; i++) {
            const char *name = mw_const_at(i)->name;
            if (distance(wanted, name) == near && !is_among(name, names, count))
                names[count++] = name;
        }
    return count;
}

static int complain_of_name(const char *name)
{
    const char *near[SUGGESTIONS];
    size_t count = suggest(near, name);

    if (count == 0)
        return complain("no system has a constant '%s'; 'mapwise constants' lists them all", name);
    return complain("no system has a constant '%s'; did you mean %s%s%s%s%s?", name, near[0],
                    count > 1 ? ", " : "", count > 1 ? near[1] : "", count > 2 ? ", " : "",
                    count > 2 ? near[2] : "");
}

static int check_names(const struct request *request)
{
    for (char *const *name = request->names; *name; name++) {
        size_t i = 0;
        while (mw_const_at(i) && !is_named(mw_const_at(i), *name))
            i++;
        if (!mw_const_at(i))
            return complain_of_name(*name);
    }
    return EXIT_YES;
}

/* ---- What this machine says ------------------------------------------------------------------ */

struct verdict {
    bool in_force; /* the rest concerns rows in force on this machine only */
    bool compiled;
    int64_t header_value;
    mw_capability kernel;
    bool disagrees;
};

/* POSIX requires these, so no kernel may refuse them. */
static bool posix_requires(const mw_const *row)
{
    static const char *const names[] = {"PROT_NONE", "PROT_READ",     "PROT_WRITE",
                                        "PROT_EXEC", "MAP_SHARED",    "MAP_PRIVATE",
                                        "MAP_FIXED", "MAP_ANONYMOUS", "MAP_ANON"};

    return row->const_class == MW_CLASS_MS || row->const_class == MW_CLASS_POSIX_MADV ||
           is_among(row->name, names, sizeof(names) / sizeof(names[0]));
}

static struct verdict judge(const mw_const *row)
{
    struct verdict verdict = {.in_force = mw_const_find(MW_OS_THIS, NULL, row->name) == row};

    if (!verdict.in_force)
        return verdict;
    verdict.compiled = mw_const_compiled(&verdict.header_value, row);
    verdict.kernel = mw_const_cap(row);
    if (row->kind != MW_CONST_ABSENT)
        verdict.disagrees = (verdict.compiled && verdict.header_value != row->value) ||
                            (verdict.kernel == MW_CAPABILITY_NO && posix_requires(row));
    return verdict;
}

static const char *kernel_word(mw_capability kernel)
{
    switch (kernel) {
    case MW_CAPABILITY_YES:
        return "yes";
    case MW_CAPABILITY_COMPILED:
        return "not asked";
    default:
        return "no";
    }
}

/* ---- Output ---------------------------------------------------------------------------------- */

struct tally {
    size_t in_force, compiled, known, disagree;
};

static void count(struct tally *tally, const struct verdict *verdict)
{
    tally->in_force += verdict->in_force;
    tally->compiled += verdict->compiled;
    tally->known += verdict->in_force && verdict->kernel == MW_CAPABILITY_YES;
    tally->disagree += verdict->disagrees;
}

static const char *headers_word(char *buffer, size_t size, const mw_const *row, const struct verdict *verdict)
{
    if (!verdict->in_force)
        return "-";
    if (!verdict->compiled)
        return "lack it";
    if (row->kind != MW_CONST_ABSENT && verdict->header_value == row->value)
        return "same";
    (void)snprintf(buffer, size, "0x%llx", (unsigned long long)verdict->header_value);
    return buffer;
}

static void print_row(const mw_const *row, const struct verdict *verdict, const struct request *request)
{
    char buffer[32];

    printf("%-32s %-9s %-8s %-11s %-10s %s%s\n", row->name, mw_os_name(row->os), row->arch, row->text,
           headers_word(buffer, sizeof(buffer), row, verdict),
           verdict->in_force ? kernel_word(verdict->kernel) : "-", verdict->disagrees ? "  DISAGREES" : "");
    if (request->sources)
        printf("    %s\n    %s\n", row->header, row->source);
}

static void write_row(struct json *json, const mw_const *row, const struct verdict *verdict)
{
    static const char *const kinds[] = {"number", "absent", "macro"};

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.constant/1");
    json_string(json, "name", row->name);
    json_string(json, "system", mw_os_name(row->os));
    json_string(json, "arch", row->arch);
    json_string(json, "class", mw_const_class_name(row->const_class));
    json_string(json, "kind", kinds[row->kind]);
    if (row->kind == MW_CONST_NUMBER)
        json_integer(json, "value", row->value);
    else
        json_null(json, "value");
    json_string(json, "text", row->text);
    json_string(json, "header", row->header);
    json_string(json, "source", row->source);
    json_boolean(json, "in_force", verdict->in_force);
    if (verdict->compiled)
        json_integer(json, "headers_value", verdict->header_value);
    else
        json_null(json, "headers_value");
    json_string(json, "kernel", verdict->in_force ? kernel_word(verdict->kernel) : NULL);
    json_boolean(json, "disagrees", verdict->disagrees);
    json_end_object(json);
    json_end_record(json);
}

static void print_summary(const struct selection *selection, const struct tally *tally)
{
    printf("\n%zu constant%s", selection->count, selection->count == 1 ? "" : "s");
    if (tally->in_force > 0)
        printf("; in force here (%s, %s) %zu, defined by the headers %zu, known to the kernel %zu",
               mw_os_name(mw_os_host()), mw_const_arch_host(), tally->in_force, tally->compiled,
               tally->known);
    printf("\n");
    if (tally->disagree > 0)
        printf("%zu disagree%s with this machine: see DISAGREES above\n", tally->disagree,
               tally->disagree == 1 ? "s" : "");
}

static int print_selection(const struct selection *selection, const struct request *request)
{
    struct tally tally = {0};
    struct json json = json_to(stdout);

    if (!request->json)
        printf("%-32s %-9s %-8s %-11s %-10s %s\n", "NAME", "SYSTEM", "ARCH", "VALUE", "HEADERS", "KERNEL");
    for (size_t i = 0; i < selection->count; i++) {
        struct verdict verdict = judge(selection->rows[i]);
        count(&tally, &verdict);
        if (request->json)
            write_row(&json, selection->rows[i], &verdict);
        else
            print_row(selection->rows[i], &verdict, request);
    }
    if (!request->json)
        print_summary(selection, &tally);
    return finish_output(tally.disagree > 0 ? EXIT_NO : EXIT_YES);
}

/* ---- Command line ---------------------------------------------------------------------------- */

static int parse_os(struct request *request, const char *name)
{
    if (strcasecmp(name, "this") == 0) {
        request->os = mw_os_host();
        return request->os == MW_OS_THIS ? complain("this system has no table; name another with --os")
                                         : EXIT_YES;
    }
    for (mw_os os = MW_OS_LINUX; mw_os_name(os); os++)
        if (strcasecmp(mw_os_name(os), name) == 0) {
            request->os = os;
            return EXIT_YES;
        }
    return complain("unknown system '%s'; see 'mapwise constants --help' for those with a table", name);
}

static int parse_class(struct request *request, const char *name)
{
    for (mw_const_class c = MW_CLASS_PROT; mw_const_class_name(c); c++)
        if (strcasecmp(mw_const_class_name(c), name) == 0) {
            request->const_class = c;
            return EXIT_YES;
        }
    return complain("unknown class '%s'; see 'mapwise constants --help' for the classes", name);
}

static int parse_option(struct request *request, int option, char **argv)
{
    switch (option) {
    case 'o':
        return parse_os(request, optarg);
    case 'a':
        request->arch = strcasecmp(optarg, "this") == 0 ? mw_const_arch_host() : optarg;
        return EXIT_YES;
    case 'c':
        return parse_class(request, optarg);
    case 's':
        request->sources = true;
        return EXIT_YES;
    case 'j':
        request->json = true;
        return EXIT_YES;
    case ':':
        return complain("'%s' needs a value; see 'mapwise constants --help'", argv[optind - 1]);
    default:
        return complain("unknown option '%s'; see 'mapwise constants --help'", argv[optind - 1]);
    }
}

/* Only Linux has more than one architecture, so naming one means Linux. */
static int check_arch(struct request *request)
{
    if (!request->arch)
        return EXIT_YES;
    if (request->os == MW_OS_THIS)
        request->os = MW_OS_LINUX;
    if (request->os != MW_OS_LINUX)
        return complain("%s has one table for all architectures; --arch is for linux",
                        mw_os_name(request->os));
    if (mw_const_list(NULL, 0, request->os, request->arch, MW_CLASS_ANY) == 0)
        return complain("unknown architecture '%s'; see 'mapwise constants --help' for those of linux",
                        request->arch);
    return EXIT_YES;
}

static int run(const struct request *request)
{
    struct selection selection;
    int status = check_names(request);

    if (status != EXIT_YES)
        return status;
    if (!select_rows(&selection, request))
        return complain("out of memory");
    status = selection.count == 0
                 ? complain("no constant fits all of this; leave out --os, --arch or --class")
                 : print_selection(&selection, request);
    free(selection.rows);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"os", required_argument, NULL, 'o'},
                                            {"arch", required_argument, NULL, 'a'},
                                            {"class", required_argument, NULL, 'c'},
                                            {"sources", no_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct request request = {.os = MW_OS_THIS, .const_class = MW_CLASS_ANY};
    int status = EXIT_YES;

    message_command("mapwise constants");
    for (int option; status == EXIT_YES && (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            print_help();
            return finish_output(EXIT_YES);
        }
        status = parse_option(&request, option, argv);
    }
    request.names = argv + optind;
    if (status == EXIT_YES)
        status = check_arch(&request);
    return status == EXIT_YES ? run(&request) : status;
}
