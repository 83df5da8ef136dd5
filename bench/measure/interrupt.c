#include "interrupt.h"

#include <stddef.h>

volatile sig_atomic_t interrupted;

static void note(int signal_number)
{
    interrupted = signal_number;
}

void interrupt_install(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction previous;
        /* Who started us with a signal ignored (nohup) wants it ignored. */
        if (sigaction(signals[i], NULL, &previous) == 0 && previous.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}
