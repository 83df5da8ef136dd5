#include "options.h"

#include "google_benchmark.h"
#include "message.h"
#include "results.h"
#include "size.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: mapwise bench [options] [DIR...]\n"
    "\n"
    "Measures memory-mapped files in each DIR (default: the current folder), through\n"
    "Google Benchmark. What is cold or warm is prepared and verified for each sample.\n"
    "Files are made in a scratch folder inside DIR, which is removed at the end; how\n"
    "much they take is said before. Memory: at most 384 MiB besides the page cache.\n"
    "\n"
    "  --profile NAME   quick (the default, about a minute), standard or full\n"
    "  --filter RE      only series whose name matches the extended regular expression;\n"
    "                   one that matches only combinations which no profile has runs those\n"
    "  --list           print the names of the series and stop\n"
    "  --output FILE    write the records to FILE, not to a new file in the results folder\n"
    "  --results DIR    the results folder (default: " RESULTS_FOLDER ")\n"
    "  --rounds N       samples of each series (default: 7, 19 or 31 by profile)\n"
    "  --seed N         the order of the samples and of random pages; it is recorded\n"
    "  --resume         go on with the newest run in the results folder (or the one that\n"
    "                   --output names) that was cut off, with its settings; beside it only\n"
    "                   --results, --output and, of an anonymous run, its folders\n"
    "  --drop-caches    for what is cold, drop the whole system's page cache too (root)\n"
    "  --worker         stay, and take a block of samples of the one series that --filter\n"
    "                   names for each line 'block' on standard input; answers are JSON\n"
    "  --anonymize      leave host name, paths and command line out of the records\n"
    "  --benchmark_...  Google Benchmark's own options; --benchmark_filter is --filter,\n"
    "                   --benchmark_format replaces the table, --benchmark_out writes a file\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0 everything was measured or can't be here (NOT RUN, with the reason);\n"
    "2 usage error, or nothing could run; 3 interrupted, or a series failed: its condition\n"
    "could not be had. What was measured until then is kept.\n";

enum {
    OPTION_PROFILE = 256,
    OPTION_FILTER,
    OPTION_LIST,
    OPTION_OUTPUT,
    OPTION_RESULTS,
    OPTION_ROUNDS,
    OPTION_SEED,
    OPTION_ANONYMIZE,
    OPTION_RESUME,
    OPTION_DROP_CACHES,
    OPTION_WORKER,
};

static const struct option table[] = {
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"list", no_argument, NULL, OPTION_LIST},
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"anonymize", no_argument, NULL, OPTION_ANONYMIZE},
    {"resume", no_argument, NULL, OPTION_RESUME},
    {"drop-caches", no_argument, NULL, OPTION_DROP_CACHES},
    {"worker", no_argument, NULL, OPTION_WORKER},
    {NULL, 0, NULL, 0},
};

static bool wants_help(int argc, char *const *argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* What would take rounds, order and counters out of our hands, or does nothing here. */
static bool is_ours(const char *argument)
{
    static const char *const options[] = {"--benchmark_repetitions",     "--benchmark_min_time",
                                          "--benchmark_min_warmup_time", "--benchmark_enable_random",
                                          "--benchmark_perf_counters",   "--benchmark_report_aggregates",
                                          "--benchmark_display_aggre",   "--benchmark_filter=-"};

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strncmp(argument, options[i], strlen(options[i])) == 0)
            return true;
    return false;
}

/* The library would end the program without a word over a file that it can't write. */
static bool can_be_written(const char *path)
{
    struct stat status;
    const bool there = lstat(path, &status) == 0;
    const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);

    if (file < 0) {
        complain("--benchmark_out: cannot write '%s': %s; name another file", path, strerror(errno));
        return false;
    }
    close(file);
    if (!there)
        unlink(path); /* until there is something to be written */
    return true;
}

/* Refuses what the library would answer with a page of usage and exit status 0, or not at all. */
static bool google_option_fits(const char *argument)
{
    static const struct {
        const char *option, *values;
    } choices[] = {{"--benchmark_format=", " console json csv "},
                   {"--benchmark_out_format=", " console json csv "},
                   {"--benchmark_time_unit=", " ns us ms s "}};
    char value[32];

    if (is_ours(argument)) {
        complain("%.*s is not for here: rounds, order, counters and what --filter chooses are mapwise's own; "
                 "name the samples of each series with --rounds N",
                 (int)strcspn(argument, "="), argument);
        return false;
    }
    if (strncmp(argument, "--benchmark_out=", 16) == 0 && !can_be_written(argument + 16))
        return false;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const size_t length = strlen(choices[i].option);
        if (strncmp(argument, choices[i].option, length) != 0)
            continue;
        int written = snprintf(value, sizeof value, " %s ", argument + length);
        if (written < 3 || (size_t)written >= sizeof value || strchr(argument + length, ' ') ||
            !strstr(choices[i].values, value)) {
            complain("'%s' is none of:%.*s; see --help", argument, (int)strlen(choices[i].values) - 1,
                     choices[i].values);
            return false;
        }
    }
    return true;
}

/* What the library takes for no. */
static bool says_no(const char *value)
{
    static const char *const words[] = {"false", "no", "off", "n", "f", "0"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(words[i], value) == 0)
            return true;
    return false;
}

/* Takes --benchmark_* out of argv. */
static bool take_google_options(struct options *options, int *argc, char **argv)
{
    static char filter[1024];

    for (int i = 1; i < *argc; i++) {
        if (!google_option_fits(argv[i]))
            return false;
        options->google.display |= strncmp(argv[i], "--benchmark_format=", 19) == 0;
        options->google.file |= strncmp(argv[i], "--benchmark_out=", 16) == 0;
        if (strncmp(argv[i], "--benchmark_", 12) == 0)
            options->setting = argv[i];
        options->list |= strcmp(argv[i], "--benchmark_list_tests") == 0 ||
                         (strncmp(argv[i], "--benchmark_list_tests=", 23) == 0 && !says_no(argv[i] + 23));
    }
    if (gb_initialize(argc, argv) != GB_OK)
        return complain("Google Benchmark refuses the command line; see --help"), false;
    if (gb_filter(filter, sizeof filter) >= sizeof filter)
        return complain("--benchmark_filter is too long; at most %zu characters", sizeof filter - 1), false;
    if (filter[0] && strcmp(filter, "all") != 0)
        options->filter = filter;
    return true;
}

static const char *const profile_names[PROFILES] = {"quick", "standard", "full"};

const char *options_profile_name(const struct options *options)
{
    return profile_names[options->profile];
}

unsigned options_rounds(const struct options *options)
{
    static const unsigned rounds[PROFILES] = {7, 19, 31};

    return options->rounds ? options->rounds : rounds[options->profile];
}

bool options_set_profile(struct options *options, const char *name)
{
    for (int i = 0; i < PROFILES; i++)
        if (strcmp(profile_names[i], name) == 0) {
            options->profile = (enum profile)i;
            return true;
        }
    complain("unknown profile '%s'; there are quick, standard and full", name);
    return false;
}

static bool set_number(uint64_t *out, const char *option, const char *text, uint64_t least, uint64_t most)
{
    if (parse_size(out, text) && *out >= least && *out <= most)
        return true;
    complain("--%s '%s' is not a number that makes sense; see --help", option, text);
    return false;
}

static bool take_option(struct options *options, int option, const char *value)
{
    uint64_t number = 0;

    switch (option) {
    case OPTION_PROFILE:
        return options_set_profile(options, value);
    case OPTION_FILTER:
        options->filter = value;
        return true;
    case OPTION_LIST:
        return options->list = true;
    case OPTION_OUTPUT:
        options->output = value;
        return true;
    case OPTION_RESULTS:
        options->results = value;
        return true;
    case OPTION_ROUNDS:
        if (!set_number(&number, "rounds", value, 1, ROUNDS_MAX))
            return false;
        options->rounds = (unsigned)number;
        return true;
    case OPTION_SEED:
        return set_number(&options->seed, "seed", value, 0, UINT64_MAX);
    case OPTION_ANONYMIZE:
        return options->anonymize = true;
    case OPTION_RESUME:
        return options->resume = true;
    case OPTION_WORKER:
        return options->worker = true;
    case OPTION_DROP_CACHES:
        return options->drop_caches = true;
    default:
        return false;
    }
}

/* What a run that goes on has on record, or can't have any more. */
static bool is_setting(int option)
{
    return option != OPTION_RESUME && option != OPTION_OUTPUT && option != OPTION_RESULTS;
}

static int refuse(char *const *argv, int option)
{
    const char *given = argv[optind - 1];

    if (option == ':')
        return complain("%s needs a value; see --help", given);
    return complain("unknown option '%s'; see --help", given);
}

int options_parse(struct options *options, int argc, char **argv)
{
    static char *current_folder[] = {".", NULL};
    int option;

    *options = (struct options){.results = RESULTS_FOLDER, .seed = (uint64_t)time(NULL)};
    if (wants_help(argc, argv)) {
        fputs(help, stdout);
        return EXIT_YES;
    }
    if (!take_google_options(options, &argc, argv))
        return EXIT_USAGE;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (option == '?' || option == ':')
            return refuse(argv, option);
        if (!take_option(options, option, optarg))
            return EXIT_USAGE;
        if (is_setting(option))
            options->setting = argv[optind - (optarg == argv[optind - 1] ? 2 : 1)];
    }
    if (options->anonymize && (options->google.file || options->google.display))
        return complain("--anonymize can't reach what Google Benchmark writes, which names the host; leave "
                        "out --benchmark_out and --benchmark_format");
    if (options->resume && options->setting)
        return complain("--resume goes on with the settings of the run; leave out '%s'", options->setting);
    if (options->worker && (options->output || options->rounds))
        return complain("--worker answers on standard output, a block for each request; leave out '%s'",
                        options->output ? "--output" : "--rounds");
    options->directories_named = optind < argc;
    options->directories = optind < argc ? &argv[optind] : current_folder;
    options->directory_count = optind < argc ? (size_t)(argc - optind) : 1;
    return -1;
}
