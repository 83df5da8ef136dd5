#include "message.h"

#include <stdarg.h>
#include <stdio.h>

static const char *command_name = "mapwise";

void message_command(const char *command)
{
    command_name = command;
}

int complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s: ", command_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_USAGE;
}
