#include "facts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

void facts_add(struct facts *facts, enum fact_level level, const char *name, const char *format, ...)
{
    if (facts->count == sizeof facts->list / sizeof facts->list[0])
        return;
    struct fact *fact = &facts->list[facts->count++];
    va_list arguments;

    fact->level = level;
    snprintf(fact->name, sizeof fact->name, "%s", name);
    va_start(arguments, format);
    vsnprintf(fact->value, sizeof fact->value, format, arguments);
    va_end(arguments);
}

void facts_add_file(struct facts *facts, enum fact_level level, const char *name, const char *path)
{
    char line[sizeof facts->list[0].value];
    FILE *file = fopen(path, "re");

    if (!file)
        return;
    if (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        facts_add(facts, level, name, "%s", line);
    }
    fclose(file);
}

const char *facts_find(const struct facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->count; i++)
        if (strcmp(facts->list[i].name, name) == 0)
            return facts->list[i].value;
    return NULL;
}

void facts_remove(struct facts *facts, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < facts->count; i++)
        if (strcmp(facts->list[i].name, name) != 0)
            facts->list[kept++] = facts->list[i];
    facts->count = kept;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++)
        hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3); /* "ab","c" differs from "a","bc" */
}

uint64_t facts_hash(const struct facts *facts, enum fact_level level)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].level == level)
            hash = hash_text(hash_text(hash, facts->list[i].name), facts->list[i].value);
    return hash;
}

const char *facts_level_name(enum fact_level level)
{
    static const char *const names[FACT_LEVELS] = {"hardware", "system", "transient"};

    return names[level];
}

void facts_of_machine(struct facts *facts)
{
    struct utsname name;

    facts->count = 0;
    if (uname(&name) == 0) {
        facts_add(facts, FACT_HARDWARE, "machine", "%s", name.machine);
        facts_add(facts, FACT_SYSTEM, "kernel", "%s", name.sysname);
        facts_add(facts, FACT_SYSTEM, "kernel_release", "%s", name.release);
        facts_add(facts, FACT_SYSTEM, "kernel_version", "%s", name.version);
    }
    facts_add(facts, FACT_HARDWARE, "cpus", "%ld", sysconf(_SC_NPROCESSORS_CONF));
    facts_add(facts, FACT_SYSTEM, "cpus_online", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
    facts_add(facts, FACT_SYSTEM, "page_size", "%ld", sysconf(_SC_PAGESIZE));
    facts_add(facts, FACT_SYSTEM, "pointer_bits", "%zu", sizeof(void *) * CHAR_BIT);
    facts_add(facts, FACT_SYSTEM, "mapwise", "%s", MAPWISE_VERSION);
    facts_add(facts, FACT_SYSTEM, "compiler", "%s", MAPWISE_COMPILER);
    facts_add(facts, FACT_SYSTEM, "build_type", "%s", MAPWISE_BUILD_TYPE);
    facts_of_machine_platform(facts);
}

void facts_of_directory(struct facts *facts, const char *directory)
{
    char absolute[PATH_MAX];
    struct statvfs status;

    facts->count = 0;
    facts_add(facts, FACT_SYSTEM, "path", "%s", realpath(directory, absolute) ? absolute : directory);
    if (statvfs(directory, &status) == 0) {
        facts_add(facts, FACT_SYSTEM, "block_size", "%lu", status.f_bsize);
        facts_add(facts, FACT_TRANSIENT, "bytes_free", "%" PRIu64,
                  (uint64_t)status.f_bavail * status.f_frsize);
    }
    facts_of_directory_platform(facts, directory);
}

void facts_write_machine(const struct facts *facts, struct json *json, const char *key)
{
    json_object(json, key);
    for (enum fact_level level = FACT_HARDWARE; level < FACT_LEVELS; level++) {
        json_object(json, facts_level_name(level));
        for (size_t i = 0; i < facts->count; i++)
            if (facts->list[i].level == level)
                json_string(json, facts->list[i].name, facts->list[i].value);
        json_end_object(json);
    }
    json_object(json, "hash");
    for (enum fact_level level = FACT_HARDWARE; level < FACT_TRANSIENT; level++) {
        char text[17];
        snprintf(text, sizeof text, "%016" PRIx64, facts_hash(facts, level));
        json_string(json, facts_level_name(level), text);
    }
    json_end_object(json);
    json_end_object(json);
}
