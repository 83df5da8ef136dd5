#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *command_name = "mapwise";

static void hold_standard_streams(void)
{
    int descriptor;

    do /* for reading only: what is printed must fail, not vanish */
        descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        close(descriptor);
}

void message_command(const char *command)
{
    hold_standard_streams();
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

int finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return complain("cannot write standard output: %s; free some space or print elsewhere", strerror(errno));
}
