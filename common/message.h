/* One-line errors and the exit statuses that every command shares. */
#ifndef MAPWISE_COMMON_MESSAGE_H
#define MAPWISE_COMMON_MESSAGE_H

enum exit_status {
    EXIT_YES = 0,          /* fine */
    EXIT_NO = 1,           /* a result that was not expected */
    EXIT_USAGE = 2,        /* usage error, or nothing could run */
    EXIT_INCONCLUSIVE = 3, /* interrupted, or the machine is not trustworthy */
};

/* The first thing a command does. Names it, "mapwise check" say, for its messages; `command` must stay
 * valid. And occupies the standard descriptors that are closed: a file that were opened there would take
 * in what is printed. Printing there still fails, as it should. */
void message_command(const char *command);

/* Writes one line "COMMAND: text" to standard error and returns EXIT_USAGE, so that a caller can
 * write `return complain("...")`. The text says what went wrong, where, and what to do. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last thing a command does: sees to it that standard output has taken all that was printed.
 * Returns `status`, or EXIT_USAGE after one line if it has not. A reader that left early is no failure. */
int finish_output(int status);

#endif
