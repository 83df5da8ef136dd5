/* mapwise info: the environment fingerprint, for people or as JSON. */
#include "facts.h"
#include "message.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_help(void)
{
    puts("Usage: mapwise info [--json] [DIR…]\n"
         "\n"
         "Prints the environment fingerprint: hardware, kernel and settings, what changes from minute to\n"
         "minute, and the file system of each DIR (default: the current folder).\n"
         "\n"
         "  --json   one JSON object, as in the run record of a results file\n"
         "  --help   this text\n"
         "\n"
         "Exit status: 0 fine; 2 usage error.");
}

static void print_facts(const struct facts *facts, enum fact_level level)
{
    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].level == level)
            printf("  %-30s %s\n", facts->list[i].name, facts->list[i].value);
}

static void print_for_people(char *const *directories)
{
    struct facts facts;

    facts_of_machine(&facts);
    for (enum fact_level level = FACT_HARDWARE; level < FACT_LEVELS; level++) {
        printf("%s\n", facts_level_name(level));
        print_facts(&facts, level);
    }
    for (; *directories; directories++) {
        facts_of_directory(&facts, *directories);
        printf("folder %s\n", *directories);
        print_facts(&facts, FACT_SYSTEM);
        print_facts(&facts, FACT_TRANSIENT);
    }
}

static void print_json(char *const *directories)
{
    struct facts facts;
    struct json json = json_to(stdout);

    facts_of_machine(&facts);
    json_object(&json, NULL);
    json_string(&json, "schema", "mapwise.info/1");
    facts_write_machine(&facts, &json, "environment");
    json_array(&json, "directories");
    for (; *directories; directories++) {
        facts_of_directory(&facts, *directories);
        json_object(&json, NULL);
        for (size_t i = 0; i < facts.count; i++)
            json_string(&json, facts.list[i].name, facts.list[i].value);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    json_end_record(&json);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static char *const here[] = {".", NULL};
    bool as_json = false;

    message_command("mapwise info");
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h') {
            print_help();
            return finish_output(EXIT_YES);
        }
        if (option == '?')
            return complain("unknown option '%s'; see 'mapwise info --help'", argv[optind - 1]);
        as_json = true;
    }
    char *const *directories = optind < argc ? argv + optind : here;
    for (char *const *directory = directories; *directory; directory++)
        if (access(*directory, F_OK) != 0)
            return complain("'%s' does not exist; name a folder that does", *directory);
    if (as_json)
        print_json(directories);
    else
        print_for_people(directories);
    return finish_output(EXIT_YES);
}
