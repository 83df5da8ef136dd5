#include "bus_error.h"

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

/* Where this thread goes on; NULL: nowhere. */
static _Thread_local sigjmp_buf *volatile way_out;

static void leave_work(int signal_number)
{
    if (way_out)
        siglongjmp(*way_out, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Once and for good: the library puts its guard before this handler, and hands on to it what is not its own.
 */
static void take_bus_errors(void)
{
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    struct sigaction action = {.sa_handler = leave_work};

    sigemptyset(&action.sa_mask);
    if (!atomic_flag_test_and_set(&taken))
        sigaction(SIGBUS, &action, NULL);
}

bool bus_error_survived(void (*work)(void *user), void *user)
{
    sigjmp_buf *const outer = way_out;
    sigjmp_buf here;

    take_bus_errors();
    const bool survived = sigsetjmp(here, 1) == 0;
    if (survived) {
        way_out = &here;
        work(user);
    }
    way_out = outer;
    return survived;
}

void bus_error_forget(void)
{
    way_out = NULL;
}
