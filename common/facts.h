/* Facts about the machine and about a folder: named values, all text, gathered once a run.
 *
 * They stand in three levels, so that two runs can be compared: the hardware; the system with its
 * settings; and what changes from minute to minute. */
#ifndef MAPWISE_COMMON_FACTS_H
#define MAPWISE_COMMON_FACTS_H

#include "json.h"

#include <stddef.h>
#include <stdint.h>

enum fact_level { FACT_HARDWARE, FACT_SYSTEM, FACT_TRANSIENT, FACT_LEVELS };

struct fact {
    enum fact_level level;
    char name[40];
    char value[512];
};

struct facts {
    struct fact list[80];
    size_t count;
};

/* Adds a fact. What can't be known is not added: absent is different from zero. */
void facts_add(struct facts *facts, enum fact_level level, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds the first line of the file at `path` (/sys, /proc) as a fact; nothing if it can't be read. */
void facts_add_file(struct facts *facts, enum fact_level level, const char *name, const char *path);

/* The value of the fact `name`, or NULL. */
const char *facts_find(const struct facts *facts, const char *name);

/* Takes a fact out again; harmless if there is none of that name. */
void facts_remove(struct facts *facts, const char *name);

/* FNV-1a over the names and values of one level. */
uint64_t facts_hash(const struct facts *facts, enum fact_level level);

/* Name of a level: "hardware", "system", "transient". */
const char *facts_level_name(enum fact_level level);

/* The environment fingerprint of this machine, and the facts about a folder (path, file system,
 * block size, mount options, read-ahead, device). */
void facts_of_machine(struct facts *facts);
void facts_of_directory(struct facts *facts, const char *directory);

/* What the platform file adds to both (common/linux/facts.c). */
void facts_of_machine_platform(struct facts *facts);
void facts_of_directory_platform(struct facts *facts, const char *directory);

/* An object per level with the facts, and the hashes of the first two levels. */
void facts_write_machine(const struct facts *facts, struct json *json, const char *key);

#endif
