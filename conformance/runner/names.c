#include "names.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>

struct name {
    int number;
    const char *text;
};

#define NAME(symbol)                                                                                         \
    {                                                                                                        \
        symbol, #symbol                                                                                      \
    }
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct name signals[] = {
    NAME(SIGHUP),  NAME(SIGINT),    NAME(SIGQUIT), NAME(SIGILL),   NAME(SIGTRAP), NAME(SIGABRT),
    NAME(SIGBUS),  NAME(SIGFPE),    NAME(SIGKILL), NAME(SIGUSR1),  NAME(SIGSEGV), NAME(SIGUSR2),
    NAME(SIGPIPE), NAME(SIGALRM),   NAME(SIGTERM), NAME(SIGCHLD),  NAME(SIGCONT), NAME(SIGSTOP),
    NAME(SIGSYS),  NAME(SIGXFSZ),   NAME(SIGXCPU), NAME(SIGTSTP),  NAME(SIGTTIN), NAME(SIGTTOU),
    NAME(SIGURG),  NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGWINCH), NAME(SIGIO),
};

static const struct name segv_codes[] = {
    NAME(SEGV_MAPERR),
    NAME(SEGV_ACCERR),
#ifdef SEGV_PKUERR
    NAME(SEGV_PKUERR),
#endif
};

static const struct name bus_codes[] = {
    NAME(BUS_ADRALN),    NAME(BUS_ADRERR),    NAME(BUS_OBJERR),
#ifdef BUS_MCEERR_AR
    NAME(BUS_MCEERR_AR), NAME(BUS_MCEERR_AO),
#endif
};

static const struct name errors[] = {
    {0, "0"},        NAME(EPERM),   NAME(ENOENT),    NAME(ESRCH),        NAME(EINTR),     NAME(EIO),
    NAME(ENXIO),     NAME(E2BIG),   NAME(EBADF),     NAME(ECHILD),       NAME(EAGAIN),    NAME(ENOMEM),
    NAME(EACCES),    NAME(EFAULT),  NAME(EBUSY),     NAME(EEXIST),       NAME(EXDEV),     NAME(ENODEV),
    NAME(ENOEXEC),   NAME(ENOTDIR), NAME(EISDIR),    NAME(EINVAL),       NAME(ENFILE),    NAME(EMFILE),
    NAME(ENOTTY),    NAME(ETXTBSY), NAME(EFBIG),     NAME(ENOSPC),       NAME(ESPIPE),    NAME(EROFS),
    NAME(EPIPE),     NAME(ERANGE),  NAME(EDEADLK),   NAME(ENAMETOOLONG), NAME(ENOLCK),    NAME(ENOSYS),
    NAME(ENOTEMPTY), NAME(ELOOP),   NAME(EOVERFLOW), NAME(EOPNOTSUPP),   NAME(ETIMEDOUT), NAME(ESTALE),
#if defined EDQUOT
    NAME(EDQUOT),
#endif
#if ENOTSUP != EOPNOTSUPP
    NAME(ENOTSUP),
#endif
};

static const char *find(const struct name *table, size_t count, int number, const char *prefix)
{
    static _Thread_local char unknown[32];

    for (size_t i = 0; i < count; i++)
        if (table[i].number == number)
            return table[i].text;
    snprintf(unknown, sizeof unknown, "%s%d", prefix, number);
    return unknown;
}

const char *signal_name(int signal)
{
    return find(signals, COUNT(signals), signal, "SIG");
}

const char *signal_code_name(int signal, int code)
{
    if (signal == SIGSEGV)
        return find(segv_codes, COUNT(segv_codes), code, "code");
    if (signal == SIGBUS)
        return find(bus_codes, COUNT(bus_codes), code, "code");
    return find(NULL, 0, code, "code");
}

const char *error_name(int number)
{
    return find(errors, COUNT(errors), number, "errno");
}
