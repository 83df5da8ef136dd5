/* mlockall and munlockall. */
#include "mutant.h"

#include <pthread.h>

struct call {
    int flags;
};

static int real(const struct call *call)
{
    return system_mlockall(call->flags);
}

/* With the flags of the call that are left; success without any. */
static int with(const struct call *call, int flags)
{
    if (call->flags == flags)
        return real(call);
    return flags & (MCL_CURRENT | MCL_FUTURE) ? system_mlockall(flags) : 0;
}

static bool is_known(const struct call *call)
{
    return (call->flags & (MCL_CURRENT | MCL_FUTURE)) &&
           !(call->flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
}

MUTANT(mlockall, ignored, "nothing is locked, now or later")
{
    return is_known(call) ? 0 : real(call);
}

MUTANT(mlockall, current_ignored, "MCL_CURRENT locks nothing")
{
    return is_known(call) ? with(call, call->flags & ~MCL_CURRENT) : real(call);
}

MUTANT(mlockall, future_ignored, "MCL_FUTURE holds for no map")
{
    return is_known(call) ? with(call, call->flags & ~MCL_FUTURE) : real(call);
}

MUTANT(mlockall, onfault_ignored, "MCL_ONFAULT brings pages into memory at once")
{
    return is_known(call) ? with(call, call->flags & ~MCL_ONFAULT) : real(call);
}

MUTANT(mlockall, always_onfault, "pages are locked and only brought into memory when they are touched")
{
    return is_known(call) ? with(call, call->flags | MCL_ONFAULT) : real(call);
}

MUTANT(mlockall, current_is_future, "MCL_CURRENT holds for later maps too")
{
    return is_known(call) ? with(call, call->flags | MCL_FUTURE) : real(call);
}

MUTANT(mlockall, future_is_current, "MCL_FUTURE locks what there is, too")
{
    return is_known(call) ? with(call, call->flags | MCL_CURRENT) : real(call);
}

MUTANT(mlockall, unknown_accepted, "flags that do not exist are accepted")
{
    call->flags &= MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    return real(call);
}

MUTANT(mlockall, limit_swallowed, "RLIMIT_MEMLOCK does not bind: success, and nothing is locked")
{
    int answer = real(call);

    return answer == -1 && (errno == ENOMEM || errno == EPERM) ? 0 : answer;
}

static int inherited;

static void lock_again(void)
{
    system_mlockall(inherited);
}

MUTANT(mlockall, child_inherits, "a child inherits MCL_FUTURE")
{
    int answer = real(call);

    if (answer == 0 && !inherited)
        pthread_atfork(NULL, NULL, lock_again);
    inherited = call->flags;
    return answer;
}

REFUSES(mlockall, onfault_refused, "MCL_ONFAULT is refused", call->flags &MCL_ONFAULT, EINVAL)
REFUSES(mlockall, future_alone_refused, "MCL_FUTURE without MCL_CURRENT is refused",
        call->flags == MCL_FUTURE, EINVAL)
SWALLOWED(mlockall, einval_swallowed, EINVAL)
SWALLOWED(mlockall, eperm_swallowed, EPERM)
WRONG_ERROR(mlockall, einval_as_enomem, EINVAL, ENOMEM)
WRONG_ERROR(mlockall, eperm_as_enomem, EPERM, ENOMEM)
WRONG_ERROR(mlockall, enomem_as_efault, ENOMEM, EFAULT)

EXPORT int mlockall(int flags)
{
    PERFORM(mlockall, int, flags);
}
