#include "interrupt.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

volatile sig_atomic_t interrupted;
static volatile sig_atomic_t wake_up = -1;

static void note(int signal_number)
{
    int saved = errno;

    interrupted = signal_number;
    if (wake_up >= 0 && write(wake_up, "", 1) < 0) {
        /* The pipe is full: its reader will wake up anyway. */
    }
    errno = saved;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

enum { SIGNALS = sizeof signals / sizeof signals[0] };

void interrupt_signals(sigset_t *out)
{
    sigemptyset(out);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(out, signals[i]);
}

void interrupt_install(void)
{
    struct sigaction action = {.sa_handler = note};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction previous;
        /* Who started us with a signal ignored (nohup) wants it ignored. */
        if (sigaction(signals[i], NULL, &previous) == 0 && previous.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    /* A reader that leaves early and a file that may not grow are failed writes, told as such. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    /* Who started us may have ignored it: then nobody could tell how our children ended. */
    signal(SIGCHLD, SIG_DFL);
}

void interrupt_wakes(int descriptor)
{
    wake_up = descriptor;
}
