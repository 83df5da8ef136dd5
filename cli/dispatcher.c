/* mapwise COMMAND … runs mapwise-COMMAND, which lies beside this program or on the PATH. */
#include "message.h"
#include "sibling.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    const char *name, *summary, *when_missing;
};

static const struct command commands[] = {
    {"check", "does mmap behave as documented here? Runs the conformance suites", "build mapwise again"},
    {"bench", "how fast is it? Runs the benchmarks",
     "it needs Google Benchmark: apt-get install libbenchmark-dev, then build mapwise again"},
    {"report", "draws the HTML report of everything in the results folder",
     "build mapwise without MAPWISE_STATIC"},
    {"constants", "every constant of every known system; this one's checked", "build mapwise again"},
    {"info", "the environment fingerprint: hardware, kernel, settings, file system", "build mapwise again"},
};

static const size_t command_count = sizeof commands / sizeof commands[0];

static void print_help(void)
{
    puts("Usage: mapwise COMMAND [OPTION…] [DIR…]\n"
         "\n"
         "Tells the truth about mmap on this machine.\n"
         "\n"
         "Commands:");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    puts("\n"
         "mapwise COMMAND --help describes a command. A program mapwise-NAME beside this one or on the\n"
         "PATH is a command too.\n"
         "\n"
         "Exit status: 0 fine; 1 a result that was not expected; 2 usage error, or nothing could run;\n"
         "3 interrupted or inconclusive.");
}

static const char *advice_when_missing(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].when_missing;
    return NULL;
}

static int run_command(char **arguments, const char *called_as)
{
    char name[NAME_MAX];
    const char *command = arguments[0];

    if (strchr(command, '/') || strlen(command) > 64)
        return complain("'%s' is not a command; 'mapwise --help' lists them", command);
    snprintf(name, sizeof name, "mapwise-%s", command);
    arguments[0] = name;
    sibling_become(arguments, called_as);
    if (errno != ENOENT)
        return complain("cannot run %s: %s", name, strerror(errno));

    const char *advice = advice_when_missing(command);
    if (advice)
        return complain("%s is not built here; %s", name, advice);
    return complain("'%s' is not a command; 'mapwise --help' lists them", command);
}

int main(int argc, char **argv)
{
    message_command("mapwise");
    if (argc < 2)
        return complain("which command? 'mapwise --help' lists them");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return finish_output(EXIT_YES);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("mapwise " MAPWISE_VERSION);
        return finish_output(EXIT_YES);
    }
    return run_command(argv + 1, argv[0]);
}
