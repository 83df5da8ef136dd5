/* Writes JSON to a stream, one value after another; commas and nesting are kept for the caller.
 *
 * Inside an object every value has a key; inside an array, and for the outermost value, the key is
 * NULL. Strings may hold any bytes: what is not UTF-8 is written as U+FFFD. Not thread-safe. */
#ifndef MAPWISE_COMMON_JSON_H
#define MAPWISE_COMMON_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *stream;
    bool need_comma;
};

struct json json_to(FILE *stream);

void json_object(struct json *json, const char *key);
void json_end_object(struct json *json);
void json_array(struct json *json, const char *key);
void json_end_array(struct json *json);

void json_string(struct json *json, const char *key, const char *value); /* NULL is written as null */
void json_integer(struct json *json, const char *key, int64_t value);
void json_unsigned(struct json *json, const char *key, uint64_t value);
void json_number(struct json *json, const char *key, double value); /* not finite: null */
void json_boolean(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Ends the line: a JSON Lines record is complete. */
void json_end_record(struct json *json);

#endif
