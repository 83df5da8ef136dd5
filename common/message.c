#include "message.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
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

/* Names that others gave may have anything in them; a message is one line all the same. */
int complain(const char *format, ...)
{
    char text[3 * PATH_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", command_name, text);
    return EXIT_USAGE;
}

/* `mapwise … | head`: the reader of a pipe has had enough. */
static bool nobody_reads(int descriptor)
{
    struct pollfd polled = {descriptor, POLLOUT, 0};

    return poll(&polled, 1, 0) > 0 && (polled.revents & POLLERR);
}

int finish_output(int status)
{
    const bool failed = fflush(stdout) != 0 || ferror(stdout);
    const int error = errno == ENOTTY ? 0 : errno; /* who has asked since whether it is a terminal */

    if (!failed || nobody_reads(STDOUT_FILENO))
        return status;
    return complain("cannot write standard output%s%s; free some space or print elsewhere", error ? ": " : "",
                    error ? strerror(error) : "");
}
