#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>

struct json json_to(FILE *stream)
{
    return (struct json){stream, false};
}

/* Length of the UTF-8 sequence at `text`, or 0 if the bytes there are not one. */
static size_t utf8_sequence(const unsigned char *text)
{
    static const struct {
        unsigned char mask, lead;
        size_t length;
        uint32_t smallest;
    } forms[] = {{0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};

    if (text[0] < 0x80)
        return 1;
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        if ((text[0] & forms[form].mask) != forms[form].lead)
            continue;
        uint32_t code = text[0] & (unsigned char)~forms[form].mask;
        for (size_t i = 1; i < forms[form].length; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        return code >= forms[form].smallest && code <= 0x10ffff && !surrogate ? forms[form].length : 0;
    }
    return 0;
}

static void write_quoted(FILE *stream, const char *value)
{
    const unsigned char *text = (const unsigned char *)value;

    fputc('"', stream);
    while (*text) {
        size_t length = utf8_sequence(text);
        if (length == 0) {
            fputs("\\ufffd", stream);
            length = 1;
        } else if (*text == '"' || *text == '\\') {
            fprintf(stream, "\\%c", *text);
        } else if (*text < 0x20 || *text == 0x7f) {
            fprintf(stream, "\\u%04x", *text);
        } else {
            fwrite(text, 1, length, stream);
        }
        text += length;
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
