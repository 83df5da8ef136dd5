#include "options.h"

#include "calls.h"
#include "difference.h"
#include "message.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LIST_MAX = 64, JOBS_MAX = 64, ROUNDS_MAX = 100000 };

static void print_help(void)
{
    printf("Usage: mapwise check [OPTION…] [DIR…]\n"
           "\n"
           "Runs the conformance suites: does mmap behave as documented here? Cases that use files run once\n"
           "in each DIR (default: the current folder), in a scratch folder that is removed afterwards; at\n"
           "most %d MiB of disk are used at a time.\n"
           "\n"
           "  --suite NAME         run this suite only; may be given again\n"
           "  --case GLOB          run the cases whose id matches only, 'fault.*' say; may be given again\n"
           "  --list               list the selected cases instead of running them\n"
           "  --coverage           tell which sentences of POSIX and of the manual pages these cases\n"
           "                       check, and which none does, instead of running them\n"
           "  --format FORMAT      what is printed:\n",
           MAPWISE_CHECK_DISK_MIB);
    for (const struct format *const *format = formats; *format; format++)
        printf("                         %-8s %s\n", (*format)->name, (*format)->summary);
    puts("  --diff OLD NEW       run nothing; tell what differs between two records, files of a results "
         "folder:\n"
         "                       before and after an upgrade, say (format human, markdown or jsonl)\n"
         "  --output FILE        print into FILE\n"
         "  --results DIR        the folder that the record of the run is added to (" RESULTS_FOLDER ")\n"
         "  --no-results         keep no record\n"
         "  --path PATH          what the cases call: libc (the default), raw (system calls, without the C\n"
         "                       library), library (libmapwise, where it can express the call)\n"
         "  --expect FILE        look for what this system is known to do differently in FILE, too; it is "
         "like\n"
         "                       conformance/expectations/linux.tsv\n"
         "  --update-expectations  write into that FILE what is observed now: a deviation that is gone goes, "
         "a\n"
         "                       new one comes, reasons stay\n"
         "  --emulator NAME      what stands in for the kernel, 'qemu-user 7.2' say: expectations for it "
         "hold\n"
         "  --repeat N           run everything N times, and tell which cases do not always answer the same\n"
         "  --seed N             the order in which cases start, and what they draw at random, follow from "
         "N;\n"
         "                       the rounds of --repeat have the seeds N, N + 1, … (default: 0, the usual "
         "order)\n"
         "  --jobs N             cases that run at once (default: the number of processors, 2 at least)\n"
         "  --timeout S          seconds that a case may take unless it declares more (default: 2)\n"
         "  --timeout-scale X    multiplies every limit, for emulators (default: 1)\n"
         "  --invasive           run the cases that change the machine's state, too\n"
         "  --anonymize          leave host name, command line, paths and mount names out of the record\n"
         "  --help               this text\n"
         "\n"
         "Exit status: 0 everything is as documented (or can't be run here, and is told apart); 1 something\n"
         "is not; 2 usage error, or nothing could run; 3 interrupted. With --diff: 0 nothing is worse in "
         "NEW; 1\n"
         "something is; 2 usage error, or a record is incomplete and the rest is no worse.");
}

static bool parse_number(double *value, const char *text, double smallest, double largest)
{
    char *end;

    errno = 0;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *value >= smallest && *value <= largest;
}

static int refuse_value(const char *option, const char *value, const char *wanted)
{
    return complain("%s '%s' is not %s; see 'mapwise check --help'", option, value, wanted);
}

static int add_to(const char **list, size_t *count, const char *value, const char *option)
{
    if (*count == LIST_MAX)
        return complain("%s is given more than %d times; a pattern says more", option, LIST_MAX);
    list[(*count)++] = value;
    return -1;
}

static int set_suite(struct options *options, const char *value)
{
    static const char *names[LIST_MAX];

    if (!registry_has_suite(value))
        return complain("there is no suite '%s'; 'mapwise check --list' shows them", value);
    options->selection.suites = names;
    return add_to(names, &options->selection.suite_count, value, "--suite");
}

static int set_case(struct options *options, const char *value)
{
    static const char *globs[LIST_MAX];

    options->selection.globs = globs;
    return add_to(globs, &options->selection.glob_count, value, "--case");
}

static int set_list(struct options *options, const char *value)
{
    (void)value;
    options->list = true;
    return -1;
}

static int set_coverage(struct options *options, const char *value)
{
    (void)value;
    options->coverage = true;
    return -1;
}

static int set_diff(struct options *options, const char *value)
{
    options->older = value;
    return -1;
}

static int set_format(struct options *options, const char *value)
{
    options->format = format_named(value);
    return options->format ? -1
                           : refuse_value("--format", value, "human, tap, ktap, junit, markdown or jsonl");
}

static int set_output(struct options *options, const char *value)
{
    options->output = value;
    return -1;
}

static int set_results(struct options *options, const char *value)
{
    options->results = value;
    return -1;
}

static int set_no_results(struct options *options, const char *value)
{
    (void)value;
    options->store = false;
    return -1;
}

static int set_path(struct options *options, const char *value)
{
    (void)options;
    return call_path_set(value) ? -1 : refuse_value("--path", value, "libc, raw or library");
}

static int set_expect(struct options *options, const char *value)
{
    options->expect = value;
    return -1;
}

static int set_update_expectations(struct options *options, const char *value)
{
    (void)value;
    options->update_expectations = true;
    return -1;
}

static int set_emulator(struct options *options, const char *value)
{
    options->emulator = value;
    return -1;
}

static int set_repeat(struct options *options, const char *value)
{
    double rounds;

    if (!parse_number(&rounds, value, 1, ROUNDS_MAX) || rounds != floor(rounds))
        return refuse_value("--repeat", value, "a whole number from 1 to 100000");
    options->rounds = (size_t)rounds;
    return -1;
}

static int set_seed(struct options *options, const char *value)
{
    char *end;

    errno = 0;
    options->seed = strtoull(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end || errno != 0)
        return refuse_value("--seed", value, "a whole number from 0 to 18446744073709551615");
    return -1;
}

static int set_jobs(struct options *options, const char *value)
{
    double jobs;

    if (!parse_number(&jobs, value, 1, JOBS_MAX) || jobs != floor(jobs))
        return refuse_value("--jobs", value, "a whole number from 1 to 64");
    options->jobs = (int)jobs;
    return -1;
}

static int set_timeout(struct options *options, const char *value)
{
    if (!parse_number(&options->seconds, value, 0.01, 86400))
        return refuse_value("--timeout", value, "a number of seconds from 0.01 to 86400");
    return -1;
}

static int set_scale(struct options *options, const char *value)
{
    if (!parse_number(&options->scale, value, 0.01, 1000))
        return refuse_value("--timeout-scale", value, "a number from 0.01 to 1000");
    return -1;
}

static int set_invasive(struct options *options, const char *value)
{
    (void)value;
    options->invasive = true;
    return -1;
}

static int set_anonymize(struct options *options, const char *value)
{
    (void)value;
    options->anonymize = true;
    return -1;
}

static int set_help(struct options *options, const char *value)
{
    (void)options;
    (void)value;
    print_help();
    return finish_output(EXIT_YES);
}

static const struct {
    const char *name;
    int has_value;
    int (*set)(struct options *options, const char *value);
} table[] = {
    {"suite", required_argument, set_suite},
    {"case", required_argument, set_case},
    {"list", no_argument, set_list},
    {"coverage", no_argument, set_coverage},
    {"diff", required_argument, set_diff},
    {"format", required_argument, set_format},
    {"output", required_argument, set_output},
    {"results", required_argument, set_results},
    {"no-results", no_argument, set_no_results},
    {"path", required_argument, set_path},
    {"expect", required_argument, set_expect},
    {"update-expectations", no_argument, set_update_expectations},
    {"emulator", required_argument, set_emulator},
    {"repeat", required_argument, set_repeat},
    {"seed", required_argument, set_seed},
    {"jobs", required_argument, set_jobs},
    {"timeout", required_argument, set_timeout},
    {"timeout-scale", required_argument, set_scale},
    {"invasive", no_argument, set_invasive},
    {"anonymize", no_argument, set_anonymize},
    {"help", no_argument, set_help},
};

enum { TABLE_SIZE = sizeof table / sizeof table[0] };

static int default_jobs(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    return processors < 2 ? 2 : processors > JOBS_MAX ? JOBS_MAX : (int)processors;
}

int options_parse(struct options *options, int argc, char **argv)
{
    static const char *const here[] = {"."};
    struct option long_options[TABLE_SIZE + 1] = {{0}};

    for (int i = 0; i < TABLE_SIZE; i++)
        long_options[i] = (struct option){table[i].name, table[i].has_value, NULL, i + 1};
    *options = (struct options){.store = true,
                                .format = &human_format,
                                .results = RESULTS_FOLDER,
                                .jobs = default_jobs(),
                                .rounds = 1,
                                .seconds = 2,
                                .scale = 1};
    opterr = 0;
    for (;;) {
        int shown = optind; /* the argument that getopt looks at */
        int found = getopt_long(argc, argv, ":", long_options, NULL);
        if (found == -1)
            break;
        if (found == ':')
            return complain("%s needs a value; see 'mapwise check --help'", argv[optind - 1]);
        if (found == '?')
            return complain("unknown option '%s'; see 'mapwise check --help'", argv[shown]);
        int status = table[found - 1].set(options, optarg);
        if (status != -1)
            return status;
    }
    if (options->update_expectations && !options->expect)
        return complain(
            "--update-expectations needs --expect FILE, which it writes; see 'mapwise check --help'");
    if (options->older) {
        if (argc - optind != 1 || options->output)
            return complain("--diff takes two records, OLD and NEW, and prints; see 'mapwise check --help'");
        return tell_difference(options->older, argv[optind], options->format, argv[0]);
    }
    options->directories = optind < argc ? (const char *const *)argv + optind : here;
    options->directory_count = optind < argc ? (size_t)(argc - optind) : 1;
    return -1;
}
