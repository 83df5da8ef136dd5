/* SIGBUS: ours if a guard covers the address, else whoever's it was before.
 *
 * SIGSEGV is left alone. A page that can't be supplied is the file's doing; touching what is not mapped or
 * not allowed is the program's. */
#include "guard.h"

#include "fail.h"
#include "os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool installed;
static struct sigaction previous;

static bool has_handler(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

/* As the system would have: with the mask that the handler asked for. */
static void call_previous(int signal_number, siginfo_t *info, void *context)
{
    sigset_t mask = previous.sa_mask;
    sigset_t before;

    if (!(previous.sa_flags & SA_NODEFER))
        sigaddset(&mask, signal_number);
    pthread_sigmask(SIG_BLOCK, &mask, &before);
    if (previous.sa_flags & SA_SIGINFO)
        previous.sa_sigaction(signal_number, info, context);
    else
        previous.sa_handler(signal_number);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A page that can't be supplied: past the end of the file, not readable from the disk, or broken memory. Not
 * an unaligned access, nor a signal that somebody sent. */
static bool is_fault(const siginfo_t *info)
{
    static const int codes[] = {
        BUS_ADRERR,
        BUS_OBJERR,
#ifdef BUS_MCEERR_AR
        BUS_MCEERR_AR,
#endif
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (info->si_code == codes[i])
            return true;
    return false;
}

/* Without a handler SIGBUS ends the program, at the place where it happened: the access that failed is made
 * again once we return. One that somebody sent has no such place. */
static void do_default(int signal_number, const siginfo_t *info)
{
    struct sigaction standard;

    const bool repeats = is_fault(info) || info->si_code == BUS_ADRALN;

    if (previous.sa_handler == SIG_IGN && info->si_code <= 0)
        return;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(signal_number, &standard, NULL);
    if (!repeats)
        raise(signal_number);
}

static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
    const int error = errno;

    if (is_fault(info))
        mw__guard_fault((uintptr_t)info->si_addr);
    if (has_handler(&previous))
        call_previous(signal_number, info, context);
    else
        do_default(signal_number, info);
    errno = error;
}

int mw__os_guard_install(mw_err *err)
{
    struct sigaction ours;
    int failure = 0;

    /* Without the lock, which a child of fork may find held by a thread that it does not have. */
    if (atomic_load(&installed))
        return MW_OK;

    memset(&ours, 0, sizeof ours);
    ours.sa_sigaction = on_bus_error;
    /* No mask to restore, so that leaving by a jump costs no system call; on the alternate stack of a thread
     * that has one. */
    ours.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigemptyset(&ours.sa_mask);

    pthread_mutex_lock(&lock);
    /* `previous` must be there before the first signal can come. */
    if (!installed && (sigaction(SIGBUS, NULL, &previous) != 0 || sigaction(SIGBUS, &ours, NULL) != 0))
        failure = errno;
    if (failure == 0)
        atomic_store(&installed, true);
    pthread_mutex_unlock(&lock);
    return failure == 0 ? MW_OK : mw__fail_os(err, failure, "sigaction");
}
