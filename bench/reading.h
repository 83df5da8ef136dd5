/* Values of a record that is read again. Whoever wrote it: what makes no sense is told, and never used. */
#ifndef MAPWISE_BENCH_READING_H
#define MAPWISE_BENCH_READING_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum { COUNT_BITS = 53 }; /* that a JSON number holds */

struct reading {
    const cJSON *object;
    const char *wrong; /* the first key whose value makes no sense; NULL so far */
};

const cJSON *reading_member(const cJSON *object, const char *key);

/* "" for what is no text. */
const char *reading_text_of(const cJSON *object, const char *key);

/* Whether it is a record of that schema, as "mapwise.run/1". */
bool reading_is_schema(const cJSON *record, const char *schema);

/* The first member or element, whose `next` are the others; NULL for none. */
const cJSON *reading_first_in(const cJSON *value);

/* From `least` to `most`, or `least` after a value that makes no sense. */
double reading_number(struct reading *reading, const char *key, double least, double most);
uint64_t reading_count(struct reading *reading, const char *key, uint64_t least, uint64_t most);

/* The same of what may be null or not there: then it is `absent`. */
double reading_optional_number(struct reading *reading, const char *key, double absent);
int64_t reading_optional_integer(struct reading *reading, const char *key, int64_t least, int64_t absent);

bool reading_boolean(struct reading *reading, const char *key);
const char *reading_text(struct reading *reading, const char *key);

#endif
