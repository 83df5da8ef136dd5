/* munlockall: what stays locked. */
#include "mutant.h"

struct call {
    int unused;
};

static int real(const struct call *call)
{
    (void)call;
    return system_munlockall();
}

MUTANT(munlockall, ignored, "nothing is unlocked")
{
    (void)call;
    return 0;
}

MUTANT(munlockall, future_stays, "later maps are still locked")
{
    int answer = real(call);

    if (answer == 0)
        system_mlockall(MCL_FUTURE);
    return answer;
}

MUTANT(munlockall, current_stays, "what is locked stays so, only later maps are not locked")
{
    int answer = real(call);

    if (answer == 0)
        system_mlockall(MCL_CURRENT);
    return answer;
}

MUTANT(munlockall, not_permitted, "it is refused with EPERM")
{
    (void)call;
    return fail(EPERM);
}

EXPORT int munlockall(void)
{
    PERFORM(munlockall, int, 0);
}
