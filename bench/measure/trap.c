#include "trap.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

#ifndef TRAP_ALWAYS_WITH_MASK
#define TRAP_ALWAYS_WITH_MASK false
#endif

static struct {
    int signal_number; /* 0: none is taken */
    bool with_mask;
    struct sigaction previous;
} trap;

static sigjmp_buf back;
static _Thread_local volatile sig_atomic_t expected;

/* What was not expected happens again, and is then for whoever had the signal before. */
static void jump_back(int signal_number)
{
    if (expected)
        siglongjmp(back, 1);
    sigaction(signal_number, &trap.previous, NULL);
}

bool trap_set(int signal_number, bool with_mask)
{
    struct sigaction action = {.sa_handler = jump_back, .sa_flags = with_mask ? 0 : SA_NODEFER};

    trap_reset();
    sigemptyset(&action.sa_mask);
    if (sigaction(signal_number, &action, &trap.previous) != 0)
        return false;
    trap.signal_number = signal_number;
    trap.with_mask = with_mask || TRAP_ALWAYS_WITH_MASK;
    return true;
}

void trap_reset(void)
{
    if (trap.signal_number)
        sigaction(trap.signal_number, &trap.previous, NULL);
    trap.signal_number = 0;
}

unsigned trap_loads(const void *address, unsigned count)
{
    const int with_mask = trap.with_mask;
    volatile unsigned caught = 0, i;

    expected = 1;
    for (i = 0; i < count; i++)
        if (sigsetjmp(back, with_mask) == 0)
            (void)*(const volatile unsigned char *)address;
        else
            caught++;
    expected = 0;
    return caught;
}
