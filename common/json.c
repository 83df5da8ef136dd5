#include "json.h"

#include "utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>

struct json json_to(FILE *stream)
{
    return (struct json){stream, false};
}

static void write_quoted(FILE *stream, const char *value)
{
    fputc('"', stream);
    for (const char *text = value; *text;) {
        const size_t length = utf8_sequence(text);
        const unsigned char byte = (unsigned char)*text;
        if (length == 0) {
            fputs("\\ufffd", stream);
        } else if (byte == '"' || byte == '\\') {
            fprintf(stream, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            fprintf(stream, "\\u%04x", byte);
        } else {
            fwrite(text, 1, length, stream);
        }
        text += length ? length : 1;
    }
    fputc('"', stream);
}

static void begin_value(struct json *json, const char *key)
{
    if (json->need_comma)
        fputc(',', json->stream);
    json->need_comma = true;
    if (key) {
        write_quoted(json->stream, key);
        fputc(':', json->stream);
    }
}

static void open_bracket(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    fputc(bracket, json->stream);
    json->need_comma = false;
}

static void close_bracket(struct json *json, char bracket)
{
    fputc(bracket, json->stream);
    json->need_comma = true;
}

void json_object(struct json *json, const char *key)
{
    open_bracket(json, key, '{');
}

void json_end_object(struct json *json)
{
    close_bracket(json, '}');
}

void json_array(struct json *json, const char *key)
{
    open_bracket(json, key, '[');
}

void json_end_array(struct json *json)
{
    close_bracket(json, ']');
}

void json_string(struct json *json, const char *key, const char *value)
{
    begin_value(json, key);
    if (value)
        write_quoted(json->stream, value);
    else
        fputs("null", json->stream);
}

void json_integer(struct json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    fprintf(json->stream, "%" PRId64, value);
}

void json_unsigned(struct json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    fprintf(json->stream, "%" PRIu64, value);
}

void json_number(struct json *json, const char *key, double value)
{
    begin_value(json, key);
    if (isfinite(value))
        fprintf(json->stream, "%.9g", value);
    else
        fputs("null", json->stream);
}

void json_boolean(struct json *json, const char *key, bool value)
{
    begin_value(json, key);
    fputs(value ? "true" : "false", json->stream);
}

void json_null(struct json *json, const char *key)
{
    begin_value(json, key);
    fputs("null", json->stream);
}

void json_end_record(struct json *json)
{
    fputc('\n', json->stream);
    json->need_comma = false;
}
