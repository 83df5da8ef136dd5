#include "reading.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

const cJSON *reading_member(const cJSON *object, const char *key)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *reading_text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(reading_member(object, key));

    return text ? text : "";
}

bool reading_is_schema(const cJSON *record, const char *schema)
{
    return strcmp(reading_text_of(record, "schema"), schema) == 0;
}

const cJSON *reading_first_in(const cJSON *value)
{
    return value ? value->child : NULL;
}

static void is_wrong(struct reading *reading, const char *key)
{
    if (!reading->wrong)
        reading->wrong = key;
}

double reading_number(struct reading *reading, const char *key, double least, double most)
{
    const cJSON *value = reading_member(reading->object, key);

    if (cJSON_IsNumber(value) && value->valuedouble >= least && value->valuedouble <= most)
        return value->valuedouble;
    is_wrong(reading, key);
    return least;
}

uint64_t reading_count(struct reading *reading, const char *key, uint64_t least, uint64_t most)
{
    const double value = reading_number(reading, key, (double)least, (double)most);

    if (value != floor(value))
        is_wrong(reading, key);
    return (uint64_t)value;
}

static bool is_absent(const struct reading *reading, const char *key)
{
    const cJSON *value = reading_member(reading->object, key);

    return !value || cJSON_IsNull(value);
}

double reading_optional_number(struct reading *reading, const char *key, double absent)
{
    return is_absent(reading, key) ? absent : reading_number(reading, key, -HUGE_VAL, HUGE_VAL);
}

int64_t reading_optional_integer(struct reading *reading, const char *key, int64_t least, int64_t absent)
{
    if (is_absent(reading, key))
        return absent;
    const double value = reading_number(reading, key, (double)least, (double)(1LL << COUNT_BITS));
    if (value != floor(value))
        is_wrong(reading, key);
    return (int64_t)value;
}

bool reading_boolean(struct reading *reading, const char *key)
{
    const cJSON *value = reading_member(reading->object, key);

    if (!cJSON_IsBool(value))
        is_wrong(reading, key);
    return cJSON_IsTrue(value);
}

const char *reading_text(struct reading *reading, const char *key)
{
    const char *text = cJSON_GetStringValue(reading_member(reading->object, key));

    if (!text)
        is_wrong(reading, key);
    return text ? text : "";
}
